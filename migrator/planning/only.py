"""Cut a draft down to the half that is merged first, the configs, or the half that follows, the callers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.config.rewrite import rewrite_config
from migrator.planning.draft import changed, rewrite_callers
from migrator.planning.project import config_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from migrator.planning.draft import Draft, Project


def waiting(project: Project, chosen: Sequence[int], draft: Draft, only: Mapping[str, str | None]) -> list[int]:
    """Of the chosen calls, those whose config would have to change first and may not. `only` is by home."""
    closed = {goal for goal in draft.plans if only.get(goal) == "callers" and _config_text(project, draft, goal)}
    return [index for index in chosen if project.sites[index].goal in closed]


def halved(project: Project, chosen: Sequence[int], draft: Draft, only: Mapping[str, str | None]) -> dict[str, str]:
    """The texts by key when, home by home, only the configs change, or only the callers."""
    callers = [index for index in chosen if only[project.sites[index].home] != "config"]
    texts = rewrite_callers(project, callers, draft.plans)
    for goal, plan in draft.plans.items():
        if goal in project.configs and only.get(goal) != "callers":
            key = config_key(goal)
            texts[key] = rewrite_config(texts.get(key, project.sources[key].text), plan).text
    return changed(project, texts)


def _config_text(project: Project, draft: Draft, goal: str) -> str | None:
    """What the config alone becomes, or None when it has all that it needs."""
    if goal not in project.configs:
        return None
    before = project.sources[config_key(goal)].text
    after = rewrite_config(before, draft.plans[goal]).text
    return None if after == before else after
