"""The endpoints that CircleCI removes, when, and how near that is.

Source: CircleCI changelog, "Deprecation of v1 and v1.1 trigger and rerun APIs, February 1, 2027".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from migrator.model import Endpoint


@dataclass(frozen=True, slots=True)
class Removal:
    """One endpoint: `path` as CircleCI writes it, what replaces it in v2, the rule about it, and the day of its end."""

    method: str
    path: str
    endpoint: Endpoint
    code: str
    replacement: str
    day: date


class Urgency(StrEnum):
    """How much a call that is left matters on a day. The values are SARIF's levels."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


REMOVAL_DAY = date(2027, 2, 1)
"""The day from which the endpoints answer 410 Gone."""

WARNING_DAYS, ERROR_DAYS = 180, 30
"""From how many days before the removal on a call that is left is a warning, and an error."""

_PIPELINE = "/api/v2/project/:project-slug/pipeline"
_RERUN = "/api/v2/workflow/:id/rerun"
_KINDS = (
    ("/", Endpoint.JOB, "v1-job", _PIPELINE),
    ("/tree/:branch", Endpoint.JOB, "v1-job", _PIPELINE),
    ("/build", Endpoint.PIPELINE, "v1-pipeline", _PIPELINE),
    ("/:build_num/retry", Endpoint.RETRY, "v1-retry", _RERUN),
    ("/:build_num/ssh", Endpoint.SSH, "v1-ssh", _RERUN),
)
_BASES = ("/api/v1.1/project/:vcs-type/:username/:project", "/api/v1/project/:username/:project")

REMOVALS = tuple(
    Removal("POST", base + path, endpoint, code, replacement, REMOVAL_DAY)
    for base in _BASES
    for path, endpoint, code, replacement in _KINDS
)
"""All ten of them."""


def code_of(endpoint: Endpoint) -> str:
    """The code of the rule about calls of an endpoint."""
    return next(removal.code for removal in REMOVALS if removal.endpoint is endpoint)


def days_left(today: date) -> int:
    """Days from `today` until the removal; 0 on the day itself, negative afterwards."""
    return (REMOVAL_DAY - today).days


def urgency(today: date) -> Urgency:
    """How much a call that is left matters on a day: more, the nearer the removal."""
    days = days_left(today)
    if days <= ERROR_DAYS:
        return Urgency.ERROR
    return Urgency.WARNING if days <= WARNING_DAYS else Urgency.NOTE
