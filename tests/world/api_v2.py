"""v2: trigger a pipeline, follow it to its jobs, rerun. CircleCI docs: API v2 reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.circleci.compiler import Event, EventKind
from tests.world import tokens, v2_data
from tests.world.exchange import Reply, fault, message
from tests.world.project import ProjectSlug
from tests.world.service import JobRequest, RefNotFoundError
from tests.world.switches import BadParameters
from tests.world.v2_request import PipelineBody, RefusedError, json_body, pipeline_body, run_body

if TYPE_CHECKING:
    from tests.world.exchange import Request
    from tests.world.project import Project
    from tests.world.records import Pipeline, Workflow
    from tests.world.service import Service

_Answer = tuple[object, Reply]
_PROVIDERS = ("github", "gh", "bitbucket", "bb", "circleci")
_NO_PROJECT = message(404, "Project not found")
_NO_PIPELINE = message(404, "Pipeline not found")


def answer(service: Service, request: Request, rest: tuple[str, ...]) -> _Answer:
    """The body as read, and the reply, for a request below `/api/v2`."""
    refusal = _refuse_token(service, request)
    if refusal is not None:
        return None, refusal
    hiccup = service.looks.hiccup(service.switches) if request.method == "GET" else None
    if hiccup is not None:
        return None, fault(hiccup)
    match request.method, rest:
        case _, ("project", slug, *below) if "/" in slug:
            return _project(service, request, tuple(slug.split("/")), tuple(below), encoded=True)
        case _, ("project", provider, organization, repository, *below):
            return _project(service, request, (provider, organization, repository), tuple(below), encoded=False)
        case "POST", ("workflow", id_, "rerun"):
            return _rerun(service, request, id_)
        case "GET", (("pipeline" | "workflow"), *_):
            return None, _look_up(service, rest, dict(request.query).get("page-token", ""))
        case _:
            return None, message(404, "Not found")


def _refuse_token(service: Service, request: Request) -> Reply | None:
    """v2 takes personal tokens only, not in the query; a project token sees no project. CircleCI docs: API v2."""
    token = tokens.in_header(request)
    if token is None:
        shown = tokens.in_query(request) is not None
        return message(401, "Query string authentication is not supported." if shown else "You must log in first.")
    match service.tokens.holder(token):
        case tokens.Holder.PERSON:
            return None
        case tokens.Holder.PROJECT:
            return _NO_PROJECT
        case _:
            return message(401, "Invalid token provided.")


def _project(
    service: Service, request: Request, slug: tuple[str, ...], below: tuple[str, ...], *, encoded: bool
) -> _Answer:
    if len(slug) != 3 or slug[0] not in _PROVIDERS or (encoded and below == ("pipeline", "run")):
        return None, _NO_PROJECT
    project = service.find(ProjectSlug.of(*slug))
    if project is None:
        return None, _NO_PROJECT
    match request.method, below:
        case "POST", ("pipeline",) | ("pipeline", "run"):
            return _trigger(service, request, project, below)
        case "GET", ("job", number) if number.isdecimal():
            return None, _job(service, project, int(number))
        case _:
            return None, message(404, "Not found")


def _trigger(service: Service, request: Request, project: Project, below: tuple[str, ...]) -> _Answer:
    fields: object = None
    try:
        fields = json_body(request)
        strict = service.switches.unknown_keys_refused
        given = run_body(fields or {}) if below[-1] == "run" else pipeline_body(fields or {}, strict=strict)
        return fields, _start(service, project, given)
    except (RefusedError, RefNotFoundError) as error:
        return fields, message(400, str(error))


def _start(service: Service, project: Project, given: PipelineBody) -> Reply:
    checkout = service.locate(project, JobRequest(given.branch, given.tag))
    if project.skips(checkout.commit):
        return message(service.switches.skip_status, "Pipeline skipped: the head commit asks for it")
    event = Event(EventKind.API, checkout.branch, checkout.tag, given.parameters)
    refuse = service.switches.bad_parameters is BadParameters.REFUSED
    if refuse and service.refuses_parameters(project, event, checkout):
        return _NO_PROJECT
    pipeline = service.start_pipeline(project, event, checkout, "api")
    errored = bool(pipeline.errors) and service.switches.pace is None
    return Reply(201, v2_data.created(pipeline, "errored" if errored else "pending"))


def _rerun(service: Service, request: Request, id_: str) -> _Answer:
    workflow = _workflow(service, id_)
    if workflow is None:
        return None, message(404, "Workflow not found")
    try:
        fields = json_body(request)
    except RefusedError as error:
        return None, message(400, str(error))
    wanted = (fields or {}).get("jobs")
    if (fields or {}).get("enable_ssh") and not wanted:
        return fields, message(400, "enable_ssh needs jobs")
    builds = v2_data.selected(workflow, wanted, from_failed=bool((fields or {}).get("from_failed")))
    if not builds:
        return fields, message(400, "There is no such job in the workflow")
    ssh = bool((fields or {}).get("enable_ssh"))
    return fields, Reply(202, {"workflow_id": service.rerun(workflow, builds, ssh=ssh).id})


def _look_up(service: Service, rest: tuple[str, ...], token: str) -> Reply:
    match rest:
        case ("pipeline", id_, *below):
            pipeline = next((known for known in service.pipelines if known.id == id_), None)
            return _of_pipeline(service, pipeline, tuple(below), token) if pipeline else _NO_PIPELINE
        case ("workflow", id_, *below):
            if id_.startswith(v2_data.SETUP):
                return Reply(200, v2_data.page([v2_data.setup_job()])) if below else message(404, "Not found")
            workflow = _workflow(service, id_)
            if workflow is None:
                return message(404, "Workflow not found")
            return _of_workflow(service, workflow, tuple(below), token)
        case _:
            return message(404, "Not found")


def _of_pipeline(service: Service, pipeline: Pipeline, below: tuple[str, ...], token: str) -> Reply:
    looks, switches = service.looks, service.switches
    seen = looks.counted[pipeline.id] - 1 if token else looks.look(pipeline.id)
    state = looks.state(pipeline, switches, seen)
    match below:
        case ():
            return Reply(200, v2_data.pipeline_data(pipeline, state))
        case ("workflow",):
            known = reversed(looks.workflows(pipeline, switches, seen))
            items = [v2_data.workflow_data(each, looks.of_workflow(each, switches)) for each in known]
            if switches.pace and switches.pace.setup and state != "pending":
                items.append(v2_data.setup_workflow(pipeline))
            return Reply(200, v2_data.page(items, switches.page_size, token))
        case _:
            return message(404, "Not found")


def _of_workflow(service: Service, workflow: Workflow, below: tuple[str, ...], token: str) -> Reply:
    looks, switches = service.looks, service.switches
    match below:
        case ():
            return Reply(200, v2_data.workflow_data(workflow, looks.of_workflow(workflow, switches)))
        case ("job",):
            seen = looks.counted[workflow.id] - 1 if token else looks.look(workflow.id)
            states = [(build, looks.in_workflow(build, switches, seen)) for build in workflow.builds]
            items = [v2_data.job_in_workflow(build, state) for build, state in states]
            return Reply(200, v2_data.page(items, switches.page_size, token))
        case _:
            return message(404, "Not found")


def _workflow(service: Service, id_: str) -> Workflow | None:
    known = (workflow for pipeline in service.pipelines for workflow in pipeline.workflows)
    return next((workflow for workflow in known if workflow.id == id_), None)


def _job(service: Service, project: Project, number: int) -> Reply:
    for build in service.builds:
        if build.number == number and build.project is project:
            return Reply(200, v2_data.job_data(build, service.looks.build(build, service.switches)))
    return message(404, "Job not found")
