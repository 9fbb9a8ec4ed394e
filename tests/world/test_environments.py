"""The environment of jobs, from each of its sources, and values that are easily damaged."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from tests.world import World
from tests.world.support import JSON, NASTY, PERSONAL, V1, V2, Push, curl, one_job, repository

if TYPE_CHECKING:
    from pathlib import Path


class TestEnvironments:
    LAYERS = """
        version: 2.1
        jobs:
          build:
            machine: true
            environment: {FROM_JOB: job, C: job, D: job, CIRCLE_NODE_TOTAL: masked}
            steps:
              - run: {command: 'echo "$A $B $C $D" >> $EFFECTS', environment: {D: step}}
        workflows:
          w: {jobs: [build: {context: [one, two]}]}
        """
    OUTSIDE: ClassVar[dict[str, Any]] = {
        "settings": {"A": "settings", "B": "settings", "C": "settings", "D": "settings", "CIRCLE_BRANCH": "settings"},
        "contexts": {"one": {"B": "one", "C": "one"}, "two": {"B": "two", "TWO": "2"}, "three": {"THREE": "3"}},
    }

    def test_precedence(self, run: Push) -> None:
        (ran,) = run(self.LAYERS, **self.OUTSIDE)
        assert ran.effects == ("settings two job step",)
        assert ran.contexts == ("one", "two")
        seen = ran.environment
        assert (seen["D"], seen["TWO"], seen["CIRCLE_BRANCH"]) == ("job", "2", "main")
        assert seen["CIRCLE_NODE_TOTAL"] == "masked"
        assert "THREE" not in seen

    def test_build_parameters_of_v1_are_the_weakest_and_bring_no_context(self, tmp_path: Path) -> None:
        with World(repository(tmp_path / "s", self.LAYERS), tmp_path / "w", **self.OUTSIDE) as world:
            sent = ("A", "C", "NEW", "CIRCLE_BRANCH", "TWO")
            data = [word for name in sent for word in ("-d", f"build_parameters[{name}]=sent")]
            curl(world, *PERSONAL, *data, V1)
        seen = world.history[0].environment
        assert [seen.get(name) for name in sent] == ["settings", "job", "sent", "main", "sent"]
        assert (seen["B"], world.history[0].contexts) == ("settings", ())

    def test_the_environment_of_the_primary_container(self, run: Push) -> None:
        images = "[{image: a, environment: [A=image, B: image]}, {image: b, environment: {C: other}}]"
        (ran,) = run(one_job("[run: 'true']", f"docker: {images}\n    environment: {{B: job}}").replace("machine", "x"))
        assert [ran.environment.get(name) for name in "ABC"] == ["image", "job", None]

    def test_built_in_variables(self, run: Push) -> None:
        (ran,) = run(one_job("[run: 'test -n $CIRCLE_WORKFLOW_ID; echo $CIRCLE_BUILD_NUM >> $EFFECTS']"))
        assert ran.effects == ("1",)
        assert ran.environment == {
            "CI": "true",
            "CIRCLECI": "true",
            "CIRCLE_BRANCH": "main",
            "CIRCLE_JOB": "build",
            "CIRCLE_NODE_INDEX": "0",
            "CIRCLE_NODE_TOTAL": "1",
            "CIRCLE_PROJECT_REPONAME": "app",
            "CIRCLE_PROJECT_USERNAME": "acme",
            "CIRCLE_REPOSITORY_URL": "git@github.com:acme/app.git",
            "CIRCLE_SHA1": "<commit 2>",
            "CIRCLE_USERNAME": "somebody",
            "PWD": "~/project",
        }

    def test_nothing_of_the_tests_own_environment(self, run: Push, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LEAKED", "1")
        (ran,) = run(one_job("[run: 'env >> $EFFECTS']"))
        assert not any("LEAKED" in line for line in ran.effects)

    @pytest.mark.parametrize("encoding", ["--data-urlencode", "--form-string"])
    def test_nasty_values_reach_v1_jobs(self, tmp_path: Path, encoding: str) -> None:
        with World(repository(tmp_path / "s", one_job("[run: 'true']")), tmp_path / "w") as world:
            curl(world, *PERSONAL, *(w for n, v in NASTY.items() for w in (encoding, f"build_parameters[{n}]={v}")), V1)
        seen = world.history[0].environment
        assert {name: seen.get(name) for name in NASTY} == NASTY

    def test_nasty_values_reach_v2_jobs(self, tmp_path: Path) -> None:
        """By way of job environments, and exported through $BASH_ENV."""
        names = {name: name.lower() for name in NASTY}
        export = "".join(f"printf 'export E_{name}=%q\\n' \"${name}\" >> $BASH_ENV\n" for name in names)
        config = {
            "version": 2.1,
            "parameters": {low: {"type": "string", "default": ""} for low in names.values()},
            "jobs": {
                "build": {
                    "machine": True,
                    "environment": {name: f"<< pipeline.parameters.{low} >>" for name, low in names.items()},
                    "steps": [{"run": export}],
                }
            },
        }
        body = {"parameters": {names[name]: value for name, value in NASTY.items()}}
        with World(repository(tmp_path / "s", json.dumps(config)), tmp_path / "w") as world:
            curl(world, *PERSONAL, *JSON, "--data-binary", json.dumps(body), V2)
        seen = world.history[0].environment
        assert {name: seen.get(name) for name in NASTY} == NASTY
        assert {name: seen.get(f"E_{name}") for name in NASTY} == NASTY
