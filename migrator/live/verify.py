"""`verify --live`: every planned call and a push, compiled by CircleCI itself and compared with the offline proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.live.answer import NotFoundError
from migrator.live.api import project
from migrator.live.compare import compared
from migrator.live.compile import compile_config
from migrator.live.occasions import occasions
from migrator.live.planned import planned

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from migrator.live.client import Client
    from migrator.live.compile import Compiled
    from migrator.live.planned import Planned
    from migrator.model import Proof
    from migrator.repository.discovery import Discovery
    from migrator.settings import Settings

_DEFAULT_BRANCH = "main"


def ask_compiler(client: Client, roots: Sequence[tuple[Discovery, Settings]]) -> list[tuple[Proof, ...]]:
    """The proofs about each repository; none without calls or a config. Raises AuthError and ApiError."""
    return [tuple(_proofs(client, plan)) for plan in planned(roots)]


def _proofs(client: Client, plan: Planned) -> Iterator[Proof]:
    if plan.config is None or plan.text is None or not plan.aimed:
        return
    organization, branch = _home(client, [plan.spelled.get(slug, slug) for slug in plan.slugs])
    compiled: dict[str, Compiled] = {}  # many calls send the same
    for occasion in occasions(plan, plan.config, branch):
        key = repr(occasion.event)
        if key not in compiled:
            compiled[key] = compile_config(client, plan.text, occasion.event, organization)
        yield compared(plan.config, occasion, compiled[key])


def _home(client: Client, slugs: Sequence[str]) -> tuple[str, str]:
    """The organisation's id, with which the compiler finds private orbs, and the default branch."""
    for slug in slugs:
        try:
            found = project(client, slug)
        except NotFoundError:
            continue
        return found.organization_id, found.branch or _DEFAULT_BRANCH
    return "", _DEFAULT_BRANCH
