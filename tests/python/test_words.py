"""Commands whose words a program splits or joins itself: what cannot be written is refused, and told in one place."""

from __future__ import annotations

import pytest

from tests.python.support import find, refusal, rewritten

API = "https://circleci.com/api/v1.1/project/github/acme/app"
LIST = f'cmd = ["curl", "-u", "t:", "-d", "build_parameters[A]=b", "{API}"]\n'

REFUSED = (
    ("command-split", f"subprocess.run('curl -u t: -d build_parameters[A]=a+b {API}'.split())"),
    ("command-split", f"subprocess.run('curl -u t: -d build_parameters[A]=$HOME {API}'.split())"),
    ("wrapped-call", f"subprocess.run('curl -u t: -H \"Accept: a/b\" -d build_parameters[A]=b {API}'.split(','))"),
    ("wrapped-call", f"subprocess.run(\"curl -u t: -H 'Accept: a/b' -d build_parameters[A]=b {API}\".split())"),
    ("payload-shared", f'{LIST}os.system(" ".join(cmd) + " > x")\nos.system(" ".join(cmd))'),
    ("wrapped-call", f'{LIST}send(cmd)\nos.system(" ".join(cmd))'),
    ("wrapped-call", f'{LIST}os.system(",".join(cmd))'),
    (
        "host-text",
        f'os.system(" ".join(["curl", "-u", T, "-d", "build_parameters[A]=b",\n "-d",  # a\n "parallel=1", "{API}"]))',
    ),
)


@pytest.mark.parametrize(("code", "program"), REFUSED)
def test_what_cannot_be_written_is_refused(code: str, program: str) -> None:
    assert refusal(f"import os, subprocess\n{program}\n") == code


def test_a_list_that_is_joined_to_be_shown_is_edited() -> None:
    program = f'import os\n{LIST}print(" ".join(cmd))\nos.system(" ".join(cmd))\n'
    assert '"-H", "\'Content-Type: application/json\'", "-d"' in rewritten(program)


def test_words_that_a_function_joins_are_told_where_they_stand() -> None:
    program = "import os\ndef run(*args):\n    os.system(' '.join(args))\n"
    (found,) = find(f'{program}run("curl", "-u", "t:", "-X", "POST", "{API}")\nrun("true")\n')
    assert found.call.line == 4


def test_words_that_a_function_adds_to_are_left_to_a_person() -> None:
    program = "import os\ndef curl(*args):\n    os.system(' '.join(['curl', '-u', 't:'] + list(args)))\n"
    assert refusal(f'{program}curl("-d", "build_parameters[A]=b", "{API}")\n') == "wrapped-call"
