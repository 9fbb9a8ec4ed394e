"""String literals of Python: what each character means, where it stands, and how other text is written in its place."""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from migrator.errors import Refusal
from migrator.model import Span

if TYPE_CHECKING:
    from migrator.syntax.python.module import Module

Literal = cst.SimpleString | cst.FormattedString

_ESCAPE = re.compile(
    r"\\(?:\r\n|N\{[^}]*\}|U[0-9a-fA-F]{8}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[0-7]{1,3}|.)|\r\n|\r|\{\{|\}\}", re.DOTALL
)


@dataclass(frozen=True, slots=True, eq=False)
class TextRun:
    """Literal text inside one string literal: `places[i]` is where character `i` stands, the last one where it ends."""

    text: str
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Quoting:
    """How a literal is quoted: its prefix in lower case, and the quotes."""

    prefix: str
    quote: str

    @property
    def is_bytes(self) -> bool:
        """Whether the literal is of type bytes."""
        return "b" in self.prefix

    def _ends(self, text: str) -> bool:
        """Whether a quote of the text might end the literal: of three quotes one alone inside does not."""
        char = self.quote[0]
        return char in text and (len(self.quote) == 1 or char * 2 in text or char in {text[0], text[-1]})

    def write(self, text: str) -> str:
        """The text as it is written between these quotes. Raises Refusal when a raw literal cannot hold it."""
        if "r" in self.prefix:
            if self._ends(text) or "\\" in text or not text.isprintable():
                raise Refusal(
                    "raw-string", "What must change stands in a raw string that cannot hold it. Change it by hand."
                )
            written = text
        else:
            written = escaped(text, self.quote[0] if self._ends(text) else "")
        return written.replace("{", "{{").replace("}", "}}") if "f" in self.prefix else written


def escaped(text: str, quote: str) -> str:
    """The text as it is written between `quote`s, which are escaped, everything printable as itself."""
    plain = text.replace("\\", "\\\\")
    plain = plain.replace(quote, "\\" + quote) if quote else plain
    return "".join(char if char.isprintable() else _escape(char) for char in plain)


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def quoting(node: Literal) -> Quoting:
    """How the literal is quoted."""
    if isinstance(node, cst.SimpleString):
        return Quoting(node.prefix.lower(), node.quote)
    prefix = node.start.rstrip("'\"")
    return Quoting(prefix.lower(), node.start[len(prefix) :])


def simple_run(module: Module, node: cst.SimpleString) -> TextRun | None:
    """The text of a plain literal; None when its escapes are more than is known here."""
    start = module.span(node).start + len(node.prefix) + len(node.quote)
    run = decode(node.raw_value, start, quoting(node))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an unknown escape is its author's business
        value = node.evaluated_value
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    return run if run.text == text else None


def decode(raw: str, start: int, how: Quoting) -> TextRun:
    """What the characters between the quotes mean; the first of them stands at `start`."""
    text: list[str] = []
    places: list[int] = []
    at = 0
    for found in _ESCAPE.finditer(raw):
        for index in range(at, found.start()):
            text.append(raw[index])
            places.append(start + index)
        meant = _meaning(found[0], how)
        text += meant
        verbatim = meant == found[0]
        places += [start + found.start() + (index if verbatim else 0) for index in range(len(meant))]
        at = found.end()
    for index in range(at, len(raw)):
        text.append(raw[index])
        places.append(start + index)
    return TextRun("".join(text), (*places, start + len(raw)))


def _meaning(piece: str, how: Quoting) -> str:
    if piece in {"\r\n", "\r"}:
        return "\n"
    if piece in {"{{", "}}"}:
        return piece[0] if "f" in how.prefix else piece
    if "r" in how.prefix:
        return piece.replace("\r\n", "\n")
    if how.is_bytes and piece[1] in "NuU":
        return piece
    if piece[1:] in {"\n", "\r\n", "\r"}:
        return ""
    if piece[1] in "01234567abfnrtvxNuU\\'\"":
        return str(ast.literal_eval(f'"{piece}"' if piece != '\\"' else "'\"'"))
    return piece


def span_of(run: TextRun, start: int, end: int) -> Span:
    """Where the characters from `start` to `end` of the run stand."""
    return Span(run.places[start], run.places[end])


def quote_style(module: Module) -> str:
    """The quote that most string literals of the file use."""
    single = double = 0
    for found in re.finditer(r"""(?<![\w'"])[rRbBfFuU]{0,2}(['"])(?!\1)""", module.text):
        single += found[1] == "'"
        double += found[1] == '"'
    return "'" if single > double else '"'


def quoted(text: str, quote: str) -> str:
    """The text as a literal, in the other quotes where that spares escapes."""
    other = "'" if quote == '"' else '"'
    if quote in text and other not in text:
        quote = other
    return f"{quote}{escaped(text, quote)}{quote}"
