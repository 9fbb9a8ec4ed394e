"""A config of version 2 that no call starts anything in: `--only config` moves it to 2.1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.circleci.compiler import Event, EventKind, compile_pipeline
from migrator.syntax.yaml import load
from tests.planning.support import CONFIG, SCRIPT, migrator, remote, tree

if TYPE_CHECKING:
    from tests.conftest import MakeRepository

OLD = """\
version: 2
jobs:
  build:
    docker: [{image: "cimg/base:stable"}]
    branches: {only: [main, /rel-.*/]}
    steps:
      - checkout
      - setup_docker_engine
      - run: |
          cat <<EOF > notes
          built
          EOF
      - deploy: {command: ./ship}
"""
NEW = """\
version: 2.1
jobs:
  build:
    docker: [{image: "cimg/base:stable"}]
    steps:
      - checkout
      - setup_remote_docker
      - run: |
          cat \\<<EOF > notes
          built
          EOF
      - run: {command: ./ship}
workflows:
  build:
    jobs:
      - build:
          filters:
            branches: {only: [main, /rel-.*/]}
"""
ANNOUNCED = "note: .circleci/config.yml is of version 2: CircleCI announced"


def _job(text: str, event: Event) -> list[object]:
    """What an event runs, with the step that has changed its name under its new one."""
    steps = [(run.name, run.environment, *run.steps) for run in compile_pipeline(load(text), event).jobs]
    return [str(step).replace("kind='deploy'", "kind='run'") for step in steps]


def test_a_config_without_calls_is_moved(make_repository: MakeRepository) -> None:
    root = make_repository({CONFIG: OLD})
    done = migrator(root, "apply", "--only", "config")
    assert (done.status, done.out, done.last) == (0, f"rewrote {CONFIG}\n", "1 file searched, 0 calls found")
    assert (root / CONFIG).read_text() == NEW
    for name in ("main", "rel-1", "dev"):
        event = Event(EventKind.PUSH, branch=name)
        assert _job(OLD, event) == _job(NEW, event)
    assert not _job(NEW, Event(EventKind.PUSH, tag="v1"))
    again = migrator(root, "apply", "--only", "config", "--allow-dirty")
    assert (again.status, again.out, again.err.count(ANNOUNCED)) == (0, "", 0)


def test_what_would_be_written_is_shown(make_repository: MakeRepository) -> None:
    shown = migrator(make_repository({CONFIG: OLD}), "diff", "--only", "config")
    assert shown.status == 1
    assert "-version: 2\n+version: 2.1\n" in shown.out


def test_only_who_asks_for_it_gets_it(make_repository: MakeRepository) -> None:
    root = make_repository({CONFIG: OLD})
    for arguments in (["check"], ["apply"], ["apply", "--only", "callers"]):
        done = migrator(root, *arguments)
        assert (done.status, done.out, done.err.count(ANNOUNCED)) == (0, "", 1)
    assert tree(root)[CONFIG].decode() == OLD
    assert ANNOUNCED not in migrator(root, "check", "-q").err
    assert ANNOUNCED not in migrator(make_repository({CONFIG: NEW}, "new"), "check").err


def test_a_call_that_needs_the_config_decides(make_repository: MakeRepository) -> None:
    """With a call the config moves for the call, or not at all: v1.1 may not start jobs of 2.1 configs."""
    root = make_repository({CONFIG: OLD, "ci/go.sh": SCRIPT.replace("deploy", "gone")}, "app", remote=remote("app"))
    done = migrator(root, "apply", "--only", "config")
    assert done.status == 1
    assert tree(root)[CONFIG].decode() == OLD
    assert done.err.count(ANNOUNCED) == 1


def test_what_cannot_be_moved_is_said(make_repository: MakeRepository) -> None:
    root = make_repository({CONFIG: OLD.replace("- checkout", "- polish: floor")})
    done = migrator(root, "apply", "--only", "config")
    assert (done.status, done.out) == (0, "")
    assert "note: .circleci/config.yml stays at its version: Job `build` has a step `polish`" in done.err


def test_what_rests_on_something_unseen_needs_unsafe(make_repository: MakeRepository) -> None:
    root = make_repository({CONFIG: OLD.replace("/rel-.*/", "/(?!dev).*/")})
    done = migrator(root, "apply", "--only", "config")
    assert "stays at its version: CircleCI's compiler may refuse the pattern `(?!dev).*`" in done.err
    assert "With --unsafe it is moved." in done.err
    assert migrator(root, "apply", "--only", "config", "--unsafe").out == f"rewrote {CONFIG}\n"


def test_several_repositories(make_repository: MakeRepository) -> None:
    one, two = (make_repository({CONFIG: OLD}, name, remote=remote(name)) for name in ("one", "two"))
    done = migrator(one.parent, "apply", "--only", "config", "one", "two")
    assert done.out == f"rewrote one/{CONFIG}\nrewrote two/{CONFIG}\n"
    assert all((root / CONFIG).read_text() == NEW for root in (one, two))


def test_a_config_that_is_not_yaml_is_not_said_to_be_missing(make_repository: MakeRepository) -> None:
    root = make_repository({CONFIG: OLD + "  - [\n", "ci/go.sh": SCRIPT}, "app", remote=remote("app"))
    found = migrator(root, "check")
    assert f"error[no-config]: The jobs of {CONFIG} are not known. The file cannot be parsed" in found.out
