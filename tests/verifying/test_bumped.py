"""A config of version 2 whose first line was changed: what 2.1 refuses is refused, whatever version 2 made of it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from migrator.model import Status, Verdict
from tests.verifying.support import V1, V2, Files, checked, compared, faults, files, migrated, report

_OLD = f'curl -u "$TOKEN:" -d "build_parameters[CIRCLE_JOB]=docs" {V1}/tree/main\n'
_NEW = f"""curl -u "$TOKEN:" -H 'Content-Type: application/json' -d '{{"branch": "main", "parameters": {{"docs": true}}}}' {V2}\n"""  # noqa: E501


@dataclass(frozen=True)
class Kept:
    """What both configs have beside a right migration: a job, something in the jobs test and docs, at the top."""

    job: str = ""
    test: str = ""
    docs: str = ""
    steps: str = "[checkout, {run: tox}]"
    entry: str = "test"
    top: str = ""


def _jobs(kept: Kept) -> str:
    return f"""
    {kept.top or "x: 1"}
    jobs:
      test: {{docker: [{{image: cimg/base}}], {kept.test} steps: {kept.steps}}}
      docs: {{docker: [{{image: cimg/base}}], {kept.docs} steps: [checkout, {{run: make docs}}]}}
      {kept.job}
    """


def _old(kept: Kept, version: str = "2") -> Files:
    return files(
        f"""
    version: {version}{_jobs(kept)}
    workflows:
      {"version: 2" if version == "2" else ""}
      test: {{jobs: [{kept.entry}]}}
    """,
        call=_OLD,
    )


def _new(kept: Kept) -> Files:
    return files(
        f"""
    version: 2.1
    parameters: {{docs: {{type: boolean, default: false}}}}{_jobs(kept)}
    workflows:
      test: {{unless: << pipeline.parameters.docs >>, jobs: [{kept.entry}]}}
      docs: {{when: << pipeline.parameters.docs >>, jobs: [docs]}}
    """,
        call=_NEW,
    )


def test_a_right_bump_is_proved() -> None:
    assert not faults(compared(_old(Kept()), _new(Kept())))
    assert not faults(checked(_new(Kept())))


_REFUSED = [
    Kept(job="py3.8: {docker: [{image: a}], steps: [checkout]}"),
    Kept(job=".base: {docker: [{image: a}], steps: [checkout]}"),
    Kept(job="old: {steps: [checkout]}"),
    Kept(job="old: {docker: [{image: a}]}"),
    Kept(test="branches: {ignore: [gh-pages]},"),
    Kept(docs="branches: {only: [main]},"),
    Kept(steps="[checkout, {run: }]"),
    Kept(steps="[checkout, {run: {name: nothing}}]"),
]


@pytest.mark.parametrize("kept", _REFUSED, ids=str)
def test_what_2_1_refuses_is_told_both_ways(kept: Kept) -> None:
    found = compared(_old(kept), _new(kept))
    assert {proof.verdict for proof in found.proofs()} == {Verdict.DIFFERS}
    alone = checked(_new(kept))
    assert {proof.verdict for call in alone.calls for proof in call.proofs} == {Verdict.DIFFERS}


def test_a_failure_after_the_bump_is_one_though_the_older_config_fails_here_too() -> None:
    kept = Kept(entry="test: {requires: [lint]}")
    assert compared(_old(kept), _new(kept)).worst() is Verdict.DIFFERS
    assert compared(_old(kept, "2.1"), _new(kept)).worst() is Verdict.PROVED


_DOUBTED = [
    (Kept(steps="[checkout, {run: {command: tox, timeout: 600}}]"), "`timeout`"),
    (Kept(steps="[checkout, {store_artifacts: out}]"), "`path`"),
    (Kept(entry="test: {filters: {branch: {ignore: gh-pages}}}"), "`branch`"),
]


@pytest.mark.parametrize(("kept", "name"), _DOUBTED, ids=str)
def test_what_2_1_may_refuse_is_unknown(kept: Kept, name: str) -> None:
    found = faults(compared(_old(kept), _new(kept)))
    assert len(found) == 2
    assert all("unknown" in fault and name in fault for fault in found)
    assert name in str(faults(checked(_new(kept))))
    # The older revision shows that it takes it.
    assert not faults(compared(_old(kept, "2.1"), _new(kept)))


def test_an_orb_that_version_2_ignored_is_imported() -> None:
    kept = Kept(top="orbs: {slack: circleci/slack@3.4.2}")
    assert "the orb `slack`" in str(faults(compared(_old(kept), _new(kept))))
    assert not faults(compared(_old(kept, "2.1"), _new(kept)))


def test_a_variable_that_2_1_does_not_set() -> None:
    kept = Kept(steps="[checkout, {run: tox $CIRCLE_COMPARE_URL}]")
    (fault,) = faults(compared(_old(kept), _new(kept)))
    assert fault.startswith("push to any branch: unknown: job test reads CIRCLE_COMPARE_URL")
    assert not faults(compared(_old(kept, "2.1"), _new(kept)))


def test_a_pattern_that_only_v2_compiles_is_unknown_for_calls() -> None:
    kept = Kept(entry="test: {filters: {branches: {only: '/(?!x).*/'}}}")
    (fault,) = faults(compared(_old(kept, "2.1"), _new(kept)))
    assert fault.startswith("docs: unknown: CircleCI's compiler may refuse the pattern `(?!x).*` (look-around)")


def test_a_job_that_had_branches_of_its_own() -> None:
    (fault,) = faults(compared(_old(Kept(docs="branches: {only: [main]},")), _new(Kept())))
    assert fault.startswith("docs: unknown: job docs had `branches` of its own")
    assert not faults(compared(_old(Kept(test="branches: {only: [main]},")), _new(Kept())))


_CONFIG = """
version: 2.1
orbs: {o: acme/o@1}
jobs: {deploy: {docker: [{image: cimg/base:1}], steps: [%s, run: make]}}
workflows: {main: {jobs: [deploy]}}
"""


@pytest.mark.parametrize(
    ("steps", "sent", "fault"),
    [
        ("checkout", "-d revision=0123456789012345678901234567890123456789", ""),
        ("o/fetch", "-d revision=0123456789012345678901234567890123456789", "orb step `o/fetch` may check out"),
        ("o/fetch", "", ""),
        ("checkout", "-d build_parameters[LANG]=de", "LANG"),
        ("checkout", "-d build_parameters[SECONDS]=5", "SECONDS"),
    ],
)
def test_what_apply_calls_unsafe_since_nobody_can_see_it_is_not_proved(steps: str, sent: str, fault: str) -> None:
    call = f"curl -u $T: -d build_parameters[CIRCLE_JOB]=deploy {sent} {V1}/tree/main\n"
    before = files(_CONFIG % steps, go=call)
    (outcome,) = report(before).outcomes
    assert (outcome.status is Status.SAFE) is not bool(fault)
    found = faults(compared(before, migrated(before)))
    assert (fault in found[0] and "unknown" in found[0]) if fault else not found


_SETUP = """
version: 2.1
setup: true
jobs: {make: {docker: [{image: cimg/base:1}], steps: [checkout, o/continue]}}
orbs: {o: circleci/continuation@1}
workflows: {main: {jobs: [make]}}
"""


def test_what_a_setup_config_continues_is_not_known() -> None:
    old = files(_SETUP, go=f'curl -u "$T:" -X POST -d branch=main {V1}/build\n')
    content = """-H 'Content-Type: application/json' -d '{"branch": "main"}'"""
    new = files(_SETUP, go=f'curl -u "$T:" {content} {V2}\n')
    found = faults(compared(old, new))
    assert len(found) == 2
    assert all("unknown: the config is a setup config" in fault for fault in found)
