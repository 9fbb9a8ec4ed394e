"""`baseline write` and `baseline prune`, and how `check` reads what they wrote."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from migrator.commands.flow import analysed, prefix, searched
from migrator.commands.saving import save
from migrator.errors import UsageError
from migrator.report import baseline
from migrator.report.console import say
from migrator.report.summary import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from migrator.commands.output import Output
    from migrator.report.baseline import BaselineEntry
    from migrator.report.results import Results
    from migrator.repository.search import Search


def write(path: str, paths: Sequence[str], output: Output) -> int:
    """Accept everything that is left today."""
    results = analysed(searched(paths, output), {}, output)
    entries = baseline.entries_of(results)
    save(path, baseline.dump(entries))
    say(f"{counted(results.searched, 'file')} searched, {counted(len(entries), 'finding')} written to {path}")
    return 0


def prune(path: str, paths: Sequence[str], output: Output) -> int:
    """Take out the entries whose calls are gone."""
    entries = load(path)
    searches = searched(paths, output)
    results = analysed(searches, {}, output)
    gone = baseline.stale(entries, results, covering(searches))
    kept = [entry for entry in entries if entry not in gone]
    if gone:
        save(path, baseline.dump(kept))
    say(
        f"{counted(results.searched, 'file')} searched, "
        f"{counted(len(gone), 'finding')} removed from {path}, {len(kept)} kept"
    )
    return 0


def checked(results: Results, path: str, searches: Sequence[Search]) -> Results:
    """The results without what the baseline at `path` accepts, and with its stale entries. Raises UsageError."""
    entries = load(path)
    gone = baseline.stale(entries, results, covering(searches))
    return baseline.applied(results, entries, gone, path)


def load(path: str) -> tuple[BaselineEntry, ...]:
    """The entries of a baseline file. Raises UsageError."""
    try:
        text = Path(path).read_text("utf-8")
    except OSError as error:
        hint = "write one with `migrator baseline write`"
        raise UsageError(f"the baseline {path} cannot be read ({error.strerror})", hint=hint) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is no baseline (it is not UTF-8)", hint="write it anew") from error
    return baseline.parse(text, path)


def covering(searches: Sequence[Search]) -> Callable[[str], bool]:
    """Whether a path of a baseline was searched: entries about other places are nobody's business in this run."""

    def covers(path: str) -> bool:
        for found in searches:
            before = prefix(found.root, searches)
            if path.startswith(before) and found.scope.covers(path.removeprefix(before)):
                return True
        return False

    return covers
