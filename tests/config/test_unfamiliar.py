"""What is not known here is named and left as it is, and never a reason to say that CircleCI refuses the config."""

from __future__ import annotations

import pytest

from codemods.config.rewrite import rewrite_config
from migrator.circleci.compiler import Event, EventKind, compile_pipeline
from migrator.syntax.yaml import load
from tests.config.support import plan

_BOX = "docker: [{image: a}]"
_MAIN = "workflows: {main: {jobs: [build]}}\n"


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (f"{_BOX}, steps: [checkout, warp, run: make]", "Job `build` has the step `warp`,"),
        (
            f"{_BOX}, steps: [{{warp: {{to: x}}}}, {{when: {{condition: true, steps: [jump]}}}}]",
            "`jump`, the step `warp`,",
        ),
        (f"{_BOX}, steps: [{{run: {{command: a, sandbox: true}}}}]", "the key `sandbox` of a `run` step,"),
        (f"{_BOX}, hover: 5, steps: [checkout]", "the key `hover`,"),
        ("freebsd: {image: 14}, steps: [checkout]", "the key `freebsd`,"),
        ("type: quantum, size: 5", "the key `size`, the type `quantum`,"),
        (f"{_BOX}, steps: [mine]", "the step `warp`,"),
    ],
)
def test_what_is_not_known_is_named_and_kept(body: str, named: str) -> None:
    text = f"version: 2.1\ncommands: {{mine: {{steps: [warp]}}}}\njobs:\n  build: {{{body}}}\n{_MAIN}"
    compile_pipeline(load(text), Event(EventKind.PUSH, branch="main"))
    rewritten = rewrite_config(text, plan("build"))
    (note,) = (note for _, note in rewritten.notes if note.code == "not-known-here")
    assert named in note.message
    assert note.message.endswith("not known here and left as it is.")
    assert f"build: {{{body}}}" in rewritten.text


def test_a_workflow_may_have_keys_that_are_not_known() -> None:
    text = (
        f"version: 2.1\njobs: {{build: {{{_BOX}, steps: [checkout]}}}}\nworkflows: {{w: {{jobs: [build], color: x}}}}\n"
    )
    notes = rewrite_config(text, plan("build")).notes
    assert [note.message for _, note in notes] == [
        "Workflow `w` has the key `color`, not known here and left as it is."
    ]


@pytest.mark.parametrize(
    "body",
    [
        f"{_BOX}, steps: [checkout, some/step, mine: {{a: 1}}, tools/go]",
        f"{_BOX}, steps: [{{unless: {{condition: true, steps: [checkout]}}}}, {{with_tool_cache: {{steps: [a/b]}}}}]",
        "type: approval",
    ],
)
def test_what_is_known_is_not_named(body: str) -> None:
    text = (
        "version: 2.1\norbs: {some: a/some@1}\nfunctions: {tools: x.tld/a/b@v1.0.0}\n"
        "commands: {mine: {parameters: {a: {type: integer}}, steps: [checkout]}}\n"
        f"jobs: {{build: {{{body}}}}}\n{_MAIN}"
    )
    assert not [note for _, note in rewrite_config(text, plan("build")).notes if note.code == "not-known-here"]
