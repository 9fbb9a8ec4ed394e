"""Make a new job follow an old one in every workflow: with its filters and contexts, before whatever waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.config.text.entries import Entry, entries_of, set_in_entry
from codemods.config.text.nodes import Config
from migrator.errors import Refusal
from migrator.syntax.yaml.api import Kind, get
from migrator.syntax.yaml.insert import InsertItem
from migrator.syntax.yaml.patch import patch
from migrator.syntax.yaml.write import copied

if TYPE_CHECKING:
    from collections.abc import Mapping

    from migrator.syntax.yaml.write import Value

_SHARED_SETTINGS = ("context", "filters")
_UNDERSTOOD = frozenset((*_SHARED_SETTINGS, "requires", "name"))


def require_everywhere(text: str, old: str, new: str) -> str:
    """The text with `new` behind `old` in each workflow that runs `old`. Raises Refusal for what it cannot repeat."""
    for workflow in Config(text).workflows:
        names = _names(Config(text), workflow, old, new)
        text = _wait_for_both(text, workflow, names)
        text = _add_entries(text, workflow, old, new)
    return text


def _names(config: Config, workflow: str, old: str, new: str) -> dict[str, str]:
    """What entries of the old job are called, each with the name of the new job's entry behind it."""
    return {entry.name: _new_name(entry, old, new) for entry in entries_of(config, workflow) if entry.job == old}


def _new_name(entry: Entry, old: str, new: str) -> str:
    return new if entry.name == old else f"{entry.name}{new.removeprefix(old)}"


def _wait_for_both(text: str, workflow: str, names: Mapping[str, str]) -> str:
    for number in range(len(list(entries_of(Config(text), workflow)))):
        for old, new in names.items():
            entry = list(entries_of(Config(text), workflow))[number]
            requires = entry.settings.get("requires")
            waits = requires if isinstance(requires, list) else [requires]
            if old in waits and new not in waits:
                text = _also_requires(text, entry, waits, new)
    return text


def _also_requires(text: str, entry: Entry, waits: list[object], new: str) -> str:
    node = get(entry.body, "requires")
    if node is not None and node.kind is Kind.SEQ and not Config(text).is_shared(node):
        return patch(text, InsertItem(node, new, len(node.nodes)))
    if not all(isinstance(name, str) for name in waits):
        raise Refusal(
            "deploy-requires", f"What `{entry.name}` requires in workflow `{entry.workflow}` cannot be extended."
        )
    return set_in_entry(text, entry, "requires", [*(str(name) for name in waits), new])


def _add_entries(text: str, workflow: str, old: str, new: str) -> str:
    wanted = [entry.name for entry in entries_of(Config(text), workflow) if entry.job == old]
    for name in wanted:
        config = Config(text)
        entry = next(entry for entry in entries_of(config, workflow) if entry.job == old and entry.name == name)
        if not set(entry.settings) <= _UNDERSTOOD:
            raise Refusal(
                "deploy-entry", f"Workflow `{workflow}` runs job `{old}` with more than filters and contexts."
            )
        text = patch(text, InsertItem(entry.jobs, {new: _settings(config, entry, old, new)}, entry.position + 1))
    return text


def _settings(config: Config, entry: Entry, old: str, new: str) -> dict[str, Value]:
    settings: dict[str, Value] = {} if entry.name == old else {"name": _new_name(entry, old, new)}
    settings["requires"] = [entry.name]
    for key in _SHARED_SETTINGS:
        node = get(entry.body, key)
        if node is None or entry.body is None:
            continue
        settings[key] = copied(config.text, node, entry.body.column)
    return settings
