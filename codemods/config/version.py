r"""Move a config from version 2 or 2.0 to 2.1, which pipeline parameters and `when` need (CircleCI docs).

Version 2.1 has other names for some step types (CircleCI config SDK: 2.1 caveats) and does not know job-level
`branches`. That key filtered only the implicit workflow of a config without workflows, whose `build` entry has it as
`filters` by now (CircleCI docs: configuration-reference, branches).

In 2 and 2.0 `<<` was text: heredocs, here-strings, shifts, comments of a script. 2.1 wants `\<<` in the parsed text;
an even number of backslashes leaves the tag live (CircleCI config SDK: 2.1 caveats). Merge keys stay.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.config.nodes import ConfigText, JobNote, Passed, entries_of, info, job_steps, value_position, warning
from migrator.errors import Refusal
from migrator.model import Edit, Span
from migrator.syntax.yaml import NodeKind, construct, get, is_merge, merged, own, path_of
from migrator.syntax.yaml.operations import EditScalar, RemovePair, set_text
from migrator.syntax.yaml.patch import patch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.model import ConfigPlan
    from migrator.syntax.yaml import Node


_RENAMED = {"setup_docker_engine": "setup_remote_docker", "shell": "run"}


def rename_steps(text: str, plan: ConfigPlan) -> Passed:  # noqa: ARG001 - all passes have one signature
    """Give the old step types their present names, at their definitions."""
    config = ConfigText(text)
    sites = [site for job in config.jobs.values() for site in job_steps(config, job) if site.name in _RENAMED]
    operations = {site.name_node: set_text(site.name_node, _RENAMED[site.name]) for site in sites}
    return Passed(patch(text, *operations.values()))


def drop_branches(text: str, plan: ConfigPlan) -> Passed:
    """Remove every job-level `branches` where it is defined. Raises Refusal where nothing else stands beside it."""
    notes: list[JobNote] = []
    for name, job in ConfigText(text).jobs.items():
        branches = get(job, "branches")
        if branches is None:
            continue
        moved = _filters_alike(ConfigText(text), name, construct(branches))
        while (holder := _holder(ConfigText(text).jobs[name])) is not None:
            text = patch(text, _removal(holder, name, moved=moved))
        if any(planned.job == name for planned in plan.jobs):
            message = f"Job `{name}` had `branches` of its own; a call starts it on every branch now."
            notes.append(warning(name, "job-branches", message))
        elif not moved:
            message = f"CircleCI reads no `branches` of a job beside workflows: those of job `{name}` are removed."
            notes.append(info(None, "key-dropped", message))
    return Passed(text, tuple(notes))


def _filters_alike(config: ConfigText, name: str, branches: object) -> bool:
    """Whether a workflow has the branches as filters of the job."""
    entries = [entry for workflow in config.workflows for entry in entries_of(config, workflow) if entry.job == name]
    return {"branches": branches} in [entry.settings.get("filters") for entry in entries]


def _holder(job: Node) -> Node | None:
    """The map that has the key itself: the job or one that is merged into it."""
    return next((node for node in (job, *merged(job)) if value_position(node, "branches") is not None), None)


def _removal(holder: Node, name: str, *, moved: bool) -> RemovePair:
    position = value_position(holder, "branches")
    if position is None or len(holder.pairs) == 1:
        raise Refusal("config-layout", f"The `branches` of job `{name}` cannot be taken out. Move them by hand.")
    return RemovePair(holder, position, moved)


def is_legacy(text: str) -> bool:
    """Whether the config is of version 2 or 2.0. Raises Refusal for a config of no version that is known."""
    version = ConfigText(text).data.get("version")
    match version:
        case None:
            raise Refusal(
                "version-missing", "The config names no version. Only configs of version 2 or 2.1 can be migrated."
            )
        case bool() | dict() | list():
            pass
        case _ if str(version) in ("2", "2.0"):
            return True
        case _ if str(version) == "2.1":
            return False
    raise Refusal("version-unknown", f"The config's version is `{version}`. Only 2, 2.0 and 2.1 can be migrated.")


def bump(text: str, plan: ConfigPlan) -> Passed:  # noqa: ARG001 - all passes have one signature
    """Say `2.1` where the config says its version, in the quotes that are there. Raises Refusal for an alias."""
    config = ConfigText(text)
    pair = own(config.root, "version")
    if pair is None or pair[1].kind is not NodeKind.SCALAR:
        raise Refusal("config-anchor", "The config's version comes from an alias or a merge. Move it to 2.1 by hand.")
    node = pair[1]
    after = patch(text, set_text(node, "2.1"))
    assert str(construct(own(ConfigText(after).root, "version")[1])) == "2.1"  # type: ignore[index]
    return Passed(after)


_MARK = "<<"
_UNCERTAIN_RUN = "<<<<"  # `<<<` is a here-string; what the compiler makes of longer runs is documented nowhere


def escape(text: str, plan: ConfigPlan) -> Passed:  # noqa: ARG001 - all passes have one signature
    """Put a backslash before every `<<` that 2.1 would read. Raises Refusal for what cannot be written."""
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


_TAKEN = re.compile(r"(?<!\\)\\<{2,3}(?!<)")


def _doubts(root: Node, node: Node) -> Iterator[JobNote]:
    if _UNCERTAIN_RUN in node.value:
        message = f"`{path_of(root, node)}` holds four or more `<` in a row: how 2.1 reads them is undocumented."
        yield warning(None, "escape-run", message)
    if _TAKEN.search(node.value):
        raise Refusal(
            "escape-backslash",
            f"`{path_of(root, node)}` holds `\\<<`. 2.1 takes that backslash away, and no text that it takes comes out "
            "with one. Write the line without it first, as version 2 allows, then run this again.",
        )
    if "\\<<" in node.value:
        message = f"`{path_of(root, node)}` holds backslashes before `<<`: how 2.1 reads them is undocumented."
        yield warning(None, "escape-backslash", message)
