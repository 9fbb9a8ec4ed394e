r"""Escape `<<` in the texts of a config that moves to 2.1, where it opens a tag.

In 2 and 2.0 it was text: heredocs, here-strings, bit shifts, comments of a script. 2.1 wants `\<<` in the parsed text;
an even number of backslashes leaves the tag live (CircleCI config SDK: 2.1 caveats). Merge keys stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.config.nodes import ConfigText, JobNote, Passed, warning
from migrator.errors import Refusal
from migrator.model import Edit, Span
from migrator.syntax.yaml import NodeKind, is_merge, path_of
from migrator.syntax.yaml.operations import EditScalar
from migrator.syntax.yaml.patch import patch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.model import ConfigPlan
    from migrator.syntax.yaml import Node

_MARK = "<<"
_UNCERTAIN_RUN = "<<<<"  # `<<<` is a here-string; what the compiler makes of longer runs is documented nowhere


def escape(text: str, plan: ConfigPlan) -> Passed:  # noqa: ARG001 - all passes have one signature
    """Put a backslash before every `<<` that 2.1 would read. Raises Refusal for a key that holds one."""
    root = ConfigText(text).root
    keys = {key for node in root.walk() for key, _ in node.pairs}
    operations = []
    notes: list[JobNote] = []
    for node in root.walk():
        if node.kind is not NodeKind.SCALAR or _MARK not in node.value or (node in keys and is_merge(node)):
            continue
        if node in keys:
            raise Refusal(
                "template-in-key", f"A key at `{path_of(root, node)}` holds `<<`, which 2.1 would read as a tag."
            )
        edits = tuple(Edit(Span(at, at), "\\") for at in live_marks(node.value))
        if edits:
            operations.append(EditScalar(node, edits))
        notes += _doubts(root, node)
    return Passed(patch(text, *operations), tuple(notes))


def live_marks(value: str) -> Iterator[int]:
    """Where the `<<` stand that 2.1 would read as the opening of a tag."""
    at = value.find(_MARK)
    while at >= 0:
        if not _is_escaped(value, at):
            yield at
        at = value.find(_MARK, at + len(_MARK))


def _is_escaped(value: str, at: int) -> bool:
    backslashes = at - len(value[:at].rstrip("\\"))
    return backslashes % 2 == 1


def _doubts(root: Node, node: Node) -> Iterator[JobNote]:
    if _UNCERTAIN_RUN in node.value:
        message = f"`{path_of(root, node)}` holds four or more `<` in a row: how 2.1 reads them is undocumented."
        yield warning(None, "escape-run", message)
    if "\\<<" in node.value:
        message = f"`{path_of(root, node)}` holds a backslash before `<<`, which 2.1 takes away."
        yield warning(None, "escape-backslash", message)
