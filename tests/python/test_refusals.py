"""Calls that cannot be rewritten for certain are reported with a reason, and never edited."""

from __future__ import annotations

import pytest

from codemods.found import RewriteOptions
from migrator.errors import ParseError, Refusal
from migrator.model import ParameterNames, PipelineRequest, RerunRequest
from tests.python.support import codes, find, is_refused, planned, refusal, rewritten

API = "https://circleci.com/api/v1.1/project/github/acme/app"
TREE = f'"{API}/tree/main"'
REFUSED = {
    "arguments-unseen": f"requests.post({TREE}, **options)",
    "several-urls": f'url = {TREE} if fast else "{API}/tree/develop"\nrequests.post(url)',
    "dynamic-method": f"requests.request(sys.argv[1], {TREE})",
    "client-unknown": f"session.post({TREE}, json={{}})",
    "unresolved-url": 'requests.post(os.environ["URL"], json={"build_parameters": {"CIRCLE_JOB": "x"}})',
    "two-bodies": f'requests.post({TREE}, data={{"a": "b"}}, json={{"job": "x"}})',
    "unreadable-payload": f"requests.post({TREE}, json=load_payload())",
    "payload-spread": f'given = {{"tag": "x"}}\nrequests.post({TREE}, data={{**given, "job": "x"}})',
    "payload-not-json": f"requests.post({TREE}, data='{{\"job\": }}')",
    "payload-in-file": f'requests.post({TREE}, files={{"build_parameters[X]": open("x")}})',
    "local-config": f'requests.post({TREE}, files={{"config": open(".circleci/config.yml")}})',
    "parameters-not-a-map": f'requests.post({TREE}, data={{"build_parameters": {{"X": "y"}}}})',
    "dynamic-field": f'requests.post({TREE}, json={{"build_parameters": {{name: "x"}}}})',
    "null-parameter": f'requests.post({TREE}, json={{"build_parameters": {{"X": None}}}})',
    "conditional-field": f'body = {{"job": "x"}}\nif tag:\n    body["tag"] = tag\nrequests.post({TREE}, json=body)',
    "payload-shared": f'body = {{"job": "x"}}\nrequests.post({TREE}, json=body)\nremember(body)',
    "payload-changed-later": (
        f'body = {{"job": "x"}}\nfor i in (1, 2):\n    requests.post({TREE}, json=body)\n    body["revision"] = "x"'
    ),
    "payload-order": (
        'body = {}\nbody["revision"] = SHA\nbody["build_parameters"] = {"CIRCLE_JOB": "x"}\n'
        f"requests.post({TREE}, json=body)"
    ),
    "payload-shape": f'requests.post({TREE}, data=dict(job="x"))',
    "query-unseen": f"requests.post({TREE}, params=query())",
    "expression-moves": (f'url = "{API}/tree/{{}}".format(next(branches))\nbody = {{}}\nrequests.post(url, json=body)'),
    "comment-inside": f'requests.post("{API}"  # the project\n    + "/tree/"  # the branch\n    + branch)',
    "statement-stays": f'body = {{"job": "x"}}\nbody["parallel"] = 2; x = 1\nrequests.post({TREE}, json=body)',
    "request-changed": (
        "from urllib.request import Request, urlopen\n"
        f'request = Request({TREE})\nif sys.argv[1:]:\n    request.data = b"x"\nurlopen(request)'
    ),
    "client-library": 'from circleci.api import Api\nApi("t").trigger_build("acme", "app")',
    "format-string": f"C = 'curl -u %s: -X POST {API}/tree/main'\nos.system(C % token)\nos.system(C % other)",
    "command-split": f"subprocess.run(shlex.split('curl -u $T: -X POST {API}/tree/main'))",
    "argument-list": f'subprocess.run(["curl", "-G", "-X", "POST", "-d", "circle-token=x", {TREE}])',
    "base-url": (
        'async def go():\n    s = aiohttp.ClientSession("https://circleci.com/api/v1.1/")\n'
        '    await s.post("project/github/acme/app")'
    ),
    "wrapper-shared": (
        'BASE = "https://circleci.com/api/v1.1"\ndef post(path):\n    return requests.post(BASE + path)\n'
        'post("/project/github/acme/app/tree/main")\npost("/project/github/acme/app/17/cancel")'
    ),
}
HEAD = "import os, shlex, subprocess, sys\nimport aiohttp, requests\n\n"


BUILD = 'from pycircleci.api import Api\nApi("t").trigger_build'
IN_TEXT = "print(f'{requests.post(\"TREE\", auth=(t, str()))}')".replace('"TREE"', TREE)
USER = API.replace("//", "//{t}:@")
ALIKE = [
    ("encoded-value", f'for t in ["a%20b", "c"]:\n    requests.post(f"{USER}", json={{"job": "x"}})'),
    ("arguments-unseen", f"{BUILD}(**options)"),
    ("payload-shape", f'{BUILD}("acme", "app", "main", None, None, {{"A": "b"}})'),
    ("payload-shape", f'requests.post({TREE}, {{"job": "x"}}, None)'),
    ("payload-shape", f'urlopen(data=b"build_parameters[CIRCLE_JOB]=x", url={TREE})'),
    ("payload-shape", f'r = Request({TREE}, method="POST")\nr.data = None\nurlopen(r)'),
    ("payload-shape", IN_TEXT),
    ("unreadable-payload", f'requests.post({TREE}, json={{"build_parameters": load()}})'),
    ("unreadable-payload", f'body = {{"a": {{"b": "c"}}}}\nbody["a"]["x"] = "y"\nrequests.post({TREE}, json=body)'),
    ("unreadable-payload", f"requests.post({TREE}, data=load())"),
    ("unreadable-payload", f'body = {{"a": {{}}}}\nbody["a"]["b"] = "c"\nrequests.post({TREE}, data=body)'),
    ("unreadable-payload", f"requests.post({TREE}, files=load())"),
    ("unreadable-payload", f"requests.post({TREE}, data=sys.argv[1].encode())"),
    (
        "unresolved-url",
        'requests.post(BASE + "/project/github/acme/app/tree/main", json={"build_parameters": {"A": "x"}})',
    ),
    ("dynamic-field", f'requests.post({TREE}, params={{name: "x"}}, json={{"job": "x"}})'),
    ("repeated-field", f'requests.post({TREE}, data={{"build_parameters[A]": ["a", "b"]}})'),
    ("unreadable-payload", f"requests.post({TREE}, data=urllib.parse.urlencode(load()))"),
    ("payload-shared", f'cmd = ["curl", "-X", "POST", {TREE}]\nsubprocess.run(cmd)\nwords = list(cmd)'),
    ("wrapped-call", f'cmd = ["curl", "-X", "POST", {TREE}]\nlog(cmd)\nsubprocess.run(cmd)'),
    (
        "wrapper-shared",
        f'def curl(url):\n    subprocess.run(["curl", "-d", "a=b", url])\ncurl("{API}")\ncurl(sys.argv[1])',
    ),
    ("wrapped-call", f'def curl(url):\n    os.system("curl -u $T: -d a=b " + url)\ncurl("{API}")\ncurl(sys.argv[1])'),
    (
        "base-url",
        (
            'B = os.environ.get("B", "https://circleci.com/api/v1.1")\nrequests.get(B + "/me")\n'
            'requests.post(B + "/project/github/acme/app")'
        ),
    ),
    (
        "base-url",
        'V = os.environ.get("V", "v1.1")\nrequests.post(f"https://circleci.com/api/{V}/project/github/acme/app/tree/main")',
    ),
    (
        "unresolved-url",
        (
            'V = sys.argv[1]\nrequests.post(f"https://circleci.com/api/{V}/project/github/acme/app/tree/main", '
            'json={"build_parameters": {"A": "x"}})'
        ),
    ),
    *(
        (code, f"def go(a, p):\n    requests.post(f'{API}/tree/{{a}}', json={{'build_parameters': p}})\n{calls}")
        for code, calls in (
            ("unreadable-payload", "go('main', {'A': 'x'})\ngo('main', load())"),
            ("unreadable-payload", "go('main', {'A': 'x'})\nother(go)"),
            ("unreadable-payload", "P = {'A': 'x'}\nchange(P)\ngo('main', P)"),
        )
    ),
    *(
        (code, f"def go({first}, **p):\n    {line}\n    requests.post('{API}', json={{'build_parameters': p}})\n{call}")
        for code, first, line, call in (
            ("payload-shape", "a", "pass", "go('main', A='x')"),
            ("unreadable-payload", "b", "p['B'] = 'y'", "go('main', A='x')"),
            ("unreadable-payload", "b", "pass", "go('main', **P)"),
        )
    ),
    *(
        (
            "client-unknown",
            f"class C(requests.Session):\n    def {method}\nC().post({TREE}, json={{'build_parameters': {{}}}})",
        )
        for method in (
            "request(self, *a):\n        pass",
            "send(self, r):\n        pass",
            "__getattr__(self, n):\n        pass",
        )
    ),
    (
        "payload-shared",
        f'C = {{"headers": {{"Content-Type": "a/b"}}}}\nrequests.post({TREE}, data={{"job": "x"}}, **C)',
    ),
    ("arguments-unseen", f'C = {{"timeout": 3}}\nC["json"] = {{}}\nrequests.post({TREE}, **C)'),
    ("arguments-unseen", f'C = {{"json": {{"job": "x"}}}}\nrequests.post({TREE}, **C)'),
    ("payload-shared", f'def p():\n    return {{"job": "x"}}\nq = p()\nrequests.post({TREE}, json=q)\nlog(q)'),
    ("wrapper-shared", f'def p():\n    return {{"job": "x"}}\nq = p()\nrequests.post({TREE}, json=q)\nlog(p())'),
    ("url-glob", f'subprocess.run(["curl", "-u", T, "-d", "job=x", "{API}/tree/{{main,next}}"])'),
    ("url-glob", f"os.system('curl -u $T: -d job=x {API}/tree/rel[1-2]')"),
    ("payload-in-file", f'subprocess.run(["curl", "-u", T, "-F", "job=@file", {TREE}])'),
    ("quoted-multipart", f'subprocess.run(["curl", "-u", T, "-F", "job=\\"x\\"", {TREE}])'),
    ("options-conflict", f'subprocess.run(["curl", "-u", T, "-F", "job=x", "-d", "job=x", {TREE}])'),
    ("encoded-value", f'subprocess.run(["curl", "-u", T, "-d", "build_parameters[A]=100%" + a, {TREE}])'),
    ("no-token", f'requests.post({TREE}, data="job=x&circle-token=" + t)'),
    ("no-token", f'subprocess.run(["curl", "-d", "job=x", "-d", f"circle-token={{t}}", {TREE}])'),
    ("host-text", f"""os.system('curl -u $T: -d "job=' + job + "\\" {API}/tree/main")"""),
    ("host-text", f"""os.system('curl -d job=x "{API}/tree/' + first + second + "\\" -s")"""),
    ("host-text", f"os.system('curl -u $T: -d job=x -d parallel=%s {API}/tree/main' % count)"),
    ("encoded-branch", f"b = urllib.parse.quote(a)\nos.system(f'curl -u $T: -d job=x {API}/tree/{{b}}')"),
    ("encoded-value", f"v = urllib.parse.quote(a)\nos.system('curl -u $T: -d build_parameters[A]=%s {API}' % v)"),
    ("raw-string", f"os.system(r'curl -u $T: -d build_parameters[CIRCLE_JOB]=x {API}/tree/main')"),
    ("encoded-value", f'for t in ["a%20b", "c"]:\n    requests.post(f"{API}?circle-token={{t}}", json={{"job": "x"}})'),
]


@pytest.mark.parametrize(("code", "text"), ALIKE)
def test_a_call_of_the_same_kind_is_refused(code: str, text: str) -> None:
    head = "import urllib.parse\nfrom urllib.request import Request, urlopen\n"
    assert refusal(HEAD + head + text + "\n") == code


@pytest.mark.parametrize("code", REFUSED)
def test_a_call_is_refused_with_its_reason(code: str) -> None:
    assert refusal(HEAD + REFUSED[code] + "\n") == code


@pytest.mark.parametrize("branch", ["next(branches)", "(branch, next(branches))[0]", "branch"])
def test_a_value_that_may_be_another_the_second_time_is_not_put_in_twice(branch: str) -> None:
    code = f"{HEAD}os.system('curl -u $T: -d job=x {API}/tree/%s' % {branch})\n"
    with pytest.raises(Refusal) as refused:
        rewritten(code, definition="2338d0ae-5541-4bbf-88a2-55e9f7281f80")
    assert refused.value.code == "host-text"


def test_a_name_that_only_some_runs_bind_is_not_written_into_a_method() -> None:
    code = f"""\
class Build:
    def __init__(self, branch):
        self.branch = branch
    def url(self):
        return "{API}/tree/%s" % self.branch
    def body(self):
        return {{"build_parameters": {{}}}}
    def run(self):
        requests.post(self.url(), json=self.body())
if __name__ == "__main__":
    name = sys.argv[1]
    Build(name).run()
"""
    assert refusal(HEAD + code) == "expression-moves"


def test_a_payload_that_another_file_uses_is_shared() -> None:
    code = f'{HEAD}BODY = {{"job": "x"}}\nrequests.post({TREE}, json=BODY)\n'
    assert refusal(code, files={"ci/other.py": "from trigger import BODY\nBODY['x'] = 1\n"}) == "payload-shared"


def test_a_name_that_is_no_keyword_of_python_is_refused() -> None:
    """The config may have parameters of somebody else: `run-job` cannot be a keyword of `dict()`."""
    (one,) = find(f'{HEAD}requests.post({TREE}, json={{"build_parameters": dict(CIRCLE_JOB="x")}})\n')
    job = one.call.trigger.job
    assert job is not None
    request = PipelineRequest(None, None, (("run-job", job),), names=ParameterNames("run-job"))
    with pytest.raises(Refusal) as refused:
        one.writer.post(request, RewriteOptions(together=frozenset({one.call.span})))
    assert refused.value.code == "payload-shape"


NOT_UNDERSTOOD = [
    f"requests.post({TREE}, **options)",
    f'requests.post("{API}/17/retry", **options)',
    f'subprocess.run(["curl", "-d", "@body.json", {TREE}])',
]


@pytest.mark.parametrize("text", NOT_UNDERSTOOD)
def test_a_call_that_is_not_understood_is_never_written(text: str) -> None:
    (one,) = find(f"{HEAD}{text}\n")
    assert is_refused(one.call)
    writes = [lambda: one.writer.post(planned(one.call.trigger), RewriteOptions())]
    writes += [lambda: one.writer.rerun(RerunRequest(), RewriteOptions())] if "curl" not in text else []
    for write in writes:
        with pytest.raises(Refusal) as refused:
            write()
        assert refused.value.code == "not-analysed"


def test_a_file_of_another_module_is_never_edited() -> None:
    files = {"ci/api.py": f'import requests\n\n\ndef post():\n    return requests.post\n\n\nURL = "{API}/tree/main"\n'}
    code = "import requests\nfrom api import URL\n\nrequests.post(URL, json={'build_parameters': {}})\n"
    new = rewritten(code, files=files)
    assert new == (
        "import requests\nfrom api import URL\n\n"
        "requests.post('https://circleci.com/api/v2/project/gh/acme/app/pipeline', "
        "json={'branch': 'main', 'parameters': {'run_job': 'build'}})\n"
    )


def test_what_stands_in_another_file_is_refused_where_it_must_change() -> None:
    client = (
        'import requests\nBASE = "https://circleci.com/api/v1.1"\ndef post(path):\n    requests.post(BASE + path)\n'
    )
    code = 'from client import post\n\npost("/project/github/acme/app/tree/main")\n'
    assert refusal(code, files={"ci/client.py": client}) == "other-file"


@pytest.mark.parametrize(
    ("code", "line"),
    [
        (f"import requests\nprint 'x'\nrequests.post({TREE})\n", 2),
        (f"requests.post({TREE}\n", 1),
        (f"requests.post({TREE})\r", 1),
        (f"# -*- coding: latin-1 -*-\nrequests.post({TREE}, data='\u00e9')\n", 1),
        ("if x:\n\ty = 1\n        z = 'api/v1'\n", 3),
    ],
)
def test_what_is_no_python_3_is_reported(code: str, line: int) -> None:
    with pytest.raises(ParseError) as raised:
        find(code)
    assert raised.value.line == line


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (f'requests.post({TREE}, json={{"build_parameters": {{"X": os.environ.get("X")}}}})', ["may-be-none"]),
        (f'requests.post({TREE}, json={{"build_parameters": {{"X": make()}}}})', ["value-type"]),
        (f'requests.post({TREE}, json={{"build_parameters": {{"X": os.environ.get("X", "")}}}})', []),
        (f'requests.post({TREE}, json={{"job": "x", "parallel": 4}})', ["dropped-field"]),
        (f'requests.post({TREE}, json={{"job": "x", "branch": "y"}})', ["ignored-fields"]),
        (f'requests.post("{API}/build", json={{"build_parameters": {{"X": "y"}}}})', ["ignored-fields"]),
        (f'requests.post("{API}/17/retry")', []),
        (f'requests.post("{API}/17/retry", json={{"build_parameters": {{"A": "b"}}}})', ["ignored-fields"]),
        (f'requests.post("{API.replace("circleci.com", "ci.acme.test")}/17/retry")', ["rerun-on-server"]),
    ],
)
def test_what_a_rewrite_rests_on_is_said(code: str, expected: list[str]) -> None:
    assert codes(HEAD + code + "\n") == expected


READERS = {
    "a key that is printed": "print(params['CIRCLE_JOB'])",
    "a key that is logged": "logging.info('starting %s', params['CIRCLE_JOB'])",
    "a key in a text": "print(f'starting {params[\"CIRCLE_JOB\"]}')",
    "a key that may be missing": "print(params.get('CIRCLE_JOB'))",
    "whether a key is there": "if 'CIRCLE_JOB' in params:\n    done()",
    "what it equals": "assert params == expected",
    "a copy": "send(params.copy())",
    "another request": "requests.post('https://chat.example.com', json=params)",
}


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("order", ["before", "behind"])
def test_who_depends_on_the_keys_of_a_payload_is_found(name: str, order: str) -> None:
    send = f"requests.post({TREE}, json={{'build_parameters': params}}, auth=(t, ''))"
    lines = [READERS[name], send] if order == "before" else [send, READERS[name]]
    text = "\n".join(("import logging, requests", "params = {'CIRCLE_JOB': 'deploy', 'V': v}", *lines, ""))
    assert "payload-shared" in codes(text)


@pytest.mark.parametrize("shown", ["print(params)", "logging.info('sent %s', params)", "print(len(params))"])
def test_what_shows_the_whole_payload_may_stay(shown: str) -> None:
    send = f"requests.post({TREE}, json={{'build_parameters': params}}, auth=(t, ''))"
    text = f"import logging, requests\nparams = {{'CIRCLE_JOB': 'deploy'}}\n{shown}\n{send}\n"
    assert "payload-shared" not in codes(text)


MAKING = f'request = requests.Request("POST", {TREE}, json={{}})\n'
CHANGED = {
    "another address": f"{MAKING}request.url += '/17/cancel'\nrequests.Session().send(request.prepare())\n",
    "another method": f"{MAKING}ready = request.prepare()\nready.method = 'GET'\nrequests.Session().send(ready)\n",
    "another body": f"{MAKING}ready = request.prepare()\nready.body = 'x'\nrequests.Session().send(ready)\n",
    "a body made ready": (
        f"{MAKING}ready = request.prepare()\nready.prepare_body({{}}, None)\nrequests.Session().send(ready)\n"
    ),
    "one of two": (
        f"{MAKING}if sys.argv[1:]:\n    request.json = {{'tag': 'x'}}\nrequests.Session().send(request.prepare())\n"
    ),
    "a key": f"{MAKING}request.json['tag'] = 'x'\nrequests.Session().send(request.prepare())\n",
    "elsewhere": (
        f'def make():\n    return requests.Request("POST", {TREE}, json={{}})\n'
        "request = make()\nrequest.json = {'tag': 'x'}\nrequests.Session().send(request.prepare())\n"
    ),
    "urllib's": (
        "from urllib.request import Request, urlopen\n"
        f'request = Request({TREE}, method="POST")\nrequest.full_url = sys.argv[1]\nurlopen(request)\n'
    ),
}


@pytest.mark.parametrize("name", CHANGED)
def test_a_request_that_changes_unseen_is_refused(name: str) -> None:
    assert refusal(HEAD + CHANGED[name]) == "request-changed"


def test_a_request_is_no_reply() -> None:
    """What reads the reply is looked for where the request is sent."""
    code = (
        f"{HEAD}{MAKING}session = requests.Session()\nready = session.prepare_request(request)\nprint(ready.headers)\n"
    )
    assert codes(f"{code}reply = session.send(ready)\nreply.raise_for_status()\n") == []
    assert codes(f'{code}reply = session.send(ready)\nkeep(reply.json()["build_num"])\n') == ["reply-field"]


def test_addresses_in_a_table_are_found() -> None:
    table = f'CALLS = [({TREE}, {{"tag": "a"}}), ("{API}/tree/develop", {{"tag": "b"}})]\n'
    loop = "for url, body in CALLS:\n    requests.post(url, json=body)\n"
    assert refusal(HEAD + table + loop) == "several-urls"


@pytest.mark.parametrize(
    ("use", "refused"),
    [
        ("assert 'deploy' in body", True),
        ("print(hashlib.sha1(body.encode()).hexdigest())", True),
        ("requests.post('https://hooks.example.com/audit', data=body)", True),
        ("print(body)", False),
        ("logging.info('sent %s', body)", False),
    ],
)
@pytest.mark.parametrize("encoded", ["body", "body.encode()"])
def test_who_reads_the_text_of_a_body_is_found(use: str, encoded: str, *, refused: bool) -> None:
    code = (
        "import hashlib, json, logging, os, requests\n"
        "body = json.dumps({'build_parameters': {'CIRCLE_JOB': 'deploy'}})\n"
        f"{use}\n"
        "headers = {'Content-Type': 'application/json', 'Circle-Token': os.environ['T']}\n"
        f"requests.post('{API}', data={encoded}, headers=headers)\n"
    )
    if refused:
        assert refusal(code) == "payload-shared"
    else:
        assert "run_job" in rewritten(code)


def test_a_tag_under_a_condition_is_said_to_stand_beside_the_branch() -> None:
    (found,) = find(
        f'import requests\nb = {{"job": "x"}}\nif tag:\n    b["tag"] = tag\nrequests.post({TREE}, json=b)\n'
    )
    assert "v2 takes either a branch or a tag" in found.call.notes[0].message


HANDED_ON = f"""\
import requests
def post(job, **p):
    requests.post({TREE}, json={{"build_parameters": {{"CIRCLE_JOB": job, **p}}}})
def start(**given):
    post("deploy", **given)
start(VERSION="1")
"""


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("VERSION=", "JOB=", "payload-shape"),
        ('VERSION="1"', "**given", "unreadable-payload"),
        ('    post("', '    given["X"] = "y"\n    post("', "unreadable-payload"),
        ('start(VERSION="1")', 'start(VERSION="1")\nremember(start)', "unreadable-payload"),
    ],
)
def test_parameters_that_two_functions_hand_on_are_refused(before: str, after: str, code: str) -> None:
    assert refusal(HANDED_ON.replace(before, after)) == code


@pytest.mark.parametrize(
    "code",
    [
        "payload = {}\npayload['build_parameters'] = bp = {}\nbp['CIRCLE_JOB'] = 'x'\n",
        "base = payload = {'build_parameters': {'CIRCLE_JOB': 'x'}}\nbase['build_parameters']['V'] = '1'\n",
    ],
)
def test_a_dict_with_two_names_is_not_followed(code: str) -> None:
    url = "https://circleci.com/api/v1.1/project/github/acme/app"
    assert refusal(f"import requests\n{code}requests.post('{url}', json=payload)\n") == "payload-shared"
