"""The baseline: what is in it passes, what is new fails, what is gone fails until it is taken out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from migrator.errors import UsageError
from migrator.report.baseline import DEFAULT_PATH, BaselineEntry, dump, parse
from tests.cli.test_commands import CALL, FILES, MANUAL, migrator
from tests.conftest import lay_out

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.test_commands import Migrator
    from tests.conftest import MakeRepository

__all__ = ["migrator"]
BASELINE = ("check", "--baseline", DEFAULT_PATH)
TWO = {**FILES, "ci/manual.sh": "#!/bin/sh\n" + MANUAL}


@pytest.fixture
def root(make_repository: MakeRepository, migrator: Migrator) -> Path:
    root = make_repository(TWO)
    ran = migrator("baseline", "write", cwd=root)
    assert (ran.status, ran.out) == (0, "")
    assert ran.last == f"3 files searched, 2 findings written to {DEFAULT_PATH}"
    return root


def test_what_is_in_it_passes(root: Path, migrator: Migrator) -> None:
    assert migrator("check", cwd=root).status == 1
    ran = migrator(*BASELINE, cwd=root)
    assert (ran.status, ran.out) == (0, "")
    assert ran.last == "4 files searched, 2 calls found: 2 ignored"
    shown = migrator(*BASELINE, "-v", cwd=root).out
    assert f"info[in-baseline]: It is in the baseline {DEFAULT_PATH}." in shown


def test_lines_may_move(root: Path, migrator: Migrator) -> None:
    lay_out(root, {"ci/deploy.sh": "#!/bin/sh\n# one more line\n\n  " + CALL})
    assert migrator(*BASELINE, cwd=root).status == 0


def test_what_is_new_fails(root: Path, migrator: Migrator) -> None:
    lay_out(root, {"ci/new.sh": "#!/bin/sh\n" + CALL, "ci/deploy.sh": FILES["ci/deploy.sh"] + CALL})
    ran = migrator(*BASELINE, cwd=root)
    assert ran.status == 1
    assert "ci/new.sh:2:1:" in ran.out
    assert "ci/deploy.sh:3:1:" in ran.out
    assert "ci/deploy.sh:2:1:" not in ran.out
    assert ran.last == "5 files searched, 4 calls found: 2 can be rewritten, 2 ignored"


def test_what_changed_is_new_and_its_entry_stale(root: Path, migrator: Migrator) -> None:
    lay_out(root, {"ci/deploy.sh": "#!/bin/sh\n" + CALL.replace("main", "next")})
    ran = migrator(*BASELINE, cwd=root)
    assert ran.status == 1
    assert "ci/deploy.sh:2:1: safe:" in ran.out
    assert f"{DEFAULT_PATH}:4:1: stale:" in ran.out
    assert ran.last.endswith("1 can be rewritten, 1 ignored; 1 in the baseline is gone")


def test_what_is_gone_fails_until_it_is_pruned(root: Path, migrator: Migrator) -> None:
    (root / "ci/deploy.sh").unlink()
    ran = migrator(*BASELINE, cwd=root)
    assert ran.status == 1
    assert "error[stale-baseline]: ci/deploy.sh no longer has the call that starts the job deploy" in ran.out
    pruned = migrator("baseline", "prune", cwd=root)
    assert pruned.last == f"4 files searched, 1 finding removed from {DEFAULT_PATH}, 1 kept"
    assert migrator(*BASELINE, cwd=root).status == 0


def test_pruning_adds_nothing(root: Path, migrator: Migrator) -> None:
    before = (root / DEFAULT_PATH).read_bytes()
    lay_out(root, {"ci/new.sh": "#!/bin/sh\n" + CALL})
    assert migrator("baseline", "prune", cwd=root).status == 0
    assert (root / DEFAULT_PATH).read_bytes() == before


def test_entries_about_other_places_are_not_stale(root: Path, migrator: Migrator) -> None:
    lay_out(root, {"other/a.sh": "echo\n"})
    for path in ("other", "ci/deploy.sh"):
        assert migrator(*BASELINE, path, cwd=root).status == 0
    (root / "ci/deploy.sh").unlink()
    assert migrator(*BASELINE, "other", cwd=root).status == 0
    assert migrator(*BASELINE, "ci", cwd=root).status == 1


def test_files_that_cannot_be_searched_can_be_accepted(make_repository: MakeRepository, migrator: Migrator) -> None:
    root = make_repository({**FILES, "ci/old.sh": b"# caf\xe9\n" + CALL.encode()})
    migrator("baseline", "write", cwd=root)
    assert migrator(*BASELINE, cwd=root).status == 0
    lay_out(root, {"ci/old.sh": "echo\n"})
    ran = migrator(*BASELINE, cwd=root)
    assert ran.status == 1
    assert "ci/old.sh can be searched now" in ran.out


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("v1-job", "no longer has the call"),
        ("unreadable", "can be searched now"),
        ("undecodable", "can be searched now"),
        ("unparsable", "can be searched now"),
        ("not-checked-out", "can be searched now"),
    ],
)
def test_what_is_gone_is_told(code: str, said: str, make_repository: MakeRepository, migrator: Migrator) -> None:
    root = make_repository({**FILES, DEFAULT_PATH: dump([BaselineEntry("f" * 32, "gone.sh", code, "is")])})
    assert f"gone.sh {said}" in migrator(*BASELINE, cwd=root).out


def test_equal_calls_count(root: Path, migrator: Migrator) -> None:
    """One of two equal calls goes: the other stays accepted, and one entry is stale."""
    lay_out(root, {"ci/deploy.sh": FILES["ci/deploy.sh"] + CALL})
    migrator("baseline", "write", cwd=root)
    lay_out(root, {"ci/deploy.sh": FILES["ci/deploy.sh"]})
    ran = migrator(*BASELINE, cwd=root)
    assert ran.last.endswith("2 ignored; 1 in the baseline is gone")


def test_another_file(make_repository: MakeRepository, migrator: Migrator, tmp_path: Path) -> None:
    root = make_repository(FILES)
    assert migrator("baseline", "write", tmp_path / "b.json", "--in", root).status == 0
    assert migrator("check", "--baseline", tmp_path / "b.json", root).status == 0
    assert not (root / DEFAULT_PATH).exists()


def test_a_clean_repository_with_a_stale_baseline(make_repository: MakeRepository, migrator: Migrator) -> None:
    """The short way, on which nothing is analysed, must not be taken."""
    root = make_repository({"a.sh": "echo\n"})
    lay_out(root, {DEFAULT_PATH: dump([BaselineEntry("f" * 32, "gone.sh", "v1-job", "starts the job x")])})
    assert migrator(*BASELINE, cwd=root).status == 1
    assert migrator(*BASELINE, "--exit-zero", cwd=root).status == 0


def test_it_holds_no_token(make_repository: MakeRepository, migrator: Migrator) -> None:
    token = "0123456789abcdef0123456789abcdef01234567"
    root = make_repository({**FILES, "ci/deploy.sh": "#!/bin/sh\n" + CALL.replace("$TOKEN", token)})
    migrator("baseline", "write", cwd=root)
    assert token not in (root / DEFAULT_PATH).read_text()


def test_other_reports_hide_it_too(root: Path, migrator: Migrator) -> None:
    out = json.loads(migrator(*BASELINE, "--format", "sarif", cwd=root).out)
    kinds = [result["suppressions"][0]["kind"] for result in out["runs"][0]["results"]]
    assert kinds == ["external", "external"]
    reasons = [result["suppressions"][0]["justification"] for result in out["runs"][0]["results"]]
    assert reasons == [f"It is in the baseline {DEFAULT_PATH}."] * 2
    assert json.loads(migrator(*BASELINE, "--format", "gitlab", cwd=root).out) == []


def test_it_is_sorted_and_the_same_each_time(root: Path, migrator: Migrator) -> None:
    first = (root / DEFAULT_PATH).read_text()
    migrator("baseline", "write", cwd=root)
    assert (root / DEFAULT_PATH).read_text() == first
    paths = [call["path"] for call in json.loads(first)["calls"]]
    assert paths == sorted(paths)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_what_is_written_is_read(count: int) -> None:
    entries = [BaselineEntry(f"{number:032}", f"{number}.sh", "v1-job", 'starts\n"x"') for number in range(count)]
    found = parse(dump(entries), "x")
    assert [(entry.fingerprint, entry.path, entry.what) for entry in found] == [
        (entry.fingerprint, entry.path, entry.what) for entry in entries
    ]
    assert [entry.line for entry in found] == list(range(4, 4 + count))


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"schema_version": 2, "calls": []}', '{"schema_version": 1, "calls": [1]}']
)
def test_what_is_no_baseline(text: str) -> None:
    with pytest.raises(UsageError, match=r"b\.json"):
        parse(text, "b.json")


def test_a_baseline_that_is_not_there(make_repository: MakeRepository, migrator: Migrator) -> None:
    root = make_repository(FILES)
    for command in (BASELINE, ("baseline", "prune")):
        ran = migrator(*command, cwd=root)
        assert (ran.status, ran.out) == (2, "")
        assert ran.err == (
            f"error: the baseline {DEFAULT_PATH} cannot be read (No such file or directory)\n"
            "next: write one with `migrator baseline write`\n"
        )


def test_a_baseline_that_cannot_be_written(make_repository: MakeRepository, migrator: Migrator) -> None:
    ran = migrator("baseline", "write", "no/such/folder.json", cwd=make_repository(FILES))
    assert ran.status == 2
    assert "cannot be written" in ran.err
