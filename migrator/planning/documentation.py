"""Documents that show calls: a config in a code block and the calls of the same document are a repository of their own.

A placeholder such as `<org>/<repo>` stands for the reader's project, not for the repository that the document lies in.
So such a call is planned against a config that the document shows, else against an imagined one that has the job: only
the document changes then, and the call says that it rests on a config which nobody can see.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from codemods.places.documents import configs, is_document
from migrator.circleci.plan.decide import DEFAULT_JOB, job_value
from migrator.model import Change, Note, Outcome, Severity, Span, Status, static
from migrator.repository.discovery import Discovery
from migrator.repository.roots import CONFIG_PATH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from migrator.model import Report
    from migrator.planning.project import Project, Site
    from migrator.settings import Settings
    from migrator.syntax.text.documents import CodeBlock
    from migrator.syntax.text.regions import Spliced
    from migrator.syntax.text.source import Source

    Analyse = Callable[[Discovery, Settings], Report]

_FIRST_MASK = 0xE100
_NO_JOB = frozenset({"no-config", "job-unknown"})
_EXAMPLE = Note(
    "documentation-example",
    Severity.WARNING,
    "The call is an example for a project that is not this one: that its config declares what the call sends, and has "
    "a workflow for the job, cannot be seen from here.",
)


def examples(project: Project) -> dict[str, tuple[int, ...]]:
    """The sites that are examples, by the path of their document; every document that shows a config is there.

    A document that also holds calls of a known project is left alone: those come first.
    """
    found: dict[str, tuple[int, ...]] = {}
    for source in project.sources.values():
        path = source.path
        if not is_document(path) or not project.is_asked(source):
            continue
        shown = bool(configs(source.text))
        here = tuple(i for i, site in enumerate(project.sites) if site.source.path == path)
        moved = tuple(i for i in here if _is_example(project.sites[i], shown=shown))
        if moved == here and (shown or moved):
            found[path] = moved
    return found


def without(project: Project, apart: dict[str, tuple[int, ...]]) -> Project:
    """The project without its examples."""
    moved = {index for sites in apart.values() for index in sites}
    return replace(project, sites=tuple(site for index, site in enumerate(project.sites) if index not in moved))


def _is_example(site: Site, *, shown: bool) -> bool:
    slug = site.found.call.trigger.slug
    if all(static(part) is not None for part in (slug.vcs, slug.organization, slug.repository) if part):
        return False
    errors = {note.code for note in site.decision.notes if note.severity is Severity.ERROR}
    return shown or (bool(errors) and errors <= _NO_JOB)


def with_example(
    report: Report, project: Project, path: str, sites: tuple[int, ...], settings: Settings, analyse: Analyse
) -> Report:
    """The report with what came of one document that shows calls. `analyse` is the engine's, without examples."""
    source = project.source(path)
    waiting = [_undecided(project.sites[index]) for index in sites]
    example = Example(source, waiting, settings, analyse)
    outcomes = example.migrate()
    if settings.only is not None or example.text == source.text:
        outcomes = tuple(replace(outcome, written=False) for outcome in outcomes)
        return replace(report, outcomes=_in_order(report, outcomes))
    change = Change(path, source.encode(source.text), source.encode(example.text))
    changes = tuple(sorted((*report.changes, change), key=lambda change: change.path))
    return replace(report, outcomes=_in_order(report, outcomes), changes=changes)


def _in_order(report: Report, outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
    return tuple(sorted((*report.outcomes, *outcomes), key=lambda outcome: (outcome.call.path, outcome.call.span)))


def _undecided(site: Site) -> Outcome:
    return Outcome(site.found.call, site.decision.status, site.decision.target, site.decision.notes)


@dataclass(slots=True)
class Example:
    """One document on its way: its text so far, the outcomes that stand, and the calls that wait for a config.

    `pending` are outcomes of calls of the document outside its configs, in order, as the last attempt left them.
    """

    source: Source
    pending: list[Outcome]
    settings: Settings
    analyse: Analyse
    text: str = ""
    outcomes: list[Outcome] = field(default_factory=list)

    def migrate(self) -> tuple[Outcome, ...]:
        """Migrate each config that the document shows with the calls that start its jobs, then what is left."""
        self.text = self.source.text
        for index in range(len(configs(self.text))):
            self._with_config(index)
        self._imagined()
        return tuple(sorted((*self.outcomes, *self.pending), key=lambda outcome: outcome.call.span))

    def _with_config(self, index: int) -> None:
        block = configs(self.text)[index]
        region = block.region(self.text)
        # Lines count as in the document.
        padding = "\n" * self.text.count("\n", 0, region.locate(0))
        report = self._analysed(padding + region.text)
        changes = {change.path: change.after.decode() for change in report.changes}
        config = changes.get(CONFIG_PATH, padding + region.text)
        if not config.startswith(padding):
            return
        original = configs(self.source.text)[index].region(self.source.text)
        shift = self.source.text.count("\n", 0, original.locate(0)) - len(padding)
        for outcome in report.outcomes:
            if outcome.call.path == CONFIG_PATH:
                self.outcomes.append(self._placed(outcome, original, len(padding), shift))
        text = changes.get(self.source.path, _masked(self.text))
        self._settle(report, lambda outcome: outcome)
        self.text = _unmasked(text, self.text, index, _indented(block, self.text, config[len(padding) :]))

    def _imagined(self) -> None:
        """Plan what is left against a config that has just the jobs that are asked for."""
        if not self.pending:
            return
        asked = (static(job_value(outcome.call.trigger).template) for outcome in self.pending)
        jobs = [job for job in dict.fromkeys((*asked, DEFAULT_JOB)) if job]
        body = "".join(f"  {json.dumps(job)}: {{docker: [{{image: x}}], steps: [checkout]}}\n" for job in jobs)
        report = self._analysed(f"version: 2.1\njobs:\n{body}")
        changes = {change.path: change.after.decode() for change in report.changes}
        self._settle(report, self._as_example)
        if self.source.path in changes and self.settings.allows(Status.UNSAFE, (_EXAMPLE,)):
            self.text = _unmasked(changes[self.source.path], self.text)

    def _analysed(self, config: str) -> Report:
        files = ((CONFIG_PATH, config.encode()), (self.source.path, _masked(self.text).encode()))
        return self.analyse(Discovery("", 0, files), self.settings)

    def _settle(self, report: Report, said: Callable[[Outcome], Outcome]) -> None:
        """Take over what the attempt says about the pending calls; those that it can rewrite wait no longer."""
        attempted = [outcome for outcome in report.outcomes if outcome.call.path == self.source.path]
        waiting: list[Outcome] = []
        for before, after in zip(self.pending, attempted, strict=True):
            made = said(replace(after, call=before.call))
            if made.written or made.status is not Status.MANUAL:
                self.outcomes.append(made)
            else:
                waiting.append(made)
        self.pending = waiting

    def _as_example(self, outcome: Outcome) -> Outcome:
        """The outcome of a call whose config was imagined: never more than unsafe, and nothing is proved."""
        notes = tuple(note for note in outcome.notes if note.code != "project-unknown")
        status = Status.UNSAFE if outcome.status is Status.SAFE else outcome.status
        written = outcome.written and self.settings.allows(Status.UNSAFE, (_EXAMPLE,))
        return replace(outcome, status=status, notes=(*notes, _EXAMPLE), proofs=(), written=written)

    def _placed(self, outcome: Outcome, region: Spliced, padding: int, shift: int) -> Outcome:
        """A call of the config where the document has it."""
        span = outcome.call.span
        start, end = region.locate(span.start - padding), region.locate(span.end - 1 - padding) + 1
        line, column = self.source.position(start)
        call = replace(
            outcome.call,
            path=self.source.path,
            span=Span(start, end),
            line=line,
            column=column,
            end_line=self.source.position(end - 1)[0],
        )
        notes = tuple(replace(note, line=note.line + shift if note.line else None) for note in outcome.notes)
        return replace(outcome, call=call, notes=notes)


def _extent(block: CodeBlock) -> tuple[int, int]:
    return block.stretches[0][0], block.stretches[-1][1]


def _masked(text: str) -> str:
    """The text with its configs hidden: as many characters and lines, and a sign of its own for each."""
    for index, block in enumerate(configs(text)):
        start, end = _extent(block)
        blank = "".join(char if char == "\n" else " " for char in text[start + 1 : end])
        text = text[:start] + chr(_FIRST_MASK + index) + blank + text[end:]
    return text


def _unmasked(masked: str, before: str, changed: int = -1, config: str = "") -> str:
    """The text with its configs back, one of them changed."""
    for index, block in enumerate(configs(before)):
        start, end = _extent(block)
        at = masked.index(chr(_FIRST_MASK + index))
        masked = masked[:at] + (config if index == changed else before[start:end]) + masked[at + end - start :]
    return masked


def _indented(block: CodeBlock, text: str, config: str) -> str:
    """The new config as the document writes it: lines that stay as they stand, others with the block's indentation."""
    start, end = _extent(block)
    code = block.region(text).text
    first = text.rfind("\n", 0, start) + 1
    standing = text[first:end].splitlines(keepends=True)
    return "".join(_lines(code, config, standing, block.indent))[start - first :]


def _lines(code: str, config: str, standing: list[str], indent: str) -> Iterator[str]:
    old, new = code.splitlines(keepends=True), config.splitlines(keepends=True)
    for tag, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from standing[first:last]
        else:
            yield from (indent + line if line.strip() else line for line in new[start:end])
