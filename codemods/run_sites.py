"""Where other files of a repository run a script and say in its arguments which project it is to start."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from migrator.model import Expansion, GivenProject, Literal, flatten
from migrator.syntax.shell.script import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from migrator.model import Slug
    from migrator.syntax.text.source import Source

_DEPTH = 3


def given_projects(source: Source, slug: Slug, position: Callable[[Expansion], int | None]) -> tuple[GivenProject, ...]:
    """The projects that other files give the script as literal arguments, with the file and the line of each.

    `position` says which argument of the script an expansion is, counted from 1; None for anything else.
    """
    parts = [part for template in (slug.organization, slug.repository) for part in (*flatten(template), Literal("/"))]
    asked = {position(part) for part in parts if isinstance(part, Expansion)}
    if source.siblings is None or not asked or None in asked:
        return ()
    name = PurePosixPath(source.path).name
    found: dict[GivenProject, None] = {}
    for path in source.siblings.naming(name):
        if path == source.path:
            continue
        for number, line in enumerate((source.siblings.read(path) or "").splitlines(), 1):
            for arguments in _runs(line, name) if name in line else ():
                project = _filled_in(parts, arguments, position)
                if project is not None:
                    found[GivenProject(path, number, project)] = None
    return tuple(found)


def _runs(text: str, name: str, depth: int = 0) -> Iterator[list[str | None]]:
    """The arguments that a line of shell text, or text in quotes in it, runs the script with."""
    for command in parse(text, templated=False).commands:
        for index, word in enumerate(command.words):
            end = (word.pieces[-1].text or "") if word.pieces else ""
            if end == name or end.endswith(f"/{name}"):
                yield [argument.static for argument in command.words[index + 1 :]]
            elif depth < _DEPTH and any(name in (inner := piece.text or "") and " " in inner for piece in word.pieces):
                for piece in word.pieces:
                    yield from _runs(piece.text or "", name, depth + 1)


def _filled_in(
    parts: list[Literal | Expansion], arguments: list[str | None], position: Callable[[Expansion], int | None]
) -> str | None:
    texts: list[str] = []
    for part in parts:
        if isinstance(part, Literal):
            texts.append(part.text)
            continue
        place = position(part)
        given = arguments[place - 1] if place is not None and place <= len(arguments) else None
        if given is None:
            return None
        texts.append(given)
    return "".join(texts).strip("/")
