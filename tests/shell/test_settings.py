"""A variable is a constant only if nothing may change it: what bash prints decides, not what a script looks like."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from migrator.model import Severity, values
from migrator.syntax.text.source import Source, VerbatimRegion
from tests.shell.support import API, codes, found, only

if TYPE_CHECKING:
    from pathlib import Path

    from migrator.model import Call

CALL = f'curl -u "$T:" -d "build_parameters[CIRCLE_JOB]=$JOB" {API}/tree/main'

CHANGED = {
    "file": ". ./settings",
    "file in a function": "load() { . ./settings; }\nload",
    "file that an argument names": "set -- ./settings\nsource $1",
    "file if there is one": "[ -r settings ] && . ./settings",
    "file under a condition": "if [ -f settings ]; then source ./settings; fi",
    "file through builtin": "builtin source ./settings",
    "output of a command": "source <(cat settings)",
    "exported file": "set -a\n. ./settings\nset +a",
    "eval of a file": 'eval "$(cat settings)"',
    "eval of a variable": 'line=$(cat settings)\neval "$line"',
    "eval of a name": 'name=JOB\neval "$name=other"',
    "export of lines": 'while read -r line; do export "$line"; done < settings',
    "export of a list": "export $(cat settings | xargs)",
    "declare of a text": 'declare "$(cat settings)"',
    "declare -g in a function": "load() { declare -g JOB=other; }\nload",
    "readonly of a text": 'readonly "$(cat settings)"',
    "read of several": "read -r JOB rest <<< 'other x'",
    "read into a name": 'name=JOB\nread -r "$name" <<< other',
    "printf into a name": 'name=JOB\nprintf -v "$name" other',
    "reference": "set_it() { local -n ref=$1; ref=other; }\nset_it JOB",
    "function that assigns to what it is given": 'set_it() { printf -v "$1" other; }\nset_it JOB',
    "function that is given a name": 'set_it() { printf -v "$1" other; }\nname=JOB\nset_it "$name"',
    "getopts": "set -- -j other\nwhile getopts j: o; do JOB=$OPTARG; done",
    "mapfile": "mapfile -t JOB <<< other",
}
KEPT = {
    "nothing": "true",
    "file that was read before": ". ./settings\nJOB=deploy",
    "file in a subshell": "(. ./settings)",
    "file in a substitution": 'x=$(. ./settings; echo "$JOB")',
    "environment of one command": "JOB=other true",
    "local variable of a function": "f() { local JOB=other; }\nf",
    "agent": 'eval "$(ssh-agent -s 2>/dev/null || true)" 2>/dev/null',
    "function that is never called": "load() { . ./settings; }",
    "function that was called before": "load() { . ./settings; }\nload\nJOB=deploy",
    "another command's argument": 'echo "$line"',
}


def printed(script: str, folder: Path) -> str:
    """What bash says that the variable holds at the call."""
    (folder / "settings").write_text("JOB=other\n")
    text = f'{script}\nprintf %s "$JOB"\n'
    return subprocess.run(["bash", "-c", text], cwd=folder, capture_output=True, text=True, check=True).stdout


def job(call: Call) -> tuple[str, ...] | None:
    assert call.trigger.job is not None
    return values(call.trigger.job.template)


@pytest.mark.parametrize("name", CHANGED)
def test_what_may_be_changed_is_unknown(name: str, tmp_path: Path) -> None:
    script = f"JOB=deploy\n{CHANGED[name]}"
    assert printed(script, tmp_path).strip() == "other"
    known = job(only(f"{script}\n{CALL}\n"))
    assert known is None or "other" in known


@pytest.mark.parametrize("name", KEPT)
def test_what_stays_is_known(name: str, tmp_path: Path) -> None:
    script = f"JOB=deploy\n{KEPT[name]}"
    assert printed(script, tmp_path).endswith("deploy")
    assert job(only(f"{script}\n{CALL}\n")) == ("deploy",)


def test_a_use_in_a_function_sees_what_runs_before_its_call() -> None:
    function = f"go() {{\n  {CALL}\n}}\n"
    assert job(only(f". ./settings\nJOB=deploy\n{function}go\n")) == ("deploy",)
    assert job(only(f"JOB=deploy\n{function}. ./settings\ngo\n")) is None


class OneFile:
    """A repository with one other file."""

    def __init__(self, text: str) -> None:
        self.text = text

    def read(self, path: str) -> str | None:
        return self.text if path == "ci/lib.sh" else None

    def naming(self, literal: str) -> tuple[str, ...]:
        return ("ci/lib.sh",) if literal in self.text else ()

    def holding(self, literal: str) -> tuple[str, ...]:
        return ()


@pytest.mark.parametrize(
    ("lib", "script", "known"),
    [
        ("OTHER=1\n", "JOB=deploy\n. ci/lib.sh", ("deploy",)),
        ("JOB=other\n", "JOB=deploy\n. ci/lib.sh", ("other",)),
        ("JOB=other\n", 'JOB=deploy\n[ -z "$CI" ] || . ci/lib.sh', None),
        ('test -z "$1" || JOB=$1\n', "JOB=deploy\n. ci/lib.sh", None),
        ("setup() { JOB=other; }\n", ". ci/lib.sh\nJOB=deploy\nsetup", None),
        ("setup() { local JOB=other; }\n", ". ci/lib.sh\nJOB=deploy\nsetup", ("deploy",)),
        ("setup() { JOB=other; }\n", ". ci/lib.sh\nJOB=deploy", ("deploy",)),
        (". ./.env\n", "JOB=deploy\n. ci/lib.sh", None),
    ],
)
def test_a_file_of_the_repository_is_read(lib: str, script: str, known: tuple[str, ...] | None) -> None:
    from codemods.shell.caller import find

    text = f"#!/bin/bash\n{script}\n{CALL}\n"
    (one,) = find(Source("ci/go.sh", text, siblings=OneFile(lib)), VerbatimRegion(text), templated=False)
    assert job(one.call) == known


@pytest.mark.parametrize("between", [". ./settings", 'eval "$(cat settings)"', 'export "$1"'])
def test_an_address_that_may_be_changed_is_named(between: str) -> None:
    text = f"API=https://circleci.com/api/v1.1\n{between}\ncurl -d job=deploy $API/project/github/acme/app\n"
    assert codes(only(text), Severity.WARNING) == ["default-base"]
    assert f"`API` keeping its value, which `{between}` may change" in only(text).notes[-1].message
    assert codes(only(text.replace(f"{between}\n", "")), Severity.WARNING) == []


def test_a_project_that_may_be_changed_is_unknown() -> None:
    text = f"REPO=app\n. ./settings\ncurl -d job=deploy {API.replace('/app', '/$REPO')}\n"
    (one,) = found(text)
    assert values(one.call.trigger.slug.repository) is None
