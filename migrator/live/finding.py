"""What `doctor` finds: one answer to one question, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How an answer is: a `problem` keeps the migration from working, a `warning` may."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer. `check` is a stable name, `project` a slug or empty, `next` what to do, empty for nothing."""

    check: str
    project: str
    state: State
    message: str
    next: str = ""
