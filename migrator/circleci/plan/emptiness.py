"""Values that a call may send empty: the job then has an empty variable, or none where not every caller sends it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from migrator.circleci.plan.decide import job_value
from migrator.circleci.runs.unknowns import identity
from migrator.model import Expansion, flatten
from migrator.template import never_empty

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from migrator.circleci.runs.observed import Seen
    from migrator.model import Template, V1Trigger


def emptied(trigger: V1Trigger, known: Mapping[str, str]) -> dict[str, str]:
    """The expansions that build parameters may get an empty value from, each with that value.

    What also decides on the job, the ref or the project is left alone: there, nothing would be started at all.
    """
    open_ones = {
        name for _, value in trigger.parameters if not never_empty(value.template) for name in _names(value.template)
    }
    return dict.fromkeys(sorted(open_ones - set(known) - set(_deciding(trigger))), "")


def with_empty(run: Seen, names: Iterable[str]) -> Seen:
    """The run as if it had these variables, empty, where it has none: the tool says of them that they may be unset."""
    seen = run.observed
    return replace(run, observed=replace(seen, environment={**dict.fromkeys(names, ""), **seen.environment}))


def _deciding(trigger: V1Trigger) -> Iterator[str]:
    slug = trigger.slug
    yield from _names(job_value(trigger).template)
    for part in (slug.vcs, slug.organization, slug.repository):
        yield from _names(part)
    for value in (trigger.branch, trigger.tag, trigger.revision):
        yield from _names(value.template) if value is not None else ()


def _names(template: Template) -> Iterator[str]:
    return (identity(part) for part in flatten(template) if isinstance(part, Expansion))
