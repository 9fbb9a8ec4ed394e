"""What a program does with the reply is followed, and what v2 does not answer is reported with its line."""

from __future__ import annotations

import http.client

import pytest
import requests

from tests.python.support import codes, find, rewritten

API = "https://circleci.com/api/v1.1/project/github/acme/app"
POST = f'requests.post("{API}/tree/main", auth=AUTH)'
HEAD = "import json\nimport logging\nimport requests\n"
SESSION = "s = requests.Session()\n"
USES = {
    "nothing": (f"{POST}", [], []),
    "checked": (f"r = {POST}\nr.raise_for_status()\nassert r.ok", [], []),
    "logged": (f"r = {POST}\nprint(r.text, r.status_code, r.json())\nlogging.info(r.content)", [], []),
    "raised": (f"r = {POST}\nif not r:\n    raise RuntimeError(r.text)", [], []),
    "created": (f"r = {POST}\nif r.status_code != 201:\n    raise SystemExit(r.status_code)", [], []),
    "either": (f"if {POST}.status_code in (200, 201):\n    pass", [], []),
    "either-in-words": (f"c = {POST}.status_code\nif c == 200 or c == 201:\n    pass", [], []),
    "range": (f"if not 200 <= {POST}.status_code < 300:\n    pass", [], []),
    "failed": (f"r = {POST}\nif r.status_code >= 400:\n    print(r.json()['message'])", [], []),
    "two-hundred": (f"r = {POST}\nif r.status_code == 200:\n    pass", ["status-adapted:5"], []),
    "named": (f"r = {POST}\nif r.status_code is not requests.codes.ok:\n    pass", ["status-code:5"], []),
    "one-of-several": (f"assert {POST}.status_code in (200, 202)", ["status-code:4"], []),
    "either-reply": (
        f"r = {POST}\nif x:\n    r = requests.get('x')\nif r.status_code == 200:\n    pass",
        ["status-code:7"],
        [],
    ),
    "in-a-tuple": (f"r = {POST}\nfor each in (r, other):\n    use(each)", ["reply-field:5"], []),
    "conditional": (
        f"r = {POST} if x else None\nuse(r.json()['outcome'])",
        ["reply-waits:4", "reply-later:5"],
        ["outcome"],
    ),
    "polled": (
        f"n = {POST}.json()['build_num']\nb = requests.get(f'{API}/{{n}}')",
        ["reply-waits:4"],
        ["build_num"],
    ),
    "polled-at-once": (
        f"r = {POST}\nb = requests.get('{API}/{{}}'.format(r.json()['build_num']))",
        ["reply-waits:4"],
        ["build_num"],
    ),
    "hook": (
        f"s = requests.Session()\ns.hooks = {{'response': check}}\ns{POST.removeprefix('requests')}",
        ["reply-field:5"],
        [],
    ),
    "hook-of-a-request": (f"{POST[:-1]}, hooks={{'response': [check]}})", ["reply-field:4"], []),
    "hook-added": (
        f"s = requests.Session()\ns.hooks['response'].append(f)\ns{POST.removeprefix('requests')}",
        ["reply-field:5"],
        [],
    ),
    "in-words": (f"r = {POST}\nif r.reason != 'OK':\n    pass", ["status-adapted:5"], []),
    "either-word": (f"r = {POST}\nif r.reason in ('OK', 'Created'):\n    pass", [], []),
    "word-from-outside": (f"r = {POST}\nif r.reason_phrase == wanted:\n    pass", ["status-code:5"], []),
    "in-a-name": (f"OK = 200\nr = {POST}\nstatus = r.status_code\nif status != OK:\n    pass", ["status-code:7"], []),
    "asserted": (f"def t(self):\n    self.assertEqual({POST}.status_code, 200)", ["status-adapted:5"], []),
    "number": (f"number = {POST}.json()['build_num']\nwait(number)", ["reply-waits:4"], ["build_num"]),
    "get": (
        f"data = {POST}.json()\nif data.get('outcome'):\n    pass",
        ["reply-waits:4", "reply-later:5"],
        ["outcome"],
    ),
    "loads": (f"r = {POST}\nd = json.loads(r.text)\nsave(d['status'])", ["reply-waits:4", "reply-later:6"], ["status"]),
    "contains": (f"d = {POST}.json()\nif 'build_url' in d:\n    pass", ["reply-waits:4"], ["build_url"]),
    "text-searched": (f"r = {POST}\nif 'build_num' in r.text:\n    pass", ["reply-waits:4", "reply-later:5"], []),
    "handed-on": (f"r = {POST}\nsave(r)", ["reply-field:5"], []),
    "returned-and-dropped": (f"def go():\n    return {POST}\ngo()", [], []),
    "returned-and-read": (
        f"def go():\n    return {POST}.json()\nprint(go()['why'])",
        ["reply-waits:5", "reply-unlike:6"],
        ["why"],
    ),
    "returned-to-whoever": (f"@command\ndef go():\n    return {POST}\nrun(go)", ["reply-field:6"], []),
    "decorated": (
        f"def again(f):\n    return lambda: f() or f()\n@again\ndef go():\n    return {POST}\ngo()",
        ["reply-field:8"],
        [],
    ),
    "decorated-by-a-stranger": (
        f"@backoff.on_predicate(expo)\ndef go():\n    return {POST}\ngo()",
        ["reply-field:6"],
        [],
    ),
    "decided-by-the-reply": (
        f"@retry(retry=if_result(is_bad))\ndef go():\n    return {POST}\ngo()",
        ["reply-field:6"],
        [],
    ),
    "decided-by-errors": (f"@retry(stop=stop)\ndef go():\n    return {POST}\ngo()", [], []),
    "in-a-command": (f"@click.command()\ndef go():\n    return {POST}\ngo()", [], []),
    "passed-on": (f"def show(r):\n    print(r['vcs_url'])\nshow({POST}.json())", ["reply-waits:6"], ["vcs_url"]),
    "walrus": (f"if (r := {POST}).status_code == 200:\n    pass", ["status-adapted:4"], []),
    "another-reply": (f"r = {POST}\nr = requests.get('x')\nr.json()['build_num']", [], []),
    "loop-of-both": (
        f"r = {POST}\nwhile r.json()['lifecycle'] != 'finished':\n    r = requests.get('x')",
        ["reply-waits:4"],
        ["lifecycle"],
    ),
    "attribute": (f"class C:\n    def go(self):\n        self.r = {POST}", [], []),
    "attribute-of-another": (f"class C:\n    def go(self, o):\n        o.r = {POST}", ["reply-field:6"], []),
    "attribute-that-is-read": (
        f"class C:\n def go(self):\n  self.r = {POST}.json()\n def n(self):\n  return self.r['build_num']",
        ["reply-waits:6"],
        ["build_num"],
    ),
    "attribute-in-a-loop": (
        (
            f"class C:\n    def go(self):\n        self.b = {POST}.json()\n"
            "        while self.b['lifecycle'] != 'finished':\n"
            "            self.b = requests.get(self.b['build_url']).json()\n        return self.b['outcome']"
        ),
        ["reply-waits:6"],
        ["lifecycle", "build_url", "outcome"],
    ),
}


@pytest.mark.parametrize("name", USES)
def test_the_reply_is_followed(name: str) -> None:
    code, expected, fields = USES[name]
    (found,) = find(f"{HEAD}{code}\n")
    assert [f"{note.code}:{note.line}" for note in found.call.notes] == expected
    assert list(found.call.reply_fields) == fields


@pytest.mark.parametrize(
    ("shown", "read"),
    [
        ("'{build_num}'.format(**d)", True),
        ("'{id} {build_url}'.format(**d)", True),
        ("'{build_num}'.format_map(d)", True),
        ("'%(build_num)s of %(number)s' % d", True),
        ("'{0[build_url]}'.format(d)", True),
        ("'{d[build_url]}'.format(d=d)", True),
        ("'{id} {number}'.format(**d)", False),
        ("'%s' % d", False),
        ("'{}'.format(d)", False),
        ("TEXT.format(**d)", True),
        ("dict(**d)", True),
        ("string.Template('$build_num').substitute(d)", True),
    ],
)
def test_fields_that_a_format_names_are_read(shown: str, *, read: bool) -> None:
    (found,) = find(f"{HEAD}import string\nd = {POST}.json()\nprint({shown})\n")
    assert [note.code for note in found.call.notes] == (["reply-waits", "reply-later"] if read else [])


READ = {
    "match": "match r.json():\n    case {'build_num': n}:\n        print(n)",
    "spread into a dict": "event = {'a': 1, **r.json()}\nprint(event['build_num'])",
    "method": "get = r.json().get\nprint(get('build_num'))",
    "count": "if len(r.json()) < 5:\n    raise SystemExit",
    "searched": "if 'build_num' in str(r.json()):\n    print('started')",
    "extra": "import logging\nlogging.info('started', extra=r.json())",
    "logged": "import logging\nlogging.info('see %(build_url)s', r.json())",
    "own request": "import json\nprint(json.loads(r.request.body)['build_parameters'])",
    "set": "seen = {*r.json()}",
    "lambda": "later = lambda: r.json()\nprint(later()['build_num'])",
    "deleted": "d = r.json()\ndel d['build_num']",
    "and": "d = r.ok and r.json()\nprint(d['build_num'] + 1)",
}


@pytest.mark.parametrize("name", READ)
def test_every_way_to_read_a_reply_is_seen(name: str) -> None:
    (found,) = find(f"{HEAD}r = {POST}\n{READ[name]}\n")
    told = {"own request": {"reply-field"}, "deleted": {"reply-waits"}, "and": {"reply-waits"}}
    assert {note.code for note in found.call.notes} == told.get(name, {"reply-waits", "reply-later"})


@pytest.mark.parametrize(
    ("check", "named"),
    [
        ("r.status_code <= 200", True),
        ("r.status_code < 201", True),
        ("200 >= r.status_code", True),
        ("r.status_code > 200", True),
        ("r.status_code >= 201", True),
        ("r.status_code < 300", False),
        ("r.status_code >= 400", False),
        ("200 <= r.status_code < 300", False),
        ("200 <= r.status_code", False),
    ],
)
def test_an_order_that_tells_200_from_201_is_seen(check: str, *, named: bool) -> None:
    (found,) = find(f"{HEAD}r = {POST}\nprint('ok' if {check} else 'bad')\n")
    assert ("status-code" in [note.code for note in found.call.notes]) == named


V2 = "https://circleci.com/api/v2/project/gh/acme/app/pipeline"
ADDRESS = "https://app.circleci.com/pipelines/github/acme/app/"
SHOWN = {
    "printed": (
        f"r = {POST}\nprint('started', r.json()['build_url'])",
        f"print('started', '{ADDRESS}' + str(r.json()['number']))",
    ),
    "assigned-and-printed": (
        f'r = {POST}\nurl = r.json()["build_url"]\nprint(f"see {{url}}")',
        f"url = f\"{ADDRESS}{{r.json()['number']}}\"",
    ),
    "in-an-f-string": (
        f"d = {POST}.json()\nprint(f\"see {{d['build_url']}}\")",
        f"print(f\"see {{'{ADDRESS}' + str(d['number'])}}\")",
    ),
    "formatted": (
        f"d = {POST}.json()\nprint('see %s' % d['build_url'])",
        f"print('see %s' % ('{ADDRESS}' + str(d['number'])))",
    ),
    "at-once": (
        f"print({POST}.json()['build_url'])",
        ".json()['number']))",
    ),
    "at-once-in-an-f-string": (
        f"print(f\"see {{requests.post('{API}/build').json()['build_url']}}\")",
        f"print(f\"see {{'{ADDRESS}' + str(requests.post('{V2}').",
    ),
    "read-from-text": (
        f"r = {POST}\nprint(json.loads(r.text)['build_url'])",
        f"print(\"{ADDRESS}\" + str(json.loads(r.text)['number']))",
    ),
    "asked-for": (
        f"d = {POST}.json()\nprint(d.get('build_url'))",
        f"print(d.get('number') and \"{ADDRESS}\" + str(d['number']))",
    ),
    "returned": (
        f"def go():\n    r = {POST}\n    return 'at ' + r.json()['build_url']\nurl = go()\nprint(url)",
        f"return 'at ' + ('{ADDRESS}' + str(r.json()['number']))",
    ),
    "data-returned": (
        f"def go():\n    return {POST}.json()\nprint(go()['build_url'])",
        f"print(\"{ADDRESS}\" + str(go()['number']))",
    ),
    "urllib": (
        f"import urllib.request\nwith urllib.request.urlopen('{API}', b'') as r:\n    print(json.load(r)['build_url'])",
        f"print('{ADDRESS}' + str(json.load(r)['number']))",
    ),
    "written-to-a-terminal": (
        f"import sys\nd = {POST}.json()\nsys.stdout.write(d['build_url'] + '!')",
        f"sys.stdout.write('{ADDRESS}' + str(d['number']) + '!')",
    ),
}
KEPT = {
    "written-to-a-file": f"f.write({POST}.json()['build_url'])",
    "sent": f"requests.post('x', json={{'text': {POST}.json()['build_url']}})",
    "used-too": f"url = {POST}.json()['build_url']\nprint(url)\nopen_page(url)",
    "returned-and-used": f"def go():\n    return {POST}.json()['build_url']\nprint(go())\nopen_page(go())",
    "returned-in-a-dict": f"def go():\n    return {{'u': {POST}.json()['build_url']}}\nprint(go())",
    "cut": f"print({POST}.json()['build_url'].split('/')[-1])",
    "default": f"print({POST}.json().get('build_url', 'none'))",
    "function-for-any-reply": (
        f"def show(r):\n    print(r.json()['build_url'])\nshow({POST})\nshow(requests.get('{API}/17'))"
    ),
    "variable-for-any-reply": (f"r = {POST}\nif x:\n    r = requests.get('{API}/17')\nprint(r.json()['build_url'])"),
}


@pytest.mark.parametrize("name", KEPT)
def test_an_address_that_may_be_needed_stays_and_the_call_waits(name: str) -> None:
    (found,) = find(f"{HEAD}{KEPT[name]}\n")
    assert [note.code for note in found.call.notes] == ["reply-waits"]
    assert "'build_url'" in rewritten(f"{HEAD}{KEPT[name]}\n")


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        ("r.status_code == 200", "r.status_code == 201"),
        ("200 != r.status_code", "201 != r.status_code"),
        ("r.reason == 'OK'", "r.reason == 'Created'"),
        ("r.reason in ('OK', 'Accepted')", None),
        ("r.status_code == requests.codes.ok", "r.status_code == requests.codes.created"),
        ("self.assertEqual(r.status_code, 200)", "self.assertEqual(r.status_code, 201)"),
        ("r.status_code in (200, 202)", None),
        ("r.status_code == OK", None),
    ],
)
def test_a_comparison_with_200_becomes_one_with_201(check: str, expected: str | None) -> None:
    code = f"{HEAD}OK = 200\nr = {POST}\nx = {check}\n"
    assert f"x = {expected or check}\n" in rewritten(code)


@pytest.mark.parametrize("name", SHOWN)
def test_an_address_that_is_only_shown_becomes_the_pipelines(name: str) -> None:
    code, expected = SHOWN[name]
    (found,) = find(f"{HEAD}{code}\n")
    assert [note.code for note in found.call.notes] == ["build-url-adapted"]
    new = rewritten(f"{HEAD}{code}\n")
    compile(new, "program.py", "exec")
    assert expected in new
    assert "build_url" not in new


@pytest.mark.parametrize(
    "code",
    [
        f"r = {POST}\nnotify(r.json()['build_url'])",
        f"url = {POST}.json()['build_url']\nprint(url)\nnotify(url)",
        f"print({POST}.json().get('build_url'))",
        f"print({POST.replace('circleci.com', 'circleci.example.com')}.json()['build_url'])",
        f"def f(r):\n    r = {POST.replace('acme/app', '%s/app')} if r else r\n",
    ],
)
def test_any_other_address_stays(code: str) -> None:
    assert not any(note.code == "build-url-adapted" for found in find(f"{HEAD}{code}\n") for note in found.call.notes)


LIBRARIES = {
    "httpx": f'import httpx\nr = httpx.post("{API}")\nprint(r.is_success)\nsave(r.json()["vcs_url"])\n',
    "async": (
        f'import httpx\nasync def f():\n    async with httpx.AsyncClient() as c:\n        r = await c.post("{API}")\n'
        '        save(r.json()["vcs_url"])\n'
    ),
    "aiohttp": (
        f'import aiohttp\nasync def f():\n    async with aiohttp.ClientSession() as s, s.post("{API}") as r:\n'
        '        save((await r.json())["vcs_url"])\n'
    ),
    "urllib": (
        f'import json\nfrom urllib.request import urlopen\nwith urlopen("{API}", b"") as r:\n'
        '    save(json.load(r)["vcs_url"])\n'
    ),
    "http.client": (
        'import http.client, json\nc = http.client.HTTPSConnection("circleci.com")\n'
        'c.request("POST", "/api/v1.1/project/github/acme/app")\nr = c.getresponse()\n'
        'save(json.loads(r.read().decode())["vcs_url"])\n'
    ),
    "urllib3": f'import json, urllib3\nr = urllib3.request("POST", "{API}")\nsave(json.loads(r.data)["vcs_url"])\n',
    "curl": (
        f'import json, subprocess\nout = subprocess.check_output(["curl", "-X", "POST", "{API}"])\n'
        'save(json.loads(out)["vcs_url"])\n'
    ),
    "curl-run": (
        f'import json, subprocess\np = subprocess.run(["curl", "-X", "POST", "{API}"], capture_output=True)\n'
        'save(json.loads(p.stdout)["vcs_url"])\n'
    ),
}


@pytest.mark.parametrize("name", LIBRARIES)
def test_replies_of_every_library_are_followed(name: str) -> None:
    code = LIBRARIES[name]
    (found,) = find(code)
    assert found.call.reply_fields == ("vcs_url",)
    line = code[: code.index('"vcs_url"')].count("\n") + 1
    wanted = [] if name in {"httpx", "urllib"} else [line]
    assert [note.line for note in found.call.notes if note.code == "reply-field"] == wanted
    assert ("reply-waits" in codes(code)) is not bool(wanted)


STATUSES = {
    "x = {200: 'started'}[reply.status_code]": True,
    "TEXTS = {200: 'started'}\nx = TEXTS.get(reply.status_code)": True,
    "x = '200' in str(reply)": True,
    "x = str(reply.status_code) == '200'": True,
    "expected = min(200, 300)\nx = reply.status_code == expected": True,
    "x = set([reply.status_code]) == {200}": True,
    "x = reply.status_code == requests.codes['ok']": True,
    "x = reply.status_code == http.client.OK": True,
    "class Go:\n    pass\nGo.status = reply.status_code\nx = Go.status == 200": True,
    "def check(status, expected=200):\n    return status == expected\nx = check(reply.status_code)": True,
    "match reply.status_code:\n    case 200:\n        x = 1\n    case code:\n        x = code": True,
    "match reply.status_code:\n    case 200 | 201:\n        x = 1\n    case code:\n        x = 0": False,
    "x = reply.status_code == requests.codes.no_content": False,
    "x = reply.status_code // 100 == 2": False,
    "x = {200: 'old', 201: 'started'}[reply.status_code]": False,
    "x = http.client.responses[reply.status_code]": False,
    "x = reply.status_code in (requests.codes.ok, requests.codes.created)": False,
    "x = reply.status_code in (HTTPStatus.OK, HTTPStatus.CREATED)": False,
    "x = str(reply.status_code)[0] == '2'": False,
    "print(str(reply), repr(reply.status_code))": False,
}


@pytest.mark.parametrize("code", STATUSES)
def test_a_status_that_is_looked_up_or_spelled(code: str) -> None:
    """It is said where 201 gives another result than 200, and nobody has thought of it."""
    results: list[object] = []
    for status in (200, 201):
        fake = type("Reply", (), {"status_code": status, "__repr__": lambda self: f"<Response [{self.status_code}]>"})
        given: dict[str, object] = {"reply": fake(), "requests": requests, "http": http, "HTTPStatus": http.HTTPStatus}
        try:
            exec(code, given)
        except KeyError:
            given["x"] = KeyError
        results.append(given.get("x"))
    assert results[0] != results[1] if STATUSES[code] else KeyError not in results
    head = "import http.client\nfrom http import HTTPStatus\nimport requests\n"
    call = 'reply = requests.post("https://circleci.com/api/v1.1/project/github/acme/app")\n'
    found = codes(f"{head}{call}{code}\n")
    assert any(each.startswith("status-") for each in found) is STATUSES[code]


def test_a_status_that_is_handed_on_says_so() -> None:
    call = 'import requests\nreply = requests.post("https://circleci.com/api/v1.1/project/github/acme/app")\n'
    assert codes(f"{call}note(NAMES[reply.status_code])\n") == ["status-code"]


@pytest.mark.parametrize(
    "program",
    [
        "r = requests.post(f'{API}/{slug}')\nprint(r.json()['build_url'])",
        "r = requests.post(f'{API}/{vcs}/acme/app')\nprint(r.json()['build_url'])",
        "r = requests.post(f'{API}/gh/{o}/{p}')\nprint(f\"see {r.json()['build_url']}\")",
    ],
)
def test_an_address_that_cannot_be_made_is_waited_for(program: str) -> None:
    """The project is known only when the program runs, or an older Python could not read it inside of an f-string."""
    base = "API = 'https://circleci.com/api/v1.1/project'"
    assert codes(f"import requests\n{base}\n{program}\n") == ["reply-waits"]


LIST = "requests.get('https://circleci.com/api/v1.1/project/github/acme/app/tree/main', params={'limit': 1})"


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (f"{POST}\nprint({LIST}.json()[0]['build_num'])", ["builds-listed"]),
        (f"def latest():\n    return {LIST}.json()[0]\n{POST}\nprint(latest())", ["builds-listed"]),
        (f"print({LIST}.json())\n{POST}", []),
        (f"{POST}\nrequests.get('https://circleci.com/api/v1.1/me')", []),
    ],
)
def test_a_list_of_builds_behind_the_call_is_named(code: str, told: list[str]) -> None:
    (found,) = find(f"{HEAD}{code}\n")
    assert [note.code for note in found.call.notes] == told


def test_the_commit_of_a_build_is_that_of_the_pipeline() -> None:
    call = "requests.post(URL, json={'revision': SHA, 'build_parameters': {'CIRCLE_JOB': 'x'}}, auth=('t', ''))"
    url = "URL = 'https://circleci.com/api/v1.1/project/github/acme/app'\n"
    (found,) = find(f"{HEAD}{url}b = {call}.json()\nprint(b['vcs_revision'], b['build_num'])\n")
    assert "reply-unlike" in [note.code for note in found.call.notes]


def test_no_wait_is_written_for_python_2() -> None:
    (found,) = find(f"#!/usr/bin/env python2.7\n{HEAD}n = {POST}.json()['build_num']\nuse(n)\n")
    assert [note.code for note in found.call.notes] == ["reply-field"]


def test_the_reply_of_an_opener_is_followed() -> None:
    url = "https://circleci.com/api/v1.1/project/github/acme/app"
    code = f"request = Request('{url}', b'{{}}', {{'Content-Type': 'application/json'}})\n"
    code += "print(json.load(opener.open(request))['build_num'] + 1)\n"
    (found,) = find(f"import json\nfrom urllib.request import Request, build_opener\nopener = build_opener()\n{code}")
    assert "reply-field" in [note.code for note in found.call.notes]


_CURL = "curl -sf -u t: {} -d build_parameters[CIRCLE_JOB]=x https://circleci.com/api/v1.1/project/github/acme/app"


@pytest.mark.parametrize(
    ("code", "named"),
    [
        (f"os.system('{_CURL.format('')} > reply.json')\nprint(open('reply.json').read())", True),
        (f"os.system('{_CURL.format('-o reply.json')}')\nprint(open('reply.json').read())", True),
        (f"out = mktemp()\nos.system('{_CURL.format('-o %s')}' % out)\nprint(open(out).read())", True),
        (f"out = mktemp()\nos.system(f'{_CURL.format('-o {out}')}')\nprint(open(out).read())", True),
        ("out = mktemp()\nsubprocess.call(['curl', '-o', out, '-d', 'job=x', '-u', 't:', URL])\nopen(out)", True),
        (f"os.system('{_CURL.format('-o reply.json')}')", False),
        (f"os.system('{_CURL.format('-o /dev/null')}')\nprint('/dev/null')", False),
        ("subprocess.call(['curl', '-o', os.devnull, '-d', 'job=x', '-u', 't:', URL])\nopen(os.devnull)", False),
    ],
)
def test_a_reply_in_a_file_that_the_program_names_again_is_named(code: str, *, named: bool) -> None:
    url = "URL = 'https://circleci.com/api/v1.1/project/github/acme/app'\n"
    (found,) = find(f"import os, subprocess\nfrom x import mktemp\n{url}{code}\n")
    assert ("reply-field" in [note.code for note in found.call.notes]) == named
