"""Run a command with a curl that only writes down what it was called with, and say what such a call asks for."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from typing import TYPE_CHECKING
from urllib.parse import unquote, unquote_plus

if TYPE_CHECKING:
    from pathlib import Path

_RECORDER = """\
#!/bin/sh
printf '%s\\0' "$@" >> "$RECORD"
printf '\\1' >> "$RECORD"
"""
NASTY = "a \"b\" \\ c\n$(id) 'd' é %41 +"
ENVIRONMENT = {"T": "token", "V": "1.0", "W": "two words", "B": "x", "NASTY": NASTY, "KEY": "key"}
_VALUED = {"-u", "-d", "-H", "-X", "--data-urlencode", "--header", "--post-data", "--data"}


def requests(command: list[str], folder: Path, **more: str) -> list[dict[str, object]]:
    """What the calls ask for that a command makes, in order."""
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    for name in ("curl", "wget"):
        (tools / name).write_text(_RECORDER)
        (tools / name).chmod(0o755)
    record = folder / "record"
    record.unlink(missing_ok=True)
    environment = {"PATH": f"{tools}:{os.environ['PATH']}", "RECORD": str(record), **ENVIRONMENT, **more}
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    runs = record.read_text().split("\1")[:-1] if record.exists() else []
    return [meaning(run.split("\0")[:-1]) for run in runs]


def meaning(arguments: list[str]) -> dict[str, object]:
    """What a call asks for, v1.1 or v2, in the same words."""
    options, urls = _options(arguments)
    (url,) = urls
    path, _, query = url.partition("?")
    token = dict(pair.split("=", 1) for pair in query.split("&") if pair).get("circle-token")
    for name, value in options:
        if name == "-u":
            token = value.removesuffix(":")
        if name in {"-H", "--header"} and value.startswith("Circle-Token: "):
            token = value.removeprefix("Circle-Token: ")
    what = _old(path, options) if "/v1.1/" in path else _new(path, options)
    return {"token": base64.b64encode((token or "").encode()), **what}


def _options(arguments: list[str]) -> tuple[list[tuple[str, str]], list[str]]:
    options: list[tuple[str, str]] = []
    urls: list[str] = []
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word.startswith("--post-data="):
            options.append(("--post-data", word.partition("=")[2]))
        elif word in _VALUED:
            options.append((word, rest.pop(0)))
        elif not word.startswith("-"):
            urls.append(word)
    return options, urls


def _old(path: str, options: list[tuple[str, str]]) -> dict[str, object]:
    project, _, branch = path.partition("/api/v1.1/project/")[2].partition("/tree/")
    fields = {}
    for name, value in options:
        if name in {"-d", "--post-data", "--data-urlencode"}:
            key, _, text = value.partition("=")
            fields[key[len("build_parameters[") : -1]] = text if name == "--data-urlencode" else unquote_plus(text)
    job = fields.pop("CIRCLE_JOB")
    parameters = {name.lower(): value for name, value in fields.items()}
    return {"project": project.replace("github", "gh"), "branch": unquote(branch), "job": job, "parameters": parameters}


def _new(path: str, options: list[tuple[str, str]]) -> dict[str, object]:
    project = path.partition("/api/v2/project/")[2].removesuffix("/pipeline")
    (body,) = (json.loads(value) for name, value in options if name in {"-d", "--post-data", "--data"})
    assert any(value == "Content-Type: application/json" for name, value in options if name in {"-H", "--header"})
    parameters = body["parameters"]
    job = parameters.pop("run_job")
    return {"project": project, "branch": body.get("branch", ""), "job": job, "parameters": parameters}
