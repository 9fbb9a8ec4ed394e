"""One HTTP client: timeouts, bounded retries, redirects that keep the token home, errors that say what happened."""

from __future__ import annotations

import json
import ssl
import time
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

import httpx

from migrator import __version__
from migrator.errors import ApiError, AuthError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from migrator.live.host import ApiToken, CircleciHost, NoToken


@dataclass(frozen=True, slots=True)
class Patience:
    """Tries of one request, the first pause between them, and the longest that the server may ask for, in seconds."""

    tries: int = 4
    first: float = 0.5
    longest: float = 60.0
    connect: float = 10.0
    read: float = 30.0
    whole: float = 90.0
    """Seconds for one answer, from the request to its last byte."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The time, replaced in tests: seconds that only grow, the date in seconds since 1970, and how to wait."""

    monotonic: Callable[[], float] = time.monotonic
    date: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    def looks(self, within: float, *, first: float = 1.0, longest: float = 10.0) -> Iterator[float]:
        """Now, and again after growing pauses while `within` seconds last; yields the seconds gone by."""
        started, pause = self.monotonic(), first
        while True:
            gone = self.monotonic() - started
            yield gone
            left = within - (self.monotonic() - started)
            if left <= 0:
                return
            self.sleep(min(pause, left))
            pause = min(pause * 1.5, longest)


def asked_for(headers: Mapping[str, str], now: float) -> float | None:
    """The seconds that an answer asks to wait: `Retry-After` as seconds or as a date, or the end of the rate limit."""
    text = headers.get("retry-after", "").strip()
    if text:
        return _seconds(text) if text.isascii() and text.isdigit() else _until(text, now)
    for name in ("ratelimit-reset", "x-ratelimit-reset"):
        reset = _seconds(headers.get(name, ""))
        if reset is not None:
            return max(reset - now, 0.0) if reset > now / 2 else reset  # some say when, some say in how long
    return None


def _seconds(text: str) -> float | None:
    text = text.strip()
    return float(text) if text.isascii() and text.isdigit() and len(text) < 15 else None


def _until(text: str, now: float) -> float | None:
    try:
        return max(parsedate_to_datetime(text).timestamp() - now, 0.0)
    except (ValueError, TypeError, OverflowError):
        return None


UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError)
"""Faults after which the request has certainly not been made."""

STARTED = "it may have been started all the same: look at the project's pipelines before you try again"


def may_pass(error: Exception, *, once: bool) -> bool:
    """Whether the same request may come through, and may be made again: `once`, only if it was not sent."""
    if _is_untrusted(error) or isinstance(error, httpx.ProxyError | httpx.UnsupportedProtocol | httpx.DecodingError):
        return False
    return not once or isinstance(error, UNSENT)


def is_passing(status: int, *, once: bool) -> bool:
    """Whether a status may pass; a failure of the server does not say whether it has started something."""
    return status == 429 or (status >= 500 and not once)


def _is_untrusted(error: BaseException | None) -> bool:
    seen = 0
    while error is not None and seen < 10:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error, seen = error.__cause__ or error.__context__, seen + 1
    return False


def told(error: Exception, origin: str) -> tuple[str, str]:
    """What happened, and what to do about it."""
    if _is_untrusted(error):
        return (
            f"the certificate of {origin} is not trusted ({plain(str(error))})",
            "name your CA's file in SSL_CERT_FILE; a proxy may stand in between",
        )
    match error:
        case httpx.TimeoutException():
            return f"no answer from {origin} in time", "check the network and the proxy, or try again later"
        case httpx.ProxyError():
            return "the proxy refuses to connect", "check HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY"
        case httpx.ConnectError():
            return f"{origin} cannot be reached ({plain(str(error))})", "check --host, the network and the proxy"
        case httpx.DecodingError():
            return "the answer cannot be decoded", "check the proxy, or try again later"
    return f"the answer of {origin} broke off ({plain(str(error))})", "check the network and the proxy, or try again"


_LONGEST_MESSAGE = 300
_HINTS = {
    410: "the endpoint is gone: update migrator",
    429: "wait a while, then run again",
}


class StatusError(ApiError):
    """The API answered with a status that says no; `status` is the HTTP status, `said` its own words."""

    def __init__(self, message: str, *, status: int, said: str = "", hint: str | None = None) -> None:
        """See MigratorError."""
        super().__init__(message, hint=hint)
        self.status = status
        self.said = said


class NotFoundError(StatusError):
    """404: v2 says so of what is not there, and of all projects to a project token (API v2 reference)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One reply; header names are lower case. `what` names the request, e.g. `GET /api/v2/me`."""

    what: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    def data(self) -> object:
        """The body, read as JSON. Raises ApiError when it is none."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise ApiError(
                f"the answer to {self.what} is not JSON",
                hint="something else than CircleCI's API answered: check --host, CIRCLE_HOST and the proxy",
            ) from error

    def said(self) -> str:
        """The message in the body of an error, in one line without anything that could command a terminal."""
        try:
            data = json.loads(self.body)
        except ValueError:
            return ""
        match data:
            case {"message": str(text)}:  # v1.1 and v2
                return plain(text)
            case {"error": {"detail": str(text)}} | {"error": {"title": str(text)}}:  # v3
                return plain(text)
        return ""


def plain(text: str) -> str:
    """Text of a stranger, in one line and of bounded length."""
    line = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(line.split())[:_LONGEST_MESSAGE]


def refusal(answer: Answer, said: str, origin: str, token_origin: str) -> ApiError | AuthError:
    """The error that a status from 400 on means."""
    status = answer.status
    shown = f"{status}: {said}" if said else str(status)
    if status in {401, 403} and not token_origin:
        return AuthError(
            f"{origin} does not answer {answer.what} without a token ({shown})",
            hint="set CIRCLE_TOKEN: configs with private orbs are compiled for the organisation's people only",
        )
    if status in {401, 403}:
        return AuthError(
            f"{origin} refused the token of {token_origin} ({shown})",
            hint="make a new personal token; it may have expired, or belong to another host",
        )
    if status == 404:
        return NotFoundError(
            f"{answer.what} found nothing ({shown})",
            status=status,
            said=said,
            hint="check the project's name, and that the token is a personal one of someone who can see it; "
            "v2 answers 404 to project tokens",
        )
    who = "CircleCI failed at" if status >= 500 else "CircleCI refused"
    hint = _HINTS.get(status, "try again later; https://status.circleci.com" if status >= 500 else None)
    return StatusError(f"{who} {answer.what} ({shown})", status=status, said=said, hint=hint)


_REDIRECTS = 5
_LARGEST = 32 * 1024 * 1024


def path(*segments: str) -> str:
    """An API path; each segment is percent-encoded by itself, so that a slash in one stays inside of it."""
    return "/api/" + "/".join(quote(segment, safe="") for segment in segments)


@dataclass(frozen=True, slots=True)
class _Request:
    """One request. `once`: nothing may make it twice, not even an answer that never came."""

    method: str
    path: str
    query: Mapping[str, str]
    body: object
    once: bool

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(slots=True)
class Client:
    """Requests to one host with one token, or without. A context manager; proxies and CAs are the environment's."""

    host: CircleciHost
    token: ApiToken | NoToken
    clock: Clock = field(default_factory=Clock)
    patience: Patience = field(default_factory=Patience)
    _http: httpx.Client = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Raises UsageError when the environment's proxy or CA settings cannot be used."""
        timeout = httpx.Timeout(self.patience.read, connect=self.patience.connect)
        headers = {"User-Agent": f"migrator/{__version__}", "Accept": "application/json"}
        try:
            self._http = httpx.Client(timeout=timeout, headers=headers, follow_redirects=False)
        except (OSError, ssl.SSLError) as error:
            raise UsageError(
                "the certificates that SSL_CERT_FILE or SSL_CERT_DIR name cannot be read", hint="correct the variable"
            ) from error
        except (httpx.InvalidURL, ValueError, ImportError) as error:
            raise UsageError(
                "the proxy that the environment names cannot be used",
                hint="correct HTTPS_PROXY, HTTP_PROXY or ALL_PROXY",
            ) from error

    def __enter__(self) -> Self:
        """The client itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        self._http.close()

    def get(self, where: str, query: Mapping[str, str] | None = None) -> object:
        """The data at a path. Raises AuthError and ApiError."""
        return self.call(_Request("GET", where, query or {}, None, once=False)).data()

    def ask(self, where: str, body: object) -> object:
        """The reply to data that is posted and changes nothing. Raises AuthError and ApiError."""
        return self.call(_Request("POST", where, {}, body, once=False)).data()

    def start(self, where: str, body: object) -> Answer:
        """The reply to data that is posted and starts something. Raises AuthError and ApiError."""
        return self.call(_Request("POST", where, {}, body, once=True))

    def call(self, request: _Request) -> Answer:
        """The first answer that is not a passing fault. Raises AuthError and ApiError."""
        for number in range(1, self.patience.tries + 1):
            last = number == self.patience.tries
            try:
                answer = self._redirected(request)
            except (httpx.TransportError, httpx.DecodingError) as error:
                if last or not may_pass(error, once=request.once):
                    raise self._unreachable(request, error) from error
                self.clock.sleep(self._pause(number))
                continue
            if answer.status < 400:
                return answer
            if last or not is_passing(answer.status, once=request.once):
                raise self._refused(request, answer)
            self.clock.sleep(self._asked_pause(answer, number))
        raise AssertionError  # the last try returns or raises

    def _pause(self, number: int) -> float:
        return min(self.patience.first * 2.0 ** (number - 1), self.patience.longest)

    def _asked_pause(self, answer: Answer, number: int) -> float:
        """The pause before the next try. Raises StatusError when the server asks for more than this can wait."""
        asked = asked_for(answer.headers, self.clock.date())
        if asked is None:
            return self._pause(number)
        if asked > self.patience.longest:
            raise StatusError(
                f"CircleCI refused {answer.what} ({answer.status}) and asks to wait for {asked:.0f} seconds",
                status=answer.status,
                hint=f"run again in {asked:.0f} seconds",
            )
        return asked

    def _refused(self, request: _Request, answer: Answer) -> ApiError | AuthError:
        said = self.token.hide(answer.said())
        error = refusal(answer, said, self.host.origin, self.token.origin)
        if request.once and answer.status >= 500:
            error.hint = STARTED
        return error

    def _redirected(self, request: _Request) -> Answer:
        """The answer at the end of redirects, none of which may lead to another host: the token goes along."""
        url = httpx.URL(self.host.origin + request.path, params=dict(request.query) or None)
        method = request.method
        for _ in range(_REDIRECTS):
            answer = self._sent(request, method, url)
            target = answer.headers.get("location")
            if answer.status not in {301, 302, 303, 307, 308} or target is None:
                break
            url = self._followed(request, answer.status, url, target)
            method = request.method
        else:
            raise ApiError(f"{request} is redirected again and again", hint="check --host and CIRCLE_HOST")
        if 300 <= answer.status < 400:
            raise ApiError(f"{request} is redirected to nowhere ({answer.status})", hint="check --host and CIRCLE_HOST")
        return answer

    def _followed(self, request: _Request, status: int, url: httpx.URL, target: str) -> httpx.URL:
        try:
            to = url.join(target)
        except httpx.InvalidURL:
            to = httpx.URL("")
        if (to.scheme, to.host, to.port) != (url.scheme, url.host, url.port):
            raise ApiError(
                f"{self.host.origin} redirects to {plain(to.host) or 'another place'}: the token was not sent there",
                hint="if that is your CircleCI, name it with --host or CIRCLE_HOST",
            )
        if request.method != "GET" and status not in {307, 308}:
            raise ApiError(f"{request} is redirected ({status}), which would lose what it sends", hint="check --host")
        return to

    def _sent(self, request: _Request, method: str, url: httpx.URL) -> Answer:
        shown = self.token.header(url.path)
        headers = dict([shown] if shown is not None else [])
        content = {} if request.body is None else {"json": request.body}
        started = self.clock.monotonic()
        with self._http.stream(method, url, headers=headers, **content) as reply:  # type: ignore[arg-type]
            body = bytearray()
            for chunk in reply.iter_bytes():
                body += chunk
                if len(body) > _LARGEST:
                    raise ApiError(f"the answer to {request} does not end", hint="check --host and the proxy")
                if self.clock.monotonic() - started > self.patience.whole:
                    raise httpx.ReadTimeout("the answer takes too long")
            return Answer(str(request), reply.status_code, dict(reply.headers), bytes(body))

    def _unreachable(self, request: _Request, error: Exception) -> ApiError:
        what, hint = told(error, self.host.origin)
        if request.once and not isinstance(error, UNSENT):
            hint = STARTED
        return ApiError(self.token.hide(f"{request}: {what}"), hint=hint)
