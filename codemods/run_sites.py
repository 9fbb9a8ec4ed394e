"""What the place of a script says about the project that it starts: who runs it with which arguments, and where."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from migrator.model import Expansion, GivenProject, Literal, Note, Severity, flatten
from migrator.syntax.shell.script import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from migrator.model import Slug
    from migrator.syntax.text.source import Siblings, Source

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


def runs_elsewhere(source: Source) -> tuple[str, ...]:
    """The commands of other files that run the script, as they are written, each with the file's path."""
    if source.siblings is None:
        return ()
    name = PurePosixPath(source.path).name
    return tuple(
        f"{path}: {text}"
        for path in sorted(source.siblings.naming(name))
        if path != source.path and PurePosixPath(path).suffix not in _PROSE
        for line in (source.siblings.read(path) or "").splitlines()
        for text in (_running(line, name) if name in line else ())
    )


_PROSE = frozenset({".md", ".rst", ".adoc", ".txt"})


def _running(line: str, name: str) -> Iterator[str]:
    for command in parse(line, templated=False).commands:
        text = line[command.span.start : command.span.end]
        if any(each == name or each.endswith(f"/{name}") for word in text.split() for each in (word.strip("'\"(),;"),)):
            yield " ".join(text.split())


_OF_THE_JOB = frozenset({"CIRCLE_PROJECT_USERNAME", "CIRCLE_PROJECT_REPONAME"})
_ORB = "@orb.yml"


def of_an_orb(source: Source, slug: Slug) -> Iterator[Note]:
    """An error for a call in the source of an orb that starts the project whose job runs it: a user of the orb.

    The source of an orb is the folder with `@orb.yml` (CircleCI docs: orb-author, 2026-08).
    """
    parts = [part for template in (slug.organization, slug.repository) for part in flatten(template)]
    if source.siblings is None or not any(name in _source(part) for part in parts for name in _OF_THE_JOB):
        return
    if _is_in_orb(source.path, source.siblings):
        message = (
            "This is a part of an orb, and starts a job of the project that uses the orb: it must declare the "
            "parameters. Give the orb a new major version that says so."
        )
        yield Note("orb-source", Severity.ERROR, message)


def _is_in_orb(path: str, siblings: Siblings) -> bool:
    """Whether the file lies below an `@orb.yml`, or a file of the repository includes it."""
    folders = [str(folder) for folder in PurePosixPath(path).parents]
    if any(siblings.read(_ORB if folder == "." else f"{folder}/{_ORB}") is not None for folder in folders):
        return True
    name = PurePosixPath(path).name
    included = re.compile(rf"<<\s*include\(\s*[\w./-]*{re.escape(name)}\s*\)\s*>>")
    return any(included.search(siblings.read(other) or "") for other in siblings.naming(name) if other != path)


def _source(part: Literal | Expansion) -> str:
    return part.source if isinstance(part, Expansion) else ""


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
