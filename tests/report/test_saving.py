"""Files that are written in one go."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.commands.saving import save
from migrator.errors import UsageError


def test_a_file_is_new_or_replaced(tmp_path: Path) -> None:
    target = tmp_path / "ä.txt"
    for text in ("one\n", "zwei ü \udce9\n"):
        save(str(target), text)
        assert target.read_bytes() == text.encode("utf-8", "surrogateescape")
    assert list(tmp_path.iterdir()) == [target]


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    save(str(tmp_path / "link"), "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_a_device_is_written_to() -> None:
    save("/dev/null", "text")
    assert not Path("/dev/null").is_file()


@pytest.mark.parametrize("at", ["write_bytes", "replace"])
def test_an_interrupt_leaves_the_old_file(at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "report"
    target.write_text("old")

    def interrupted(path: Path, *_rest: object) -> None:
        if at == "write_bytes":
            path.write_text("half")
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, at, interrupted)
    with pytest.raises(KeyboardInterrupt):
        save(str(target), "new")
    monkeypatch.undo()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_what_cannot_be_written(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "no/such"):
        with pytest.raises(UsageError, match="cannot be written"):
            save(str(path), "text")
