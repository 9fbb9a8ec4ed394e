"""The older world comes from git's objects: no checkout, whatever the working tree looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from migrator.errors import UsageError
from migrator.repository.discovery import discover_at
from migrator.repository.roots import scopes
from tests.conftest import git
from tests.verifying.support import V1

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeRepository

CALL = f"curl -u $T: -d build_parameters[CIRCLE_JOB]=deploy {V1}/tree/main\n"
FILES = {
    ".circleci/config.yml": "version: 2\njobs: {}\n",
    "ci/call.sh": CALL,
    "ci/other.sh": "echo nothing\n",
    "docs/näme with blanks.sh": CALL,
    ".gitattributes": "*.sh binary\n",
}


def paths(root: Path, revision: str, *inside: str) -> list[str]:
    (scope,) = scopes([str(root / path) for path in inside or (".",)])
    return [path for path, _ in discover_at(scope, revision).candidates]


def test_what_was_there_then(make_repository: MakeRepository) -> None:
    root = make_repository(FILES, remote="git@github.com:acme/app.git")
    before = git(root, "status", "--porcelain")
    git(root, "tag", "v1")
    (root / "ci/call.sh").write_text("echo gone\n")
    (root / "docs/näme with blanks.sh").unlink()
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "later")
    (root / "ci/call.sh").write_text("echo changed again\n")
    for revision in ("v1", "HEAD~1", git(root, "rev-parse", "v1").strip(), "main^"):
        assert paths(root, revision) == [".circleci/config.yml", "ci/call.sh", "docs/näme with blanks.sh"]
    assert paths(root, "HEAD") == [".circleci/config.yml"]
    (scope,) = scopes([str(root)])
    found = discover_at(scope, "v1")
    assert dict(found.candidates)["ci/call.sh"] == CALL.encode()
    assert found.slugs == ("github/acme/app",)
    assert not found.context
    assert before == ""
    assert (root / "ci/call.sh").read_text() == "echo changed again\n"


def test_a_part_of_the_repository(make_repository: MakeRepository) -> None:
    root = make_repository(FILES)
    assert paths(root, "HEAD", "ci") == [".circleci/config.yml", "ci/call.sh"]
    (scope,) = scopes([str(root / "ci")])
    assert discover_at(scope, "HEAD").context == {".circleci/config.yml"}
    assert paths(root, "HEAD", "docs/näme with blanks.sh") == [".circleci/config.yml", "docs/näme with blanks.sh"]


@pytest.mark.parametrize("revision", ["nowhere", "HEAD:ci", "--all", "", "HEAD~99"])
def test_a_revision_that_is_none(make_repository: MakeRepository, revision: str) -> None:
    root = make_repository(FILES)
    with pytest.raises(UsageError, match="there is no revision"):
        paths(root, revision)


def test_no_repository(tmp_path: Path) -> None:
    (tmp_path / "a.sh").write_text(CALL)
    with pytest.raises(UsageError, match="no git repository"):
        paths(tmp_path, "HEAD")


def test_links_and_submodules_are_not_followed(make_repository: MakeRepository) -> None:
    root = make_repository({**FILES, "real.sh": CALL})
    (root / "link.sh").symlink_to("real.sh")
    git(root, "add", "-A")
    git(root, "update-index", "--add", "--cacheinfo", f"160000,{git(root, 'rev-parse', 'HEAD').strip()},vendored")
    git(root, "commit", "-q", "-m", "links")
    assert paths(root, "HEAD") == [".circleci/config.yml", "ci/call.sh", "docs/näme with blanks.sh", "real.sh"]
