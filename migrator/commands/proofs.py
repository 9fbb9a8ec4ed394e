"""`verify`: what a migration keeps, call by call."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from migrator.commands.flow import discovered, is_clean, prefix, searched
from migrator.errors import ProofError
from migrator.report.console import emit, say, wants_color

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from migrator.commands.access import Access
    from migrator.commands.others import Others
    from migrator.commands.output import Output
    from migrator.repository.discovery import Discovery
    from migrator.repository.search import Search
    from migrator.settings import Settings
    from migrator.verifying.result import Verification


def verify(
    paths: Sequence[str],
    output: Output,
    against: str | None = None,
    live: Access | None = None,
    overrides: Mapping[str, object] | None = None,
    others: Others | None = None,
) -> int:
    """Prove what a migration keeps: a planned one, one that was made, or the one since a git revision.

    With `live`, CircleCI's own compiler is asked too.
    """
    searches = searched(paths, output, others)
    is_idle = against is None and is_clean(searches) and (others is None or others.callers is None)
    roots = [] if is_idle else _roots(searches, overrides or {}, others)
    found = [] if is_idle else _verified(searches, roots, against, others)
    if live is not None and found:
        found = _asked(roots, found, live)
    _show(found, output)
    from migrator.report.proofs import totals

    say(totals(sum(search.searched for search in searches), [verification for verification, _ in found]))
    worst = {verification.worst() for verification, _ in found}
    return ProofError.exit_status if "differs" in worst else output.status(work_left="unknown" in worst)


def _roots(
    searches: Sequence[Search], overrides: Mapping[str, object], others: Others | None
) -> list[tuple[Discovery, Settings]]:
    from migrator import settings
    from migrator.commands.access import defined

    roots = [(discovery, settings.load(discovery.root, overrides)) for discovery in discovered(searches, others)]
    chosen = defined(roots, overrides.get("definition_id"))
    return [(discovery, options) for (discovery, _), options in zip(roots, chosen, strict=True)]


def _verified(
    searches: Sequence[Search],
    roots: Sequence[tuple[Discovery, Settings]],
    against: str | None,
    others: Others | None,
) -> list[tuple[Verification, str]]:
    from migrator.repository.discovery import discover_at
    from migrator.verifying.verify import verify_all_against, verify_together

    prefixes = [prefix(one.root, searches) for one in searches]
    if against is None:
        proved = verify_together(roots, others.callers if others is not None else None)
        prefixes += (f"{verification.root}:" for verification in proved[len(roots) :])
        return list(zip(proved, prefixes, strict=True))
    before = [
        replace(discover_at(one.scope, against), slugs=discovery.slugs)
        for one, (discovery, _) in zip(searches, roots, strict=True)
    ]
    compared = verify_all_against([(old, *root) for old, root in zip(before, roots, strict=True)])
    return list(zip(compared, prefixes, strict=True))


def _asked(
    roots: Sequence[tuple[Discovery, Settings]], found: Sequence[tuple[Verification, str]], live: Access
) -> list[tuple[Verification, str]]:
    """What was found, with what CircleCI's compiler says about the same repositories."""
    from migrator.live.verify import ask_compiler

    with live.compiling() as client:
        proofs = ask_compiler(client, roots)
    asked = [
        (replace(verification, ordinary=(*verification.ordinary, *more)), before)
        for (verification, before), more in zip(found, proofs, strict=False)
    ]
    return [*asked, *found[len(asked) :]]


def _show(found: Sequence[tuple[Verification, str]], output: Output) -> None:
    if output.style == "json":
        from migrator.report.proofs import document

        emit(document(found))
        return
    from migrator.report.proofs import table

    color = wants_color(output.color, sys.stdout)
    for verification, before in found:
        emit(table(verification, prefix=before, brief=output.quiet, full=output.verbose, color=color))
