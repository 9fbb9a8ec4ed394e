"""What a finding tells its reader to do: the snippet for another config, the cure for an unknown project."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from migrator.circleci.runs.generated import checkout_revision_step, optional_export_step
from migrator.model import Variable
from tests.test_cases import look

if TYPE_CHECKING:
    from migrator.model import Report
    from tests.conftest import MakeRepository

URL = "https://circleci.com/api/v1.1/project/github"
CONFIG = "version: 2.1\njobs:\n  deploy: {docker: [{image: x}], steps: [checkout]}\n"


def message(report: Report, code: str) -> str:
    """The message of the only finding."""
    (outcome,) = report.outcomes
    return next(note.message for note in outcome.notes if note.code == code)


def test_another_project_gets_a_snippet_with_what_can_be_sent(make_repository: MakeRepository) -> None:
    fields = "-d build_parameters[CIRCLE_JOB]=deploy -d build_parameters[MY_V]=1 -d build_parameters[API_TOKEN]=x"
    call = f"curl {fields} -d build_parameters[CIRCLE_SHA1]=a {URL}/acme/other\n"
    files = {".circleci/config.yml": CONFIG, "go.sh": call}
    told = message(look(make_repository(files, remote="https://github.com/acme/app.git")), "other-project")
    _, parameters, workflows, *_ = (part for number, part in enumerate(told.split("`")) if number % 2 or not number)
    assert yaml.safe_load(parameters)["parameters"] == {
        "run_job": {"type": "enum", "enum": ["none", "deploy"], "default": "none"},
        "my_v": {"type": "string", "default": ""},
    }
    (flow,) = yaml.safe_load(workflows)["workflows"].values()
    assert flow["when"] == {"equal": ["deploy", "<< pipeline.parameters.run_job >>"]}
    assert flow["jobs"] == [{"deploy": {"pre-steps": [optional_export_step(Variable("MY_V", "my_v"))]}}]
    assert "API_TOKEN" not in told
    assert "CIRCLE_SHA1" not in told


def test_a_commit_gets_the_step_that_checks_it_out(make_repository: MakeRepository) -> None:
    call = f"curl -d build_parameters[CIRCLE_JOB]=deploy -d revision=$SHA {URL}/acme/other\n"
    files = {".circleci/config.yml": CONFIG, "go.sh": call}
    told = message(look(make_repository(files, remote="https://github.com/acme/app.git")), "other-project")
    _, parameters, workflows, step, *_ = (
        part for number, part in enumerate(told.split("`")) if number % 2 or not number
    )
    assert yaml.safe_load(parameters)["parameters"]["revision"] == {"type": "string", "default": ""}
    (flow,) = yaml.safe_load(workflows)["workflows"].values()
    assert flow["jobs"] == ["deploy"]
    assert yaml.safe_load(step) == checkout_revision_step("revision")


def test_an_unknown_project_has_a_cure(make_repository: MakeRepository) -> None:
    call = f"curl -d build_parameters[CIRCLE_JOB]=deploy {URL}/$ORG/$REPO\n"
    files = {".circleci/config.yml": CONFIG, "go.sh": call}
    told = message(look(make_repository(files, remote="https://github.com/acme/app.git")), "project-unknown")
    assert told.endswith("Write github/acme/app there, or allow it with --unsafe.")


def test_who_publishes_an_action_tells_its_users(make_repository: MakeRepository) -> None:
    call = f"curl -d build_parameters[CIRCLE_JOB]=$1 {URL}/$GITHUB_REPOSITORY\n"
    report = look(make_repository({"action.yml": "name: x\n", "go.sh": call}))
    assert message(report, "no-config").startswith("This is a published Action")
    assert "run_job: {type: enum" in message(report, "no-config")


def test_who_publishes_a_library_tells_its_users(make_repository: MakeRepository) -> None:
    call = f"curl -d build_parameters[CIRCLE_JOB]=deploy {URL}/acme/app\n"
    report = look(make_repository({"setup.py": "", "go.sh": call}, remote="https://github.com/acme/app.git"))
    assert message(report, "no-config").startswith("Where this is a library")
