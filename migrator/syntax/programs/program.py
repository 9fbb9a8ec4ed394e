"""Programs of many languages as words, signs and strings, comments left out: enough to know what is text in them.

One reader serves all of them; `languages.py` says how each language writes its strings and comments. A name that is
assigned once, to text, surely stands for it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class TokenKind(StrEnum):
    """What a token is."""

    WORD = "word"
    SIGN = "sign"
    STRING = "string"


@dataclass(frozen=True, slots=True)
class StringKind:
    """One way to write a string: how it opens and closes, what a backslash does in it, and what is replaced in it.

    `escape` is the escape character, empty for none; `doubled`: the closing quote written twice stands for itself.
    `holes` are openers of expressions, such as `${`; `names` also lets `$name` stand for a variable.
    """

    opening: str
    closing: str
    escape: str = "\\"
    holes: tuple[str, ...] = ()
    names: bool = False
    doubled: bool = False
    lines: bool = True


@dataclass(frozen=True, slots=True)
class Language:
    """How a language writes comments and strings. `regex`: `/…/` is a literal where a value is expected.

    `loose`: a URL counts as a string without quotes too, and a comment begins only where a word could begin.
    `heredoc` finds the opening of a here-document, with the groups `tag` and, where it decides, `raw`.
    """

    name: str
    suffixes: tuple[str, ...]
    line_comments: tuple[str, ...]
    block_comments: tuple[tuple[str, str], ...]
    strings: tuple[StringKind, ...]
    regex: bool = False
    heredoc: re.Pattern[str] | None = None
    holes: tuple[str, ...] = ()
    word: str = r"[A-Za-z_$@][\w$]*[?!]?"
    loose: bool = False


@dataclass(frozen=True, slots=True)
class ProgramToken:
    """A token and where it stands. For a string `start` to `end` has the quotes, `inner` is where its text stands."""

    kind: TokenKind
    start: int
    end: int
    text: str
    style: StringKind | None = None
    inner: tuple[int, int] = (0, 0)


_BARE_URL = re.compile(r"https?:/+[^\s'\"`<>()\[\]|;,]+")
BARE = StringKind("", "", "", ("${", "$("), names=True)
"""A URL without quotes."""
_CLOSERS = {"${": "}", "#{": "}", "{": "}", "\\(": ")", "$(": ")", "%{": "}", "@{[": "]}"}
_BEFORE_REGEX = frozenset("(,=:[!&|?{};+-*%<>~^\n")


def tokens(text: str, language: Language) -> tuple[ProgramToken, ...]:
    """The tokens of a program. A string that is not closed ends with its line."""
    return tuple(_Reader(text, language).read())


@cache
def _special(language: Language) -> frozenset[str]:
    """The characters that a comment, a string, a regular expression or a URL can begin with."""
    openings = [*language.line_comments, *(pair[0] for pair in language.block_comments)]
    openings += [style.opening for style in language.strings]
    openings += ["/"] if language.regex else []
    openings += ["<"] if language.heredoc else []
    openings += ["h"] if language.loose else []
    return frozenset(opening[0] for opening in openings)


@cache
def _telling(style: StringKind) -> re.Pattern[str]:
    """What matters inside of a string: its end, its escapes, its holes, the end of the line."""
    signs = {style.closing, style.escape, *style.holes, "\n"} - {""}
    return re.compile("|".join(map(re.escape, sorted(signs, key=len, reverse=True))))


@dataclass(slots=True)
class _Reader:
    text: str
    language: Language
    at: int = 0
    last: str = "\n"
    skips: list[tuple[int, int]] = field(default_factory=list)

    def read(self) -> Iterator[ProgramToken]:
        word = re.compile(self.language.word)
        special = _special(self.language)
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == "\n":
                self._line_end()
            elif char.isspace():
                self.at += 1
            elif char not in special:  # the quick way, which most of a program takes
                token = self._word(word) or self._sign()
                self.at = token.end
                self._note_end(token)
                yield token
            elif not self._comment() and not self._regex():
                token = self._bare() or self._heredoc() or self._string() or self._word(word) or self._sign()
                self.at = token.end
                self._note_end(token)
                yield token

    def _note_end(self, token: ProgramToken) -> None:
        """Remember what a slash behind the token would mean."""
        self.last = token.text[-1:] if token.kind is not TokenKind.STRING else '"'
        if token.kind is TokenKind.WORD and token.text in {"return", "case", "typeof", "in", "and", "or", "if"}:
            self.last = "("

    def _line_end(self) -> None:
        self.at += 1
        for start, end in self.skips:
            if self.at == start:
                self.at = end
        self.skips = [(start, end) for start, end in self.skips if start > self.at]

    def _bare(self) -> ProgramToken | None:
        found = _BARE_URL.match(self.text, self.at) if self.language.loose else None
        return ProgramToken(TokenKind.STRING, self.at, found.end(), found[0], BARE, found.span()) if found else None

    def _comment(self) -> bool:
        if self.language.loose and self.at and not self.text[self.at - 1].isspace():
            return False
        for opening, closing in self.language.block_comments:
            line_start = self.at == 0 or self.text[self.at - 1] == "\n"
            if self.text.startswith(opening, self.at) and (opening[0] not in "=" or line_start):
                end = self.text.find(closing, self.at + len(opening))
                self.at = len(self.text) if end < 0 else end + len(closing)
                return True
        if any(self.text.startswith(opening, self.at) for opening in self.language.line_comments):
            end = self.text.find("\n", self.at)
            self.at = len(self.text) if end < 0 else end
            return True
        return False

    def _regex(self) -> bool:
        if not self.language.regex or self.text[self.at] != "/" or self.last not in _BEFORE_REGEX:
            return False
        found = re.compile(r"/(?![*/\s])(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/\w*").match(self.text, self.at)
        if not found:
            return False
        self.at = found.end()
        self.last = '"'
        return True

    def _heredoc(self) -> ProgramToken | None:
        found = self.language.heredoc.match(self.text, self.at) if self.language.heredoc else None
        line = self.text.find("\n", self.at) + 1
        if not found or not line:
            return None
        start = max([line, *(end for _, end in self.skips)])
        closing = re.compile(rf"^[ \t]*{re.escape(found['tag'])}\b", re.MULTILINE).search(self.text, start)
        end = closing.start() if closing else len(self.text)
        self.skips.append((start if not self.skips else self.skips[-1][1], closing.end() if closing else end))
        holes = () if "'" in found[0] else self.language.holes
        style = StringKind(found[0], found["tag"], "\\" if holes else "", holes, names="$" in "".join(holes))
        return ProgramToken(TokenKind.STRING, self.at, found.end(), self.text[start:end], style, (start, end))

    def _string(self) -> ProgramToken | None:
        for style in self.language.strings:
            if self.text.startswith(style.opening, self.at):
                start = self.at + len(style.opening)
                end = self._closing(start, style)
                if end is None:
                    continue
                whole = min(end + len(style.closing), len(self.text))
                return ProgramToken(TokenKind.STRING, self.at, whole, self.text[start:end], style, (start, end))
        return None

    def _closing(self, at: int, style: StringKind) -> int | None:
        """Where the string that starts at `at` closes; None when it cannot be a string."""
        telling = _telling(style)
        while found := telling.search(self.text, at):
            at = found.start()
            if style.escape and self.text.startswith(style.escape, at) and not self._hole(at, style):
                at += 2
            elif style.doubled and self.text.startswith(style.closing * 2, at):
                at += 2 * len(style.closing)
            elif self.text.startswith(style.closing, at):
                return at
            elif hole := self._hole(at, style):
                at = balanced(self.text, at + len(hole), _CLOSERS[hole])
            elif self.text[at] == "\n" and not style.lines:
                return None
            else:
                at += 1
        return None

    def _hole(self, at: int, style: StringKind) -> str:
        return next((hole for hole in style.holes if self.text.startswith(hole, at)), "")

    def _word(self, word: re.Pattern[str]) -> ProgramToken | None:
        found = word.match(self.text, self.at)
        return ProgramToken(TokenKind.WORD, self.at, found.end(), found[0]) if found else None

    def _sign(self) -> ProgramToken:
        two = self.text[self.at : self.at + 2]
        size = 2 if two in {"=>", "->", "::", ":=", "==", "!=", "<>", "+=", "<<", "||", "&&", "|>", "<-"} else 1
        return ProgramToken(TokenKind.SIGN, self.at, self.at + size, self.text[self.at : self.at + size])


def balanced(text: str, at: int, closing: str) -> int:
    """Where an expression that starts at `at` is closed, brackets of the same kind inside it counted."""
    opening = {"}": "{", ")": "(", "]}": "{["}[closing]
    depth = 1
    while at < len(text):
        if text.startswith(closing, at):
            depth -= 1
            at += len(closing)
            if depth == 0:
                return at
        elif text.startswith(opening, at):
            depth += 1
            at += len(opening)
        else:
            at += 1
    return len(text)


_ASSIGNS = frozenset({"=", ":=", "<-"})
_PLAIN = re.compile(r"[A-Za-z0-9_./:%@+,=~-]*\Z")


def constants(read: Sequence[ProgramToken]) -> Mapping[str, str]:
    """The names whose only assignment is one string of text that means itself everywhere."""
    times = Counter(name for name, _ in assignments(read))
    made: dict[str, str] = {}
    for name, at in assignments(read):
        token = read[at] if at < len(read) else None
        alone = at + 1 >= len(read) or read[at + 1].text not in {"+", ".", "%", "?", "["}
        if (
            times[name] == 1
            and token is not None
            and token.kind is TokenKind.STRING
            and alone
            and _PLAIN.match(token.text)
        ):
            made[name] = token.text
    return made


def assignments(read: Sequence[ProgramToken]) -> list[tuple[str, int]]:
    """Each assigned name with the index of the token behind the sign."""
    return [
        (token.text, index + 2)
        for index, token in enumerate(read[:-1])
        if token.kind is TokenKind.WORD and read[index + 1].text in _ASSIGNS | {"+="}
    ]
