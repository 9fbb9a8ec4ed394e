"""`check`: what is left to migrate. A clean one comes no further than this and `flow`; the rest is imported late."""

from __future__ import annotations

import os

from migrator.commands.flow import analysed, close, is_clean, searched, show

TYPE_CHECKING = False  # typing itself would take longer to import than git to search
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from migrator.commands.others import Others
    from migrator.commands.output import Output
    from migrator.report.results import Results
    from migrator.repository.search import Search


def check(
    paths: Sequence[str],
    output: Output,
    *,
    baseline: str | None = None,
    since: str | None = None,
    stdin_filename: str | None = None,
    overrides: Mapping[str, object] | None = None,
    others: Others | None = None,
) -> int:
    """Say what is left to migrate: apart from what the file `baseline` lists, in files changed after `since` only.

    The path `-` is one file on stdin, called `stdin_filename`.
    """
    if "-" in paths or since is not None or stdin_filename is not None:
        from migrator.commands.scope import narrowed

        searches = narrowed(paths, output, since, stdin_filename)
    else:
        searches = searched(paths, output, others)
    if output.files:  # what the last run left there quotes the very calls that it found
        for found in searches:
            for path in (os.path.relpath(os.path.realpath(name), found.root) for _, name in output.files):
                found.candidates.pop(path, None)
    if output.style == "text" and not output.files and baseline is None and is_clean(searches):
        return close("check", searches, (), output)
    return _report(searches, output, baseline, overrides, others)


def _report(
    searches: Sequence[Search],
    output: Output,
    baseline: str | None = None,
    overrides: Mapping[str, object] | None = None,
    others: Others | None = None,
) -> int:
    """Report what is left in every form that was asked for, apart from what is in the baseline of that path."""
    results = analysed(searches, overrides or {}, output, others)
    if baseline is not None:
        from migrator.commands.baselines import checked

        results = checked(results, baseline, searches)
    show(results, output)
    _write_files(results, output)
    reports = [root.report for root in results.roots]
    return close("check", searches, reports, output, days=results.days_left, work_left=bool(results.open))


def _write_files(results: Results, output: Output) -> None:
    """Write the further reports. Raises UsageError for a file that cannot be written."""
    from migrator.commands.saving import save
    from migrator.report.formats import render

    for style, path in output.files:
        save(path, render(style, results))
