"""v2 calls in Python programs: read whatever they are written with, and compared with the v1 calls they stand for."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from codemods import find_v2_callers
from migrator.model import Status, Verdict
from migrator.syntax.text.source import Source
from tests.verifying.support import V1, V2, checked, compared, migrated, report
from tests.verifying.support import told as proofs_told
from tests.verifying.test_v2_callers import BODY, WANTED, told

if TYPE_CHECKING:
    from codemods.found import V2Caller

HEAD = """\
import aiohttp, http.client, httpx, json, os, requests, subprocess, urllib.request, urllib3

HEADERS = {"Content-Type": "application/json"}
VALUE, FLAG, COUNT = os.environ["VALUE"], bool(os.environ.get("FLAG")), len(os.environ)
"""
DATA = BODY.replace("true", "True")
SPELLINGS = {
    "json": f"requests.post('{V2}', json={DATA})",
    "dumps": f"requests.post('{V2}', data=json.dumps({DATA}), headers=HEADERS)",
    "text": f"requests.post('{V2}', '{BODY}', headers={{'content-type': 'application/json; charset=utf-8'}})",
    "variable": f"body = {DATA}\nurl = '{V2}'\nrequests.request('POST', url, json=body)",
    "later": (
        "body = {'branch': 'main'}\nbody['parameters'] = {'run_job': 'deploy'}\nbody['parameters']['n'] = 3\n"
        f"body['parameters'].update({{'fast': True}})\nrequests.post('{V2}', json=body)"
    ),
    "session": f"s = requests.Session()\ns.headers.update(HEADERS)\ns.post('{V2}', data=json.dumps({DATA}))",
    "httpx": f"with httpx.Client(base_url='https://circleci.com/api/v2') as c:\n    c.post('{V2[28:]}', json={DATA})",
    "httpx-content": f"httpx.post('{V2}', content='{BODY}', headers=HEADERS)",
    "urllib": f"urllib.request.urlopen(urllib.request.Request('{V2}', b'{BODY}', HEADERS))",
    "urllib3": f"urllib3.PoolManager().request('POST', '{V2}', json={DATA})",
    "http.client": (
        f"c = http.client.HTTPSConnection('circleci.com')\nc.request('POST', '{V2[20:]}', '{BODY}', HEADERS)"
    ),
    "curl-list": f"subprocess.run(['curl', '-H', 'Content-Type: application/json', '-d', '{BODY}', '{V2}'])",
    "curl-dumps": f"subprocess.run(['curl', '-H', 'Content-Type: application/json', '-d', json.dumps({DATA}), '{V2}'])",
    "curl-string": f'os.system("""curl -H \'Content-Type: application/json\' -d \'{BODY}\' {V2}""")',
    "shell-list": f'subprocess.run(["bash", "-c", """curl --json \'{BODY}\' {V2}"""])',
    "encoded": f"requests.post('{V2.replace('gh/acme/app', 'gh%2Facme%2Fapp')}', json={DATA})",
    "function": (
        f"def post(path, body):\n    return requests.post('{V2[:27]}' + path, json=body)\npost('{V2[27:]}', {DATA})"
    ),
    "formatted": f"requests.post('{V2.replace('gh/acme/app', '{}')}'.format('gh/acme/app'), json={DATA})",
    "dict": f"requests.post('{V2}', json=dict(branch='main', parameters=dict(run_job='deploy', n=3, fast=True)))",
}


def found(text: str) -> list[V2Caller]:
    return list(find_v2_callers(Source("ci/go.py", HEAD + text + "\n")))


@pytest.mark.parametrize("name", SPELLINGS)
def test_spellings_of_one_request(name: str) -> None:
    assert [told(caller) for caller in found(SPELLINGS[name])] == [WANTED]


def test_aiohttp() -> None:
    text = f"async def go():\n    async with aiohttp.ClientSession() as s:\n        await s.post('{V2}', json={DATA})"
    assert [told(caller) for caller in found(text)] == [WANTED]


@pytest.mark.parametrize(
    ("call", "is_json", "problem"),
    [
        (f"requests.post('{V2}', data={DATA})", False, "a form"),
        (f"requests.post('{V2}', data=json.dumps({DATA}))", False, ""),
        (f"requests.post('{V2}', json={DATA}, headers={{'Content-Type': 'text/plain'}})", False, ""),
        (f"requests.post('{V2}', data=json.dumps({DATA}), headers=make())", None, ""),
        (f"urllib.request.urlopen('{V2}', b'{{}}')", False, ""),
        (f"requests.post('{V2}', json=load())", True, "not a map"),
        (f"requests.post('{V2}', '{{\"branch\": }}', headers=HEADERS)", True, "not JSON that can be read"),
        (f"requests.post('{V2}', **options)", None, "out of `*`"),
        (f"requests.post('{V2}', json={{'branch': 'main', 'revision': 'x'}})", True, "no field `revision`"),
        (f"requests.post('{V2}', json={{'parameters': {{NAME: 'x'}}}})", True, "known only at run time"),
        (f"requests.post('{V2}', json={{'parameters': {{'x': None}}}})", True, "`x` is something else"),
        (f"requests.post('{V2}', json={{'parameters': {{'x': [1]}}}})", True, "`x` is something else"),
        (f"b = {{}}\nif x:\n    b['branch'] = 'm'\nrequests.post('{V2}', json=b)", True, "only under a condition"),
        (f"b = {{}}\nchange(b)\nrequests.post('{V2}', json=b)", True, "cannot be followed"),
    ],
)
def test_what_is_wrong_or_cannot_be_read(call: str, is_json: bool | None, problem: str) -> None:
    (caller,) = found(call)
    assert caller.request.is_json is is_json
    assert problem in caller.request.problem
    assert bool(problem) == bool(caller.request.problem)


@pytest.mark.parametrize(
    "text",
    [
        f"requests.get('{V2}')",
        f"requests.request('GET', '{V2}')",
        f"requests.post('{V2}/continue', json={{}})",
        f"print('{V2}')",
        "requests.post('https://ci.example.com/api/v2/project/a/b/c/pipeline')",
        f"def post(path):\n    return requests.post('{V2[:27]}' + path)\npost('/me')",
    ],
)
def test_other_requests(text: str) -> None:
    assert found(text) == []


CONFIG = """\
version: 2
jobs:
  build: {docker: [{image: cimg/base:2024.01}], steps: [run: make]}
  deploy: {docker: [{image: cimg/base:2024.01}], steps: [run: echo "$VALUE"]}
"""
OLD = HEAD + dedent(f"""
    requests.post(
        "{V1}/tree/main",
        json={{"build_parameters": {{"CIRCLE_JOB": "deploy", "VALUE": VALUE}}}},
        auth=(os.environ["TOKEN"], ""),
    )
    """)


def world(code: str) -> dict[str, str]:
    return {".circleci/config.yml": CONFIG, "ci/go.py": code}


def test_a_migrated_program_is_proved() -> None:
    old = world(OLD)
    new = migrated(old)
    (call,) = compared(old, new).calls
    assert call.api == "v2"
    assert [proof.verdict for proof in call.proofs] == [Verdict.PROVED]
    (call,) = checked(new).calls
    assert [proof.verdict for proof in call.proofs] == [Verdict.PROVED]


@pytest.mark.parametrize(
    ("change", "verdict", "reason"),
    [
        (('"value": VALUE', '"valu": VALUE'), Verdict.DIFFERS, "valu"),
        (('"value": VALUE', '"value": "fixed"'), Verdict.DIFFERS, "VALUE"),
        (('"value": VALUE', '"value": FLAG'), Verdict.DIFFERS, "sent as boolean"),
        (('"value": VALUE', '"value": COUNT'), Verdict.DIFFERS, "sent as integer"),
        (('"value": VALUE', '"value": str(FLAG)'), Verdict.DIFFERS, "FLAG"),
        (('"run_job": "deploy"', '"run_job": "build"'), Verdict.DIFFERS, ""),
        (('"branch": "main"', '"branch": "develop"'), Verdict.DIFFERS, "develop"),
        (("gh/acme/app", "gh/acme/other"), Verdict.DIFFERS, "other"),
        (("json={", "data={"), Verdict.DIFFERS, "Content-Type"),
        (("json={", "json=load() or {"), Verdict.UNKNOWN, "not a map"),
        (('os.environ["VALUE"]', 'os.environ["OTHER"]'), Verdict.DIFFERS, "OTHER"),
    ],
)
def test_a_hand_made_call_that_is_wrong_differs(change: tuple[str, str], verdict: Verdict, reason: str) -> None:
    old = world(OLD)
    new = migrated(old)
    code = new["ci/go.py"].replace(*change)
    assert code != new["ci/go.py"]
    (call, *_) = compared(old, {**new, "ci/go.py": code}).calls
    told = proofs_told(call.proofs)
    assert verdict in {proof.verdict for proof in call.proofs}, told
    assert any(reason in line for line in told), told


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ("FLAG", "json.dumps(FLAG)", Verdict.PROVED),
        ("FLAG", "str(FLAG)", Verdict.DIFFERS),
        ("COUNT", "str(COUNT)", Verdict.PROVED),
        ("COUNT", 'f"{COUNT}"', Verdict.PROVED),
        ("COUNT", "COUNT", Verdict.DIFFERS),
        ("x", "x if isinstance(x, str) else json.dumps(x)", Verdict.PROVED),
        ("x", "str(x)", Verdict.DIFFERS),
        ("x", "json.dumps(x)", Verdict.DIFFERS),
    ],
)
def test_values_that_were_no_text(before: str, after: str, verdict: Verdict) -> None:
    old = world(OLD.replace('"VALUE": VALUE', f'"VALUE": {before}').replace("VALUE, FLAG", "x = load()\nVALUE, FLAG"))
    new = migrated(old)
    start = new["ci/go.py"].index('"value": ') + len('"value": ')
    end = new["ci/go.py"].index("}}", start)
    code = new["ci/go.py"][:start] + after + new["ci/go.py"][end:]
    (call,) = compared(old, {**new, "ci/go.py": code}).calls
    assert [proof.verdict for proof in call.proofs] == [verdict], proofs_told(call.proofs)


COUNTED = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--count", type=int)
args = parser.parse_args()
"""


def test_one_value_in_two_spellings_is_not_two_values() -> None:
    """A number that may be None: `str` of it is its JSON text, unless it is None."""
    counted = OLD.replace("import aiohttp", f"{COUNTED}import aiohttp")
    old = world(counted.replace('"VALUE": VALUE', '"VALUE": args.count'))
    (outcome,) = report(old).outcomes
    assert (outcome.status, [proof.verdict for proof in outcome.proofs]) == (Status.UNSAFE, [Verdict.UNKNOWN])
    (call,) = compared(old, migrated(old)).calls
    assert [proof.verdict for proof in call.proofs] == [Verdict.UNKNOWN], proofs_told(call.proofs)


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        ("'build_parameters[VALUE]=' + v", Verdict.UNKNOWN),  # it is text, or the program dies; the new one would go on
        ("f'build_parameters[VALUE]={v}'", Verdict.PROVED),
        ("'build_parameters[VALUE]=%s' % v", Verdict.PROVED),
        ("'build_parameters[VALUE]=' + os.environ['VALUE']", Verdict.PROVED),
    ],
)
def test_a_value_of_any_type_in_a_list_of_arguments(value: str, verdict: Verdict) -> None:
    listed = f"['curl', '-u', T, '-d', 'build_parameters[CIRCLE_JOB]=deploy', '-d', {value}, '{V1}/tree/main']"
    old = world(f"import os, subprocess\nT = os.environ['T']\ndef go(v):\n    subprocess.run({listed})\n")
    (outcome,) = report(old).outcomes
    assert [proof.verdict for proof in outcome.proofs] == [verdict], proofs_told(outcome.proofs)
    (call,) = compared(old, migrated(old)).calls
    assert [proof.verdict for proof in call.proofs] == [verdict], proofs_told(call.proofs)


def test_a_variable_that_is_given_something_else_is_not_proved() -> None:
    choice = 'if FLAG:\n    ref = load()\nelse:\n    ref = "x"\n'
    old = world(OLD.replace("VALUE}", "ref}").replace("\nrequests", f"\n{choice}requests"))
    new = migrated(old)
    (call,) = compared(old, new).calls
    assert [proof.verdict for proof in call.proofs] == [Verdict.PROVED]
    (call,) = compared(old, {**new, "ci/go.py": new["ci/go.py"].replace('ref = "x"', 'ref = "y"')}).calls
    assert proofs_told(call.proofs) == ["deploy: unknown: ref gets its value in another way than before"]


SOMETIMES = HEAD + dedent(f"""
    body = {{"CIRCLE_JOB": "deploy"}}
    if FLAG:
        body["VALUE"] = VALUE
    requests.post("{V1}/tree/main", json={{"build_parameters": body}}, auth=(os.environ["TOKEN"], ""))
    """)


def test_what_is_sent_only_sometimes() -> None:
    old = world(SOMETIMES)
    new = migrated(old)
    (call,) = compared(old, new).calls
    assert [proof.verdict for proof in call.proofs] == [Verdict.PROVED], proofs_told(call.proofs)
    always = new["ci/go.py"].replace("if FLAG:\n    body", "body")
    assert always != new["ci/go.py"]
    (call,) = compared(old, {**new, "ci/go.py": always}).calls
    assert [proof.verdict for proof in call.proofs] == [Verdict.UNKNOWN], proofs_told(call.proofs)


@pytest.mark.parametrize(
    ("sent", "doubt"),
    [
        ("urllib.request.urlopen(r)", ""),
        ("send(r)\ndef send(x):\n    return urllib.request.build_opener().open(x)", ""),
        ("print(r)", "the request is only made here, and nothing in this file sends it"),
    ],
)
def test_a_request_that_is_never_sent(sent: str, doubt: str) -> None:
    (call,) = found(f"r = urllib.request.Request('{V2}', b'{BODY}', HEADERS)\n{sent}")
    assert call.doubt == doubt


def test_a_request_that_says_how_long_its_body_is_is_doubted() -> None:
    (caller,) = found(f"httpx.post('{V2}', json={DATA}, headers={{'Content-Length': '0'}})")
    assert any("how long its body is" in each.text for each in caller.request.objections)
