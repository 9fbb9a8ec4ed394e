"""Bases of URLs that have a default and may be set from outside: `${CIRCLE_API:-https://circleci.com/api/v1.1}`."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from migrator.errors import Refusal
from migrator.model import Expansion, Note, Severity, Span
from migrator.syntax.shell.resolve import template
from migrator.syntax.shell.types import LexError, origin_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.model import Template
    from migrator.syntax.shell.script import Script

_DEFAULT = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*):?[-=]")
_ADDRESS = "/api/v1"


def with_defaults(script: Script, url: Template) -> Template:
    """The URL with the defaults of variables that hold an address of v1.1 unless they are set from outside."""
    return tuple(_assumed(script, part) if isinstance(part, Expansion) else part for part in url)


def is_default(part: Expansion) -> bool:
    """Whether what the expansion resolves to is only its default."""
    return part.name is None and part.resolved is not None and _DEFAULT.match(part.source) is not None


def refuse_default(part: Expansion) -> NoReturn:
    """Say that others read what the default gives. Raises Refusal."""
    message = f"What `{part.source}` gives is read by others too. Give the call a variable of its own."
    raise Refusal("shared-default", message)


def refuse_shared_default(script: Script, part: Expansion, editable: frozenset[Span]) -> None:
    """Raise Refusal for `${X:=…}` when others read X, unless all of them are edited along."""
    found = _DEFAULT.match(part.source)
    if found is None or not found[0].endswith("=") or script.uses(found[1]) == 1:
        return
    if not any(write.span in editable for write in script.writes.get(found[1], ())):
        refuse_default(part)


def assumption(url: Template) -> Note | None:
    """What has to hold for a URL with defaults."""
    names = list(dict.fromkeys(_defaulted(url)))
    if not names:
        return None
    listed = ", ".join(f"`{name}`" for name in names)
    text = f"The rewrite rests on {listed} not being set from outside to an address of v1.1: the default moves to v2."
    return Note("default-base", Severity.WARNING, text)


def _defaulted(url: Template) -> Iterator[str]:
    for part in url:
        if isinstance(part, Expansion) and part.resolved is not None:
            found = _DEFAULT.match(part.source) if is_default(part) else None
            yield from [found[1]] if found else _defaulted(part.resolved)


def _assumed(script: Script, part: Expansion) -> Expansion:
    if part.resolved is not None:
        return replace(part, resolved=with_defaults(script, part.resolved))
    found = _DEFAULT.match(part.source)
    origin = origin_of(part)
    place = script.view.forth(part.span) if part.span is not None else None
    if not found or origin is None or place is None or _ADDRESS not in part.source or _is_set(script, found[1], place):
        return part
    if any(char in "'\"\\`" for char in part.source):
        return part
    try:
        default = script.lexer.heredoc(place.start + found.end(), place.end - 1, quoted=False).body
    except LexError:
        return part
    return replace(part, resolved=template(script, default, origin.use))


def _is_set(script: Script, name: str, place: Span) -> bool:
    """Whether the script sets the variable itself, other than by way of the default."""
    return any(not write.span.overlaps(place) for write in script.writes.get(name, ()))
