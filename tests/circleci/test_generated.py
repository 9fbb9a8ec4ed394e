"""The generated steps do what they say, under the shell that CircleCI runs them in and with a real git."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.circleci.runs.generated import (
    checkout_revision_step,
    export_step,
    export_steps,
    exported,
    optional_export_step,
    revision_step,
)
from migrator.model import Variable

if TYPE_CHECKING:
    from pathlib import Path

_X, _Y = Variable("X", "x"), Variable("Y", "why")
_NASTY = [
    "",
    "a",
    "two words",
    "it's",
    '"q"',
    "$(touch pwned)",
    "`touch pwned`",
    "a\nb\n",
    "\\",
    "$X",
    "é😀",
    "-n",
    "a;b&c|d",
]


def _bash(command: str, directory: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run a step's command as CircleCI does."""
    path = {"PATH": "/usr/bin:/bin:/usr/local/bin", "BASH_ENV": str(directory / "env"), "HOME": str(directory)}
    shell = ["/bin/bash", "-eo", "pipefail", "-c", command]
    return subprocess.run(shell, cwd=directory, env={**path, **environment}, capture_output=True, check=False)


def _command(step: dict[str, object]) -> str:
    match step:
        case {"run": {"command": str(command)}} | {"when": {"steps": [{"run": {"command": str(command)}}]}}:
            return command
    raise AssertionError(step)


def _seen(directory: Path, name: str) -> str:
    return _bash(f'printf %s "${{{name}-unset}}"', directory).stdout.decode()


@pytest.mark.parametrize("value", _NASTY)
def test_an_export_reaches_later_steps_as_it_was_sent(tmp_path: Path, value: str) -> None:
    done = _bash(_command(export_step((_X, _Y))), tmp_path, SENT_X=value, SENT_Y="other")
    assert (done.returncode, done.stderr) == (0, b"")
    assert (_seen(tmp_path, "X"), _seen(tmp_path, "Y")) == (value, "other")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["env"]


@settings(deadline=None, max_examples=25)
@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40))
def test_any_value_survives(value: str) -> None:
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        assert _bash(_command(optional_export_step(_X)), directory, SENT_X=value).returncode == 0
        assert _seen(directory, "X") == value


def test_what_is_set_already_is_not_shadowed(tmp_path: Path) -> None:
    for mine in ("", "mine"):
        assert _bash(_command(export_step((_X,))), tmp_path, SENT_X="sent", X=mine).returncode == 0
        assert not (tmp_path / "env").exists() or not (tmp_path / "env").read_text()


def test_exports_are_recognised_by_equality_alone() -> None:
    always, optional = export_steps((_X, _Y), (Variable("Z", "z"),))
    assert exported(always) == ((_X, _Y), True)
    assert exported(optional) == ((Variable("Z", "z"),), False)
    changed = {"run": {**always["run"], "command": "true"}}
    for step in (changed, {"run": "make"}, "checkout", {"when": {"condition": "a", "steps": [always]}}, None):
        assert exported(step) is None


def _git(directory: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=n", "-c", "user.email=n@example.com", "-c", "protocol.file.allow=always"]
    command = ["git", *identity, *arguments]
    return subprocess.run(command, cwd=directory, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def clone(tmp_path: Path) -> tuple[Path, str, str]:
    """A shallow clone of a repository of two commits, and the commits."""
    origin = tmp_path / "origin"
    origin.mkdir()
    _git(origin, "init", "-q", "-b", "main")
    _git(origin, "config", "uploadpack.allowAnySHA1InWant", "true")
    shas = []
    for text in ("one", "two"):
        (origin / "file").write_text(text)
        _git(origin, "add", "-A")
        _git(origin, "commit", "-q", "-m", text)
        shas.append(_git(origin, "rev-parse", "HEAD"))
    _git(tmp_path, "clone", "-q", "--depth", "1", origin.as_uri(), "work")
    return tmp_path / "work", shas[0], shas[1]


def test_the_revision_is_fetched_and_checked_out(clone: tuple[Path, str, str]) -> None:
    work, old, new = clone
    command = _command(checkout_revision_step("revision"))
    for sha, text in ((old, "one"), (new, "two")):
        done = _bash(command, work, SENT_REVISION=sha)
        assert done.returncode == 0, done.stderr
        assert (_git(work, "rev-parse", "HEAD"), (work / "file").read_text()) == (sha, text)
        assert _seen(work, "CIRCLE_SHA1") == sha


@pytest.mark.parametrize("revision", ["f" * 40, "--upload-pack=touch pwned", "-x", "nowhere", "$(touch pwned)"])
def test_a_revision_that_is_not_there_fails_the_step(clone: tuple[Path, str, str], revision: str) -> None:
    work, _, new = clone
    assert _bash(_command(checkout_revision_step("revision")), work, SENT_REVISION=revision).returncode != 0
    assert _git(work, "rev-parse", "HEAD") == new
    assert not (work / "pwned").exists()
    assert not (work.parent / "pwned").exists()


def test_a_job_without_a_checkout_learns_the_revision(tmp_path: Path) -> None:
    assert _bash(_command(revision_step("revision")), tmp_path, SENT_REVISION="abc").returncode == 0
    assert _seen(tmp_path, "CIRCLE_SHA1") == "abc"


_SH = ["dash", "-e"]


@pytest.mark.parametrize("value", ["", "1", "$(touch pwned)"])
@pytest.mark.parametrize(
    "step", [export_step((_X, _Y)), optional_export_step(_X), revision_step("revision")], ids=["always", "sent", "sha"]
)
def test_a_shell_that_is_not_bash_goes_on_without_the_values(
    tmp_path: Path, step: dict[str, object], value: str
) -> None:
    environment = {"PATH": "/usr/bin:/bin", "BASH_ENV": str(tmp_path / "env")}
    sent = dict.fromkeys(("SENT_X", "SENT_Y", "SENT_REVISION"), value)
    shell = [*_SH, "-u", "-c", _command(step)]
    done = subprocess.run(shell, cwd=tmp_path, env={**environment, **sent}, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert not list(tmp_path.iterdir())


def test_a_revision_is_checked_out_without_bash(clone: tuple[Path, str, str]) -> None:
    work, old, _ = clone
    shell = [*_SH, "-c", _command(checkout_revision_step("revision"))]
    environment = {"PATH": "/usr/bin:/bin", "BASH_ENV": str(work.parent / "env"), "SENT_REVISION": old}
    assert subprocess.run(shell, cwd=work, env=environment, capture_output=True, check=False).returncode == 0
    assert _git(work, "rev-parse", "HEAD") == old
