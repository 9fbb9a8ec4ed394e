"""The last line on stderr: what was searched, what was found, and what became of it. Imports nothing heavy."""

from __future__ import annotations

TYPE_CHECKING = False  # typing itself would take longer to import than git to search
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from migrator.model import Outcome, Report

# How each command speaks of a call that it would rewrite, did rewrite, or could rewrite.
REWRITTEN = {"apply": "rewritten", "diff": "would be rewritten", "check": "can be rewritten"}


def counted(number: int, thing: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def summary(command: str, searched: int, reports: Sequence[Report] = ()) -> str:
    """The line for a command (`apply`, `diff` or `check`) that searched so many files."""
    outcomes = [outcome for report in reports if not report.elsewhere for outcome in report.outcomes]
    problems = sum(len(report.problems) for report in reports)
    line = f"{counted(searched, 'file')} searched, {counted(len(outcomes), 'call')} found"
    parts = ", ".join(_parts(command, outcomes))
    line += f": {parts}" if parts else ""
    line += f"; {counted(problems, 'file')} could not be read" if problems else ""
    line += _elsewhere([outcome for report in reports if report.elsewhere for outcome in report.outcomes])
    said = [problem.note.code for report in reports for problem in report.remarks]
    if stale := said.count("stale-baseline"):
        line += f"; {stale} in the baseline {'is' if stale == 1 else 'are'} gone"
    if idle := said.count("unused-ignore"):
        line += f"; {counted(idle, 'comment')} {'hides' if idle == 1 else 'hide'} nothing"
    if shown := said.count("shown-call"):
        line += f"; {counted(shown, 'call')} only shown"
    return line


def _elsewhere(outcomes: Sequence[Outcome]) -> str:
    """The calls of other repositories that were planned for: the configs have, or would get, what they need."""
    if not outcomes:
        return ""
    planned = sum(outcome.written for outcome in outcomes)
    rest = f", {len(outcomes) - planned} left out" if planned < len(outcomes) else ""
    return f"; {counted(len(outcomes), 'call')} from elsewhere: {planned} planned for{rest}"


def _parts(command: str, outcomes: Sequence[Outcome]) -> Iterable[str]:
    kinds = [_kind(command, outcome) for outcome in outcomes]
    if rewritten := kinds.count("rewritten"):
        yield f"{rewritten} {REWRITTEN[command]}"
    if held := kinds.count("safe"):
        yield f"{held} held back"
    if waiting := kinds.count("waiting"):
        yield f"{waiting} {'waits for its' if waiting == 1 else 'wait for their'} config"
    if unsafe := kinds.count("unsafe"):
        yield f"{unsafe} {_need(unsafe)} --unsafe"
    if manual := kinds.count("manual"):
        yield f"{manual} {_need(manual)} a person"
    if ignored := kinds.count("ignored"):
        yield f"{ignored} ignored"


def _need(number: int) -> str:
    return "needs" if number == 1 else "need"


def _kind(command: str, outcome: Outcome) -> str:
    """What became of a call: `check` writes nothing, so there what is safe counts as what can be rewritten."""
    if outcome.written or (command == "check" and outcome.status == "safe"):
        return "rewritten"
    # With `--only callers` it is not --unsafe that such a call needs.
    return "waiting" if any(note.code == "config-not-ready" for note in outcome.notes) else outcome.status
