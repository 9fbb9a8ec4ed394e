"""Migrating in several runs: a later run extends what an earlier one wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.model import Status
from tests.test_cases import look, write

if TYPE_CHECKING:
    from tests.conftest import MakeRepository

CONFIG = """\
version: 2.1
jobs:
  build: {docker: [{image: "cimg/base:2024.01"}], steps: [checkout]}
  deploy: {docker: [{image: "cimg/base:2024.01"}], steps: [checkout]}
workflows:
  main: {jobs: [build]}
"""
URL = "https://circleci.com/api/v1.1/project/github/acme/app/tree/main"
WITH = f'curl -u "$T:" -d build_parameters[CIRCLE_JOB]=deploy -d "build_parameters[VERSION]=$V" {URL}\n'
WITHOUT = f'curl -u "$T:" -d build_parameters[CIRCLE_JOB]=deploy {URL}\n'
EMPTY = f'curl -u "$T:" -d build_parameters[CIRCLE_JOB]=deploy -d build_parameters[VERSION]= {URL}\n'


def test_a_new_caller_of_a_migrated_job_may_send_less(make_repository: MakeRepository) -> None:
    root = make_repository({".circleci/config.yml": CONFIG, "a.sh": WITH}, remote="https://github.com/acme/app.git")
    write(look(root), root)
    (root / "b.sh").write_text(WITHOUT)
    report = look(root)
    assert [outcome.status for outcome in report.outcomes] == [Status.SAFE]
    write(report, root)
    config = (root / ".circleci/config.yml").read_text()
    assert "condition: << pipeline.parameters.version >>" in config
    assert not look(root).changes


def test_an_empty_value_beside_callers_that_send_none_is_an_assumption(make_repository: MakeRepository) -> None:
    files = {".circleci/config.yml": CONFIG, "a.sh": EMPTY, "b.sh": WITHOUT}
    report = look(make_repository(files, remote="https://github.com/acme/app.git"))
    assert [outcome.status for outcome in report.outcomes] == [Status.UNSAFE, Status.SAFE]


def test_a_config_whose_pushes_fail_already_holds_nothing_up(make_repository: MakeRepository) -> None:
    files = {".circleci/config.yml": "version: 2.1\njobs:\n  deploy: {docker: [{image: a}], steps: [checkout]}\n"}
    report = look(make_repository(files | {"b.sh": WITHOUT}, remote="https://github.com/acme/app.git"))
    assert [outcome.status for outcome in report.outcomes] == [Status.SAFE]


REVISED = f'curl -u "$T:" -d build_parameters[CIRCLE_JOB]=%s -d "revision=$(git rev-parse HEAD)" {URL}\n'


def test_a_later_job_may_be_given_a_revision_too(make_repository: MakeRepository) -> None:
    files = {".circleci/config.yml": CONFIG, "a.sh": REVISED % "deploy"}
    root = make_repository(files, remote="https://github.com/acme/app.git")
    write(look(root), root)
    (root / "b.sh").write_text(REVISED % "build")
    report = look(root)
    assert [outcome.status for outcome in report.outcomes] == [Status.SAFE]
    write(report, root)
    assert "enum: [none, deploy, build]" in (root / ".circleci/config.yml").read_text()
    assert not look(root).changes


def test_a_revision_that_the_config_reads_elsewhere_may_be_sent_alone(make_repository: MakeRepository) -> None:
    files = {".circleci/config.yml": CONFIG, "a.sh": REVISED % "deploy"}
    root = make_repository(files, remote="https://github.com/acme/app.git")
    write(look(root), root)
    config = root / ".circleci/config.yml"
    config.write_text(
        config.read_text().replace("[build]", "[{build: {name: 'build << pipeline.parameters.revision >>'}}]")
    )
    (root / "b.sh").write_text(REVISED % "build")
    assert [outcome.status for outcome in look(root).outcomes] == [Status.MANUAL]
