"""The events to ask CircleCI's compiler about: each planned call with values that it can send, and one push."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.circleci.api.v2_request import Bare
from migrator.circleci.compiler import Event, EventKind
from migrator.circleci.proof.selection import choices, given, selecting
from migrator.circleci.runs.config import as_mapping
from migrator.model import Expansion, Value, flatten, values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.circleci.api.v2_request import Parameter
    from migrator.circleci.runs.config import ConfigView
    from migrator.live.planned import Planned, PlannedCall
    from migrator.model import Template

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
