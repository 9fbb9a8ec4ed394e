"""Requests to v1 about the build that a call started."""

from __future__ import annotations

import pytest

from tests.shell.support import API, only, rewritten

CALL = f"curl -s -d build_parameters[CIRCLE_JOB]=deploy {API}"
PAGE = "https://circleci.com/gh/acme/app"
ONE = "https://circleci.com/api/v1.1/project/github/acme/app"
NUMBER = f"N=$({CALL} | jq .build_num)"
POLLED = {
    "in a loop": (
        f'{NUMBER}\nwhile [ "$(curl -s {ONE}/$N | jq -r .outcome)" = null ]; do sleep 3; done',
        [2],
    ),
    "address in a variable": (f'{NUMBER}\nU="{ONE}/$N?circle-token=$T"\ncurl -s "$U"', [3]),
    "artifacts": (f"{NUMBER}\ncurl -s {ONE}/$N/artifacts", [2]),
    "twice": (f"{NUMBER}\ncurl -s {ONE}/$N\ncurl -X POST {ONE}/$N/cancel", [2, 3]),
    "by a script": (f"{NUMBER}\n./wait.sh {ONE}/$N 60", [2]),
    "by a function": (
        f'wait() {{\n  curl -s "{ONE}/$1" | grep -q success\n}}\n{NUMBER}\nuntil wait "$N"; do :; done',
        [5],
    ),
    "by a function behind another": (
        f'get() {{ curl -s "{ONE}/$1"; }}\nstate() {{ get "$1" | jq .status; }}\n{NUMBER}\nstate "$N"',
        [4],
    ),
    "number cut out of text": (
        f"N=$({CALL} | grep -o '\"build_num\" : [0-9]*' | tr -dc 0-9)\ncurl -s {ONE}/$N",
        [2],
    ),
    "number read by python": (
        f"""N=$({CALL} | python3 -c 'import json, sys; print(json.load(sys.stdin)["build_num"])')\ncurl -s {ONE}/$N""",
        [2],
    ),
    "shown as well": (f'{NUMBER}\necho "{PAGE}/$N"\ncurl -s {ONE}/$N', [3]),
    "number that a function prints": (
        f"start() {{\n  {CALL} | jq .build_num\n}}\nget() {{\n  curl -s {ONE}/$1\n}}\nstate() {{\n  get $1\n}}",
        [8],
    ),
    "a script that is given the number, GET spelled out": (
        f"case $1 in\n  start) {CALL} | jq .build_num ;;\n  state) curl -sSX GET -H 'Accept: x/y' {ONE}/$2 ;;\nesac",
        [3],
    ),
    "a script that is given the number, data in the query": (
        f"case $1 in\n  start) {CALL} | jq .build_num ;;\n  state) curl -Gd circle-token=$T {ONE}/$2 ;;\nesac",
        [3],
    ),
    "number that a script prints": (
        f"get() {{\n  curl -s {ONE}/$1\n}}\ncase $1 in\n  start) {CALL} | jq .build_num ;;\n  state) get $2 ;;\nesac",
        [6],
    ),
}


@pytest.mark.parametrize("name", POLLED)
def test_polls_are_found(name: str) -> None:
    text, lines = POLLED[name]
    call = only(text)
    assert [note.line for note in call.notes if note.code == "reply-polled"] == lines
    assert "build_num" in call.reply_fields
    assert ".number" not in rewritten(text)


def test_other_requests_are_no_polls() -> None:
    text = f"{NUMBER}\necho $N\ncurl -s {ONE}/tree/main\ncurl -s {ONE}/5 | jq .build_num\n"
    assert [note.code for note in only(text).notes] == ["reply-number", "builds-listed"]
