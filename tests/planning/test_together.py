"""Calls from one repository into another, when both are at hand: both change, or neither."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from migrator.syntax.yaml import load
from tests.conftest import git, lay_out
from tests.planning.support import APP_CONFIG, CONFIG, SCRIPT, TOOLS_CONFIG, call, migrator, remote, tree

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeRepository


def test_caller_and_config_change_together(clones: Path) -> None:
    ran = migrator(clones, "apply", "tools", "app")
    assert ran.status == 0
    assert ran.out.endswith("rewrote tools/ci/release.sh\nrewrote app/.circleci/config.yml\n")
    assert "note: merge the config of github/acme/app first, on branch main; then its callers\n" in ran.err
    script = (clones / "tools/ci/release.sh").read_text()
    assert "/api/v2/project/gh/acme/app/pipeline" in script
    assert '"run_job": "deploy", "version": "' in script
    config = load((clones / "app" / CONFIG).read_text())
    assert isinstance(config, dict)
    assert list(config["parameters"]) == ["run_job", "version"]
    assert config["workflows"]["run-deploy"]["when"] == {"equal": ["deploy", "<< pipeline.parameters.run_job >>"]}
    assert (clones / "tools" / CONFIG).read_text() == TOOLS_CONFIG


def test_a_second_run_changes_nothing_and_all_is_proved(clones: Path) -> None:
    before = migrator(clones, "verify", "tools", "app")
    assert (before.status, before.out.count("deploy  proved")) == (0, 1)
    migrator(clones, "apply", "tools", "app")
    once = tree(clones)
    again = migrator(clones, "apply", "tools", "app", "--allow-dirty")
    assert (again.status, again.out, tree(clones)) == (0, "", once)
    after = migrator(clones, "verify", "tools", "app")
    assert after.status == 0
    assert "run_job=deploy  proved" in after.out
    damaged = (clones / "app" / CONFIG).read_text().replace("[none, deploy]", "[none, test]")
    (clones / "app" / CONFIG).write_text(damaged)
    assert migrator(clones, "verify", "tools", "app").status == 7


def test_without_the_other_checkout_the_call_is_left(clones: Path) -> None:
    ran = migrator(clones, "diff", "tools")
    assert (ran.status, ran.out) == (1, "")
    assert "error[other-project]" in ran.err
    assert "--ready" in ran.err


def test_a_folder_full_of_clones(clones: Path) -> None:
    assert migrator(clones, "apply", ".").last.endswith("1 call found: 1 rewritten")


def test_the_project_of_a_checkout_can_be_named(make_repository: MakeRepository, tmp_path: Path) -> None:
    make_repository({CONFIG: APP_CONFIG}, "checkout")
    make_repository({CONFIG: TOOLS_CONFIG, "ci/release.sh": SCRIPT}, "tools", remote=remote("tools"))
    assert "error[other-project]" in migrator(tmp_path, "diff", "tools", "checkout").err
    ran = migrator(tmp_path, "apply", "tools", "--project", "gh/Acme/App=checkout")
    assert ran.status == 0
    assert "rewrote checkout/.circleci/config.yml" in ran.out


def test_the_name_that_is_given_overrides_the_remote(clones: Path) -> None:
    ran = migrator(clones, "check", "tools", "--project", "github/acme/else=app", "--format", "json")
    assert [entry["status"] for entry in ran.json["calls"]] == ["manual"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--project", "github/acme/app"], "is not SLUG=PATH"),
        (["--project", "acme/app=app"], "is no project slug"),
        (["--project", "github/acme/app=nowhere"], "does not exist"),
        (["--ready", "app"], "is no project slug"),
        (["--callers", "nowhere.json"], "cannot be read"),
        (["--callers", "app/.circleci/config.yml"], "is no report"),
    ],
)
def test_what_is_wrong_is_said(arguments: list[str], message: str, clones: Path) -> None:
    ran = migrator(clones, "diff", "tools", *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert message in ran.err


def test_all_or_nothing_across_repositories(clones: Path) -> None:
    """A file of one repository that may not be written keeps every file of the others as it was."""
    (clones / "app" / CONFIG).write_text(APP_CONFIG + "# being edited\n")
    before = tree(clones)
    ran = migrator(clones, "apply", "tools", "app")
    assert (ran.status, tree(clones)) == (2, before)
    assert "uncommitted changes" in ran.err


@pytest.mark.parametrize(
    ("config", "code"),
    [
        (APP_CONFIG.replace("  deploy:", "  ship:"), "job-unknown"),
        ("setup: true\n" + APP_CONFIG, "setup-config"),
        (APP_CONFIG.replace("  usual:\n", "  usual: &usual\n").replace("jobs: [test]\n", "jobs: [test\n"), "no-config"),
    ],
)
def test_a_config_that_cannot_change_keeps_its_callers(config: str, code: str, clones: Path) -> None:
    """The caller stays, and so does nothing else: its own repository migrates on."""
    lay_out(clones / "app", {CONFIG: config})
    lay_out(clones / "tools", {"ci/own.sh": "#!/bin/bash\n" + call("tools", "release")})
    for name in ("app", "tools"):
        git(clones / name, "add", "-A")
        git(clones / name, "commit", "-q", "-m", "other")
    ran = migrator(clones, "apply", "tools", "app")
    assert ran.status == 1
    assert f"error[{code}]" in ran.out
    assert (clones / "tools/ci/release.sh").read_text() == SCRIPT
    assert (clones / "app" / CONFIG).read_text() == config
    assert "api/v2" in (clones / "tools/ci/own.sh").read_text()


def test_the_plan_knows_all_callers_of_all_repositories(make_repository: MakeRepository, clones: Path) -> None:
    """A third repository starts the same job without a version: not every caller sends it."""
    make_repository({"go.sh": "#!/bin/sh\n" + call("app")}, "third", remote=remote("third"))
    two = migrator(clones, "diff", "tools", "app").out
    three = migrator(clones, "diff", "tools", "app", "third").out
    assert "condition: << pipeline.parameters.version >>" not in two
    assert "condition: << pipeline.parameters.version >>" in three


def test_names_that_are_taken_are_taken_for_every_caller(clones: Path) -> None:
    taken = (
        'version: 2.1\nparameters:\n  run_job: {type: string, default: ""}\n  version: {type: integer, default: 1}\n'
    )
    lay_out(clones / "app", {CONFIG: taken + APP_CONFIG.partition("\n")[2]})
    migrator(clones, "apply", "tools", "app", "--allow-dirty")
    assert '"run_job_2": "deploy", "version_2": "' in (clones / "tools/ci/release.sh").read_text()
    assert migrator(clones, "verify", "tools", "app").status == 0


def test_one_file_may_call_several_projects(make_repository: MakeRepository, tmp_path: Path) -> None:
    """One script, three configs: its own and two others, with a variable for its own organisation."""
    own = "curl -u $T: -d build_parameters[CIRCLE_JOB]=release "
    own += "https://circleci.com/api/v1.1/project/github/$CIRCLE_PROJECT_USERNAME/$CIRCLE_PROJECT_REPONAME\n"
    mixed = call("web").replace("github/acme", "github/$CIRCLE_PROJECT_USERNAME")
    script = "#!/bin/bash\n" + call("app") + mixed + own
    for name in ("app", "web"):
        make_repository({CONFIG: APP_CONFIG}, name, remote=remote(name))
    make_repository({CONFIG: TOOLS_CONFIG, "ci/all.sh": script}, "tools", remote=remote("tools"))
    ran = migrator(tmp_path, "apply", "tools", "app", "web")
    assert (ran.status, ran.out.count("rewrote ")) == (0, 4)
    text = (tmp_path / "tools/ci/all.sh").read_text()
    assert "v1.1" not in text
    assert [text.count(f"/{name}/pipeline") for name in ("app", "web")] == [1, 1]
    assert migrator(tmp_path, "verify", "tools", "app", "web").status == 0


def test_two_checkouts_of_one_project_are_none(make_repository: MakeRepository, clones: Path) -> None:
    """Which of them is meant cannot be known, so neither is touched."""
    make_repository({CONFIG: APP_CONFIG}, "fork", remote=remote("app"))
    ran = migrator(clones, "diff", "tools", "app", "fork")
    assert (ran.status, ran.out) == (1, "")
    assert "other-project" in ran.err


def test_halves(clones: Path) -> None:
    early = migrator(clones, "apply", "--only", "callers", "tools", "app")
    assert "config-not-ready" in early.out
    assert early.last.endswith("1 call found: 1 waits for its config")
    assert (clones / "tools/ci/release.sh").read_text() == SCRIPT
    migrator(clones, "apply", "--only", "config", "tools", "app")
    assert (clones / "tools/ci/release.sh").read_text() == SCRIPT
    assert "run-deploy" in (clones / "app" / CONFIG).read_text()
    assert migrator(clones, "apply", "--only", "callers", "tools", "app").status == 0
    halves = tree(clones)
    git(clones / "app", "checkout", "-q", ".")
    git(clones / "tools", "checkout", "-q", ".")
    migrator(clones, "apply", "tools", "app")
    assert tree(clones) == halves


def test_settings_count_for_the_files_of_their_repository(clones: Path) -> None:
    """The callers' repository wants values encoded by jq; the other one is told to change its config only."""
    lay_out(clones / "tools", {".migrator.toml": 'json = "jq"\n'})
    lay_out(clones / "app", {".migrator.toml": 'only = "config"\n', "own.sh": "#!/bin/bash\n" + call("app")})
    migrator(clones, "apply", "tools", "app", "--allow-dirty")
    assert "jq -n" in (clones / "tools/ci/release.sh").read_text()
    assert "api/v1.1" in (clones / "app/own.sh").read_text()
    assert "run-deploy" in (clones / "app" / CONFIG).read_text()


def test_configs_that_nobody_calls_are_not_even_read(make_repository: MakeRepository, clones: Path) -> None:
    """As before there were other repositories in the run: they may hold anything."""
    make_repository({CONFIG: "jobs: [not, a\n"}, "broken", remote=remote("broken"))
    ran = migrator(clones, "apply", ".")
    assert (ran.status, "broken" in ran.out + ran.err) == (0, False)
