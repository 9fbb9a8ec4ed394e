"""An offline compiler of CircleCI configs, as far as running jobs goes. Pure: plain data in, values out."""

from __future__ import annotations

from migrator.circleci.compiler.logic import Truth, evaluate_condition, workflow_may_run
from migrator.circleci.compiler.model import (
    CompileError,
    Event,
    EventKind,
    JobRun,
    Pipeline,
    Step,
    UnknownError,
    effective_environment,
)
from migrator.circleci.compiler.pipeline import compile_pipeline

__all__ = [
    "CompileError",
    "Event",
    "EventKind",
    "JobRun",
    "Pipeline",
    "Step",
    "Truth",
    "UnknownError",
    "compile_pipeline",
    "effective_environment",
    "evaluate_condition",
    "workflow_may_run",
]
