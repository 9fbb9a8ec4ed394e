"""What may keep CircleCI from running the config that is there now, though every job in it is as it was.

A config that is refused fails with every pipeline, whatever the call sends. v1.1 compiled the job that it started and
no workflow; version 2 ignored what 2.1 refuses or acts on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codemods.config.checks import compare_url_readers
from codemods.config.patterns import brief, doubtful_patterns
from migrator.circleci.compiler import schema
from migrator.circleci.runs.config import as_mapping
from migrator.model import Proof, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from migrator.circleci.proof.equivalence import Worlds
    from migrator.circleci.runs.config import ConfigView
    from migrator.model import Note


@dataclass(frozen=True, slots=True)
class Doubts:
    """Why what is proved of the jobs may yet not hold: of calls, of ordinary pipelines, and of single jobs by name."""

    calls: tuple[str, ...] = ()
    ordinary: tuple[str, ...] = ()
    jobs: Mapping[str, str] = field(default_factory=dict)


def doubts_since(worlds: Worlds) -> Doubts:
    """What the new config has that CircleCI may refuse, and that the older one shows to be no trouble nowhere."""
    before, after = worlds.before, worlds.after
    known = set(_unfamiliar(before))
    fresh = [
        *_continued(before, after),
        *(each for each in _unfamiliar(after) if each not in known),
        *_imported(before, after),
    ]
    patterns = {pattern: _of_pattern(pattern, reason) for pattern, reason in doubtful_patterns(after.data)}
    old = {pattern for pattern, _ in doubtful_patterns(before.data)}
    readers = dict(_readers(after)) if worlds.is_bumped else {}
    filtered = dict(_filtered(before)) if worlds.is_bumped else {}
    return Doubts(
        (*fresh, *patterns.values()),
        (*fresh, *(told for pattern, told in patterns.items() if pattern not in old), *readers.values()),
        {**filtered, **readers},
    )


# What v1.1 made of such variables is documented nowhere, so that nobody knows what to keep.
_UNDOCUMENTED = frozenset({"image-sets-variable", "shell-sets-variable"})


def doubts_about(notes: Iterable[Note]) -> Doubts:
    """What an old call itself leaves open, by what is to be said about it."""
    return Doubts(tuple(note.message for note in notes if note.code in _UNDOCUMENTED))


def doubts_of(config: ConfigView) -> Iterator[Proof]:
    """What in a config that calls start CircleCI may refuse, by the config alone."""
    yield from (Proof("pipeline", Verdict.UNKNOWN, each) for each in _unfamiliar(config))
    for pattern, reason in doubtful_patterns(config.data):
        yield Proof(f"pattern {brief(pattern)}", Verdict.UNKNOWN, _refused("it", reason))


def doubted(proofs: Iterable[Proof], doubts: Doubts) -> tuple[Proof, ...]:
    """The proofs of a call, none of which is one where CircleCI may refuse the config."""
    return tuple(_unless(proof, (*doubts.calls, *filter(None, [doubts.jobs.get(proof.subject)]))) for proof in proofs)


def doubted_ordinary(proofs: Iterable[Proof], doubts: Doubts) -> tuple[Proof, ...]:
    """The same for ordinary pipelines: what makes all of them doubtful is told once."""
    found: list[Proof] = []
    for proof in proofs:
        changed = _unless(proof, doubts.ordinary)
        if changed is proof or all(changed.detail != other.detail for other in found):
            found.append(changed)
    return tuple(found)


def _unless(proof: Proof, reasons: tuple[str, ...]) -> Proof:
    if proof.verdict is not Verdict.PROVED or not reasons:
        return proof
    return Proof(proof.subject, Verdict.UNKNOWN, "; ".join(reasons[:_SHOWN]))


_SHOWN = 3


def _unfamiliar(config: ConfigView) -> Iterator[str]:
    """Only a config of 2.1 shows that 2.1 takes what it has."""
    if config.version == "2.1":
        yield from (_refused(each, "not known here") for each in dict.fromkeys(schema.doubts(config.data)))


def _of_pattern(pattern: str, reason: str) -> str:
    return _refused(f"the pattern `{brief(pattern)}`", reason)


def _refused(what: str, reason: str) -> str:
    return f"CircleCI's compiler may refuse {what} ({reason}), and with it every pipeline"


def _continued(before: ConfigView, after: ConfigView) -> Iterator[str]:
    if before.setup or after.setup:
        yield "the config is a setup config: what runs is decided by another one, which is not looked at"


def _imported(before: ConfigView, after: ConfigView) -> Iterator[str]:
    """The orbs that are imported now, and were not before: version 2 ignored what it said of them."""
    known = {_orb(reference) for reference in _orbs(before).values()}
    for name, reference in _orbs(after).items():
        if isinstance(reference, str) and _orb(reference) not in known:
            yield f"the orb `{name}` is imported only now, which must be allowed and cannot be seen"


def _orbs(config: ConfigView) -> Mapping[str, object]:
    return as_mapping(config.data.get("orbs")) if config.version == "2.1" else {}


def _orb(reference: object) -> str:
    return str(reference).partition("@")[0]


def _readers(config: ConfigView) -> Iterator[tuple[str, str]]:
    for name in compare_url_readers(config.data):
        yield name, f"job {name} reads CIRCLE_COMPARE_URL, which CircleCI does not set for configs of version 2.1"


def _filtered(config: ConfigView) -> Iterator[tuple[str, str]]:
    for name, job in config.jobs.items():
        if "branches" in as_mapping(job):
            yield name, f"job {name} had `branches` of its own, and a call starts it on every branch now"
