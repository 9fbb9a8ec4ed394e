"""Variables that reach the steps of a job through `$BASH_ENV`, which only bash reads.

CircleCI docs: set-environment-variable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.circleci.runs.difference import Difference, step_text
from migrator.circleci.runs.shells import is_bash

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.circleci.compiler import Step
    from migrator.circleci.runs.observed import Observed


def writes_bash_env(step: Step | None) -> bool:
    """Whether a step sets variables for later ones, in a way that only running it would show."""
    return step is not None and "BASH_ENV" in str(step.settings.get("command", ""))


def unseen_exports(old: Observed, new: Observed) -> Iterator[Difference]:
    """The steps that do not see what the new run exports and the old one simply had."""
    names = sorted(new.exported - old.exported)
    if not names:
        return
    for step in new.steps:
        shell = step.settings.get("shell") or new.settings.get("shell")
        if step.kind == "run" and isinstance(shell, str) and not is_bash(shell):
            what = (
                f"{', '.join(names)} reaches steps through $BASH_ENV, which {step_text(step)} in {shell} does not read"
            )
            yield Difference(what, sure=False)
