"""git as the world runs it: real, with no settings of the machine or of the person who runs the tests."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

ISOLATED = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
}
"""Environment variables that cut git off from the machine's settings."""

_AUTHOR = {
    f"GIT_{role}_{field}": value
    for role in ("AUTHOR", "COMMITTER")
    for field, value in (("NAME", "A Person"), ("EMAIL", "person@example.com"), ("DATE", "2026-01-01T12:00:00Z"))
}


class GitError(Exception):
    """git failed; the message is what it said."""


def git(directory: Path, *arguments: str) -> str:
    """The output of one git command, without the final line break. Raises GitError."""
    return raw(directory, *arguments).decode().removesuffix("\n")


def raw(directory: Path, *arguments: str) -> bytes:
    """The output of one git command, byte by byte. Raises GitError."""
    environment = {"PATH": os.environ["PATH"], **ISOLATED, **_AUTHOR}
    done = subprocess.run(
        ("git", *arguments), cwd=directory, env=environment, capture_output=True, timeout=20, check=False
    )
    if done.returncode:
        raise GitError(f"git {' '.join(arguments)}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def checkout(directory: Path, origin: Path, commit: str, branch: str | None) -> None:
    """A full clone of `origin` in `directory`, which may hold files, at `commit`: on the branch, or detached."""
    directory.mkdir(parents=True, exist_ok=True)
    if any(directory.iterdir()):
        git(directory, "init", "-q", "-b", "fresh")
        git(directory, "remote", "add", "origin", str(origin))
        git(directory, "fetch", "-q", "--tags", "origin", "+refs/heads/*:refs/remotes/origin/*")
    else:
        git(directory, "clone", "-q", "--no-checkout", str(origin), ".")
    place = ["--detach"] if branch is None else ["-B", branch]
    git(directory, "checkout", "-q", "--force", *place, commit)


def head(directory: Path) -> str | None:
    """The commit that is checked out in `directory`, or None. Reads git's files where it can: it is asked often."""
    try:
        pointer = (directory / ".git" / "HEAD").read_text().strip()
    except OSError:
        return None
    loose = directory / ".git" / pointer.removeprefix("ref: ")
    if not pointer.startswith("ref: "):
        return pointer
    return loose.read_text().strip() if loose.is_file() else _parsed(directory)


def _parsed(directory: Path) -> str | None:
    try:
        return git(directory, "rev-parse", "--verify", "-q", "HEAD")
    except GitError:
        return None
