"""A server on loopback that answers what a test tells it to, faults of the network included, and remembers requests."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from tests.world.exchange import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

RATE_LIMITS = {"RateLimit-Limit": "500", "RateLimit-Remaining": "0"}


@dataclass(frozen=True, slots=True)
class Play:
    """One answer. `raw` goes out as it is; `promised` is the length that is announced; `hang` waits for the end."""

    status: int = 200
    data: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    promised: int | None = None
    hang: bool = False

    def body(self) -> bytes:
        return json.dumps(self.data).encode() if self.raw is None else self.raw


def says(status: int, text: str, **headers: str) -> Play:
    """An error as v1.1 and v2 word it."""
    return Play(status, {"message": text}, {name.replace("_", "-"): value for name, value in headers.items()})


Routes = dict[str, "Play | list[Play] | Callable[[Request], Play]"]
"""What to answer, by `METHOD /path`: always the same, one after the other (the last one stays), or worked out."""


class Fake:
    """The server's memory: what to answer, and what was asked."""

    def __init__(self, routes: Routes) -> None:
        self.routes = routes
        self.requests: list[Request] = []
        self.over = Event()
        self.port = 0

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def asked(self) -> list[str]:
        return [f"{request.method} {request.path}" for request in self.requests]

    def sent(self, what: str) -> list[Any]:
        """The JSON bodies of the requests for `METHOD /path`."""
        return [json.loads(r.body) for r in self.requests if f"{r.method} {r.path}" == what]

    def queries(self, what: str) -> list[dict[str, str]]:
        return [dict(parse_qsl(r.query_string)) for r in self.requests if f"{r.method} {r.path}" == what]

    def play(self, request: Request) -> Play:
        self.requests.append(request)
        route = self.routes.get(f"{request.method} {request.path}", says(404, "Project not found"))
        if isinstance(route, Play):
            return route
        if callable(route):
            return route(request)
        return route.pop(0) if len(route) > 1 else route[0]


@contextmanager
def fake(routes: Routes) -> Iterator[Fake]:
    """Serve the routes on a free port until the end of the block."""
    known = Fake(routes)
    server = _Server(known)
    known.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield known
    finally:
        known.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, known: Fake) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.known = known

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is that client's business."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = 10

    def _exchange(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        play = self.server.known.play(Request.of(self.command, self.path, dict(self.headers.items()), body))
        if play.hang:
            self.server.known.over.wait(10)
            self.close_connection = True
            return
        payload = play.body()
        self.send_response(play.status)
        for name, value in {"Content-Type": "application/json;charset=utf-8", **play.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(payload) if play.promised is None else play.promised))
        self.end_headers()
        self.wfile.write(payload)
        self.close_connection = play.promised is not None

    do_GET = do_POST = _exchange  # noqa: N815 - the names http.server calls

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the signature of the base class
        """Write no log: the requests are recorded as data."""
