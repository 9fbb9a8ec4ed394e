"""Every `<<` that 2.1 would read as a tag is escaped, however the scalar is written, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codemods.config.version import escape, live_marks
from migrator.circleci.compiler import Event, EventKind, compile_pipeline
from migrator.syntax.yaml import load
from migrator.syntax.yaml.write import double_quoted
from tests.config.support import plan


@pytest.mark.parametrize(
    ("value", "marks"),
    [
        ("a << b", [2]),
        ("<<<", [0]),
        ("<<<<", [0, 2]),
        ("<<<<<", [0, 2]),
        ("a < < b", []),
        (r"\<<", []),
        (r"\\<<", [2]),
        (r"\\\<<", []),
        (r"\<< <<", [4]),
        ("<<a>> <<b>>", [0, 6]),
    ],
)
def test_which_marks_are_live(value: str, marks: list[int]) -> None:
    assert list(live_marks(value)) == marks


@settings(deadline=None)
@given(st.text(st.sampled_from(list("<< \\ab>\n'\"#:")), min_size=1, max_size=20), st.sampled_from(['"', "'", "|"]))
def test_a_script_reaches_the_shell_as_it_did(script: str, style: str) -> None:
    if "\\<<" in script or "<<<<" in script or not script.strip():
        return  # what these come to is not documented; a note says so
    match style:
        case '"':
            written = double_quoted(script)
        case "'":
            written = "'" + script.replace("\n", " ").replace("'", "''") + "'"
        case _:
            written = "|\n          x\n" + "\n".join(f"          {line}" for line in script.split("\n"))
    head = "version: {}\njobs:\n  build:\n    docker: [{{image: a}}]\n    steps:\n      - run: {}\n"
    old = head.format("2", written)
    new = escape(head.format("2.1", written), plan("build")).text
    assert _command(new) == _command(old)


def _command(text: str) -> object:
    (run,) = compile_pipeline(load(text), Event(EventKind.PUSH, "main", None)).jobs
    return run.steps[0].settings["command"]
