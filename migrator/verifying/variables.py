"""Variables that a call reads and that only the run shows: whether both scripts give them their values in one way."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from codemods.places.variables import given_at
from codemods.python.assigned import assigned_in as assigned_in_program
from codemods.python.assigned import names_in
from codemods.shell.starts import RUNS, assigned_in, open_parts, place_at, with_given
from migrator.circleci.runs.events import identity
from migrator.syntax.shell.script import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from codemods.found import V2Caller
    from migrator.model import Expansion, Slug, Template, V1Trigger
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
    before = _shell_assigned(site)
    names = _reached(set(_open_names(call.trigger)), before)
    changed = [name for name in sorted(names) if before.get(name, ()) != caller.assigned.get(name, ())]
    if names and before.get(RUNS, ()) != caller.assigned.get(RUNS, ()):
        changed.append("@")
    changed += (
        name for name in _token_names(call.trigger, caller) if before.get(name) and not caller.assigned.get(name)
    )
    return tuple(dict.fromkeys("$@" if name.startswith("@") else f"${name}" for name in changed))


def renamed(site: Site, caller: V2Caller) -> frozenset[str]:
    """The values, by identity, that one of the two calls sends and that the other may have under another name.

    A variable that neither program assigns, or that both assign in the same way, is the same in both. An option that
    is read into another name, or a command that is written in another way, may be.
    """
    call = site.decision.call
    if call.codemod == "python":
        is_same = partial(_is_same, before=assigned_in_program(site.source.text), after=caller.assigned, read=names_in)
    elif call.codemod == "shell":
        before = {name: texts for name, texts in _shell_assigned(site).items() if not _is_text(texts)}
        is_same = partial(_is_same, before=before, after=caller.assigned, read=_names_of_shell)
    else:
        return frozenset()
    request = caller.request
    sent = (request.branch, request.tag, *(value for _, value in request.parameters), *_slug_parts(request.slug))
    old, new = ({identity(part): part for part in parts} for parts in (_open_parts(call.trigger), open_parts(sent)))
    one_sided = {name: part for name, part in {**old, **new}.items() if (name in old) is not (name in new)}
    return frozenset(name for name, part in one_sided.items() if not is_same(part.source))


def _is_same(source: str, *, before: Assigned, after: Assigned, read: Callable[[str], set[str]]) -> bool:
    """Whether an expression is the same in both programs by the names that it reads; a command reads none."""
    names = read(source)
    return bool(names) and all(before.get(name, ()) == after.get(name, ()) for name in names)


def _is_text(texts: tuple[str, ...]) -> bool:
    """Whether a variable is assigned texts only, which the other script may have in the call itself."""
    return bool(texts) and not any(_READ.search(text) or "`" in text or "$(" in text for text in texts)


def _names_of_shell(source: str) -> set[str]:
    """The variable that an expansion is, and nothing for one that does more than reading it."""
    found = _READ.fullmatch(source.replace("}", ""))
    return {_known_as(found[1])} if found else set()


def _token_names(trigger: V1Trigger, caller: V2Caller) -> list[str]:
    """The variables that both calls take the token from."""
    both = (trigger.token.template if trigger.token else (), caller.request.token.template)
    before, after = ({part.name for part in open_parts([template])} for template in both)
    return sorted(name for name in before & after if name is not None)


def _shell_assigned(site: Site) -> Assigned:
    """The assignments of the script around an old call, with those of its host and of the files that it reads."""
    call = site.decision.call
    script = parse(site.found.region.text, templated=site.found.templated)
    place = place_at(script, site.found.region, call.span.start) or 0
    given = given_at(site.source, call.span.start)
    return with_given(assigned_in(script, place, _open_parts(call.trigger)), given, site.source, script)


def _in_python(site: Site, caller: V2Caller) -> tuple[str, ...]:
    """The same for a program: the names in the expressions that the call sends."""
    before = assigned_in_program(site.source.text)
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
    yield from open_parts((*_slug_parts(trigger.slug), *values))


def _slug_parts(slug: Slug) -> tuple[Template, ...]:
    return (slug.vcs, slug.organization, slug.repository)


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
