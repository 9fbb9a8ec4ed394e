"""`migrator verify` and the refusal of `migrator apply`, as the user meets them: output, last line, exit status."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple, Protocol

import pytest

from codemods.config import rewrite as config
from migrator.__main__ import run
from tests.conftest import git
from tests.verifying.support import V1, files

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeRepository

CONFIG = """
    version: 2.1
    jobs:
      build: {docker: [{image: a}], steps: [checkout]}
      deploy: {docker: [{image: a}], steps: [checkout]}
    workflows:
      ci: {jobs: [build]}
    """
CALL = f"curl -u $T: -d build_parameters[CIRCLE_JOB]=deploy {V1}/tree/main\n"
SAME = "deploy alone runs, as the v1.1 call started it, with the same variables"
REMOTE = "git@github.com:acme/app.git"


class Ran(NamedTuple):
    status: int
    out: str
    err: str

    @property
    def last(self) -> str:
        return self.err.splitlines()[-1]


class Migrator(Protocol):
    def __call__(self, *arguments: str | Path) -> Ran: ...


@pytest.fixture
def migrator(capfd: pytest.CaptureFixture[str]) -> Migrator:
    def run_it(*arguments: str | Path) -> Ran:
        capfd.readouterr()
        status = run([str(argument) for argument in arguments])
        return Ran(status, *capfd.readouterr())

    return run_it


def test_from_planned_to_migrated(make_repository: MakeRepository, migrator: Migrator) -> None:
    root = make_repository(files(CONFIG, call=CALL), remote=REMOTE)
    planned = migrator("verify", root)
    assert planned.status == 0
    assert planned.out.splitlines() == [
        f"call.sh:2:1  v1.1  deploy  proved: {SAME}",
        "ordinary pipelines: 6 of 6 proved: the same runs as before",
    ]
    assert planned.last == "2 files searched, 1 call found: 1 proved; ordinary pipelines: 6 proved"
    assert migrator("apply", root).status == 0
    made = migrator("verify", root)
    assert made.status == 0
    assert made.out.splitlines()[0] == (
        "call.sh:2:1  v2  run_job=deploy  proved: it starts deploy of workflow run-deploy and nothing else"
    )
    against = migrator("verify", root, "--against", "HEAD")
    assert against.status == 0
    assert against.out.splitlines()[0] == f"call.sh:2:1  v2  deploy  proved: {SAME}"


def test_what_differs(make_repository: MakeRepository, migrator: Migrator) -> None:
    root = make_repository(files(CONFIG, call=CALL), remote=REMOTE)
    migrator("apply", root)
    config = root / ".circleci/config.yml"
    config.write_text(config.read_text().replace("equal: [deploy,", "equal: [deplo,"))
    for arguments in ((), ("--against", "HEAD"), ("--exit-zero",)):
        ran = migrator("verify", root, *arguments)
        assert ran.status == 7
        assert "differs: nothing runs" in ran.out
        assert "1 differs" in ran.last
    assert migrator("verify", root, "-q").out.count("\n") == 3


def test_what_is_unknown(make_repository: MakeRepository, migrator: Migrator) -> None:
    root = make_repository(files(CONFIG, call=f"eval '{CALL.strip()}'\n"), remote=REMOTE)
    ran = migrator("verify", root)
    assert ran.status == 1
    assert "unknown: it stays on v1.1: " in ran.out
    assert ran.last == "2 files searched, 1 call found: 1 unknown"
    assert migrator("verify", root, "--exit-zero").status == 0
    against = migrator("verify", root, "--against", "HEAD")
    assert (against.status, "still calls v1.1" in against.out) == (1, True)


def test_nothing_to_verify(make_repository: MakeRepository, migrator: Migrator) -> None:
    root = make_repository(files(CONFIG, call="echo nothing\n"), remote=REMOTE)
    ran = migrator("verify", root)
    assert (ran.status, ran.out, ran.last) == (0, "", "2 files searched, 0 calls found")


def test_json(make_repository: MakeRepository, migrator: Migrator) -> None:
    root = make_repository(files(CONFIG, call=CALL), remote=REMOTE)
    document = json.loads(migrator("verify", root, "--format", "json").out)
    assert document["schema_version"] == 1
    assert document["summary"] == {"files_searched": 2, "calls": 1, "proved": 7, "differs": 0, "unknown": 0}
    assert document["calls"] == [
        {
            "path": "call.sh",
            "line": 2,
            "column": 1,
            "api_version": "v1.1",
            "project": "github/acme/app",
            "target": "this",
            "proofs": [{"subject": "deploy", "verdict": "proved", "detail": SAME}],
        }
    ]
    same = {"verdict": "proved", "detail": "the same runs as before"}
    assert {"root": ".", "subject": "push to any branch", **same} in document["ordinary"]
    assert document["problems"] == []


def test_a_revision_that_is_none(make_repository: MakeRepository, migrator: Migrator) -> None:
    root = make_repository(files(CONFIG, call=CALL), remote=REMOTE)
    ran = migrator("verify", root, "--against", "nowhere")
    assert ran.status == 2
    assert "there is no revision 'nowhere'" in ran.err


def test_several_repositories_know_each_other(make_repository: MakeRepository, migrator: Migrator) -> None:
    app = make_repository(files(CONFIG, call=CALL), "app", remote=REMOTE)
    ops = make_repository({"call.sh": "#!/bin/bash\n" + CALL}, "ops", remote="git@github.com:acme/ops.git")
    together = migrator("verify", app, ops)
    assert together.status == 0, together.out
    assert together.out.count("proved") == 3
    migrator("apply", app, ops)
    git(app, "add", "-A")
    after = migrator("verify", app, ops)
    assert (after.status, after.out.count("run_job=deploy  proved")) == (0, 2)
    alone = migrator("verify", ops)
    assert alone.status == 1
    assert "verify both repositories together" in alone.out


def test_a_failed_proof_takes_out_its_own_call_only(
    make_repository: MakeRepository, migrator: Migrator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A defect of the rewriting: workflows are left unguarded."""
    other = f"curl -X POST -u $T: {V1}/build\n"
    root = make_repository(files(CONFIG, call=CALL, other=other), remote=REMOTE)
    passes = [change for change in config._WORKFLOW_PASSES if "guards" not in change.__module__]
    assert len(passes) < len(config._WORKFLOW_PASSES)
    monkeypatch.setattr(config, "_WORKFLOW_PASSES", passes)
    ran = migrator("apply", root)
    assert ran.status == 7
    told = "the planned rewrite would not run the same (deploy: job build of workflow ci runs as well); it was left out"
    assert f"error: call.sh:2: {told}" in ran.err
    assert "error[proof-differs]" in ran.err + ran.out
    assert git(root, "status", "--porcelain").split() == ["M", "other.sh"]
    assert ran.last == "3 files searched, 2 calls found: 1 rewritten, 1 needs a person"
    verified = migrator("verify", root)
    assert verified.status == 7
    assert "differs: job build of workflow ci runs as well" in verified.out
