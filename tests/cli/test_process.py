"""The program as a process: start-up, streams that go away, signals, help."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from itertools import combinations
from typing import TYPE_CHECKING

import pytest

from migrator import __version__
from migrator.__main__ import run
from migrator.cli import app as cli
from tests.cli.test_commands import FILES
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import MakeRepository

PROGRAM = (sys.executable, "-m", "migrator")


@pytest.fixture(autouse=True)
def from_this_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


# Everything heavy, and what a clean check has no use for.
HEAVY = {
    "argparse", "ast", "codemods", "collections", "dataclasses", "difflib", "enum", "httpx", "importlib.metadata",
    "inspect", "json", "libcst", "migrator.cli.app", "migrator.repository.discovery", "migrator.planning.analyse",
    "migrator.model",
    "migrator.report.text", "migrator.settings", "pathlib", "pydantic", "re", "rich", "ruamel.yaml", "shutil",
    "subprocess", "tempfile", "tomllib", "tree_sitter", "tree_sitter_bash", "typer", "typing", "yaml",
}  # fmt: skip
LIST_MODULES = """
import sys
sys.argv = ["migrator", *sys.argv[1:]]
from migrator.__main__ import main
try:
    main()
finally:
    print(*sys.modules)
"""


@pytest.mark.parametrize("arguments", [["check"], ["check", "-q", "--color=never", "."], ["--version"]], ids=" ".join)
def test_a_clean_check_imports_nothing_heavy(arguments: list[str], make_repository: MakeRepository) -> None:
    root = make_repository({"a.sh": "echo\n", ".circleci/config.yml": "orbs: {node: circleci/node@5}\n"})
    # Without the site module, whose `.pth` files import what they like.
    command = [sys.executable, "-S", "-c", LIST_MODULES, *arguments]
    out = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    assert HEAVY.isdisjoint(out.split())


def test_a_shell_call_needs_no_python_parser_and_no_network(make_repository: MakeRepository) -> None:
    root = make_repository(FILES)
    command = [sys.executable, "-c", LIST_MODULES, "check"]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert "ci/deploy.sh" in run.stdout
    assert {"httpx", "libcst", "pydantic", "rich", "typer"}.isdisjoint(run.stdout.split())


def test_a_clean_check_starts_git_twice(make_repository: MakeRepository, tmp_path: Path) -> None:
    root, log = make_repository({"a.sh": "echo\n"}), tmp_path / "log"
    counting = tmp_path / "bin/git"
    counting.parent.mkdir()
    real = subprocess.run(["which", "git"], capture_output=True, text=True, check=True).stdout.strip()
    counting.write_text(f'#!/bin/sh\necho started >> "{log}"\nexec "{real}" "$@"\n')
    counting.chmod(0o755)
    environment = {**os.environ, "PATH": f"{counting.parent}:{os.environ['PATH']}"}
    subprocess.run([*PROGRAM, "check"], cwd=root, env=environment, check=True, capture_output=True)
    assert log.read_text() == "started\n" * 2


@pytest.mark.parametrize("number", range(3))
def test_the_short_way_and_the_library_agree(
    number: int, make_repository: MakeRepository, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`check` is parsed twice, for speed; every command line must mean the same to both."""
    root = make_repository(FILES)
    monkeypatch.chdir(root)
    words = ["-q", "-v", "--exit-zero", "--format=json", "--color=always", "--color=blue", "ci", "nowhere", "--frmat"]
    for chosen in combinations(words, number):
        results = []
        for parser in (run, cli.run):
            status = parser(["check", *chosen])
            results.append((status, *capfd.readouterr()))
        assert results[0] == results[1], chosen


@pytest.mark.parametrize("arguments", [["--format"], ["--format", "xml"], ["--format=json", "--"], ["-qv"], ["-h"]])
def test_the_short_way_leaves_the_rest_to_the_library(
    arguments: list[str],
    make_repository: MakeRepository,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(make_repository({}))
    statuses = [run(["check", *arguments]), cli.run(["check", *arguments])]
    assert statuses[0] == statuses[1]
    assert "defect" not in capfd.readouterr().err


@pytest.mark.parametrize("command", ["", "check", "diff", "apply", "graph", "verify", "doctor", "trigger"])
def test_help(command: str, capfd: pytest.CaptureFixture[str], snapshot: SnapshotAssertion) -> None:
    pages = []
    for flag in ("-h", "--help"):
        assert run([*command.split(), flag]) == 0
        pages.append(capfd.readouterr().out)
    page = pages[0]
    assert pages == [page, page]
    assert page.count("\n") <= 40
    assert max(map(len, page.splitlines())) <= 80
    examples = page.partition("Examples:\n")[2].partition("\n\n")[0].splitlines()
    assert len(examples) == 3
    assert all(line.startswith("    migrator ") for line in examples)
    assert page == snapshot


def test_version(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == cli.run(["--version"]) == 0
    assert capfd.readouterr().out == f"{__version__}\n" * 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["chek"], "Did you mean 'check'?"),
        (["check", "--exit-zer"], "--exit-zero"),
        (["diff", "--only", "both"], "'config', 'callers'"),
        (["diff", "--allow-dirty"], "No such option"),
        (["check", "--format", "xml"], "'text', 'json'"),
    ],
)
def test_wrong_usage(arguments: list[str], told: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert told in err


def test_no_command_shows_the_help(capfd: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 2
    assert "Examples:" in "".join(capfd.readouterr())


@pytest.mark.parametrize("command", [["check", "--format=json"], ["diff"], ["check"]], ids=" ".join)
def test_a_reader_that_goes_away_is_no_error(command: list[str], make_repository: MakeRepository) -> None:
    files = {f"ci/{number}.sh": FILES["ci/deploy.sh"] * 3 for number in range(30)}
    root = make_repository({**FILES, **files})
    program = subprocess.Popen([*PROGRAM, *command], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert program.stdout is not None
    assert program.stderr is not None
    program.stdout.close()
    err = program.stderr.read().decode()
    assert program.wait() == 1
    assert "Error" not in err
    assert "files searched" in err.splitlines()[-1]


def test_an_output_that_is_full(make_repository: MakeRepository) -> None:
    root = make_repository(FILES)
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        ran = subprocess.run([*PROGRAM, "check"], cwd=root, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ran.returncode == 2
    assert ran.stderr.startswith("error: the output cannot be written (No space left on device)")
    assert "Traceback" not in ran.stderr


def test_without_any_output(make_repository: MakeRepository) -> None:
    root = make_repository(FILES)
    command = f'exec "{sys.executable}" -m migrator check >&- 2>&-'
    assert subprocess.run(["sh", "-c", command], cwd=root, check=False).returncode == 1


def test_output_is_utf_8_in_any_locale(make_repository: MakeRepository) -> None:
    root = make_repository({**FILES, "ci/ä.sh": FILES["ci/deploy.sh"]})
    for locale in ("C", "POSIX", "C.UTF-8"):
        environment = {**os.environ, "LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
        ran = subprocess.run([*PROGRAM, "check"], cwd=root, env=environment, capture_output=True, check=False)
        assert "ci/ä.sh:2:1:".encode() in ran.stdout


def test_an_interrupt(make_repository: MakeRepository, tmp_path: Path) -> None:
    """While git searches; the children end with the parent."""
    root, bin_folder = make_repository({"a.sh": "echo\n"}), tmp_path / "bin"
    bin_folder.mkdir()
    (bin_folder / "git").write_text(f'#!/bin/sh\necho $$ >> "{tmp_path}/pids"\nexec sleep 60\n')
    (bin_folder / "git").chmod(0o755)
    environment = {**os.environ, "PATH": f"{bin_folder}:{os.environ['PATH']}"}
    program = subprocess.Popen(
        [*PROGRAM, "check"], cwd=root, env=environment, stderr=subprocess.PIPE, text=True, process_group=0
    )
    pids = tmp_path / "pids"
    deadline = time.monotonic() + 20
    while not (pids.exists() and pids.read_text().count("\n") == 2):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    program.send_signal(signal.SIGINT)
    _, err = program.communicate(timeout=20)
    assert (program.returncode, err) == (130, "error: interrupted\n")
    for pid in map(int, pids.read_text().split()):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
