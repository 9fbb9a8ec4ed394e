"""Configs that CircleCI refuses as they are: nothing is planned for them, and the reason is CircleCI's."""

from __future__ import annotations

import pytest

from migrator.circleci.plan.decide import decide
from migrator.model import Endpoint, Status
from tests.circleci.support import OWN, call, config
from tests.verifying.support import V1, files, report

_JOB = "docker: [{image: a}], steps: [checkout]"
_JOBS = f"version: 2.1\njobs: {{deploy: {{{_JOB}}}}}\n"
_MERGED = "x: &x {when: true}\n"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (_JOBS + "workflows: {main: {jobs: }}\n", "required key [jobs] not found"),
        (_JOBS + "workflows: {main: {jobs: []}}\n", "required key [jobs] not found"),
        (_JOBS + "workflows: {main: }\n", "expected type: Mapping"),
        (_MERGED + _JOBS + "workflows: {main: {<<: *x, unless: false, jobs: [deploy]}}\n", "both when and unless"),
        (_JOBS + "workflows: {main: {when: {equals: [a]}, jobs: [deploy]}}\n", "main"),
        (_JOBS + "workflows: {main: {jobs: [gone]}}\n", "gone"),
        (_JOBS.replace("[checkout]", "[shell: make]"), "shell"),
    ],
)
def test_what_circleci_refuses_is_refused_with_its_reason(text: str, fault: str) -> None:
    decision = decide(call(), config(text), OWN)
    assert decision.status is Status.MANUAL
    (note,) = [note for note in decision.notes if note.code == "config-broken"]
    assert fault in note.message
    assert "\n" not in note.message


@pytest.mark.parametrize(
    "text",
    [
        _JOBS.replace("steps", "colour: red, steps"),
        _JOBS.replace("[checkout]", "[polish: {brightly: true}]"),
        _JOBS.replace("steps", "type: dream, steps"),
        _JOBS,  # a push finds no job `build`, and never did
        _JOBS + "workflows: {main: {when: {equal: [a, << pipeline.git.branch >>]}, jobs: [gone]}}\n",
        "version: 2\n" + _JOBS.partition("\n")[2] + "workflows: {version: 2, main: {jobs: [deploy], when: false}}\n",
    ],
)
def test_what_works_for_calls_is_not(text: str) -> None:
    assert not [note for note in decide(call(), config(text), OWN).notes if note.code == "config-broken"]


def test_a_whole_pipeline_of_a_broken_config_is_as_broken_after() -> None:
    content = files(_JOBS + "workflows: {main: {jobs: }}\n", go=f"curl -u $T: -X POST {V1}/build\n")
    (outcome,) = report(content).outcomes
    assert outcome.call.trigger.endpoint is Endpoint.PIPELINE
    assert [proof.verdict for proof in outcome.proofs] == ["unknown"]
    assert outcome.written
