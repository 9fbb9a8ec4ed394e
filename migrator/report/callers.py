"""Calls into other projects, written so that a run in the other repository can plan for them: `--callers FILE`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from migrator.circleci.plan.decide import is_about_request, named_job
from migrator.errors import UsageError
from migrator.model import (
    Call,
    Endpoint,
    Expansion,
    Literal,
    Note,
    Severity,
    Slug,
    Span,
    Status,
    Target,
    V1Trigger,
    Value,
    flatten,
    literal,
    source,
)
from migrator.report.redact import redact, redact_value
from migrator.repository.remotes import named_slug

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from migrator.model import Outcome, Part, Template

KEY = "callers"
_HINT = "write it with `migrator diff --format json` in the repository that holds the calls"


def entries(outcomes: Iterable[Outcome], prefix: str) -> list[dict[str, object]]:
    """The calls that start a job of another project which is known, without tokens."""
    return [_entry(outcome, prefix) for outcome in outcomes if _is_wanted(outcome)]


def _is_wanted(outcome: Outcome) -> bool:
    starts_job = outcome.call.trigger.endpoint is Endpoint.JOB
    return outcome.target is Target.OTHER and outcome.project is not None and starts_job and _counts(outcome)


_UNSEEN = frozenset({"unseen-options", "curl-config"})


def _is_read(call: Call) -> bool:
    """Whether all that the call sends could be read: what was not read is not nothing."""
    return not any(is_about_request(note) or note.code in _UNSEEN for note in call.notes)


def _counts(outcome: Outcome) -> bool:
    return outcome.status is not Status.IGNORED


def _entry(outcome: Outcome, prefix: str) -> dict[str, object]:
    call, trigger = outcome.call, outcome.call.trigger
    return {
        "path": prefix + call.path,
        "line": call.line,
        "column": call.column,
        "end_line": call.end_line,
        "api_version": trigger.api_version,
        "project": outcome.project,
        "branch": _written(trigger.branch),
        "tag": _written(trigger.tag),
        "revision": _written(trigger.revision),
        "job": _written(named_job(call)),
        "build_parameters": {name: _parameter(name, value) for name, value in trigger.parameters},
        "optional": sorted(trigger.optional),
        "read": _is_read(call),
    }


def _written(value: Value | None) -> list[object] | None:
    return None if value is None else [_part(part) for part in flatten(value.template)]


def _parameter(name: str, value: Value) -> list[object] | None:
    text = source(value.template)
    return _written(value) if redact_value(name, text) == text else _written(Value(literal("***")))


def _part(part: Part) -> object:
    if isinstance(part, Literal):
        return redact(part.text)
    return {"expansion": redact(source((part,))), "values": None if part.values is None else list(part.values)}


def read(text: str, name: str) -> tuple[Call, ...]:
    """The calls of a report as `entries` wrote them. Raises UsageError, naming the file, for anything else."""
    try:
        document = json.loads(text)
        found = document.get(KEY, []) if "schema_version" in document else None
        if not isinstance(found, list):
            raise TypeError
        return tuple(_call(entry) for entry in found)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{name} is no report that tells about calls into other projects", hint=_HINT) from error


def _call(entry: Mapping[str, object]) -> Call:
    line, column, end_line = (_number(entry[key]) for key in ("line", "column", "end_line"))
    parameters = entry["build_parameters"]
    if not isinstance(parameters, dict):
        raise TypeError
    vcs, organization, repository = named_slug(_text(entry["project"])).split("/")
    trigger = V1Trigger(
        Endpoint.JOB,
        _text(entry["api_version"]),
        Slug(literal(vcs), literal(organization), literal(repository)),
        branch=_value(entry["branch"]),
        tag=_value(entry["tag"]),
        revision=_value(entry["revision"]),
        job=_value(entry["job"]),
        parameters=tuple((name, Value(_template(parts))) for name, parts in parameters.items()),
        optional=frozenset(map(_text, _list(entry["optional"]))),
    )
    notes = () if entry.get("read") is True else (_unread(trigger),)
    return Call(_text(entry["path"]), Span(0, 0), line, column, end_line, KEY, trigger, notes)


def _unread(trigger: V1Trigger) -> Note:
    if trigger.job is None:
        message = "Which job the call starts was not read in its repository. Look at it, and add to the config by hand."
        return Note("caller-unread", Severity.ERROR, message)
    message = "Not all that the call sends was read in its repository: it may send more parameters, or a ref."
    return Note("caller-unread", Severity.WARNING, message)


def _value(parts: object) -> Value | None:
    return None if parts is None else Value(_template(parts))


def _template(parts: object) -> Template:
    return tuple(_read_part(part) for part in _list(parts))


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError
    return value


def _read_part(part: object) -> Part:
    match part:
        case str():
            return Literal(part)
        case {"expansion": str(text), "values": None}:
            return Expansion(text)
        case {"expansion": str(text), "values": list(values)}:
            return Expansion(text, values=tuple(map(_text, values)))
    raise TypeError


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    return value
