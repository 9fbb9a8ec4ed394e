"""Shell text in other files: found, rewritten in place, rewritten once, and nothing else touched."""

from __future__ import annotations

from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from migrator.model import Status
from tests.test_cases import findings, look, patch, write

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import MakeRepository

HERE = Path(__file__).parent
BEFORE = sorted(str(path.relative_to(HERE / "before")) for path in (HERE / "before").rglob("*") if path.is_file())
CONFIG = (HERE / "config.yml").read_text()


def repository(make_repository: MakeRepository, *names: str) -> Path:
    files = {name: (HERE / "before" / name).read_text() for name in names}
    return make_repository({".circleci/config.yml": CONFIG, **files}, remote="https://github.com/acme/app.git")


@pytest.mark.parametrize("name", BEFORE, ids=lambda name: name.replace("/", "-"))
def test_a_host_is_rewritten_once_and_for_all(
    name: str, make_repository: MakeRepository, snapshot: SnapshotAssertion
) -> None:
    root = repository(make_repository, name)
    report = look(root, unsafe=True)
    host = "".join(part for part in patch(report).split("--- a/") if part.startswith(name))
    assert f"{findings(report)}\n{host}" == snapshot
    write(report, root)
    again = look(root, unsafe=True)
    assert not again.changes
    left = [outcome.call.trigger for outcome in report.outcomes if not outcome.written]
    assert len(again.outcomes) == len(left)


@pytest.mark.parametrize("name", BEFORE, ids=lambda name: name.replace("/", "-"))
def test_only_lines_of_calls_change(name: str, make_repository: MakeRepository) -> None:
    root = repository(make_repository, name)
    report = look(root, unsafe=True)
    mine = [outcome.call for outcome in report.outcomes if outcome.written]
    before = (root / name).read_text().splitlines(keepends=True)
    write(report, root)
    after = (root / name).read_text().splitlines(keepends=True)
    for tag, first, last, *_ in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            for line in range(first + 1, max(last, first + 1) + 1):
                shared = "URL=" in before[line - 1] or "url=" in before[line - 1]
                assert shared or any(call.line - 1 <= line <= call.end_line for call in mine), before[line - 1]


@pytest.mark.parametrize("name", BEFORE, ids=lambda name: name.replace("/", "-"))
def test_windows_line_ends_stay(name: str, make_repository: MakeRepository) -> None:
    text = (HERE / "before" / name).read_text().replace("\n", "\r\n")
    files: dict[str, str | bytes] = {".circleci/config.yml": CONFIG, name: text}
    root = make_repository(files, remote="https://github.com/acme/app.git")
    report = look(root, unsafe=True)
    write(report, root)
    after = (root / name).read_bytes().decode()
    assert after.count("\n") == after.count("\r\n")
    assert not look(root, unsafe=True).changes


def test_no_host_is_silent(make_repository: MakeRepository) -> None:
    report = look(repository(make_repository, *BEFORE))
    assert {outcome.call.path for outcome in report.outcomes} == set(BEFORE)
    assert not report.problems
    assert {outcome.status for outcome in report.outcomes} == {Status.SAFE, Status.UNSAFE, Status.MANUAL}
