"""Runs one program, bounded in time, with an environment made from nothing."""

from __future__ import annotations

import os
import signal
import subprocess
from dataclasses import dataclass
from threading import Event, Timer
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

TIMED_OUT = 124
"""The exit status of a program that was stopped because it took too long, as timeout(1) has it."""


@dataclass(frozen=True, slots=True)
class Finished:
    """How a program ended. Bytes that are not UTF-8 are replaced in the outputs."""

    status: int
    stdout: str
    stderr: str


def run(argv: Sequence[str], *, cwd: Path, environment: Mapping[str, str], scratch: Path, limit: float) -> Finished:
    """Run `argv` with nothing on stdin; `scratch` is the prefix of the files that take its output.

    Files, not pipes: a process that a step leaves behind keeps pipes open.
    """
    out, err = scratch.with_suffix(".out"), scratch.with_suffix(".err")
    with out.open("wb") as stdout, err.open("wb") as stderr:
        status = _status(start(argv, cwd=cwd, environment=environment, stdout=stdout, stderr=stderr), limit)
    return Finished(status, out.read_text(errors="replace"), err.read_text(errors="replace"))


def start(
    argv: Sequence[str], *, cwd: Path, environment: Mapping[str, str], stdout: IO[bytes], stderr: IO[bytes]
) -> subprocess.Popen[bytes]:
    """Start `argv` in a process group of its own. Raises OSError when there is no such program."""
    return subprocess.Popen(
        argv,
        cwd=cwd,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
    )


def stop(process: subprocess.Popen[bytes]) -> None:
    """Kill a process with all that it started and that stayed in its group."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()


def _status(process: subprocess.Popen[bytes], limit: float) -> int:
    """The exit status. A timer, because `Popen.wait` with a timeout looks only every now and then."""
    expired = Event()

    def expire() -> None:
        expired.set()
        stop(process)

    timer = Timer(limit, expire)
    timer.start()
    status = process.wait()
    timer.cancel()
    stop(process)
    return TIMED_OUT if expired.is_set() else status
