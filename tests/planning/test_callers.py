"""A report of the callers' repository, handed to a run in the repository that they start jobs of."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.conftest import git, lay_out
from tests.planning.support import APP_CONFIG, CONFIG, SCRIPT, call, migrator, tree

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def report(clones: Path) -> str:
    """The report, outside of both repositories."""
    (clones / "callers.json").write_text(migrator(clones, "diff", "tools", "--format", "json").out)
    return str(clones / "callers.json")


def test_the_config_is_planned_for_them(clones: Path, report: str) -> None:
    ran = migrator(clones / "app", "apply", "--callers", report)
    assert ran.status == 0
    assert ran.last == "1 file searched, 0 calls found; 1 call from elsewhere: 1 planned for"
    assert f"{report}:ci/release.sh:2:1: safe: starts the job deploy of github/acme/app" in ran.out
    assert (
        "info[caller-names]: Once the config is merged, the call sends run_job = deploy, version for VERSION."
        in ran.out
    )
    assert (clones / "tools/ci/release.sh").read_text() == SCRIPT
    alone = (clones / "app" / CONFIG).read_text()
    git(clones / "app", "checkout", "-q", ".")
    migrator(clones, "apply", "tools", "app")
    assert alone == (clones / "app" / CONFIG).read_text() != APP_CONFIG


def test_then_the_callers_follow_with_ready(clones: Path, report: str) -> None:
    migrator(clones / "app", "apply", "--callers", report)
    assert migrator(clones / "tools", "apply", "--ready", "github/acme/app", "--unsafe").status == 0
    assert migrator(clones, "verify", "tools", "app").status == 0


def test_a_second_run_changes_nothing(clones: Path, report: str) -> None:
    migrator(clones / "app", "apply", "--callers", report)
    once = tree(clones)
    assert "rewrote" not in migrator(clones / "app", "apply", "--callers", report, "--allow-dirty").out
    assert tree(clones) == once
    assert migrator(clones / "app", "diff", "--callers", report).status == 0


def test_verify_proves_them(clones: Path, report: str) -> None:
    ran = migrator(clones / "app", "verify", "--callers", report)
    assert ran.status == 0
    assert f"{report}:ci/release.sh:2:1  v1.1  deploy  proved" in ran.out


def test_what_the_config_cannot_do_is_said(clones: Path) -> None:
    lay_out(clones / "tools", {"ci/release.sh": "#!/bin/bash\n" + call("app", "deplyo") + call("app") + call("web")})
    (clones / "callers.json").write_text(migrator(clones, "diff", "tools", "--format", "json").out)
    ran = migrator(clones / "app", "diff", "--callers", "../callers.json")
    assert ran.status == 1
    assert "callers.json:ci/release.sh:2:1: manual" in ran.err
    assert "Did you mean deploy?" in ran.err
    assert ran.last.endswith("2 calls from elsewhere: 1 planned for, 1 left out")
    assert "+  run-deploy:" in ran.out


def test_names_that_ready_would_not_choose_are_told(clones: Path, report: str) -> None:
    taken = 'version: 2.1\nparameters:\n  run_job: {type: string, default: ""}\n'
    lay_out(clones / "app", {CONFIG: taken + APP_CONFIG.partition("\n")[2]})
    ran = migrator(clones / "app", "apply", "--callers", report, "--allow-dirty")
    assert "run_job_2 = deploy, version for VERSION. These are not the names that --ready stands for" in ran.out


def test_nobody_calls(clones: Path, report: str) -> None:
    ran = migrator(clones / "tools", "diff", "--callers", report)
    assert (ran.status, ran.out) == (1, "")
    assert f"note: no call in {report} starts a job of github/acme/tools" in ran.err


def test_a_repository_that_nobody_knows(clones: Path, report: str) -> None:
    git(clones / "app", "remote", "remove", "origin")
    assert migrator(clones / "app", "apply", "--callers", report).status == 2
    assert migrator(clones / "app", "apply", "--callers", report, "--project", "github/acme/app=.").status == 0


def test_the_report_may_lie_in_the_repository(clones: Path) -> None:
    """It quotes the calls that it tells about, which are no calls of this repository."""
    (clones / "app/callers.json").write_text(migrator(clones, "diff", "tools", "--format", "json").out)
    ran = migrator(clones / "app", "apply", "--callers", "callers.json")
    assert (ran.status, ran.err.count("could not be read")) == (0, 0)


def test_the_report_tells_what_the_run_knows(clones: Path) -> None:
    """Loops, unknown values, defaults, refs; and no token."""
    token = "0123456789abcdef0123456789abcdef01234567"
    lines = [
        "#!/bin/bash\nfor job in deploy test; do\n",
        call("app", "$job"),
        "done\n",
        call("app", "dep$1", branch="$BRANCH", parameters=[f"API_TOKEN={token}", "N=a$2"]),
        call("app").replace(" -d build_parameters[CIRCLE_JOB]=deploy", ' -d "tag=$3"').replace("/tree/main", ""),
    ]
    lay_out(clones / "tools", {"ci/release.sh": "".join(lines)})
    out = migrator(clones, "diff", "tools", "--format", "json").out
    first, second, third = json.loads(out)["callers"]
    assert token not in out
    assert first["job"] == [{"expansion": "$job", "values": ["deploy", "test"]}]
    assert second["job"] == ["dep", {"expansion": "$1", "values": None}]
    assert second["branch"] == [{"expansion": "$BRANCH", "values": None}]
    assert second["build_parameters"] == {"API_TOKEN": ["***"], "N": ["a", {"expansion": "$2", "values": None}]}
    assert (third["job"], third["branch"], third["tag"]) == (["build"], None, [{"expansion": "$3", "values": None}])


def test_calls_that_are_ignored_or_at_home_are_not_in_it(clones: Path) -> None:
    lines = ["#!/bin/bash\n", "# migrator: ignore on purpose\n", call("app"), call("tools", "release")]
    lay_out(clones / "tools", {"ci/release.sh": "".join(lines)})
    assert "callers" not in migrator(clones, "diff", "tools", "--format", "json").json


@pytest.mark.parametrize(
    "damage",
    [
        '{"callers": 1, "schema_version": 1}',
        "[]",
        "null",
        '{"calls": []}',
        '{"schema_version": 1, "callers": [{}]}',
        "{",
    ],
)
def test_what_is_no_report_is_refused(damage: str, clones: Path) -> None:
    (clones / "callers.json").write_text(damage)
    ran = migrator(clones / "app", "apply", "--callers", "../callers.json")
    assert ran.status == 2
    assert "is no report that tells about calls into other projects" in ran.err


def test_a_report_without_such_calls_is_one_all_the_same(clones: Path) -> None:
    (clones / "callers.json").write_text(migrator(clones, "diff", "app", "--format", "json").out)
    assert migrator(clones / "app", "apply", "--callers", "../callers.json").status == 0


JS = """\
axios.post('https://circleci.com/api/v1.1/project/github/acme/app/tree/main', {
  build_parameters: { CIRCLE_JOB: 'deploy', VERSION: process.env.VERSION }
}, { auth: { username: process.env.T, password: '' } });
"""
UNREAD = {
    "another language": ("ci/go.js", JS),
    "options that are not seen": ("ci/go.sh", call("app").replace("curl", "curl $MORE")),
    "options in a file that is not here": ("ci/go.sh", call("app").replace("curl", "curl -K ~/.curlrc")),
    "text that eval runs": ("ci/go.sh", f'eval "{call("app").strip()}"\n'),
}


@pytest.mark.parametrize("name", UNREAD)
def test_what_was_not_read_is_not_taken_for_nothing(name: str, clones: Path) -> None:
    path, text = UNREAD[name]
    git(clones / "tools", "rm", "-q", "-r", "ci")
    lay_out(clones / "tools", {path: f"#!/bin/bash\n{text}" if path.endswith(".sh") else text})
    report = migrator(clones, "diff", "tools", "--format", "json")
    assert [entry["read"] for entry in report.json["callers"]] == [False]
    (clones / "callers.json").write_text(report.out)
    ran = migrator(clones / "app", "verify", "--callers", "../callers.json")
    assert ran.status == 1
    assert "unknown: the same runs, but for this: Not all that the call sends was read" in ran.out
    told = migrator(clones / "app", "diff", "--callers", "../callers.json")
    assert (told.out, "warning[caller-unread]" in told.err) == ("", True)
    assert "+  run-deploy:" in migrator(clones / "app", "diff", "--unsafe", "--callers", "../callers.json").out


def test_a_call_whose_job_was_not_read_is_told(clones: Path) -> None:
    git(clones / "tools", "rm", "-q", "-r", "ci")
    url = "https://circleci.com/api/v1.1/project/github/acme/app/tree/main"
    lay_out(clones / "tools", {"ci/go.js": f"axios.post('{url}', made());\n", "ci/go.py": "import requests\n"})
    lay_out(clones / "tools", {"ci/go.py": f"import requests\nrequests.post('{url}', json=load())\n"})
    report = migrator(clones, "diff", "tools", "--format", "json")
    assert [(entry["job"], entry["read"]) for entry in report.json["callers"]] == [(None, False), (None, False)]
    (clones / "callers.json").write_text(report.out)
    ran = migrator(clones / "app", "verify", "--callers", "../callers.json")
    assert ran.status == 1
    assert ran.out.count("a job that cannot be read  unknown: it stays on v1.1: Which job the call starts") == 2
    told = migrator(clones / "app", "diff", "--unsafe", "--callers", "../callers.json")
    assert ("+" in told.out, told.err.count("error[caller-unread]")) == (False, 2)


def test_a_report_that_does_not_say_so_is_taken_for_one_that_read_little(clones: Path, report: str) -> None:
    text = (clones / "callers.json").read_text().replace('"read": true', '"reads": true')
    (clones / "callers.json").write_text(text)
    ran = migrator(clones / "app", "verify", "--callers", report)
    assert (ran.status, "Not all that the call sends was read" in ran.out) == (1, True)


def test_ready_proves_nothing_of_what_was_not_read(clones: Path) -> None:
    lay_out(clones / "tools", {"ci/go.js": JS})
    ran = migrator(clones / "tools", "verify", "--ready", "github/acme/app")
    assert ran.status == 1
    assert "proved" not in ran.out
