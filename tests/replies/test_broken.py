"""A reply of v2 that is read as one of v1 is a finding, whoever migrated the call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemods import find_calls
from migrator.model import Severity, Status, Verdict
from migrator.syntax.text.source import Source
from tests.test_cases import look
from tests.verifying.support import compared

if TYPE_CHECKING:
    from migrator.model import Call
    from tests.conftest import MakeRepository

V2 = "https://circleci.com/api/v2/project/gh/acme/app/pipeline"
V1 = "https://circleci.com/api/v1.1/project/github/acme/app"
SEND = f'curl -fsS -u "$T:" -H \'Content-Type: application/json\' -d \'{{"branch": "main"}}\' {V2}'
ASK = 'curl -s -u "$T:" "https://circleci.com/api/v1.1/project/github/acme/app/$n"'
POST = f"import requests\nr = requests.post('{V2}', json={{'branch': 'main'}}, auth=(t, ''))\n"
IN_FUNCTION = POST.replace("r = ", "def go():\n    return ")
STEP = "version: 2.1\njobs:\n  go:\n    docker: [{image: cimg/base:2024.01}]\n    steps:\n      - run: |\n          "
JOBS = """\
jobs:
  deploy:
    docker: [{image: cimg/base:2024.01}]
    steps: [checkout]
workflows: {main: {jobs: [deploy]}}
"""

CODE = SEND.replace("curl -fsS", "curl -s -o /dev/null -w '%{http_code}'")

BROKEN = {
    "status": (f'code=$({CODE})\n[ "$code" = 200 ] || exit 1\n', "a.sh"),
    "status, as a number": (f"code=$({CODE})\nif [[ $code -ne 200 ]]; then exit 1; fi\n", "a.sh"),
    "status in a case": (f'case "$({CODE})" in 200) echo ok ;; *) exit 1 ;; esac\n', "a.sh"),
    "status, searched": (f"{CODE} | grep -q 200\n", "a.sh"),
    "status of a program": (f"{POST}if r.status_code != 200:\n    raise SystemExit(r.text)\n", "a.py"),
    "status of a program, by name": (f"{POST}assert r.status_code == requests.codes.ok\n", "a.py"),
    "jq": (f"n=$({SEND} | jq -r .build_num)\n", "a.sh"),
    "jq of a variable": (f'reply=$({SEND})\nn=$(echo "$reply" | jq -r .build_url)\n', "a.sh"),
    "jq of a file": (f"{SEND} -o reply.json\njq -r .build_num reply.json\n", "a.sh"),
    "grep": (f"{SEND} | grep -o '\"build_num\": *[0-9]*'\n", "a.sh"),
    "python over it": (f"{SEND} | python3 -c 'import json, sys; print(json.load(sys.stdin)[\"build_num\"])'\n", "a.sh"),
    "poll of v1": (f"n=$({SEND} | jq -r .number)\nuntil {ASK} | grep finished; do sleep 5; done\n", "a.sh"),
    "poll of v1 by id": (f"n=$({SEND} | jq -r .id)\nuntil {ASK} | grep finished; do sleep 5; done\n", "a.sh"),
    "step of a config": (f"{STEP}{SEND} | jq -r .build_num\n", ".circleci/config.yml"),
    "subscript": (f"{POST}print(r.json()['build_num'])\n", "a.py"),
    "poll": (f"{POST}n = r.json()['number']\nrequests.get(f'{V1}/{{n}}', auth=(t, '')).json()\n", "a.py"),
    "poll by id": (f"{POST}n = r.json()['id']\nrequests.get(f'{V1}/{{n}}', auth=(t, '')).json()\n", "a.py"),
    "get": (f"{POST}data = r.json()\nurl = data.get('build_url')\nopen_page(url)\n", "a.py"),
    "function": (f"{IN_FUNCTION}n = go().json()['build_num']\n", "a.py"),
}
FINE = {
    "status": (f'code=$({CODE})\n[ "$code" = 201 ] || exit 1\n', "a.sh"),
    "status, both": (f'code=$({CODE})\n[ "$code" = 200 ] || [ "$code" = 201 ]\n', "a.sh"),
    "status, a range": (f'code=$({CODE})\n[ "$code" -ge 200 ] && [ "$code" -lt 300 ]\n', "a.sh"),
    "status of another": (f'{SEND} -o /dev/null\n[ "$(curl -s -w "%{{http_code}}" -o x $URL)" = 200 ]\n', "a.sh"),
    "status of a program": (f"{POST}if not r.ok or r.status_code >= 300:\n    raise SystemExit(200)\n", "a.py"),
    "jq": (f"{SEND} | jq -r '.number, .id, .state, .message'\n", "a.sh"),
    "shown": (f"{SEND} | tee reply.json\n", "a.sh"),
    "another request": (f"{SEND} > /dev/null\nn=7\n{ASK} | jq -r .build_num\n", "a.sh"),
    "a name in a message": (f'{SEND} && echo "branch main: see build_num"\n', "a.sh"),
    "v2 of another kind": (f"curl -s {V2.removesuffix('/pipeline')}/job/$n | jq -r .status  # pipeline\n", "a.sh"),
    "subscript": (f"{POST}print(r.json()['number'], r.json()['id'])\n", "a.py"),
    "another number": (f"{POST}print(r.json()['number'])\nrequests.get(f'{V1}/{{m}}', auth=(t, ''))\n", "a.py"),
    "v2 by number": (f"{POST}n = r.json()['number']\nrequests.get(f'{V2}/{{n}}', auth=(t, ''))\n", "a.py"),
}


def found(text: str, path: str) -> list[Call]:
    return [each.call for each in find_calls(Source(path, text))]


@pytest.mark.parametrize("name", BROKEN)
def test_a_reply_that_is_read_as_one_of_v1_is_found(name: str) -> None:
    (call,) = found(*BROKEN[name])
    assert [note.code for note in call.notes if note.severity is Severity.ERROR] == ["reply-broken"]
    assert (call.trigger.api_version, str(call.trigger.slug)) == ("v2", "gh/acme/app")


@pytest.mark.parametrize("name", FINE)
def test_a_reply_that_is_read_as_one_of_v2_is_none(name: str) -> None:
    assert found(*FINE[name]) == []


def test_a_call_that_was_rewritten_with_its_reader_left_stays_a_finding(make_repository: MakeRepository) -> None:
    config = f"version: 2.1\n{JOBS}"
    old = "curl -w '%{http_code}' -u \"$T:\" -d 'build_parameters[CIRCLE_JOB]=deploy' https://circleci.com/api/v1.1/project/github/acme/app"
    files = {".circleci/config.yml": config, "ci/a.sh": f'n=$({old} | jq -r .build_num)\nstore --number "$n"\n'}
    root = make_repository(files, remote="https://github.com/acme/app.git")
    for change in look(root, unsafe=True).changes:
        (root / change.path).write_bytes(change.after)
    report = look(root)
    assert [(o.status, o.call.trigger.api_version) for o in report.outcomes] == [(Status.MANUAL, "v2")]
    assert report.changes == ()


def test_a_comparison_with_an_older_revision_says_so(make_repository: MakeRepository) -> None:
    from typer.testing import CliRunner

    from migrator.cli.app import app

    root = make_repository({".circleci/config.yml": f"version: 2.1\n{JOBS}", "ci/a.sh": f"{SEND} | jq -r .build_num\n"})
    done = CliRunner().invoke(app, ["verify", "--against", "HEAD", str(root)])
    assert done.exit_code == 7, done.output
    assert "reads `build_num` of a reply of v2" in done.output


@pytest.mark.parametrize(
    ("line", "subject"),
    [(f"{SEND} | jq -r .build_num", "reply"), (SEND.replace("/pipeline", "/tree/main"), "address")],
)
def test_what_is_wrong_is_called_by_its_name(line: str, subject: str) -> None:
    content = {".circleci/config.yml": f"version: 2.1\n{JOBS}", "ci/a.sh": f"{line}\n"}
    proofs = [proof for call in compared(content, content).calls for proof in call.proofs]
    assert [proof.subject for proof in proofs if proof.verdict is Verdict.DIFFERS] == [subject]
