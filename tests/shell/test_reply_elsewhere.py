"""A reply, or its status, that is read outside of the shell text that gets it: in other files, and around the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.planning.support import APP_CONFIG, CONFIG, V1, call, migrator
from tests.shell.support import API, codes, only

if TYPE_CHECKING:
    from tests.conftest import MakeRepository

CALL = call("app")
KEPT = CALL.replace("curl ", "curl -o build.json ")
CODE = CALL.replace("curl -sSf", "curl -s -o /dev/null -w '%{http_code}'").strip()
PYTHON = f"""import os

import requests

body = {{"build_parameters": {{"CIRCLE_JOB": "deploy"}}}}
r = requests.post("{V1}/app/tree/main", json=body, auth=(os.environ["T"], ""))
print(r.text)
"""
READERS = {
    "wget to its output": {
        "ci/a.sh": f"wget -qO- --post-data=build_parameters[CIRCLE_JOB]=deploy {V1}/app/tree/main\n",
        "ci/b.sh": "sh ci/a.sh | jq -r .build_num\n",
    },
    "a program": {"ci/a.py": PYTHON, "ci/b.sh": "python ci/a.py | jq -r .build_num\n"},
    "jenkins": {
        "Jenkinsfile": f"def r = readJSON text: sh(script: '{CALL.strip()}', returnStdout: true)\necho r.build_num\n"
    },
}
WAITED_FOR = {
    "a file": {"ci/a.sh": KEPT, "ci/b.sh": "sh ci/a.sh\njq -e .build_num build.json\n"},
    "a script that runs it": {"ci/a.sh": CALL, "ci/b.sh": "sh ci/a.sh | jq -r .build_num\n"},
    "a makefile": {"ci/a.sh": CALL, "Makefile": "go:\n\tn=$$(ci/a.sh | jq .build_num); echo $$n\n"},
    "ansible": {
        "roles/a/tasks/main.yml": f"- shell: {CALL.strip()}\n  register: r\n"
        "- debug: msg={{ (r.stdout | from_json).build_num }}\n"
    },
    "github": {
        ".github/workflows/x.yml": "jobs:\n  a:\n    steps:\n      - id: s\n        run: |\n"
        f'          echo "reply=$({CALL.strip()})" >> "$GITHUB_OUTPUT"\n'
        "      - run: echo ${{ fromJSON(steps.s.outputs.reply).build_num }}\n"
    },
}
NO_READERS = {
    "nothing": {"ci/a.sh": CALL, "ci/b.sh": "sh ci/a.sh\n"},
    "the reply is thrown away": {
        "ci/a.sh": CALL.replace("curl ", "curl -o /dev/null "),
        "ci/b.sh": "sh ci/a.sh; jq .build_num other.json\n",
    },
    "wget into a file of its choice": {
        "ci/a.sh": f"wget -q --post-data=build_parameters[CIRCLE_JOB]=deploy {V1}/app/tree/main\n",
        "ci/b.sh": "sh ci/a.sh; jq .build_num other.json\n",
    },
    "a text for people": {"ci/a.sh": CALL, "docs/x.md": "`ci/a.sh` prints `build_num`\n"},
    "another file of that end": {"ci/a.sh": CALL, "ci/b.sh": "sh ci/data.sh | jq .build_num\n"},
}
STATUSES = {
    "a script that sources it": {
        "ci/lib.sh": f"post() {{\n  {CODE}\n}}\n",
        "ci/up.sh": '. ci/lib.sh\nif [ "$(post)" -eq 200 ]; then echo started; fi\n',
    },
    "a script that runs it": {"ci/a.sh": f"{CODE}\n", "Makefile": 'go:\n\ttest "$$(sh ci/a.sh)" = 200\n'},
    "dumped headers": {"ci/a.sh": CALL.replace("curl ", "curl -D h -o /dev/null ") + "grep -q '200 OK' h\n"},
    "another step": {
        ".github/workflows/x.yml": "jobs:\n  a:\n    steps:\n      - run: |\n"
        f'          {CODE} > code.txt\n      - run: test "$(cat code.txt)" = 200\n'
    },
}


def notes(files: dict[str, str], make_repository: MakeRepository) -> str:
    root = make_repository({CONFIG: APP_CONFIG, **files}, remote="https://github.com/acme/app.git")
    return migrator(root, "diff").err


@pytest.mark.parametrize("name", READERS)
def test_a_reader_is_named(name: str, make_repository: MakeRepository) -> None:
    said = notes(READERS[name], make_repository)
    assert "warning[reply-field]" in said
    assert "`build_num`" in said


@pytest.mark.parametrize("name", WAITED_FOR)
def test_a_call_waits_for_a_reader(name: str, make_repository: MakeRepository) -> None:
    root = make_repository({CONFIG: APP_CONFIG, **WAITED_FOR[name]}, remote="https://github.com/acme/app.git")
    done = migrator(root, "diff")
    assert "started_build() (" in done.out
    assert "warning" not in done.err


@pytest.mark.parametrize("name", NO_READERS)
def test_other_text_is_no_reader(name: str, make_repository: MakeRepository) -> None:
    assert "reply-field" not in notes(NO_READERS[name], make_repository)


NO_STATUSES = {
    "both are taken": {"ci/a.sh": f"{CODE}\n", "b.sh": 'case "$(sh ci/a.sh)" in 200|201) ;; *) exit 1 ;; esac\n'},
    "a number": {"ci/a.sh": f"{CODE}\n", "b.sh": "sh ci/a.sh; sleep 200\n"},
    "no status is printed": {"ci/a.sh": CALL, "b.sh": 'sh ci/a.sh; [ "$(other)" = 200 ]\n'},
}


@pytest.mark.parametrize("name", NO_STATUSES)
def test_a_status_that_is_not_compared_with_200_alone_is_fine(name: str, make_repository: MakeRepository) -> None:
    assert "status-code" not in notes(NO_STATUSES[name], make_repository)


@pytest.mark.parametrize("name", STATUSES)
def test_a_status_that_is_compared_is_named(name: str, make_repository: MakeRepository) -> None:
    assert "warning[status-code]" in notes(STATUSES[name], make_repository)


@pytest.mark.parametrize(
    ("call", "noted"),
    [
        (f"wget --post-data=job=x {API}/tree/main", True),
        (f"wget -qO- --post-data=job=x {API}/tree/main", False),
        (f"wget -O /dev/null --post-data=job=x {API}/tree/main", False),
        (f"curl -O -d job=x {API}/tree/main", True),
        (f"curl -o out.json -d job=x {API}/tree/main", False),
    ],
)
def test_a_file_that_is_called_after_the_address_is_named(call: str, noted: bool) -> None:
    assert ("reply-file" in codes(only(call + "\n"))) is noted
