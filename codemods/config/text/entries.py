"""The entries of a workflow's `jobs:` list, and what is added under one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.config.text.nodes import Config, value_position
from migrator.errors import Refusal
from migrator.syntax.yaml.api import Kind, Node, construct, get
from migrator.syntax.yaml.change import ReplaceItem, ReplaceValue
from migrator.syntax.yaml.insert import insert_pair
from migrator.syntax.yaml.patch import patch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.yaml.write import Value


@dataclass(frozen=True, slots=True)
class Entry:
    """Item `position` of a workflow's `jobs`: the job it runs, and the map of what it says about that, if any."""

    workflow: str
    jobs: Node
    position: int
    job: str
    body: Node | None

    @property
    def settings(self) -> dict[str, object]:
        """What the entry says, as plain data."""
        data = construct(self.body) if self.body is not None else None
        return {str(key): value for key, value in data.items()} if isinstance(data, dict) else {}

    @property
    def name(self) -> str:
        """What other entries call this one in `requires`."""
        return str(self.settings.get("name", self.job))


def entries_of(config: Config, workflow: str) -> Iterator[Entry]:
    """The entries of a workflow in order."""
    jobs = get(config.workflows[workflow], "jobs")
    if jobs is None or jobs.kind is not Kind.SEQ:
        return
    for position, item in enumerate(jobs.nodes):
        node = item.resolved()
        if node.kind is Kind.SCALAR:
            yield Entry(workflow, jobs, position, node.value, None)
        elif node.kind is Kind.MAP and node.pairs:
            key, value = node.pairs[0]
            yield Entry(workflow, jobs, position, key.value, value.resolved())


def set_in_entry(text: str, entry: Entry, key: str, value: Value) -> str:
    """The text with `key: value` under the entry, in the place of what that key says already. Raises Refusal."""
    item = entry.jobs.nodes[entry.position]
    if entry.body is None:
        return patch(text, ReplaceItem(entry.jobs, entry.position, {entry.job: {key: value}}))
    if item.kind is Kind.ALIAS or item.pairs[0][1].kind is Kind.ALIAS or Config(text).is_shared(entry.body):
        raise Refusal("config-anchor", f"The entry `{entry.job}` of workflow `{entry.workflow}` is shared by an alias.")
    if entry.body.kind is not Kind.MAP:
        return patch(text, ReplaceValue(item, 0, {key: value}))
    position = value_position(entry.body, key)
    if position is not None:
        return patch(text, ReplaceValue(entry.body, position, value))
    return patch(text, insert_pair(entry.body, key, value))
