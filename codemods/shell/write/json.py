"""The JSON text of a v2 request around its values, on one line or spread out as the old text was."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.model import Expansion, Literal, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from migrator.model import PipelineRequest


@dataclass(frozen=True, slots=True)
class Layout:
    """How JSON text is spread over lines: the indentation of its last line and of one level."""

    outer: str
    step: str


def layout_of(text: str) -> Layout | None:
    """The layout of JSON text as it stands in a file, or None when it stands on one line."""
    lines = [line for line in text.strip("'\"\n").split("\n") if line.strip()]
    if len(lines) < 3:
        return None
    indents = [re.match(r"[ \t]*", line) for line in lines]
    outer = indents[-1][0] if indents[-1] else ""
    first = indents[1][0] if indents[1] else ""
    return Layout(outer, first[len(outer) :] or "  ")


def members(request: PipelineRequest) -> Iterator[tuple[str, Value]]:
    """Everything that the body carries, by the name that a reader knows it by."""
    if request.branch is not None:
        yield "branch", request.branch
    if request.tag is not None:
        yield "tag", request.tag
    yield from request.parameters


def body(
    request: PipelineRequest, write: Callable[[str, Value], Iterator[Literal | Expansion]], layout: Layout | None = None
) -> Iterator[Literal | Expansion]:
    """The body around its values, which `write` gives."""
    refs = [(name, value) for name, value in (("branch", request.branch), ("tag", request.tag)) if value is not None]
    count = 0
    yield Literal("{")
    if request.definition is not None:
        yield Literal(_separator(0, 1, layout) + f'"definition_id": {quoted(request.definition)}')
        count = 1
        for place in ("config", "checkout") if refs else ():
            yield Literal(_separator(count, 1, layout) + f'"{place}": {{')
            yield from _members(refs, write, 2, layout)
            yield Literal(_break(1, layout) + "}")
            count += 1
    else:
        yield from _members(refs, write, 1, layout)
        count = len(refs)
    if request.parameters:
        yield Literal(_separator(count, 1, layout) + '"parameters": {')
        yield from _members(request.parameters, write, 2, layout)
        yield Literal(_break(1, layout) + "}")
        count += 1
    yield Literal((_break(0, layout) if count else "") + "}")


def _members(
    pairs: Sequence[tuple[str, Value]],
    write: Callable[[str, Value], Iterator[Literal | Expansion]],
    level: int,
    layout: Layout | None,
) -> Iterator[Literal | Expansion]:
    for index, (name, value) in enumerate(pairs):
        yield Literal(_separator(index, level, layout) + f"{quoted(name)}: ")
        yield from write(name, value)


def _separator(index: int, level: int, layout: Layout | None) -> str:
    if layout is None:
        return ", " if index else ""
    return ("," if index else "") + _break(level, layout)


def _break(level: int, layout: Layout | None) -> str:
    return "" if layout is None else "\n" + layout.outer + layout.step * level


def quoted(text: str) -> str:
    r"""A JSON string that needs no quoting in shell, YAML or CircleCI templates: `'` is `\u0027`, `<<` is `\u003c<`."""
    return f'"{escaped(text)}"'


def escaped(text: str) -> str:
    """The inside of such a string."""
    body = json.dumps(text, ensure_ascii=False)[1:-1].replace("'", "\\u0027").replace("<<", "\\u003c<")
    return "".join(char if char.isprintable() else _escape(char) for char in body)


def _escape(char: str) -> str:
    return json.dumps(char)[1:-1]
