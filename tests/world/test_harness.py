"""Callers that are programs: real shells and clients, which reach the fake CircleCI and nothing else."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.conftest import needs
from tests.world import World
from tests.world.process import TIMED_OUT
from tests.world.support import V1, V2, curl, one_job, repository

if TYPE_CHECKING:
    from collections.abc import Iterator

SCRIPTS = {
    "ci/deploy.sh": f"""
        echo "$# $1 $TOKEN ${{CI-unset}} ${{BASH_VERSION:+bash}}"
        curl -sS -f -u "$TOKEN:" -d "build_parameters[X]=$1" {V1}/tree/main > /dev/null
        """,
    "hang.sh": "sleep 60\n",
    "fail.sh": "echo oops >&2; exit 4\n",
    "call.py": f"""
        import os, urllib.request
        request = urllib.request.Request("{V2}", method="POST", headers={{"Circle-Token": os.environ["TOKEN"]}})
        print(urllib.request.urlopen(request).status)
        """,
    "call_requests.py": f"""
        import os, requests
        print(requests.post("{V1}", data={{"build_parameters[X]": "a&b"}}, auth=(os.environ["TOKEN"], "")).status_code)
        """,
}
TOKEN = {"TOKEN": "personal-token"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    root = tmp_path_factory.mktemp("harness")
    source = repository(root / "source", one_job("[run: 'echo \"$X\" >> $EFFECTS']"), SCRIPTS)
    with World(source, root / "world", seconds=5) as world:
        yield world


@pytest.mark.parametrize("shell", ["bash", "dash"])
def test_scripts(world: World, shell: str) -> None:
    done = world.run_script("ci/deploy.sh", ["a b", "c"], TOKEN, shell=shell)
    assert (done.status, done.stderr) == (0, "")
    assert done.stdout.split() == ["2", "a", "b", "personal-token", "unset", *(["bash"] if shell == "bash" else [])]
    assert world.history[-1].effects == ("a b",)


def test_how_a_script_ends(world: World) -> None:
    done = world.run_script("fail.sh")
    assert (done.status, done.stdout, done.stderr) == (4, "", "oops\n")
    assert world.actions[-1].label == "run bash fail.sh"


def test_a_script_that_hangs(tmp_path_factory: pytest.TempPathFactory) -> None:
    root = tmp_path_factory.mktemp("hang")
    with World(repository(root / "s", one_job("[run: sleep 60]"), SCRIPTS), root / "w", seconds=0.2) as world:
        assert world.run_script("hang.sh").status == TIMED_OUT
        world.push()
    assert world.history[-1].nodes[0].steps[0].status == TIMED_OUT


@needs("wget")
def test_wget(world: World) -> None:
    header = "--header=Circle-Token: personal-token"
    done = world.run(["wget", "-q", "-O", "-", header, "--post-data=build_parameters[X]=by+wget", V1])
    assert done.stdout.startswith("{:build_num")
    assert world.history[-1].effects == ("by wget",)


@pytest.mark.parametrize(("script", "status"), [("call.py", "201"), ("call_requests.py", "201")])
def test_python(world: World, script: str, status: str) -> None:
    before = len(world.requests)
    assert world.run_script(script, env=TOKEN, shell=sys.executable).stdout.strip() == status
    assert len(world.requests) == before + 1


def test_a_server_of_its_own_host(world: World) -> None:
    done = curl(world, "-u", "personal-token:", "-X", "POST", V1.replace("circleci.com", "circleci.example.com"))
    assert done.status == 0
    assert world.requests[-1].request.headers["host"] == "circleci.example.com"


@pytest.mark.parametrize(
    "arguments",
    [
        ["https://example.org/"],
        ["https://api.github.com:8443/x"],
        ["http://circleci.com/"],
        ["-q", "http://example.org/", "-f"],
        ["-q", "https://example.org/"],
    ],
)
def test_nothing_else_is_reached(world: World, arguments: list[str]) -> None:
    before = len(world.requests)
    assert world.run(["curl", *arguments]).status != 0
    assert len(world.requests) == before


def test_curl_without_its_settings_still_ends_here(world: World) -> None:
    done = world.run(["curl", "-q", "-s", "-u", "personal-token:", "-X", "POST", V1])
    assert done.stdout.startswith("{:build_num")
