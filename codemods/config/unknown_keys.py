"""Take keys out of jobs that version 2 ignored and 2.1 refuses: misspelt ones, and what a wrong merge spills.

2 and 2.0 tolerated unknown keys nearly everywhere; 2.1 refuses them in jobs (CircleCI docs: configuration-reference;
the published JSON schema). A key goes only where nothing else can depend on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.config.nodes import ConfigText, JobNote, Passed, info, value_position
from migrator.syntax.yaml import NodeKind, entries, is_merge
from migrator.syntax.yaml.operations import RemoveItem, RemovePair
from migrator.syntax.yaml.patch import patch
from migrator.syntax.yaml.region import ancestors

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from migrator.model import ConfigPlan
    from migrator.syntax.yaml import Node
    from migrator.syntax.yaml.patch import Operation

JOB_KEYS = frozenset(
    [
        "docker",
        "machine",
        "macos",
        "resource_class",
        "steps",
        "working_directory",
        "parallelism",
        "environment",
        "branches",
        "shell",
        "description",
        "circleci_ip_ranges",
        "retention",
    ]
)
"""What a job of version 2 may have and keep in 2.1, and `branches`, which moves."""

# 2.1 acts on these: whoever wrote them may have meant that.
_LIVE_IN_2_1 = frozenset(("executor", "parameters"))
_SECTIONS = frozenset(("version", "jobs", "workflows", "orbs", "commands", "executors", "parameters"))


def drop(text: str, plan: ConfigPlan) -> Passed:  # noqa: ARG001 - all passes have one signature
    """Remove what can be removed; what cannot is refused by the checks that follow."""
    notes: list[JobNote] = []
    while (found := next(_removals(ConfigText(text)), None)) is not None:
        name, keys, removal = found
        text = patch(text, removal)
        listed = ", ".join(f"`{key}`" for key in keys)
        many = "keys" if len(keys) > 1 else "key"
        message = f"Version 2 ignored the {many} {listed} of job `{name}`, which 2.1 does not take: removed."
        notes.append(info(None, "key-dropped", message))
    return Passed(text, tuple(notes))


def _removals(config: ConfigText) -> Iterator[tuple[str, list[str], Operation]]:
    """The first thing to take out of each job that has an unknown key, with the keys that go with it."""
    for name, job in config.jobs.items():
        unknown = [key for key in entries(job) if key not in JOB_KEYS | _LIVE_IN_2_1]
        removal = next(filter(None, (_removal(config, job, key) for key in unknown)), None)
        if removal is not None:
            yield name, *removal


def _removal(config: ConfigText, job: Node, key: str) -> tuple[list[str], Operation] | None:
    position = value_position(job, key)
    if position is not None:
        is_free = _serves_jobs_only(config, job) and not _holds_shared(config, job.pairs[position][1])
        return ([key], RemovePair(job, position)) if is_free and len(job.pairs) > 1 else None
    return _merge_removal(config, job, key) if _serves_jobs_only(config, job) else None


def _merge_removal(config: ConfigText, job: Node, key: str) -> tuple[list[str], Operation] | None:
    """A merge that brings nothing but unknown keys goes; else the key goes where it is defined, for jobs alone."""
    for position, (name, value) in enumerate(job.pairs):
        if not is_merge(name):
            continue
        target = value.resolved()
        several = target.nodes if target.kind is NodeKind.SEQ else ()
        sources = [(number, node.resolved()) for number, node in enumerate(several)] or [(0, target)]
        number, source = next(((n, node) for n, node in sources if key in entries(node)), (0, None))
        if source is None:
            continue
        keys = list(entries(source))
        if JOB_KEYS.isdisjoint(keys) and _LIVE_IN_2_1.isdisjoint(keys):
            if _holds_shared(config, value):
                return None
            is_last = len(sources) == 1
            return keys, RemovePair(job, position) if is_last else RemoveItem(target, number)
        return _removal(config, source, key)
    return None


def _holds_shared(config: ConfigText, node: Node) -> bool:
    return any(config.is_shared(part) for part in node.walk())


def _serves_jobs_only(config: ConfigText, node: Node, seen: Collection[Node] = ()) -> bool:
    """Whether a map is a job, or stands where nothing reads it and is merged into jobs alone."""
    if node in seen:
        return True
    above = ancestors(config.root, node)
    section = next((key.value for key, value in config.root.pairs if value in (node, *above)), "")
    is_job = section == "jobs" and len(above) == 2
    if section in _SECTIONS and not is_job:
        return False
    users = (other for other in config.root.walk() if other.target is node)
    return all(_is_for_a_job(config, alias, (*seen, node)) for alias in users)


def _is_for_a_job(config: ConfigText, alias: Node, seen: Collection[Node]) -> bool:
    above = ancestors(config.root, alias)
    holder = next((node for node in reversed(above) if node.kind is NodeKind.MAP), config.root)
    if holder is config.section("jobs"):
        return True
    is_merged = any(is_merge(key) and alias in (value, *value.nodes) for key, value in holder.pairs)
    return is_merged and _serves_jobs_only(config, holder, seen)
