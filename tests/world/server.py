"""The TLS server on loopback that speaks HTTP for the fake CircleCI."""

from __future__ import annotations

import json
import ssl
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

from tests.world import edn
from tests.world.exchange import Reply, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path


@contextmanager
def serving(answer: Callable[[Request], Reply], hosts: Sequence[str], authority: Path) -> Iterator[int]:
    """Serve `answer` as all of `hosts` on a free loopback port, which is yielded; `authority` gets the CA in PEM."""
    server = _Server(answer, _context(hosts, authority))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _context(hosts: Sequence[str], authority: Path) -> ssl.SSLContext:
    import trustme

    issuer = trustme.CA()
    issuer.cert_pem.write_to_path(str(authority))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issuer.issue_cert(*hosts).configure_cert(context)
    return context


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, answer: Callable[[Request], Reply], context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent: a client that does not trust the certificate, or hangs up, is that client's error."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 10

    def _exchange(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        request = Request.of(self.command, self.path, dict(self.headers.items()), body)
        reply = self.server.answer(request)
        payload, media_type = _payload(request, reply)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(payload)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _exchange  # noqa: N815 - the names http.server calls

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the signature of the base class
        """Write no log: the requests are recorded as data."""


def _payload(request: Request, reply: Reply) -> tuple[bytes, str]:
    """The body: v1 and v1.1 answer EDN unless JSON is asked for, everything else JSON."""
    edn_spoken = request.path.startswith(("/api/v1/", "/api/v1.1/"))
    if edn_spoken and "application/json" not in request.headers.get("accept", ""):
        return edn.dumps(reply.data).encode(), "application/edn;charset=utf-8"
    return json.dumps(reply.data).encode(), "application/json;charset=utf-8"
