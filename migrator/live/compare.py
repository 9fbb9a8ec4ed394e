"""What CircleCI's compiler says would run, against what this tool's own compiler says: workflows and jobs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from migrator.circleci.compiler import CompileError, UnknownError, compile_pipeline
from migrator.circleci.runs.config import ConfigView, as_mapping
from migrator.model import Proof, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from migrator.circleci.compiler import Event, Pipeline
    from migrator.circleci.runs.config import Data
    from migrator.live.compile import Compiled
    from migrator.live.occasions import Occasion

    Runs = set[tuple[str, str]]

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
