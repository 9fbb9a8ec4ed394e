"""Published Actions, orbs and commands that post to v1: reported where they are used, unknown ones told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemods import find_calls, find_unknown
from codemods.found import RewriteOptions
from migrator.errors import Refusal
from migrator.model import PipelineRequest
from migrator.model import source as written
from migrator.repository.needles import may_hold_call
from migrator.rules import published
from migrator.syntax.text.source import Source
from tests.test_cases import look
from tests.verifying.support import report

if TYPE_CHECKING:
    from tests.conftest import MakeRepository

STEP = """\
on: push
jobs:
  go:
    runs-on: ubuntu-latest
    steps:
      - uses: {}@v1
        with: {{token: x, job: deploy, org: acme, repo: app, branch: main}}
"""
WORKFLOW = ".github/workflows/go.yml"
CONFIG = ".circleci/config.yml"
ORB = "zzish/circleci-trigger-project-build-orb"
USES = {
    "action": (WORKFLOW, STEP.format("shnizzedy/github-action-trigger-circleci"), 6, "deploy"),
    "capitals": (WORKFLOW, STEP.format("Shnizzedy/GitHub-Action-Trigger-CircleCI"), 6, "deploy"),
    "no-input": (WORKFLOW, STEP.format("zivkaziv/circleci-trigger-github-action"), 6, ""),
    "orb": (CONFIG, f"version: 2.1\norbs:\n  t: {ORB}@1.0.0\nworkflows: {{w: {{jobs: [t/trigger]}}}}\n", 3, ""),
    "command": ("go.sh", "npx circleci-trigger --project github/acme/app -b main --job deploy\n", 1, "deploy"),
    "script": ("package.json", '{"scripts": {"go": "circleci-trigger -p github/acme/app -j deploy"}}', 1, "deploy"),
    "fastlane": ("Fastfile", 'lane :go do\n  trigger_circle_ci_job(job_name: "deploy")\nend\n', 2, "deploy"),
}
UNKNOWN = {
    "action": (WORKFLOW, STEP.format("someone/circle-ci-job-starter"), 6),
    "orb": (
        CONFIG,
        "version: 2.1\norbs: {t: acme/trigger-job@1}\nworkflows: {w: {jobs: [{t/go: {job: deploy}}]}}\n",
        2,
    ),
    "module": ("main.tf", 'module "t" {\n  source = "acme/circleci-start/aws"\n  job    = "deploy"\n}\n', 2),
    "step": ("Jenkinsfile", "node {\n  circleciBuild job: 'deploy'\n}\n", 2),
}
QUIET = {
    "v2": (WORKFLOW, STEP.format("promiseofcake/circleci-trigger-action")),
    "no-job": (WORKFLOW, STEP.format("acme/circleci-lint").replace("job: deploy", "path: a")),
    "other": (WORKFLOW, STEP.format("acme/run-job")),
    "own": (WORKFLOW, STEP.format("./.github/actions/run-circle-ci-job").replace("@v1", "")),
    "comment": ("go.sh", "# npx circleci-trigger --job deploy\n"),
    "official": (CONFIG, "version: 2.1\norbs: {n: circleci/node@5}\nworkflows: {w: {jobs: [n/test]}}\n"),
    "provider": ("main.tf", 'module "t" {\n  source = "acme/circleci-context/aws"\n  name = "x"\n}\n'),
}


@pytest.mark.parametrize("name", USES)
def test_what_posts_for_its_users_is_reported(name: str) -> None:
    path, text, line, job = USES[name]
    (found,) = find_calls(Source(path, text))
    assert (found.call.line, [note.code for note in found.call.notes]) == (line, ["posts-for-you"])
    assert (written(found.call.trigger.job.template) if found.call.trigger.job else "") == job
    assert may_hold_call(text.encode()) or name == "capitals"


def half(make_repository: MakeRepository, step: str) -> list[str]:
    """The codes of what is said about one use, and of its request."""
    config = "version: 2.1\njobs:\n  deploy:\n    docker: [{image: a}]\n    steps: [checkout]\n"
    remote = "https://github.com/acme/app.git"
    (outcome,) = look(make_repository({CONFIG: config, WORKFLOW: step}, remote=remote)).outcomes
    return [f"{note.code}: {note.message}" for note in outcome.notes]


def test_its_config_gets_what_the_request_needs(make_repository: MakeRepository) -> None:
    said = half(make_repository, USES["action"][1])
    assert any(each.startswith("config-half: ") for each in said)
    assert 'POST {"branch": "main", "parameters": {"run_job": "deploy"}} to https://circleci.com/api/v2/' in said[0]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("job: deploy, ", ""),
        ("job: deploy", "job: deploy, parameters: a=b"),
        ("job: deploy", "job: '${{ inputs.job }}'"),
    ],
)
def test_what_is_not_seen_whole_gets_nothing(before: str, after: str, make_repository: MakeRepository) -> None:
    said = half(make_repository, USES["action"][1].replace(before, after))
    assert not any(each.startswith("config-half: ") for each in said)


def test_a_branch_that_is_not_given_is_that_of_the_workflow() -> None:
    path, text, *_ = USES["action"]
    (found,) = find_calls(Source(path, text.replace(", branch: main", "")))
    assert found.call.trigger.branch is not None
    assert written(found.call.trigger.branch.template) == "${{ github.ref_name }}"


def test_it_is_never_written() -> None:
    (found,) = find_calls(Source(*USES["orb"][:2]))
    with pytest.raises(Refusal) as refused:
        found.writer.post(PipelineRequest(None, None), RewriteOptions())
    assert refused.value.code == "posts-for-you"


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_is_not_known_is_told(name: str) -> None:
    path, text, line = UNKNOWN[name]
    assert find_calls(Source(path, text)) == ()
    assert [at for at, _ in find_unknown(Source(path, text))] == [line]
    assert may_hold_call(text.encode()) or name == "orb"


def test_the_report_tells_it() -> None:
    path, text, line = UNKNOWN["action"]
    told = [(each.line, each.note.code) for each in report({path: text}).remarks if each.path == path]
    assert told == [(line, "may-post-for-you")]


@pytest.mark.parametrize("name", QUIET)
def test_everything_else_is_left_alone(name: str) -> None:
    source = Source(*QUIET[name])
    assert (find_calls(source), find_unknown(source)) == ((), ())


def test_the_table_is_in_small_letters_and_has_no_twins() -> None:
    names = [(entry.kind, entry.name) for entry in published()]
    assert len(set(names)) == len(names)
    assert all(name == name.lower() for _, name in names)
