"""Check what a config shows by itself, once calls start something in it: its guards, and the values it reads."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from migrator.circleci.api.v2_request import Bare
from migrator.circleci.compiler import CompileError, EventKind, UnknownError, workflow_may_run
from migrator.circleci.compiler.scope import references
from migrator.circleci.compiler.vocabulary import PIPELINE_VALUES, VALUE_GROUPS
from migrator.circleci.plan.plan import is_selector
from migrator.circleci.proof.selection import mentioned
from migrator.circleci.proof.v2_check import started_by
from migrator.circleci.runs.config import as_mapping
from migrator.circleci.runs.events import on_branch, on_tag
from migrator.circleci.runs.generated import selects
from migrator.model import Proof, Value, Verdict, values

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from migrator.circleci.api.v2_request import Parameter, V2Request
    from migrator.circleci.compiler import Event
    from migrator.circleci.runs.config import ConfigView


def check_config(config: ConfigView, requests: Iterable[V2Request]) -> tuple[Proof, ...]:
    """Whether pushes run something in a config that requests start something in, and what in it is wrong by itself."""
    sent = {(name, text) for request in requests for name, value in request.parameters for text in _texts(value)}
    return (_check_pushes(config), *_check_guards(config, sent), *_check_values(config))


def _texts(value: Parameter) -> tuple[str, ...]:
    return values(value.template) or () if isinstance(value, Value | Bare) else ()


def _check_pushes(config: ConfigView) -> Proof:
    """Whether an ordinary push still runs something; where only tags or schedules are built, one of these."""
    subject = "push to any branch"
    try:
        runs = any(_runs(config, event) for event in _ORDINARY)
    except CompileError as error:
        return Proof(subject, Verdict.DIFFERS, f"the config fails: {error.message}")
    except UnknownError as error:
        return Proof(subject, Verdict.UNKNOWN, error.message)
    if runs or _waits_for_calls(config):
        return Proof(subject, Verdict.PROVED, claim="something runs")
    return Proof(
        subject,
        Verdict.DIFFERS,
        "nothing runs: with the default parameters no workflow's `when` holds; correct the guards",
    )


_ORDINARY = (on_branch(EventKind.PUSH), on_tag(EventKind.PUSH), on_branch(EventKind.SCHEDULE))


def _runs(config: ConfigView, event: Event) -> bool:
    started = started_by(config, event)
    return bool(started.sure or started.unsure)


def _waits_for_calls(config: ConfigView) -> bool:
    """Whether no workflow is meant for pushes: each is scheduled, switched off, or the one for what a call names."""
    workflows = map(as_mapping, config.workflows.values())
    alive = [body for body in workflows if not body.get("triggers") and workflow_may_run(body, {}) is not False]
    choices = [body.get("when") for body in alive]
    selectors = [name for name in config.parameters if is_selector(config, name)]
    selections = [selects(name, choice) for name in selectors for choice in _choices_of(config, name)]
    return all(choice in selections for choice in choices) and all(choices.count(choice) == 1 for choice in choices)


def _choices_of(config: ConfigView, selector: str) -> list[str]:
    declared = as_mapping(config.parameters.get(selector)).get("enum")
    return [str(choice) for choice in declared[1:]] if isinstance(declared, list) else []


def _check_guards(config: ConfigView, sent: Collection[tuple[str, str]]) -> Iterator[Proof]:
    """The workflows that run for no default, and wait for what a parameter can hardly be.

    `sent` are names of parameters, each with a value that a call sends.
    """
    if config.setup or config.version != "2.1":
        return
    defaults = {name: as_mapping(body).get("default") for name, body in config.parameters.items()}
    for workflow, body in config.workflows.items():
        guard = _Guard(workflow, as_mapping(body), defaults)
        if guard.body.get("triggers") or guard.body.get("when") is False or guard.holds({}):
            continue
        found = (_wrong(config, guard, name, sent) for name in defaults)
        reason = _always_false(guard) or next(filter(None, found), None)
        if reason is not None:
            yield reason


@dataclass(frozen=True, slots=True)
class _Guard:
    """The condition of a workflow, and the defaults of all parameters."""

    workflow: str
    body: Mapping[str, object]
    defaults: Mapping[str, object]

    def holds(self, given: Mapping[str, object]) -> bool:
        """Whether it may hold when these parameters are given; one that cannot be read is told elsewhere."""
        known = {f"pipeline.parameters.{name}": value for name, value in {**self.defaults, **given}.items()}
        try:
            return workflow_may_run(self.body, known) is not False
        except CompileError:
            return True

    @property
    def depends(self) -> bool:
        """Whether something may make it hold."""
        try:
            return workflow_may_run(self.body, {}) is not False
        except CompileError:
            return True

    def holding(self, name: str, texts: Iterable[object]) -> list[object]:
        """Of values of one parameter those that it holds for."""
        return [text for text in dict.fromkeys(texts) if self.holds({name: text})]


def _always_false(guard: _Guard) -> Proof | None:
    """What is wrong with a guard that names a value and yet depends on none: it stands there as text."""
    condition = str(guard.body.get("when", guard.body.get("unless")))
    if "pipeline." not in condition or guard.depends:
        return None
    detail = "it never runs: its guard is false whatever is sent; a name counts only between `<<` and `>>`"
    return Proof(f"workflow {guard.workflow}", Verdict.DIFFERS, detail)


def _wrong(config: ConfigView, guard: _Guard, name: str, sent: Collection[tuple[str, str]]) -> Proof | None:
    """What is wrong with a guard that waits for one parameter to be something else than its default."""
    declared = as_mapping(config.parameters[name])
    default, members = declared.get("default"), declared.get("enum")
    subject, compared = f"workflow {guard.workflow}", list(mentioned(guard.body, name))
    asked = guard.holding(name, compared)
    if declared.get("type") == "enum" and isinstance(members, list):
        never = guard.holding(name, ["", *compared])
        if never and not guard.holding(name, members):
            what = f"`{never[0]}`" if never[0] else "empty"
            return Proof(subject, Verdict.DIFFERS, f"it never runs: `{name}` cannot be {what}; correct its guard")
        if default in config.jobs and (idle := [text for text in asked if text not in config.jobs]):
            detail = (
                f"no push runs it: it waits for `{name}` to be `{idle[0]}`. The default is `{default}`, so that every "
                f"push starts the job {default}; make `{idle[0]}` the default"
            )
            is_ours = idle[0] == members[0] and all(choice in config.jobs for choice in members[1:])
            if is_ours or (name, default) in sent:  # else pushes are what the default is for
                return Proof(subject, Verdict.DIFFERS if is_ours else Verdict.UNKNOWN, detail)
    waits_for_none = guard.holds({name: ""}) and not guard.holds({name: _ANY})
    if declared.get("type") == "string" and default and not asked and waits_for_none:
        detail = f"no push runs it: its guard holds only while `{name}` is empty, and the default is `{default}`"
        return Proof(subject, Verdict.DIFFERS, f"{detail}; compare with the default instead")
    return None


def _check_values(config: ConfigView) -> Iterator[Proof]:
    """The parameters and pipeline values that the config reads and that there are not."""
    if config.version != "2.1":
        return
    used = [config.workflows, *(config.jobs.get(name) for name in config.workflow_jobs)]
    for name in dict.fromkeys(references(used)):
        parameter = name.removeprefix(_PARAMETER)
        if parameter != name:
            if parameter not in config.parameters:
                hint = _meant(parameter, tuple(config.parameters))
                detail = f"the config reads it and does not declare it{hint}"
                yield Proof(f"parameter {parameter}", Verdict.DIFFERS, detail)
        elif name not in PIPELINE_VALUES and name.rpartition(".")[0] in VALUE_GROUPS:
            hint = _meant(name, PIPELINE_VALUES)
            verdict = Verdict.DIFFERS if hint else Verdict.UNKNOWN
            yield Proof(f"value {name}", verdict, f"the config reads it, and CircleCI documents no such value{hint}")


def _meant(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, n=1, cutoff=_NEAR)
    return f": did you mean `{near[0]}`?" if near else ""


_ANY = "\u27e8any\u27e9"
"""A text that nothing is compared with."""
_PARAMETER = "pipeline.parameters."
_NEAR = 0.85
