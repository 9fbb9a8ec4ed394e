"""What keeps a variable that a generated step exports from those whom v1.1 gave it to.

Bash reads the file that BASH_ENV names when it starts, unless it is interactive, in POSIX mode or privileged (bash
manual: startup files), and what stands there wins over the step's own environment.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from migrator.circleci.compiler import CompileError, UnknownError
from migrator.circleci.runs.observed import step_text
from migrator.circleci.runs.shells import Doubt, shell_doubts
from migrator.circleci.runs.templates import each_step
from migrator.circleci.runs.v1_run import image_environment, run_v1

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from migrator.circleci.compiler import JobRun, Step
    from migrator.circleci.runs.config import ConfigView


def export_doubt(config: ConfigView, job: str, names: Collection[str]) -> Doubt | None:
    """What speaks against exporting variables of these names in a job of the config, started by name."""
    run = started_alone(config, job)
    return run_doubt(run, names) if run is not None and not isinstance(run, Doubt) else run


def started_alone(config: ConfigView, job: str) -> JobRun | Doubt | None:
    """What v1.1 runs for a job; a doubt where that is not known, and None where CircleCI refuses the config."""
    try:
        return run_v1(config.data, job, {})
    except CompileError:
        return None
    except UnknownError as error:
        return Doubt(error.message, sure=False)


def run_doubt(run: JobRun, names: Collection[str]) -> Doubt | None:
    """The gravest of what speaks against exporting the variables in a run."""
    doubts = (*shell_doubts(run), *_file_doubts(run), *_shadowing(run, names))
    return min(doubts, key=lambda doubt: (not doubt.fails, not doubt.sure), default=None)


# In a redirection only the shell's own `~` and `$` count; in the value of BASH_ENV bash expands them when it starts.
_EXPANDED = re.compile(r"^\s*$|^~|[$`]")
# A later step that starts the file anew. `>>` and `tee -a` add to it.
_OVERWRITES = re.compile(
    r"(?<![>&])>\|?\s*[\"']?\$\{?BASH_ENV\b|\btee\s+(?!-a|--append)[^\n;|&]*\$\{?BASH_ENV\b"
    r"|\b(?:rm|mv|cp|ln|truncate)\s[^\n;|&]*\$\{?BASH_ENV\b"
)


def _file_doubts(run: JobRun) -> Iterator[Doubt]:
    path = {**image_environment(run), **run.environment}.get("BASH_ENV")
    if path is not None:
        fails = _EXPANDED.search(path) is not None
        what = f"the config sets its BASH_ENV to `{path}`"
        which = "bash expands when it starts and a step cannot write to" if fails else "a step may not be able to write"
        yield Doubt(f"{what}, which {which}", sure=fails, fails=fails)
    for step in each_step(run.steps):
        if "BASH_ENV" in _environment(step):
            yield Doubt(f"{step_text(step)} has a BASH_ENV of its own")
        if _OVERWRITES.search(str(step.settings.get("command", ""))):
            yield Doubt(f"{step_text(step)} overwrites that file")


def _shadowing(run: JobRun, names: Collection[str]) -> Iterator[Doubt]:
    for step in each_step(run.steps):
        own = sorted(_environment(step).keys() & set(names))
        if own:
            yield Doubt(f"{step_text(step)} sets {', '.join(own)} in an environment of its own, which loses there")


def _environment(step: Step) -> Mapping[str, object]:
    environment = step.settings.get("environment")
    return environment if isinstance(environment, dict) else {}
