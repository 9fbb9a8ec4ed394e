"""The `jobs:` of a workflow, entry by entry: matrix expanded, tags replaced, names given.

CircleCI docs: configuration-reference, "Jobs in workflow"; reusing-config, "Invoking the same job multiple times".
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from migrator.circleci.compiler.expr import Expr, shown
from migrator.circleci.compiler.matrix import combinations, matrix_alias, matrix_frame, matrix_name
from migrator.circleci.compiler.model import CompileError, UnknownError
from migrator.circleci.compiler.template import settled
from migrator.circleci.compiler.vocabulary import ENTRY_KEYS, ENTRY_SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from migrator.circleci.compiler.calls import Frame

STATUSES = ("success", "failed", "canceled", "unauthorized", "not_run", "terminal")
_FINAL = frozenset(STATUSES[:-1])  # together they are `terminal`


@dataclass(frozen=True, slots=True)
class Requirement:
    """What an entry waits for: another entry (or matrix) and the states it may end in."""

    name: str
    statuses: tuple[str, ...] = ("success",)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a workflow.

    `known_as` are the names other entries can require it by; `name` is unique in the workflow. `frame` is the place
    where `arguments`, `pre_steps` and `post_steps` are written.
    """

    job: str
    name: str
    known_as: tuple[str, ...]
    frame: Frame
    arguments: Mapping[str, object] = field(default_factory=dict)
    requires: tuple[Requirement, ...] = ()
    contexts: tuple[str, ...] = ()
    filters: object = None
    approval: bool = False
    pre_steps: object = None
    post_steps: object = None
    settings: Mapping[str, object] = field(default_factory=dict)

    @property
    def overridden(self) -> str | None:
        """The orb job that may take the place of the job: `override-with`."""
        other = self.settings.get("override-with")
        return None if other is None else f"override-with {other}"


def workflow_entries(jobs: object, frame: Frame) -> tuple[Entry, ...]:
    """The entries of a workflow's `jobs:` list in order. Raises CompileError and UnknownError."""
    if not isinstance(jobs, list) or not jobs:
        raise CompileError("required key [jobs] not found")
    entries = [entry for item in jobs for entry in _expanded(item, frame)]
    totals = Counter(entry.name for entry in entries)
    seen: Counter[str] = Counter()
    numbered = []
    for entry in entries:
        seen[entry.name] += 1
        name = f"{entry.name}-{seen[entry.name]}" if totals[entry.name] > 1 else entry.name
        numbered.append(replace(entry, name=name))
    return tuple(numbered)


def _expanded(item: object, frame: Frame) -> Iterator[Entry]:
    job, keys = _parts(item, frame)
    matrix = keys.get("matrix") if frame.namespace.templated else None
    if matrix is None:
        yield _entry(job, keys, frame)
        return
    alias = matrix_alias(matrix, job)
    for arguments in combinations(matrix, frame):
        # As tags, so that a value which looks like a tag is not taken for one.
        tags = {parameter: f"<< matrix.{parameter} >>" for parameter in arguments}
        entry = _entry(job, {**keys, **tags}, matrix_frame(frame, arguments))
        name = entry.name if "name" in keys else matrix_name(job, arguments)
        yield replace(entry, name=name, known_as=(name, alias))


def _parts(item: object, frame: Frame) -> tuple[str, dict[str, object]]:
    match item:
        case str():
            return str(frame.substitute(item)), {}
        case dict() if len(item) == 1:
            job, keys = next(iter(item.items()))
            if keys is None or isinstance(keys, dict):
                return str(job), {str(key): value for key, value in (keys or {}).items()}
        case bool() | int() | float() | None:
            raise UnknownError(f"a job of a workflow is named {item!r}, which is no text; put the name in quotes")
    raise CompileError("Each job of a workflow must be a name or a map with exactly one key")


def _entry(job: str, keys: Mapping[str, object], frame: Frame) -> Entry:
    given = {
        key: frame.substitute(keys[key])
        for key in ("requires", "name", "context", "type", *ENTRY_SETTINGS)
        if key in keys
    }
    name = _text(given["name"]) if given.get("name") is not None and frame.namespace.templated else job
    return Entry(
        job,
        name,
        (name,),
        frame,
        arguments={key: value for key, value in keys.items() if key not in ENTRY_KEYS},
        requires=_requirements(given.get("requires")),
        contexts=_texts(given.get("context")),
        filters=_filters(keys.get("filters"), frame),
        approval=given.get("type") == "approval",
        pre_steps=keys.get("pre-steps") if frame.namespace.templated else None,
        post_steps=keys.get("post-steps") if frame.namespace.templated else None,
        settings={key: settled(given[key]) for key in ENTRY_SETTINGS if key in given},
    )


def _filters(filters: object, frame: Frame) -> object:
    """Map filters with their tags replaced; an expression stays as written, it is evaluated as a condition."""
    return filters if isinstance(filters, str) else frame.substitute(filters)


def _requirements(requires: object) -> tuple[Requirement, ...]:
    match requires:
        case None:
            return ()
        case list():
            return tuple(_requirement(item) for item in requires)
        case str():
            return (Requirement(requires),)
    raise CompileError("requires: expected type: List")


def _requirement(item: object) -> Requirement:
    match item:
        case dict() if len(item) == 1:
            name, statuses = next(iter(item.items()))
            listed = _texts(statuses)
            if not listed or any(status not in STATUSES for status in listed):
                raise CompileError(f"requires: status of '{name}' must be one of {', '.join(STATUSES)}")
            final = "terminal" in listed or _FINAL.issubset(listed)
            return Requirement(str(name), ("terminal",) if final else tuple(sorted(set(listed))))
        case dict() | list() | None:
            raise CompileError("requires: expected a job name, or a map of one job name to statuses")
    return Requirement(_text(item))


def _texts(value: object) -> tuple[str, ...]:
    match value:
        case None:
            return ()
        case list():
            return tuple(_text(item) for item in value)
    return (_text(value),)


def _text(value: object) -> str:
    return shown(value) if isinstance(value, Expr) else str(value)
