"""The progress bar: at terminals only, for long runs only, and gone when the work is done."""

from __future__ import annotations

import io
import os
import pty
import re
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from migrator.report import progress as module
from migrator.report.progress import progress
from tests.cli.test_commands import CONFIG, FILES
from tests.conftest import ROOT, git

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeRepository


class Terminal(io.StringIO):
    """A stream that may be a terminal."""

    def __init__(self, *, is_terminal: bool = True) -> None:
        super().__init__()
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setattr(module, "_PATIENCE", 0)
    monkeypatch.setattr(module, "_PAUSE", 0)
    monkeypatch.delenv("CI", raising=False)
    return Terminal()


def test_it_fills_up_and_goes_away(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", terminal)  # here, since pytest sets it anew between a fixture and its test
    with progress(4) as bar:
        bar.label("/somewhere")
        for _ in range(4):
            bar.advance()
    pictures = terminal.getvalue().split("\r\x1b[2K")[1:]
    assert pictures[0] == "[######..................] 1/4 /somewhere"
    assert pictures[3] == "[########################] 4/4 /somewhere"
    assert pictures[4:] == [""]


def test_it_fits_into_the_line(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress(2) as bar:
        bar.label("x" * 100)
        bar.advance()
    assert max(len(picture) for picture in terminal.getvalue().split("\r\x1b[2K")) == 39


def test_it_goes_away_when_the_work_fails(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def work() -> None:
        with progress(2) as bar:
            bar.advance()
            raise KeyboardInterrupt

    monkeypatch.setattr(sys, "stderr", terminal)
    with pytest.raises(KeyboardInterrupt):
        work()
    assert terminal.getvalue().endswith("\r\x1b[2K")


@pytest.mark.parametrize("reason", ["quiet", "CI", "dumb", "pipe", "nothing", "closed"])
def test_where_there_is_none(reason: str, terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    if reason == "CI":
        monkeypatch.setenv("CI", "true")
    if reason == "dumb":
        monkeypatch.setenv("TERM", "dumb")
    stream = Terminal(is_terminal=False) if reason == "pipe" else None if reason == "closed" else terminal
    monkeypatch.setattr(sys, "stderr", stream)
    with progress(0 if reason == "nothing" else 5, quiet=reason == "quiet") as bar:
        bar.advance()
    assert terminal.getvalue() == ""
    assert stream is None or stream.getvalue() == ""


def test_a_short_run_shows_none(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 60)
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress(5) as bar:
        bar.advance()
    assert terminal.getvalue() == ""


# Enough calls to keep the program busy for longer than a bar needs to show up.
BUSY, JOBS = 2000, 10  # files enough for the bar to show before the end on a fast machine


@pytest.fixture
def busy(make_repository: MakeRepository) -> Path:
    jobs = "".join(f"  job{number}:\n    docker: [{{image: a}}]\n    steps: [checkout]\n" for number in range(JOBS))
    files = {
        f"ci/{number}.sh": FILES["ci/deploy.sh"].replace("=deploy", f"=job{number % JOBS}") for number in range(BUSY)
    }
    return make_repository({".circleci/config.yml": CONFIG.replace("workflows:", f"{jobs}\nworkflows:"), **files})


def test_an_interrupt_at_a_terminal_leaves_it_clean_and_nothing_written(busy: Path) -> None:
    """Interrupted as soon as the bar is there, in the middle of the analysis."""
    ours, theirs = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name != "CI"} | {"PYTHONPATH": str(ROOT)}
    program = subprocess.Popen(
        [sys.executable, "-m", "migrator", "apply"],
        cwd=busy,
        env=environment | {"TERM": "xterm"},
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        process_group=0,
    )
    os.close(theirs)
    said = b""
    end = time.monotonic() + 120
    while b"[#" not in said and b"[." not in said:
        assert time.monotonic() < end
        piece = _read(ours)
        assert piece, f"the run was over before the bar showed: {said.decode()}"
        said += piece
    program.send_signal(signal.SIGINT)
    while chunk := _read(ours):
        said += chunk
    assert program.wait(60) == 130
    last = re.split(r"\r\x1b\[2K", said.decode())[-1]
    assert re.sub(r"\x1b\[[0-9;]*m", "", last) == "error: interrupted\r\n"
    assert git(busy, "status", "--porcelain", "--ignored") == ""


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1024)
    except OSError:  # how Linux says that the other side is closed
        return b""
