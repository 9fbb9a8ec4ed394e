"""Calls that wait for their build in steps of CircleCI and GitHub, run in both worlds, and where there is no room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from migrator.model import Status
from migrator.syntax.yaml import load
from tests.conftest import needs
from tests.replies.waiting import CONFIG as PLAIN
from tests.replies.waiting import JSON, LOGIN, V1
from tests.rewritten import before_and_after
from tests.test_cases import look, write
from tests.verifying.support import report
from tests.world import Pace, Switches, World, compare

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import MakeRepository

pytestmark = needs("bash", "curl", "git", "jq")

STEPS = f"""\
version: 2
jobs:
  build:
    machine: true
    steps:
      - checkout
      - run:
          name: Start the deployment
          command: |
            # Whose number others need.
            curl -sS {LOGIN} {JSON} -d build_parameters[CIRCLE_JOB]=deploy {V1}/tree/$CIRCLE_BRANCH > started.json
            echo "export NUMBER=$(jq .build_num started.json)" >> $BASH_ENV
      - run:
          name: Wait for it
          command: |
            for i in 1 2 3 4 5 6; do
              outcome=$(curl -sS {LOGIN} {JSON} {V1}/$NUMBER | jq -r .outcome)
              [ "$outcome" = null ] || break
              sleep 10
            done
            echo "$(jq -r .branch started.json): $NUMBER $outcome" >> $EFFECTS
            [ "$outcome" = success ]
  deploy:
    machine: true
    steps:
      - run: RESULT
"""


@pytest.mark.parametrize("result", ["echo deployed >> $EFFECTS", "'false'"], ids=["success", "failure"])
def test_a_step_of_circleci(tmp_path: Path, no_sleep: str, monkeypatch: pytest.MonkeyPatch, result: str) -> None:
    monkeypatch.setenv("PATH", no_sleep)
    files = {".circleci/config.yml": STEPS.replace("RESULT", result)}
    worlds = []
    for number, source in enumerate(before_and_after(tmp_path, files)):
        switches = Switches(removed=number == 1, page_size=1, pace=Pace(workflows=number, queued=number, running=1))
        root = tmp_path / f"world-{number}"
        with World(source, root, settings={"TOKEN": "personal-token"}, switches=switches) as world:
            world.push("main")
        worlds.append(world)
    old, new = worlds
    assert compare(old, new, ignored=["CIRCLE_WORKFLOW_ID"]) == ()
    assert ")\n\n            # Whose number others need.\n" in (tmp_path / "new/.circleci/config.yml").read_text()
    (caller,) = (ran for ran in new.history if ran.name == "build")
    assert caller.effects == (f"main: 2 {'success' if 'echo' in result else 'failed'}",)


PLAIN_SCALAR = JSON.replace(": ", ":")
WORKFLOW = f"""\
on: push
jobs:
  go:
    runs-on: ubuntu-latest
    steps:
      - id: start
        run: echo "number=$(curl -s {LOGIN} {PLAIN_SCALAR} -d job=deploy {V1} | jq .build_num)" >> "$GITHUB_OUTPUT"
      - name: Wait
        run: |
          url={V1}/${{{{ steps.start.outputs.number }}}}
          until [ "$(curl -s {LOGIN} {JSON} $url | jq -r .lifecycle)" = finished ]; do
            sleep 10
          done
          curl -s {LOGIN} {JSON} {V1}/${{{{ steps.start.outputs.number }}}} | jq -r .outcome
"""


def outputs(source: Path, root: Path, no_sleep: str, switches: Switches) -> Iterator[tuple[int, str]]:
    """How the steps of the workflow end, run as a runner runs them."""
    given = root / "output"
    data: Any = load((source / ".github/workflows/go.yml").read_text())
    with World(source, root / "world", switches=switches) as world:
        given.write_text("")
        for step in data["jobs"]["go"]["steps"]:
            number = given.read_text().partition("number=")[2].strip()
            text = step["run"].replace("${{ steps.start.outputs.number }}", number)
            environment = {"TOKEN": "personal-token", "PATH": no_sleep, "GITHUB_OUTPUT": str(given)}
            done = world.run(["bash", "-e", "-c", text], environment)
            yield done.status, done.stdout
        yield 0, given.read_text()


def test_a_step_of_github(tmp_path: Path, no_sleep: str) -> None:
    files = {".circleci/config.yml": PLAIN, ".github/workflows/go.yml": WORKFLOW}
    old, new = before_and_after(tmp_path, files)
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
    before = list(outputs(old, tmp_path / "first", no_sleep, Switches(pace=Pace(running=2))))
    slow = Switches(removed=True, page_size=1, pace=Pace(workflows=1, setup=True, queued=1, running=2))
    assert list(outputs(new, tmp_path / "second", no_sleep, slow)) == before
    assert before[-1] == (0, "number=1\n")


CALL = f"curl -s {LOGIN} {JSON} -d build_parameters[CIRCLE_JOB]=deploy {V1}"
REASONS = {
    "a recipe": ("Makefile", "go:\n\t" + f"echo $$({CALL.replace('$', '$$')} | jq -r .outcome)\n", "no room here"),
    "a document": ("docs.md", f"```sh\n{CALL} | jq -r .build_num > n\n```\n", "no room here"),
    "a status": ("a.sh", f"{CALL} -w '%{{http_code}}' > r\njq -r .build_num r > n\n", "`--write-out`"),
    "headers": ("a.sh", f"{CALL} -i | grep -o 'build_num.*' > n\n", "`--include`"),
    "all arguments": ("a.sh", f"{CALL.replace('$TOKEN', '$*')} | jq -r .build_num > n\n", "`$*`"),
    "a name of its own": (
        "a.sh",
        f'wget -q --header="Circle-Token: $TOKEN" --post-data=job=deploy {V1}\njq .build_num app > n\n',
        "",
    ),
    "another function": (
        "a.sh",
        f"started_build() {{ echo; }}\n{CALL} | jq -r .build_num > n\n",
        "another function `started_build`",
    ),
    "other shells": ("a.sh", f"go() {{ echo; }}\nexport -f go\n{CALL} | jq -r .build_num > n\n", "other shells"),
    "its own name": (
        "a.sh",
        f"{CALL.replace('$TOKEN', '$job_number')} | jq .build_num > n\n",
        "`job_number`",
    ),
    "another token": (
        "a.sh",
        f"{CALL} | jq .build_num > a\n{CALL.replace('$TOKEN', '$OTHER')} | jq .build_num > b\n",
        "other options",
    ),
    "what runs it": ("a.sh", f"retry 3 {CALL} | jq .build_num > a\n", "`retry`"),
}


@pytest.mark.parametrize("name", REASONS)
def test_why_a_call_does_not_wait(name: str) -> None:
    path, text, reason = REASONS[name]
    notes = [n for o in report({".circleci/config.yml": PLAIN, path: text}).outcomes for n in o.notes]
    assert reason in " ".join(note.message for note in notes if note.code == "reply-no-wait")


READ = {
    "why": (f"{CALL} | jq -r .why", "reply-unlike", Status.MANUAL),
    "parameters": (f"{CALL} | jq -r .build_parameters.CIRCLE_JOB", "reply-unlike", Status.MANUAL),
    "before": (f"{CALL} | jq .previous.build_num", "reply-unlike", Status.MANUAL),
    "status": (f'[ "$({CALL} | jq -r .status)" = queued ]', "reply-later", Status.UNSAFE),
    "all of it": (f"{CALL} | store --whole", "reply-later", Status.UNSAFE),
}


@pytest.mark.parametrize(
    ("reader", "json"),
    [
        ("jq .build_num", True),
        ("python3 -c 'import json, sys; print(json.load(sys.stdin)[\"build_num\"])'", True),
        ("python -m json.tool | grep build_num", True),
        ("grep -o ':build_num [0-9]*'", False),
    ],
)
def test_json_is_asked_for_where_only_json_was_read(reader: str, json: bool) -> None:
    text = f"{ONE} | {reader} > n\n"
    (change,) = (c for c in report({".circleci/config.yml": PLAIN, "a.sh": text}).changes if c.path == "a.sh")
    assert (b"ask -H 'Accept: application/json'" in change.after) is json


@pytest.mark.parametrize("name", READ)
def test_what_is_read_decides(name: str) -> None:
    text, code, status = READ[name]
    (outcome,) = report({".circleci/config.yml": PLAIN, "a.sh": f"{text}\n"}).outcomes
    assert code in {note.code for note in outcome.notes}
    assert outcome.status is status


def test_the_function_goes_in_front_of_the_first_command_and_its_comment(make_repository: MakeRepository) -> None:
    script = f"#!/bin/sh\n# Deploys.\n\nset -eu\n\n# Where to.\nbranch=main\n{CALL}/tree/$branch | jq .build_num > n\n"
    root = make_repository({".circleci/config.yml": PLAIN, "a.sh": script}, remote="https://github.com/acme/app.git")
    write(look(root), root)
    text = (root / "a.sh").read_text()
    assert text.startswith("#!/bin/sh\n# Deploys.\n\nset -eu\n\n# started_build JOB PROJECT COMMAND")
    assert "\n)\n\n# Where to.\nbranch=main\n" in text


ONE = f'curl -s -u "$TOKEN:" -d build_parameters[CIRCLE_JOB]=deploy {V1}/tree/main'
FORMS = {
    "one line": ("a.sh", f"set -e; n=$({ONE} | jq .build_num); echo $n > x"),
    "windows": ("a.sh", f"#!/bin/bash\r\nn=$({ONE} | jq .build_num)\r\necho $n > x\r\n"),
    "behind env and timeout": ("a.sh", f"FOO=1 timeout 20 {ONE} | jq .build_num > n\n"),
    "timed": ("a.sh", f"time {ONE} | jq .build_num > n\n"),
    "backticks": ("a.sh", f"n=`{ONE} | jq .build_num`\necho $n > x\n"),
    "in the background": ("a.sh", f"{ONE} > r.json &\nwait\njq .build_num r.json > n\n"),
    "token in the address": (
        "a.sh",
        f"curl -s -d job=deploy {V1.replace('https://', 'https://$TOKEN:@')} | jq .build_num > n\n",
    ),
    "token from a file": ("a.sh", f"{ONE.replace('$TOKEN', '$(cat token)')} | jq .build_num > n\n"),
    "options in an array": ("a.sh", f'o=(-s -u "$TOKEN:")\ncurl "${{o[@]}}" -d job=deploy {V1} | jq .build_num > n\n'),
    "options in a variable": ("a.sh", f'O="-s -u $TOKEN:"\ncurl $O -d job=deploy {V1} | jq .build_num > n\n'),
    "a host in a variable": (
        "a.sh",
        f"{ONE.replace('https://circleci.com', '${API_HOST:-https://circleci.com}')} | jq .build_num > n\n",
    ),
    "server": ("a.sh", f"{ONE.replace('circleci.com', 'circleci.example.com')} | jq .build_num > n\n"),
    "gitlab": (".gitlab-ci.yml", f"go:\n  script:\n    - N=$({ONE} | jq .build_num)\n    - curl -s {V1}/$N\n"),
    "jenkins": ("Jenkinsfile", f"sh '''\nn=$({ONE} | jq .build_num)\necho $n > n\n'''\n"),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_call_waits_in_every_form(name: str, make_repository: MakeRepository) -> None:
    path, text = FORMS[name]
    root = make_repository({".circleci/config.yml": PLAIN}, remote="https://github.com/acme/app.git")
    (root / path).write_bytes(text.encode())
    found = look(root)
    assert {outcome.status for outcome in found.outcomes} == {Status.SAFE}
    write(found, root)
    new = (root / path).read_bytes().decode()
    assert "started_build deploy github/acme/app" in new
    assert ("\r\n" in text) == ("\r\n" in new)
    assert "\n" not in new.replace("\r\n", "") or "\r\n" not in text
    again = look(root)
    assert not again.outcomes
    assert not again.changes
