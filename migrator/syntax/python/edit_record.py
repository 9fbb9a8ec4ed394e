"""Change a mapping or the arguments of a call where they stand: rename, add, remove, nest; lines and comments stay."""

from __future__ import annotations

import keyword
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst

from migrator.errors import Refusal
from migrator.model import Span
from migrator.syntax.python.records import RecordPlace
from migrator.syntax.python.resolve import enter
from migrator.syntax.python.strings import quote_style, quoted, quoting
from migrator.syntax.text.source import newline_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from migrator.syntax.python.editor import Editor
    from migrator.syntax.python.program import Operand
    from migrator.syntax.python.records import RecordEntry


def past_comma(text: str, at: int) -> int:
    """Behind the comma that follows, or `at` itself when none does."""
    blank = at
    while blank < len(text) and text[blank] in " \t":
        blank += 1
    return blank + 1 if text.startswith(",", blank) else at


@dataclass(frozen=True, eq=False)
class MappingLayout:
    """The layout of a literal in brackets, of what stands in those behind a name, or of the arguments of a call."""

    display: Operand

    @property
    def text(self) -> str:
        """The text of the file."""
        return self.display.module.text

    @cached_property
    def opening(self) -> int:
        """Behind the opening bracket."""
        node, module = self.display.node, self.display.module
        if isinstance(node, cst.Call):
            return self.text.index("(", module.outer(node.func).end) + 1
        if isinstance(node, cst.Subscript):
            return self.text.index("[", module.outer(node.value).end) + 1
        return module.span(node).start + 1

    @cached_property
    def closing(self) -> int:
        """Before the closing bracket."""
        return self.display.module.span(self.display.node).end - 1

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """The entries, without commas."""
        module, node = self.display.module, self.display.node
        pairs: list[Span] = []
        items = node.args if isinstance(node, cst.Call) else getattr(node, "elements", ())
        for item in node.slice if isinstance(node, cst.Subscript) else items:
            match item:
                case cst.SubscriptElement(slice=inside):
                    pairs.append(module.outer(inside.value if isinstance(inside, cst.Index) else inside))
                case cst.StarredElement(value=value):
                    spread = module.outer(value)
                    pairs.append(Span(self.text.rindex("*", 0, spread.start), spread.end))
                case cst.DictElement(key=key, value=value):
                    pairs.append(Span(module.outer(key).start, module.outer(value).end))
                case cst.Element(value=value):
                    pairs.append(module.outer(value))
                case cst.Arg(keyword=keyword, value=value):
                    pairs.append(Span(module.outer(keyword or value).start, module.outer(value).end))
                case _:
                    spread = module.outer(item.value)
                    pairs.append(Span(self.text.rindex("**", 0, spread.start), spread.end))
        return tuple(pairs)

    @property
    def placed(self) -> int:
        """How many arguments of a call come without a keyword: those stay in front."""
        args = self.display.node.args if isinstance(self.display.node, cst.Call) else ()
        return sum(arg.keyword is None for arg in args)

    @cached_property
    def newline(self) -> str:
        """The line ending of the file."""
        return newline_of(self.text)

    @cached_property
    def indent(self) -> str | None:
        """What stands before the first entry that begins a line; None where all entries follow the opening bracket."""
        for span in self.spans:
            line = self.text.rfind("\n", 0, span.start) + 1
            if line > self.opening and not self.text[line : span.start].strip():
                return self.text[line : span.start]
        return None

    @property
    def is_listed(self) -> bool:
        """Whether both brackets stand on lines other than the entries, as formatters write it."""
        if not self.spans:
            return False
        before = self.text[self.opening : self.spans[0].start]
        behind = self.text[self.spans[-1].end : self.closing]
        return "\n" in before and "\n" in behind

    def gap(self, span: Span) -> str:
        """The line break and indentation before an entry that begins a line; empty for any other."""
        line = self.text.rfind("\n", 0, span.start) + 1
        indent = self.text[line : span.start]
        begins = line > self.opening and not indent.strip()
        return self.newline + indent if begins else ""

    def own_lines(self, span: Span) -> Span | None:
        """The lines of an entry that has them for itself, with a comment behind it."""
        start = self.text.rfind("\n", 0, span.start) + 1
        end = self.text.find("\n", span.end)
        rest = self.text[past_comma(self.text, span.end) : end].strip()
        if end < 0 or self.text[start : span.start].strip() or (rest and not rest.startswith("#")):
            return None
        return Span(start, end + 1)

    @property
    def quote(self) -> str:
        """The quote that the keys are written in."""
        for element in getattr(self.display.node, "elements", ()):
            key = element.key if isinstance(element, cst.DictElement) else None
            if isinstance(key, cst.SimpleString):
                return key.quote[0]
        return quote_style(self.display.module)

    @property
    def step(self) -> str:
        """How much deeper one level of the literal is indented."""
        line = self.text.rfind("\n", 0, self.display.module.span(self.display.node).start) + 1
        outer = self.text[line:]
        base = outer[: len(outer) - len(outer.lstrip(" \t"))]
        extra = (self.indent or "").removeprefix(base)
        return extra if extra in {"  ", "    ", "\t"} else self.display.module.tree.default_indent


def argument_span(call: Operand, arg: cst.Arg) -> Span:
    """An argument with its keyword."""
    module = call.module
    return Span(
        module.span(arg.keyword).start if arg.keyword else module.outer(arg.value).start, module.outer(arg.value).end
    )


def set_argument(editor: Editor, call: Operand, arg: cst.Arg, keyword: str | None, code: str) -> None:
    """Put another argument in the place of one."""
    editor.edit(call, argument_span(call, arg), f"{keyword}={code}" if keyword else code)


def add_argument(editor: Editor, call: Operand, keyword: str, code: str) -> None:
    """Add a keyword argument behind the last one, on a line of its own where that has one."""
    assert isinstance(call.node, cst.Call)
    module, args = call.module, call.node.args
    closing = module.span(call.node).end - 1
    if not args:
        editor.edit(call, Span(closing, closing), f"{keyword}={code}")
        return
    plain = [arg for arg in args if arg.star != "**"] or list(args)
    last = plain[-1]
    end = argument_span(call, last).end
    start = module.outer(last.value).start if last.star else argument_span(call, last).start
    line = module.text.rfind("\n", 0, start) + 1
    indent = module.text[line:start]
    own_line = not indent.strip() and line > module.outer(call.node.func).end
    gap = newline_of(module.text) + indent if own_line else " "
    comma = past_comma(module.text, end)
    stop = module.text.find("\n", end)
    rest = module.text[comma:stop].strip()
    if own_line and last is args[-1] and stop >= 0 and (not rest or rest.startswith("#")):
        stop -= module.text[stop - 1] == "\r"
        if comma == end:
            editor.edit(call, Span(end, end), ",")
        editor.edit(call, Span(stop, stop), f"{gap}{keyword}={code}{',' if comma > end else ''}")
        return
    editor.edit(call, Span(end, end), f",{gap}{keyword}={code}")


def remove_argument(editor: Editor, call: Operand, arg: cst.Arg) -> None:
    """Remove an argument with its comma, and its line where it has one for itself."""
    assert isinstance(call.node, cst.Call)
    module, args = call.module, list(call.node.args)
    index = args.index(arg)
    span = argument_span(call, arg)
    text = module.text
    start = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.end)
    rest = text[past_comma(text, span.end) : end].strip()
    if not text[start : span.start].strip() and not rest and end >= 0 and start > module.outer(call.node.func).end:
        editor.edit(call, Span(start, end + 1), "")
    elif index:
        editor.edit(call, Span(argument_span(call, args[index - 1]).end, span.end), "")
    elif len(args) > 1:
        editor.edit(call, Span(span.start, argument_span(call, args[1]).start), "")
    else:
        editor.edit(call, Span(span.start, past_comma(text, span.end)), "")


Item = tuple[str, str]
"""A key, and the code of its value."""


def rename(editor: Editor, entry: RecordEntry, name: str) -> None:
    """Give an entry another key, in the quotes of the old one. Raises Refusal."""
    module = entry.owner.module
    if entry.place is RecordPlace.KEYWORD:
        if not name.isidentifier() or keyword.iskeyword(name):
            raise Refusal("payload-shape", f"`{name}` cannot be a keyword of `dict()`. Write the payload in braces.")
        for call in (entry.owner, *entry.through):
            _refuse_other(call, name)
        editor.edit(entry.owner, module.span(entry.key), name)
    else:
        editor.edit(entry.owner, module.outer(entry.key), quoted(name, _quote(entry)))


def _refuse_other(call: Operand, name: str) -> None:
    """Raises Refusal for a keyword that the function which is called has a parameter of its own for."""
    frame = enter(call)
    if frame is not None and frame.function is not None:
        given = frame.function.params
        names = {each.name.value for each in (*given.posonly_params, *given.params, *given.kwonly_params)}
        if name in names:
            raise Refusal(
                "payload-shape", f"`{name}` is another parameter of the function. Write the payload in braces."
            )


def nest(editor: Editor, entry: RecordEntry, outer: str, name: str) -> None:
    """Make `record[key] = value` into `record[outer][name] = value`."""
    quote = _quote(entry)
    span = entry.owner.module.outer(entry.key)
    editor.edit(entry.owner, span, f"{quoted(outer, quote)}][{quoted(name, quote)}")


def _quote(entry: RecordEntry) -> str:
    if isinstance(entry.key, cst.SimpleString):
        return quoting(entry.key).quote[0]
    return quote_style(entry.owner.module)


def restructure(
    editor: Editor, display: Operand, front: Sequence[Item], back: Sequence[Item], gone: Collection[Span]
) -> None:
    """Add entries at both ends of a literal, and remove those at the spans `gone`."""
    layout = MappingLayout(display)
    kept = [span for span in layout.spans if span not in gone]
    if not kept:
        _fill(editor, layout, [*front, *back])
        return
    remove(editor, layout, gone)
    before = [_written(layout, item) for item in front]
    behind = [_written(layout, item) for item in back]
    if len(kept) == layout.placed:
        before, behind = [], [*before, *behind]
    if before:
        first = kept[layout.placed]
        gap = layout.gap(first) or " "
        editor.edit(display, Span(first.start, first.start), "".join(f"{item},{gap}" for item in before))
    if behind:
        _append(editor, layout, kept[-1], behind)


def remove(editor: Editor, layout: MappingLayout, gone: Collection[Span]) -> None:
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


def _fill(editor: Editor, layout: MappingLayout, items: Sequence[Item]) -> None:
    """New entries in place of all old ones, each on a line of its own where they were."""
    written = [_written(layout, item) for item in items]
    if layout.is_listed and layout.indent is not None:
        lines = "".join(f"{layout.newline}{layout.indent}{item}," for item in written)
        end = layout.text.rfind("\n", 0, layout.closing)
        end -= layout.text[end - 1] == "\r"
        editor.edit(layout.display, Span(layout.opening, end), lines)
    else:
        editor.edit(layout.display, Span(layout.opening, layout.closing), ", ".join(written))


def _append(editor: Editor, layout: MappingLayout, last: Span, written: Sequence[str]) -> None:
    lines = layout.own_lines(last)
    if lines is None or layout.indent is None:
        gap = layout.gap(last) or " "
        editor.edit(layout.display, Span(last.end, last.end), "".join(f",{gap}{item}" for item in written))
        return
    if "," not in layout.text[last.end : lines.end].partition("#")[0]:
        editor.edit(layout.display, Span(last.end, last.end), ",")
    added = "".join(f"{layout.indent}{item},{layout.newline}" for item in written)
    editor.edit(layout.display, Span(lines.end, lines.end), added)


def _written(layout: MappingLayout, item: Item) -> str:
    key, code = item
    if isinstance(layout.display.node, cst.Call):
        _refuse_other(layout.display, key)
        return f"{key}={code}"
    return f"{quoted(key, layout.quote)}: {code}"


def wrap(
    editor: Editor, display: Operand, before: Sequence[Item], key: str, more: Sequence[Item], gone: Collection[Span]
) -> None:
    """Move all entries of a literal in braces into an inner one under `key`.

    `before` are new entries beside the inner one, `more` new ones inside it; `gone` are entries to remove.
    """
    layout = MappingLayout(display)
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
    editor: Editor, layout: MappingLayout, opened: Sequence[str], inside: Sequence[str], gone: Collection[Span]
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


def _has_long_strings(layout: MappingLayout) -> bool:
    inner = layout.text[layout.opening : layout.closing]
    return '"""' in inner or "'''" in inner
