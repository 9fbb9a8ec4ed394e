"""A value that has another name in the new program is no difference that is known; another value is one."""

from __future__ import annotations

import pytest

from tests.verifying.support import V1, compared, migrated, told

CONFIG = """\
version: 2.1
jobs: {deploy: {docker: [{image: cimg/base:1}], steps: [checkout, run: make $STAGE]}}
workflows: {}
"""
PYTHON = f"""\
import argparse, os, requests

parser = argparse.ArgumentParser()
parser.add_argument("--stage")
parser.add_argument("--branch")
parser.add_argument("--other")
args = parser.parse_args()
requests.post(
    f"{V1}/tree/{{args.branch}}",
    json={{"build_parameters": {{"CIRCLE_JOB": "deploy", "STAGE": args.stage, "NAME": os.environ["NAME"]}}}},
    auth=(os.environ["T"], ""),
)
"""
SHELL = f"""\
#!/bin/bash
stage=${{1:?usage}}
curl -u "$T:" -d build_parameters[CIRCLE_JOB]=deploy -d "build_parameters[STAGE]=$stage" \\
  -d "build_parameters[NAME]=$NAME" {V1}/tree/main
"""


def _told(path: str, text: str, *changes: tuple[str, str]) -> str:
    new = migrated({".circleci/config.yml": CONFIG, path: text})
    changed = new[path]
    for good, bad in changes:
        assert good in changed
        changed = changed.replace(good, bad)
    calls = compared({".circleci/config.yml": CONFIG, path: text}, {**new, path: changed}).calls
    (line,) = [line for call in calls for line in told(call.proofs)]
    return line


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ([("args", "opts")], "unknown: "),
        ([('args.stage, "', 'args.other, "')], "differs: variable STAGE is `⟨args.stage⟩` before"),
        ([('os.environ["NAME"]', 'os.environ["NAMES"]')], "differs: variable NAME is"),
        ([('args.stage, "', '"beta", "')], "differs: variable STAGE is `⟨args.stage⟩` before, `beta` after"),
    ],
)
def test_python(changes: list[tuple[str, str]], wanted: str) -> None:
    assert _told("ci/go.py", PYTHON, *changes).startswith(f"deploy: {wanted}")


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ([("stage=${1:?usage}\n", ': "${1:?usage}"\n'), ("$stage", "$1")], "unknown: variable STAGE"),
        ([("$NAME", "$NAMES")], "differs: variable NAME is `⟨$NAME⟩` before, `⟨$NAMES⟩` after"),
        ([("$NAME", "$1")], "differs: variable NAME is `⟨$NAME⟩` before"),
        ([("$NAME", "x-$NAME")], "differs: variable NAME is `⟨$NAME⟩` before"),
        ([('"$NAME"', '"$(name)"')], "unknown: variable NAME is `⟨$NAME⟩` before"),
    ],
)
def test_shell(changes: list[tuple[str, str]], wanted: str) -> None:
    assert _told("ci/go.sh", SHELL, *changes).startswith(f"deploy: {wanted}")
