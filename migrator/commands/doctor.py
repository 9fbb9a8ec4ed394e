"""`doctor`: what CircleCI itself knows, against what the migration needs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from migrator.commands.flow import discovered, searched
from migrator.errors import AuthError
from migrator.report.console import emit, say, wants_color

if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrator.commands.access import Access
    from migrator.commands.output import Output


def doctor(paths: Sequence[str], output: Output, access: Access) -> int:
    """Ask CircleCI about every project that calls start. The exit status is 1 for a problem, 3 for the token."""
    from migrator import settings
    from migrator.live.doctor import examine
    from migrator.live.planned import planned
    from migrator.report.doctor import document, text, totals

    searches = searched(paths, output)
    roots = [(discovery, settings.load(discovery.root)) for discovery in discovered(searches, None)]
    with access.client() as client:
        findings = list(examine(client, planned(roots)))
        host = client.host.origin
    if output.style == "json":
        emit(document(findings, host))
    else:
        emit(text(findings, brief=output.quiet, color=wants_color(output.color, sys.stdout)))
    say(totals(findings))
    problems = [found for found in findings if found.state == "problem"]
    if any(found.check == "token" for found in problems):
        return AuthError.exit_status
    return output.status(work_left=bool(problems))
