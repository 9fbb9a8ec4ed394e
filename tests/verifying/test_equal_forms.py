"""`verify --against` takes for equal what is written in another form, and blames the workflow that is wrong."""

from __future__ import annotations

import pytest

from migrator.repository.roots import CONFIG_PATH
from tests.verifying.support import V1, compared, faults, files, migrated

JOB = "{docker: [{image: cimg/base:2024.01}], steps: [checkout, {run: make}]}"
CONFIG = f"version: 2.1\njobs:\n  build: {JOB}\n  test: {JOB}\n  deploy: {JOB}\nworkflows:\n  main:\n    jobs: "
TAGGED = "{branches: {ignore: /.*/}, tags: {only: /v.*/}}"
STATES = "[success, failed, canceled, unauthorized, not_run]"
TERMINAL = "[build, {test: {requires: [{build: terminal}]}}]"
FORMS = {
    "branch filter": ("[{build: {filters: {branches: {only: main}}}}]", "[{build: {filters: FILTER}}]"),
    "not a branch": ("[{build: {filters: {branches: {ignore: main}}}}]", "[{build: {filters: NO_FILTER}}]"),
    "tag filter": (f"[{{build: {{filters: {TAGGED}}}}}]", "[{build: {filters: 'pipeline.git.tag matches /v.*/'}}]"),
    "any tag": (
        f"[{{build: {{filters: {TAGGED.replace('v.', '.')}}}}}]",
        "[{build: {filters: pipeline.git.tag}}]",
    ),
    "tag or branch": (
        "[{build: {filters: {branches: {only: main}, tags: {only: /v.*/}}}}]",
        '[{build: {filters: \'pipeline.git.tag starts-with "v" or pipeline.git.branch == "main"\'}}]',
    ),
    "terminal": (TERMINAL, TERMINAL.replace("terminal", STATES)),
    "list of one": (TERMINAL, TERMINAL.replace("terminal", "[terminal]")),
    "success": ("[build, {test: {requires: [build]}}]", "[build, {test: {requires: [{build: [success]}]}}]"),
}
FILTERS = {
    "NO_FILTER": "'pipeline.git.branch != \"main\"'",
    "FILTER": "'pipeline.git.branch == \"main\"'",
}


def config(jobs: str) -> str:
    for name, text in FILTERS.items():
        jobs = jobs.replace(name, text)
    return f"{CONFIG}{jobs}\n"


@pytest.mark.parametrize("name", FORMS)
def test_equal_forms(name: str) -> None:
    before, after = (files(config(jobs)) for jobs in FORMS[name])
    assert faults(compared(before, after)) == []
    assert faults(compared(after, before)) == []


def test_another_filter_differs() -> None:
    before = files(config("[{build: {filters: {tags: {only: /.*/}}}}]"))
    after = files(config("[{build: {filters: 'pipeline.git.branch != \"main\"'}}]"))
    lines = faults(compared(before, after))
    assert any(line.startswith("push of any tag: differs: job build of workflow main does not run") for line in lines)


OLD = files(
    config("[build, {deploy: {requires: [build]}}]") + "  checks: {jobs: [test]}\n",
    go=f"curl -u $T: -d build_parameters[CIRCLE_JOB]=deploy -d build_parameters[V]=$1 {V1}/tree/main\n",
)
NEW = migrated(OLD)
GUARD = "    when:\n      equal: [none, << pipeline.parameters.run_job >>]\n"


@pytest.mark.parametrize("count", range(3))
def test_the_workflow_without_a_guard_is_blamed(count: int) -> None:
    """Not the one that runs for the call, although `main` comes first and holds the job too; and every time alike."""
    spoilt = {**NEW, CONFIG_PATH: NEW[CONFIG_PATH].replace(GUARD, "", 1)}
    assert spoilt != NEW, count
    assert faults(compared(OLD, spoilt)) == ["deploy: differs: workflow main runs as well"]


def spoilt(good: str, bad: str) -> list[str]:
    text = NEW[CONFIG_PATH].replace(good, bad)
    assert text != NEW[CONFIG_PATH]
    return faults(compared(OLD, {**NEW, CONFIG_PATH: text}))


def test_what_differs_everywhere_is_told_once() -> None:
    detail = "job test of workflow checks does not run any more; job test of workflow check runs as well"
    assert spoilt("  checks:", "  check:") == [f"push to any branch: differs: {detail}"]


def test_a_config_that_fails_is_told_once() -> None:
    lines = spoilt("workflows:\n", "workflows:\n  x: {when: << pipeline.parameters.absent >>, jobs: [test]}\n")
    assert [line.partition(":")[0] for line in lines] == ["deploy", "push to any branch", "push of any tag"]
    assert all("absent" in line and "empty" not in line for line in lines)
