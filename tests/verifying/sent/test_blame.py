"""A difference is told by what made it."""

from __future__ import annotations

from tests.verifying.support import V1, V2, compared, faults, files

OLD = """
    version: 2.1
    jobs: {deploy: {docker: [{image: cimg/base:1}], steps: [checkout, run: make]}}
    workflows: {}
    """
NEW = """
    version: 2.1
    parameters: {deploy: {type: boolean, default: false}, commit: {type: string, default: ""}}
    jobs: {deploy: {docker: [{image: cimg/base:1}], steps: [checkout, run: make]}}
    workflows: {deploy: {when: << pipeline.parameters.deploy >>, jobs: [deploy]}}
    """
CALL = f"curl -u $T: -d build_parameters[CIRCLE_JOB]=deploy -d revision=$1 {V1}/tree/main\n"


def _faults(more: str = "") -> list[str]:
    body = f'{{"branch": "main", "parameters": {{"deploy": true{more}}}}}'
    return faults(compared(files(OLD, go=CALL), files(NEW, go=f"curl -u $T: --json '{body}' {V2}\n")))


def test_a_commit_that_is_left_out_is_said_in_one_sentence() -> None:
    (line,) = _faults()
    wanted = "the old call names a commit, and v2 builds the head of the branch: nothing hands the commit over"
    assert line == f"deploy: differs: {wanted}"


def test_a_commit_that_goes_along_is_looked_at_closely() -> None:
    (line,) = _faults(', "commit": "\'$1\'"')
    assert line.startswith("deploy: differs: ")
    assert "hands the commit over" not in line
