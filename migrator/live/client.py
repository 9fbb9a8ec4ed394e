"""One HTTP client: timeouts, bounded retries, redirects that keep the token home, errors that say what to do."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

import httpx

from migrator import __version__
from migrator.errors import ApiError, UsageError
from migrator.live.answer import Answer, StatusError, plain, refusal
from migrator.live.transport import STARTED, UNSENT, is_passing, may_pass, told
from migrator.live.waiting import Clock, Patience, asked_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from migrator.errors import AuthError
    from migrator.live.host import Host
    from migrator.live.token import Token

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
    """Requests to one host with one token. A context manager; proxies and CAs are those of the environment."""

    host: Host
    token: Token
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
        headers = dict([self.token.header(url.path)])
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
