"""A server on loopback that keeps what it is sent, and shells whose curl and wget reach it under any host name."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from tests.world.exchange import Request

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


@dataclass
class Loopback:
    """The server's port and what arrived, and a way to run shell text against it."""

    port: int
    home: Path
    sent: list[Request] = field(default_factory=list)

    def run(self, shell: str, text: str, environment: Mapping[str, str], path: str | None = None) -> list[Request]:
        """Run a script and return what it sent. Fails when the shell itself cannot read the script."""
        self.sent.clear()
        self.environment = {
            "PATH": path or os.environ["PATH"],
            "http_proxy": f"http://127.0.0.1:{self.port}",
            "LC_ALL": "C.UTF-8",
            **environment,
        }
        script = self.home / "script"
        script.write_bytes(text.encode())
        self.result = subprocess.run(
            [shell, str(script)], env=self.environment, cwd=self.home, capture_output=True, timeout=30, check=False
        )
        return list(self.sent)


@contextmanager
def serving(home: Path) -> Iterator[Loopback]:
    """A server that answers every request with 201 until the block ends."""
    loopback = Loopback(0, home)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _keep(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            loopback.sent.append(Request.of(self.command, self.path, dict(self.headers), body))
            self.send_response(201)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_GET = do_POST = do_PUT = do_HEAD = _keep  # noqa: N815 - the names that http.server wants

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    loopback.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield loopback
    finally:
        server.shutdown()
        server.server_close()


def tools(folder: Path, *names: str) -> str:
    """A PATH that has only the named programs."""
    folder.mkdir(exist_ok=True)
    for name in names:
        program = shutil.which(name)
        assert program is not None
        (folder / name).symlink_to(program)
    return str(folder)
