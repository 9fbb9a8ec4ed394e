"""How the commands that speak to CircleCI come by a client, and by the pipeline definitions that settings leave out."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from migrator.errors import MigratorError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrator.live.client import Client
    from migrator.repository.discovery import Discovery
    from migrator.settings import Settings


@dataclass(frozen=True, slots=True)
class Access:
    """The options `--host` and `--token-file`; the environment speaks where one is None."""

    host: str | None = None
    token_file: str | None = None

    def client(self) -> Client:
        """A client, to be closed. Raises UsageError when there is no host or no token in what was given."""
        from migrator.live.client import Client
        from migrator.live.host import read_host, read_token

        host = read_host(self.host, os.environ)
        return Client(host, read_token(self.token_file, os.environ, sys.stdin.readline))

    def compiling(self) -> Client:
        """The same, without a token where none was given: on Cloud the compiler answers all (CircleCI CLI, 2026)."""
        from migrator.live.client import Client
        from migrator.live.host import NoToken, has_token, read_host

        host = read_host(self.host, os.environ)
        is_open = host.is_cloud and not has_token(self.token_file, os.environ)
        return Client(host, NoToken()) if is_open else self.client()


_HINT = "give it with --definition-id or the setting definition_id, or set CIRCLE_TOKEN so that it can be looked up"


def defined(roots: Sequence[tuple[Discovery, Settings]], given: object = None) -> list[Settings]:
    """The settings, each with the definition of its repository's project. Raises UsageError, AuthError and ApiError.

    `given` is what the command line says, which can only be meant for one repository.
    """
    if given is not None and len(roots) > 1:
        message = "--definition-id is of one project, and these are several repositories"
        raise UsageError(message, hint="set definition_id in the settings of each")
    open_ones = [settings for _, settings in roots if _is_open(settings)]
    if not open_ones:
        return [settings for _, settings in roots]
    try:
        client = Access().client()
    except UsageError as error:
        raise UsageError("pipeline-run needs the id of a pipeline definition", hint=_HINT) from error
    with client:
        return [_looked_up(client, *root) if _is_open(root[1]) else root[1] for root in roots]


def _is_open(settings: Settings) -> bool:
    return settings.endpoint == "pipeline-run" and settings.definition_id is None


def _looked_up(client: Client, discovery: Discovery, settings: Settings) -> Settings:
    from migrator.live.trigger import definition_of
    from migrator.repository.remotes import spelled_slugs

    if not discovery.slugs:
        raise UsageError(f"which project {discovery.root} is cannot be told, nor its pipeline definition", hint=_HINT)
    spelled = {slug.lower(): slug for slug in spelled_slugs(str(discovery.root))}
    slug = spelled.get(discovery.slugs[0], discovery.slugs[0])
    try:
        found = definition_of(client, slug)
    except MigratorError as error:
        error.hint = f"{error.hint}; or {_HINT}" if error.hint else _HINT
        raise
    if found is None:
        raise UsageError(f"CircleCI knows of no pipeline definition for {slug}", hint="keep --endpoint pipeline")
    return replace(settings, definition_id=found)
