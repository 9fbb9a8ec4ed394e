"""What may be edited though other calls read it: variables of a URL, and functions that several callers share."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from codemods.shell.write.arguments import readings, scope_of
from codemods.shell.write.url import assignments_of, edit_url
from migrator.errors import Refusal, WaitingRefusal
from migrator.model import Note, Severity, Span
from migrator.syntax.memo import Question
from migrator.syntax.shell.resolve import use_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.found import RewriteOptions
    from codemods.shell.find.sighting import Scene, ShellSighting, Wrapper
    from codemods.shell.write.url import UrlEdits
    from migrator.model import Edit
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Write


_EDITABLE: Question[frozenset[Span]] = Question("editable assignments", frozenset())


def editable_assignments(scene: Scene, sighting: ShellSighting, options: RewriteOptions) -> frozenset[Span]:
    """The assignments whose every reader is the URL of a call that is rewritten too, and to the same effect."""
    placed = zip(scene.sightings, scene.places, strict=True)
    partners = [other for other, place in placed if place in options.together and _has_url(other)]
    if not any(other is sighting for other in partners):
        return _editable(scene, [*partners, sighting])
    # The same for each of them.
    return scene.memo.answer(_EDITABLE, options.together, lambda: _editable(scene, partners))


def _editable(scene: Scene, partners: list[ShellSighting]) -> frozenset[Span]:
    reads = [_read_through(scene, partner) for partner in partners]
    used = Counter(span for span, _ in {(write.span, place) for found in reads for write, place in found})
    candidates = frozenset(
        write.span
        for partner, found in zip(partners, reads, strict=True)
        for write, _ in found
        if _is_private(scene.script_of(partner), write, used[write.span])
    )
    while candidates:
        made = [_tried(scene, partner, candidates) for partner in partners]
        agreeing = candidates - _disputed(made, reads)
        if agreeing == candidates:
            break
        candidates = agreeing
    return candidates


def _has_url(sighting: ShellSighting) -> bool:
    return sighting.url is not None and sighting.url_option is not None and sighting.url_option.value is not None


def _read_through(scene: Scene, sighting: ShellSighting) -> list[tuple[Write, Span | None]]:
    if sighting.url is None:
        return []
    return list(assignments_of(scene.script_of(sighting), sighting.url.url.whole))


def _is_private(script: Script, write: Write, used: int) -> bool:
    """Whether the variable has this one assignment and no other readers, in its function when it is local to one."""
    if write.name.isdecimal():
        return readings(script, write) <= used
    scope = scope_of(script, write)
    writes = [other for other in script.writes.get(write.name, ()) if scope is None or other.span.start in scope]
    own = script.uses(write.name, write.span)  # `X=${X:-default}` reads what was set from outside
    return len(writes) == 1 and not write.exported and readings(script, write) - own <= used


def _tried(scene: Scene, sighting: ShellSighting, spans: frozenset[Span]) -> UrlEdits | None:
    assert sighting.url is not None
    assert sighting.url_option is not None
    assert sighting.url_option.value is not None
    use = sighting.url_option.value.use or use_of(sighting.command)
    try:
        script = scene.script_of(sighting)
        return edit_url(script, sighting.url_option.value, sighting.url, use, spans)
    except Refusal:
        return None


def _disputed(made: list[UrlEdits | None], reads: list[list[tuple[Write, Span | None]]]) -> frozenset[Span]:
    """The assignments of which the calls that read them do not all want the same."""
    wanted: dict[Span, set[object]] = {}
    for urls, found in zip(made, reads, strict=True):
        for span in {write.span for write, _ in found}:
            wanted.setdefault(span, set()).add(frozenset(urls.assigned.get(span, ())) if urls is not None else None)
    return frozenset(span for span, several in wanted.items() if len(several) > 1 or None in several)


def shared_edits(scene: Scene, wrapper: Wrapper, edits: Iterable[Edit]) -> list[Edit]:
    """The edits that change what other callers of the function get, too."""
    function = scene.script.view.back(wrapper.function)
    return [edit for edit in edits if function.start <= edit.span.start < function.end]


def in_backticks(sighting: ShellSighting) -> bool:
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
