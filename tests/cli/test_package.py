"""What is shipped: the package's files, and documents that say what the program does."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from migrator import __version__
from migrator.__main__ import run
from migrator.report.json import document
from migrator.settings import Settings, load
from tests.conftest import ROOT, lay_out
from tests.report.reports import FULL

if TYPE_CHECKING:
    from pathlib import Path

README = (ROOT / "README.md").read_text()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What pip would install: the wheel, unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "installed")
    return folder / "installed"


def test_the_wheel_has_every_module_and_the_sample(installed: Path) -> None:
    for package in ("migrator", "codemods"):
        tracked = subprocess.run(["git", "ls-files", package], cwd=ROOT, capture_output=True, text=True, check=True)
        missing = [
            name for name in tracked.stdout.split() if not (installed / name).is_file() and (ROOT / name).exists()
        ]
        assert not missing
    assert not (installed / "tests").exists()


def test_the_demo_runs_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    command = [sys.executable, "-m", "migrator", "diff", "--demo"]
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert ran.stdout.startswith("diff --git a/.circleci/config.yml b/.circleci/config.yml\n")


def test_versions_agree() -> None:
    assert f'\nversion = "{__version__}"\n' in (ROOT / "pyproject.toml").read_text()


def test_the_first_screen_has_both_commands() -> None:
    first, second = re.findall(r"```sh\n(.*)\n```", README)[:2]
    assert README[: README.index(second)].count("\n") < 30
    assert all(command.startswith("python3 -m venv .venv && .venv/bin/pip install ") for command in (first, second))
    assert first.endswith(".venv/bin/migrator diff --demo")
    assert second.endswith(".venv/bin/pytest -n auto")


def test_every_option_and_command_is_in_the_readme(capfd: pytest.CaptureFixture[str]) -> None:
    for command in ("check", "diff", "apply", "graph", "verify", "doctor", "trigger"):
        run([command, "-h"])
        options = set(re.findall(r"--[a-z-]+", capfd.readouterr().out)) - {
            "--help",
            "--no-unsafe",
            "--quiet",
            "--verbose",
        }
        assert f"migrator {command}" in README
        assert all(f"`{option}" in README for option in options)


def test_the_readme_s_settings_are_the_settings(tmp_path: Path) -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    lay_out(tmp_path, {".migrator.toml": block})
    assert load(str(tmp_path)) == Settings(only="config")


def test_the_readme_s_json_has_the_keys_of_the_schema() -> None:
    (block,) = re.findall(r"```json\n(.*?)```", README, re.DOTALL)
    shown, real = json.loads(block), json.loads(document([(FULL, "")]))
    assert list(shown) == list(real)
    assert list(shown["summary"]) == list(real["summary"])
    assert list(shown["calls"][0]) == list(real["calls"][0])
    assert list(shown["calls"][0]["notes"][0]) == list(real["calls"][0]["notes"][0])
    assert list(shown["changes"][0]) == list(real["changes"][0])
    assert shown["tool"] == {"name": "migrator", "version": __version__}


def test_ci_runs_the_readme_s_command() -> None:
    command = next(line for line in README.splitlines() if "bin/pytest" in line)
    assert command.startswith("python3 -m venv")
    assert "grep -m 1 'bin/pytest' README.md" in (ROOT / ".ci/run").read_text()
    assert os.access(ROOT / ".ci/run", os.X_OK)
