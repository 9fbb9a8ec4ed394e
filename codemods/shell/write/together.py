"""Edits in a function that sends requests for several callers: made for all of them, or for none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.errors import Refusal, WaitingRefusal
from migrator.model import Note, Severity, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.found import RewriteOptions
    from codemods.shell.find.sighting import Scene, Sighting
    from codemods.shell.find.wrappers import Wrapper
    from migrator.model import Edit


def shared_edits(scene: Scene, wrapper: Wrapper, edits: Iterable[Edit]) -> list[Edit]:
    """The edits that change what other callers of the function get, too."""
    function = scene.script.view.back(wrapper.function)
    return [edit for edit in edits if function.start <= edit.span.start < function.end]


def in_backticks(sighting: Sighting) -> bool:
    """Whether the call, or the call of the function that makes it, stands in backticks."""
    return sighting.command.backtick or (sighting.wrapper is not None and sighting.wrapper.call.backtick)


def check_shared(scene: Scene, wrapper: Wrapper, edits: Iterable[Edit], options: RewriteOptions) -> None:
    """Raise Refusal when the rewrite would change the function for a call that is not rewritten with it."""
    if not shared_edits(scene, wrapper, edits):
        return
    if wrapper.others:
        lines = ", ".join(str(scene.line(other)) for other in wrapper.others)
        raise Refusal(
            "wrapper-shared",
            f"The function `{wrapper.name}` would have to change, and line {lines} calls it for something else. "
            "Give the triggers a function of their own, then run this again.",
        )
    missing = frozenset(_partners(scene, wrapper)) - options.together
    if missing:
        raise WaitingRefusal(
            "wrapper-shared",
            f"The function `{wrapper.name}` would have to change, and another call through it is not rewritten.",
            missing,
        )


def _partners(scene: Scene, wrapper: Wrapper) -> Iterator[Span]:
    for sighting, place in zip(scene.sightings, scene.places, strict=True):
        if sighting.wrapper is not None and sighting.wrapper.function == wrapper.function:
            yield place


def shared_notes(scene: Scene, wrapper: Wrapper, edits: Iterable[Edit]) -> Iterator[Note]:
    """What the rewrite rests on when it changes the function."""
    if wrapper.open is None or not shared_edits(scene, wrapper, edits):
        return
    text = (
        f"The rewrite changes the function `{wrapper.name}` and rests on nothing else calling it, but {wrapper.open}."
    )
    yield Note("wrapper-callers", Severity.WARNING, text)
