"""`verify --live`: every planned call and a push, compiled by CircleCI itself and compared with our compiler."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from migrator.circleci.api.v2_request import Bare
from migrator.circleci.compiler import CompileError, Event, EventKind, UnknownError, compile_pipeline
from migrator.circleci.proof.selection import choices, given, selecting
from migrator.circleci.runs.config import ConfigView, as_mapping
from migrator.live.api import project
from migrator.live.client import NotFoundError
from migrator.live.compile import compile_config
from migrator.live.planned import planned
from migrator.model import Expansion, Proof, Value, Verdict, flatten, values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from migrator.circleci.api.v2_request import Parameter
    from migrator.circleci.compiler import Pipeline
    from migrator.circleci.runs.config import Data
    from migrator.live.client import Client
    from migrator.live.compile import Compiled
    from migrator.live.planned import Planned, PlannedCall
    from migrator.model import Template
    from migrator.repository.discovery import Discovery
    from migrator.settings import Settings

    Runs = set[tuple[str, str]]


SAMPLE = "sample"
"""What stands for a value that only the run of a call shows."""

_SAMPLES: dict[object, object] = {"boolean": True, "integer": 1}


@dataclass(frozen=True, slots=True)
class Occasion:
    """One event, every value of it known, and what to call it."""

    subject: str
    event: Event


def occasions(planned: Planned, config: ConfigView, branch: str) -> Iterator[Occasion]:
    """A push to `branch`, and every call that starts its jobs, once for every value that decides what it runs."""
    yield Occasion(f"push to {branch}", Event(EventKind.PUSH, branch))
    for call in planned.aimed:
        if not call.request.problem:
            yield from _of_call(call, config, branch)


def _of_call(call: PlannedCall, config: ConfigView, branch: str) -> Iterator[Occasion]:
    request = call.request
    tag = None if request.tag is None else text_of(request.tag.template)
    on = None if tag is not None else text_of(request.branch.template, branch) if request.branch else branch
    for choice in choices(config, request, selecting(config, request)):
        if choice.others:  # a value that nothing asks for need not be one that the API takes
            continue
        sent = {name: _sent(config, name, value) for name, value in given(request, choice)}
        subject = f"{call.path}:{call.line}" + (f" with {choice}" if choice.values else "")
        yield Occasion(subject, Event(EventKind.API, on, tag, sent))


def _sent(config: ConfigView, name: str, value: Parameter) -> object:
    match value:
        case Bare(template) if (kind := as_mapping(config.parameters.get(name)).get("type")) in _SAMPLES:
            return _SAMPLES[kind] if values(template) is None else _read(text_of(template))
        case Value(template) | Bare(template):
            return text_of(template)
    return value


def _read(text: str) -> object:
    return {"true": True, "false": False}.get(text, int(text) if text.lstrip("-").isdigit() else text)


def text_of(template: Template, unknown: str = SAMPLE) -> str:
    """The one text of a template, or one that it can have; `unknown` stands for what only the run shows."""
    known = values(template)
    if known:
        return known[0]
    return "".join(unknown if isinstance(part, Expansion) else part.text for part in flatten(template))


_IMPLICIT = "build"
_STUB = {"docker": [{"image": "stub"}], "steps": ["checkout"]}


def compared(config: ConfigView, occasion: Occasion, compiled: Compiled) -> Proof:
    """The proof that both compilers run the same workflows and jobs."""
    subject = f"CircleCI's compiler: {occasion.subject}"
    ours = _ours(config, occasion.event)
    if isinstance(ours, CompileError | UnknownError):
        return _without_ours(subject, ours, compiled)
    if compiled.data is None:
        return Proof(subject, Verdict.DIFFERS, f"CircleCI refuses the config: {'; '.join(compiled.errors)}")
    try:
        theirs = runs_of(compiled.data, occasion.event, has_workflows=bool(config.workflows))
    except (CompileError, UnknownError) as error:
        return Proof(subject, Verdict.UNKNOWN, f"what CircleCI compiled cannot be read: {error.message}")
    sure, maybe = (
        {(run.workflow, run.name) for run in ours.jobs if bool(run.conditions) is uncertain}
        for uncertain in (False, True)
    )
    if not config.workflows:  # how CircleCI calls the workflow that it makes up is not documented
        sure, maybe, theirs = ({(_IMPLICIT, name) for _, name in runs} for runs in (sure, maybe, theirs))
    return _verdict(subject, sure, maybe, theirs)


def _verdict(subject: str, sure: Runs, maybe: Runs, theirs: Runs) -> Proof:
    missing, more = sure - theirs, theirs - sure - maybe
    texts = [f"at CircleCI {_listed(more)} runs as well"] if more else []
    texts += [f"at CircleCI {_listed(missing)} does not run"] if missing else []
    return Proof(subject, Verdict.DIFFERS if texts else Verdict.PROVED, "; ".join(texts))


def _ours(config: ConfigView, event: Event) -> Pipeline | CompileError | UnknownError:
    try:
        return compile_pipeline(config.data, event)
    except (CompileError, UnknownError) as error:
        return error


def _without_ours(subject: str, error: CompileError | UnknownError, compiled: Compiled) -> Proof:
    if compiled.data is None:
        said = "; ".join(compiled.errors)
        return Proof(
            subject, Verdict.DIFFERS, f"the pipeline fails at CircleCI ({said}), and offline ({error.message})"
        )
    verdict = Verdict.DIFFERS if isinstance(error, CompileError) else Verdict.UNKNOWN
    return Proof(subject, verdict, f"CircleCI compiles the config, this tool does not: {error.message}")


def runs_of(compiled: Data, event: Event, *, has_workflows: bool) -> Runs:
    """The jobs by workflow that a compiled config runs for an event. Raises CompileError and UnknownError.

    Filters and schedules are still in a compiled config: they are decided when the pipeline runs. Job bodies are left
    out, since what looks like a tag in them is none any more.
    """
    workflows = ConfigView(compiled).workflows
    if not workflows and has_workflows:
        return set()  # no condition held; the implicit workflow is only for configs that never had any
    names = _Names()
    bodies = {workflow: _body(as_mapping(body), names) for workflow, body in workflows.items()}
    jobs = (
        dict.fromkeys(names.aliases.values(), _STUB) if workflows else dict.fromkeys(map(str, _jobs(compiled)), _STUB)
    )
    skeleton: dict[str, object] = {"version": 2.1, "jobs": jobs}
    if workflows:
        skeleton["workflows"] = bodies
    pipeline = compile_pipeline(skeleton, replace(event, parameters={}))
    return {(run.workflow, names.real(run.name)) for run in pipeline.jobs}


def _jobs(compiled: Data) -> Iterable[object]:
    return as_mapping(compiled.get("jobs"))


class _Names:
    """Names that any compiler takes for names that an orb or a matrix made."""

    def __init__(self) -> None:
        self.aliases: dict[str, str] = {}

    def alias(self, name: str) -> str:
        return self.aliases.setdefault(name, f"job-{len(self.aliases)}")

    def real(self, alias: str) -> str:
        return next((name for name, known in self.aliases.items() if known == alias), alias)


def _body(workflow: Data, names: _Names) -> Mapping[str, object]:
    kept = {key: workflow[key] for key in ("when", "unless", "triggers") if key in workflow}
    entries = workflow.get("jobs")
    return {**kept, "jobs": [_entry(entry, names) for entry in (entries if isinstance(entries, list) else [])]}


def _entry(entry: object, names: _Names) -> object:
    if isinstance(entry, str):
        return names.alias(entry)
    for key, body in as_mapping(entry).items():
        settings = as_mapping(body)
        kept = {name: settings[name] for name in ("type", "filters") if name in settings}
        requires = settings.get("requires")
        if isinstance(requires, list):
            kept["requires"] = list(_required(requires, names))
        return {names.alias(str(settings.get("name", key))): kept}
    return entry


def _required(requires: list[object], names: _Names) -> Iterator[object]:
    for required in requires:
        if isinstance(required, str):
            yield names.alias(required)
        else:
            yield {names.alias(str(name)): status for name, status in as_mapping(required).items()}


def _listed(runs: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"job {name} of workflow {workflow}" for workflow, name in sorted(runs))


_DEFAULT_BRANCH = "main"


def ask_compiler(client: Client, roots: Sequence[tuple[Discovery, Settings]]) -> list[tuple[Proof, ...]]:
    """The proofs about each repository; none without calls or a config. Raises AuthError and ApiError."""
    return [tuple(_proofs(client, plan)) for plan in planned(roots)]


def _proofs(client: Client, plan: Planned) -> Iterator[Proof]:
    if plan.config is None or plan.text is None or not plan.aimed:
        return
    organization, branch = _home(client, [plan.spelled.get(slug, slug) for slug in plan.slugs])
    compiled: dict[str, Compiled] = {}  # many calls send the same
    for occasion in occasions(plan, plan.config, branch):
        key = repr(occasion.event)
        if key not in compiled:
            compiled[key] = compile_config(client, plan.text, occasion.event, organization)
        yield compared(plan.config, occasion, compiled[key])


def _home(client: Client, slugs: Sequence[str]) -> tuple[str, str]:
    """The organisation's id, with which the compiler finds private orbs, and the default branch."""
    for slug in slugs if client.token.origin else ():  # without a token nobody is told
        try:
            found = project(client, slug)
        except NotFoundError:
            continue
        return found.organization_id, found.branch or _DEFAULT_BRANCH
    return "", _DEFAULT_BRANCH
