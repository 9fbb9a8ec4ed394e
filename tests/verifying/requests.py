"""What a script really asks for: it is run by bash, with a stand-in for curl that writes down how it was called."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, unquote_plus, urlsplit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_CURL = '#!/bin/bash\nprintf \'%s\\0\' "$@" "" >> "$ASKED"\n'
_WITH_VALUE = frozenset({"-u", "-X", "-H", "-d", "--data-urlencode", "--header", "--data"})


@dataclass(frozen=True)
class Asked:
    """One request, old or new, in the same words; `job` is the parameter `run_job` of a new one."""

    slug: str
    job: str
    branch: str = ""
    tag: str = ""
    revision: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)


def calls(script: str, arguments: Sequence[str], folder: Path) -> list[list[str]]:
    """The arguments of every curl that the script runs."""
    curl, asked = folder / "curl", folder / "asked"
    if not curl.exists():
        curl.write_text(_CURL)
        curl.chmod(0o755)
    asked.write_bytes(b"")
    (folder / "script").write_text(script)
    environment = {"PATH": f"{folder}:{os.environ['PATH']}", "ASKED": str(asked), "TOKEN": "t", "LC_ALL": "C.UTF-8"}
    subprocess.run(["bash", "script", *arguments], cwd=folder, env=environment, check=True, capture_output=True)
    words = asked.read_bytes().decode().split("\0")[:-1]
    found: list[list[str]] = [[]]
    for word in words:
        if word == "" and found[-1] and found[-1][-1] not in _WITH_VALUE:
            found.append([])
        else:
            found[-1].append(word)
    return found[:-1]


def old_request(words: list[str]) -> Asked:
    """A v1.1 request."""
    url, options = _sorted(words)
    path = urlsplit(url).path.removeprefix("/api/v1.1/project/").split("/")
    fields: dict[str, str] = {}
    for option, value in options:
        if option == "-d" and value.startswith("{"):
            body = json.loads(value)
            fields |= {f"build_parameters[{name}]": text for name, text in body.pop("build_parameters").items()}
            fields |= body
        elif option in {"-d", "--data-urlencode"}:
            pairs = [value] if option != "-d" else value.split("&")
            decode = str if option != "-d" else unquote_plus
            fields |= {decode(p.partition("=")[0]): decode(p.partition("=")[2]) for p in pairs}
    sent = {name[17:-1]: value for name, value in fields.items() if name.startswith("build_parameters[")}
    job = sent.pop("CIRCLE_JOB", "build")
    branch = unquote("/".join(path[4:]))
    return Asked("/".join(path[:3]), job, branch, fields.get("tag", ""), fields.get("revision", ""), sent)


def new_request(words: list[str]) -> Asked:
    """A v2 request; the body counts only when it is declared to be JSON. Raises ValueError for a body that is none."""
    url, options = _sorted(words)
    path = urlsplit(url).path.removeprefix("/api/v2/project/").split("/")
    headers = [value.lower() for option, value in options if option in {"-H", "--header"}]
    bodies = [value for option, value in options if option in {"-d", "--data", "--data-urlencode"}]
    body = json.loads(bodies[0]) if bodies and "content-type: application/json" in headers else {}
    parameters = dict(body.get("parameters", {}))
    job = parameters.get("run_job", "")
    return Asked("/".join(path[:3]), job, body.get("branch", ""), body.get("tag", ""), "", parameters)


def _sorted(words: list[str]) -> tuple[str, list[tuple[str, str]]]:
    url, options = "", []
    rest = iter(words)
    for word in rest:
        if word in _WITH_VALUE:
            options.append((word, next(rest)))
        elif not word.startswith("-"):
            url = word
    return url, options
