"""Makefiles, as far as it takes to find their recipes: logical lines, rules, variables and their values.

Source: GNU make manual (recipe syntax, splitting recipe lines, using variables in recipes, one shell, two flavours).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ASSIGNMENT = re.compile(
    r"[ ]*(?P<before>(?:(?:export|override|private|unexport)[ \t]+)*)(?P<name>[^\s:#=?+!]+)[ \t]*"
    r"(?P<operator>=|:=|::=|:::=|\?=|\+=|!=)[ \t]*(?P<value>.*)",
    re.DOTALL,
)
_DEFINE = re.compile(r"[ ]*(?:(?:export|override)[ \t]+)*define[ \t]+(?P<name>[^\s=:?+]+)")
_CONDITION = re.compile(r"[ ]*(ifeq|ifneq|ifdef|ifndef)\b")
_END = re.compile(r"[ ]*endif\b")
_INCLUDE = re.compile(r"[ ]*(?:-|s)?include\b(?![ \t]*[:=?+!])")
_EVAL = re.compile(r"\$[({]eval\b")
_RULE = re.compile(r"(?![ ]*#)[^\t=#][^=#\n]*?::?(?!=)[^=]*|[^\t=#\n]*::?(?!=)")
_REFERENCE = re.compile(r"\$\((?P<a>[\w.-]+)\)|\$\{(?P<b>[\w.-]+)\}")
_PLAIN = re.compile(r"[A-Za-z0-9_./:%@+,=~-]*\Z")  # text that means itself to a shell, in quotes and out of them


@dataclass(frozen=True, slots=True)
class Recipe:
    """One command line of a recipe as make hands it to a shell: stretches of the file that follow one another.

    `canned`: it stands in a `define`, of which nobody knows where it is put.
    """

    stretches: tuple[tuple[int, int], ...]
    canned: bool = False


@dataclass(frozen=True, slots=True)
class Assigned:
    """The value of a variable: where it starts, and its text."""

    name: str
    operator: str
    start: int
    value: str


@dataclass(slots=True)
class Makefile:
    """What a makefile holds. `one_shell`: all lines of a recipe go to one shell."""

    recipes: list[list[Recipe]] = field(default_factory=list)
    assigned: list[Assigned] = field(default_factory=list)
    uncertain: Counter[str] = field(default_factory=Counter)
    one_shell: bool = False

    def values(self) -> Mapping[str, str]:
        """What `$(X)` surely is: for each variable assigned once, unconditionally, to text that means itself."""
        times = Counter(each.name for each in self.assigned)
        once = {
            each.name: each.value
            for each in self.assigned
            if times[each.name] == 1 and not self.uncertain[each.name] and each.operator in {"=", ":=", "::=", ":::="}
        }
        return {name: text for name in once if (text := _resolved(name, once, 6)) is not None}


def _resolved(name: str, once: Mapping[str, str], depth: int) -> str | None:
    if depth == 0 or name not in once:
        return None
    pieces: list[str] = []
    at = 0
    text = once[name].split("#")[0].strip()
    for found in _REFERENCE.finditer(text):
        inner = _resolved(found["a"] or found["b"], once, depth - 1)
        if inner is None:
            return None
        pieces += (text[at : found.start()], inner)
        at = found.end()
    whole = "".join((*pieces, text[at:]))
    return whole if _PLAIN.match(whole) else None


def expand(text: str, made: Makefile, depth: int = 6) -> str:
    """The text with every reference replaced by what the variable is assigned last; others stay."""
    values = {each.name: each.value.strip() for each in made.assigned}

    def value(found: re.Match[str]) -> str:
        name = found["a"] or found["b"]
        return expand(values[name], made, depth - 1) if name in values and depth else found[0]

    return _REFERENCE.sub(value, text)


def logical_lines(text: str) -> Iterator[tuple[int, int]]:
    """Lines joined where a backslash ends them, each with its line end."""
    at = 0
    while at < len(text):
        end = at
        while True:
            stop = text.find("\n", end)
            end = len(text) if stop < 0 else stop + 1
            body = text[at:end].rstrip("\r\n")
            if end >= len(text) or (len(body) - len(body.rstrip("\\"))) % 2 == 0:
                break
        yield at, end
        at = end


def parse_makefile(text: str) -> Makefile:
    """Read a makefile. What is not understood is left out; nothing is refused."""
    reader = _Reader(text, Makefile())
    for start, end in logical_lines(text):
        reader.line(start, end)
    reader.close()
    return reader.made


@dataclass(slots=True)
class _Reader:
    text: str
    made: Makefile
    prefix: str = "\t"
    depth: int = 0
    in_rule: bool = False
    define: str | None = None
    lines: list[Recipe] = field(default_factory=list)

    def line(self, start: int, end: int) -> None:
        text = self.text[start:end]
        if not text.lstrip().startswith("#") and (_EVAL.search(text) or _INCLUDE.match(text)):
            self._opened()
        if self.define is not None:
            self._inside_define(start, end)
        elif self.in_rule and text.startswith(self.prefix):
            self.lines.append(Recipe(self._stretches(start, end)))
        elif text.strip() and not text.lstrip(" \t").startswith("#"):
            self._directive(start, text)

    def _opened(self) -> None:
        """Another file is read here, or text becomes a part of this one: either may assign anew what was assigned."""
        for each in self.made.assigned:
            self.made.uncertain[each.name] += 1

    def close(self) -> None:
        """The recipe that was read ends here."""
        if self.lines:
            self.made.recipes.append(self.lines)
        self.lines = []

    def _inside_define(self, start: int, end: int) -> None:
        text = self.text[start:end]
        if text.strip() == "endef" or text.lstrip().startswith("endef"):
            self.define = None
            self.close()
        else:
            self.lines.append(Recipe(self._stretches(start, end), canned=True))

    def _directive(self, start: int, text: str) -> None:
        if _CONDITION.match(text):
            self.depth += 1
        elif _END.match(text):
            self.depth -= 1
        elif found := _DEFINE.match(text):
            self.close()
            self.define = found["name"]
            self.made.uncertain[found["name"]] += 1
            self.in_rule = False
        elif found := _ASSIGNMENT.match(text):
            self._assign(start, found)
        elif _RULE.match(text):
            self._rule(start, text)

    def _assign(self, start: int, found: re.Match[str]) -> None:
        name, value = found["name"], found["value"]
        if name == ".RECIPEPREFIX":
            self.prefix = value.strip()[:1] or "\t"
        self.made.assigned.append(Assigned(name, found["operator"], start + found.start("value"), value.rstrip("\r\n")))
        if self.depth:
            self.made.uncertain[name] += 1

    def _rule(self, start: int, text: str) -> None:
        self.close()
        self.in_rule = True
        head, semicolon, tail = text.partition(";")
        names = head.partition(":")[2]
        if specific := _ASSIGNMENT.match(names.strip()):
            self.made.uncertain[specific["name"]] += 1
        elif head.split(":")[0].strip() == ".ONESHELL":
            self.made.one_shell = True
        elif semicolon and tail.strip():
            self.lines.append(Recipe(self._stretches(start + len(head) + 1, start + len(text), inline=True)))

    def _stretches(self, start: int, end: int, *, inline: bool = False) -> tuple[tuple[int, int], ...]:
        """The command without the prefix of its lines and without `@`, `-` and `+` in front of it."""
        made: list[tuple[int, int]] = []
        at = start
        while at < end:
            stop = self.text.find("\n", at, end)
            stop = end if stop < 0 else stop + 1
            first = at + 1 if self.text[at:stop].startswith(self.prefix) and not (inline and at == start) else at
            if not made:
                while first < stop and self.text[first] in " \t@-+":
                    first += 1
            made.append((first, stop))
            at = stop
        last, stop = made[-1]
        made[-1] = (last, max(last, len(self.text[:stop].rstrip("\r\n"))))
        return tuple(made)
