"""Variables that a call reads and that only the run shows: whether both scripts give them their values in one way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.places.variables import given_at
from codemods.shell.starts import assigned_in, open_parts, place_at, with_given
from migrator.syntax.shell.script import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from codemods.found import V2Caller
    from migrator.model import Expansion, V1Trigger
    from migrator.planning.project import Site

    Assigned = Mapping[str, tuple[str, ...]]

# `$(X)` is a variable of make.
_READ = re.compile(r"\$(?:\{?[#!]?|\((?=\w+\)))([A-Za-z_]\w*|[0-9@*])")


def reassigned(site: Site, caller: V2Caller) -> tuple[str, ...]:
    """The variables of the old call, as `$NAME`, whose assignments are others in the new script."""
    call = site.decision.call
    if call.codemod == "python":
        return _in_python(site, caller)
    if call.codemod != "shell":
        return ()
    script = parse(site.found.region.text, templated=site.found.templated)
    place = place_at(script, site.found.region, call.span.start) or 0
    given = given_at(site.source, call.span.start)
    before = with_given(assigned_in(script, place, _open_parts(call.trigger)), given, site.source, script)
    names = _reached(set(_open_names(call.trigger)), before)
    changed = [name for name in sorted(names) if before.get(name, ()) != caller.assigned.get(name, ())]
    changed += (
        name for name in _token_names(call.trigger, caller) if before.get(name) and not caller.assigned.get(name)
    )
    return tuple(dict.fromkeys("$@" if name.startswith("@") else f"${name}" for name in changed))


def _token_names(trigger: V1Trigger, caller: V2Caller) -> list[str]:
    """The variables that both calls take the token from."""
    both = (trigger.token.template if trigger.token else (), caller.request.token.template)
    before, after = ({part.name for part in open_parts([template])} for template in both)
    return sorted(name for name in before & after if name is not None)


def _in_python(site: Site, caller: V2Caller) -> tuple[str, ...]:
    """The same for a program: the names in the expressions that the call sends."""
    from codemods.python.assigned import assigned_in, names_in

    before = assigned_in(site.source.text)
    found = {name for part in _open_parts(site.decision.call.trigger) for name in names_in(part.source)}
    waiting = list(found)
    while waiting:
        fresh = {name for code in before.get(waiting.pop(), ()) for name in names_in(code)} - found
        found |= fresh
        waiting += fresh
    changed = (name for name in sorted(found) if before.get(name, ()) != caller.assigned.get(name, ()))
    return tuple(dict.fromkeys(name.removeprefix(".") for name in changed))


def _open_names(trigger: V1Trigger) -> Iterator[str]:
    """The variables of a script that stand in the call and could not be followed to one value."""
    for part in _open_parts(trigger):
        yield from map(_known_as, _READ.findall(part.source))


def _open_parts(trigger: V1Trigger) -> Iterator[Expansion]:
    """What stands in the call and could not be followed to one value."""
    values = (trigger.branch, trigger.tag, trigger.revision, trigger.job, *(value for _, value in trigger.parameters))
    parts = (trigger.slug.vcs, trigger.slug.organization, trigger.slug.repository)
    yield from open_parts((*parts, *values))


def _read_by(name: str, read: str) -> str:
    """What an assignment of `name` reads."""
    return read if read.isidentifier() else f"@{name}"


def _known_as(name: str) -> str:
    """All positional parameters are one."""
    return name if name.isidentifier() else "@"


def _reached(names: set[str], assigned: Assigned) -> set[str]:
    """The variables with all those that their own values are made of, and with where they read `$1` and its like."""
    found, waiting = set(names), list(names)
    while waiting:
        name = waiting.pop()
        texts = () if name.startswith("@") else assigned.get(name, ())
        fresh = {_read_by(name, read) for text in texts for read in _READ.findall(text)} - found
        found |= fresh
        waiting += fresh
    return found
