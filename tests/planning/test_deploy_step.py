"""A deploy step that moves to a job of its own: what it reads of the job around it is another thing there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from migrator.repository.roots import CONFIG_PATH
from tests.planning.support import V1
from tests.test_cases import look

if TYPE_CHECKING:
    from tests.conftest import MakeRepository

CONFIG = """\
version: 2
jobs:
  build:
    docker: [{image: cimg/base:2024.01}]
    parallelism: 2
    steps:
      - checkout
      - deploy: COMMAND
  next:
    docker: [{image: cimg/base:2024.01}]
    steps: [checkout, run: make]
"""
SENDS = {
    "form": "-d 'build_parameters[CIRCLE_JOB]=next'",
    "encoded": "-d build_parameters%5BCIRCLE_JOB%5D=next",
    "json": '-H \'Content-Type: application/json\' -d \'{"build_parameters": {"CIRCLE_JOB": "next"}}\'',
}


def kept(command: str, make: MakeRepository) -> str:
    """Why the config does not move to 2.1 while the call in its deploy step, for another project, stays."""
    config = CONFIG.replace("COMMAND", f"|\n          {command}")
    return look(make({CONFIG_PATH: config}, remote="https://github.com/acme/app.git"), only="config").kept


@pytest.mark.parametrize("name", SENDS)
def test_the_name_of_the_job_to_start_is_not_that_of_the_own_one(name: str, make_repository: MakeRepository) -> None:
    assert kept(f"curl -u $T: {SENDS[name]} {V1}/web/tree/main", make_repository) == ""


def test_its_own_name_is_another_one(make_repository: MakeRepository) -> None:
    sent = '-d "build_parameters[CIRCLE_JOB]=next" -d "build_parameters[FROM]=$CIRCLE_JOB"'
    assert "reads the name of its job" in kept(f"curl -u $T: {sent} {V1}/web/tree/main", make_repository)
