"""What the commands do, free of how they are spelled: search, analyse, maybe write, print, and an exit status.

A clean `check` comes no further than `_search`: everything heavier is imported by who needs it.
"""

from __future__ import annotations

import os
import sys

from migrator.errors import MigratorError, ProofError
from migrator.report.console import emit, paint, say, wants_color
from migrator.report.summary import counted, summary
from migrator.roots import Scope, settings_file
from migrator.search import search, search_all

TYPE_CHECKING = False  # typing itself would take longer to import than git to search
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from migrator.discovery import Discovery
    from migrator.model import Report
    from migrator.search import Search
    from migrator.settings import Settings
    from migrator.verification import Verification

    # What was searched in one root, what came of it, and what goes before its paths when they are shown.
    Run = tuple[Discovery, Report, str]
    Action = Callable[[], int]

# Like a shell's, 128 and the signal; and `EX_SOFTWARE` of sysexits.h, so that no defect looks like a finding.
INTERRUPTED = 130
DEFECT = 70


class Output:
    """How to show results: `style` is `text` or `json`; `color` `auto`, `always` or `never`.

    No dataclass: see `migrator.roots.Scope`.
    """

    __slots__ = ("color", "exit_zero", "quiet", "style", "verbose")

    def __init__(
        self,
        style: str = "text",
        color: str = "auto",
        *,
        exit_zero: bool = False,
        quiet: bool = False,
        verbose: bool = False,
    ) -> None:
        """`exit_zero` turns exit status 1 into 0, and no other."""
        self.style = style
        self.color = color
        self.exit_zero = exit_zero
        self.quiet = quiet
        self.verbose = verbose

    def status(self, *, work_left: bool) -> int:
        """The exit status of a run that came to its end."""
        return 1 if work_left and not self.exit_zero else 0


def check(paths: Sequence[str], output: Output) -> int:
    """Say what is left to migrate."""
    searches = _searched(paths, output)
    if output.style == "text" and _is_clean(searches):
        return _close("check", searches, (), output)
    runs = _analysed(searches, {}, output)
    _show_findings(runs, output)
    return _close("check", searches, runs, output, work_left=any(_is_unmigrated(report) for _, report, _ in runs))


def diff(paths: Sequence[str], output: Output, overrides: Mapping[str, object]) -> int:
    """Print the patch that `apply` would make, and on stderr what it leaves."""
    return _diff(_searched(paths, output), output, overrides)


def demo(output: Output, overrides: Mapping[str, object]) -> int:
    """`diff` on the sample repository that ships with the tool; that it would change something is no failure here."""
    from migrator.demo import unpacked

    with unpacked() as folder:
        _diff((search(Scope(folder, ("",))),), output, overrides)
    return 0


def _diff(searches: Sequence[Search], output: Output, overrides: Mapping[str, object]) -> int:
    runs = _analysed(searches, overrides, output)
    if output.style == "json":
        _show_findings(runs, output)
    else:
        _show_patch(runs, output)
    work_left = any(report.changes or _has_rest(report) for _, report, _ in runs)
    return _close("diff", searches, runs, output, work_left=work_left)


def apply(paths: Sequence[str], output: Output, overrides: Mapping[str, object]) -> int:
    """Write the rewrites, all of them or none: none at all when a proof says that something would run differently."""
    from migrator.verification import refuse_differences
    from migrator.writer import write

    searches = _searched(paths, output)
    runs = _analysed(searches, overrides, output)
    refuse_differences(report for _, report, _ in runs)
    write([report for _, report, _ in runs], allow_dirty=bool(overrides.get("allow_dirty")))
    _show_findings(runs, output)
    if output.style == "text":
        emit("".join(f"rewrote {prefix}{change.path}\n" for _, report, prefix in runs for change in report.changes))
    return _close("apply", searches, runs, output, work_left=any(_has_rest(report) for _, report, _ in runs))


def verify(paths: Sequence[str], output: Output, against: str | None = None) -> int:
    """Prove what a migration keeps: a planned one, one that was made, or the one since a git revision."""
    searches = _searched(paths, output)
    found = [] if against is None and _is_clean(searches) else _verified(searches, against)
    _show_proofs(found, output)
    from migrator.report.proofs_text import totals

    say(totals(sum(search.searched for search in searches), [verification for verification, _ in found]))
    worst = {verification.worst() for verification, _ in found}
    return ProofError.exit_status if "differs" in worst else output.status(work_left="unknown" in worst)


def _verified(searches: Sequence[Search], against: str | None) -> list[tuple[Verification, str]]:
    from migrator import settings
    from migrator.discovery import from_search
    from migrator.prove import verify as prove
    from migrator.prove import verify_against
    from migrator.revision import discover_at

    found = []
    for one in searches:
        options, discovery = settings.load(one.root), from_search(one)
        prefix = "" if len(searches) == 1 else _prefix(one.root)
        if against is None:
            found.append((prove(discovery, options), prefix))
        else:
            found.append((verify_against(discover_at(one.scope, against), discovery, options), prefix))
    return found


def _show_proofs(found: Sequence[tuple[Verification, str]], output: Output) -> None:
    if output.style == "json":
        from migrator.report.proofs_json import document

        emit(document(found))
        return
    from migrator.report.proofs_text import table

    color = wants_color(output.color, sys.stdout)
    for verification, prefix in found:
        emit(table(verification, prefix=prefix, brief=output.quiet, full=output.verbose, color=color))


def _searched(paths: Sequence[str], output: Output) -> tuple[Search, ...]:
    searches = search_all(paths)
    if not output.quiet:
        for found in searches:
            for hint in found.hints:
                say(f"note: {hint}")
    return searches


def _is_clean(searches: Iterable[Search]) -> bool:
    """Whether there is nothing to analyse, and no settings that could be wrong."""
    return all(found.is_clean and settings_file(found.root) is None for found in searches)


def _analysed(searches: Sequence[Search], overrides: Mapping[str, object], output: Output) -> list[Run]:
    from migrator import settings
    from migrator.discovery import from_search

    runs: list[Run] = []
    chosen = [settings.load(found.root, overrides) for found in searches]
    for found, options in zip(searches, chosen, strict=True):
        discovery = from_search(found)
        if output.verbose:
            projects = ", ".join(discovery.slugs) or "unknown"
            say(f"note: {found.root}: project {projects}; {counted(len(found.candidates), 'file')} may hold calls")
            say(f"note: settings: {options.described()}")
        prefix = "" if len(searches) == 1 else _prefix(found.root)
        runs.append((discovery, _report(discovery, options, is_clean=not found.candidates), prefix))
    return runs


def _report(discovery: Discovery, options: Settings, *, is_clean: bool) -> Report:
    if is_clean:
        from migrator.model import Report

        return Report(discovery.root, discovery.files_searched, problems=discovery.problems)
    from migrator.engine import analyse

    return analyse(discovery, options)


def _prefix(root: str) -> str:
    """What tells the paths of several roots apart: the root, seen from here."""
    relative = os.path.relpath(root)
    return "" if relative == "." else f"{relative}/"


def _is_unmigrated(report: Report) -> bool:
    return bool(report.problems) or any(outcome.status != "ignored" for outcome in report.outcomes)


def _has_rest(report: Report) -> bool:
    """Whether something stays behind that this run does not rewrite."""
    left = (outcome for outcome in report.outcomes if outcome.status != "ignored" and not outcome.written)
    return bool(report.problems) or any(left)


def _show_findings(runs: Sequence[Run], output: Output) -> None:
    if output.style == "json":
        from migrator.report.json import document

        emit(document([(report, prefix) for _, report, prefix in runs]))
        return
    from migrator.report.text import findings

    color = wants_color(output.color, sys.stdout)
    for discovery, report, prefix in runs:
        files = dict(discovery.candidates)
        emit(findings(report.outcomes, report.problems, files, prefix=prefix, brief=output.quiet, color=color))


def _show_patch(runs: Sequence[Run], output: Output) -> None:
    from migrator.report.diff import colored, patch
    from migrator.report.redact import redact
    from migrator.report.text import findings

    color = wants_color(output.color, sys.stderr)
    for discovery, report, prefix in runs:
        content = patch(report.changes, prefix)
        emit(colored(content) if wants_color(output.color, sys.stdout) else content)
        rest = [outcome for outcome in report.outcomes if not outcome.written and outcome.status != "ignored"]
        told = findings(rest, report.problems, dict(discovery.candidates), prefix=prefix, color=color)
        if told and not output.quiet:
            say(told.removesuffix("\n"))
        text = content.decode("utf-8", "replace")
        if redact(text) != text:
            say("note: the patch holds a token in the clear: do not publish it, and revoke the token")


def _close(
    command: str, searches: Sequence[Search], runs: Sequence[Run], output: Output, *, work_left: bool = False
) -> int:
    """Say on the last line what happened, and turn it into an exit status."""
    searched = sum(found.searched for found in searches)
    say(summary(command, searched, [report for _, report, _ in runs]))
    return output.status(work_left=work_left)


def guarded(action: Action, color: str = "auto") -> int:
    """Run a command: the one place where an error becomes a message and an exit status."""
    try:
        return action()
    except MigratorError as error:
        _complain(error.message, error.hint, color)
        return error.exit_status
    except KeyboardInterrupt:
        _complain("interrupted", None, color)
        return INTERRUPTED
    except OSError as error:  # files and git have their own answers; what is left is the output
        _complain(f"the output cannot be written ({error.strerror})", None, color)
        return MigratorError.exit_status
    except Exception as error:
        if os.environ.get("MIGRATOR_DEBUG"):
            raise
        what = f"{type(error).__name__}: {error}".splitlines()[0]
        _complain(f"this is a defect of migrator ({what})", "run again with MIGRATOR_DEBUG=1 and report it", color)
        return DEFECT


def _complain(message: str, hint: str | None, color: str) -> None:
    say(paint("error:", "red", "bold", on=wants_color(color, sys.stderr)) + " " + message)
    if hint:
        say(f"next: {hint}")
