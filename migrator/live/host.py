"""Where CircleCI is, the Cloud or a Server installation, and the API token: sent in a header, shown nowhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, quote, urlsplit

from migrator.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


VARIABLES = ("CIRCLE_TOKEN", "CIRCLECI_TOKEN")
"""The environment variables that may hold a token; the first one that is set counts."""

_MAKE = "make a personal token at https://app.circleci.com/settings/user/tokens"
_LONGEST = 4096


class ApiToken:
    """A token and the place it came from. Whatever prints it prints `***`."""

    __slots__ = ("_text", "origin")

    def __init__(self, text: str, origin: str) -> None:
        """Raises UsageError when the text cannot be a token: it would break the header, or be sent in vain."""
        self._text = text.strip()
        self.origin = origin
        if not self._text:
            raise UsageError(f"there is no token in {origin}", hint=_MAKE)
        if not re.fullmatch(r"[\x21-\x7e]+", self._text) or len(self._text) > _LONGEST:
            raise UsageError(f"what is in {origin} is no token: a token is one word", hint=_MAKE)

    def header(self, path: str) -> tuple[str, str]:
        """The header that shows it; v3 knows only the second form (CircleCI docs: API v2 and v3, authentication)."""
        return (
            ("Authorization", f"Bearer {self._text}") if path.startswith("/api/v3/") else ("Circle-Token", self._text)
        )

    def hide(self, text: str) -> str:
        """The text with `***` in place of the token."""
        return text.replace(self._text, "***")

    def __repr__(self) -> str:
        """No token."""
        return f"Token(***, {self.origin!r})"


class NoToken:
    """What stands for a token where none is shown: requests go without any header for one."""

    __slots__ = ()
    origin = ""

    def header(self, path: str) -> None:
        """No header."""

    def hide(self, text: str) -> str:
        """The text: there is nothing to hide."""
        return text


def has_token(token_file: str | None, environ: Mapping[str, str]) -> bool:
    """Whether a token was given, on the command line or in the environment."""
    return token_file is not None or any(environ.get(name, "").strip() for name in VARIABLES)


def read_token(token_file: str | None, environ: Mapping[str, str], read_stdin: Callable[[], str]) -> ApiToken:
    """The token of `--token-file` (`-` is stdin), or else of the environment. Raises UsageError."""
    if token_file == "-":  # noqa: S105 - the name for stdin
        return ApiToken(read_stdin(), "stdin")
    if token_file is not None:
        return ApiToken(_read(token_file), token_file)
    for name in VARIABLES:
        if environ.get(name, "").strip():
            return ApiToken(environ[name], name)
    raise UsageError(
        "this needs a CircleCI API token, and there is none",
        hint=f"set {VARIABLES[0]}, or name a file with --token-file; {_MAKE}",
    )


def _read(path: str) -> str:
    try:
        with Path(path).open(encoding="utf-8") as file:
            return file.read(_LONGEST * 2)
    except OSError as error:
        raise UsageError(f"the token file {path} cannot be read ({error.strerror})", hint="check the path") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"what is in {path} is no token: it is not text", hint=_MAKE) from error


VARIABLE = "CIRCLE_HOST"
_CLOUD = "circleci.com"
_CLOUD_NAMES = frozenset({_CLOUD, f"app.{_CLOUD}", f"www.{_CLOUD}", f"api.{_CLOUD}"})


@dataclass(frozen=True, slots=True)
class CircleciHost:
    """One CircleCI: scheme, name and port of its API, e.g. `https://circleci.com`."""

    origin: str

    @property
    def is_cloud(self) -> bool:
        """Whether this is circleci.com; everything else is a Server, which has no v3 (docs: api-intro)."""
        return self.origin == f"https://{_CLOUD}"

    def pipeline(self, slug: str, number: int) -> str:
        """The web page of a pipeline (docs: pipelines; on Server the app has the host's own name)."""
        app = f"https://app.{_CLOUD}" if self.is_cloud else self.origin
        return f"{app}/pipelines/{quote(slug, safe='/')}/{number}"

    def workflow(self, slug: str, number: int, workflow: str) -> str:
        """The web page of one workflow of a pipeline; `workflow` is its id."""
        return f"{self.pipeline(slug, number)}/workflows/{quote(workflow, safe='')}"


def read_host(option: str | None, environ: Mapping[str, str]) -> CircleciHost:
    """The host of the option, or of the environment, or the Cloud: a name or a full URL. Raises UsageError."""
    for given, origin in ((option, "--host"), (environ.get(VARIABLE), VARIABLE)):
        if given is not None and given.strip():
            return _host(given.strip(), origin)
    return CircleciHost(f"https://{_CLOUD}")


def _host(given: str, origin: str) -> CircleciHost:
    try:
        parts = urlsplit(given if "://" in given else f"https://{given}")
        name, port = parts.hostname, parts.port
    except ValueError:
        parts, name, port = SplitResult("", "", "", "", ""), None, None
    hint = "give a name such as ci.example.com, or a URL such as https://ci.example.com"
    if parts.username is not None or parts.password is not None:
        raise UsageError(f"{origin} holds a user name; a token does not belong there", hint=hint)
    extra = parts.path.strip("/") or parts.query or parts.fragment
    if not name or extra or parts.scheme not in {"https", "http"} or not _is_name(name):
        raise UsageError(f"{origin} is no host", hint=hint)
    if parts.scheme == "http" and not _is_loopback(name):
        raise UsageError(
            f"{origin} would send the token unencrypted to {name}", hint="use https; http is for this machine only"
        )
    if name in _CLOUD_NAMES and parts.scheme == "https" and port in {None, 443}:
        return CircleciHost(f"https://{_CLOUD}")
    shown = f"[{name}]" if ":" in name else name
    return CircleciHost(f"{parts.scheme}://{shown}" + (f":{port}" if port is not None else ""))


def _is_name(name: str) -> bool:
    return name.isascii() and name.isprintable() and not set(name) & set(" \"'<>\\^`{|}%")


def _is_loopback(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
