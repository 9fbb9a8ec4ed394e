"""Changes of a marked text, and how they fall on the pieces that the text is put together from."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.model import Literal, Part, Template
from migrator.syntax.text.templates import Marked, width

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence


@dataclass(frozen=True, slots=True, order=True)
class Splice:
    """Characters of a marked text, and what stands there instead."""

    start: int
    end: int
    text: str


def total(template: Template) -> int:
    """How many characters of a marked text the template takes."""
    return sum(width(part) for part in template)


def spliced(template: Template, splices: Iterable[Splice]) -> Template:
    """The template with the changes made."""
    marked = Marked.of(template)
    parts: list[Part] = []
    at = 0
    for splice in sorted(splices):
        parts += marked.slice(at, splice.start)
        if splice.text:
            parts.append(Literal(splice.text))
        at = splice.end
    return (*parts, *marked.slice(at))


def distributed(
    sizes: Sequence[int], literal: Collection[int], splices: Sequence[Splice]
) -> Mapping[int, list[Splice]]:
    """For each piece that the changes fall on, what changes in it, counted from its own beginning.

    `sizes` are the lengths of the pieces, `literal` the indexes of those that can take new text. New text that no
    literal piece can take goes to the first piece that the change covers, or to the one before it.
    """
    places: list[tuple[int, int]] = []
    at = 0
    for size in sizes:
        places.append((at, at + size))
        at += size
    shares: defaultdict[int, list[Splice]] = defaultdict(list)
    for splice in sorted(splices):
        for index, share in _shares(places, literal, splice):
            shares[index].append(share)
    return shares


def _shares(
    places: Sequence[tuple[int, int]], literal: Collection[int], splice: Splice
) -> Iterable[tuple[int, Splice]]:
    touched = [i for i, (start, end) in enumerate(places) if start < splice.end and splice.start < end]
    host = _host(places, literal, splice, touched) if splice.text else None
    for index in sorted({*touched, *([host] if host is not None else [])}):
        start, end = places[index]
        first, last = max(start, splice.start), min(end, splice.end)
        if index not in touched:
            first = last = end if end == splice.start else start
        yield index, Splice(first - start, last - start, splice.text if index == host else "")


def _host(places: Sequence[tuple[int, int]], literal: Collection[int], splice: Splice, touched: Sequence[int]) -> int:
    """The piece that gets the new text."""
    inside = [i for i, (start, end) in enumerate(places) if start < splice.start < end]
    cut = [i for i in touched if not _is_whole(places[i], splice)]
    before = [i for i, (_, end) in enumerate(places) if end == splice.start and i in literal]
    after = [i for i, (start, _) in enumerate(places) if start == splice.end and i in literal]
    nearest = [i for i, (_, end) in enumerate(places) if end <= splice.start][-1:]
    return [*(i for i in touched if i in literal), *inside, *cut, *before, *after, *touched, *nearest, 0][0]


def _is_whole(place: tuple[int, int], splice: Splice) -> bool:
    return splice.start <= place[0] and place[1] <= splice.end


def removes(size: int, shares: Sequence[Splice]) -> bool:
    """Whether nothing is left of a piece of that size."""
    return size > 0 and not any(c.text for c in shares) and sum(c.end - c.start for c in shares) == size
