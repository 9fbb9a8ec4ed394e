"""Where CircleCI is: the Cloud, or a Server installation, told by `--host` or CIRCLE_HOST."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, quote, urlsplit

from migrator.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE = "CIRCLE_HOST"
_CLOUD = "circleci.com"
_CLOUD_NAMES = frozenset({_CLOUD, f"app.{_CLOUD}", f"www.{_CLOUD}", f"api.{_CLOUD}"})


@dataclass(frozen=True, slots=True)
class Host:
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


def read_host(option: str | None, environ: Mapping[str, str]) -> Host:
    """The host of the option, or of the environment, or the Cloud: a name or a full URL. Raises UsageError."""
    for given, origin in ((option, "--host"), (environ.get(VARIABLE), VARIABLE)):
        if given is not None and given.strip():
            return _host(given.strip(), origin)
    return Host(f"https://{_CLOUD}")


def _host(given: str, origin: str) -> Host:
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
        return Host(f"https://{_CLOUD}")
    shown = f"[{name}]" if ":" in name else name
    return Host(f"{parts.scheme}://{shown}" + (f":{port}" if port is not None else ""))


def _is_name(name: str) -> bool:
    return name.isascii() and name.isprintable() and not set(name) & set(" \"'<>\\^`{|}%")


def _is_loopback(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
