"""What is to be said about the values of a command that a Python program puts together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.python.read.encoded import encoded_part
from codemods.python.read.wire import json_wire
from codemods.replies import field_note
from migrator.model import Expansion, Note, Severity
from migrator.syntax.python.program import Operand

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codemods.shell.find.sighting import ShellSighting
    from migrator.model import V1Trigger
    from migrator.syntax.shell.types import Word


def about_branch(trigger: V1Trigger) -> Iterator[Note]:
    """A branch that the program percent-encodes where that cannot be followed."""
    encoded = encoded_part(trigger.branch.template) if trigger.branch is not None else None
    if encoded is not None:
        message = f"`{encoded}` holds percent-encoded branches, or may; v2 wants the plain text. Give it that."
        yield Note("encoded-branch", Severity.ERROR, message)


def about_json(trigger: V1Trigger) -> Iterator[Note]:
    """What the text is assumed to be that stands for a value of a body that `json.dumps` makes."""
    for name, value in trigger.parameters:
        match value.template:
            case (Expansion(origin=Operand() as operand) as hole,) if hole.source != operand.code:
                yield from json_wire(operand, name).notes


_NOWHERE = frozenset({"-", "/dev/null", "/dev/stdout", "NUL", "os.devnull", "devnull", "subprocess.DEVNULL"})


def about_file(sighting: ShellSighting, name_of: Callable[[Word], str | None], code: str) -> Iterator[Note]:
    """The file that a command writes the reply into, where the program names it once more and so may read it.

    `name_of` gives the text of a word, or the program's own expression that it is; `code` is the program.
    """
    option = sighting.invocation.last("output", "output-document") if sighting.invocation is not None else None
    words = [option.value] if option is not None and option.value is not None else []
    redirects = sighting.command.simple.redirects
    words += [r.target for r in redirects if r.operator in {">", ">>", ">|"} and r.descriptor in {"", "1"}]
    for word in words:
        name = name_of(word)
        if name is None or name in _NOWHERE:
            continue
        found = re.findall(rf"(?<![\w.]){re.escape(name)}(?!\w)", code)
        if len(found) > (1 if word.static == name else 2):  # in the command itself, and where a variable gets its value
            yield field_note("The program", f"has the reply written into `{name}`, which it names once more", None)
            return
