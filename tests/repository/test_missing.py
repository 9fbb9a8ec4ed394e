"""Files that git knows and the work tree does not have are searched where git keeps them, and never passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from migrator.__main__ import run
from migrator.repository.discovery import discover
from tests.conftest import git

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeRepository

CALL = "curl -d build_parameters[CIRCLE_JOB]=deploy https://circleci.com/api/v1.1/project/github/acme/app\n"
FILES = {"ci/go.sh": CALL, "app/main.sh": "echo hi\n", ".circleci/config.yml": "version: 2.1\njobs: {}\n"}


def codes(root: Path) -> dict[str, str]:
    """What could not be searched."""
    return {problem.path: problem.note.code for problem in discover([root]).problems}


@pytest.fixture
def committed(make_repository: MakeRepository) -> Path:
    """A repository with a call, all committed."""
    return make_repository(FILES)


def test_a_sparse_checkout_is_searched_in_the_index(committed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(committed, "sparse-checkout", "set", "app")
    assert not (committed / "ci/go.sh").exists()
    assert codes(committed) == {"ci/go.sh": "not-checked-out"}
    assert run(["check", str(committed)]) == 1
    assert "error[not-checked-out]" in capsys.readouterr().out


def test_what_holds_nothing_may_be_left_out(committed: Path) -> None:
    git(committed, "sparse-checkout", "set", "ci")
    assert not (committed / "app/main.sh").exists()
    assert "app/main.sh" not in codes(committed)


def test_a_config_that_is_left_out_is_no_missing_config(committed: Path) -> None:
    git(committed, "sparse-checkout", "set", "--no-cone", "/ci/")
    assert codes(committed) == {".circleci/config.yml": "not-checked-out"}


def test_skipped_by_hand(committed: Path) -> None:
    git(committed, "update-index", "--skip-worktree", "ci/go.sh")
    (committed / "ci/go.sh").unlink()
    assert codes(committed) == {"ci/go.sh": "not-checked-out"}


@pytest.mark.parametrize("reset", [False, True])
def test_a_clone_without_a_checkout(committed: Path, tmp_path: Path, *, reset: bool) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--no-checkout", str(committed), str(clone))
    if reset:
        git(clone, "reset", "-q")
    assert codes(clone)["ci/go.sh"] == "not-checked-out"
    assert run(["check", str(clone)]) == 1


def test_a_partial_clone_cannot_be_searched(committed: Path, tmp_path: Path) -> None:
    git(committed, "config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{committed}", str(clone))
    assert codes(clone) == {".": "not-checked-out"}


def test_a_deleted_file_is_gone(committed: Path) -> None:
    (committed / "ci/go.sh").unlink()
    assert codes(committed) == {}


@pytest.mark.parametrize(("size", "told"), [(400, True), (50_000_000, False)])
def test_a_pointer_of_lfs_is_no_script(make_repository: MakeRepository, size: int, *, told: bool) -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize {size}\n"
    root = make_repository({"deploy.sh": pointer, "logo.png": pointer})
    assert codes(root) == ({"deploy.sh": "not-checked-out"} if told else {})
