"""What a variable can be: commands that write a variable without naming it leave nothing known of it.

Each script is run by bash where the outside changes the variable, and where nothing does.
"""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from migrator.model import Severity, values
from tests.shell.support import API, codes, found, only
from tests.test_cases import look

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeRepository

CALL = f'curl -X POST -u "$T:" -d "build_parameters[CIRCLE_JOB]=$JOB" {API}/tree/main\n'
SHOWN = 'curl() { printf "%s" "$6"; }\n'
# Run as `bash script JOB other`, with JOB=other in `.env` and the variables below.
ENVIRONMENT = {"LINE": "JOB=other", "NAME": "JOB", "VALUE": "other", "FILE": "./.env", "PATH": "/usr/bin:/bin"}

CHANGED = {
    "dot": ". ./.env",
    "source": 'source "$FILE"',
    "source of a process": "source <(cat .env)",
    "dot of a process": ". <(sed s/x/y/ .env)",
    "all exported": "set -a\n. ./.env\nset +a",
    "when it is there": "[ -f .env ] && . ./.env",
    "in an if": "if [ -f .env ]; then\n  . ./.env\nfi",
    "in a loop": "for each in .env; do source ./$each; done",
    "builtin": "builtin source ./.env",
    "command": "command . ./.env",
    "eval of a file": 'eval "$(cat .env)"',
    "eval of a file without quotes": "eval $(cat .env)",
    "eval in backticks": "eval `cat .env`",
    "eval of a variable": 'eval "$LINE"',
    "eval of a name": 'eval "$NAME=\\$VALUE"',
    "eval of a name in braces": 'eval "${NAME}=other"',
    "eval behind a plain assignment": 'eval "A=1; $LINE"',
    "eval that reads a file": "eval '. ./.env'",
    "eval in a function": 'put() { eval "$1=\\$2"; }\nput JOB "$VALUE"',
    "eval of eval": 'eval "eval $LINE"',
    "arguments that eval sets": 'put() { eval "set -- $VALUE"; JOB=$1; }\nput deploy',
    "command eval": 'command eval "$LINE"',
    "export in a loop": 'while read -r line; do export "$line"; done < .env',
    "export of words": "export $(cat .env | xargs)",
    "export of a command": 'export "$(cat .env)"',
    "export of a name": 'export "$NAME=$VALUE"',
    "declare": 'declare "$LINE"',
    "typeset": 'typeset "$LINE"',
    "readonly": 'readonly "$LINE"',
    "declare of a name": 'declare "$NAME=$VALUE"',
    "declare -x": 'declare -x "$LINE"',
    "declare -g in a function": 'put() { declare -g "$1=$2"; }\nput "$NAME" "$VALUE"',
    "printf -v": 'printf -v "$NAME" %s "$VALUE"',
    "printf -v with its name": 'printf -v JOB %s "$VALUE"',
    "printf -v in one word": 'printf -vJOB %s "$VALUE"',
    "printf -v in a function": 'put() { printf -v "$1" %s "$2"; }\nput "$NAME" "$VALUE"',
    "printf -v of a local name": 'put() { local name=$1; printf -v "$name" %s "$2"; }\nput "$NAME" "$VALUE"',
    "read of a string": 'read -r JOB rest <<< "$VALUE x"',
    "read of a name": 'read -r "$NAME" <<< "$VALUE"',
    "read with a prompt": 'read -rp "Which? " JOB <<< "$VALUE"',
    "read with a prompt from outside": 'read -rp "$LINE" "$NAME" <<< "$VALUE"',
    "read with a separator": 'IFS== read -r rest JOB <<< "$LINE"',
    "read in a loop": "while IFS== read -r rest value; do JOB=$value; done < .env",
    "builtin read": 'builtin read -r JOB <<< "$VALUE"',
    "command read": 'command read -r JOB <<< "$VALUE"',
    "read into an array": 'read -ra JOB <<< "$VALUE"',
    "mapfile": 'mapfile -t JOB <<< "$VALUE"',
    "mapfile of a name": 'mapfile -t "$NAME" <<< "$VALUE"',
    "readarray": 'readarray -t JOB <<< "$VALUE"',
    "getopts": "while getopts j: JOB -j x; do JOB=$OPTARG$VALUE; done",
    "an option's argument": 'while getopts j: o -j "$VALUE"; do case $o in j) JOB=$OPTARG ;; esac; done',
    "local -n": 'put() { local -n ref=$1; ref=$2; }\nput JOB "$VALUE"',
    "local -n of a name": 'put() { local -n ref=$1; ref=$2; }\nput "$NAME" "$VALUE"',
    "declare -n": "declare -n ref=JOB\nref=$VALUE",
    "declare -n of a name": 'declare -n ref="$NAME"\nref=$VALUE',
    "unset of a name": 'unset "$NAME"\nJOB=${JOB:-$VALUE}',
    "default": 'unset JOB\n: "${JOB:=$VALUE}"',
    "added": "JOB+=$VALUE",
    "loop variable": 'for JOB in "$VALUE"; do :; done',
    "arguments": 'for each in "$@"; do export "JOB=$each"; done',
    "function": "load() { . ./.env; }\nload",
    "function that is defined later": "main() { load; }\nload() { . ./.env; }\nmain",
    "function in a function": 'load() { eval "$(cat .env)"; }\nsetup() { load; }\nsetup',
    "let": 'JOB=1\nlet "$NAME=7"',
    "sum": "JOB=1\n(( JOB++ ))",
    "sum in a word": "JOB=1\n: $(( JOB = 7 ))",
    "lastpipe": 'shopt -s lastpipe\ncat .env | while read -r line; do export "$line"; done',
    "one of two": 'if [ "$1" = JOB ]; then JOB=a; else JOB=b; fi\n. ./.env',
}
KEPT = {
    "before": ". ./.env\nJOB=deploy",
    "before, in a function": "load() { . ./.env; }\nload\nJOB=deploy",
    "in a process of its own": "JOB=deploy\n( . ./.env )",
    "in a substitution": 'JOB=deploy\nrest=$(. ./.env; echo "$JOB")',
    "in a pipe": 'JOB=deploy\ncat .env | while read -r line; do export "$line"; done',
    "in another shell": 'JOB=deploy\nbash -c ". ./.env"',
    "read only": "readonly JOB=deploy\n{ . ./.env; } 2>/dev/null",
    "declared read only": "declare -r JOB=deploy\n{ . ./.env; } 2>/dev/null",
    "another name": 'JOB=deploy\ndeclare "OTHER=$VALUE"',
    "eval of another name": 'JOB=deploy\neval "OTHER=$VALUE"',
    "eval of a command": 'JOB=deploy\neval "echo $VALUE" > /dev/null',
    "eval of another name in a function": 'put() { eval "$1=\\$2"; }\nJOB=deploy\nput OTHER "$VALUE"',
    "another name in a function": 'put() { printf -v "$1" %s "$2"; }\nJOB=deploy\nput OTHER "$VALUE"',
    "in a function, for itself": 'put() { local "$1"; }\nJOB=deploy\nput "$LINE"',
    "in a function that is not called": "load() { . ./.env; }\nJOB=deploy",
    "the tool's own": "JOB=deploy\n. venv/bin/activate",
    "an agent": 'JOB=deploy\neval "$(ssh-agent -s)"',
    "shown": 'JOB=deploy\nexport -p > /dev/null; declare -p "$NAME" > /dev/null',
    "another prompt": 'JOB=deploy\nread -rp "$LINE" other <<< x',
    "array": 'JOB=deploy\nread -r other rest <<< "$VALUE"',
}


def outside(folder: Path) -> None:
    (folder / ".env").write_text("JOB=other\n")
    (folder / "venv/bin").mkdir(parents=True)
    (folder / "venv/bin/activate").write_text("VIRTUAL_ENV=$PWD/venv\n")


def sent(script: str, folder: Path) -> str:
    """The job that bash sends."""
    outside(folder)
    ran = ["bash", "-c", SHOWN + script + CALL, "bash", "JOB", "other"]
    done = subprocess.run(ran, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    return done.stdout.rpartition("=")[2]


def known(script: str) -> tuple[str, ...] | None:
    """All that is read of the job, None when it is unknown."""
    job = only(script + CALL).trigger.job
    assert job is not None
    return values(job.template)


@pytest.mark.parametrize("name", CHANGED)
def test_a_value_that_the_outside_changes_is_unknown(name: str, tmp_path: Path) -> None:
    script = f"JOB=deploy\n{CHANGED[name]}\n"
    job, read = sent(script, tmp_path), known(script)
    assert job != "deploy"
    assert read is None or job in read


@pytest.mark.parametrize("name", KEPT)
def test_a_value_that_nothing_can_change_is_known(name: str, tmp_path: Path) -> None:
    script = f"{KEPT[name]}\n"
    assert sent(script, tmp_path) == "deploy"
    assert known(script) == ("deploy",)


IN_FUNCTIONS = {
    "the place is in the function": "JOB=deploy\nstart() {\n. ./.env\nCALL}\nstart",
    "the place is in a caller": "JOB=deploy\nstart() {\nCALL}\nmain() { . ./.env; start; }\nmain",
    "the place is between": "JOB=deploy\nstart() {\nCALL}\n. ./.env\nstart",
    "the next round of a loop": "JOB=deploy\nfor i in 1 2; do\nCALL. ./.env\ndone",
}
IN_FUNCTIONS_KEPT = {
    "the place is before": ". ./.env\nJOB=deploy\nstart() {\nCALL}\nstart",
    "the place is behind": "JOB=deploy\nstart() {\nCALL}\nstart\n. ./.env",
    "the function has its own": ". ./.env\nstart() {\nlocal JOB=deploy\nCALL}\n. ./.env\nstart",
}


@pytest.mark.parametrize("name", [*IN_FUNCTIONS, *IN_FUNCTIONS_KEPT])
def test_functions_are_seen_through(name: str) -> None:
    text = {**IN_FUNCTIONS, **IN_FUNCTIONS_KEPT}[name].replace("CALL", CALL)
    jobs = [each.call.trigger.job for each in found(text + "\n")]
    read = {values(job.template) for job in jobs if job is not None}
    assert read == ({None} if name in IN_FUNCTIONS else {("deploy",)})


def test_the_project_is_unknown_too() -> None:
    call = only('REPO=app\n. ./.env\ncurl -X POST -u "$T:" https://circleci.com/api/v1.1/project/github/acme/$REPO\n')
    assert values(call.trigger.slug.repository) is None


def test_an_array_is_unknown_too() -> None:

    call = only(f'FLAGS=(-d build_parameters[CIRCLE_JOB]=deploy)\n. ./.env\ncurl -X POST "${{FLAGS[@]}}" {API}\n')
    assert "array-arguments" in codes(call, Severity.ERROR)


def test_an_address_is_assumed_to_be_kept() -> None:
    base = "API=https://circleci.com/api/v1.1\n"
    call = '. ./.env\ncurl -X POST -u "$T:" -d "build_parameters[CIRCLE_JOB]=deploy" $API/project/github/acme/app\n'
    assert "default-base" in codes(only(base + call), Severity.WARNING)
    assert "default-base" not in codes(only(call.partition("\n")[0] + "\n" + base + call.partition("\n")[2]))


CONFIG = """\
version: 2.1
jobs:
  deploy: {machine: true, steps: [run: 'true']}
  docs: {machine: true, steps: [run: 'true']}
workflows:
  usual: {jobs: [docs]}
"""
LIBRARY = "setup() { JOB=docs; }\nload() { . ./.env; }\nother() { local JOB=x; X=1; }\n"


@pytest.mark.parametrize(
    ("script", "is_known"),
    [
        (". ./ci/lib.sh\nJOB=deploy\nother\n", True),
        ("JOB=deploy\n. ./ci/other.sh\n", True),
        ("JOB=deploy\n. ./ci/lib.sh\n", False),
        (". ./ci/lib.sh\nJOB=deploy\nsetup\n", False),
        (". ./ci/lib.sh\nJOB=deploy\nload\n", False),
        ("JOB=deploy\n. ./ci/opens.sh\n", False),
        ("JOB=deploy\n. ./ci/missing.sh\n", False),
    ],
)
def test_of_a_file_of_the_repository_it_is_known(
    script: str, *, is_known: bool, make_repository: MakeRepository
) -> None:
    files = {
        ".circleci/config.yml": CONFIG,
        "ci/lib.sh": LIBRARY,
        "ci/other.sh": "X=1\n",
        "ci/opens.sh": 'eval "$(cat .env)"\n',
        "ci/x.sh": f"#!/bin/bash\n{script}{CALL}",
    }
    report = look(make_repository(files))
    (outcome,) = report.outcomes
    assert ("job-dynamic" in {note.code for note in outcome.notes}) is not is_known
