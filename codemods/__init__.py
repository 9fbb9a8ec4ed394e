"""The codemods: one place where a call can hide is one file here, and so is one kind of config change."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codemods.found import Found
    from migrator.syntax.text.source import Source


def find_calls(source: Source) -> tuple[Found, ...]:
    """Every trigger call in one file, in the order of the file. Raises ParseError when the file cannot be parsed."""
    from codemods import programs
    from codemods.places import kinds
    from codemods.places.documents import is_history
    from codemods.python import caller as python
    from codemods.shell import caller as shell

    if is_history(source.path):
        return ()
    if python.is_python(source):
        return python.find(source)
    texts = kinds.regions(source)
    calls = [
        kinds.with_notes(found, host)
        for host in texts
        for found in shell.find(source, host.region, templated=host.templated)
    ]
    if programs.is_worth_reading(source, [found.call.span for found in calls]):
        from codemods.programs import languages

        calls += [
            other
            for other in languages.find(source, kinds.covered(texts))
            if not any(other.call.span.overlaps(found.call.span) for found in calls)
        ]
    once = {found.call.span: found for found in reversed(calls)}
    return tuple(once[span] for span in sorted(once))
