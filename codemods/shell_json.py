"""The JSON text of a v2 request around its values, on one line or spread out as the old text was."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.model import Expansion, Literal, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
    outer = [(name, value) for name, value in (("branch", request.branch), ("tag", request.tag)) if value is not None]
    yield Literal("{")
    for index, (name, value) in enumerate(outer):
        yield Literal(_separator(index, 1, layout) + f'"{name}": ')
        yield from write(name, value)
    if request.parameters:
        yield Literal(_separator(len(outer), 1, layout) + '"parameters": {')
        for index, (name, value) in enumerate(request.parameters):
            yield Literal(_separator(index, 2, layout) + f"{quoted(name)}: ")
            yield from write(name, value)
        yield Literal(_break(1, layout) + "}")
    yield Literal((_break(0, layout) if outer or request.parameters else "") + "}")


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
