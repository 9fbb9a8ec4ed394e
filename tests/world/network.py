"""What lets programs inside the world reach the fake CircleCI, and nothing else: curl and wget settings, a proxy."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from select import select
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LIMIT = 15
"""Seconds after which a client inside the world gives up."""


def write_client_settings(home: Path, authority: Path, port: int, proxy: int) -> None:
    """Put a curlrc and a wgetrc into `home` that lead every host to the server on loopback and trust its CA."""
    curl = f'connect-to = "::127.0.0.1:{port}"\ncacert = "{authority}"\nnoproxy = "*"\nmax-time = {LIMIT}\n'
    (home / ".curlrc").write_text(curl)
    wget = f"use_proxy = on\nhttps_proxy = http://127.0.0.1:{proxy}/\nca_certificate = {authority}\n"
    (home / ".wgetrc").write_text(f"{wget}tries = 1\ntimeout = {LIMIT}\n")


def client_environment(authority: Path, proxy: int) -> dict[str, str]:
    """The same for programs that read environment variables (Python, Node, Ruby). curl's own settings win over it."""
    address = f"http://127.0.0.1:{proxy}"
    trusted = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
    proxied = ("https_proxy", "http_proxy", "HTTPS_PROXY")
    return {name: str(authority) for name in trusted} | dict.fromkeys(proxied, address)


@contextmanager
def tunnelling(port: int) -> Iterator[int]:
    """A proxy on loopback, whose port is yielded: CONNECT to any host reaches the server; all else is refused."""
    proxy = _Proxy(port)
    thread = Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield proxy.server_address[1]
    finally:
        proxy.shutdown()
        proxy.server_close()
        thread.join()


class _Proxy(ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Tunnel)
        self.port = port


class _Tunnel(StreamRequestHandler):
    server: _Proxy
    timeout = LIMIT
    rbufsize = 0

    def handle(self) -> None:
        """Answer one CONNECT and copy bytes both ways until one side ends."""
        if not self.rfile.readline().startswith(b"CONNECT "):
            self.wfile.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            return
        while self.rfile.readline().strip():
            pass
        with socket.create_connection(("127.0.0.1", self.server.port), LIMIT) as upstream:
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            _copy(self.connection, upstream)


def _copy(client: socket.socket, upstream: socket.socket) -> None:
    others = {client: upstream, upstream: client}
    while True:
        ready, _, _ = select([client, upstream], [], [], LIMIT)
        if not ready:
            return
        for end in ready:
            data = end.recv(65536)
            if not data:
                return
            others[end].sendall(data)
