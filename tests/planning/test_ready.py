"""Projects that are declared migrated: the caller alone changes, to the names that are usually chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.conftest import lay_out
from tests.planning.support import APP_CONFIG, CONFIG, SCRIPT, call, migrator

if TYPE_CHECKING:
    from pathlib import Path


def test_the_assumption_is_named_and_needs_unsafe(clones: Path) -> None:
    ran = migrator(clones, "apply", "tools", "--ready", "github/acme/app")
    assert ran.status == 1
    assert "warning[project-ready]" in ran.out
    assert "when its parameter run_job is deploy, with string parameters version for VERSION" in ran.out
    assert (clones / "tools/ci/release.sh").read_text() == SCRIPT
    assert migrator(clones, "verify", "tools", "--ready", "github/acme/app").status == 1


def test_the_names_are_those_of_a_plan_with_both(clones: Path) -> None:
    script = "#!/bin/bash\n" + call("app", parameters=["VERSION=$1", "Build-Type=x", "build.type=y"])
    script = script.replace("-d build_parameters[CIRCLE_JOB]", '-d "revision=$2" -d build_parameters[CIRCLE_JOB]')
    script = script.replace("[Build-Type]", "[BuildType]").replace("[build.type]", "[buildtype]")
    lay_out(clones / "tools", {"ci/release.sh": script})
    migrator(clones, "apply", "tools", "--ready", "gh/acme/app", "--unsafe", "--allow-dirty")
    alone = (clones / "tools/ci/release.sh").read_text()
    assert '"buildtype": "x", "buildtype_2": "y"' in alone
    lay_out(clones / "tools", {"ci/release.sh": script})
    migrator(clones, "apply", "tools", "app", "--allow-dirty")
    assert (clones / "tools/ci/release.sh").read_text() == alone != script
    assert migrator(clones, "verify", "tools", "app").status == 0


def test_a_job_that_only_the_run_knows(clones: Path) -> None:
    lay_out(clones / "tools", {"ci/release.sh": '#!/bin/bash\n: "$1"\n' + call("app", '"$1"').replace('="$1"', "=$1")})
    migrator(clones, "apply", "tools", "--ready", "github/acme/app", "--unsafe", "--allow-dirty")
    assert """"run_job": "'"$1"'\"""" in (clones / "tools/ci/release.sh").read_text()


def test_a_checkout_that_is_given_is_read_instead(clones: Path) -> None:
    ran = migrator(clones, "apply", "tools", "app", "--ready", "github/acme/app")
    assert (ran.status, "project-ready" in ran.out) == (0, False)
    assert "run-deploy" in (clones / "app" / CONFIG).read_text() != APP_CONFIG


def test_the_setting(clones: Path) -> None:
    lay_out(clones / "tools", {".migrator.toml": 'ready = ["gh/acme/app"]\nunsafe = true\n'})
    assert migrator(clones, "apply", "tools", "--ready", "github/acme/other", "--allow-dirty").status == 0
    assert "/api/v2/" in (clones / "tools/ci/release.sh").read_text()


def test_what_v2_cannot_take_is_refused_all_the_same(clones: Path) -> None:
    lay_out(clones / "tools", {"ci/release.sh": "#!/bin/bash\n" + call("app", parameters=["API_TOKEN=$T"])})
    ran = migrator(clones, "apply", "tools", "--ready", "github/acme/app", "--unsafe", "--allow-dirty")
    assert ran.status == 1
    assert "error[secret-parameter]" in ran.out


def test_what_variables_always_hold_is_named(clones: Path) -> None:
    script = "#!/bin/bash\nowner=acme\nrepo=app\njob=deploy\n" + call("app", "$job").replace("acme/app", "$owner/$repo")
    lay_out(clones / "tools", {"ci/release.sh": script})
    told = migrator(clones, "check", "tools").out
    assert "The call starts job deploy of github/acme/app." in told
    ready = migrator(clones, "check", "tools", "--ready", "github/acme/app").out
    assert "rests on the config of github/acme/app running deploy," in ready
