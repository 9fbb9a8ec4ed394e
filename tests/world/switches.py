"""How the fake CircleCI behaves where the documentation leaves it open, and the faults a test can ask for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class BadParameters(StrEnum):
    """What v2 does with undeclared parameters and wrong types; reports differ."""

    ERRORED = "errored"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Switches:
    """The state of the service.

    `removed`: the v1/v1.1 trigger endpoints answer 410, as from 1 February 2027. `failing`: every request is answered
    with this status (401, 404, 429, 500). `bad_parameters`: an errored pipeline behind a 201, or an error reply.
    `query_parameters`: v1.1 reads `build_parameters[…]` and other fields from the query string (not documented).
    `unknown_keys_refused`: `/pipeline` refuses body keys it does not know, which is documented for `/pipeline/run`
    only. `v1_status`, `skip_status`: the status of a v1/v1.1 trigger and of a skipped pipeline (neither documented).
    `page_size`: how many jobs of a workflow v2 lists on one page; 0 for all of them.
    `empty_value`: what an empty pipeline value reads in `environment:`, nothing or `<nil>` (not documented either).
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
