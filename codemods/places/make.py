"""Recipes of makefiles: one shell for each line, `$$` for a dollar, `$(X)` and `${X}` replaced by make before it."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.places.place import Host, HostKind, behind, read_only
from migrator.syntax.programs.makefile import Makefile, expand, parse_makefile
from migrator.syntax.text.layers import Escapes
from migrator.syntax.text.regions import Fixed, Joined, Spliced, checked
from migrator.syntax.text.source import VerbatimRegion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.programs.makefile import Recipe
    from migrator.syntax.text.source import Region, Source

_NAMES = frozenset({"makefile", "gnumakefile", "bsdmakefile", "makefile.am", "makefile.in"})
_OTHERS = frozenset({".toml", ".md", ".rst", ".py", ".json", ".yml", ".yaml", ".js", ".rb", ".sh"})
# Parentheses nest three deep here; what nests deeper is left to the shell reader, which then reports it.
_INNER = r"[^()$\n]|\$\$|\$[^()$\n]"
_PARENS = rf"\$\((?:{_INNER}|\$?\((?:{_INNER}|\$?\((?:{_INNER})*\))*\))*\)"
_MACRO = re.compile(rf"\$\$|{_PARENS}|\$\{{[^}}\n]*\}}|\$[A-Za-z0-9@<^?*+|%]")
_PROGRAM = re.compile(r"(?<![\w.-])(?:curl|wget)\s")
_CANNED = "The call is in a `define`, whose place and quoting nobody knows here. Rewrite it by hand."
_VARIABLE = "The call is in a variable or a function of make. Write it into the recipe, or rewrite it by hand."


def _claims(source: Source) -> bool:
    path = PurePosixPath(source.path)
    if path.name.lower() in _NAMES or path.suffix.lower() in {".mk", ".make", ".mak"}:
        return True
    return path.stem == "Makefile" and path.suffix.lower() not in _OTHERS


def _find(source: Source) -> tuple[Host, ...]:
    found = [Host(region) for region in checked(source.text, _recipes)]
    found += (Host(region) for region in _elsewhere(source.text))
    return tuple(found)


def _recipes(text: str) -> tuple[Region, ...]:
    made = parse_makefile(text)
    layer = _layer(made)
    return tuple(region for lines in made.recipes for region in _of_recipe(text, lines, layer, made))


def _of_recipe(text: str, lines: list[Recipe], layer: Escapes, made: Makefile) -> Iterator[Region]:
    commands = [_line(text, line, layer) for line in lines if not line.canned]
    if made.one_shell and len(commands) > 1:
        yield Joined(tuple(commands))
    else:
        yield from commands


def _line(text: str, line: Recipe, layer: Escapes) -> Region:
    return behind(Spliced.of(text, line.stretches), layer)


def _elsewhere(text: str) -> Iterator[Region]:
    """Calls that make runs itself (`$(shell …)`) or puts into recipes: canned recipes and variables."""
    made = parse_makefile(text)
    layer = _layer(made)
    for lines in made.recipes:
        for line in lines:
            if line.canned:
                yield read_only(_line(text, line, layer), "make-define", _CANNED)
            elif (whole := _expanded(text, line, made)) is not None:
                yield _reported(line.stretches[0][0], whole, layer, fixed=True)
    for each in made.assigned:
        if _PROGRAM.search(_MACRO.sub(" ", each.value)):
            yield _reported(each.start, each.value, layer)
    for macro in _MACRO.finditer(text):
        program = _PROGRAM.search(macro[0])
        if program and not _in_comment(text, macro.start()):
            yield _reported(macro.start() + program.start(), macro[0][program.start() : -1], layer)


def _expanded(text: str, line: Recipe, made: Makefile) -> str | None:
    """The line with the values of all variables in it, when only these make it a call: `$(CURL) $(URL)`."""
    written = "".join(text[start:end] for start, end in line.stretches)
    whole = written if _PROGRAM.search(written) else expand(written, made)
    return whole if whole != written and _PROGRAM.search(whole) and "/v1" in whole else None


def _reported(start: int, text: str, layer: Escapes, *, fixed: bool = False) -> Region:
    region = behind(VerbatimRegion(text, start), layer)
    return read_only(Fixed(region.text, start) if fixed else region, "make-variable", _VARIABLE)


def _in_comment(text: str, at: int) -> bool:
    return text[text.rfind("\n", 0, at) + 1 : at].lstrip(" \t@-+").startswith("#")


def _layer(made: Makefile) -> Escapes:
    known = {written: value for name, value in made.values().items() for written in (f"$({name})", f"${{{name}}}")}
    return Escapes(_MACRO, {"$$": "$"}, {"$": "$$"}, known)


MAKE = HostKind("makefile", _claims, _find)
