"""Calls that a person changes get their config's half: declared, proved, and told with the request to write."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from migrator.model import Report, Status, Verdict
from migrator.repository.roots import CONFIG_PATH
from tests.conftest import git
from tests.planning.support import V1, call, migrator
from tests.test_cases import look

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeRepository

URL = f"{V1}/app/tree/main"
JOB = "{docker: [{image: cimg/base:2024.01}], steps: [checkout, {run: make}]}"
CONFIG = f"version: 2.1\njobs:\n  build: {JOB}\n  deploy: {JOB}\nworkflows:\n  usual:\n    jobs: [build]\n"
PROGRAMS = {
    "a.rb": f"RestClient.post '{URL}', {{ build_parameters: {{ 'CIRCLE_JOB' => 'deploy', 'VERSION' => ARGV[0] }} }}\n",
    "a.js": f"axios.post('{URL}', {{build_parameters: {{CIRCLE_JOB: 'deploy', VERSION: process.argv[2]}}}});\n",
    "a.go": (
        'b := map[string]any{"build_parameters": map[string]string{"CIRCLE_JOB": "deploy", "VERSION": os.Args[1]}}\n'
        f'http.Post("{URL}", "application/json", enc(b))\n'
    ),
    "a.php": (
        f"<?php\n$c->post('{URL}', ['json' => ['build_parameters' => ['CIRCLE_JOB' => 'deploy', 'VERSION' => $v]]]);\n"
    ),
}
OPEN = f"axios.post('{URL}', body);\n"


def made(make: MakeRepository, files: dict[str, str], config: str = CONFIG) -> Path:
    return make({CONFIG_PATH: config, **files}, remote="https://github.com/acme/app.git")


def said(report: Report, code: str, path: str) -> list[str]:
    notes = [note for each in report.outcomes if each.call.path == path for note in each.notes]
    return [note.message for note in notes if note.code == code]


def body(report: Report, path: str) -> dict[str, Any]:
    """The body that the finding says is to be sent."""
    (message,) = said(report, "other-language", path)
    found = re.search(r"POST (\{.*?\}) to https", message)
    assert found is not None
    return dict(json.loads(found[1]))


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_config_alone_gets_what_is_needed(name: str, make_repository: MakeRepository) -> None:
    root = made(make_repository, {name: PROGRAMS[name]})
    report = look(root, only="config")
    (outcome,), (change,) = report.outcomes, report.changes
    assert (outcome.status, outcome.written, change.path) == (Status.MANUAL, False, CONFIG_PATH)
    assert {proof.verdict for proof in (*outcome.proofs, *report.ordinary)} == {Verdict.PROVED}
    assert b"version:\n    type: string" in change.after
    assert b"run-deploy:" in change.after
    assert b"SENT_VERSION: << pipeline.parameters.version >>" in change.after
    assert said(report, "config-half", name)[0].startswith("This change gives the config")
    (root / CONFIG_PATH).write_bytes(change.after)
    again = look(root, only="config")
    assert not again.changes
    assert said(again, "config-half", name) == ["The config is ready for this request, and only the caller waits."]
    parameters = body(again, name)["parameters"]
    assert parameters.keys() == {"run_job", "version"}
    assert parameters["run_job"] == "deploy"


@pytest.mark.parametrize(
    ("settings", "changes"),
    [
        ({}, False),
        ({"unsafe": True}, True),
        ({"unsafe": ("config-half",)}, True),
        ({"unsafe": ("json-without-type",)}, False),
        ({"only": "callers"}, False),
        ({"only": "callers", "unsafe": True}, False),
        ({"only": "config"}, True),
    ],
)
def test_it_waits_until_it_may_come_alone(
    settings: dict[str, Any], changes: bool, make_repository: MakeRepository
) -> None:
    report = look(made(make_repository, {"a.js": PROGRAMS["a.js"]}), **settings)
    assert bool(report.changes) is changes
    (message,) = said(report, "config-half", "a.js")
    assert message.startswith("This change" if changes else "`migrator apply --only config` gives the config")


def test_a_call_that_is_rewritten_stays_what_it_was(make_repository: MakeRepository) -> None:
    files = {"a.js": PROGRAMS["a.js"], "go.sh": call("app", job="build")}
    root = made(make_repository, files)
    plain = look(root)
    assert {change.path for change in plain.changes} == {CONFIG_PATH, "go.sh"}
    assert all(
        b"deploy, " not in change.after and b"version:\n    type" not in change.after for change in plain.changes
    )
    both = look(root, unsafe=True)
    (config,) = (change.after for change in both.changes if change.path == CONFIG_PATH)
    assert b"run-build:" in config
    assert b"run-deploy:" in config
    assert [outcome.status for outcome in both.outcomes] == [Status.MANUAL, Status.SAFE]
    assert [outcome.written for outcome in both.outcomes] == [False, True]


@pytest.mark.parametrize(
    ("files", "config"),
    [
        ({"a.js": OPEN}, CONFIG),  # what it sends is not known
        ({"a.js": PROGRAMS["a.js"].replace("'deploy'", "job")}, CONFIG),
        ({"a.js": PROGRAMS["a.js"].replace("'deploy'", "'deplyo'")}, CONFIG),
        (
            {"a.js": PROGRAMS["a.js"].replace("acme", "${org}").replace("'https", "`https").replace("main'", "main`")},
            CONFIG,
        ),
        ({"test/a.js": PROGRAMS["a.js"]}, CONFIG),
        ({"a.js": f"// migrator: ignore\n{PROGRAMS['a.js']}"}, CONFIG),
        ({"a.js": PROGRAMS["a.js"].replace("VERSION", "API_TOKEN")}, CONFIG),
        ({"a.js": PROGRAMS["a.js"]}, "setup: true\n" + CONFIG),
        ({"a.js": PROGRAMS["a.js"].replace("acme/app", "acme/web")}, CONFIG),
    ],
)
def test_what_is_not_known_or_cannot_be_declared_gets_nothing(
    files: dict[str, str], config: str, make_repository: MakeRepository
) -> None:
    report = look(made(make_repository, files, config), only="config", unsafe=True)
    assert not report.changes
    assert not any(note.code == "config-half" for outcome in report.outcomes for note in outcome.notes)


def test_a_config_of_version_2_moves_only_if_it_may(make_repository: MakeRepository) -> None:
    root = made(make_repository, {"a.js": PROGRAMS["a.js"]}, CONFIG.replace("2.1", "2"))
    report = look(root, only="config")
    assert not report.changes
    assert "stays on v1.1, which may no longer" in said(report, "left-on-v1", "a.js")[0]
    assert said(report, "config-half", "a.js")[0].startswith("`migrator apply --only config --unsafe` gives")
    assert look(root, only="config", unsafe=True).changes
    assert look(root, only="config", unsafe=("left-on-v1",)).changes


def test_the_request_has_the_names_that_the_config_gives(make_repository: MakeRepository) -> None:
    taken = "parameters:\n  version: {type: boolean, default: true}\n  run_job: {type: string, default: ''}\n"
    root = made(make_repository, {"a.js": PROGRAMS["a.js"]}, CONFIG.replace("jobs:\n", f"{taken}jobs:\n", 1))
    names = {"run_job_2": "deploy", "version_2": "<process.argv[2]>"}
    assert body(look(root), "a.js")["parameters"] == names
    (change,) = look(root, only="config").changes
    (root / CONFIG_PATH).write_bytes(change.after)
    assert body(look(root), "a.js")["parameters"] == names


def test_verify_says_that_the_caller_waits(make_repository: MakeRepository) -> None:
    root = made(make_repository, {"a.js": PROGRAMS["a.js"], "go.sh": call("app")})
    git(root, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qam", "before", "--allow-empty")
    assert "only config" in migrator(root, "verify").out
    assert "only the caller waits" not in migrator(root, "verify", "--against", "HEAD").out
    migrator(root, "apply", "--only", "config")
    assert "only the caller waits" in migrator(root, "verify").out
    against = migrator(root, "verify", "--against", "HEAD")
    assert against.out.count("the config is ready for its request, and only the caller waits") == 2
    assert against.status == 1


def test_the_config_of_another_project_gets_its_half(clones: Path) -> None:
    (clones / "tools/a.rb").write_text(PROGRAMS["a.rb"])
    git(clones / "tools", "add", "a.rb")
    git(clones / "tools", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "program")
    ran = migrator(clones, "apply", "--only", "config", "tools", "app")
    assert "This change gives the config what this request needs" in ran.out
    assert "only the caller waits" in migrator(clones, "check", "tools", "app").out
    assert migrator(clones, "diff", "--only", "config", "tools", "app").out == ""


BY_HAND = {
    "exec-form": {
        "Dockerfile": f'FROM a\nCMD ["curl", "-d", "build_parameters[CIRCLE_JOB]=deploy", "-d", '
        f'"build_parameters[VERSION]=1", "{URL}"]\n'
    },
    "other-file": {
        "a.py": f"import requests\nfrom consts import BODY\nrequests.post({URL!r}, json=BODY)\n",
        "consts.py": "BODY = {'build_parameters': {'CIRCLE_JOB': 'deploy', 'VERSION': '1'}}\n",
    },
}


@pytest.mark.parametrize("code", BY_HAND)
def test_so_does_a_call_whose_text_alone_is_in_the_way(code: str, make_repository: MakeRepository) -> None:
    root = made(make_repository, BY_HAND[code])
    report = look(root, only="config")
    (outcome,), (change,) = report.outcomes, report.changes
    assert code in {note.code for note in outcome.notes}
    assert (outcome.status, outcome.written, change.path) == (Status.MANUAL, False, CONFIG_PATH)
    assert b"SENT_VERSION: << pipeline.parameters.version >>" in change.after
    (message,) = said(report, "config-half", outcome.call.path)
    assert 'The caller is to POST {"branch": "main", "parameters": {"run_job": "deploy", "version": "1"}} to' in message
    (root / CONFIG_PATH).write_bytes(change.after)
    again = look(root, only="config")
    assert not again.changes
    assert said(again, "config-half", outcome.call.path)[0].startswith("The config is ready for this request, and only")


def test_a_caller_that_stays_keeps_values_out_of_the_environment(make_repository: MakeRepository) -> None:
    """Merged first, an `environment:` would give the call that is still on v1.1 an empty value."""
    config = CONFIG.replace(f"deploy: {JOB}", "deploy: {machine: true, shell: /bin/dash -e, steps: [run: make]}")
    root = made(make_repository, {"a.js": PROGRAMS["a.js"]}, config)
    assert not look(root, only="config").changes
    (change,) = look(root, only="config", unsafe=True).changes
    assert b"\n    environment:" not in change.after
    assert "needs-bash" in {note.code for outcome in look(root).outcomes for note in outcome.notes}


def test_what_makes_another_call_unsafe_needs_unsafe(make_repository: MakeRepository) -> None:
    """The job gets a variable in a way that its shell may not see, whoever starts it."""
    config = CONFIG.replace(f"deploy: {JOB}", "deploy: {machine: true, shell: /bin/dash -e, steps: [run: make]}")
    root = made(make_repository, {"a.js": PROGRAMS["a.js"], "go.sh": call("app")}, config)
    for settings in ({}, {"only": "config"}):
        report = look(root, **settings)
        assert [outcome.status for outcome in report.outcomes] == [Status.MANUAL, Status.SAFE]
        assert all(b"SENT_VERSION" not in change.after for change in report.changes)
        assert said(report, "config-half", "a.js")[0].startswith("`migrator apply --only config --unsafe` gives")
    report = look(root, only="config", unsafe=True)
    assert [outcome.status for outcome in report.outcomes] == [Status.MANUAL, Status.UNSAFE]
    assert any(b"SENT_VERSION" in change.after for change in report.changes)
