"""The comparison where steps moved to a job of their own, and where a difference is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.world import World, compare
from tests.world.support import V1, one_job, repository

if TYPE_CHECKING:
    from pathlib import Path

CALL = {"call.sh": f"curl -sSf -u personal-token: {V1} -d build_parameters[CIRCLE_JOB]=other\n"}
OLD = """
    version: 2
    jobs:
      build:
        machine: true
        parallelism: 2
        steps:
          - checkout
          - run: echo test >> $EFFECTS
          - deploy: echo call >> $EFFECTS; bash call.sh
      other: {machine: true, steps: [run: echo other >> $EFFECTS]}
    """
SPLIT = """
    version: 2.1
    jobs:
      build:
        machine: true
        parallelism: 2
        steps:
          - checkout
          - run: echo test >> $EFFECTS
      build-deploy:
        machine: true
        steps:
          - checkout
          - run: echo call >> $EFFECTS; bash call.sh
      other: {machine: true, steps: [run: echo other >> $EFFECTS]}
    workflows:
      build: {jobs: [build, build-deploy: {requires: [build]}]}
    """


def pushed(config: str, root: Path) -> World:
    with World(repository(root / "source", config, CALL), root / "world") as world:
        world.push()
    return world


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> World:
    return pushed(OLD, tmp_path_factory.mktemp("old"))


def test_a_deploy_step_split_into_a_job(old: World, tmp_path: Path) -> None:
    new = pushed(SPLIT, tmp_path)
    assert [ran.name for ran in old.history] == ["build", "other"]
    assert compare(old, new, added={"build-deploy"}) == ()
    assert any("build-deploy on main ran as well" in line for line in compare(old, new))


@pytest.mark.parametrize(
    ("config", "complaint"),
    [
        (OLD.replace("deploy: echo", "run: echo"), "other on main ran as well"),
        (OLD.replace("          - deploy: echo call >> $EFFECTS; bash call.sh\n", ""), "other on main did not run"),
        (SPLIT.replace("echo call >> $EFFECTS; ", ""), "the jobs wrote ['other', 'test', 'test']"),
        (SPLIT.replace("call.sh", "call.sh; exit 1"), "build-deploy on main failed"),
        (SPLIT.replace("          - checkout\n          - run: echo call", "          - run: echo call"), "failed"),
        (SPLIT.replace("          - run: echo test >> $EFFECTS\n", ""), "step 'echo test >> $EFFECTS' is gone"),
    ],
)
def test_wrong_ways_to_split(old: World, tmp_path: Path, config: str, complaint: str) -> None:
    assert config not in {OLD, SPLIT}
    differences = compare(old, pushed(config, tmp_path), added={"build-deploy"})
    assert any(complaint in difference for difference in differences), differences


def test_variables_that_may_differ(tmp_path: Path) -> None:
    one, two = (pushed(one_job(f"[run: echo export A={n} >> $BASH_ENV]"), tmp_path / n) for n in "12")
    assert any("at the end, A is '2', not '1'" in line for line in compare(one, two))
    configs = (one_job("[run: 'true']", f"environment: {{A: {n}}}") for n in "12")
    one, two = (pushed(config, tmp_path / f"env{n}") for n, config in enumerate(configs))
    assert compare(one, two) != ()
    assert compare(one, two, ignored={"A"}) == ()


def test_a_step_that_ends_otherwise(tmp_path: Path) -> None:
    steps = "[run: {command: 'test -n \"$A\"'}, run: {when: always, command: exit 1}]"
    one, two = (pushed(one_job(steps, f"environment: {{A: '{text}'}}"), tmp_path / f"_{text}") for text in ("set", ""))
    (difference,) = compare(one, two, ignored={"A"})
    assert difference.endswith("""step 'test -n "$A"' ended with 1, not 0""")


def test_worlds_that_were_treated_differently(old: World, tmp_path: Path) -> None:
    new = pushed(SPLIT, tmp_path)
    new.actions.pop()
    with pytest.raises(ValueError, match="treated differently"):
        compare(old, new)


def test_a_config_that_is_no_yaml(old: World, tmp_path: Path) -> None:
    new = pushed("version: 2.1\njobs: {", tmp_path)
    differences = compare(old, new)
    assert any("config error" in line for line in differences)
    assert any("build on main did not run" in line for line in differences)
