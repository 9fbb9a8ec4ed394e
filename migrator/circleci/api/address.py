"""What keeps an address from reaching CircleCI, whatever stands behind it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from migrator.model import Objection
from migrator.syntax.text.templates import Marked

if TYPE_CHECKING:
    from migrator.syntax.request import HttpRequest

_PLAIN = re.compile(
    r"(?:http:/*)?(?:[^/?#@:]*(?::[^/?#@]*)?@)?(?:[\w-]+\.)*circleci\.com(?::80)?(?![\w.:-])", re.IGNORECASE
)


_HOST = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:/*)?(?:[^/?#@]*@)?(?P<host>[\w.-]+)(?::\d+)?/")


def host_of(request: HttpRequest) -> str:
    """The host that the request goes to, in small letters; empty where only the run shows it."""
    found = _HOST.match(Marked.of(request.urls[0]).text) if len(request.urls) == 1 else None
    return found["host"].lower() if found else ""


def plain_http(request: HttpRequest) -> Objection | None:
    """The request goes to CircleCI's Cloud without TLS, where a POST starts nothing.

    A Server may be reached in that way. curl and wget take an address without a scheme for `http://` (their manuals).
    """
    if not any(_PLAIN.match(Marked.of(url).text) for url in request.urls):
        return None
    if request.follows:
        return Objection("it goes to CircleCI by plain http, and a redirect makes a GET of most POSTs", sure=False)
    return Objection("it goes to CircleCI by plain http, which is redirected at best, and it follows no redirect")
