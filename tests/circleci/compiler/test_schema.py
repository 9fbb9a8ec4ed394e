"""What 2.1 refuses wherever it stands, what it may refuse, and what it takes."""

from __future__ import annotations

import pytest

from migrator.circleci.compiler import CompileError
from migrator.circleci.compiler.schema import doubts, refusals
from tests.circleci.compiler.support import data, push, run

_JOB = "docker: [{image: a}], steps: [checkout]"
_CONFIG = f"jobs: {{build: {{{_JOB}}}, %s}}\nworkflows: {{w: {{jobs: [build]}}}}"

_REFUSED = [
    (f"py3.8: {{{_JOB}}}", "job name `py3.8`"),
    (f".base: {{{_JOB}}}", "job name `.base`"),
    (f"x: {{{_JOB}, branches: {{only: [main]}}}}", "`branches` in a job"),
    ("x: {docker: [{image: a}]}", "required key [steps] not found"),
    ("x: {steps: [checkout]}", "[executor] not found"),
    ("x: {docker: [{image: a}], steps: [run: ]}", "required key [command] not found"),
    ("x: {docker: [{image: a}], steps: [run: {name: nothing}]}", "required key [command] not found"),
    ("x: {docker: [{image: a}], steps: [{run: , command: make}]}", "exactly one key"),
    ("x: {docker: [{image: a}], steps: [when: {condition: true, steps: [run: ]}]}", "required key [command] not found"),
]


@pytest.mark.parametrize(("job", "reason"), _REFUSED)
def test_a_job_that_nothing_runs_makes_2_1_refuse_the_config(job: str, reason: str) -> None:
    assert run(f"version: 2\n{_CONFIG % job}", push("main")).jobs
    with pytest.raises(CompileError) as error:
        run(f"version: 2.1\n{_CONFIG % job}", push("main"))
    assert reason in error.value.message


_DOUBTED = [
    (f"x: {{{_JOB}, timezone: UTC}}", "the key `timezone`"),
    ("x: {docker: [{image: a}], steps: [run: {command: tox, timeout: 600}]}", "the key `timeout`"),
    ("x: {docker: [a], steps: [checkout]}", "a container without `image`"),
    ("x: {docker: [{image: a, environments: {A: b}}], steps: [checkout]}", "the key `environments`"),
    ("x: {docker: [{image: a}], steps: [restore_cache: {key: a, keys: [b]}]}", "both `key` and `keys`"),
    ("x: {docker: [{image: a}], steps: [store_artifacts: out]}", "no `path`"),
    ("x: {docker: [{image: a}], steps: [save_cache: {key: a}]}", "no `paths`"),
]


@pytest.mark.parametrize(("job", "reason"), _DOUBTED)
def test_what_is_not_known_here_may_be_refused(job: str, reason: str) -> None:
    text = f"version: 2.1\n{_CONFIG % job}"
    assert run(text, push("main")).jobs
    (doubt,) = doubts(data(text))
    assert reason in doubt


def test_a_filter_of_another_name_may_be_refused() -> None:
    (doubt,) = doubts(data("workflows: {w: {jobs: [{build: {filters: {branch: {only: main}}}}]}}"))
    assert "the key `branch`" in doubt


@pytest.mark.parametrize(
    "config",
    [
        "jobs: {Deploy to prod_1-a: {docker: [{image: a}], steps: [checkout]}}",
        "jobs: {x: {executor: e, steps: [{run: make}, {run: {command: make}}, {s/x: {a: 1, b: 2}}]}}",
        "jobs: {x: {type: approval}, y: {type: release, plan_name: p}}",
        "jobs: {x: {freebsd: true, steps: [checkout]}}",
        "jobs: {x: {machine: true, steps: << parameters.steps >>, parameters: {steps: {type: steps}}}}",
        "jobs: {x: {machine: true, steps: [run]}}\ncommands: {run: {steps: [checkout]}}",
        "jobs: {x: {machine: true, steps: [run: ]}}\ncommands: {run: {steps: [checkout]}}",
    ],
)
def test_what_2_1_takes_is_not_refused(config: str) -> None:
    assert list(refusals(data(config))) == []
