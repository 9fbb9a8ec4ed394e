"""How bodies are decoded, as real curl encodes them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.world import World
from tests.world.support import JSON, NASTY, PERSONAL, V1, V2, curl, repository

if TYPE_CHECKING:
    from collections.abc import Iterator

SILENT = """
    version: 2.1
    jobs:
      quiet: {machine: true, steps: [run: "true"]}
    workflows:
      never: {when: false, jobs: [quiet]}
    """


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    root = tmp_path_factory.mktemp("bodies")
    with World(repository(root / "source", SILENT), root / "world") as world:
        yield world


def decoded(world: World, *arguments: str, url: str = V1) -> object:
    """What the server understood of the body of one call."""
    curl(world, *PERSONAL, *arguments, url)
    return world.requests[-1].decoded


class TestNastyValues:
    @pytest.mark.parametrize("option", ["--data-urlencode", "--form-string"])
    def test_encoded_by_curl(self, world: World, option: str) -> None:
        words = [word for name, value in NASTY.items() for word in (option, f"build_parameters[{name}]={value}")]
        assert decoded(world, *words) == {"build_parameters": NASTY}

    @pytest.mark.parametrize("ensure_ascii", [True, False])
    @pytest.mark.parametrize(("url", "key"), [(V1, "build_parameters"), (V2, "parameters")])
    def test_json(self, world: World, url: str, key: str, ensure_ascii: bool) -> None:
        body = {key: NASTY}
        assert decoded(world, *JSON, "--data-binary", json.dumps(body, ensure_ascii=ensure_ascii), url=url) == body


@pytest.mark.parametrize(
    ("arguments", "fields"),
    [
        (["-d", "build_parameters[X]=a+b"], {"build_parameters": {"X": "a b"}}),
        (["-d", "build_parameters[X]=%41%2B"], {"build_parameters": {"X": "A+"}}),
        (["-d", "build_parameters%5BX%5D=1"], {"build_parameters": {"X": "1"}}),
        (["-d", "build_parameters[X]=a&revision=abc"], {"build_parameters": {"X": "a"}, "revision": "abc"}),
        (["-d", "a=1", "-d", "b[c][d]=2"], {"a": "1", "b": {"c": {"d": "2"}}}),
        (["-d", "build_parameters[X"], {"build_parameters[X": ""}),
        (["-F", "build_parameters[X]=a+b%41"], {"build_parameters": {"X": "a+b%41"}}),
        (["-F", "a=1", "-F", "b=2"], {"a": "1", "b": "2"}),
        (["-X", "POST"], {}),
        ([*JSON, "-X", "POST"], {}),
        (["-d", '{"build_parameters": {"X": "1"}}'], {'{"build_parameters": {"X": "1"}}': ""}),
    ],
)
def test_encodings(world: World, arguments: list[str], fields: object) -> None:
    assert decoded(world, *arguments) == fields


def test_a_file_is_a_field(world: World) -> None:
    assert decoded(world, "-F", "config=@.circleci/config.yml", "-F", "notify=false") == {
        "config": (world.project.tree / ".circleci/config.yml").read_text(),
        "notify": "false",
    }


def test_fields_of_the_query(world: World) -> None:
    got = decoded(world, "-X", "POST", "-g", url=f"{V1}?build_parameters[X]=a%26b&build_parameters%5BY%5D=2")
    assert got == {"build_parameters": {"X": "a&b", "Y": "2"}}


def test_v2_ignores_a_body_that_is_not_called_json(world: World) -> None:
    body = '{"branch": "nowhere", "parameters": {"x": "1"}}'
    assert decoded(world, "-d", body, url=V2) is None
    assert world.requests[-1].reply.status == 201
    assert decoded(world, "-H", "Content-Type: application/json; charset=utf-8", "-d", body, url=V2) == json.loads(body)
    assert world.requests[-1].reply.status == 400


@pytest.mark.parametrize("body", ["{", '"text"', "[1]", '{"a": 1 // optional\n}'])
@pytest.mark.parametrize("url", [V1, V2])
def test_broken_json_is_refused(world: World, body: str, url: str) -> None:
    assert decoded(world, *JSON, "--data-binary", body, url=url) is None
    assert world.requests[-1].reply.status == 400


def test_requests_are_recorded(world: World) -> None:
    curl(world, *PERSONAL, "-X", "POST", f"{V1}/tree/a%2Fb?circle-token=t")
    request = world.requests[-1].request
    assert (request.method, request.path) == ("POST", "/api/v1.1/project/github/acme/app/tree/a%2Fb")
    assert request.segments[-1] == "a/b"
    assert request.query == (("circle-token", "t"),)
    assert request.headers["circle-token"] == "personal-token"
