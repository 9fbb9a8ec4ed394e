"""A body that is not declared to be what it is may have been ignored, whichever library sends it."""

from __future__ import annotations

import pytest

from tests.python.support import codes

URL = '"https://circleci.com/api/v1.1/project/github/acme/app/tree/main"'
JSON = """json.dumps({"build_parameters": {"CIRCLE_JOB": "deploy"}})"""
TEXT = """"build_parameters[CIRCLE_JOB]=deploy\""""
FORM = """{"build_parameters[CIRCLE_JOB]": "deploy"}"""
SAYS_JSON = """{"Content-Type": "application/json"}"""
SAYS_FORM = """{"content-type": "application/x-www-form-urlencoded"}"""
HEAD = """\
import http.client, json, urllib.parse, urllib.request
import aiohttp, httpx, requests, urllib3
"""

CALLS = {
    "requests": f"requests.post({URL}, data=BODY, headers=HEADERS)",
    "session": f"s = requests.Session()\ns.headers.update(HEADERS)\ns.post({URL}, data=BODY)",
    "httpx": f"httpx.post({URL}, content=BODY, headers=HEADERS)",
    "httpx client": f"c = httpx.Client(headers=HEADERS)\nc.post({URL}, content=BODY)",
    "aiohttp": f"""\
async def go():
    async with aiohttp.ClientSession(headers=HEADERS) as s:
        await s.post({URL}, data=BODY)""",
    "urllib": f"""\
urllib.request.urlopen(urllib.request.Request({URL}, data=(BODY).encode(), headers=HEADERS, method="POST"))""",
    "urllib3": f"urllib3.PoolManager().request('POST', {URL}, body=BODY, headers=HEADERS)",
    "http.client": """\
c = http.client.HTTPSConnection("circleci.com")
c.request("POST", "/api/v1.1/project/github/acme/app/tree/main", BODY, HEADERS)""",
}


@pytest.mark.parametrize("body", ["build_parameters[V]=ü&job=deploy", '{"job": "ü"}'])
def test_text_that_is_not_sent_as_utf_8_is_refused(body: str) -> None:
    """http.client encodes text as ISO-8859-1 (Python docs, HTTPConnection.request); all others as UTF-8."""
    for name, call in CALLS.items():
        refused = codes(HEAD + call.replace("BODY", f"'{body}'").replace("HEADERS", SAYS_JSON) + "\n")
        assert ("encoded-value" in refused) is (name == "http.client"), name
        sent = call.replace("BODY", f"'{body}'.encode()").replace("HEADERS", SAYS_JSON)
        assert "encoded-value" not in codes(HEAD + sent + "\n")


def test_text_of_which_only_the_run_shows_the_characters_is_named() -> None:
    call = CALLS["http.client"].replace("BODY", "f'job=deploy&build_parameters[V]={v}'").replace("HEADERS", SAYS_FORM)
    assert "form-characters" in codes(f"{HEAD}def go(v):\n    {call.replace(chr(10), chr(10) + '    ')}\n")


def test_json_of_which_only_the_run_shows_the_characters_is_named() -> None:
    body = """'{"build_parameters": {"V": "' + v + '"}}'"""
    call = CALLS["http.client"].replace("BODY", body).replace("HEADERS", SAYS_JSON)
    assert codes(f"{HEAD}def go(v):\n    {call.replace(chr(10), chr(10) + '    ')}\n") == ["form-characters"]


ENCODED = {
    "latin-1": "'job=deploy&build_parameters[V]=ü'.encode('latin-1')",
    "keyword": "'job=deploy&build_parameters[V]=ü'.encode(encoding='cp1252')",
    "bytes": "bytes('job=deploy&build_parameters[V]=ü', 'latin-1')",
    "utf-16": "'job=deploy'.encode('utf-16')",
    "utf-16 of JSON": "json.dumps({'job': 'deploy'}).encode('utf-16')",
    "latin-1 of JSON that is not ASCII": "json.dumps({'job': 'ü'}, ensure_ascii=False).encode('latin-1')",
    "urlencode": "urllib.parse.urlencode({'job': 'deploy'}, encoding='utf-16').encode()",
    "not known": "'job=deploy'.encode(ENCODING)",
}
PLAIN = {
    "utf-8": "'job=deploy&build_parameters[V]=ü'.encode('utf-8')",
    "UTF8": "'job=deploy&build_parameters[V]=ü'.encode('UTF8')",
    "latin-1 of ASCII": "'job=deploy'.encode('latin-1')",
    "ascii of JSON": "json.dumps({'job': 'ü'}).encode('ascii')",
}


@pytest.mark.parametrize("name", [name for name in CALLS if name != "urllib"])
def test_bytes_that_are_no_utf_8_are_refused(name: str) -> None:
    """v1.1 read UTF-8, whichever library sends the bytes."""
    for body in ENCODED.values():
        call = CALLS[name].replace("BODY", body).replace("HEADERS", SAYS_JSON if "json" in body else SAYS_FORM)
        assert "encoded-value" in codes(f"{HEAD}{call}\n") or "unreadable-payload" in codes(f"{HEAD}{call}\n"), body
    for body in PLAIN.values():
        call = CALLS[name].replace("BODY", body).replace("HEADERS", SAYS_JSON if "json" in body else SAYS_FORM)
        assert "encoded-value" not in codes(f"{HEAD}{call}\n"), body


def noted(call: str, body: str, headers: str) -> list[str]:
    text = HEAD + call.replace("BODY", body).replace("HEADERS", headers) + "\n"
    return [code for code in codes(text) if code.endswith("-without-type")]


@pytest.mark.parametrize("name", CALLS)
def test_json_without_type_is_doubted(name: str) -> None:
    assert noted(CALLS[name], JSON, "{}") == ["json-without-type"]
    assert noted(CALLS[name], JSON, SAYS_FORM) == ["json-without-type"]
    assert noted(CALLS[name], JSON, SAYS_JSON) == []
    assert noted(CALLS[name], JSON.replace("json.dumps(", "").removesuffix(")").join(("'", "'")), "{}") == [
        "json-without-type"
    ]


@pytest.mark.parametrize("name", CALLS)
def test_form_without_type_is_doubted(name: str) -> None:
    bare = [] if name == "urllib" else ["form-without-type"]
    assert noted(CALLS[name], TEXT, "{}") == bare
    assert noted(CALLS[name], f"urllib.parse.urlencode({FORM})", "{}") == bare
    assert noted(CALLS[name], TEXT, SAYS_FORM) == []
    assert noted(CALLS[name], TEXT, SAYS_JSON) == ["form-without-type"]


@pytest.mark.parametrize("name", ["requests", "session", "httpx", "httpx client", "aiohttp"])
def test_what_a_library_encodes_itself_is_declared(name: str) -> None:
    call = CALLS[name].replace("content=", "data=")
    assert noted(call, FORM, "{}") == []
    assert noted(call, FORM, SAYS_JSON) == ["form-without-type"]
    as_json = call.replace("data=", "json=")
    assert noted(as_json, FORM, "{}") == []
    assert noted(as_json, FORM, SAYS_FORM) == ["json-without-type"]


def test_headers_of_a_pool_are_not_sent_beside_those_of_a_call() -> None:
    call = f"urllib3.PoolManager(headers={SAYS_JSON}).request('POST', {URL}, body=BODY, headers=HEADERS)"
    assert noted(call, JSON, '{"Accept": "*/*"}') == ["json-without-type"]
    assert noted(call.replace(", headers=HEADERS", ""), JSON, "{}") == []


def test_multipart_is_declared_with_its_boundary() -> None:
    call = f"requests.post({URL}, files=BODY, headers=HEADERS)"
    body = '{"build_parameters[CIRCLE_JOB]": (None, "deploy")}'
    assert noted(call, body, "{}") == []
    assert noted(call, body, '{"Content-Type": "multipart/form-data"}') == ["form-without-type"]


def test_values_in_a_form_that_a_program_writes_itself_are_assumed_plain() -> None:
    call = CALLS["urllib"].replace("HEADERS", "{}")
    made = "f\"build_parameters[CIRCLE_JOB]=deploy&build_parameters[A]={os.environ['A']}\""
    assert "form-characters" in codes(HEAD + "import os\n" + call.replace("BODY", made) + "\n")
    encoded = 'urllib.parse.urlencode({"build_parameters[A]": os.environ["A"]})'
    assert "form-characters" not in codes(HEAD + "import os\n" + call.replace("BODY", encoded) + "\n")


def test_fields_that_come_only_sometimes_are_refused() -> None:
    call = CALLS["urllib"].replace("HEADERS", "{}").replace("BODY", '"build_parameters[CIRCLE_JOB]=deploy" + more')
    set_up = "import sys\nmore = ''\nif sys.argv[1]:\n    more = '&build_parameters[A]=' + sys.argv[1]\n"
    assert "special-value" in codes(HEAD + set_up + call + "\n")


def test_headers_and_queries_that_other_calls_share_are_read() -> None:
    shared = f"HEADERS = {SAYS_JSON}\nKEY = {{'circle-token': T}}\n"
    other = (
        "requests.get('https://example.com', headers=HEADERS, params=KEY)\n"
        "requests.get(x, params=dict(KEY, a='b'), headers={**HEADERS})\n"
    )
    call = f"requests.post({URL}, data={JSON}, headers=HEADERS, params=KEY)\n"
    assert codes(HEAD + shared + other + call) == []
    assert "payload-shared" in codes(
        f"{HEAD}{shared}requests.get(x, params=BODY)\nBODY = {{'job': 'x'}}\n"
        f"requests.get(x, params=BODY)\nrequests.post({URL}, json=BODY)\n"
    )


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ('{"Content-Type": "application/json", **urllib3.make_headers(basic_auth=token + ":")}', False),
        ('{**urllib3.make_headers(basic_auth=token + ":"), "content-type": "application/json"}', False),
        ('{**urllib3.make_headers(basic_auth=token + ":")}', True),
        ('{"Content-Type": "application/json", **more()}', True),
    ],
)
def test_headers_that_urllib3_makes_beside_others(headers: str, expected: bool) -> None:
    call = CALLS["urllib3"].replace("BODY", JSON).replace("HEADERS", headers)
    assert ("json-without-type" in codes(f"{HEAD}{call}\n")) is expected


SENT = "FLAG, 'build_parameters[CIRCLE_JOB]=x', FLAG, 'build_parameters[V]=' + v"
RUN = f"subprocess.run(['curl', '-u', T, {SENT}, {URL}])"


@pytest.mark.parametrize(
    ("flag", "value", "noted"),
    [
        ("-d", "sys.argv[1]", True),
        ("-F", "sys.argv[1]", True),
        ("--data-urlencode", "sys.argv[1]", False),
        ("--form-string", "sys.argv[1]", False),
        ("-d", "'1.0'", False),
    ],
)
def test_values_in_a_form_of_a_list_of_arguments(flag: str, value: str, noted: bool) -> None:
    """What curl does with them is what it does when a shell runs it."""
    text = f"import subprocess, sys\nv = {value}\n{RUN.replace('FLAG', repr(flag))}\n"
    assert ("form-characters" in codes(text)) is noted
