"""Which jobs run in bash, as far as the config says: only there what a step exports is seen."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from migrator.circleci.runs.exports import export_doubt
from migrator.circleci.runs.shells import is_bash
from tests.circleci.support import config
from tests.verifying.support import V1, checked, compared, files, migrated, report, told

if TYPE_CHECKING:
    from pathlib import Path

_EXECUTORS = (
    "executors: {e: {docker: [{image: cimg/base:1}], shell: pwsh}}\norbs: {win: circleci/windows@5, o: a/b@1}\n"
)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("docker: [{image: cimg/base:2024.01}]", None),
        ("docker: [{image: python:3.12-slim}]", None),
        ("docker: [{image: 'ubuntu@sha256:0123'}]", None),
        ("machine: {image: ubuntu-2204:current}", None),
        ("macos: {xcode: 15.0}", None),
        ("docker: [{image: alpine:3}], shell: /bin/bash -eo pipefail", None),
        ("docker: [{image: alpine:3}]", "the image alpine:3 may not have it"),
        ("docker: [{image: 'docker:24'}]", "the image docker:24 may not have it"),
        ("docker: [{image: 'localhost:5000/ci'}]", "? whether the image localhost:5000/ci has it cannot be seen"),
        ("docker: [{image: acme/ci:1}]", "? whether the image acme/ci:1 has it cannot be seen"),
        ("docker: [{image: cimg/base:1}], shell: /bin/sh -eo pipefail", "its shell is /bin/sh -eo pipefail"),
        ("docker: [{image: cimg/base:1}], shell: pwsh", "! its shell is pwsh"),
        ("executor: e", "! its shell is pwsh"),
        ("docker: [{image: cimg/base:1}], shell: /bin/bash --login -eo pipefail", None),
        ("docker: [{image: cimg/base:1}], shell: bash -ilc", "its shell is bash -ilc"),
        ("docker: [{image: cimg/base:1}], shell: bash -o posix", "its shell is bash -o posix"),
        ("docker: [{image: cimg/base:1}], shell: bash --posix -e", "its shell is bash --posix -e"),
        ("docker: [{image: cimg/base:1}], shell: bash -p", "its shell is bash -p"),
        ("executor: {name: o/x}", "? what the executor o/x of an orb runs it in cannot be seen"),
        ("executor: win/default", "! Windows runs it in PowerShell unless it is told otherwise"),
        ("executor: {name: win/default, shell: bash.exe}", None),
        ("machine: {image: windows-server-2022-gui:current}, shell: bash.exe -eo pipefail", None),
        (
            "machine: {image: windows-server-2022-gui:current}",
            "! Windows runs it in PowerShell unless it is told otherwise",
        ),
    ],
)
def test_what_speaks_against_bash(body: str, reason: str | None) -> None:
    view = config(f"version: 2.1\n{_EXECUTORS}jobs: {{deploy: {{{body}, steps: [checkout]}}}}\n")
    doubt = export_doubt(view, "deploy", ("VERSION",))
    mark = "" if doubt is None else "! " if doubt.fails else "" if doubt.sure else "? "
    assert (f"{mark}{doubt.reason}" if doubt else None) == reason


@pytest.mark.parametrize(
    ("steps", "is_sure"),
    [
        ("run: ./x", False),
        ("run: bash x.sh", True),
        ("run: /bin/bash x.sh", True),
        ("run: echo export A=1 >> $BASH_ENV", True),
        ("run: apk add bash, run: bash x.sh", False),
    ],
)
def test_a_job_that_uses_bash_has_it(steps: str, is_sure: bool) -> None:
    view = config(f"version: 2.1\njobs: {{deploy: {{docker: [{{image: acme/ci}}], steps: [{steps}]}}}}\n")
    assert (export_doubt(view, "deploy", ("VERSION",)) is None) is is_sure


@pytest.mark.parametrize(
    "options", ["", "--login", "-i", "-il", "-p", "-o posix", "--posix", "-leo pipefail", "-euxo pipefail"]
)
def test_bash_itself_agrees(options: str, tmp_path: Path) -> None:
    (tmp_path / "env").write_text("export SEEN=1\n")
    command = ["bash", *options.split(), "-c", "echo $SEEN"]
    environment = {"PATH": os.environ["PATH"], "BASH_ENV": str(tmp_path / "env"), "HOME": str(tmp_path)}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (result.stdout == "1\n") is is_bash(f"/bin/bash {options}")


def _files(job: str) -> dict[str, str]:
    config_text = f"version: 2.1\n{_EXECUTORS}jobs: {{deploy: {{{job}, steps: [run: ./x]}}}}\n"
    workflows = "workflows: {main: {jobs: [deploy]}}\n"
    body = "-d build_parameters[CIRCLE_JOB]=deploy -d build_parameters[VERSION]=1"
    return files(config_text + workflows, go=f"curl -u $T: {body} {V1}/tree/main\n")


@pytest.mark.parametrize(
    ("job", "status", "after"),
    [
        ("docker: [{image: cimg/base:1}]", "safe", "proved"),
        ("docker: [{image: alpine:3}]", "unsafe", "unknown"),
        ("docker: [{image: acme/ci}]", "unsafe", "proved"),
        ("docker: [{image: cimg/base:1}], shell: /bin/sh -e", "unsafe", "unknown"),
        ("executor: win/default", "manual", "unknown"),
    ],
)
def test_what_may_not_arrive_is_never_safe(job: str, status: str, after: str) -> None:
    content = _files(job)
    (outcome,) = report(content).outcomes
    assert outcome.status == status
    assert (told(list(checked(content).calls[0].proofs))[0] == "deploy: proved") is (status == "safe")
    (call,) = checked(migrated(content)).calls
    assert [proof.verdict for proof in call.proofs] == [after]
    (call,) = compared(content, migrated(content)).calls
    assert (call.proofs[0].verdict == "proved") is (status == "safe")
