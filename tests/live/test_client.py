"""The client against a server that misbehaves in every way that the network has."""

from __future__ import annotations

from email.utils import formatdate

import pytest

from migrator.errors import ApiError, AuthError
from migrator.live.client import NotFoundError, StatusError, path
from tests.live.conftest import TOKEN, FakeClock, client_of
from tests.live.fake import RATE_LIMITS, Play, fake, says

ME = "GET /api/v2/me"
RUN = "POST /api/v2/project/gh/acme/app/pipeline"
OK = Play(data={"login": "ada"})


def test_an_answer_comes_with_the_token_and_no_more(time: FakeClock) -> None:
    with fake({ME: OK, "POST /api/v3/configs/compile": OK}) as server, client_of(server, time) as client:
        assert client.get(path("v2", "me")) == {"login": "ada"}
        client.ask(path("v3", "configs", "compile"), {"data": {}})
    first, second = server.requests
    assert first.headers["circle-token"] == TOKEN
    assert "authorization" not in first.headers
    assert second.headers["authorization"] == f"Bearer {TOKEN}"
    assert second.media_type == "application/json"
    assert first.headers["user-agent"].startswith("migrator/")
    assert time.waits == []


def test_a_slash_in_a_segment_stays_in_it() -> None:
    assert path("v2", "project", "gh", "a/b", "c d") == "/api/v2/project/gh/a%2Fb/c%20d"


@pytest.mark.parametrize(("status", "said"), [(401, "You must log in first."), (403, "Permission denied")])
def test_a_refused_token(time: FakeClock, status: int, said: str) -> None:
    with fake({ME: says(status, said)}) as server, client_of(server, time) as client:
        with pytest.raises(AuthError, match=said) as caught:
            client.get(path("v2", "me"))
        assert len(server.requests) == 1
    assert caught.value.exit_status == 3
    assert "CIRCLE_TOKEN" in caught.value.message
    assert caught.value.hint


def test_not_found_speaks_of_project_tokens(time: FakeClock) -> None:
    with fake({}) as server, client_of(server, time) as client, pytest.raises(NotFoundError, match="404") as caught:
        client.get(path("v2", "me"))
    assert "project token" in (caught.value.hint or "")
    assert len(server.requests) == 1


def test_gone_is_final(time: FakeClock) -> None:
    with fake({ME: says(410, "Gone")}) as server, client_of(server, time) as client:
        with pytest.raises(StatusError, match="410: Gone"):
            client.get(path("v2", "me"))
        assert len(server.requests) == 1


def test_v3_errors_are_read(time: FakeClock) -> None:
    play = Play(400, {"error": {"id": "x", "title": "Bad request", "detail": "unknown member"}})
    with (
        fake({ME: play}) as server,
        client_of(server, time) as client,
        pytest.raises(StatusError, match="unknown member"),
    ):
        client.get(path("v2", "me"))


@pytest.mark.parametrize(
    ("headers", "waited"),
    [
        ({"Retry-After": "7", **RATE_LIMITS}, [7.0]),
        ({"Retry-After": formatdate(FakeClock().now + 9, usegmt=True)}, [9.0]),
        ({"RateLimit-Reset": "3", **RATE_LIMITS}, [3.0]),
        ({"Retry-After": "soon"}, [0.5]),
        ({}, [0.5]),
    ],
)
def test_too_many_requests_waits_as_told(time: FakeClock, headers: dict[str, str], waited: list[float]) -> None:
    plays = [says(429, "Too many requests", **headers), OK]
    with fake({ME: plays}) as server, client_of(server, time) as client:
        assert client.get(path("v2", "me")) == {"login": "ada"}
    assert time.waits == waited


def test_a_long_wait_is_the_user_s(time: FakeClock) -> None:
    with fake({ME: says(429, "Too many requests", Retry_After="3600")}) as server, client_of(server, time) as client:
        with pytest.raises(StatusError, match="3600 seconds"):
            client.get(path("v2", "me"))
        assert len(server.requests) == 1
    assert time.waits == []


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_failing_server_gets_another_try(time: FakeClock, status: int) -> None:
    with fake({ME: [Play(status, raw=b"<html>"), says(status, "again"), OK]}) as server:
        with client_of(server, time) as client:
            assert client.get(path("v2", "me")) == {"login": "ada"}
        assert len(server.requests) == 3
    assert time.waits == [0.5, 1.0]


def test_tries_are_bounded(time: FakeClock) -> None:
    with fake({ME: says(503, "down")}) as server, client_of(server, time) as client:
        with pytest.raises(StatusError, match="503: down") as caught:
            client.get(path("v2", "me"))
        assert len(server.requests) == 4
    assert caught.value.exit_status == 4
    assert time.waits == [0.5, 1.0, 2.0]


def test_what_starts_something_is_not_done_twice(time: FakeClock) -> None:
    with fake({RUN: Play(502, raw=b"bad gateway")}) as server, client_of(server, time) as client:
        with pytest.raises(StatusError) as caught:
            client.start(path("v2", "project", "gh", "acme", "app", "pipeline"), {})
        assert len(server.requests) == 1
    assert "may have been started" in (caught.value.hint or "")


def test_what_was_turned_away_may_be_tried_again(time: FakeClock) -> None:
    plays = [says(429, "Too many requests", Retry_After="1"), Play(201, {"id": "p"})]
    with fake({RUN: plays}) as server, client_of(server, time) as client:
        answer = client.start(path("v2", "project", "gh", "acme", "app", "pipeline"), {})
    assert (answer.status, answer.data(), time.waits) == (201, {"id": "p"}, [1.0])


def test_silence_ends(time: FakeClock) -> None:
    with fake({ME: [Play(hang=True), OK]}) as server, client_of(server, time) as client:
        assert client.get(path("v2", "me")) == {"login": "ada"}
    with fake({RUN: Play(hang=True)}) as server, client_of(server, time) as client:
        with pytest.raises(ApiError, match="no answer") as caught:
            client.start(path("v2", "project", "gh", "acme", "app", "pipeline"), {})
        assert len(server.requests) == 1
    assert "may have been started" in (caught.value.hint or "")


def test_an_answer_that_breaks_off(time: FakeClock) -> None:
    broken = Play(raw=b'{"login": "a', promised=100)
    with fake({ME: [broken, OK]}) as server, client_of(server, time) as client:
        assert client.get(path("v2", "me")) == {"login": "ada"}
    with fake({ME: broken}) as server, client_of(server, time) as client:
        with pytest.raises(ApiError, match="broke off") as caught:
            client.get(path("v2", "me"))
        assert len(server.requests) == 4
    assert caught.value.exit_status == 4


@pytest.mark.parametrize("raw", [b"<html>Log in</html>", b"", b'{"login": "ad', b"\xff\xfe"])
def test_an_answer_that_is_not_json(time: FakeClock, raw: bytes) -> None:
    with (
        fake({ME: Play(raw=raw)}) as server,
        client_of(server, time) as client,
        pytest.raises(ApiError, match="is not JSON") as caught,
    ):
        client.get(path("v2", "me"))
    assert "--host" in (caught.value.hint or "")


def test_an_error_that_is_not_json(time: FakeClock) -> None:
    with (
        fake({ME: Play(400, raw=b"<html>")}) as server,
        client_of(server, time) as client,
        pytest.raises(StatusError, match=r"\(400\)"),
    ):
        client.get(path("v2", "me"))


def test_a_compressed_answer_that_is_none(time: FakeClock) -> None:
    with (
        fake({ME: Play(raw=b"no gzip", headers={"Content-Encoding": "gzip"})}) as server,
        client_of(server, time) as client,
        pytest.raises(ApiError, match="cannot be decoded"),
    ):
        client.get(path("v2", "me"))


def test_what_a_server_says_cannot_command_the_terminal(time: FakeClock) -> None:
    text = f"no \x1b[31m{TOKEN}\r\n" + "x" * 5000
    with (
        fake({ME: says(400, text)}) as server,
        client_of(server, time) as client,
        pytest.raises(StatusError) as caught,
    ):
        client.get(path("v2", "me"))
    assert "no [31m*** xxx" in caught.value.message
    assert len(caught.value.message) < 500


def test_redirects_within_the_host_are_followed(time: FakeClock) -> None:
    routes = {"GET /api/v2/me": Play(308, headers={"Location": "/api/v2/me/"}), "GET /api/v2/me/": OK}
    with fake(dict(routes)) as server, client_of(server, time) as client:
        assert client.get(path("v2", "me")) == {"login": "ada"}
    assert [request.headers["circle-token"] for request in server.requests] == [TOKEN] * 2


def test_no_redirect_takes_the_token_elsewhere(time: FakeClock) -> None:
    with fake({ME: OK}) as other, fake({ME: Play(302, headers={"Location": f"{other.origin}/api/v2/me"})}) as server:
        with client_of(server, time) as client, pytest.raises(ApiError, match="token was not sent"):
            client.get(path("v2", "me"))
        assert other.requests == []


@pytest.mark.parametrize("target", ["https://127.0.0.1/api/v2/me", "http://[", "//evil.example/api/v2/me"])
def test_no_redirect_is_trusted(time: FakeClock, target: str) -> None:
    with (
        fake({ME: Play(301, headers={"Location": target})}) as server,
        client_of(server, time) as client,
        pytest.raises(ApiError, match="token was not sent"),
    ):
        client.get(path("v2", "me"))


def test_redirects_end(time: FakeClock) -> None:
    with fake({ME: Play(302, headers={"Location": "/api/v2/me"})}) as server, client_of(server, time) as client:
        with pytest.raises(ApiError, match="again and again"):
            client.get(path("v2", "me"))
        assert len(server.requests) == 5


def test_a_redirect_loses_no_body(time: FakeClock) -> None:
    routes = {
        RUN: Play(307, headers={"Location": "/moved"}),
        "POST /moved": Play(201, {"id": "p"}),
        "POST /api/v2/found": Play(302, headers={"Location": "/moved"}),
    }
    with fake(dict(routes)) as server, client_of(server, time) as client:
        client.start(path("v2", "project", "gh", "acme", "app", "pipeline"), {"branch": "main"})
        with pytest.raises(ApiError, match="would lose"):
            client.start(path("v2", "found"), {})
    assert server.sent("POST /moved") == [{"branch": "main"}]


def test_nobody_there(time: FakeClock) -> None:
    with fake({}) as server:
        pass
    with client_of(server, time) as client, pytest.raises(ApiError, match="cannot be reached"):
        client.get(path("v2", "me"))
    assert time.waits == [0.5, 1.0, 2.0]
