"""Blocks of code in documentation: fenced and indented ones of Markdown, AsciiDoc and reStructuredText."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.syntax.text.regions import Spliced

if TYPE_CHECKING:
    from collections.abc import Iterator

_FENCE = re.compile(r"(?P<indent>[ \t>]*)(?P<fence>`{3,}|~{3,})[ \t]*\{?\.?(?P<language>[\w+#.-]*)[^`\n]*$")
_LISTING = re.compile(r"(?P<fence>-{4,}|\.{4,})[ \t]*$")
_STYLE = re.compile(r"\[(?:source|listing)?[ \t]*,?[ \t]*(?:%\w+,)?(?P<language>[\w+#.-]*)[^\]]*\][ \t]*$")
_DIRECTIVE = re.compile(
    r"[ \t]*\.\. (?:code-block|code|sourcecode|parsed-literal)::[ \t]*(?P<language>[\w+#.-]*)[ \t]*$"
)
_INDENTED = re.compile(r"(?: {3,}|\t)")


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """A block of code: its language as the document names it, in lower case, and its lines without indentation."""

    language: str
    stretches: tuple[tuple[int, int], ...]
    indent: str

    def region(self, text: str) -> Spliced:
        """The code as one text."""
        return Spliced.of(text, self.stretches, self.indent)


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    text: str


def blocks(text: str) -> tuple[CodeBlock, ...]:
    """The blocks of a document, in order; one without any text is left out."""
    return tuple(block for block in _Reader(text, tuple(_lines(text))).read() if block.stretches)


def _lines(text: str) -> Iterator[_Line]:
    at = 0
    while at < len(text):
        end = text.find("\n", at) + 1 or len(text)
        yield _Line(at, end, text[at:end].rstrip("\r\n"))
        at = end


@dataclass(slots=True)
class _Reader:
    text: str
    lines: tuple[_Line, ...]
    at: int = 0
    language: str = ""

    def read(self) -> Iterator[CodeBlock]:
        while self.at < len(self.lines):
            line = self.lines[self.at].text
            self.at += 1
            if found := _FENCE.match(line):
                yield self._fenced(found["fence"], found["indent"], found["language"].lower(), markdown=True)
            elif found := _LISTING.match(line):
                yield self._fenced(found["fence"], "", self.language, markdown=False)
                self.language = ""
            elif found := _STYLE.match(line):
                self.language = found["language"].lower()
            elif found := _DIRECTIVE.match(line):
                yield self._below(found["language"].lower())
            elif not line.strip() and self.at < len(self.lines) and _is_code(self.lines[self.at].text):
                yield self._below("")

    def _fenced(self, fence: str, indent: str, language: str, *, markdown: bool) -> CodeBlock:
        """The lines up to the closing fence, or to the end of the text."""
        inside: list[_Line] = []
        while self.at < len(self.lines):
            line = self.lines[self.at]
            self.at += 1
            bare = line.text.strip(" \t>") if markdown else line.text.rstrip()
            if bare.startswith(fence) and not bare.strip(fence[0]) if markdown else bare == fence:
                break
            inside.append(line)
        return _block(language, inside, indent)

    def _below(self, language: str) -> CodeBlock:
        """The lines that are indented further, behind the options of a directive."""
        inside: list[_Line] = []
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if line.text.strip() and (not _INDENTED.match(line.text) or _FENCE.match(line.text)):
                break
            self.at += 1
            if inside or (line.text.strip() and not re.match(r"\s+:[\w-]+:", line.text)):
                inside.append(line)
        while inside and not inside[-1].text.strip():
            inside.pop()
            self.at -= 1
        width = min((len(line.text) - len(line.text.lstrip()) for line in inside if line.text.strip()), default=0)
        indent = inside[0].text[:width] if inside else ""
        return _block(language, inside, indent)


def _is_code(line: str) -> bool:
    """Whether an indented line is code: a fence or a directive may be indented too, below an entry of a list."""
    return bool(_INDENTED.match(line)) and not _FENCE.match(line) and not _DIRECTIVE.match(line)


def _block(language: str, inside: list[_Line], indent: str) -> CodeBlock:
    stretches = []
    for line in inside:
        cut = len(indent) if line.text.startswith(indent) else len(line.text) - len(line.text.lstrip(" \t>"))
        stretches.append((line.start + min(cut, len(line.text)), line.end))
    return CodeBlock(language, tuple(stretches), indent)
