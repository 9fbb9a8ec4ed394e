"""A call of `/build` starts the whole pipeline: it is safe only where it does not matter what v1.1 counted it as."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from migrator.model import Status
from tests.planning.support import CONFIG
from tests.test_cases import look

if TYPE_CHECKING:
    from tests.conftest import MakeRepository

CALL = 'curl -sSf -u "$T:" -X POST https://circleci.com/api/v1.1/project/github/acme/app/build\n'
JOBS = """\
version: 2.1
jobs:
  build: {docker: [{image: cimg/base:2026.01}], steps: [checkout]}
workflows:
  main: {jobs: [build]}
"""


@pytest.mark.parametrize(
    ("workflow", "status", "codes"),
    [
        ("", Status.SAFE, set()),
        (
            "  by-hand: {when: {equal: [api, << pipeline.trigger_source >>]}, jobs: [build]}\n",
            Status.UNSAFE,
            {"not-proved"},
        ),
        ("  docs: {when: {equal: [docs, << pipeline.git.branch >>]}, jobs: [build]}\n", Status.SAFE, set()),
    ],
)
def test_what_the_call_counts_as(
    make_repository: MakeRepository, workflow: str, status: Status, codes: set[str]
) -> None:
    root = make_repository({CONFIG: JOBS + workflow, "ci/all.sh": CALL}, remote="https://github.com/acme/app.git")
    (outcome,) = look(root, unsafe=True).outcomes
    assert outcome.status is status
    assert {note.code for note in outcome.notes} & {"not-proved"} == codes
