"""What can go wrong on the way to CircleCI: whether it may pass, and what to say about it."""

from __future__ import annotations

import ssl

import httpx

from migrator.live.answer import plain

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
