"""How one job is run: steps, shells, directories, nodes."""

from __future__ import annotations

import os

import pytest

from tests.world.support import Push, one_job


class TestSteps:
    def test_a_job_without_checkout_has_no_commit(self, run: Push) -> None:
        (ran,) = run(one_job("[run: 'pwd; ls > $EFFECTS']"))
        assert (ran.commit, ran.effects) == (None, ())

    def test_checkout_is_a_clone_in_the_working_directory(self, run: Push) -> None:
        steps = "[checkout, run: 'ls -d .circleci; git log --oneline --all | wc -l >> $EFFECTS; pwd >> $EFFECTS']"
        (ran,) = run(one_job(steps))
        assert (ran.commit, ran.head) == ("<commit 2>", "commit 2")
        assert ran.effects == ("2", "~/project")

    @pytest.mark.parametrize(
        ("job", "step", "shown"),
        [
            ("working_directory: ~/deep/er", "", "~/deep/er"),
            ("working_directory: /srv/app", "", "/srv/app"),
            ("working_directory: /", "", ""),
            ("", "working_directory: sub, ", "~/project/sub"),
            ("working_directory: ~/x", "working_directory: /y, ", "/y"),
        ],
    )
    def test_working_directories(self, run: Push, job: str, step: str, shown: str) -> None:
        made = "{run: {command: 'mkdir -p ~/project/sub \"${HOME%/*}/fs/y\"'}}"
        (ran,) = run(one_job(f"[{made}, {{run: {{{step}command: pwd >> $EFFECTS}}}}]", job))
        assert ran.effects == (shown,)

    def test_steps_are_fresh_processes_that_stop_at_the_first_error(self, run: Push) -> None:
        steps = """[run: 'X=1; export X; false | true; echo unreachable >> $EFFECTS',
            run: echo never >> $EFFECTS,
            run: {when: always, command: 'echo "always ${X-unset}" >> $EFFECTS'},
            run: {when: on_fail, command: echo on_fail >> $EFFECTS},
            run: {when: on_success, command: echo on_success >> $EFFECTS}]"""
        (ran,) = run(one_job(steps))
        assert ran.effects == ("always unset", "on_fail")
        assert not ran.succeeded
        assert [step.status for step in ran.nodes[0].steps] == [1, 0, 0]

    def test_shells(self, run: Push) -> None:
        told = 'echo "${BASH_VERSION:+bash} $-" >> $EFFECTS'
        steps = f"""[run: '{told}', run: {{shell: /bin/sh, command: '{told}'}},
            run: {{shell: bash -c, command: '{told}'}}, run: {{shell: /no/such/shell, command: '{told}'}}]"""
        (ran,) = run(one_job(steps, "shell: /bin/bash -eu"))
        assert [line.split()[0] for line in ran.effects[::2]] == ["bash", "bash"]
        assert "u" in ran.effects[0].split()[1]
        assert "bash" not in ran.effects[1]
        assert ran.nodes[0].steps[-1].status == 127

    def test_bash_env_lasts_from_step_to_step_in_bash_only(self, run: Push) -> None:
        steps = """[run: 'echo "export X=set" >> $BASH_ENV', run: 'echo "bash ${X-unset}" >> $EFFECTS',
            run: {shell: /bin/sh -e, command: 'echo "sh ${X-unset}" >> $EFFECTS'}]"""
        (ran,) = run(one_job(steps))
        assert ran.effects == ("bash set", "sh unset")
        assert ran.environment["X"] == "set"
        assert ["X" in step.environment for step in ran.nodes[0].steps] == [False, True, False]

    def test_other_steps_are_recorded(self, run: Push) -> None:
        steps = "[setup_remote_docker, store_artifacts: {path: x}, run: 'true', save_cache: {key: k, paths: [x]}]"
        (ran,) = run(one_job(steps))
        assert [(step.kind, step.status) for step in ran.nodes[0].steps] == [
            ("setup_remote_docker", None),
            ("store_artifacts", None),
            ("run", 0),
            ("save_cache", None),
        ]

    def test_background_steps_and_what_they_leave_are_stopped(self, run: Push) -> None:
        steps = (
            "[run: {background: true, command: 'echo $$ > ~/pid; sleep 60'}, run: 'sleep 60 & sleep 0.2; cat ~/pid']"
        )
        (ran,) = run(one_job(steps))
        pid = int(ran.nodes[0].steps[1].output)
        assert ran.succeeded
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


class TestNodes:
    STEPS = """[checkout, run: 'echo "node $CIRCLE_NODE_INDEX of $CIRCLE_NODE_TOTAL" >> $EFFECTS',
        deploy: {command: 'echo "deploy $CIRCLE_NODE_INDEX" >> $EFFECTS'}, run: echo after >> $EFFECTS]"""

    def test_deploy_runs_once(self, run: Push) -> None:
        (ran,) = run(one_job(self.STEPS, "parallelism: 3"))
        assert len(ran.nodes) == 3
        assert ran.nodes[0].effects == ("node 0 of 3", "deploy 0", "after")
        assert ran.nodes[2].effects == ("node 2 of 3", "after")
        assert [node.commit for node in ran.nodes] == ["<commit 2>"] * 3

    def test_deploy_waits_for_all_nodes(self, run: Push) -> None:
        steps = "[run: 'test $CIRCLE_NODE_INDEX = 0', deploy: {command: echo deployed >> $EFFECTS}]"
        (ran,) = run(one_job(steps, "parallelism: 2"))
        assert ran.effects == ()
        assert not ran.succeeded
