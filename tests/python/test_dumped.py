"""JSON that a program makes with `json.dumps` for a command: what is left alone, what is said, and who gets told."""

from __future__ import annotations

import pytest

from tests.python.support import codes, find, refusal, rewritten

API = "https://circleci.com/api/v1.1/project/github/acme/app"
CURL = "curl -u $T: -H 'Content-Type: application/json'"
HEAD = 'import json, os, shlex, subprocess\npayload = {"build_parameters": {"A": "b"}}\n'

REFUSED = (
    ("payload-shared", f"b = json.dumps(payload)\nsend(b)\nos.system(f\"{CURL} -d '{{b}}' {API}/tree/main\")"),
    ("payload-shared", f'b = shlex.quote(json.dumps(payload))\nsend(b)\nos.system(f"{CURL} -d {{b}} {API}/tree/main")'),
    ("unreadable-payload", f"send(payload)\nos.system(f\"{CURL} -d '{{json.dumps(payload)}}' {API}/tree/main\")"),
    ("payload-shape", f"os.system(f\"{CURL} -d '{{json.dumps(payload)}}' {API}/tree/$BRANCH\")"),
    ("payload-shape", f"os.system(f\"{CURL} -gd '{{json.dumps(payload)}}' '{API}?build_parameters[X]=y'\")"),
    (
        "payload-shape",
        f'given = {{"A": "b"}}\nos.system("{CURL} -d \'{{\\"build_parameters\\": " + json.dumps(given) + "}}\' {API}")',
    ),
    ("unreadable-payload", f"os.system(f\"{CURL} -d '{{json.dumps(payload)!r}}' {API}\")"),
    ("unreadable-payload", f"os.system(f\"{CURL} -d '{{json.dumps(made())}}' {API}\")"),
    ("shell-syntax", f'quote = "it\'s"\nos.system(f"{CURL} -d \'{{json.dumps(dict(job=quote))}}\' {API}")'),
)


@pytest.mark.parametrize(("code", "program"), REFUSED)
def test_what_cannot_be_rewritten_is_refused(code: str, program: str) -> None:
    assert refusal(HEAD + program) == code


def test_a_list_leaves_a_text_alone_that_others_read() -> None:
    program = f'{HEAD}b = json.dumps(payload)\nsend(b)\nsubprocess.run(["curl", "-u", T, "-d", b, "{API}"])'
    assert 'payload = {"build_parameters": {"A": "b"}}' in rewritten(program)


def test_a_number_of_the_program_needs_no_quotes() -> None:
    program = f"{HEAD}n = len(T)\nos.system(f\"{CURL} -d '{{json.dumps(dict(build_parameters=dict(N=n)))}}' {API}\")"
    assert codes(program) == []


TWICE = f"""\
import subprocess

def run(*args):
    subprocess.run(args, check=True)

def start(job):
    run("curl", "-u", "t:", "-d", "build_parameters[CIRCLE_JOB]=" + job, "{API}/tree/main")

start("deploy")
"""


def test_a_call_that_goes_through_two_functions_is_told_once() -> None:
    (found,) = find(TWICE)
    assert found.call.line == 7
    assert 'start("deploy")' in rewritten(TWICE)


OPEN = f"""\
import subprocess

def run(*args):
    subprocess.run(args, check=True)

def start(url, job):
    run("curl", "-u", "t:", "-d", "build_parameters[CIRCLE_JOB]=" + job, url)

start("{API}/tree/main", "deploy")
"""


def test_a_call_that_only_its_callers_show_is_told_of_where_they_are() -> None:
    (found,) = find(OPEN)
    assert found.call.line == 9
    assert 'start("https://circleci.com/api/v2/project/gh/acme/app/pipeline", "deploy")' in rewritten(OPEN)


def test_a_call_with_a_caller_that_is_not_understood_is_told_of_where_it_stands() -> None:
    (found,) = find(f"{OPEN}start(other, 'deploy')\n")
    assert found.call.line == 7
