"""Turn the URL of a call into the v2 URL by editing the characters that differ, in the call or where assigned."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from codemods.shell.find.judge import is_default, refuse_default, refuse_shared_default
from codemods.shell.write import emit
from codemods.shell.write.arguments import from_arguments
from migrator.errors import Refusal
from migrator.model import Edit, Expansion, Literal, Span, Template
from migrator.syntax.shell.resolve import reaching
from migrator.syntax.shell.types import Quote, origin_of
from migrator.syntax.text.templates import cut_literal, width

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from migrator.circleci.api.v1_url import TriggerUrl
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Use, Word, Write

_BARE = re.compile(r"[A-Za-z0-9_./:%@+,-]*\Z")  # text that needs no quotes


@dataclass(frozen=True, slots=True)
class UrlChange:
    """Characters of the flattened URL, and what stands there afterwards."""

    start: int
    end: int
    text: str


@dataclass(slots=True)
class UrlEdits:
    """The edits of a URL: in the call itself, and where variables are assigned, by the place of the assignment."""

    here: list[Edit] = field(default_factory=list)
    assigned: dict[Span, list[Edit]] = field(default_factory=dict)


def changes_of(url: TriggerUrl, *, run: bool = False) -> tuple[UrlChange, ...]:
    """What differs: version, vcs, tail; the query goes, because v2 takes nothing of it. `run`: for `/pipeline/run`."""
    changes = [UrlChange(each.start, each.end, each.text) for each in url.replacements]
    if run:
        changes[-1] = replace(changes[-1], text=f"{changes[-1].text}/run")
    tail = changes.pop()
    end = max((parameter.end for parameter in url.query), default=tail.end)
    if (
        tail.start < tail.end and tail.text.startswith("/") and url.url.text[tail.start] == "/"
    ):  # what stands already is not written again
        return (*changes, UrlChange(tail.start + 1, end, tail.text.removeprefix("/")))
    return (*changes, UrlChange(tail.start, end, tail.text))


def edit_url(
    script: Script, word: Word, url: TriggerUrl, use: Use, editable: frozenset[Span], *, run: bool = False
) -> UrlEdits:
    """The edits that make the v2 URL. The assignments in `editable` are changed, other variables inlined.

    Raises Refusal.
    """
    edits = UrlEdits()
    worker = _Worker(script, use, editable, edits)
    worker.template(url.url.whole, changes_of(url, run=run), edits.here, 0)
    edits.here += _emptied(word, script, edits.here)
    return edits


def edit_text(script: Script, word: Word, parts: Template, changes: Iterable[UrlChange], use: Use) -> tuple[Edit, ...]:
    """The edits that make changes to what a word becomes; variables are inlined where that takes it. Raises Refusal."""
    edits = UrlEdits()
    _Worker(script, use, frozenset(), edits).template(parts, changes, edits.here, 0)
    return (*edits.here, *_emptied(word, script, edits.here))


def assignments_of(script: Script, template: Template) -> Iterator[tuple[Write, Span | None]]:
    """The assignments that the template is read through, each with the place of the variable, to the bottom."""
    for part in template:
        if isinstance(part, Expansion) and part.resolved is not None:
            write = _write_of(script, part)
            if write is not None:
                yield write, part.span
            yield from assignments_of(script, part.resolved)


def _write_of(script: Script, part: Expansion) -> Write | None:
    origin = origin_of(part)
    return reaching(script, part.name, origin.use) if part.name is not None and origin is not None else None


_BARE_NAME = re.compile(r"\$[A-Za-z_]\w*")
_CONTINUES = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class _Worker:
    script: Script
    use: Use
    editable: frozenset[Span]
    edits: UrlEdits

    def template(self, parts: Template, changes: Iterable[UrlChange], into: list[Edit], at: int) -> None:
        """Edit the parts of one word; `at` is where the first begins in the flattened URL."""
        for index, part in enumerate(parts):
            start, at = at, at + width(part)
            last = index == len(parts) - 1
            mine = [change for change in changes if _concerns(change, start, at, last=last)]
            if mine:
                self.part(part, start, at, mine, into)

    def part(self, part: Literal | Expansion, start: int, end: int, changes: list[UrlChange], into: list[Edit]) -> None:
        """Edit one part that changes concern."""
        span = part.span
        if span is None:
            raise Refusal("url-shape", "The URL is put together in a way that cannot be edited. Write it in one piece.")
        given = self._is_argument(part)
        outside = [c for c in changes if c.start == c.end and c.start in {start, end} and not given]
        inside = [change for change in changes if change not in outside]
        for change in outside:
            edge = span.start if change.start == start else span.end
            joins = edge == span.end and isinstance(part, Expansion) and _BARE_NAME.fullmatch(part.source)
            if joins and _CONTINUES.match(change.text):  # `$URL` and `pipeline`: not the variable `URLpipeline`
                into += [Edit(Span(span.start + 1, span.start + 1), "{"), Edit(Span(edge, edge), f"}}{change.text}")]
            else:
                into.append(Edit(Span(edge, edge), change.text))
        if not inside:
            return
        whole = next((change for change in inside if change.start <= start and change.end >= end), None)
        if whole is not None and not (given and whole.start == start and whole.text):
            into.append(Edit(span, whole.text if whole.start == start else ""))
        elif isinstance(part, Literal):
            into.extend(_in_literal(part, span, start, inside))
        else:
            self._in_variable(part, span, start, inside, into)

    def _is_argument(self, part: Literal | Expansion) -> bool:
        """Whether the part is what a caller gives for this and nothing else: then it can give another thing."""
        write = _write_of(self.script, part) if isinstance(part, Expansion) and from_arguments((part,)) else None
        return write is not None and write.span in self.editable

    def _in_variable(self, part: Expansion, span: Span, start: int, changes: list[UrlChange], into: list[Edit]) -> None:
        assert part.resolved is not None
        if is_default(part):
            refuse_shared_default(self.script, part, self.editable)
            self.template(part.resolved, changes, into, start)
            return
        origin = origin_of(part)
        write = _write_of(self.script, part)
        if write is not None and write.value is not None and write.span in self.editable:
            inner: list[Edit] = []
            self.template(part.resolved, changes, inner, start)
            inner += _emptied(write.value, self.script, inner)
            self.edits.assigned.setdefault(write.span, []).extend(inner)
            return
        if from_arguments((part,)):
            raise Refusal(
                "wrapper-argument",
                f"What `{part.source}` gets from its caller would have to change, and is read elsewhere too. "
                "Give the call a function of its own.",
            )
        text = emit.double_quoted(replaced(part.resolved, changes, start), self.script, self.use)
        bare = origin is None or origin.quote is Quote.NONE
        into.append(Edit(span, f'"{text}"' if bare and not _BARE.match(text) else text))


def _concerns(change: UrlChange, start: int, end: int, *, last: bool) -> bool:
    if change.start == change.end:
        return start <= change.start < end or (last and change.start == end)
    return change.start < end and change.end > start


def _in_literal(part: Literal, span: Span, start: int, changes: list[UrlChange]) -> Iterator[Edit]:
    size = len(part.text)
    if span.end - span.start != size:
        raise Refusal("url-shape", "The URL holds an escape where it must be edited. Write it without the escape.")
    for change in changes:
        first, last = max(change.start - start, 0), min(change.end - start, size)
        text = change.text if change.start >= start else ""
        yield Edit(Span(span.start + first, span.start + last), text)


def replaced(parts: Template, changes: list[UrlChange], at: int) -> Template:
    """The template with the changes made, variables that they concern read through."""
    made: list[Literal | Expansion] = []
    for index, part in enumerate(parts):
        start, at = at, at + width(part)
        mine = [change for change in changes if _concerns(change, start, at, last=index == len(parts) - 1)]
        if not mine:
            made.append(part)
        elif isinstance(part, Expansion) and is_default(part) and not _around(mine, start, at):
            refuse_default(part)
        elif isinstance(part, Expansion) and part.resolved is not None and not _around(mine, start, at):
            made += replaced(part.resolved, mine, start)
        else:
            made += _with_changes(part, mine, start, at)
    return tuple(made)


def _around(changes: list[UrlChange], start: int, end: int) -> bool:
    return all((c.start == c.end and c.start in {start, end}) or (c.start <= start and c.end >= end) for c in changes)


def _with_changes(
    part: Literal | Expansion, changes: list[UrlChange], start: int, end: int
) -> Iterator[Literal | Expansion]:
    at = start
    for change in sorted(changes, key=lambda change: change.start):
        if change.start > at:
            yield cut_literal(part, at - start, change.start - start) if isinstance(part, Literal) else part
            at = change.start
        if change.text and change.start >= start:
            yield Literal(change.text)
        at = max(at, min(change.end, end))
    if at < end:
        yield cut_literal(part, at - start, end - start) if isinstance(part, Literal) else part


def _emptied(word: Word, script: Script, edits: list[Edit]) -> Iterator[Edit]:
    """The quotes around stretches of the word of which nothing is left."""
    removed = sorted(edit.span for edit in edits if not edit.text)
    inserted = [edit.span.start for edit in edits if edit.text]
    for quoted in word.quoted:
        outer = script.view.back(quoted)
        opening = re.match(r"\$?['\"]", script.view.region[outer.start : outer.end])
        inner = Span(outer.start + (opening.end() if opening else 1), outer.end - 1)
        at = inner.start
        for span in removed:
            at = max(at, span.end) if span.start <= at else at
        if inner.start < inner.end <= at and not any(inner.start <= place <= inner.end for place in inserted):
            yield Edit(Span(outer.start, inner.start), "")
            yield Edit(Span(inner.end, outer.end), "")
