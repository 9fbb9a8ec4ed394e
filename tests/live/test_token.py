"""Where a token comes from, where it must not go, and which hosts it may go to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from migrator.errors import UsageError
from migrator.live.host import ApiToken, CircleciHost, read_host, read_token

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def unread() -> str:
    raise AssertionError("stdin is not to be read")


@pytest.mark.parametrize(
    ("environ", "origin"),
    [
        ({"CIRCLE_TOKEN": "a", "CIRCLECI_TOKEN": "b"}, "CIRCLE_TOKEN"),
        ({"CIRCLE_TOKEN": " ", "CIRCLECI_TOKEN": "b"}, "CIRCLECI_TOKEN"),
    ],
)
def test_the_environment(environ: Mapping[str, str], origin: str) -> None:
    token = read_token(None, environ, unread)
    assert (token.origin, token.header("/api/v2/me")) == (origin, ("Circle-Token", environ[origin]))


def test_a_file_and_stdin_come_first(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-file\n")
    environ = {"CIRCLE_TOKEN": "from-environment"}
    assert read_token(str(tmp_path / "token"), environ, unread).header("/")[1] == "from-file"
    assert read_token("-", environ, lambda: "from-stdin\n").header("/")[1] == "from-stdin"


@pytest.mark.parametrize("text", ["", "two words", "a\r\nX-Header: b", "caf\u00e9", "x" * 5000, "\x1b[31m"])
def test_what_is_no_token(tmp_path: Path, text: str) -> None:
    (tmp_path / "token").write_text(text)
    with pytest.raises(UsageError) as caught:
        read_token(str(tmp_path / "token"), {}, unread)
    assert not text or text not in caught.value.message


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for name in ("missing", "binary", "."):
        with pytest.raises(UsageError):
            read_token(str(tmp_path / name), {}, unread)


def test_no_token_says_how_to_get_one() -> None:
    with pytest.raises(UsageError, match="token") as caught:
        read_token(None, {}, unread)
    assert "CIRCLE_TOKEN" in (caught.value.hint or "")


def test_a_token_is_never_shown() -> None:
    token = ApiToken("s3cret", "CIRCLE_TOKEN")
    assert not any("s3cret" in shown for shown in (repr(token), str(token), f"{token}", "%s" % [token]))
    assert token.hide("it was s3cret") == "it was ***"


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        (None, "https://circleci.com"),
        ("circleci.com", "https://circleci.com"),
        ("https://app.circleci.com/", "https://circleci.com"),
        ("ci.example.com", "https://ci.example.com"),
        ("https://ci.example.com:8443/", "https://ci.example.com:8443"),
        ("CI.Example.com", "https://ci.example.com"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://127.0.0.1:1", "http://127.0.0.1:1"),
        ("http://[::1]:1", "http://[::1]:1"),
    ],
)
def test_hosts(given: str | None, origin: str) -> None:
    assert read_host(given, {}).origin == origin
    assert read_host(None, {"CIRCLE_HOST": given or ""}).origin == origin
    assert read_host(given, {}).is_cloud == (origin == "https://circleci.com")


@pytest.mark.parametrize(
    "given",
    [
        "http://ci.example.com",
        "http://127.0.0.1.example.com",
        "http://circleci.com",
        "ftp://ci.example.com",
        "https://token@ci.example.com",
        "https://ci.example.com/api/v2",
        "https://ci.example.com?x",
        "https://",
        "https://ci.example.com:port",
        "a b",
        "http://[",
    ],
)
def test_what_is_no_host_for_a_token(given: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_host(given, {})
    assert "token@" not in caught.value.message
    with pytest.raises(UsageError, match="CIRCLE_HOST"):
        read_host(None, {"CIRCLE_HOST": given})


def test_web_pages() -> None:
    assert (
        CircleciHost("https://circleci.com").pipeline("gh/acme/app", 7)
        == "https://app.circleci.com/pipelines/gh/acme/app/7"
    )
    page = CircleciHost("https://ci.example.com").workflow("gh/acme/my app", 7, "w1")
    assert page == "https://ci.example.com/pipelines/gh/acme/my%20app/7/workflows/w1"
