"""Variables that a run hands over where it is known that they do not arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.circleci.runs.difference import Difference
from migrator.circleci.runs.observed import observe
from migrator.circleci.runs.shells import run_doubt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from migrator.circleci.compiler import JobRun


def unseen_variables(runs: Iterable[JobRun]) -> Iterator[Difference]:
    """The runs with variables that go through `$BASH_ENV` and a shell that does not read it.

    An image that nothing is known about is taken at its word here: whoever migrated the call has been told.
    """
    for run in runs:
        names, doubt = sorted(observe(run).exported), run_doubt(run)
        if names and doubt is not None and doubt.sure:
            what = f"{', '.join(names)} reaches job {run.name} through $BASH_ENV, which only bash reads"
            yield Difference(f"{what}, and {doubt.reason}", sure=False)
