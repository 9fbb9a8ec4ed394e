"""`check` where there is more to say than that the repository is clean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.commands.flow import analysed, close, show

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from migrator.commands import Output
    from migrator.commands.others import Others
    from migrator.report.results import Results
    from migrator.repository.search import Search


def report(
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
    write_files(results, output)
    reports = [root.report for root in results.roots]
    return close("check", searches, reports, output, days=results.days_left, work_left=bool(results.open))


def write_files(results: Results, output: Output) -> None:
    """Write the further reports. Raises UsageError for a file that cannot be written."""
    from migrator.commands.saving import save
    from migrator.report.formats import render

    for style, path in output.files:
        save(path, render(style, results))
