"""Patches: `git apply` and `patch` must make of the old files exactly the new ones."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.model import Change
from migrator.report.diff import colored, patch
from tests.conftest import git, lay_out, needs

if TYPE_CHECKING:
    from tests.conftest import MakeRepository

NUMBERED = [f"line {number}\n" for number in range(1, 41)]


def applied(root: Path, changes: list[Change], *command: str) -> dict[str, bytes]:
    """The files after the patch for the changes was applied to what was before."""
    lay_out(root, {change.path: change.before for change in changes})
    subprocess.run(command, cwd=root, input=patch(changes), check=True, capture_output=True)
    return {change.path: (root / change.path).read_bytes() for change in changes}


CASES = {
    "first line": (NUMBERED, ["new\n", *NUMBERED[1:]]),
    "last line": (NUMBERED, [*NUMBERED[:-1], "new\n"]),
    "two hunks": (NUMBERED, [*NUMBERED[:5], "new\n", *NUMBERED[5:30], *NUMBERED[31:]]),
    "hunks that touch": (NUMBERED, [*NUMBERED[:5], "new\n", *NUMBERED[6:12], "new\n", *NUMBERED[13:]]),
    "everything": (NUMBERED, ["new\n"]),
    "repeated lines": (["x\n"] * 300, ["x\n"] * 150 + ["y\n"] + ["x\n"] * 151),
    "from nothing": ([], ["new\n"]),
    "to nothing": (["old\n"], []),
    "newline added at the end": (["a\n", "b"], ["a\n", "b\n"]),
    "newline taken from the end": (["a\n", "b\n"], ["a\n", "b"]),
    "no newline before and after": (["a\n", "b"], ["c\n", "b"]),
    "no newline, last line changed": (["a\n", "b"], ["a\n", "c"]),
    "windows line ends": (["a\r\n", "b\r\n"], ["a\r\n", "c\r\n"]),
    "line ends that change": (["a\r\n", "b\r\n"], ["a\n", "b\r\n"]),
    "lone carriage returns": (["a\rb\n", "c\n"], ["a\rx\n", "c\n"]),
    "other line separators": (["a\u2028b\x0cc\n"], ["a\u2028x\x0cc\n"]),
    "lines that look like a patch": (["--- a\n", "+++ b\n", "@@ -1 +1 @@\n"], ["--- a\n", "-- x\n", "@@ -1 +1 @@\n"]),
    "byte order mark": (["\ufeffa\n", "b\n"], ["\ufeffa\n", "c\n"]),
}


@pytest.mark.parametrize(("before", "after"), CASES.values(), ids=CASES)
def test_git_apply(before: list[str], after: list[str], tmp_path: Path) -> None:
    change = Change("a.sh", "".join(before).encode(), "".join(after).encode())
    assert applied(tmp_path, [change], "git", "apply") == {"a.sh": change.after}


@needs("patch")
@pytest.mark.parametrize(("before", "after"), CASES.values(), ids=CASES)
def test_patch(before: list[str], after: list[str], tmp_path: Path) -> None:
    change = Change("a.sh", "".join(before).encode(), "".join([*after, "kept\n"]).encode())
    assert applied(tmp_path, [change], "patch", "-p1", "--binary", "-s") == {"a.sh": change.after}


@pytest.mark.parametrize(
    "path",
    [
        "a b.sh",
        "ä/ö.sh",
        'quo"te.sh',
        "back\\slash",
        "tab\there",
        "new\nline",
        " lead",
        "-dash",
        "a\x7f",
        "deep/er/x",
        "ä b",
    ],
)
def test_paths(path: str, make_repository: MakeRepository) -> None:
    root = make_repository({"x": "x\n"})
    changes = [Change(path, b"old\n", b"new\n"), Change("z", b"old\n", b"new\n")]
    assert applied(root, changes, "git", "apply") == {path: b"new\n", "z": b"new\n"}


def test_headers_are_those_of_git(make_repository: MakeRepository) -> None:
    """Byte for byte what `git diff` prints, but for the line with the hashes."""
    names = ["plain", "a b", "ä", 'q"', "ä b", "tab\t"]
    lines = [f"{number} {text}" for number, text in enumerate(NUMBERED)]
    root = make_repository({name: "".join(lines) for name in names})
    after = [*lines[:3], "new\n", *lines[3:20], "changed\n", *lines[22:]]
    lay_out(root, {name: "".join(after) for name in names})
    printed = git(root, "diff", "--no-ext-diff").encode().splitlines(keepends=True)
    expected = b"".join(line for line in printed if not line.startswith(b"index "))
    changes = [Change(name, "".join(lines).encode(), "".join(after).encode()) for name in sorted(names, key=str.encode)]
    # git also says on a hunk's first line in which function it is.
    expected = re.sub(rb"(?m)^(@@ .* @@) .*$", rb"\1", expected)
    assert patch(changes) == expected


def test_names_that_are_not_utf_8(make_repository: MakeRepository) -> None:
    path = b"caf\xe9".decode("utf-8", "surrogateescape")
    assert applied(make_repository({}), [Change(path, b"a\n", b"b\n")], "git", "apply") == {path: b"b\n"}


def test_bytes_that_are_not_utf_8(tmp_path: Path) -> None:
    change = Change("a", b"caf\xe9\nx\n", b"caf\xe9\ny\n")
    assert applied(tmp_path, [change], "git", "apply") == {"a": change.after}


def test_from_a_folder_inside_of_the_repository(make_repository: MakeRepository) -> None:
    """Paths count from the top of the repository, wherever the patch is applied."""
    root = make_repository({"ci/a.sh": "old\n"})
    content = patch([Change("ci/a.sh", b"old\n", b"new\n")])
    subprocess.run(["git", "apply"], cwd=root / "ci", input=content, check=True)
    assert (root / "ci/a.sh").read_text() == "new\n"


def test_a_prefix_for_one_of_several_roots(tmp_path: Path) -> None:
    lay_out(tmp_path, {"one/a": "old\n", "../two/a": "old\n"})
    content = patch([Change("a", b"old\n", b"new\n")], "one/")
    subprocess.run(["git", "apply"], cwd=tmp_path, input=content, check=True)
    assert (tmp_path / "one/a").read_text() == "new\n"


def test_nothing_to_say() -> None:
    assert patch([]) == b""
    assert patch([Change("a", b"same", b"same")]) == b""


def test_colours_leave_the_text_alone() -> None:
    content = patch([Change("a", b"old\r\nsame\n\xff", b"new\r\nsame\n\xff")])
    painted = colored(content)
    assert b"\x1b[31m-old\x1b[0m\r\n" in painted
    for code in (b"\x1b[0m", b"\x1b[1m", b"\x1b[31m", b"\x1b[32m", b"\x1b[36m"):
        painted = painted.replace(code, b"")
    assert painted == content


LINES = st.lists(st.sampled_from([b"a\n", b"b\n", b"\n", b" \n", b"-\n", b"a\r\n", b"\\ x\n"]), max_size=25)
TEXTS = st.builds(lambda lines, tail: b"".join(lines) + tail, LINES, st.sampled_from([b"", b"a", b"\r"]))


@settings(max_examples=60, deadline=None)
@given(pairs=st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=4))
def test_any_change_applies(pairs: list[tuple[bytes, bytes]]) -> None:
    changes = [Change(f"f{number}", before, after) for number, (before, after) in enumerate(pairs) if before != after]
    with tempfile.TemporaryDirectory() as folder:
        lay_out(Path(folder), {change.path: change.before for change in changes})
        if changes:
            command = ["git", "apply", "--whitespace=nowarn"]
            subprocess.run(command, cwd=folder, input=patch(changes), check=True)
        assert all(Path(folder, change.path).read_bytes() == change.after for change in changes)
