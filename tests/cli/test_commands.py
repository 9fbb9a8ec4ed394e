"""The commands from end to end: what they print where, what they write, and how they exit."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, NamedTuple, Protocol

import pytest

from migrator import __version__
from migrator.__main__ import run
from tests.conftest import git, lay_out

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import MakeRepository

CONFIG = """\
version: 2.1

jobs:
  build:
    docker:
      - image: cimg/base:2024.02
    steps:
      - checkout
      - run: make
  deploy:
    docker:
      - image: cimg/base:2024.02
    steps:
      - checkout
      - run: make deploy

workflows:
  main:
    jobs:
      - build
"""
URL = "https://circleci.com/api/v1.1/project/github/$CIRCLE_PROJECT_USERNAME/$CIRCLE_PROJECT_REPONAME"
CALL = f'curl -u "$TOKEN:" -d build_parameters[CIRCLE_JOB]=deploy "{URL}/tree/main"\n'
MANUAL = f"eval \"curl -u $TOKEN: -d build_parameters[CIRCLE_JOB]=deploy '{URL}'\"\n"
FILES = {".circleci/config.yml": CONFIG, "ci/deploy.sh": "#!/bin/sh\n" + CALL}


class Ran(NamedTuple):
    status: int
    out: str
    err: str

    def __str__(self) -> str:
        return f"exit status {self.status}\n--- stdout\n{self.out}--- stderr\n{self.err}"

    @property
    def last(self) -> str:
        return self.err.splitlines()[-1]


class Migrator(Protocol):
    def __call__(self, *arguments: str | Path, cwd: Path | None = None) -> Ran: ...


@pytest.fixture
def migrator(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Migrator:
    """Run a command line in a folder."""

    def run_it(*arguments: str | Path, cwd: Path | None = None) -> Ran:
        with monkeypatch.context() as patch:
            if cwd is not None:
                patch.chdir(cwd)
            capfd.readouterr()
            status = run([str(argument) for argument in arguments])
        return Ran(status, *capfd.readouterr())

    return run_it


@pytest.fixture
def situation(request: pytest.FixtureRequest, make_repository: MakeRepository, tmp_path: Path) -> Path:
    """A folder to run in."""
    match request.param:
        case "clean":
            return make_repository({"a.sh": "echo\n"})
        case "calls":
            return make_repository(FILES)
        case "manual":
            return make_repository({**FILES, "ci/deploy.sh": MANUAL})
        case "broken":
            return make_repository({**FILES, "ci/old.sh": b"# caf\xe9\n" + CALL.encode()})
        case "dirty":
            root = make_repository({**FILES, "ci/deploy.sh": "#!/bin/sh\n"})
            lay_out(root, FILES)
            return root
        case "no git":
            lay_out(tmp_path / "plain", FILES)
            return tmp_path / "plain"
        case other:
            raise AssertionError(other)


@pytest.mark.parametrize("command", ["check", "diff", "apply", "check --format json", "apply --format json"])
@pytest.mark.parametrize("situation", ["clean", "calls", "manual", "broken", "dirty", "no git"], indirect=True)
def test_what_is_said(command: str, situation: Path, migrator: Migrator, snapshot: SnapshotAssertion) -> None:
    ran = migrator(*command.split(), cwd=situation)
    assert ran.status < 70
    shown = str(ran).replace(str(situation), "ROOT").replace(f'"version": "{__version__}"', '"version": "VERSION"')
    assert shown == snapshot
    if command.endswith("json") and ran.status < 2:
        json.loads(ran.out)


@pytest.mark.parametrize(
    ("situation", "statuses"),
    [
        ("clean", {"check": 0, "diff": 0, "apply": 0}),
        ("calls", {"check": 1, "diff": 1, "apply": 0}),
        ("manual", {"check": 1, "diff": 1, "apply": 1}),
        ("broken", {"check": 1, "diff": 1, "apply": 1}),
        ("dirty", {"check": 1, "diff": 1, "apply": 2}),
        ("no git", {"check": 1, "diff": 1, "apply": 0}),
    ],
    indirect=["situation"],
)
def test_exit_statuses(situation: Path, statuses: dict[str, int], migrator: Migrator) -> None:
    for command, status in statuses.items():
        assert migrator(command, cwd=situation).status == status, command
        if command != "apply":  # which would have left nothing
            zero = migrator(command, "--exit-zero", situation)
            assert zero.status == 0


def test_exit_zero_turns_no_other_status(migrator: Migrator, make_repository: MakeRepository) -> None:
    root = make_repository(FILES)
    lay_out(root, {"ci/deploy.sh": "#! /bin/sh\n" + CALL})
    assert migrator("apply", "--exit-zero", cwd=root).status == 2
    assert migrator("check", "--exit-zero", root / "nowhere").status == 2


def test_the_patch_is_what_apply_writes(migrator: Migrator, make_repository: MakeRepository) -> None:
    one, two = make_repository(FILES, "one"), make_repository(FILES, "two")
    patch = migrator("diff", cwd=one)
    subprocess.run(["git", "apply"], cwd=one, input=patch.out.encode(), check=True)
    applied = migrator("apply", cwd=two)
    assert applied.status == 0
    assert all((one / path).read_bytes() == (two / path).read_bytes() for path in FILES)
    assert (one / "ci/deploy.sh").read_text() != FILES["ci/deploy.sh"]
    assert migrator("check", cwd=two) == Ran(0, "", "2 files searched, 0 calls found\n")
    git(two, "commit", "-qam", "migrated")
    assert migrator("apply", cwd=two) == Ran(0, "", "2 files searched, 0 calls found\n")


def test_diff_writes_nothing(migrator: Migrator, make_repository: MakeRepository) -> None:
    root = make_repository(FILES)
    assert migrator("diff", cwd=root).out
    assert git(root, "status", "--porcelain") == ""


def test_dirty_files_are_named_and_may_be_allowed(migrator: Migrator, make_repository: MakeRepository) -> None:
    root = make_repository({**FILES, "other.sh": "x"})
    lay_out(root, {"other.sh": "y", "ci/deploy.sh": "#! /bin/sh\n" + CALL})
    refused = migrator("apply", cwd=root)
    assert (refused.status, refused.out) == (2, "")
    assert refused.err.startswith("error: ci/deploy.sh has uncommitted changes")
    assert "other.sh" not in refused.err
    assert migrator("apply", "--allow-dirty", cwd=root).status == 0
    assert "/api/v2/" in (root / "ci/deploy.sh").read_text()


def test_one_half_at_a_time(migrator: Migrator, make_repository: MakeRepository) -> None:
    root = make_repository(FILES)
    first = migrator("apply", "--only", "config", cwd=root)
    assert git(root, "status", "--porcelain") == " M .circleci/config.yml\n"
    assert (first.status, first.last) == (1, "2 files searched, 1 call found: 1 held back")
    git(root, "commit", "-qam", "config")
    second = migrator("apply", "--only=callers", cwd=root)
    assert git(root, "status", "--porcelain") == " M ci/deploy.sh\n"
    assert (second.status, second.last) == (0, "2 files searched, 1 call found: 1 rewritten")


def test_a_folder_inside_belongs_to_its_repository(migrator: Migrator, make_repository: MakeRepository) -> None:
    root = make_repository({**FILES, "other/again.sh": "#!/bin/sh\n" + CALL})
    ran = migrator("apply", "ci", cwd=root)
    assert ran.last == "1 file searched, 1 call found: 1 rewritten"
    assert git(root, "status", "--porcelain").split() == ["M", ".circleci/config.yml", "M", "ci/deploy.sh"]
    assert migrator("check", ".", cwd=root / "ci").status == 0
    assert migrator("check", "ci/deploy.sh", "other", cwd=root).status == 1


def test_several_repositories(migrator: Migrator, make_repository: MakeRepository, tmp_path: Path) -> None:
    one, two = make_repository(FILES, "all/one"), make_repository(FILES, "all/two")
    ran = migrator("check", "one", "two", cwd=tmp_path / "all")
    assert "one/ci/deploy.sh:2:1:" in ran.out
    assert "two/ci/deploy.sh:2:1:" in ran.out
    assert ran.last == "4 files searched, 2 calls found: 2 can be rewritten"
    patch = migrator("diff", cwd=tmp_path / "all")
    subprocess.run(["git", "apply"], cwd=tmp_path / "all", input=patch.out.encode(), check=True)
    assert migrator("check", one, two).status == 0


def test_in_several_repositories_all_are_written_or_none(
    migrator: Migrator, make_repository: MakeRepository, tmp_path: Path
) -> None:
    one, two = make_repository(FILES, "one"), make_repository(FILES, "two")
    lay_out(two, {"ci/deploy.sh": "#! /bin/sh\n" + CALL})
    assert migrator("apply", one, two).status == 2
    assert git(one, "status", "--porcelain") == ""


def test_a_missing_path_is_one_line_and_the_next_step(migrator: Migrator, tmp_path: Path) -> None:
    for command in ("check", "diff", "apply"):
        ran = migrator(command, "nowhere", cwd=tmp_path)
        assert (ran.status, ran.out) == (2, "")
        assert ran.err == (
            "error: the path 'nowhere' does not exist\nnext: name files, folders or repositories that are there\n"
        )


@pytest.mark.parametrize("command", ["check", "diff", "apply"])
@pytest.mark.parametrize("files", [{}, FILES], ids=["clean", "calls"])
def test_wrong_settings(
    command: str, files: dict[str, str], migrator: Migrator, make_repository: MakeRepository
) -> None:
    root = make_repository({**files, ".migrator.toml": "jsno = 'jq'\n"})
    ran = migrator(command, cwd=root)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.endswith("there is no setting 'jsno'\nnext: did you mean 'json'?\n")


def test_settings_reach_the_engine(migrator: Migrator, make_repository: MakeRepository) -> None:
    call = CALL.replace("=deploy", "=deploy -d build_parameters[WHO]=$1")
    root = make_repository({**FILES, "ci/deploy.sh": "#!/bin/sh\n" + call})
    assert "jq -n" not in migrator("diff", "--unsafe", cwd=root).out
    lay_out(root, {".migrator.toml": 'json = "jq"\nunsafe = true\n'})
    assert "jq -n" in migrator("diff", cwd=root).out


BASE = "${CIRCLE_API:-https://circleci.com/api/v1.1}/project/github/acme/app"
ASSUMING = {
    "ci/one.sh": f'#!/bin/sh\ncurl -u "$T:" -d build_parameters[CIRCLE_JOB]=deploy {BASE}\n',
    "ci/two.sh": f'#!/bin/sh\ncurl -u "$T:" -d \'{{"build_parameters": {{"CIRCLE_JOB": "deploy"}}}}\' {BASE}\n',
}


@pytest.mark.parametrize(
    ("option", "setting", "written"),
    [
        ("", "", []),
        ("--unsafe", "", ["ci/one.sh", "ci/two.sh"]),
        ("--unsafe=default-base", "", ["ci/one.sh"]),
        ("--unsafe=json-without-type", "", []),
        ("--unsafe=default-base,json-without-type", "", ["ci/one.sh", "ci/two.sh"]),
        ("", '["default-base"]', ["ci/one.sh"]),
        ("--no-unsafe", '["default-base"]', []),
        ("--unsafe", '["default-base"]', ["ci/one.sh", "ci/two.sh"]),
        ("--unsafe=json-without-type", '["default-base"]', []),
    ],
)
def test_single_assumptions_can_be_allowed(
    option: str, setting: str, written: list[str], migrator: Migrator, make_repository: MakeRepository
) -> None:
    root = make_repository({**FILES, **ASSUMING}, remote="git@github.com:acme/app.git")
    if setting:
        lay_out(root, {".migrator.toml": f"unsafe = {setting}\n"})
    migrator("apply", *([option] if option else []), "--allow-dirty", cwd=root)
    assert [path for path in ASSUMING if "api/v2" in (root / path).read_text()] == written


@pytest.mark.parametrize("code", ["no-such", "url-glob", ""])
def test_only_assumptions_can_be_allowed(code: str, migrator: Migrator, make_repository: MakeRepository) -> None:
    ran = migrator("diff", f"--unsafe={code}", cwd=make_repository(FILES))
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("error: --unsafe: ")


def test_quiet_and_verbose(migrator: Migrator, make_repository: MakeRepository) -> None:
    root = make_repository({**FILES, "ci/manual.sh": MANUAL}, remote="git@github.com:acme/app.git")
    plain, quiet, verbose = (migrator("diff", *flags, cwd=root) for flags in ([], ["-q"], ["-v"]))
    assert plain.out == quiet.out == verbose.out
    assert quiet.err.count("\n") == 1
    assert "ci/manual.sh:1:" in plain.err
    assert "github/acme/app" in verbose.err
    assert len({plain.last, quiet.last, verbose.last}) == 1
    assert "  | " not in migrator("check", "-q", cwd=root).out


TOKEN = "0123456789abcdef0123456789abcdef01234567"


def test_a_token_in_a_file_is_printed_nowhere_but_in_the_patch(
    migrator: Migrator, make_repository: MakeRepository
) -> None:
    root = make_repository({**FILES, "ci/deploy.sh": "#!/bin/sh\n" + CALL.replace("$TOKEN", TOKEN)})
    for arguments in (["check"], ["check", "-v"], ["check", "--format", "json"], ["diff", "--format", "json"]):
        assert TOKEN not in str(migrator(*arguments, cwd=root)), arguments
    ran = migrator("diff", cwd=root)
    assert TOKEN not in ran.err
    assert "revoke the token" in ran.err
    subprocess.run(["git", "apply", "--check"], cwd=root, input=ran.out.encode(), check=True)
    assert TOKEN not in str(migrator("apply", cwd=root))
    assert TOKEN in (root / "ci/deploy.sh").read_text()


@pytest.mark.parametrize(
    ("choice", "environment", "colored"),
    [
        ("auto", {}, False),
        ("always", {}, True),
        ("always", {"NO_COLOR": "1"}, True),
        ("never", {"FORCE_COLOR": "1"}, False),
        ("auto", {"FORCE_COLOR": "1"}, True),
        ("auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ("auto", {"FORCE_COLOR": "1", "NO_COLOR": ""}, True),
    ],
)
def test_colour(
    choice: str,
    environment: dict[str, str],
    colored: bool,
    migrator: Migrator,
    make_repository: MakeRepository,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = make_repository(FILES)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    for command in ("check", "diff"):
        assert ("\x1b[" in migrator(command, "--color", choice, cwd=root).out) is colored


def test_the_demo(migrator: Migrator, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    ran = migrator("diff", "--demo", cwd=tmp_path)
    assert ran.status == 0
    assert str(ran) == snapshot
    assert list(tmp_path.iterdir()) == []


def test_the_demo_s_patch_applies_to_the_sample(migrator: Migrator, tmp_path: Path) -> None:
    from migrator.demo import unpacked

    with unpacked() as folder:
        subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
        patch = migrator("diff", "--demo").out
        subprocess.run(["git", "apply"], cwd=folder, input=patch.encode(), check=True)
        assert migrator("check", folder).status == 0


def test_the_demo_takes_no_paths(migrator: Migrator) -> None:
    assert migrator("diff", "--demo", ".").status == 2


def test_a_defect_of_the_tool_is_no_traceback(
    migrator: Migrator, make_repository: MakeRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> None:
        raise RuntimeError("ouch")

    monkeypatch.setattr("migrator.planning.analyse.analyse_together", broken)
    root = make_repository(FILES)
    ran = migrator("check", cwd=root)
    assert (ran.status, ran.out) == (70, "")
    assert ran.err.startswith("error: this is a defect of migrator (RuntimeError: ouch)\n")
    monkeypatch.setenv("MIGRATOR_DEBUG", "1")
    with pytest.raises(RuntimeError, match="ouch"):
        migrator("check", cwd=root)
