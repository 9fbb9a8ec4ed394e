"""The script that `migrator explain reply-polled` shows, run as it is printed: what becomes of a pipeline."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, TypeVar

import pytest

from migrator.report.explain import page
from migrator.rules import catalogue
from tests.conftest import needs
from tests.world import Switches, World

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_T = TypeVar("_T")

pytestmark = needs("bash", "curl", "jq")

CONFIG = """\
version: 2.1
parameters:
  run_job:
    type: enum
    enum: [none, deploy]
    default: none
jobs:
  check:
    docker: [{image: cimg/base:2024.01}]
    steps:
      - run: sleep 0.5
  deploy:
    docker: [{image: cimg/base:2024.01}]
    steps:
      - run: test ! -e broken
workflows:
  ordinary:
    when:
      equal: [none, << pipeline.parameters.run_job >>]
    jobs: [check]
  another:
    when:
      equal: [deploy, << pipeline.parameters.run_job >>]
    jobs: [check]
  run-deploy:
    when:
      equal: [deploy, << pipeline.parameters.run_job >>]
    jobs:
      - check
      - deploy: {requires: [check]}
"""
STATES: tuple[str, ...] = ("running", "on_hold", "failing")


def script() -> str:
    """What stands between the headings of the page."""
    text = page(catalogue()["reply-polled"])
    shown = text.partition("\nAfter\n")[2].partition("\nWhen it is not rewritten\n")[0]
    return "".join(line.removeprefix("  ") for line in shown.splitlines(keepends=True))


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A PATH with a `sleep` that takes no time to speak of."""
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "sleep").write_text("#!/bin/sh\nexec /bin/sleep 0.05\n")
    (programs / "sleep").chmod(0o755)
    return f"{programs}:{os.environ['PATH']}"


@dataclass
class Service:
    """An API that answers with what was put in: the pipeline's states and its lists of workflows, one after another.

    The last of each goes on. A list that is longer than a page is given in pages.
    """

    port: int = 0
    states: list[str] = field(default_factory=lambda: ["created"])
    workflows: list[list[dict[str, str]]] = field(default_factory=list)
    triggered: tuple[int, object] = (201, {"id": "p-1", "number": 7, "state": "pending"})
    asked: list[str] = field(default_factory=list)
    listed: list[dict[str, str]] = field(default_factory=list)

    def answer(self, method: str, path: str) -> tuple[int, object]:
        """The status and the JSON of a reply."""
        self.asked.append(f"{method} {path}")
        place, _, query = path.partition("?")
        match method, place.removeprefix("/api/v2/").split("/"):
            case "POST", ["project", "gh", "acme", "app", "pipeline"]:
                return self.triggered
            case "GET", ["pipeline", "p-1"]:
                return 200, {"state": _next(self.states), "errors": [{"type": "config", "message": "no such job"}]}
            case "GET", ["pipeline", "p-1", "workflow"]:
                self.listed = self.listed if query else _next(self.workflows)
                return 200, _page(self.listed, query)
            case "GET", ["workflow", "w-1", "job"]:
                jobs = [{"name": "check", "job_number": 1}, {"name": "hold"}, {"name": "deploy", "job_number": 12}]
                return 200, _page(jobs, query)
        return 404, {"message": "Not found"}


def _next(values: list[_T]) -> _T:
    """The next of the values; the last one for ever."""
    return values.pop(0) if len(values) > 1 else values[0]


def _page(items: Sequence[object], query: str) -> dict[str, object]:
    start = int(query.removeprefix("page-token=2%26")) if query else 0
    rest = len(items) > start + 1
    return {"items": items[start : start + 1], "next_page_token": f"2&{start + 1}" if rest else None}


@pytest.fixture
def service() -> Iterator[Service]:
    """The API on loopback."""
    made = Service()

    class Handler(BaseHTTPRequestHandler):
        def _reply(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, data = made.answer(self.command, self.path.removeprefix("http://circleci.com"))
            body = json.dumps(data).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _reply  # noqa: N815 - the names that http.server wants

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


def run(service: Service, path: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run the script against the service."""
    environment = {"PATH": path, "CIRCLE_TOKEN": "t", "http_proxy": f"http://127.0.0.1:{service.port}"}
    text = (text or script()).replace("https://circleci.com", "http://circleci.com")
    return subprocess.run(
        ["bash", "-c", text], env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def workflow(status: str, name: str = "run-deploy", created: str = "2026-01-01T00:00:01Z") -> dict[str, str]:
    return {"id": "w-1" if name == "run-deploy" else "w-0", "name": name, "status": status, "created_at": created}


def test_it_waits_through_empty_lists_pages_and_other_workflows(service: Service, path: str) -> None:
    setup = workflow("success", "setup", "2026-01-01T00:00:00Z")
    service.states = ["pending", "setup", "created"]
    service.workflows = [[], [setup], *([setup, workflow(state)] for state in STATES), [setup, workflow("success")]]
    done = run(service, path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "Job 12 has succeeded.\n", "")
    assert any("?page-token=" in asked for asked in service.asked)


@pytest.mark.parametrize("status", ["failed", "error", "canceled", "unauthorized", "not_run"])
def test_a_workflow_that_fails(service: Service, path: str, status: str) -> None:
    service.workflows = [[workflow("running")], [workflow(status)]]
    done = run(service, path)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"The workflow ended: {status}\n")


def test_of_several_runs_the_last_counts(service: Service, path: str) -> None:
    again = workflow("success", created="2026-01-01T00:00:09Z")
    service.workflows = [[again, workflow("failed")]]
    assert run(service, path).returncode == 0


def test_a_pipeline_with_errors(service: Service, path: str) -> None:
    service.states, service.workflows = ["pending", "errored"], [[]]
    done = run(service, path)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "no such job\n")


def test_a_pipeline_without_workflows_ends_some_time(service: Service, path: str) -> None:
    service.workflows = [[workflow("success", "ordinary")]]
    done = run(service, path, script().replace("-lt 240", "-lt 3"))
    assert (done.returncode, done.stderr) == (1, "There is no result after an hour.\n")


@pytest.mark.parametrize("triggered", [(404, {"message": "Project not found"}), (200, {"message": "Skipped"})])
def test_a_trigger_that_starts_nothing(service: Service, path: str, triggered: tuple[int, object]) -> None:
    service.triggered = triggered
    done = run(service, path)
    assert (done.returncode, done.stdout) == (1, "")
    assert len(service.asked) == 1


@needs("git")
@pytest.mark.parametrize("broken", [False, True])
def test_it_follows_a_pipeline_of_the_whole_world(tmp_path: Path, path: str, broken: bool) -> None:
    source = tmp_path / "source"
    (source / ".circleci").mkdir(parents=True)
    config = CONFIG.replace("test ! -e broken", "false") if broken else CONFIG
    (source / ".circleci" / "config.yml").write_text(config)
    (source / "wait.sh").write_text(script())
    with World(source, tmp_path / "world", switches=Switches(removed=True, page_size=1)) as world:
        done = world.run(["bash", "wait.sh"], {"CIRCLE_TOKEN": "personal-token", "PATH": path})
        number = next(build.number for build in world.service.builds if build.ran and build.ran.name == "deploy")
    wanted = (1, "", "The workflow ended: failed\n") if broken else (0, f"Job {number} has succeeded.\n", "")
    assert (done.status, done.stdout, done.stderr) == wanted
