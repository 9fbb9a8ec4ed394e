"""Keys of jobs that version 2 ignored and 2.1 refuses go, where nothing else can depend on them."""

from __future__ import annotations

import pytest

from codemods.config.rewrite import rewrite_config
from migrator.errors import Refusal
from migrator.model import Severity
from tests.config.support import changes, plan, push, rewrite, runs

_RUNS = "docker: [{image: a}], steps: [checkout]"


def _config(jobs: str, before: str = "") -> str:
    return f"version: 2\n{before}jobs:\n{jobs}"


@pytest.mark.parametrize(
    ("text", "gone", "keys"),
    [
        (
            _config("  build:\n    # where\n    working_director: ~/x\n    machine: true\n    steps: [checkout]\n"),
            ["    working_director: ~/x"],
            ["`working_director`"],
        ),
        (
            _config(
                "  build:\n    machine: true\n    <<: *environment # spilled\n    steps: [checkout]\n",
                "x: &d\n  environment: &environment\n    A: 1\n    B: 2\n",
            ),
            ["    <<: *environment # spilled"],
            ["`A`, `B`"],
        ),
        (
            _config(f"  build: {{<<: [*e, *d], {_RUNS}}}\n", "d: &d {shell: bash}\ne: &e {A: 1}\n"),
            [f"  build: {{<<: [*e, *d], {_RUNS}}}"],
            ["`A`"],
        ),
        (
            _config(
                "  build: {<<: *d}\n  test: {<<: *d}\n",
                f"d: &d\n  colour: red\n  {_RUNS.replace(', ', chr(10) + '  ')}\n",
            ),
            ["  colour: red"],
            ["`colour`"],
        ),
    ],
)
def test_what_nothing_reads_goes(text: str, gone: list[str], keys: list[str]) -> None:
    notes = [note for _, note in rewrite(text, plan("build")).notes if note.code == "key-dropped"]
    assert {note.severity for note in notes} == {Severity.INFO}
    assert [note.message.partition(" key")[2].removeprefix("s").partition(" of ")[0].strip() for note in notes] == keys
    removed = [line[1:] for line in changes(text, plan("build")).splitlines() if line.startswith("-")]
    assert set(gone) <= set(removed)
    assert runs(rewrite_config(text, plan("build")).text, push()) == runs(text, push())


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (_config(f"  build: {{executor: e, {_RUNS}}}\n"), "executor"),
        (_config(f"  build: {{parameters: {{a: {{type: string}}}}, {_RUNS}}}\n"), "parameters"),
        (_config(f"  build: {{colour: &c red, {_RUNS}, environment: {{A: *c}}}}\n"), "colour"),
        # The map is also a step's environment: what a job ignores counts there.
        (
            _config(
                "  build:\n    <<: *d\n    machine: true\n    steps: [{run: {command: a, environment: {<<: *d}}}]\n",
                "d: &d {A: 1, shell: bash}\n",
            ),
            "A",
        ),
    ],
)
def test_what_may_be_read_is_refused_with_its_name(text: str, key: str) -> None:
    with pytest.raises(Refusal) as refusal:
        rewrite_config(text, plan("build"))
    assert refusal.value.code == "version-2-1"
    assert f"`{key}`" in refusal.value.message


def test_a_config_of_2_1_keeps_what_circleci_refuses() -> None:
    text = f"version: 2.1\njobs: {{build: {{colour: red, {_RUNS}}}}}\n"
    assert "colour: red" in rewrite_config(text, plan("build")).text
