"""Proxies and certificates: what the environment says about them is what happens, over real TLS."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from migrator.errors import ApiError, UsageError
from migrator.live.client import Client, path
from migrator.live.host import ApiToken, CircleciHost
from tests.live.conftest import QUICK, TOKEN, FakeClock, client_of
from tests.live.fake import Play, fake
from tests.world.exchange import Reply, Request
from tests.world.network import tunnelling
from tests.world.server import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CLOUD = CircleciHost("https://circleci.com")


@contextmanager
def cloud(tmp_path: Path) -> Iterator[tuple[Path, int, list[Request]]]:
    """circleci.com with a certificate of a made-up authority, behind a proxy."""
    asked: list[Request] = []

    def answer(request: Request) -> Reply:
        asked.append(request)
        return Reply(200, {"login": "ada"})

    authority = tmp_path / "ca.pem"
    with serving(answer, ["circleci.com"], authority) as port, tunnelling(port) as proxy:
        yield authority, proxy, asked


def ask(host: CircleciHost, time: FakeClock) -> object:
    with Client(host, ApiToken(TOKEN, "CIRCLE_TOKEN"), time.clock, QUICK) as client:
        return client.get(path("v2", "me"))


def test_proxy_and_authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, time: FakeClock) -> None:
    with cloud(tmp_path) as (authority, proxy, asked):
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy}")
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        assert ask(CLOUD, time) == {"login": "ada"}
    assert [request.headers["host"] for request in asked] == ["circleci.com"]


def test_an_authority_that_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, time: FakeClock) -> None:
    with cloud(tmp_path) as (_, proxy, asked):
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy}")
        with pytest.raises(ApiError, match="not trusted") as caught:
            ask(CLOUD, time)
    assert "SSL_CERT_FILE" in (caught.value.hint or "")
    assert (asked, time.waits) == ([], [])


def test_a_name_that_is_not_the_certificate_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, time: FakeClock) -> None:
    with cloud(tmp_path) as (authority, proxy, asked):
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy}")
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        with pytest.raises(ApiError, match="not trusted"):
            ask(CircleciHost("https://ci.example.com"), time)
    assert asked == []


def test_a_proxy_that_refuses(monkeypatch: pytest.MonkeyPatch, time: FakeClock) -> None:
    with fake({}) as server:
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:hidden@127.0.0.1:{server.port}")
        with pytest.raises(ApiError, match="proxy refuses") as caught:
            ask(CLOUD, time)
    assert "hidden" not in caught.value.message


def test_no_proxy(monkeypatch: pytest.MonkeyPatch, time: FakeClock) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with fake({"GET /api/v2/me": Play(data={})}) as server, client_of(server, time) as client:
        assert client.get(path("v2", "me")) == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [("SSL_CERT_FILE", "missing.pem"), ("HTTPS_PROXY", "gopher://x"), ("HTTPS_PROXY", "http://proxy:port")],
)
def test_settings_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch, time: FakeClock, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError) as caught:
        ask(CLOUD, time)
    assert name in f"{caught.value.message} {caught.value.hint}"


def test_a_file_that_is_no_certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, time: FakeClock) -> None:
    (tmp_path / "ca.pem").write_text("nonsense")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with pytest.raises(UsageError, match="SSL_CERT_FILE"):
        ask(CLOUD, time)
