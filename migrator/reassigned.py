"""Variables that a call reads and that only the run shows: whether both scripts give them their values in one way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.v2_callers import assigned_in
from migrator.model import Expansion, Value, flatten
from migrator.syntax.shell import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from codemods.v2_callers import V2Caller
    from migrator.model import Template, V1Trigger
    from migrator.project import Site

    Assigned = Mapping[str, tuple[str, ...]]

_READ = re.compile(r"\$\{?[#!]?([A-Za-z_]\w*)")


def reassigned(site: Site, caller: V2Caller) -> tuple[str, ...]:
    """The variables of the old call, as `$NAME`, whose assignments are others in the new script."""
    call = site.decision.call
    if call.codemod != "shell":
        return ()
    templated = site.source.path.endswith((".yml", ".yaml"))
    before = assigned_in(parse(site.found.region.text, templated=templated))
    names = _reached(set(_open_names(call.trigger)), before)
    return tuple(f"${name}" for name in sorted(names) if before.get(name, ()) != caller.assigned.get(name, ()))


def _open_names(trigger: V1Trigger) -> Iterator[str]:
    """The variables that stand in the call and could not be followed to one value."""
    values = (trigger.branch, trigger.tag, trigger.revision, trigger.job, *(value for _, value in trigger.parameters))
    parts = (trigger.slug.vcs, trigger.slug.organization, trigger.slug.repository)
    for template in (*parts, *(value.template for value in values if isinstance(value, Value))):
        yield from _names(template)


def _names(template: Template) -> Iterator[str]:
    for part in flatten(template):
        if isinstance(part, Expansion):
            yield from _READ.findall(part.source)


def _reached(names: set[str], assigned: Assigned) -> set[str]:
    """The variables with all those that their own values are made of."""
    found, waiting = set(names), list(names)
    while waiting:
        texts = assigned.get(waiting.pop(), ())
        fresh = {name for text in texts for name in _READ.findall(text)} - found
        found |= fresh
        waiting += fresh
    return found
