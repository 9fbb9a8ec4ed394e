"""Form fields that a script adds to the text of a body only where a variable holds something.

`[ -n "$V" ] && DATA="$DATA&build_parameters[V]=$V"`, or `DATA+="&…"`: curl would send the same for a `-d` of its own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from migrator.syntax.shell.overwritten import may_be_overwritten
from migrator.syntax.shell.resolve import template
from migrator.syntax.shell.sometimes import sometimes
from migrator.syntax.shell.types import Use
from migrator.syntax.text.templates import Marked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrator.model import Template
    from migrator.syntax.shell.curl import Option
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Write

_FORMS = frozenset({"data", "data-ascii", "data-raw", "data-binary", "post-data", "body-data"})
_AGAIN = frozenset({"loop", "function_definition"})


def added_fields(script: Script, option: Option, use: Use) -> tuple[tuple[Option, Template], ...] | None:
    """What a data option sends as several ones: what its variable holds always, and what it holds only sometimes.

    None where nothing is added, or it is not certain what.
    """
    piece = option.value.lone if option.value is not None and option.name in _FORMS else None
    if piece is None or piece.name is None or option.condition is not None or option.indirect:
        return None
    writes = sorted(script.writes.get(piece.name, ()), key=lambda write: write.span)
    sure = [i for i, write in enumerate(writes) if all(block in use.blocks for block in write.blocks)]
    base, added = (writes[sure[-1]], writes[sure[-1] + 1 :]) if sure else (None, [])
    if base is None or base.value is None or not added or len(sure) > 1 or not _is_own(script, writes, base, use):
        return None
    found = [(option, template(script, base.value, Use(base.span.start, base.blocks, 1)))]
    for write in added:
        given = sometimes(script, write, use)
        text = _added(script, write)
        if given is None or text is None:
            return None
        condition, statement = f"{given.name}:", given.statement
        there = replace(option, source=option.value, condition=condition, statement=statement)
        found.append((there, text))
    return tuple(found)


def _is_own(script: Script, writes: Sequence[Write], base: Write, use: Use) -> bool:
    """Whether nothing but the call reads the variable, and nothing else may come between."""
    reads = sum(1 for write in writes if write.value is not None and write is not base)
    again = [block for block in use.blocks if block.kind in _AGAIN]
    shared = all(block in base.blocks for block in again)
    if any(block.kind in _AGAIN and block not in base.blocks for write in writes for block in write.blocks):
        return False
    plain = not any(write.exported for write in writes) and not may_be_overwritten(script, base, use)
    return shared and plain and script.uses(base.name) == reads + 1


def _added(script: Script, write: Write) -> Template | None:
    """The fields that an assignment puts behind what the variable held; None for any other assignment."""
    use = Use(write.span.start, write.blocks, 1)
    if write.added is not None:
        text = template(script, write.added, use)
    elif write.value is not None and write.value.pieces and write.value.pieces[0].name == write.name:
        text = template(script, write.value, use)[1:]
    else:
        return None
    marked = Marked.of(text)
    return marked.slice(1) if marked.text.startswith("&") else None
