"""Scripts that wait for their build, run in both worlds: they end alike, whatever becomes of the build."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from migrator.model import Status
from tests.conftest import needs
from tests.replies.waiting import CONFIG, WAITING
from tests.rewritten import before_and_after
from tests.test_cases import look, write
from tests.verifying.support import compared, faults, migrated, read, report
from tests.world import BuildStatus, Finished, Pace, Switches, World

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.conftest import MakeRepository

pytestmark = needs("bash", "curl", "dash", "git", "jq", "python3", "wget")

OUTCOMES = {
    "success": Pace(running=2),
    "failure": Pace(running=2, ending=BuildStatus.FAILED),
    "cancel": Pace(running=1, ending=BuildStatus.CANCELED),
    "time-out": Pace(running=10_000),
}
SLOWLY: dict[str, dict[str, Any]] = {
    "success": {"workflows": 1, "setup": True, "queued": 1},
    "failure": {"workflows": 1},
    "cancel": {"queued": 1},
    "time-out": {},
}
"""How v2 starts a pipeline, where v1.1 answers with a build at once."""


def files(name: str) -> dict[str, str]:
    """A repository with the script."""
    return {".circleci/config.yml": CONFIG, "ci/go.sh": WAITING[name].text, **WAITING[name].files}


@pytest.mark.parametrize("name", WAITING)
def test_a_waiting_script_is_migrated_once_and_for_all(name: str, make_repository: MakeRepository) -> None:
    root = make_repository(files(name), remote="https://github.com/acme/app.git")
    handed = WAITING[name].handed
    found = look(root, unsafe=handed)
    assert {outcome.status for outcome in found.outcomes} == {Status.UNSAFE if handed else Status.SAFE}
    assert all("reply-waits" in {note.code for note in outcome.notes} for outcome in found.outcomes)
    write(found, root)
    again = look(root)
    assert not again.outcomes
    assert not again.changes
    proved = compared(files(name), read(root))
    assert faults(proved) == []
    assert proved.calls


def run(source: Path, root: Path, name: str, path: str, outcomes: Mapping[str, Switches]) -> dict[str, Finished]:
    """How the script ends, for each outcome."""
    waiting = WAITING[name]
    ended = {}
    with World(source, root, seconds=50) as world:
        environment = {"TOKEN": world.tokens.personal, "PATH": path}
        for outcome, switches in outcomes.items():
            world.service.switches = switches
            ended[outcome] = world.run_script("ci/go.sh", waiting.arguments, environment, shell=waiting.shell)
    return ended


@pytest.mark.parametrize("name", WAITING)
def test_it_ends_as_before(name: str, tmp_path: Path, no_sleep: str) -> None:
    old, new = before_and_after(tmp_path, files(name), unsafe=WAITING[name].handed)
    plain = {outcome: Switches(pace=pace) for outcome, pace in OUTCOMES.items()}
    slow = {
        outcome: Switches(removed=True, page_size=1, pace=replace(pace, **SLOWLY[outcome]))
        for outcome, pace in OUTCOMES.items()
    }
    before = run(old, tmp_path / "old-world", name, no_sleep, plain)
    assert run(new, tmp_path / "new-world", name, no_sleep, slow) == before


def test_a_function_that_was_changed_is_no_longer_vouched_for() -> None:
    content = migrated(files("functions"))
    assert report(content).outcomes == ()
    script = content["ci/go.sh"].replace("/api/v1.1/project/$job_project/$job_number", "/elsewhere/$job_number")
    (outcome,) = report({**content, "ci/go.sh": script}).outcomes
    assert "reply-broken" in {note.code for note in outcome.notes}
