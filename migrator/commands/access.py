"""How the commands that speak to CircleCI come by a client: host, token, environment."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migrator.live.client import Client


@dataclass(frozen=True, slots=True)
class Access:
    """The options `--host` and `--token-file`; the environment speaks where one is None."""

    host: str | None = None
    token_file: str | None = None

    def client(self) -> Client:
        """A client, to be closed. Raises UsageError when there is no host or no token in what was given."""
        from migrator.live.client import Client
        from migrator.live.host import read_host
        from migrator.live.token import read_token

        host = read_host(self.host, os.environ)
        return Client(host, read_token(self.token_file, os.environ, sys.stdin.readline))
