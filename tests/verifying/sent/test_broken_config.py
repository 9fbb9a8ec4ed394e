"""A config that is there and that no YAML parser takes: every pipeline fails, and the report says so."""

from __future__ import annotations

import pytest

from migrator.errors import UsageError
from migrator.model import Verdict
from tests.verifying.support import V1, checked, compared, files, migrated, told

CONFIG = "version: 2.1\njobs: {deploy: {docker: [{image: cimg/base:1}], steps: [checkout]}}\nworkflows: {}\n"
OLD = files(CONFIG, go=f"curl -u $T: -d build_parameters[CIRCLE_JOB]=deploy {V1}/tree/main\n")
PATH = ".circleci/config.yml"
BROKEN = {
    "an open bracket": ("\nx: [1\n", Verdict.DIFFERS),
    "no colon": ("\nx: {}\ny\nz: {}\n", Verdict.DIFFERS),
    "a tab in front": ("\nx:\n\ty: 1\n", Verdict.DIFFERS),
    "a tab behind a key": ("\nx:\ty: 1\n", Verdict.UNKNOWN),
}


@pytest.mark.parametrize("name", BROKEN)
def test_the_config_that_is_there_is_broken(name: str) -> None:
    tail, verdict = BROKEN[name]
    now = migrated(OLD)
    now[PATH] += tail
    for found in (checked(now), compared(OLD, now)):
        assert {proof.verdict for proof in found.proofs()} == {verdict}, told(list(found.proofs()))
        assert all(f"{PATH} cannot be parsed in line " in proof.detail for proof in found.proofs())
        assert [problem.note.code for problem in found.problems] == ["unparsable"]
        assert [call.path for call in found.calls] == ["go.sh"]
    assert [proof.subject for proof in compared(OLD, now).ordinary] == ["ordinary pipelines"]


def test_the_older_config_is_broken() -> None:
    with pytest.raises(UsageError, match=r"the older revision has a broken config: .* cannot be parsed in line"):
        compared({**OLD, PATH: CONFIG + "x: ["}, migrated(OLD))


def test_there_is_no_config_now() -> None:
    now = {path: text for path, text in migrated(OLD).items() if path != PATH}
    with pytest.raises(UsageError, match="the repository has no"):
        compared(OLD, now)
    (call,) = checked(now).calls
    assert told(call.proofs) == ["pipeline: unknown: there is no .circleci/config.yml here"]
