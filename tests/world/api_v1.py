"""v1 and v1.1: trigger, retry, ssh, and looking a build up. CircleCI docs: API v1 reference."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from migrator.circleci.compiler import Event, EventKind
from tests.world import body, tokens
from tests.world.exchange import Reply, message
from tests.world.project import ProjectSlug
from tests.world.records import BuildStatus
from tests.world.service import JobRequest, RefNotFoundError
from tests.world.v1_data import artifacts, build_data

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.world.exchange import Request
    from tests.world.project import Project
    from tests.world.records import Build
    from tests.world.service import Service

SUNSET = {"Deprecation": "true", "Sunset": "Mon, 01 Feb 2027 00:00:00 GMT"}
"""What the endpoints that will go send along. CircleCI changelog: deprecation of v1 and v1.1 triggers."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_Answer = tuple[object, Reply]


def answer(service: Service, request: Request, slug: tuple[str, str, str], rest: tuple[str, ...]) -> _Answer:
    """The body as read, and the reply, for a request below a project's path."""
    trigger = request.method == "POST" and _is_trigger(rest)
    if trigger and service.switches.removed:
        return None, message(410, "Gone")
    token = tokens.in_header(request) or tokens.in_query(request)
    holder = service.tokens.holder(token) if token else None
    if holder is None:
        return None, message(401, "You must log in first.")
    project = service.find(ProjectSlug.of(*slug))
    if project is None:
        return None, message(404, "Project not found")
    if not trigger:
        return None, _look_up(service, request, project, rest)
    if rest == ("build",) and holder is tokens.Holder.PROJECT:
        return None, message(403, "Permission denied")
    decoded, reply = _trigger(service, request, project, rest)
    return decoded, Reply(reply.status, reply.data, SUNSET)


def _is_trigger(rest: tuple[str, ...]) -> bool:
    match rest:
        case () | ("",) | ("build",) | ("tree", _):
            return True
        case (number, "retry" | "ssh"):
            return number.isdecimal()
        case _:
            return False


def _trigger(service: Service, request: Request, project: Project, rest: tuple[str, ...]) -> _Answer:
    try:
        fields = body.decode(request)
        if service.switches.query_parameters:
            fields = body.nested(request.query) | fields
    except body.BadBodyError as error:
        return None, message(400, str(error))
    try:
        return fields, _start(service, project, fields, rest)
    except (ValueError, RefNotFoundError) as error:
        return fields, message(400, str(error))


def _start(service: Service, project: Project, fields: Mapping[str, object], rest: tuple[str, ...]) -> Reply:
    match rest:
        case ("build",):
            return _start_pipeline(service, project, fields)
        case ("tree", branch):
            return _start_job(service, project, _job_request(fields, branch))
        case (number, word):
            return _retry(service, project, int(number), ssh=word == "ssh")
        case _:
            return _start_job(service, project, _job_request(fields, None))


def _start_job(service: Service, project: Project, request: JobRequest) -> Reply:
    return _begin(service, service.one_job(project, request))


def _start_pipeline(service: Service, project: Project, fields: Mapping[str, object]) -> Reply:
    """`/build`: a whole pipeline; it knows no build parameters. CircleCI docs: API v1 reference."""
    branch, tag, revision = (_text(fields, name) for name in ("branch", "tag", "revision"))
    if tag is not None and (branch is not None or revision is not None):
        raise ValueError("tag excludes branch and revision")
    checkout = service.locate(project, JobRequest(branch, tag, revision))
    event = Event(EventKind.API, checkout.branch, checkout.tag)
    service.start_pipeline(project, event, checkout, "api")
    return Reply(200, {"status": 200, "body": "Build created"})


def _retry(service: Service, project: Project, number: int, *, ssh: bool) -> Reply:
    for build in service.builds:
        if build.number == number and build.project is project:
            return _begin(service, service.retry(build, ssh=ssh))
    return message(404, "Build not found")


def _begin(service: Service, build: Build) -> Reply:
    """Queue a build; the reply describes it as it is before it runs."""
    reply = Reply(service.switches.v1_status, build_data(build))
    service.looks.look(build.id)
    service.submit([build])
    return reply


def _look_up(service: Service, request: Request, project: Project, rest: tuple[str, ...]) -> Reply:
    builds = [build for build in service.builds if build.project is project]
    match request.method, rest:
        case "GET", () | ("",):
            return Reply(200, [build_data(build) for build in reversed(builds)])
        case _, (number, *below) if number.isdecimal():
            found = next((build for build in builds if build.number == int(number)), None)
            return _of_build(service, request, found, below) if found else message(404, "Build not found")
        case _:
            return message(404, "Not found")


def _of_build(service: Service, request: Request, build: Build, below: list[str]) -> Reply:
    match request.method, below:
        case "GET", []:
            return Reply(200, build_data(build, service.looks.build(build, service.switches)))
        case "GET", ["artifacts"]:
            return Reply(200, artifacts(build))
        case "POST", ["cancel"]:
            service.cancel(build)
            return Reply(200, build_data(build, BuildStatus.CANCELED))
        case _:
            return message(404, "Not found")


def _job_request(fields: Mapping[str, object], branch: str | None) -> JobRequest:
    """What the fields ask for. Raises ValueError for what v1.1 does not take."""
    tag, revision = _text(fields, "tag"), _text(fields, "revision")
    if tag is not None and revision is not None:
        raise ValueError("revision and tag exclude each other")
    parameters = _parameters(fields.get("build_parameters", {}))
    job = parameters.get("CIRCLE_JOB", _text(fields, "job"))
    return JobRequest(branch, tag, revision, job, parameters, _text(fields, "config"))


def _parameters(given: object) -> dict[str, str]:
    if not isinstance(given, dict):
        raise ValueError("build_parameters must be a map")
    for name in given:
        if not _NAME.match(name):
            raise ValueError(f"build parameter {name!r}: not the name of an environment variable")
    return {name: _environment_value(value) for name, value in given.items()}


def _environment_value(value: object) -> str:
    """Numbers become strings, nested JSON becomes JSON text. CircleCI docs: inject-environment-variables-with-api."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if "\0" in text:
        raise ValueError("a build parameter holds a NUL character")
    return text


def _text(fields: Mapping[str, object], name: str) -> str | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{name} must be a string")
    return value
