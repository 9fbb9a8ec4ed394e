"""Run callers, record what they send, and compare it with what the tool reads in the same text.

Callers in shell run in one batch: each has a proxy user of its own, so that the server knows whose request it gets
without a change to the text. Programs in Python run one after the other in one process.
"""

from __future__ import annotations

import base64
import os
import subprocess
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from threading import Thread
from typing import TYPE_CHECKING

from codemods import find_calls
from migrator.errors import Refusal
from migrator.model import Auth, Expansion, Severity, values, worst
from migrator.syntax.text.source import Source
from tests.python.stage import Asked, Stage, asked_of_v1, asked_of_v2, stage
from tests.python.support import rewritten as rewritten_python
from tests.python.support import source_of
from tests.shell.support import rewritten as rewritten_shell
from tests.wire.caller import MILD, WILD
from tests.wire.python_callers import python_caller
from tests.wire.shell_callers import shell_caller
from tests.world import body
from tests.world.exchange import Request

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from migrator.model import Call, Template, V1Trigger, Value
    from tests.wire.caller import WireCaller

ASSUMED = frozenset({"form-characters", "json-characters"})
"""Notes that name what the rewrite assumes of values that only the run shows."""
_READ = frozenset({"application/json", "multipart/form-data", "application/x-www-form-urlencoded"})
_DRIVER = """
name="$1" v="$2" w="$3"
mkdir "$name.d" && cd "$name.d" && cp ../file file
V="$v" W="$w" BRANCH=topic TOKEN=tok http_proxy="http://$name:x@127.0.0.1:$PORT" exec bash "../$name"
"""
_NAMES = {name.lower(): name for name in ("A", "B", "Q", "FIRST")}


@dataclass(slots=True)
class WireCase:
    """A caller, what the tool says of it, the values it runs with, and what it and its rewrite sent."""

    caller: WireCaller
    call: Call | None
    refusal: str
    new: str | None
    environment: Mapping[str, str]
    sent: list[Request] = field(default_factory=list)
    sent_new: list[Request] = field(default_factory=list)

    @property
    def is_safe(self) -> bool:
        """Whether the tool would rewrite the caller without being told to."""
        return self.new is not None and not self.refusal


def case_of(caller: WireCaller) -> WireCase:
    """Read a caller, and rewrite it when it is safe."""
    path = "ci/run.sh" if caller.language == "sh" else "ci/run.py"
    found = find_calls(Source(path, caller.text) if caller.language == "sh" else source_of(caller.text, path))
    if not found:
        return WireCase(caller, None, "no call", None, MILD)
    call = found[0].call
    if len(found) > 1 or worst(call.notes) in {Severity.ERROR, Severity.WARNING}:
        codes = [note.code for each in found for note in each.call.notes if note.severity is not Severity.INFO]
        return WireCase(caller, call, codes[0] if codes else "several", None, MILD)
    try:
        new = rewritten_shell(caller.text) if caller.language == "sh" else rewritten_python(caller.text, path)
    except Refusal as refusal:
        return WireCase(caller, call, refusal.code, None, MILD)
    mild = bool(ASSUMED & {note.code for note in call.notes}) or ("jq -n" not in new and caller.language == "sh")
    return WireCase(caller, call, "", new, MILD if mild else WILD)


def run_cases(cases: Sequence[WireCase], folder: Path) -> None:
    """Run every caller and every rewrite."""
    _run_shell([case for case in cases if case.caller.language == "sh"], folder / "shell")
    with stage(folder / "python") as running:
        for case in cases:
            if case.caller.language == "py" and case.refusal in {"", "no call"}:
                case.sent = _run_python(running, case.caller.text, case.environment)
                case.sent_new = _run_python(running, case.new, case.environment) if case.new is not None else []


def _run_python(running: Stage, text: str, environment: Mapping[str, str]) -> list[Request]:
    requests, ended = running.run(text, env=environment)
    if ended["error"] and "EOFError" in str(ended["error"]):
        raise AssertionError(ended["error"])
    return requests


def _run_shell(cases: Sequence[WireCase], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "file").write_text("from a file")
    wanted = [(index, case) for index, case in enumerate(cases) if case.refusal in {"", "no call"}]
    owners: dict[str, list[Request]] = {}
    lines: list[str] = []
    server = _server(owners)
    for index, case in wanted:
        for suffix, text in (("a", case.caller.text), ("b", case.new)):
            if text is None:
                continue
            name = f"c{index}{suffix}"
            owners[name] = case.sent if suffix == "a" else case.sent_new
            (folder / name).write_text(text)
            lines.append(f"{name}\0{case.environment['V']}\0{case.environment['W']}\0")
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    environment["PORT"] = str(server.server_port)
    (folder / ".curlrc").write_text("max-time = 15\n")
    (folder / ".wgetrc").write_text("tries = 1\ntimeout = 15\n")
    try:
        subprocess.run(
            ["xargs", "-0", "-n", "3", "-P", "2", "bash", "-c", _DRIVER, "driver"],
            input="".join(lines), text=True, env=environment, cwd=folder, check=False,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    finally:
        server.shutdown()
        server.server_close()


def _server(owners: Mapping[str, list[Request]]) -> ThreadingHTTPServer:
    """A proxy that keeps every request for its owner; v1 asks for Basic authorization where no token is shown."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _keep(self) -> None:
            data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            user = base64.b64decode(self.headers.get("Proxy-Authorization", "Basic ").split()[-1]).decode()
            request = Request.of(self.command, self.path, dict(self.headers), data)
            challenged = "/api/v1" in self.path and "wget" in request.headers.get("user-agent", "").lower()
            if challenged and token_of(request) is None:
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="CircleCI"')
            else:
                self.send_response(201)
            owners[user.partition(":")[0]].append(request)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_GET = do_POST = do_PUT = do_HEAD = _keep  # noqa: N815 - the names that http.server wants

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    return server


def understood(request: Request) -> Asked:
    """What v1.1 understands of a request: a body of a type that it does not know carries nothing."""
    plain = request if request.media_type in _READ else replace(request, body=b"")
    return replace(asked_of_v1(plain), token=token_of(request))


def token_of(request: Request) -> str | None:
    """The token, wherever a v1.1 request shows it."""
    if "circle-token" in request.headers:
        return request.headers["circle-token"]
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        return base64.b64decode(given).decode().partition(":")[0]
    if scheme.lower() == "bearer":
        return given
    fields = body.nested(request.query)
    if request.media_type in _READ:
        with suppress(body.BadBodyError):
            fields |= body.decode(request)
    found = fields.get("circle-token", fields.get("circle_token"))
    return found if isinstance(found, str) else None


def read(trigger: V1Trigger, environment: Mapping[str, str]) -> Asked:
    """What the tool says that a caller asks for."""

    def known(value: Value | None) -> str | None:
        return None if value is None else evaluated(value.template, environment)

    vcs = evaluated(trigger.slug.vcs, environment)
    names = "/".join(evaluated(part, environment) for part in (trigger.slug.organization, trigger.slug.repository))
    return Asked(
        project=f"{'gh' if vcs in {'github', 'gh'} else 'bb'}/{names}",
        branch=known(trigger.branch),
        tag=known(trigger.tag),
        revision=known(trigger.revision),
        job=known(trigger.job) or "build",
        parameters={name: evaluated(value.template, environment) for name, value in trigger.parameters},
        token=None if trigger.auth is Auth.NONE else "tok",
    )


def evaluated(template: Template, environment: Mapping[str, str]) -> str:
    """The text that a template becomes in an environment."""
    return "".join(_part(part, environment) if isinstance(part, Expansion) else part.text for part in template)


def _part(part: Expansion, environment: Mapping[str, str]) -> str:
    if part.resolved is not None:
        return evaluated(part.resolved, environment)
    known = values((part,))
    if known is not None and len(known) == 1:
        return known[0]
    name = part.source.strip("${}").removeprefix('os.environ["').removeprefix("os.environ['")
    return environment[name.removesuffix('"]').removesuffix("']")]


def difference(case: WireCase) -> str:
    """What is wrong with a case; empty when nothing is. Only what is called safe can be wrong."""
    if case.call is None:
        triggers = [request for request in case.sent if request.method == "POST" and "/api/v1" in request.path]
        return "a request that is not found" if triggers else ""
    if not case.is_safe:
        return ""
    sent = [request for request in case.sent if len(case.sent) == 1 or token_of(request) is not None]
    if len(sent) != 1:
        return f"{len(case.sent)} requests are sent"
    try:
        really = understood(sent[0])
    except (AssertionError, body.BadBodyError, UnicodeDecodeError) as error:
        return f"v1.1 could not read it: {error}"
    said = read(case.call.trigger, case.environment)
    if said != really:
        return f"read {said}\nsent {really}"
    if len(case.sent_new) != 1:
        return f"the rewrite sends {len(case.sent_new)} requests"
    try:
        new = asked_of_v2(case.sent_new[0], _NAMES)
    except (AssertionError, KeyError) as error:
        return f"the rewrite is no v2 request: {error!r}"
    expected = replace(really, branch=None) if really.tag is not None else really
    return "" if new == expected else f"sent {expected}\nnew  {new}"


def batch(seed: int, count: int, folder: Path) -> tuple[list[str], Counter[str]]:
    """Check `count` random callers; what is wrong, and how often each verdict was given."""
    random = Random(seed)
    callers = [shell_caller(random) if random.random() < 0.75 else python_caller(random) for _ in range(count)]
    cases = [case_of(caller) for caller in callers]
    run_cases(cases, folder)
    wrong = [f"{case.caller.text}{found}\n{case.new}" for case in cases if (found := difference(case))]
    return wrong, Counter(case.refusal or "safe" for case in cases)
