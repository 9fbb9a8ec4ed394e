"""What cannot be rewritten is refused with its reason, and what rests on an assumption says so."""

from __future__ import annotations

import pytest

from codemods.config.rewrite import rewrite_config
from migrator.errors import Refusal
from migrator.model import JobPlan, Severity
from tests.config.support import job, plan

_BUILD = "docker: [{image: a}], steps: [checkout]"
_JOBS = f"jobs: {{build: {{{_BUILD}}}}}\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("- version: 2\n", "config-unreadable"),
        ("version: 2.1\njobs: [\n", "config-unreadable"),
        ("version: 2.1\n---\nversion: 2.1\n", "config-unreadable"),
        ("version: 2.1\njobs: *x\n", "config-unreadable"),
        ("version: 2.1\njobs: [build]\n", "config-unreadable"),
        ("", "config-unreadable"),
        (_JOBS, "version-missing"),
        ("version: 1\n" + _JOBS, "version-unknown"),
        ("version: [2]\n" + _JOBS, "version-unknown"),
        ("x: &v 2\nversion: *v\n" + _JOBS, "config-anchor"),
        ("version: 2.1\nsetup: true\n" + _JOBS, "setup-config"),
        ("version: 2.1\njobs: {test: {docker: [{image: a}], steps: [checkout]}}\n", "job-missing"),
        (f"version: 2.1\n{_JOBS}workflows: {{run-build: {{jobs: [build]}}}}\n", "workflow-taken"),
        (f"version: 2\n{_JOBS}parameters: {{a: {{type: string}}}}\n", "version-2-1"),
        (f"version: 2\n{_JOBS}orbs: {{a: {{commands: {{}}}}}}\n", "version-2-1"),
        (f"version: 2\n{_JOBS}commands: {{run: {{steps: [checkout]}}}}\n", "version-2-1"),
        (f"version: 2\n{_JOBS}commands: {{a: {{}}}}\n", "version-2-1"),
        (f"version: 2\n{_JOBS}executors: {{a: {{image: b}}}}\n", "version-2-1"),
        (f"version: 2\njobs: {{build: {{{_BUILD}}}, test/1: {{{_BUILD}}}}}\n", "version-2-1"),
        ("version: 2\njobs: {build: {steps: [checkout]}}\n", "version-2-1"),
        ("version: 2\njobs: {build: {docker: [{image: a}]}}\n", "version-2-1"),
        ("version: 2\njobs: {build: {docker: [{image: a}], steps: {run: a}}}\n", "version-2-1"),
        ("version: 2\njobs: {build: {docker: [{image: a, envs: {A: b}}], steps: [checkout]}}\n", "version-2-1"),
        (
            f"version: 2\n{_JOBS}workflows: {{w: {{jobs: [{{build: {{filters: {{branch: x}}}}}}]}}}}\n",
            "version-2-1",
        ),
        (f"version: 2\n{_JOBS}workflows: {{w: {{jobs: [gone]}}}}\n", "version-2-1"),
        ("version: 2\njobs: {build: {docker: [{image: a}], steps: [unknown]}}\n", "version-2-1"),
        ("version: 2\njobs: {build: {docker: [{image: a}], steps: [{run: a, name: b}]}}\n", "version-2-1"),
        ("version: 2\njobs: {build: {docker: [{image: a}], steps: [{run: {command: a, extra: b}}]}}\n", "version-2-1"),
        ("version: 2\njobs: {build: {docker: [{image: a}], steps: [{run: }]}}\n", "version-2-1"),
        (f"version: 2\n{_JOBS}workflows: {{w: {{jobs: [build], when: true}}}}\n", "version-2-1"),
        (f"version: 2\n{_JOBS}workflows: {{w: {{jobs: [{{build: {{matrix: {{}}}}}}]}}}}\n", "version-2-1"),
        (f"version: 2\njobs: {{build: {{{_BUILD}, environment: {{'a<<b': 1}}}}}}\n", "template-in-key"),
        (f"version: 2\njobs: {{build: {{{_BUILD}, branches: [main]}}}}\n", "branches-unreadable"),
    ],
)
def test_refused(text: str, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        rewrite_config(text, plan("build"))
    assert refusal.value.code == code
    assert refusal.value.message.endswith(".")


def test_a_job_that_is_another_name_for_an_orbs_job_is_there() -> None:
    with pytest.raises(Refusal, match="another name for the orb's job `some/build`") as refusal:
        rewrite_config("version: 2.1\norbs: {some: acme/some@1}\njobs: {build: some/build}\n", plan("build"))
    assert refusal.value.code == "job-missing"


_DEPLOY = "docker: [{image: a}], steps: [checkout, {deploy: curl /project/}]"
_OPTIONAL = "parameters: {p: {type: string, default: ''}}"
_FILTERED = "workflows: {w: {jobs: [{build: {filters: {branches: {only: '/(?!x).*/'}}}}]}}"
_PARALLEL = "docker: [{image: a}], parallelism: 2"


@pytest.mark.parametrize(
    ("jobs", "workflows", "code"),
    [
        (f"build: {{parallelism: 2, {_DEPLOY}, {_OPTIONAL}}}", "", "deploy-parameters"),
        (f"build: {{{_PARALLEL}, steps: [{{deploy: curl /project/}}]}}", "", "deploy-nested"),
        (f"build: {{parallelism: << pipeline.number >>, {_DEPLOY}}}", "", "deploy-parallelism"),
        (f"build: &b {{parallelism: 2, {_DEPLOY}}}, test: {{<<: *b, parallelism: 1}}", "", "deploy-shared"),
        (
            f"build: {{parallelism: 2, {_DEPLOY}}}",
            "workflows: {w: {jobs: [{build: {post-steps: []}}]}}",
            "deploy-entry",
        ),
    ],
)
def test_deploy_steps_that_cannot_move(jobs: str, workflows: str, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        rewrite_config(f"version: 2.1\njobs: {{{jobs}}}\n{workflows}\n", plan("build"))
    assert refusal.value.code == code


_CHOICES = f"version: 2.1\nx: &e [none, x]\n{_JOBS}parameters: {{run_job: {{type: enum, enum: *e, default: none}}}}\n"
_T = f"t: {{{_BUILD}}}"
_ALIASES = "{requires: &r [build, {x: failed}]}}, {t: {name: u, requires: *r}}"


@pytest.mark.parametrize(
    ("jobs", "entries", "code"),
    [
        (_T, f"[build, {{t: {_ALIASES}]", "deploy-requires"),
        (_T, "[build, {t: &t {requires: build}}, {t: *t}]", "config-anchor"),
    ],
)
def test_an_entry_that_cannot_wait_for_a_deploy_job_is_refused(jobs: str, entries: str, code: str) -> None:
    text = f"version: 2.1\njobs: {{build: {{parallelism: 2, {_DEPLOY}}}, x: {{{_BUILD}}}, {jobs}}}\n"
    with pytest.raises(Refusal) as refusal:
        rewrite_config(f"{text}workflows: {{w: {{jobs: {entries}}}}}\n", plan("build"))
    assert refusal.value.code == code


def test_a_deploy_job_has_no_key_twice() -> None:
    merges = "x: &x {shell: /bin/bash}\ny: &y {working_directory: a}\n"
    job = f"    <<: *x\n    <<: *y\n    parallelism: 2\n    {_DEPLOY.replace(', steps', chr(10) + '    steps')}\n"
    with pytest.raises(Refusal) as refusal:
        rewrite_config(f"version: 2.1\n{merges}jobs:\n  build:\n{job}", plan("build"))
    assert refusal.value.code == "deploy-keys"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"version: 2\nx: &b {{branches: {{only: main}}}}\njobs: {{build: {{<<: *b, {_BUILD}}}}}\n", "config-layout"),
        (_CHOICES, "config-anchor"),
    ],
)
def test_what_an_alias_brings_in_stays(text: str, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        rewrite_config(text, plan("build"))
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("text", "code", "about"),
    [
        (f"version: 2\n{_JOBS}orbs: {{a: b/c@1.0}}\n", "orb-imported", None),
        (f"version: 2\njobs: {{build: {{{_BUILD}, environment: {{A: '<<<<<<< x'}}}}}}\n", "escape-run", None),
        (f"version: 2\njobs: {{build: {{{_BUILD}, environment: {{A: '\\\\\\<< x'}}}}}}\n", "escape-backslash", None),
        (f"version: 2\njobs: {{build: {{{_BUILD}, environment: {{A: $CIRCLE_COMPARE_URL}}}}}}\n", "compare-url", None),
        (f"version: 2\njobs: {{build: {{{_BUILD}, branches: {{only: main}}}}}}\n", "job-branches", "build"),
        (f"version: 2\n{_JOBS}{_FILTERED}\n", "pattern-refused", None),
        (f"version: 2\njobs: {{build: {{{_PARALLEL}, steps: [run: make, deploy: cat out]}}}}\n", "deploy-needs", None),
        (f"version: 2\njobs: {{build: {{{_PARALLEL}, steps: [deploy: echo, run: make]}}}}\n", "deploy-order", None),
    ],
)
def test_assumptions_are_named(text: str, code: str, about: str | None) -> None:
    notes = rewrite_config(text, plan("build")).notes
    assert [(name, note.code, note.severity) for name, note in notes if note.code == code] == [
        (about, code, Severity.WARNING)
    ]


@pytest.mark.parametrize("value", ["\\<< x", "a \\<<< b"])
def test_a_backslash_that_would_go_is_refused(value: str) -> None:
    with pytest.raises(Refusal) as refusal:
        rewrite_config(f"version: 2\njobs: {{build: {{{_BUILD}, environment: {{A: '{value}'}}}}}}\n", plan("build"))
    assert refusal.value.code == "escape-backslash"


def test_a_checkout_of_an_inline_orb_is_refused_for_who_sends_a_commit() -> None:
    orb = "orbs: {o: {commands: {fetch: {steps: [checkout]}}}}\n"
    text = f"version: 2.1\n{orb}jobs: {{build: {{docker: [{{image: a}}], steps: [o/fetch]}}}}\n"
    assert rewrite_config(text, plan("build")).notes == ()
    with pytest.raises(Refusal) as refusal:
        rewrite_config(text, plan(job("build", revision="always")))
    assert refusal.value.code == "revision-checkout"


@pytest.mark.parametrize(
    ("workflows", "code"),
    [("workflows: {version: 2, w: {jobs: [build, other]}}\n", "key-dropped"), ("", "")],
)
def test_branches_that_go_are_named(workflows: str, code: str) -> None:
    text = f"version: 2\njobs: {{other: {{{_BUILD}}}, build: {{{_BUILD}, branches: {{only: main}}}}}}\n{workflows}"
    notes = rewrite_config(text, plan("other")).notes
    assert [note.code for _, note in notes] == [code] * bool(code)


def test_the_type_of_a_job_of_version_2_goes() -> None:
    text = f"version: 2\njobs: {{build: {{{_BUILD}, type: approval}}}}\n"
    after = rewrite_config(text, plan("build"))
    assert "approval" not in after.text
    assert [note.code for _, note in after.notes] == ["key-dropped"]


def test_an_orb_step_may_check_out_by_itself() -> None:
    text = "version: 2.1\norbs: {o: x/o@1}\njobs: {build: {docker: [{image: a}], steps: [o/fetch]}}\n"
    notes = rewrite_config(text, plan(job("build", revision="always"))).notes
    assert [(name, note.code) for name, note in notes] == [("build", "revision-orb")]


_SHELL = "p: {parameters: {sh: {type: string, default: zsh}}, docker: [{image: a}], shell: << parameters.sh >>}"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("shell: /bin/sh -e, docker: [{image: a}], steps: [run: a]", ["shell-not-bash"]),
        ("shell: bash -l, docker: [{image: a}], steps: [run: a]", []),
        ("executor: e, steps: [run: a]", ["shell-not-bash"]),
        ("executor: p, steps: [run: a]", ["shell-not-bash"]),
        ("executor: {name: p, sh: /bin/bash}, steps: [run: a]", []),
        ("docker: [{image: a}], steps: [{run: {shell: /bin/sh, command: echo $V}}]", ["shell-not-bash"]),
        ("docker: [{image: a}], steps: [{run: {shell: /bin/sh, command: echo}}]", []),
        ("docker: [{image: a}], steps: [{run: {shell: /usr/bin/env bash, command: echo $V}}]", []),
    ],
)
def test_other_shells_do_not_see_what_is_exported(body: str, expected: list[str]) -> None:
    executors = f"executors: {{e: {{docker: [{{image: a}}], shell: pwsh}}, {_SHELL}}}\n"
    text = f"version: 2.1\n{executors}jobs: {{build: {{{body}}}}}\n"
    assert [note.code for _, note in rewrite_config(text, plan(job("build", "V"))).notes] == expected


@pytest.mark.parametrize(
    ("name", "better"),
    [("functions/admin", "functions-admin"), ("python3.4", "python3-4"), ("3x", "job-3x"), ("tést.1", "t-st-1")],
)
def test_a_name_that_2_1_refuses_gets_a_better_one(name: str, better: str) -> None:
    with pytest.raises(Refusal, match=f"to `{better}` say: under `jobs:`, in the workflows, in all callers"):
        rewrite_config(f"version: 2\njobs: {{build: {{{_BUILD}}}, {name}: {{{_BUILD}}}}}\n", plan("build"))


def test_a_refused_config_is_refused_before_any_change() -> None:
    with pytest.raises(Refusal):
        rewrite_config(f"version: 2.1\n{_JOBS}", plan("build", JobPlan("gone", "run-gone")))
