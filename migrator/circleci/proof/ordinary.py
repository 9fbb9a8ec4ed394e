"""Everything that runs without the migrated calls, pushes, tags, web runs and schedules, compared on any ref at once.

Branch, tag and parameters stay unknown in one compilation of each config; when both leave the same conditions over, the
configs agree on every branch. Where they do not, names that the filters tell apart are tried for an example.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import TYPE_CHECKING

from migrator.circleci.compiler import CompileError, EventKind, Pipeline, UnknownError, compile_pipeline
from migrator.circleci.proof.pipelines import pipeline_differences, verdict
from migrator.circleci.proof.selection import open_values, pinned_values
from migrator.circleci.runs.config import as_mapping
from migrator.circleci.runs.events import on_branch, on_tag
from migrator.circleci.runs.observed import Difference, observe_pipeline
from migrator.model import Verdict

if TYPE_CHECKING:
    from migrator.circleci.compiler import Event
    from migrator.circleci.proof.equivalence import Worlds
    from migrator.circleci.runs.config import ConfigView
    from migrator.model import Proof


_COMMON = ("main", "master", "develop", "feature/topic-1", "v1.2.3", "1.0.0", "release-1.0")
_QUOTED = re.compile(r"""["']([^"'\s]{1,128})["']""")


def ref_names(*configs: object) -> tuple[str, ...]:
    """Names to try as branch and as tag: common ones, each literal in a condition, an example of each regex."""
    names = dict.fromkeys(_COMMON)
    for config in configs:
        for text in _texts(config):
            names.update(dict.fromkeys(_names_in(text)))
    return tuple(name for name in names if name and "\n" not in name)


def _texts(data: object, *, inside: bool = False) -> Iterator[str]:
    """The strings under `filters`, `branches`, `when` and `unless`, at any depth."""
    match data:
        case Mapping():
            for key, value in data.items():
                yield from _texts(value, inside=inside or key in {"filters", "branches", "when", "unless"})
        case list():
            for item in data:
                yield from _texts(item, inside=inside)
        case str() if inside:
            yield data


def _names_in(text: str) -> Iterable[str]:
    if len(text) > 1 and text.startswith("/") and text.endswith("/"):
        return filter(None, [example(text[1:-1])])
    quoted = _QUOTED.findall(text)
    return [*quoted, *filter(None, map(example, quoted))] if quoted else [text, *filter(None, [example(text)])]


def example(pattern: str) -> str | None:
    """A short text that the whole pattern matches, or None when none was found."""
    try:
        text = "".join(_example(parser.parse(pattern)))
        return text if re.fullmatch(pattern, text) else None
    except (re.error, _UnsupportedError, RecursionError, OverflowError):
        return None


class _UnsupportedError(Exception):
    """A construct that no example is made for."""


def _example(parsed: Iterable[tuple[object, object]]) -> Iterator[str]:
    for code, argument in parsed:
        yield from _piece(code, argument)


def _piece(code: object, argument: object) -> Iterator[str]:
    match code, argument:
        case op.LITERAL, int(char):
            yield chr(char)
        case (op.ANY, _) | (op.NOT_LITERAL, _):
            yield "x" if argument != ord("x") else "y"
        case op.AT, _:
            return
        case ((op.MAX_REPEAT | op.MIN_REPEAT), (int(least), _, parser.SubPattern() as body)):
            yield "".join(_example(body)) * max(int(least), 1 if least == 0 and _is_any(body) else least)
        case op.SUBPATTERN, (_, _, _, parser.SubPattern() as body):
            yield from _example(body)
        case op.BRANCH, (_, [parser.SubPattern() as first, *_]):
            yield from _example(first)
        case op.IN, list(items):
            yield _member(items)
        case _:
            raise _UnsupportedError


def _is_any(body: Iterable[tuple[object, object]]) -> bool:
    return any(code in {op.ANY, op.IN} for code, _ in body)


def _member(items: list[tuple[object, object]]) -> str:
    for char in "x1a_-/.A0zZ ":
        if re.fullmatch(_class_text(items), char):
            return char
    raise _UnsupportedError


def _class_text(items: list[tuple[object, object]]) -> str:
    negated = bool(items) and items[0][0] is op.NEGATE
    categories = {
        op.CATEGORY_DIGIT: r"\d",
        op.CATEGORY_WORD: r"\w",
        op.CATEGORY_SPACE: r"\s",
        op.CATEGORY_NOT_DIGIT: r"\D",
        op.CATEGORY_NOT_WORD: r"\W",
        op.CATEGORY_NOT_SPACE: r"\S",
    }
    text = ""
    for code, argument in items:
        match code, argument:
            case op.LITERAL, int(char):
                text += re.escape(chr(char))
            case op.RANGE, (int(low), int(high)):
                text += f"{re.escape(chr(low))}-{re.escape(chr(high))}"
            case op.CATEGORY, _:
                text += categories[argument]
    return f"[{'^' if negated else ''}{text}]"


_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class _Occasion:
    """A way to start pipelines on any branch or on any tag, and the events to try where that cannot be compared."""

    subject: str
    events: tuple[Event, ...]
    pinned: tuple[Event, ...] = ()

    @property
    def kind(self) -> tuple[bool, str]:
        """Whether it is of tags, and the workflow whose own schedule it is."""
        first = self.events[0] if self.events else None
        return (first is not None and first.tag is not None, (first and first.workflow) or "")


SAME = "the same runs as before"
"""What is proved of each."""


def prove_ordinary(worlds: Worlds) -> tuple[Proof, ...]:
    """Compare what runs without the migrated calls.

    What differs in one way on several occasions, of branches or of tags, is told once.
    """
    found: dict[tuple[str, bool, str], Proof] = {}
    for occasion in _occasions(worlds):
        for proof in _prove(worlds, occasion):
            found.setdefault((proof.detail or proof.subject, *occasion.kind), replace(proof, claim=SAME))
    return tuple(found.values())


def _occasions(worlds: Worlds) -> Iterator[_Occasion]:
    yield _Occasion("push to any branch", (on_branch(EventKind.PUSH),))
    yield _Occasion("push of any tag", (on_tag(EventKind.PUSH),))
    for kind, place in (("branch", on_branch), ("tag", on_tag)):
        yield _Occasion(f"web or API run of any {kind}", (place(EventKind.API),))
        yield _Occasion(f"scheduled pipeline on any {kind}", (place(EventKind.SCHEDULE),))
        if worlds.before.parameters:
            opened, pinned = (values(worlds.before, worlds.after) for values in (open_values, pinned_values))
            events, tries = (
                tuple(place(EventKind.API, None, given) for given in found or ()) for found in (opened, pinned)
            )
            yield _Occasion(f"API run of any {kind} with parameters that were there before", events, tries)
    for name in {**_schedules(worlds.before), **_schedules(worlds.after)}:
        yield _Occasion(f"schedule of workflow {name}", (on_branch(EventKind.SCHEDULE, workflow=name),))


def _schedules(config: ConfigView) -> dict[str, object]:
    """The `triggers` of the workflows that have any."""
    found = {name: as_mapping(body).get("triggers") for name, body in config.workflows.items()}
    return {name: triggers for name, triggers in found.items() if triggers}


def _prove(worlds: Worlds, occasion: _Occasion) -> Iterator[Proof]:
    proof = _on_any(worlds, occasion)
    examples: list[Proof] = []
    if proof.verdict is Verdict.UNKNOWN:
        examples = list(islice(_examples(worlds, occasion), _EXAMPLES))
    yield from examples or (proof,)


def _on_any(worlds: Worlds, occasion: _Occasion) -> Proof:
    """Compare with the ref unknown; with the parameters pinned where something cannot be compared otherwise."""
    proof = verdict(occasion.subject, _all_differences(worlds, occasion.events))
    if not occasion.events:
        proof = replace(proof, verdict=Verdict.UNKNOWN, detail="the parameters have too many values to try")
    if proof.verdict is Verdict.UNKNOWN and occasion.pinned:
        return verdict(occasion.subject, _all_differences(worlds, occasion.pinned))
    return proof


def _all_differences(worlds: Worlds, events: tuple[Event, ...]) -> tuple[Difference, ...]:
    return tuple(difference for event in events for difference in _differences(worlds, event))


def _examples(worlds: Worlds, occasion: _Occasion) -> Iterator[Proof]:
    """Proofs that something differs, each on one branch or tag."""
    for name in ref_names(worlds.before.data, worlds.after.data):
        for event in (*occasion.events, *occasion.pinned):
            on = {"tag": name, "values": {}} if event.tag is not None else {"branch": name}
            subject = occasion.subject.replace("any ", "") + f" {name}"
            proof = verdict(subject, _differences(worlds, replace(event, **on)))
            if proof.verdict is Verdict.DIFFERS:
                yield proof
                break


def _differences(worlds: Worlds, event: Event) -> Iterator[Difference]:
    if event.workflow is not None:
        schedules = [_schedules(config).get(event.workflow) for config in (worlds.before, worlds.after)]
        if schedules[0] != schedules[1]:
            yield Difference(f"its `triggers` are {schedules[0]} before, {schedules[1]} after")
    try:
        old, new = (_compiled(config.data, event) for config in (worlds.before, worlds.after))
    except UnknownError as error:
        yield Difference(error.message, sure=False)
        return
    if isinstance(old, Pipeline) and isinstance(new, Pipeline):
        yield from _pipeline_differences(worlds, old, new)
    else:
        yield from _failures(old, new, is_bumped=worlds.is_bumped)


def _failures(old: Pipeline | str, new: Pipeline | str, *, is_bumped: bool) -> Iterator[Difference]:
    """What it means that a config fails, before, after or both."""
    match old, new:
        case _, str(message) if is_bumped or isinstance(old, Pipeline):
            yield Difference(f"the config fails after: {message}")
        case str(), str():
            if old != new:
                yield Difference(f"the config fails before ({old}) and after ({new})", sure=False)
        case str(message), Pipeline():
            if new.jobs:  # an errored pipeline runs nothing, and nothing running is the same
                yield Difference(f"the config fails before: {message}", sure=False)


def _compiled(data: object, event: Event) -> Pipeline | str:
    """What the event runs, or the error that CircleCI would give."""
    try:
        return compile_pipeline(data, event)
    except CompileError as error:
        return error.line


def _pipeline_differences(worlds: Worlds, old: Pipeline, new: Pipeline) -> Iterator[Difference]:
    if old.setup != new.setup:
        yield Difference(f"`setup` is {old.setup} before, {new.setup} after")
    yield from pipeline_differences(*(observe_pipeline(pipeline, worlds.mask) for pipeline in (old, new)))
