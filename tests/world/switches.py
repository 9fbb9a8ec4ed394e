"""How the fake CircleCI behaves where the documentation leaves it open, and the faults a test can ask for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.world.records import BuildStatus


class BadParameters(StrEnum):
    """What v2 does with undeclared parameters and wrong types; reports differ."""

    ERRORED = "errored"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Pace:
    """How states pass, in looks of a program at them (requests), so that no test depends on how fast it runs.

    `workflows`: so many looks at a pipeline find it pending and without workflows; `setup`: two more find a setup
    workflow alone. `queued`: so many looks at a workflow's jobs find none of them started. `running`: so many looks
    at a build find it running, after the one that finds it queued; the reply of v1 to a trigger is the first look.
    `ending`: how builds end that would run; they do nothing then. `unstarted`: they end so before they have a number.
    `hiccups`: what the first GETs below `/api/v2` are answered with.
    """

    workflows: int = 0
    setup: bool = False
    queued: int = 0
    running: int = 0
    ending: BuildStatus | None = None
    unstarted: bool = False
    hiccups: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Switches:
    """The state of the service.

    `removed`: the v1/v1.1 trigger endpoints answer 410, as from 1 February 2027. `failing`: every request is answered
    with this status (401, 404, 429, 500). `bad_parameters`: an errored pipeline behind a 201, or an error reply.
    `query_parameters`: v1.1 reads `build_parameters[…]` and other fields from the query string (not documented).
    `unknown_keys_refused`: `/pipeline` refuses body keys it does not know, which is documented for `/pipeline/run`
    only. `v1_status`, `skip_status`: the status of a v1/v1.1 trigger and of a skipped pipeline (neither documented).
    `page_size`: how many workflows of a pipeline, or jobs of a workflow, v2 lists on one page; 0 for all of them.
    `empty_value`: what an empty pipeline value reads in `environment:`, nothing or `<nil>` (not documented either).
    `pace`: how states pass; with None, everything is seen as it is at the moment.
    """

    removed: bool = False
    failing: int | None = None
    bad_parameters: BadParameters = BadParameters.ERRORED
    query_parameters: bool = True
    unknown_keys_refused: bool = True
    v1_status: int = 201
    skip_status: int = 200
    empty_value: str = ""
    page_size: int = 0
    pace: Pace | None = None
