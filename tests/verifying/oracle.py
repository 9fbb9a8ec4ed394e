"""A second opinion on two configs: run the same concrete events through both and compare what comes out, as it is.

No symbols and no reduction: equal means equal in every field of every job. It speaks for configs that have the same
names for everything, i.e. for a migrated config and a mutant of it.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from codemods import find_v2_callers
from migrator.circleci.compiler import CompileError, Event, EventKind, Pipeline, UnknownError, compile_pipeline
from migrator.circleci.proof.ordinary import ref_names
from migrator.model import Literal, Value, flatten
from migrator.syntax.text.source import Source
from tests.verifying.mutants import config_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.circleci.api.v2_request import Parameter
    from migrator.model import Template
    from tests.verifying.mutants import Config
    from tests.verifying.support import Files


def observably_different(first: Files, second: Files) -> str:
    """The first event that the two configs answer differently; empty when there is none among those tried."""
    configs = [config_of(first), config_of(second)]
    schedules = [
        {n: b["triggers"] for n, b in c["workflows"].items() if isinstance(b, dict) and "triggers" in b}
        for c in configs
    ]
    if schedules[0] != schedules[1]:
        return "schedules"
    for event in dict.fromkeys(map(_Frozen, _events(first, configs))):
        outcomes = [_outcome(config, event.event) for config in configs]
        if outcomes[0] != outcomes[1]:
            return str(event.event)
    return ""


class _Frozen:
    """An event that can be a key."""

    def __init__(self, event: Event) -> None:
        self.event = event

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Frozen) and str(other.event) == str(self.event)

    def __hash__(self) -> int:
        return hash(str(self.event))


def _outcome(config: Config, event: Event) -> Pipeline | str:
    try:
        return compile_pipeline(config, event)
    except (CompileError, UnknownError):
        return "fails"


def _events(content: Files, configs: list[Config]) -> Iterator[Event]:
    names = ref_names(*configs)
    for name in names:
        yield Event(EventKind.PUSH, branch=name)
        yield Event(EventKind.PUSH, tag=name)
        yield Event(EventKind.API, branch=name)
        yield Event(EventKind.SCHEDULE, branch=name)
        for workflow in configs[0]["workflows"]:
            yield Event(EventKind.SCHEDULE, branch=name, workflow=workflow)
    for path, text in content.items():
        for caller in find_v2_callers(Source(path, text)):
            yield from _calls(
                caller.request.branch, caller.request.tag, dict(caller.request.parameters), configs[0], names
            )


def _calls(
    branch: Value | None, tag: Value | None, sent: dict[str, Parameter], config: Config, names: tuple[str, ...]
) -> Iterator[Event]:
    choices = {name: _choices(name, value, config) for name, value in sent.items()}
    for values in product(*choices.values()):
        parameters = dict(zip(choices, values, strict=True))
        if tag is not None:
            yield from (Event(EventKind.API, tag=name, parameters=parameters) for name in _refs(tag.template, names))
        else:
            refs = _refs(branch.template, names) if branch is not None else names
            yield from (Event(EventKind.API, branch=name, parameters=parameters) for name in refs)


def _choices(name: str, value: Parameter, config: Config) -> list[object]:
    if not isinstance(value, Value):
        return [value]
    text = _static(value.template)
    if text is not None:
        return [text]
    declared = config["parameters"].get(name, {})
    return list(declared["enum"]) if declared.get("type") == "enum" else ["some text", "other text"]


def _refs(template: Template, names: tuple[str, ...]) -> tuple[str, ...]:
    text = _static(template)
    return (text,) if text is not None else names


def _static(template: Template) -> str | None:
    parts = flatten(template)
    return (
        "".join(p.text for p in parts if isinstance(p, Literal)) if all(isinstance(p, Literal) for p in parts) else None
    )
