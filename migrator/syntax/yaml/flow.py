"""New entries in collections that are written in brackets: on their line, or on lines of their own like their fellows.

A list that gets a step with a script, which no line in brackets can show, becomes a block list, and so does a
collection on one line that would become a very long line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.model import Edit, Span
from migrator.syntax.yaml.layout import comments_above, layout_of
from migrator.syntax.yaml.nodes import Node, NodeKind, column_of
from migrator.syntax.yaml.parse import parse
from migrator.syntax.yaml.write import Commented, Copy, Flow, flow_text, item_lines, pair_lines, scalar_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from migrator.syntax.yaml.layout import YamlLayout
    from migrator.syntax.yaml.write import Value

_WIDTH = 80
_LONGEST = 120


def is_json(node: Node) -> bool:
    """Whether a flow collection is written as JSON: all its keys in double quotes."""
    keys = [key for part in node.walk() for key, _ in part.pairs]
    return bool(keys) and all(key.style == '"' for key in keys)


def pairs_into(text: str, node: Node, pairs: Mapping[str, Value], position: int, eol: str) -> Iterator[Edit]:
    """The edits that put pairs into a map in brackets before pair number `position`."""
    quoted, indent = is_json(node), _indent(text, node)
    step = _step(text, node, indent)
    entries = [
        f"{scalar_text(key, flow=True, quoted=quoted)}: {_laid_out(value, indent, step, quoted=quoted, key=key)}"
        for key, value in pairs.items()
    ]
    if indent is None and _becomes_long(text, node, entries):
        lines = [pair_lines(key, value, layout_of(text, parse(text))) for key, value in pairs.items()]
        if (opened := _opened(text, node, lines, position)) is not None:
            yield from opened
            return
    yield from _into(text, node, entries, position, indent, eol)


def item_into(text: str, node: Node, value: Value, position: int, eol: str) -> Iterator[Edit]:
    """The edits that put an item into a list in brackets before item number `position`."""
    quoted, indent = is_json(node), _indent(text, node)
    entry = _laid_out(value, indent, _step(text, node, indent), quoted=quoted)
    if _holds_script(value) or (indent is None and _becomes_long(text, node, [entry])):
        lines = [item_lines(value, layout_of(text, parse(text)))]
        if (opened := _opened(text, node, lines, position)) is not None:
            yield from opened
            return
    yield from _into(text, node, [entry], position, indent, eol)


def _starts(node: Node) -> list[int]:
    return [key.start for key, _ in node.pairs] or [item.start for item in node.nodes]


def _indent(text: str, node: Node) -> str | None:
    """What stands before every entry on its line; None where one does not start a line."""
    before = {text[start - column_of(text, start) : start] for start in _starts(node)}
    return before.pop() if len(before) == 1 and not next(iter(before)).strip() else None


def _step(text: str, node: Node, indent: str | None) -> str:
    """How much deeper the entries stand than the line that the collection starts on."""
    line = text[node.span.start - column_of(text, node.span.start) : node.span.start]
    outer = line[: len(line) - len(line.lstrip(" \t"))]
    return (indent or "").removeprefix(outer) or "  "


def _laid_out(value: Value, indent: str | None, step: str, *, quoted: bool, key: str = "") -> str:
    """A value in brackets, on several lines where its fellows have lines of their own and one would be long."""
    short = flow_text(value, quoted=quoted)
    if indent is None or len(indent) + len(key) + len(short) <= _WIDTH:
        return short
    inner = indent + step
    match value:
        case dict():
            lines = [
                f"{scalar_text(name, flow=True, quoted=quoted)}: "
                + _laid_out(item, inner, step, quoted=quoted, key=name)
                for name, item in value.items()
            ]
            opening, closing = "{}"
        case list() | tuple():
            lines = [_laid_out(item, inner, step, quoted=quoted) for item in value]
            opening, closing = "[]"
        case _:
            return short
    return f"{opening}\n" + ",\n".join(inner + line for line in lines) + f"\n{indent}{closing}"


def _into(text: str, node: Node, entries: Sequence[str], position: int, indent: str | None, eol: str) -> Iterator[Edit]:
    ends = [max(key.span.end, value.span.end) for key, value in node.pairs] or [item.span.end for item in node.nodes]
    if indent is None or not ends:
        yield _on_the_line(text, node, ", ".join(entries), position, ends)
        return
    lines = [f"{indent}{entry}".replace("\n", eol) for entry in entries]
    if position < len(ends):
        start = _starts(node)[position]
        line = comments_above(text, start - len(indent))
        yield Edit(Span(line, line), "".join(f"{entry},{eol}" for entry in lines))
        return
    end = len(text[: ends[-1]].rstrip())
    stop = _line_end(text, end)
    added = f",{eol}".join(lines)
    if stop > node.span.end - 1:  # the bracket closes on the same line
        yield Edit(Span(end, end), f",{eol}{added}")
        return
    if text[end:stop].lstrip().startswith(","):
        yield Edit(Span(stop, stop), f"{eol}{added},")
        return
    yield Edit(Span(end, end), ",")
    yield Edit(Span(stop, stop), f"{eol}{added}")


def _on_the_line(text: str, node: Node, entry: str, position: int, ends: Sequence[int]) -> Edit:
    at = node.span.start + 1
    if not ends:
        return Edit(Span(at, at), entry)
    if position == 0:
        return Edit(Span(at, at), f"{entry}," if text[at : at + 1].isspace() else f"{entry}, ")
    at = len(text[: ends[position - 1]].rstrip())
    return Edit(Span(at, at), f", {entry}")


def _line_end(text: str, index: int) -> int:
    while index < len(text) and text[index] not in "\r\n":
        index += 1
    return index


def _holds_script(value: Value) -> bool:
    match value:
        case dict():
            return any(map(_holds_script, value.values()))
        case list() | tuple():
            return any(map(_holds_script, value))
        case Flow(inner) | Commented(inner):
            return _holds_script(inner)
    return isinstance(value, str) and "\n" in value


def _becomes_long(text: str, node: Node, entries: Sequence[str]) -> bool:
    """Whether a collection on one line, which fits there now, would not with the new entries."""
    start, stop = node.span.start - column_of(text, node.span.start), _line_end(text, node.span.start)
    return stop - start <= _LONGEST < stop - start + sum(len(entry) + len(", ") for entry in entries)


def _opened(text: str, node: Node, added: Sequence[list[str]], position: int) -> list[Edit] | None:
    """The collection as a block with the entries of these lines; None where it must stay in brackets."""
    root = parse(text)
    key = next((k for part in root.walk() if not part.flow for k, v in part.pairs if v.span == node.span), None)
    parts = [(k.start, max(k.span.end, v.span.end)) for k, v in node.pairs] or [
        (item.start, item.span.end) for item in node.nodes
    ]
    sources = [text[start:end] for start, end in parts]
    outside = text[node.span.start : node.span.end]
    for source in sources:
        outside = outside.replace(source, "", 1)
    colon = text.find(":", key.span.end) + 1 if key is not None else 0
    stop = _line_end(text, node.span.end)
    rest = text[node.span.end : stop]
    has_room = not rest.strip() or rest.lstrip().startswith("#")
    if key is None or "#" in outside or not has_room or text[colon : node.span.start].strip(" "):
        return None
    if (
        is_json(root)
        or any("\n" in source for source in sources)
        or any(v.span.start == v.span.end for _, v in node.pairs)
    ):
        return None
    layout = layout_of(text, root)
    groups = _own_lines(text, node, layout)
    groups[position:position] = added
    depth = column_of(text, key.start) + (layout.dash if node.kind is NodeKind.SEQ else layout.step)
    lines = [" " * depth + line if line else line for group in groups for line in group]
    behind = rest.rstrip() and f" {rest.strip()}"
    return [Edit(Span(colon, stop), behind + layout.eol + layout.eol.join(lines))]


def _own_lines(text: str, node: Node, layout: YamlLayout) -> list[list[str]]:
    if node.kind is NodeKind.SEQ:
        return [item_lines(Copy(text, item, node.column), layout) for item in node.nodes]
    return [[text[key.start : max(key.span.end, value.span.end)]] for key, value in node.pairs]
