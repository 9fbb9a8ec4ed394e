"""A command for curl that is put together in steps is found, however that is done, and rewritten where it is one list.

Each program of `built.txt` is run, to see that it asks for the job.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from migrator.model import Severity, static
from tests.python.stage import asked_of_v1, asked_of_v2, stage
from tests.python.support import find, is_refused, rewritten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.python.stage import Stage

HEAD = 'import os, shlex, subprocess, sys\nAPI = "https://circleci.com/api/v1.1/project/github/acme/app"\n'
BUILT = {
    name: HEAD + code
    for name, _, code in (
        part.partition("\n") for part in Path(__file__).with_name("built.txt").read_text().split("### ")[1:]
    )
}
WRITTEN = {"spread", "given one by one", "given as a list"}
START = 'cmd = ["curl", "-s", "-u", "x:"]\n'
REST = '["-d", "build_parameters[CIRCLE_JOB]=deploy", API]'
SILENT = {
    "reading": f"{START}cmd.append(API)\nsubprocess.run(cmd)\n",
    "cancelling": f'{START}cmd += ["-X", "POST", API + "/17/cancel"]\nsubprocess.run(cmd)\n',
    "printed": 'usage = "curl "\nusage += "-d build_parameters[CIRCLE_JOB]=x "\nusage += API\nprint(usage)\n',
    "another program": f'cmd = ["echo", "curl"]\ncmd += {REST}\nsubprocess.run(cmd)\n',
    "given elsewhere": f"def go(cmd):\n    cmd += ['-s']\n    cmd.append('curl')\n    other.words += {REST}\n",
    "itself": "def go(cmd):\n    go(cmd + ['curl'])\n    return go(cmd)\ngo(['curl', API])\n",
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("stage")) as made:
        yield made


@pytest.mark.parametrize("name", BUILT)
def test_what_is_put_together_is_reported(name: str, shared: Stage) -> None:
    sent, _ = shared.run(BUILT[name])
    before = [asked_of_v1(request) for request in sent]
    assert [asked.job for asked in before] == ["deploy"]
    (one,) = find(BUILT[name])
    assert is_refused(one.call) is (name not in WRITTEN)
    if name in WRITTEN:
        sent, _ = shared.run(rewritten(BUILT[name]))
        assert [asked_of_v2(request, {}) for request in sent] == before
    assert str(one.call.trigger.slug) == "github/acme/app"
    job = one.call.trigger.job
    assert name in {"a loop", "spread"} or (job is not None and static(job.template) == "deploy")


@pytest.mark.parametrize("name", SILENT)
def test_what_starts_nothing_is_not(name: str) -> None:
    assert find(HEAD + SILENT[name]) == ()


def test_an_understood_command_is_reported_once() -> None:
    (one,) = find(HEAD + f'{START}cmd += ["-v"]\nsubprocess.run(cmd)\nsubprocess.run(["curl", "-ux:", {REST[1:]})\n')
    assert not [note for note in one.call.notes if note.severity is Severity.ERROR]
