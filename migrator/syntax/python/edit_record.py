"""Change a mapping where it stands: rename keys, add and remove entries, nest them; lines and comments stay."""

from __future__ import annotations

import keyword
from typing import TYPE_CHECKING

import libcst as cst

from migrator.errors import Refusal
from migrator.model import Span
from migrator.syntax.python.layout import Layout
from migrator.syntax.python.records import Place
from migrator.syntax.python.strings import quote_style, quoted, quoting

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from migrator.syntax.python.editor import Editor
    from migrator.syntax.python.program import Operand
    from migrator.syntax.python.records import Entry

Item = tuple[str, str]
"""A key, and the code of its value."""


def rename(editor: Editor, entry: Entry, name: str) -> None:
    """Give an entry another key, in the quotes of the old one. Raises Refusal."""
    module = entry.owner.module
    if entry.place is Place.KEYWORD:
        if not name.isidentifier() or keyword.iskeyword(name):
            raise Refusal("payload-shape", f"`{name}` cannot be a keyword of `dict()`. Write the payload in braces.")
        editor.edit(entry.owner, module.span(entry.key), name)
    else:
        editor.edit(entry.owner, module.outer(entry.key), quoted(name, _quote(entry)))


def nest(editor: Editor, entry: Entry, outer: str, name: str) -> None:
    """Make `record[key] = value` into `record[outer][name] = value`."""
    quote = _quote(entry)
    span = entry.owner.module.outer(entry.key)
    editor.edit(entry.owner, span, f"{quoted(outer, quote)}][{quoted(name, quote)}")


def _quote(entry: Entry) -> str:
    if isinstance(entry.key, cst.SimpleString):
        return quoting(entry.key).quote[0]
    return quote_style(entry.owner.module)


def restructure(
    editor: Editor, display: Operand, front: Sequence[Item], back: Sequence[Item], gone: Collection[Span]
) -> None:
    """Add entries at both ends of a literal, and remove those at the spans `gone`."""
    layout = Layout(display)
    kept = [span for span in layout.spans if span not in gone]
    if not kept:
        _fill(editor, layout, [*front, *back])
        return
    remove(editor, layout, gone)
    before = [_written(layout, item) for item in front]
    behind = [_written(layout, item) for item in back]
    if before:
        gap = layout.gap(kept[0]) or " "
        editor.edit(display, Span(kept[0].start, kept[0].start), "".join(f"{item},{gap}" for item in before))
    if behind:
        _append(editor, layout, kept[-1], behind)


def remove(editor: Editor, layout: Layout, gone: Collection[Span]) -> None:
    """Remove entries, with the lines that hold nothing else."""
    kept = [index for index, span in enumerate(layout.spans) if span not in gone]
    for index, span in enumerate(layout.spans):
        if span not in gone:
            continue
        lines = layout.own_lines(span)
        if lines is not None:
            editor.edit(layout.display, lines, "", lines=True)
        elif index > kept[0]:
            editor.edit(layout.display, Span(layout.spans[index - 1].end, span.end), "")
        else:
            editor.edit(layout.display, Span(span.start, layout.spans[index + 1].start), "")


def _fill(editor: Editor, layout: Layout, items: Sequence[Item]) -> None:
    """New entries in place of all old ones, each on a line of its own where they were."""
    written = [_written(layout, item) for item in items]
    if layout.is_listed and layout.indent is not None:
        lines = "".join(f"{layout.newline}{layout.indent}{item}," for item in written)
        end = layout.text.rfind("\n", 0, layout.closing)
        end -= layout.text[end - 1] == "\r"
        editor.edit(layout.display, Span(layout.opening, end), lines)
    else:
        editor.edit(layout.display, Span(layout.opening, layout.closing), ", ".join(written))


def _append(editor: Editor, layout: Layout, last: Span, written: Sequence[str]) -> None:
    lines = layout.own_lines(last)
    if lines is None or layout.indent is None:
        gap = layout.gap(last) or " "
        editor.edit(layout.display, Span(last.end, last.end), "".join(f",{gap}{item}" for item in written))
        return
    if "," not in layout.text[last.end : lines.end].partition("#")[0]:
        editor.edit(layout.display, Span(last.end, last.end), ",")
    added = "".join(f"{layout.indent}{item},{layout.newline}" for item in written)
    editor.edit(layout.display, Span(lines.end, lines.end), added)


def _written(layout: Layout, item: Item) -> str:
    key, code = item
    if isinstance(layout.display.node, cst.Call):
        return f"{key}={code}"
    return f"{quoted(key, layout.quote)}: {code}"


def wrap(
    editor: Editor, display: Operand, before: Sequence[Item], key: str, more: Sequence[Item], gone: Collection[Span]
) -> None:
    """Move all entries of a literal in braces into an inner one under `key`.

    `before` are new entries beside the inner one, `more` new ones inside it; `gone` are entries to remove.
    """
    layout = Layout(display)
    kept = [span for span in layout.spans if span not in gone]
    beside = [_written(layout, item) for item in before]
    inside = [_written(layout, item) for item in more]
    name = quoted(key, layout.quote)
    if not kept:
        _fill(editor, layout, [*before, (key, f"{{{', '.join(inside)}}}")])
        return
    remove(editor, layout, gone)
    if layout.is_listed and layout.indent is not None and not _has_long_strings(layout):
        _wrap_lines(editor, layout, [*beside, f"{name}: {{"], inside, gone)
        return
    opened = "".join(f"{item}, " for item in beside) + f"{name}: {{" + "".join(f"{item}, " for item in inside)
    editor.edit(display, Span(kept[0].start, kept[0].start), opened)
    editor.edit(display, Span(kept[-1].end, kept[-1].end), "}")


def _wrap_lines(
    editor: Editor, layout: Layout, opened: Sequence[str], inside: Sequence[str], gone: Collection[Span]
) -> None:
    text, newline, indent = layout.text, layout.newline, layout.indent or ""
    removed = [layout.own_lines(span) for span in gone]
    line = text.index("\n", layout.opening) + 1
    last = text.rfind("\n", 0, layout.closing) + 1
    head = "".join(f"{indent}{item}{',' if item is not opened[-1] else ''}{newline}" for item in opened)
    head += "".join(f"{indent}{layout.step}{item},{newline}" for item in inside)
    editor.edit(layout.display, Span(line, line), head)
    while line < last:
        stop = text.index("\n", line)
        if text[line:stop].strip() and not any(span is not None and line in span for span in removed):
            editor.edit(layout.display, Span(line, line), layout.step)
        line = stop + 1
    editor.edit(layout.display, Span(last, last), f"{indent}}},{newline}")


def _has_long_strings(layout: Layout) -> bool:
    inner = layout.text[layout.opening : layout.closing]
    return '"""' in inner or "'''" in inner
