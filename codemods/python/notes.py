"""What is to be said about the values of a command that a Python program puts together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.python.read.encoded import encoded_part
from codemods.python.read.wire import json_wire
from migrator.model import Expansion, Note, Severity
from migrator.syntax.python.program import Operand

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.model import V1Trigger


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
