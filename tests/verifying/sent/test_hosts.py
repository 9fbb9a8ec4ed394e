"""A v2 call in a file that its service refuses, or in text of which nobody knows what runs it, is not proved."""

from __future__ import annotations

import pytest

from migrator.model import Verdict
from tests.verifying.support import V1, V2, checked, compared, files, report, told
from tests.verifying.test_v2_check import CONFIG

WORKFLOW = ".github/workflows/publish.yml"
TEXT = """\
on: [workflow_dispatch]
jobs:
  trigger:
    runs-on: ubuntu-latest
    steps:
      - name: Trigger
        run: |
          CALL
"""
BODY = '{"branch": "main", "parameters": {"run_job": "deploy"}}'
CALL = f"curl -u $T: --json '{BODY}' {V2}"
OLD_CALL = f"curl -u $T: -d build_parameters[CIRCLE_JOB]=deploy {V1}/tree/main"
BROKEN = {
    "a colon is lost": ("run: |", "run |"),
    "a tab": ("        run", "\trun"),
    "an open bracket": ("[workflow_dispatch]", "[workflow_dispatch"),
}


def _told(content: dict[str, str]) -> list[str]:
    return [line for call in checked(content).calls for line in told(call.proofs)]


def _with(text: str, call: str) -> dict[str, str]:
    return {**files(CONFIG), WORKFLOW: text.replace("CALL", call)}


def test_a_workflow_is_read() -> None:
    found = checked(_with(TEXT, CALL))
    assert [proof.verdict for call in found.calls for proof in call.proofs] == [Verdict.PROVED]
    assert not found.problems


@pytest.mark.parametrize("name", BROKEN)
def test_a_workflow_that_is_no_yaml(name: str) -> None:
    broken = TEXT.replace(*BROKEN[name])
    now = _with(broken, CALL)
    assert _told(now) == ["run_job=deploy: unknown: what runs this text is not known, nor how it quotes"]
    for found in (checked(now), compared(_with(TEXT, OLD_CALL), now)):
        assert [(each.path, each.note.code) for each in found.problems] == [(WORKFLOW, "unparsable")]
        assert found.worst() is not Verdict.PROVED
    assert [each.note.code for each in report(_with(broken, OLD_CALL)).problems] == ["unparsable"]


def test_what_a_template_engine_makes_is_no_yaml_yet() -> None:
    text = "{% raw %}\n" + TEXT.replace("run: |", "run |")
    assert not checked(_with(text, CALL)).problems


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("notes.txt", f"{CALL}\n"),
        ("what/ever.yml", f"go: |\n  {CALL}\n"),
        (WORKFLOW, TEXT.replace("run: |", "shell: pwsh\n        run: |").replace("CALL", CALL)),
    ],
)
def test_text_that_nobody_knows_to_run(path: str, text: str) -> None:
    (line,) = _told({**files(CONFIG), path: text})
    assert line.startswith("run_job=deploy: unknown: ")
