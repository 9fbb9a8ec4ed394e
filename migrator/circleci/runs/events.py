"""What can start a pipeline, with refs that stand for any: one compilation then speaks for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.circleci.compiler import Event, EventKind
from migrator.circleci.compiler.expr import Ref

if TYPE_CHECKING:
    from collections.abc import Mapping

    from migrator.circleci.compiler.expr import Expr

_TAG = "pipeline.git.tag"


def on_branch(
    kind: EventKind,
    branch: str | Expr | None = None,
    parameters: Mapping[str, object] | None = None,
    workflow: str | None = None,
) -> Event:
    """An event on a branch; on any branch when it is not known, or not named: the default branch may be any."""
    return Event(kind, branch if isinstance(branch, str) else None, None, parameters or {}, workflow)


def on_tag(kind: EventKind, tag: str | Expr | None = None, parameters: Mapping[str, object] | None = None) -> Event:
    """An event on a tag; on any tag when it is not known."""
    if isinstance(tag, str):
        return Event(kind, None, tag, parameters or {})
    return Event(kind, None, "any", parameters or {}, values={_TAG: Ref(_TAG)})
