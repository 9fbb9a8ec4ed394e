"""The function that waits for a build: what it does when nothing starts, or the service has a bad day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemods.shell.write.helper import NAME, VARIABLES, Helper, is_helper
from migrator.syntax.shell.script import parse
from tests.conftest import needs
from tests.world import BuildStatus, Pace, Switches, World
from tests.world.support import repository

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.world import Finished

pytestmark = needs("bash", "curl", "dash", "git", "jq", "wget")

CONFIG = """
    version: 2.1
    parameters:
      run_job: {type: enum, enum: [none, deploy, held, later, twice], default: none}
    jobs:
      build: {machine: true, steps: [run: 'true']}
      broken: {machine: true, steps: [run: 'false']}
      deploy: {machine: true, steps: [run: 'true']}
    workflows:
      usual:
        when: {equal: [none, << pipeline.parameters.run_job >>]}
        jobs: [build]
      run-deploy:
        when: {equal: [deploy, << pipeline.parameters.run_job >>]}
        jobs: [deploy]
      run-held:
        when: {equal: [held, << pipeline.parameters.run_job >>]}
        jobs: [ask: {type: approval}, deploy: {requires: [ask]}]
      run-later:
        when: {equal: [later, << pipeline.parameters.run_job >>]}
        jobs: [broken, deploy: {requires: [broken]}]
      run-twice:
        when: {equal: [twice, << pipeline.parameters.run_job >>]}
        jobs: [build, deploy: {requires: [build]}]
    """
PIPELINE = "https://circleci.com/api/v2/project/gh/acme/app/pipeline"
CURL = Helper('curl -sSf -u "$TOKEN:" --retry 3', "https://circleci.com", json=True)
WGET = Helper(
    'wget -q -O - --header="Circle-Token: $TOKEN" --tries=4 --retry-on-http-error=429,500',
    "https://circleci.com",
    json=True,
)
HELPERS = {"curl": CURL, "wget": WGET}
SEND = {
    "curl": """curl -sS -u "$TOKEN:" -H 'Content-Type: application/json' -d "$BODY" """ + PIPELINE,
    "wget": """wget -qO- --header="Circle-Token: $TOKEN" --header='Content-Type: application/json' \\
  --post-data="$BODY" """
    + PIPELINE,
}
MODES = ("set +e", "set -e", "set -eu", "set -euo pipefail\nIFS=$'\\n\\t'\nshopt -s inherit_errexit")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    root = tmp_path_factory.mktemp("started")
    with World(repository(root / "source", CONFIG), root / "world", limit=100, seconds=60) as world:
        yield world


@pytest.fixture
def world(shared: World, no_sleep: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("PATH", no_sleep)
    yield shared
    shared.service.switches = Switches()


def start(
    world: World,
    *,
    job: str = "deploy",
    pace: Pace | None = None,
    send: str = "curl",
    text: str = "",
    mode: str = "set -eu",
) -> Finished:
    """Start a job with the function in front; the number and the lifecycle are printed."""
    world.service.switches = Switches(removed=True, page_size=1, pace=pace or Pace())
    world.service.looks.counted.clear()
    text = f"""\
{mode}
{text or HELPERS[send].text()}
BODY='{{"parameters": {{"run_job": "{job}"}}}}'
reply=$({NAME} deploy github/acme/app {SEND[send]})
echo "$reply" | jq -r '"\\(.build_num) \\(.lifecycle) \\(.message)"'
"""
    shell = "bash" if "pipefail" in mode else "dash"
    return world.run([shell, "-c", text], {"TOKEN": world.tokens.personal})


def last(world: World) -> int:
    """The number of the newest build of the job."""
    return max(build.number for build in world.service.builds if build.job and build.job.name == "deploy")


@pytest.mark.parametrize("mode", MODES)
def test_it_answers_with_the_build_under_every_setting_of_the_shell(world: World, mode: str) -> None:
    pace = Pace(workflows=2, setup=True, queued=2, running=1)
    done = start(world, pace=pace, mode=mode)
    assert (done.status, done.stdout, done.stderr) == (0, f"{last(world)} queued null\n", "")


@pytest.mark.parametrize("send", HELPERS)
def test_it_asks_again_when_the_service_has_enough_or_a_fault(world: World, send: str) -> None:
    done = start(world, pace=Pace(workflows=1, hiccups=(429, 500)), send=send)
    assert (done.status, done.stdout) == (0, f"{last(world)} queued null\n")


def test_a_job_that_waits_for_others_gets_its_number_in_the_end(world: World) -> None:
    done = start(world, job="twice", pace=Pace(queued=2))
    assert (done.status, done.stdout) == (0, f"{last(world)} queued null\n")


@pytest.mark.parametrize("mode", MODES[:3])
@pytest.mark.parametrize(
    ("job", "pace", "reason"),
    [
        ("held", Pace(), "its workflow is on_hold"),
        ("later", Pace(), "its workflow is failed"),
        ("deploy", Pace(ending=BuildStatus.CANCELED, unstarted=True), "its workflow is canceled"),
        ("nonsense", Pace(workflows=1), "errored"),
    ],
    ids=["on hold", "not run", "canceled", "errored"],
)
def test_it_fails_when_the_job_cannot_start(world: World, job: str, pace: Pace, reason: str, mode: str) -> None:
    done = start(world, job=job, pace=pace, mode=mode)
    assert done.stderr.startswith(f"deploy did not start: {reason}")
    assert (done.status, done.stdout) == ((0, "") if mode == "set +e" else (1, ""))


def test_a_pipeline_that_never_runs_the_job_is_given_up(world: World) -> None:
    done = start(world, job="none", text=CURL.text().replace("-lt 120", "-lt 4"))
    assert (done.status, done.stdout, done.stderr) == (1, "", "deploy did not start within ten minutes.\n")


def test_an_error_is_handed_on_as_it_is(world: World) -> None:
    world.service.switches = Switches(removed=True)
    done = start(world, job='x"}, "branch": "nowhere", "parameters": {"run_job": "deploy')
    assert (done.status, done.stdout, done.stderr) == (0, "null null Branch not found\n", "")


def test_the_status_of_the_call_is_kept(world: World) -> None:
    text = f"{CURL.text()}\n{NAME} deploy github/acme/app sh -c 'cat; exit 7' <<< said; echo $?"
    done = world.run(["bash", "-c", text], {"TOKEN": "t"})
    assert done.stdout == "said\n7\n"


def test_a_program_with_a_path_is_given_its_own_options() -> None:
    assert "--header='Accept" in Helper("/usr/bin/wget -q -O -", CURL.host, json=True).text()


@pytest.mark.parametrize("helper", [CURL, WGET, Helper("curl", "http://localhost:8080", json=False, step="\t")])
def test_it_is_known_again_and_only_as_it_was_written(helper: Helper) -> None:
    script = parse(helper.text(), templated=False)
    function = script.text[script.functions[NAME].start : script.functions[NAME].end]
    assert is_helper(function)
    assert is_helper(function.replace("\n", "\r\n"))
    for old, new in (("120", "12"), ("/api/v2/$1", "/api/v3/$1"), ("exit 1", "exit 0"), ("set +e\n", "")):
        assert not is_helper(function.replace(old, new, 1))
    assert {name for name in script.writes if name.isidentifier()} == VARIABLES
    assert not script.errors
    assert len(helper.text().splitlines()) <= 46
