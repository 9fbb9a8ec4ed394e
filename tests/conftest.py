"""What all tests share: snapshots at the top level, an environment that is nobody's, and little git repositories."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syrupy.assertion import SnapshotAssertion
    from syrupy.location import PyTestLocation

ROOT = Path(__file__).parent.parent

# A shell starts what it runs in the background with SIGINT ignored, and so would be what the tests start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


class TextSnapshots(SingleFileSnapshotExtension):
    """One text file a snapshot, in `snapshots/` as in `tests/`, line endings as they are."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        test_file = Path(test_location.filepath).relative_to(ROOT / "tests")
        return str(ROOT / "snapshots" / test_file.with_suffix(""))

    def read_snapshot_data_from_location(
        self, *, snapshot_location: str, snapshot_name: str, session_id: str
    ) -> str | None:
        path = Path(snapshot_location)
        return path.read_bytes().decode() if path.exists() else None

    @classmethod
    def write_snapshot_collection(cls, *, snapshot_collection: Any, name_order: Any = None) -> None:
        (snapshot,) = snapshot_collection
        Path(snapshot_collection.location).write_bytes(snapshot.data.encode())


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Compare a text with the one kept in `snapshots/`; `pytest --snapshot-update` keeps new ones."""
    return snapshot.use_extension(TextSnapshots)


@pytest.fixture(autouse=True)
def nobodys_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test may depend on who runs it: not on their git configuration, their terminal or their language."""
    for name in [name for name in os.environ if name.startswith(("GIT_", "MIGRATOR_", "CIRCLE"))]:
        monkeypatch.delenv(name)
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM", "LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@example.com",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.com",
        "COLUMNS": "80",
        "LC_ALL": "C.UTF-8",
        "MIGRATOR_AS_OF": "2026-11-21",
    }.items():
        monkeypatch.setenv(name, value)


class MakeRepository(Protocol):
    """Makes a git repository with everything committed; a text is written as UTF-8, line endings as they are."""

    def __call__(
        self, files: Mapping[str, str | bytes], name: str = "repository", *, remote: str | None = None
    ) -> Path: ...


@pytest.fixture
def make_repository(tmp_path: Path) -> MakeRepository:
    """Lay out files below the test's own folder and commit them."""

    def make(files: Mapping[str, str | bytes], name: str = "repository", *, remote: str | None = None) -> Path:
        root = tmp_path / name
        root.mkdir(parents=True)
        lay_out(root, files)
        git(root, "init", "-q", "-b", "main")
        if remote:
            git(root, "remote", "add", "origin", remote)
        git(root, "add", "-A", "-f")
        git(root, "commit", "-q", "--allow-empty", "-m", "before")
        return root

    return make


def lay_out(root: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files below a folder, making the folders that they need."""
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)


def git(root: Path, *arguments: str) -> str:
    """Run git and return what it prints."""
    return subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="session")
def circleci_schema() -> Any:
    """A validator of CircleCI configs by the JSON schema that check-jsonschema ships."""
    import check_jsonschema
    import jsonschema

    folder = Path(check_jsonschema.__file__).parent / "builtin_schemas" / "vendor"
    schema = json.loads((folder / "circle-ci.json").read_text())
    return jsonschema.validators.validator_for(schema)(schema)


def needs(*tools: str) -> pytest.MarkDecorator:
    """Skip a test where one of the programs that it runs is not installed; in CI all are."""
    missing = [tool for tool in tools if shutil.which(tool) is None]
    return pytest.mark.skipif(bool(missing) and not os.environ.get("CI"), reason=f"needs {', '.join(missing)}")
