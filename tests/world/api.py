"""The front door of the fake CircleCI: records each request, applies the switches, hands over to v1 or v2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.world import api_v1, api_v2
from tests.world.exchange import Recorded, Reply, fault, message

if TYPE_CHECKING:
    from tests.world.exchange import Request
    from tests.world.service import Service

_FAILURES = {
    401: message(401, "You must log in first."),
    404: message(404, "Project not found"),
}


def answer(service: Service, request: Request) -> Reply:
    """The reply to a request, which is recorded with its body as the endpoint read it."""
    try:
        decoded, reply = _answer(service, request)
    except Exception as fault:  # noqa: BLE001 - raised again in the thread that waits
        service.scheduler.fail(fault)
        decoded, reply = None, message(500, "Internal server error")
    service.requests.append(Recorded(request, decoded, reply))
    return reply


def _answer(service: Service, request: Request) -> tuple[object, Reply]:
    failing = service.switches.failing
    if failing is not None:
        return None, _FAILURES.get(failing, fault(failing))
    match request.segments:
        case ("api", "v1.1", "project", provider, organization, repository, *rest):
            return api_v1.answer(service, request, (provider, organization, repository), tuple(rest))
        case ("api", "v1", "project", organization, repository, *rest):
            return api_v1.answer(service, request, ("github", organization, repository), tuple(rest))
        case ("api", "v2", *rest):
            return api_v2.answer(service, request, tuple(rest))
        case _:
            return None, message(404, "Not found")
