"""Where the entries of a mapping literal stand: spans, lines of their own, indentation, brackets."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst

from migrator.model import Span
from migrator.syntax.python.strings import quote_style
from migrator.syntax.text.edits import newline_of

if TYPE_CHECKING:
    from migrator.syntax.python.program import Operand


def past_comma(text: str, at: int) -> int:
    """Behind the comma that follows, or `at` itself when none does."""
    blank = at
    while blank < len(text) and text[blank] in " \t":
        blank += 1
    return blank + 1 if text.startswith(",", blank) else at


@dataclass(frozen=True, eq=False)
class Layout:
    """The layout of a literal in brackets or of a call of `dict`."""

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
        for item in node.args if isinstance(node, cst.Call) else getattr(node, "elements", ()):
            match item:
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
