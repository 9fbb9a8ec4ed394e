"""Move a config from version 2 or 2.0 to 2.1, which pipeline parameters and `when` need (CircleCI docs).

Version 2.1 has other names for some step types (CircleCI config SDK: 2.1 caveats) and does not know job-level
`branches`. That key filtered only the implicit workflow of a config without workflows, whose `build` entry has it as
`filters` by now (CircleCI docs: configuration-reference, branches).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.config.nodes import ConfigText, JobNote, Passed, job_steps, value_position, warning
from migrator.errors import Refusal
from migrator.syntax.yaml import NodeKind, construct, get, merged, own
from migrator.syntax.yaml.operations import RemovePair, set_text
from migrator.syntax.yaml.patch import patch

if TYPE_CHECKING:
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
        if get(job, "branches") is None:
            continue
        while (holder := _holder(ConfigText(text).jobs[name])) is not None:
            text = patch(text, _removal(holder, name))
        if any(planned.job == name for planned in plan.jobs):
            message = f"Job `{name}` had `branches` of its own; a call starts it on every branch now."
            notes.append(warning(name, "job-branches", message))
    return Passed(text, tuple(notes))


def _holder(job: Node) -> Node | None:
    """The map that has the key itself: the job or one that is merged into it."""
    return next((node for node in (job, *merged(job)) if value_position(node, "branches") is not None), None)


def _removal(holder: Node, name: str) -> RemovePair:
    position = value_position(holder, "branches")
    if position is None or len(holder.pairs) == 1:
        raise Refusal("config-layout", f"The `branches` of job `{name}` cannot be taken out. Move them by hand.")
    return RemovePair(holder, position)


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
