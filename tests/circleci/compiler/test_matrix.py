"""Matrix jobs, after CircleCI's published examples, and other names of entries."""

from __future__ import annotations

import pytest

from migrator.circleci.compiler import CompileError, Pipeline, UnknownError
from tests.circleci.compiler.support import commands, names, run

JOBS = """
version: 2.1
executors:
  small: {docker: [{image: small}]}
  large: {machine: {image: large}}
jobs:
  pack:
    parameters:
      os: {type: enum, enum: [linux, darwin, win32]}
      release: {type: string}
      strip: {type: boolean, default: false}
    machine: true
    steps: [run: pack << parameters.os >> << parameters.release >> << parameters.strip >>]
  try:
    parameters: {where: {type: executor}, n: {type: integer, default: 1}}
    executor: << parameters.where >>
    steps: [run: "try << parameters.n >>"]
  ship: {machine: true, steps: [run: ship]}
"""


def entries(jobs: str) -> Pipeline:
    return run(f"{JOBS}\nworkflows: {{w: {{jobs: [{jobs}]}}}}")


def test_every_combination_runs_under_its_values() -> None:
    pipeline = entries("{pack: {matrix: {parameters: {release: ['0.1', '0.2'], os: [linux, darwin]}}}}")
    assert {job.name: commands(job) for job in pipeline.jobs} == {
        "pack-linux-0.1": ["pack linux 0.1 false"],
        "pack-linux-0.2": ["pack linux 0.2 false"],
        "pack-darwin-0.1": ["pack darwin 0.1 false"],
        "pack-darwin-0.2": ["pack darwin 0.2 false"],
    }
    assert {job.job for job in pipeline.jobs} == {"pack"}


def test_exclude() -> None:
    pipeline = entries("""{pack: {matrix: {parameters: {release: [a, b, c], os: [linux, darwin, win32]},
        exclude: [{release: c, os: darwin}]}}}""")
    assert len(pipeline.jobs) == 8
    assert "w/pack-darwin-c" not in names(pipeline)


def test_an_exclude_of_some_parameters_only_is_not_guessed() -> None:
    with pytest.raises(UnknownError):
        entries("{pack: {matrix: {parameters: {release: [a], os: [linux]}, exclude: [{os: linux}]}}}")


def test_executors_and_booleans() -> None:
    pipeline = entries("{try: {matrix: {parameters: {where: [small, large], n: [1, 2]}}}}")
    assert [job.name for job in pipeline.jobs] == ["try-1-small", "try-1-large", "try-2-small", "try-2-large"]
    assert pipeline.jobs[0].executor == {"docker": [{"image": "small"}]}
    assert pipeline.jobs[3].executor == {"machine": {"image": "large"}}
    pipeline = entries("{pack: {release: a, matrix: {parameters: {strip: [true, false], os: [linux]}}}}")
    assert names(pipeline) == ["w/pack-linux-true", "w/pack-linux-false"]


def test_the_whole_matrix_is_required_by_the_jobs_name_or_its_alias() -> None:
    pipeline = entries("{pack: {release: a, matrix: {parameters: {os: [linux, darwin]}}}}, {ship: {requires: [pack]}}")
    assert pipeline.jobs[2].requires == ("pack-linux", "pack-darwin")
    pipeline = entries("""{pack: {release: a, matrix: {alias: all, parameters: {os: [linux, darwin]}}}},
        {ship: {requires: [all]}}""")
    assert pipeline.jobs[2].requires == ("pack-linux", "pack-darwin")
    with pytest.raises(CompileError, match="requires 'pack'"):
        entries("""{pack: {release: a, matrix: {alias: all, parameters: {os: [linux, darwin]}}}},
            {ship: {requires: [pack]}}""")


def test_one_job_of_a_matrix_can_be_required() -> None:
    pipeline = entries("""{pack: {release: a, matrix: {parameters: {os: [linux, darwin]}}}},
        {ship: {requires: [pack-darwin]}}""")
    assert pipeline.jobs[2].requires == ("pack-darwin",)


def test_values_in_names_and_requirements() -> None:
    pipeline = entries("""
        {try: {name: try-<< matrix.n >>, where: small, matrix: {parameters: {n: [1, 2]}}}},
        {pack: {name: pack-<< matrix.release >>, os: linux, requires: ['try-<< matrix.release >>'],
                context: ['ctx-<< matrix.release >>'], matrix: {parameters: {release: ['1', '2']}}}}""")
    assert [(job.name, job.requires, job.contexts) for job in pipeline.jobs[2:]] == [
        ("pack-1", ("try-1",), ("ctx-1",)),
        ("pack-2", ("try-2",), ("ctx-2",)),
    ]


def test_values_in_filters() -> None:
    pipeline = entries("""{try: {where: small, filters: {branches: {only: << matrix.n >>}},
        matrix: {parameters: {n: [1, 2]}}}}""")
    assert names(pipeline) == []


@pytest.mark.parametrize(
    ("jobs", "expected"),
    [
        ("ship, ship", ["w/ship-1", "w/ship-2"]),
        ("ship, {ship: {name: again}}", ["w/ship", "w/again"]),
        ("{ship: {name: x}}, {ship: {name: x}}", ["w/x-1", "w/x-2"]),
        ("{try: {where: small, name: x, matrix: {parameters: {n: [1, 2]}}}}", ["w/x-1", "w/x-2"]),
    ],
)
def test_repeated_entries_are_numbered(jobs: str, expected: list[str]) -> None:
    assert names(entries(jobs)) == expected


@pytest.mark.parametrize(
    ("jobs", "message"),
    [
        ("{pack: {matrix: {release: [a]}}}", "required key [parameters] not found"),
        ("{pack: {matrix: {parameters: {release: a}}}}", "must be a list"),
        ("{pack: {os: linux, matrix: {parameters: {release: [1]}}}}", "Type error for argument release"),
        ("{pack: {os: linux, matrix: {parameters: {nope: [a]}, alias: x}}}", "Unexpected argument(s): nope"),
        ("{pack: {matrix: {parameters: {release: [a], os: [beos]}}}}", "Type error for argument os"),
        ("{ship: {name: << matrix.x >>}}", "Unknown variable(s): matrix.x"),
        ("pack", "Missing required argument(s): os, release"),
    ],
)
def test_what_is_refused(jobs: str, message: str) -> None:
    with pytest.raises(CompileError) as error:
        entries(jobs)
    assert message in error.value.message
