"""What CircleCI refuses in a config as it is: nothing can be proved about one that no pipeline comes from."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from migrator.circleci.compiler import CompileError, EventKind, UnknownError, compile_pipeline
from migrator.circleci.runs.events import on_branch
from migrator.circleci.runs.v1_run import run_v1

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from migrator.circleci.runs.config import ConfigView


def config_fault(config: ConfigView, jobs: Iterable[str] = ()) -> str | None:
    """The error that CircleCI gives for every push, or for one of `jobs`, in one line; None where there is none.

    A config without workflows may serve calls alone: that a push finds no job `build` in it says nothing.
    """
    if config.workflows and (found := _fault(partial(compile_pipeline, config.data, on_branch(EventKind.PUSH)))):
        return found
    return next(filter(None, (_fault(partial(run_v1, config.data, job, {})) for job in jobs)), None)


def _fault(compiled: Callable[[], object]) -> str | None:
    try:
        compiled()
    except CompileError as error:
        return ": ".join(line.strip().rstrip(":.") for line in error.message.splitlines() if line.strip())
    except UnknownError:
        return None
    return None
