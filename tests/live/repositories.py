"""A made-up repository that starts jobs through v1.1, and what CircleCI knows of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from migrator.circleci.compiler import CompileError, Event, EventKind, compile_pipeline
from migrator.syntax.yaml import load
from tests.live.fake import Play, Routes, says

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from migrator.circleci.compiler import Pipeline
    from tests.world.exchange import Request

CONFIG = """\
version: 2.1
jobs:
  build:
    docker: [{image: cimg/base:2024.02}]
    steps: [checkout, {run: make}]
  deploy:
    docker: [{image: cimg/base:2024.02}]
    steps: [checkout, {run: make deploy}]
workflows:
  main:
    jobs:
      - build
      - hold: {type: approval, requires: [build]}
  release:
    jobs:
      - build: {filters: {branches: {only: /release-.*/}}}
"""
SCRIPT = """\
#!/bin/sh
curl -u "$CIRCLE_TOKEN:" -d build_parameters[CIRCLE_JOB]=deploy -d "build_parameters[VERSION]=$1" \\
  https://circleci.com/api/v1.1/project/github/acme/app/tree/main
"""
FILES = {".circleci/config.yml": CONFIG, "ci/deploy.sh": SCRIPT}
REMOTE = "https://github.com/acme/app.git"
ORGANIZATION = "7a1e3d0c-0000-4000-8000-00000000a001"
PROJECT_ID = "7a1e3d0c-0000-4000-8000-00000000b001"
PROJECT = {
    "slug": "gh/acme/app",
    "name": "app",
    "id": PROJECT_ID,
    "organization_name": "acme",
    "organization_slug": "gh/acme",
    "organization_id": ORGANIZATION,
    "vcs_info": {"vcs_url": "https://github.com/acme/app", "provider": "GitHub", "default_branch": "main"},
}
SERVER_COMPILE = "POST /api/v2/compile-config-with-defaults"
CLOUD_COMPILE = "POST /api/v3/configs/compile"

Change = "Callable[[dict[str, Any]], None]"


def compiled(text: str, parameters: Mapping[str, object], values: Mapping[str, Any]) -> dict[str, Any]:
    """What CircleCI makes of a config: version 2, names as they will run, conditions decided, filters left in."""
    kind = EventKind.API if values["pipeline.trigger_source"] == "api" else EventKind.PUSH
    tag, branch = values["pipeline.git.tag"] or None, values["pipeline.git.branch"] or None
    pipeline = compile_pipeline(load(text), Event(kind, branch, tag, dict(parameters)))
    return {"version": 2, "jobs": _jobs(pipeline), "workflows": {"version": 2, **_workflows(pipeline)}}


def _jobs(pipeline: Pipeline) -> dict[str, Any]:
    body = {"docker": [{"image": "cimg/base:2024.02"}], "steps": [{"run": {"command": "cat <<EOF\n<< no.tag >>\nEOF"}}]}
    return {run.name: body for run in pipeline.jobs if not run.approval}


def _workflows(pipeline: Pipeline) -> dict[str, Any]:
    workflows: dict[str, Any] = {name: {"jobs": []} for name in pipeline.workflows}
    for run in pipeline.jobs:
        entry: dict[str, Any] = {"requires": list(run.requires)} if run.requires else {}
        entry |= {"type": "approval"} if run.approval else {}
        entry |= {"filters": {"tags": {"only": "/.*/"}}}
        workflows[run.workflow]["jobs"].append({run.name: entry})
    return workflows


def server_compiler(change: Callable[[dict[str, Any]], None] = lambda _: None) -> Callable[[Request], Play]:
    """Server's compiler; `change` gets its hands on what was compiled."""

    def answer(request: Request) -> Play:
        body = json.loads(request.body)
        options = body["options"]
        try:
            data = compiled(body["config_yaml"], options.get("pipeline_parameters", {}), options["pipeline_values"])
        except CompileError as error:
            return Play(data={"valid": False, "source-yaml": "", "errors": [{"message": error.message}]})
        change(data)
        return Play(data={"valid": True, "source-yaml": "", "output-yaml": json.dumps(data), "errors": []})

    return answer


def known() -> Routes:
    """A Server that knows the person and the project."""
    return {
        "GET /api/v2/me": Play(data={"id": "1", "login": "ada", "name": "Ada"}),
        "GET /api/v2/project/gh/acme/app": Play(data=PROJECT),
        SERVER_COMPILE: server_compiler(),
    }


NO_PROJECT = says(404, "Project not found")
