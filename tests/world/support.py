"""Helpers of the world's own tests: little repositories, and curl calls."""

from __future__ import annotations

import json
from collections.abc import Callable
from textwrap import dedent
from typing import TYPE_CHECKING, Any

from tests.world import Finished, Ran, World

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Push = Callable[..., tuple[Ran, ...]]
"""Pushes a config (and options of World) and returns what ran."""

V1 = "https://circleci.com/api/v1.1/project/github/acme/app"
V2 = "https://circleci.com/api/v2/project/gh/acme/app/pipeline"
PERSONAL = ("-H", "Circle-Token: personal-token")
JSON = ("-H", "Content-Type: application/json")
ACCEPT = ("-H", "Accept: application/json")

NASTY = {
    "QUOTES": """it's "quoted" ''""",
    "BACKSLASH": r"a\b \\ \n \" end\\",
    "LINES": "one\ntwo\r\nthree\n",
    "DOLLAR": "$HOME ${HOME} $(echo run) $$",
    "BACKTICK": "`echo run`",
    "AMPERSAND": "a&b=c;d|e>f<g",
    "PLUS": "1+1 = 2",
    "PERCENT": "100%41 %zz %",
    "EMOJI": "deploy \N{ROCKET} é \u2028",
    "LONG": "x" * 512,
    "SPACES": "  two  \t tab ",
    "EMPTY": "",
    "BRACKETS": "[a] {b} *?~ !history #",
    "JSONISH": '{"x": ["y", null]}',
}
"""Values that a careless encoding, quoting or decoding changes."""


def repository(directory: Path, config: str, files: Mapping[str, str] | None = None) -> Path:
    """A directory with a config and other files."""
    for name, text in {".circleci/config.yml": config, **(files or {})}.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
    return directory


def one_job(steps: str, job: str = "") -> str:
    """A config with the one job `build`, of version 2 and without workflows."""
    return f"version: 2\njobs:\n  build:\n    machine: true\n    {job}\n    steps: {steps}\n"


def curl(world: World, *arguments: str, env: Mapping[str, str] | None = None) -> Finished:
    """Run the real curl, silently."""
    return world.run(["curl", "-sS", *arguments], env)


def curl_json(world: World, *arguments: str) -> Any:
    """The reply as data; JSON is asked for."""
    return json.loads(curl(world, *ACCEPT, *arguments).stdout)


def status(world: World, *arguments: str) -> int:
    """The HTTP status of the reply."""
    return int(curl(world, "-o", "/dev/null", "-w", "%{http_code}", *arguments).stdout)
