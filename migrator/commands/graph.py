"""`graph`: who triggers what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.commands.flow import discovered, prefix, searched
from migrator.report.console import emit, say
from migrator.report.summary import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrator.commands.others import Others
    from migrator.commands.output import Output


def graph(paths: Sequence[str], output: Output, others: Others | None = None) -> int:
    """Print the graph of all roots. What is started and does not exist counts as work that is left."""
    from migrator import settings
    from migrator.graph import draw
    from migrator.report.graph import render

    searches = searched(paths, output, others)
    roots = [(discovery, settings.load(discovery.root)) for discovery in discovered(searches, others)]
    drawn = draw(roots, [prefix(found.root, searches) for found in searches])
    emit(render(output.style, drawn))
    for problem in drawn.problems:
        say(f"note: {problem.path}:{problem.line}: {problem.note.message}")
    missing = sum(trigger.exists is False for trigger in drawn.triggers)
    into = {trigger.project for trigger in drawn.triggers}
    line = f"{counted(drawn.files_searched, 'file')} searched, {counted(len(drawn.triggers), 'call')} found"
    line += f" into {counted(len(into), 'project')}" if into else ""
    line += f", {missing} of them for what does not exist" if missing else ""
    say(line + (f"; {counted(len(drawn.cycles), 'cycle')}" if drawn.cycles else ""))
    return output.status(work_left=bool(missing or drawn.problems))
