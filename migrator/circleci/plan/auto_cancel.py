"""Pipelines that cancel one another: v1.1 started a job, v2 starts a pipeline, and pipelines have a branch to share.

With "Auto-cancel redundant workflows" in the project's settings, a new pipeline cancels what still runs on its branch,
also where an API call started either of them and their workflows differ, but never on the default branch (CircleCI
docs: skip-build; CircleCI discuss 38745). The setting is not in the repository.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from migrator.model import Endpoint, Expansion, Note, Severity, flatten, told, values

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from migrator.model import Template, V1Trigger

# What default branches are called. A project where such a name is another branch's is told nothing new by this note.
_DEFAULTS = frozenset({"main", "master", "trunk"})
_SHOWN = 3


def shares_branch(trigger: V1Trigger) -> bool:
    """Whether the call starts a job on a branch that is not known to be the default branch."""
    if trigger.endpoint is not Endpoint.JOB or trigger.tag is not None or trigger.branch is None:
        return False
    names = values(trigger.branch.template)
    return names is None or not _DEFAULTS.issuperset(names)


def auto_cancel_note(triggers: Sequence[V1Trigger]) -> Note | None:
    """One note for all calls of a report, which may be about none of them."""
    concerned = [trigger for trigger in triggers if shares_branch(trigger)]
    if not concerned:
        return None
    refs = list(dict.fromkeys(told(trigger.branch.template) for trigger in concerned if trigger.branch))
    where = ", ".join(refs[:_SHOWN]) + (f" and {len(refs) - _SHOWN} more" if len(refs) > _SHOWN else "")
    most = max(map(_times, concerned))
    many = f" One call alone starts {most} of them." if most > 1 else ""
    return Note(
        "auto-cancel",
        Severity.INFO,
        "Where the project's settings have “Auto-cancel redundant workflows” on, a new pipeline cancels what still "
        f"runs on its branch ({where}), also the pipeline that the call comes from, unless it is the default branch."
        f"{many} Switch the setting off, or wait for one pipeline before the next.",
    )


def _times(trigger: V1Trigger) -> int:
    """How many pipelines one call starts on one branch, as far as the values of a loop are listed."""
    templates = [value.template for value in (trigger.job, *(value for _, value in trigger.parameters)) if value]
    own = {part.source for part in _listed(trigger.branch.template if trigger.branch else ())}
    listed = {part.source: len(part.values or ()) for template in templates for part in _listed(template)}
    return prod(number for name, number in listed.items() if name not in own)


def _listed(template: Template) -> Iterator[Expansion]:
    return (part for part in flatten(template) if isinstance(part, Expansion) and part.values)
