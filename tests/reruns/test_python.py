"""Ways to rerun a build in Python: rewritten once and for all, and run before and after against a fake CircleCI."""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING

import pytest

from migrator.model import Status
from tests.reruns.forms import API
from tests.reruns.support import CONFIG, REMOTE, program_ran
from tests.test_cases import look, write
from tests.world import Switches

if TYPE_CHECKING:
    from tests.conftest import MakeRepository
    from tests.world import World

HEAD = 'import os\n\nimport {}\n\nTOKEN = os.environ["TOKEN"]\nn = os.environ["N"]\n'
AUTH = 'auth=(TOKEN, "")'
URL = f'f"{API}/{{n}}/retry"'


def program(library: str, code: str) -> str:
    return HEAD.format(library) + code


PROGRAMS = {
    "requests": program("requests", f"requests.post({URL}, {AUTH})\n"),
    "requests-ssh": program("requests", f'requests.post("{API}/" + n + "/ssh", {AUTH})\n'),
    "requests-request": program("requests", f'requests.request("POST", "{API}/%s/retry" % n, {AUTH}, timeout=20)\n'),
    "requests-from": program("requests", f"from requests import post as send\nsend({URL}, {AUTH})\n"),
    "requests-reply": program(
        "requests",
        f"""\
reply = requests.post(
    {URL},
    headers={{
        "Circle-Token": TOKEN,  # a comment
        "Accept": "application/json",
    }},
    timeout=20,
)
reply.raise_for_status()
print(reply.status_code, reply.json())
""",
    ),
    "requests-query": program(
        "requests", f'requests.post({URL}, params={{"circle-token": TOKEN}}).raise_for_status()\n'
    ),
    "requests-query-and-headers": program(
        "requests",
        f'h = {{"Accept": "text/plain"}}\nx = requests.post("{API}/%s/ssh?circle-token=" % n + TOKEN, headers=h)\n',
    ),
    "requests-userinfo": program(
        "requests", 'requests.post(f"https://{TOKEN}:@circleci.com/api/v1.1/project/gh/acme/app/{n}/retry")\n'
    ),
    "requests-body": program("requests", f'requests.post({URL}, json={{"parallel": 2}}, {AUTH})\n'),
    "requests-form": program(
        "requests",
        f'requests.post({URL}, data="a=b", headers={{"Content-Type": "application/x-www-form-urlencoded"}}, {AUTH})\n',
    ),
    "requests-no-body": program("requests", f"requests.post({URL}, data=None, {AUTH})\n"),
    "requests-maker": program(
        "requests", f'from requests.auth import HTTPBasicAuth\nrequests.post({URL}, auth=HTTPBasicAuth(TOKEN, ""))\n'
    ),
    "session": program(
        "requests",
        f"""\
session = requests.Session()
session.auth = (TOKEN, "")


def again(build, page=1):
\ttry:
\t\treturn session.post("{API}/{{}}/retry".format(build))
\tfinally:
\t\tprint(page)


again(n)
""",
    ),
    "attribute": program(
        "requests",
        f"""\
class Client:
    def __init__(self, token):
        self.session = requests.Session()
        self.session.headers["Circle-Token"] = token

    def again(self, build: int):
        if build:
            answer: requests.Response = self.session.post(f"{API}/{{build}}/retry")
            return answer.status_code


Client(TOKEN).again(n)
""",
    ),
    "url-variable": program("requests", f"url = {URL}\nrequests.post(url, {AUTH})\n"),
    "base-variable": program(
        "requests", f'API = "{API}"\nrequests.post(f"{{API}}/{{n}}/retry", {AUTH})\nprint(API.upper())\n'
    ),
    "host-variable": program(
        "requests",
        'HOST = os.environ.get("HOST", "https://circleci.com")\nproject = "acme/app"\n'
        f'requests.post(HOST + "/api/v1.1/project/github/" + project + "/" + n + "/retry", {AUTH})\n',
    ),
    "twice": program("requests", f"requests.post({URL}, {AUTH})\nrequests.post({URL}, {AUTH})\n"),
    "httpx": program("httpx", f"httpx.post({URL}, {AUTH})\n"),
    "httpx-client": program(
        "httpx",
        'with httpx.Client(headers={"Circle-Token": TOKEN}) as client:\n'
        f"    client.post({URL}).raise_for_status()\n    job = 1\n    print(job)\n",
    ),
    "httpx-base": program(
        "httpx",
        'client = httpx.Client(base_url="https://circleci.com/api/", auth=(TOKEN, ""))\n'
        'client.post(f"v1.1/project/github/acme/app/{n}/ssh")\n',
    ),
    "httpx-async": program(
        "httpx",
        "import asyncio\n\n\nasync def main():\n"
        f'    async with httpx.AsyncClient(auth=(TOKEN, "")) as client:\n        reply = await client.post({URL})\n'
        "        print(reply.text)\n\n\nasyncio.run(main())\n",
    ),
}
REFUSED = {
    "condition": program("requests", f"if requests.post({URL}, {AUTH}).ok:\n    pass\n"),
    "argument": program("requests", f"print(requests.post({URL}, {AUTH}))\n"),
    "one line": program("requests", f"if n: requests.post({URL}, {AUTH})\n"),
    "two in a line": program("requests", f"a = 1; requests.post({URL}, {AUTH})\n"),
    "sum": program("requests", f"x = [requests.post({URL}, {AUTH})]\n"),
    "class": program("requests", f"class C:\n    x = requests.post({URL}, {AUTH})\n"),
    "header by a function": program("requests", f"requests.post({URL}, headers=fetch())\n"),
    "auth by a function": program("requests", f'requests.post({URL}, auth=(fetch(), ""))\n'),
    "new session": program("requests", f"requests.Session().post({URL}, {AUTH})\n"),
    "wrapper": program(
        "requests",
        f'def post(path):\n    return requests.post("{API}" + path, {AUTH})\n\n\npost(f"/{{n}}/retry")\n',
    ),
    "urllib": program(
        "urllib.request",
        f'urllib.request.urlopen(urllib.request.Request({URL}, headers={{"Circle-Token": TOKEN}}, method="POST"))\n',
    ),
    "prepared": program("requests", f'r = requests.Request("POST", {URL}, {AUTH})\n'),
    "not awaited": program("httpx", f"client = httpx.AsyncClient({AUTH})\nx = client.post({URL})\n"),
    "list of arguments": program(
        "subprocess", f'subprocess.run(["curl", "-X", "POST", "-u", TOKEN, "{API}/1/retry"])\n'
    ),
    "library": program("circleclient", "circleclient.CircleClient(TOKEN).build.retry('acme', 'app', n)\n"),
    "options in a dict": program("requests", f"o = {{'auth': (TOKEN, '')}}\nrequests.post({URL}, **o)\n"),
    "positional body": program("requests", f"requests.post({URL}, {{}}, {AUTH})\n"),
}


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The programs after they were rewritten."""
    root = tmp_path_factory.mktemp("python") / "repository"
    texts = {f"ci/{name}.py": code for name, code in PROGRAMS.items()}
    for path, text in {".circleci/config.yml": CONFIG, **texts}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    (root / ".git").mkdir()
    (root / ".git" / "config").write_text(f'[remote "origin"]\n\turl = {REMOTE}\n')
    report = look(root, unsafe=True)
    assert [(o.call.path, o.notes) for o in report.outcomes if o.status is not Status.UNSAFE] == []
    write(report, root)
    again = look(root, unsafe=True)
    assert not again.outcomes
    assert not again.changes
    return {name: (root / f"ci/{name}.py").read_text() for name in PROGRAMS}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_reruns_the_same_job(name: str, world: World, programs: dict[str, str]) -> None:
    ast.parse(programs[name])
    done, old = program_ran(world, [sys.executable, "-c", PROGRAMS[name]])
    assert (done.status, len(old) > 0) == (0, True), done.stderr
    world.service.switches = Switches(page_size=2, removed=True)
    done, new = program_ran(world, [sys.executable, "-c", programs[name]])
    assert (done.status, new) == (0, old), done.stderr


@pytest.mark.parametrize("name", ["requests", "session", "httpx-client", "httpx-async"])
@pytest.mark.parametrize("wrong", [{"N": "99999"}, {"TOKEN": "nobody"}, {"TOKEN": "project-token"}])
def test_a_lookup_that_fails_raises(name: str, wrong: dict[str, str], world: World, programs: dict[str, str]) -> None:
    done, started = program_ran(world, [sys.executable, "-c", programs[name]], **wrong)
    assert started == []
    assert done.status == 1
    assert "HTTP" in done.stderr


FAKE = """\
import json, sys, requests
class Reply:
    def __init__(self, data): self.data = data
    def raise_for_status(self): pass
    def json(self): return self.data
job, listed = json.loads(sys.argv[1])
requests.get = lambda url, **_: Reply(listed if "/workflow/" in url else job)
requests.post = lambda *_, **__: print("POSTED")
"""


@pytest.mark.parametrize(
    "replies",
    [
        "[{}, {}]",
        "[null, {}]",
        '[{"latest_workflow": {"id": "w"}}, {"items": []}]',
        '[{"latest_workflow": {"id": "w"}, "number": 12}, {"items": []}]',
        '[{"latest_workflow": {"id": "w"}, "number": 12}, {"items": [{"id": "a"}], "next_page_token": null}]',
        '[{"latest_workflow": {"id": "w"}, "number": 12}, {"items": [{"id": "a", "job_number": 13}]}]',
    ],
)
def test_without_a_job_nothing_is_posted(replies: str, world: World, programs: dict[str, str]) -> None:
    done, _ = program_ran(world, [sys.executable, "-c", FAKE + programs["requests"], replies])
    assert done.status == 1
    assert "POSTED" not in done.stdout


@pytest.mark.parametrize("name", REFUSED)
def test_what_stays_as_it_is(name: str, make_repository: MakeRepository) -> None:
    root = make_repository({"a.py": REFUSED[name]}, remote=REMOTE)
    report = look(root, unsafe=True)
    (outcome,) = report.outcomes
    assert outcome.status is Status.MANUAL
    assert not report.changes
    if name not in {"library", "wrapper", "options in a dict"}:
        assert "rerun" in [note.code for note in outcome.notes]


def test_lines_and_indentation_fit_the_file(make_repository: MakeRepository, programs: dict[str, str]) -> None:
    text = PROGRAMS["session"].replace("\n", "\r\n")
    root = make_repository({"a.py": text}, remote=REMOTE)
    write(look(root, unsafe=True), root)
    made = (root / "a.py").read_bytes().decode()
    assert made.replace("\r\n", "\n") == programs["session"]
    assert "\n" not in made.replace("\r\n", "")
    assert "\t\trerun_build = session.get(" in made
