"""A config does not move to 2.1 under a call that stays on v1.1, unless --unsafe says that it may."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from migrator.model import Status
from tests.test_cases import look

if TYPE_CHECKING:
    from tests.conftest import MakeRepository

URL = "https://circleci.com/api/v1.1/project/github/acme/app/tree/main"
CURL = f"curl -u $T: -d build_parameters[CIRCLE_JOB]=deploy {URL}\n"
JOBS = (
    "jobs:\n  build: {docker: [{image: x}], steps: [checkout]}\n  deploy: {docker: [{image: x}], steps: [checkout]}\n"
)
STAYS = {
    "script": ("old.sh", f'eval "{CURL.strip()}"\n'),
    "program": ("old.js", f"fetch('{URL}', {{method: 'POST'}});\n"),
}
HARMLESS = {
    "ignored": ("old.sh", f'# migrator: ignore\neval "{CURL.strip()}"\n'),
    "of-no-job": ("old.sh", CURL.replace("deploy", "deplyo")),
    "of-a-test": ("tests/old.sh", f'eval "{CURL.strip()}"\n'),
    "a-pipeline": ("old.js", "fetch('https://circleci.com/api/v2/project/gh/acme/app/pipeline', {method: 'POST'});\n"),
}


def statuses(make: MakeRepository, version: str, other: tuple[str, str], *, unsafe: bool) -> tuple[Status, bool, bool]:
    """The status of the call that could be rewritten, whether it was told of the other, and whether all is changed."""
    files = {".circleci/config.yml": f"version: {version}\n{JOBS}", "new.sh": CURL, other[0]: other[1]}
    report = look(make(files, remote="https://github.com/acme/app.git"), unsafe=unsafe)
    (mine,) = (outcome for outcome in report.outcomes if outcome.call.path == "new.sh")
    return mine.status, any(note.code == "left-on-v1" for note in mine.notes), bool(report.changes)


@pytest.mark.parametrize("name", STAYS)
def test_a_safe_call_waits_for_one_that_stays(name: str, make_repository: MakeRepository) -> None:
    assert statuses(make_repository, "2", STAYS[name], unsafe=False) == (Status.UNSAFE, True, False)


@pytest.mark.parametrize("name", STAYS)
def test_it_may_be_allowed(name: str, make_repository: MakeRepository) -> None:
    assert statuses(make_repository, "2", STAYS[name], unsafe=True) == (Status.UNSAFE, True, True)


@pytest.mark.parametrize("name", STAYS)
def test_a_config_of_2_1_stays_where_it_is(name: str, make_repository: MakeRepository) -> None:
    assert statuses(make_repository, "2.1", STAYS[name], unsafe=False) == (Status.SAFE, False, True)


@pytest.mark.parametrize("name", HARMLESS)
def test_what_runs_no_longer_or_on_v2_holds_nothing_back(name: str, make_repository: MakeRepository) -> None:
    assert statuses(make_repository, "2", HARMLESS[name], unsafe=False) == (Status.SAFE, False, True)
