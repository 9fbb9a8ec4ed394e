"""A v2 call against the config that it starts: what is wrong is said in words that a person can act upon."""

from __future__ import annotations

import json

import pytest

from migrator.repository.roots import CONFIG_PATH
from tests.verifying.support import V1, V2, checked, files, migrated, told

CONFIG = """
    version: 2.1
    parameters:
      run_job: {type: enum, enum: [none, deploy, test], default: none}
      stage: {type: string, default: ""}
      count: {type: integer, default: 0}
      extra: {type: boolean, default: false}
    jobs:
      build: {docker: [{image: a}], steps: [checkout]}
      test: {docker: [{image: a}], steps: [checkout]}
      deploy: {docker: [{image: a}], steps: [checkout]}
    workflows:
      ci:
        when: {equal: [none, << pipeline.parameters.run_job >>]}
        jobs: [build]
      run-deploy:
        when: {equal: [deploy, << pipeline.parameters.run_job >>]}
        jobs: [deploy]
      run-test:
        when: {equal: [test, << pipeline.parameters.run_job >>]}
        jobs: [test]
      extra:
        when: << pipeline.parameters.extra >>
        jobs: [test]
    """
GUARD = "when: {equal: [none, << pipeline.parameters.run_job >>]}"
PUSH = "push to any branch: proved"


def verdicts(body: object, config: str = CONFIG, *, json_type: bool = True, raw: str = "") -> list[str]:
    header = "-H 'Content-Type: application/json'" if json_type else ""
    data = raw or f"'{json.dumps(body)}'"
    found = checked(files(config, call=f'curl -H "Circle-Token: $T" {header} -d {data} {V2}'))
    return [*(line for call in found.calls for line in told(call.proofs)), *told(list(found.ordinary))]


def test_a_right_call() -> None:
    assert verdicts({"branch": "main", "parameters": {"run_job": "deploy"}}) == ["run_job=deploy: proved", PUSH]
    assert verdicts({}) == ["pipeline: proved", PUSH]
    assert verdicts({"parameters": {"run_job": "none", "stage": "x"}}) == ["run_job=none: proved", PUSH]


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"run_jobs": "deploy"}, ["declares no pipeline parameter `run_jobs`", "did you mean `run_job`?"]),
        ({"run_job": "deplyo"}, ["enum, one of: none, deploy, test", '"deplyo"']),
        ({"run_job": True}, ["Type error", "expected type: enum"]),
        ({"run_job": "deploy", "stage": 3}, ["expected type: string", "type integer"]),
        ({"run_job": "deploy", "count": "3"}, ["expected type: integer", "type string"]),
        ({"run_job": "deploy", "extra": "true"}, ["expected type: boolean", "type string"]),
        ({"run_job": "deploy", "stage": "x" * 513}, ["longer than 512"]),
        ({"extra": True}, ["workflow ci runs besides extra", "give it a `when`"]),
    ],
)
def test_wrong_parameters(parameters: dict[str, object], words: list[str]) -> None:
    line, _ = verdicts({"branch": "main", "parameters": parameters})
    assert ": differs: " in line
    assert all(word in line for word in words), line


def test_a_body_that_is_not_declared_to_be_json() -> None:
    line, _ = verdicts({"parameters": {"run_job": "deploy"}}, json_type=False)
    assert "differs: the request has no `Content-Type: application/json`" in line


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (f"{GUARD}\n", "\n", ["workflow ci runs besides deploy"]),
        ("equal: [deploy,", "equal: [deploi,", ["nothing runs, and v2 still answers 201"]),
        ("jobs: [deploy]", "jobs: [test]", ["job deploy does not run, but test"]),
        ("jobs: [deploy]", "jobs: [deploy, test]", ["job test of workflow run-deploy runs besides deploy"]),
        ("jobs: [deploy]", "jobs: [{deploy: {filters: {branches: {only: dev}}}}]", ["nothing runs"]),
        ("jobs: [deploy]", "jobs: [deplo]", ["the pipeline fails", "deplo"]),
    ],
)
def test_a_wrong_config(before: str, after: str, words: list[str]) -> None:
    assert before in CONFIG
    line = verdicts({"branch": "main", "parameters": {"run_job": "deploy"}}, CONFIG.replace(before, after))[0]
    assert ": differs: " in line
    assert all(word in line for word in words), line


def test_jobs_that_belong_to_the_selected_one_are_no_company() -> None:
    chain = CONFIG.replace(
        "jobs: [deploy]", "jobs: [build, {deploy: {requires: [build]}}, {test: {requires: [deploy]}}]"
    )
    assert verdicts({"branch": "main", "parameters": {"run_job": "deploy"}}, chain)[0] == "run_job=deploy: proved"


def test_a_tag_needs_a_filter() -> None:
    line, _ = verdicts({"tag": "v1", "parameters": {"run_job": "deploy"}})
    assert "nothing runs for a tag: give the jobs of its workflow `filters: tags`" in line
    tagged = CONFIG.replace("jobs: [deploy]", "jobs: [{deploy: {filters: {tags: {only: /.*/}}}}]")
    assert verdicts({"tag": "v1", "parameters": {"run_job": "deploy"}}, tagged)[0] == "run_job=deploy: proved"


def test_every_value_is_tried() -> None:
    body = """'{"branch": "main", "parameters": {"run_job": "'"$1"'"}}'"""
    assert verdicts(None, raw=body) == ["run_job=deploy: proved", "run_job=test: proved", PUSH]
    wrong = CONFIG.replace("equal: [test,", "equal: [tset,")
    assert [line.partition(": ")[2][:7] for line in verdicts(None, wrong, raw=body)] == ["proved", "differs", "proved"]


def test_a_selector_that_takes_any_text() -> None:
    loose = CONFIG.replace("{type: enum, enum: [none, deploy, test], default: none}", "{type: string, default: none}")
    lines = verdicts(None, loose, raw="""'{"branch": "main", "parameters": {"run_job": "'"$1"'"}}'""")
    assert lines[:2] == ["run_job=deploy: proved", "run_job=test: proved"]
    assert lines[2].startswith("run_job=any other: unknown: for any other value of `run_job` nothing runs")
    assert "did you mean deploy?" in verdicts({"parameters": {"run_job": "deplyo"}}, loose)[0]


def test_a_branch_that_only_the_run_shows() -> None:
    filtered = CONFIG.replace("jobs: [deploy]", "jobs: [{deploy: {filters: {branches: {only: dev}}}}]")
    lines = verdicts(None, filtered, raw="""'{"branch": "'$1'", "parameters": {"run_job": "deploy"}}'""")
    assert lines[0].startswith("run_job=deploy: unknown: something runs only if")


def test_a_push_that_runs_nothing() -> None:
    guarded = CONFIG.replace("equal: [none,", "equal: [nothing,")
    line = verdicts({"branch": "main", "parameters": {"run_job": "deploy"}}, guarded)[-1]
    assert line.startswith("push to any branch: differs: nothing runs")


def test_other_projects_are_not_judged() -> None:
    found = checked(
        files(CONFIG, call=f"curl -X POST {V2.replace('app', 'other')}\ncurl -X POST {V2.replace('app', '$X')}")
    )
    lines = [line for call in found.calls for line in told(call.proofs)]
    assert lines[0].startswith("pipeline: unknown: there is no .circleci/config.yml of gh/acme/other at hand")
    assert lines[1] == "pipeline: unknown: if gh/acme/$X is this project, which cannot be seen: all is well"
    assert told(list(found.ordinary)) == [PUSH]


def test_a_setup_config_is_not_judged() -> None:
    assert (
        "unknown: the config is a setup config"
        in verdicts({}, CONFIG.replace("version: 2.1", "version: 2.1\n    setup: true"))[0]
    )


_WITHOUT = "version: 2.1\njobs: {deploy: {docker: [{image: a}], steps: [checkout]}}\n"
_SCHEDULED = "{triggers: [{schedule: {cron: '0 0 * * *', filters: {branches: {only: main}}}}], jobs: [deploy]}"


_TAGS = "{jobs: [{deploy: {filters: {branches: {ignore: /.*/}, tags: {only: /v.*/}}}}]}"
_TIMED = "{when: {equal: [scheduled_pipeline, << pipeline.trigger_source >>]}, jobs: [deploy]}"
_SERVED = [
    f"workflows:\n  release: {_TAGS}\n",
    f"workflows:\n  nightly: {_TIMED}\n",
    "",
    f"workflows:\n  nightly: {_SCHEDULED}\n",
    "workflows:\n  off: {when: false, jobs: [deploy]}\n",
]


@pytest.mark.parametrize("workflows", _SERVED, ids=["tags", "timed", "none", "scheduled", "switched-off"])
def test_a_config_that_no_push_was_meant_for_is_right(workflows: str) -> None:
    new = migrated(
        files(_WITHOUT + workflows, go=f"curl -u $T: -d build_parameters[CIRCLE_JOB]=deploy {V1}/tree/main\n")
    )
    assert told(list(checked(new).ordinary)) == [PUSH]
    if _TAGS in workflows or _TIMED in workflows:
        return  # what is wrong besides is not seen there
    second = new[CONFIG_PATH].replace(
        "  run-deploy:", "  usual: {when: {equal: [deploy, x]}, jobs: [deploy]}\n  run-deploy:"
    )
    second = second.replace("[deploy, x]", "[deploy, << pipeline.parameters.run_job >>]")
    assert second != new[CONFIG_PATH]
    assert "differs: nothing runs" in told(list(checked({**new, CONFIG_PATH: second}).ordinary))[0]
