"""A server on loopback that plays both APIs and remembers what it was asked, and a process that runs programs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.world import body, tokens
from tests.world.exchange import Reply, Request
from tests.world.network import write_client_settings
from tests.world.server import serving
from tests.world.v2_request import RefusedError, json_body, pipeline_body, run_body

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

HOSTS = ("circleci.com", "circleci.example.com")
BUILD = {"build_num": 17, "build_url": "https://circleci.com/gh/acme/app/17", "status": "queued", "outcome": None}
PIPELINE = {"id": "5034460f", "number": 25, "state": "pending", "created_at": "2026-11-21T10:00:00Z"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for, in words that are the same for both APIs."""

    project: str
    branch: str | None
    tag: str | None
    revision: str | None
    job: str | None
    parameters: Mapping[str, str]
    token: str | None
    whole: bool = False


@dataclass(slots=True)
class Stage:
    """Where programs run. `names` says which pipeline parameter carries which variable."""

    process: subprocess.Popen[str]
    directory: Path
    requests: list[Request] = field(default_factory=list)

    def run(
        self,
        code: str,
        *,
        env: Mapping[str, str] | None = None,
        argv: Sequence[str] = (),
        files: Mapping[str, str] | None = None,
    ) -> tuple[list[Request], dict[str, Any]]:
        """Run a program; the requests that it sent, and how it ended."""
        for name, text in (files or {}).items():
            path = self.directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.requests.clear()
        task = {"code": code, "argv": list(argv), "env": dict(env or {}), "cwd": str(self.directory)}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(task) + "\n")
        self.process.stdin.flush()
        ended = json.loads(self.process.stdout.readline())
        return list(self.requests), ended


@contextmanager
def stage(directory: Path) -> Iterator[Stage]:
    """A stage with its server."""
    directory.mkdir(parents=True, exist_ok=True)
    authority = directory / "authority.pem"
    seen: list[Request] = []

    def answer(request: Request) -> Reply:
        seen.append(request)
        if request.method != "POST":
            return Reply(200, {"lifecycle": "finished", "outcome": "success"})
        return Reply(201, PIPELINE if request.segments[1] == "v2" else BUILD)

    with serving(answer, HOSTS, authority) as port:
        write_client_settings(directory, authority, port, port)
        trusted = dict.fromkeys(("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"), str(authority))
        environment = {"PATH": os.environ["PATH"], "HOME": str(directory), "CURL_HOME": str(directory), **trusted}
        command = [sys.executable, str(Path(__file__).with_name("worker.py")), str(port)]
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=directory
        )
        try:
            yield Stage(process, directory, seen)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(timeout=10)


def asked_of_v1(request: Request) -> Asked:
    """What v1 or v1.1 understands. Facts section 1."""
    segments = [segment for segment in request.segments if segment]
    assert request.method == "POST"
    assert segments[0] == "api"
    assert segments[2] == "project"
    named = 3 if segments[1] == "v1.1" else 2
    slug, tail = segments[3 : 3 + named], segments[3 + named :]
    fields = body.nested(request.query) | body.decode(request)
    given = fields.get("build_parameters", {})
    assert isinstance(given, dict)
    values = {name: _text(value) for name, value in given.items()}
    whole = tail == ["build"]
    job = None if whole else values.pop("CIRCLE_JOB", _optional(fields.get("job")) or "build")
    branch = "/".join(tail[1:]) if tail[:1] == ["tree"] else None
    return Asked(
        project="/".join(["gh" if slug[0] in {"github", "gh"} or named == 2 else "bb", *slug[-2:]]),
        branch=_optional(fields.get("branch")) if whole else branch,
        tag=_optional(fields.get("tag")),
        revision=None if whole else _optional(fields.get("revision")),
        job=job,
        parameters={} if whole else values,
        token=tokens.in_header(request) or tokens.in_query(request),
        whole=whole,
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _optional(value: object) -> str | None:
    assert value is None or isinstance(value, str)
    return value


def asked_of_v2(request: Request, names: Mapping[str, str]) -> Asked:
    """What v2 understands; `names` gives the variable that a parameter carries. Facts section 2."""
    assert request.method == "POST"
    assert request.segments[:3] == ("api", "v2", "project")
    run = request.segments[-2:] == ("pipeline", "run")
    assert run or request.segments[-1] == "pipeline"
    beside = {name for name, _ in request.query}
    assert not beside or (beside == {"circle-token"} and not run and tokens.in_header(request) is not None)
    fields = json_body(request)
    assert fields is not None, "the body is not declared to be JSON"
    try:
        read = run_body(fields) if run else pipeline_body(fields, strict=True)
    except RefusedError as error:
        raise AssertionError(str(error)) from error
    given = dict(read.parameters)
    assert all(isinstance(value, str) for value in given.values()), given
    texts = {name: str(value) for name, value in given.items()}
    job, revision = texts.pop("run_job", None), texts.pop("revision", None)
    return Asked(
        project="/".join(request.segments[3 : -2 if run else -1]),
        branch=read.branch,
        tag=read.tag,
        revision=revision,
        job=job,
        parameters={names[name]: value for name, value in texts.items()},
        token=tokens.in_header(request),
        whole=job is None,
    )
