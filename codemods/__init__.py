"""The codemods: one place where a call can hide is one file here, and so is one kind of config change.

This face reads one file: its v1 triggers, to plan for, and its v2 starts and reruns, to check them against a config.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from codemods.found import Found, V2Caller, V2Rerun
    from migrator.errors import ParseError
    from migrator.model import Span, V1Trigger
    from migrator.syntax.text.source import Source


def find_calls(source: Source) -> tuple[Found, ...]:
    """Every trigger call in one file, in the order of the file. Raises ParseError when the file cannot be parsed."""
    from codemods import notebooks, programs, published
    from codemods.places import kinds
    from codemods.places.documents import is_history
    from codemods.python import caller as python
    from codemods.shell import caller as shell

    if is_history(source.path):
        return ()
    if python.is_python(source):
        return python.find(source)
    if notebooks.is_notebook(source.path):
        return notebooks.find(source)
    texts = kinds.regions(source)
    calls = [
        kinds.with_notes(found, host)
        for host in texts
        for found in shell.find(source, host.region, templated=host.templated)
    ]
    calls += [found for host in texts for found in shell.broken_in(source, host)]
    if programs.is_worth_reading(source, [found.call.span for found in calls]):
        from codemods.programs import languages

        taken = [found.call.span for found in calls]
        taken += [span for host in texts for span in shell.arrays_of(host.region, taken, templated=host.templated)]
        others = languages.find(source, kinds.covered(texts))
        calls += [other for other in others if not any(other.call.span.overlaps(span) for span in taken)]
    calls += published.find(source)
    once = {found.call.span: found for found in reversed(calls)}
    return tuple(once[span] for span in sorted(once))


def find_unknown(source: Source) -> tuple[tuple[int, str], ...]:
    """The published Actions that may start builds, and of which nothing is known, with their lines."""
    from codemods.published import unknown_in

    return tuple(unknown_in(source))


def find_shown(source: Source, known: Sequence[Span]) -> tuple[tuple[int, V1Trigger], ...]:
    """The calls that the text of a file only shows, with their lines; `known` are those that it makes."""
    from codemods.shown import shown_in

    return tuple(shown_in(source, known))


def unparsed(source: Source) -> ParseError | None:
    """Why a file that a service reads cannot be read by it, and what looks like a call there is none."""
    from codemods.places import yaml

    return yaml.unparsed(source)


def find_v2_callers(source: Source) -> tuple[V2Caller, ...]:
    """Every call in one file that starts a pipeline, in order. Raises ParseError when the file cannot be parsed."""
    from codemods.places import kinds
    from codemods.python.caller import is_python
    from codemods.shell import starts as shell
    from migrator.circleci.api.recognise import PIPELINE_HINT

    found: Iterable[V2Caller]
    if PIPELINE_HINT not in source.text:
        return ()
    if is_python(source):
        from codemods.python import starts as python  # libcst is heavy

        found = python.starts_in(source)
    else:
        found = (caller for host in kinds.regions(source) for caller in shell.starts_in(source, host))
    once = {caller.span: caller for caller in found}  # aliases put one text into several scripts
    return tuple(once[span] for span in sorted(once))


def find_v2_reruns(source: Source) -> tuple[V2Rerun, ...]:
    """Every rerun in one file, in order. Raises ParseError when the file cannot be parsed."""
    from codemods.places import kinds
    from codemods.python.caller import is_python
    from codemods.shell import starts as shell
    from migrator.circleci.api.recognise import RERUN_HINT

    if RERUN_HINT not in source.text:
        return ()
    if is_python(source):
        from codemods.python import starts as python  # libcst is heavy

        return tuple(python.reruns_in(source))
    found = {rerun.span: rerun for host in kinds.regions(source) for rerun in shell.reruns_in(source, host)}
    return tuple(found[span] for span in sorted(found))
