"""How jobs are run together: requirements, approvals, jobs that start jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.world import World, WorldError
from tests.world.scheduler import TOO_MANY
from tests.world.support import V1, Push, one_job, repository

if TYPE_CHECKING:
    from pathlib import Path


class TestWorkflows:
    def test_requirements_order_jobs_and_failures_stop_them(self, run: Push) -> None:
        history = run("""
            version: 2.1
            jobs:
              a: {machine: true, steps: [run: date +%s%N >> $EFFECTS]}
              bad: {machine: true, steps: [run: exit 1]}
            workflows:
              one: {jobs: [a: {name: last, requires: [first]}, a: {name: first}]}
              two: {jobs: [bad, a: {name: never, requires: [bad]}]}
            """)
        ran = {run.name: run for run in history}
        assert set(ran) == {"last", "first", "bad"}
        assert int(ran["first"].effects[0]) < int(ran["last"].effects[0])
        assert (ran["last"].job, ran["last"].workflow) == ("a", "one")
        assert ran["last"].environment["CIRCLE_JOB"] == "last"

    def test_approvals_hold_what_requires_them(self, run: Push) -> None:
        history = run("""
            version: 2.1
            jobs:
              a: {machine: true, steps: [run: "true"]}
            workflows:
              w: {jobs: [a, hold: {type: approval, requires: [a]}, a: {name: held, requires: [hold]}]}
            """)
        assert [ran.name for ran in history] == ["a"]

    def test_a_job_that_waits_for_another_one(self, tmp_path: Path) -> None:
        config = r"""
            version: 2
            jobs:
              slow: {machine: true, steps: [run: sleep 0.3]}
              build:
                machine: true
                steps:
                  - run: |
                      ask() { curl -sS -u personal-token: -H "Accept: application/json" "$@"; }
                      url=https://circleci.com/api/v1.1/project/github/acme/app
                      n=$(ask -d "build_parameters[CIRCLE_JOB]=slow" $url | sed 's/.*"build_num": \([0-9]*\).*/\1/')
                      until ask $url/$n | grep -q '"outcome": "success"'; do sleep 0.1; done
                      echo "saw $n" >> $EFFECTS
            """
        with World(repository(tmp_path / "source", config), tmp_path / "world") as world:
            world.push()
        assert {ran.name: ran.effects for ran in world.history} == {"build": ("saw 2",), "slow": ()}

    def test_a_job_that_triggers_itself_is_stopped(self, tmp_path: Path) -> None:
        config = one_job(f"[run: 'curl -sS -u personal-token: -X POST {V1}']")
        world = World(repository(tmp_path / "source", config), tmp_path / "world", limit=3)
        with world:
            world.push()
        assert len(world.history) == 3
        assert world.errors == (TOO_MANY,)

    def test_what_orbs_do_is_recorded_not_run(self, run: Push) -> None:
        (step, job) = run("""
            version: 2.1
            orbs: {node: circleci/node@5.0.0}
            jobs:
              a: {machine: true, steps: [node/install, run: echo ran >> $EFFECTS]}
            workflows:
              w: {jobs: [a, node/test: {requires: [a]}]}
            """)
        assert [(it.kind, it.status) for it in step.nodes[0].steps] == [("opaque", None), ("run", 0)]
        assert job.name == "node/test"
        assert [it.kind for it in job.nodes[0].steps] == ["opaque"]

    def test_what_cannot_be_known_is_no_result(self, tmp_path: Path) -> None:
        config = """
            version: 2.1
            jobs:
              a: {machine: true, steps: [run: "true"]}
            workflows:
              w: {when: << pipeline.in_no_list >>, jobs: [a]}
            """
        world = World(repository(tmp_path / "source", config), tmp_path / "world")
        with world, pytest.raises(WorldError, match="not known"):
            world.push()
