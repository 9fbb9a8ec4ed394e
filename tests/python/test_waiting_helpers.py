"""The functions that wait for a build, run against replies that are put in: what they ask, return and raise."""

from __future__ import annotations

import json
import threading
import urllib.error
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from migrator.model import Severity
from tests.python.support import find, refusal, rewritten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

API = "https://circleci.com/api/v1.1/project/github/acme/app"
CALLS = {
    "requests": f'import requests\nnumber = requests.post("{API}", headers=HEADERS).json()["build_num"]\n',
    "httpx": f'import httpx\nnumber = httpx.post("{API}", headers=HEADERS).json()["build_num"]\n',
    "urllib": (
        "import json\nimport urllib.request\n"
        f'request = urllib.request.Request("{API}", b"", headers=HEADERS)\n'
        'with urllib.request.urlopen(request, timeout=5) as reply:\n    number = json.load(reply)["build_num"]\n'
    ),
}
Answer = tuple[int, object]
WORKFLOW = {"id": "w", "status": "running"}
DONE = {"name": "build", "job_number": 12}


@dataclass
class Service:
    """An API that gives to each path what was put in for it, one after another, and the last for ever."""

    port: int = 0
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    def answer(self, method: str, path: str, headers: dict[str, str]) -> Answer:
        self.asked.append((method, path, headers))
        known = self.answers.get(path, [(404, {"message": "Not found"})])
        return known.pop(0) if len(known) > 1 else known[0]


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    made.answers = {
        "/api/v2/project/gh/acme/app/pipeline": [(201, {"id": "p", "number": 3, "state": "pending"})],
        "/api/v2/pipeline/p": [(200, {"state": "created", "errors": []})],
        "/api/v2/pipeline/p/workflow": [_listed(WORKFLOW)],
        "/api/v2/workflow/w/job": [_listed(DONE)],
        "/api/v1.1/project/github/acme/app/12": [(200, {"build_num": 12})],
    }

    class Handler(BaseHTTPRequestHandler):
        def _reply(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, data = made.answer(self.command, self.path, {k.lower(): v for k, v in self.headers.items()})
            body = json.dumps(data).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if status == 429:
                self.send_header("Retry-After", "7")
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _reply  # noqa: N815 - the names that http.server wants

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


def _listed(*items: object, following: str | None = None) -> Answer:
    return 200, {"items": list(items), "next_page_token": following}


@dataclass
class Clock:
    """A clock that only sleeping moves."""

    now: float = 0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def run(service: Service, clock: Clock) -> Callable[[str], Any]:
    """Run the rewritten program of a library against the service; the number that it reads."""

    def go(name: str) -> Any:
        code = rewritten(CALLS[name]).replace("https://circleci.com", f"http://127.0.0.1:{service.port}")
        given = {"HEADERS": {"Circle-Token": "secret", "Accept": "application/json"}, "time": clock}
        exec(code.replace("import time\n", ""), given)
        return given["number"]

    return go


LIBRARY = pytest.mark.parametrize("name", CALLS)


@LIBRARY
def test_the_number_of_the_job_is_waited_for(
    service: Service, clock: Clock, run: Callable[[str], Any], name: str
) -> None:
    """Through states, pages, other jobs, and a service that has a bad moment."""
    service.answers["/api/v2/pipeline/p"] = [
        (429, {}),
        (200, {"state": "pending", "errors": []}),
        (503, {}),
        (200, {"state": "setup", "errors": []}),
        (200, {"state": "created", "errors": []}),
    ]
    setup = {"id": "s", "status": "success"}
    service.answers["/api/v2/pipeline/p/workflow"] = [_listed(), _listed(setup), _listed(setup, following="2&3")]
    service.answers["/api/v2/pipeline/p/workflow?page-token=2%263"] = [_listed(WORKFLOW)]
    service.answers["/api/v2/workflow/s/job"] = [_listed({"name": "setup", "job_number": 11})]
    service.answers["/api/v2/workflow/w/job"] = [_listed({"name": "build"}), _listed(DONE)]
    assert run(name) == 12
    assert clock.slept == [7, 3, 5, 3, 3]
    asked = [(method, headers) for method, _, headers in service.asked]
    assert [method for method, _ in asked] == ["POST", *["GET"] * (len(asked) - 1)]
    assert {(headers["circle-token"], headers["accept"]) for _, headers in asked} == {("secret", "application/json")}
    assert not any("content-type" in headers for _, headers in asked[1:])


@LIBRARY
def test_of_several_runs_the_newest_counts(service: Service, run: Callable[[str], Any], name: str) -> None:
    again = {"id": "a", "status": "running"}
    service.answers["/api/v2/pipeline/p/workflow"] = [_listed(again, {"id": "w", "status": "failed"})]
    service.answers["/api/v2/workflow/a/job"] = [_listed({"name": "build", "job_number": 14})]
    service.answers["/api/v1.1/project/github/acme/app/14"] = [(200, {"build_num": 14})]
    assert run(name) == 14


@LIBRARY
def test_a_pipeline_with_errors(service: Service, run: Callable[[str], Any], name: str) -> None:
    errors = [{"message": "no such job"}, {"message": "no such orb"}]
    service.answers["/api/v2/pipeline/p"] = [(200, {"state": "errored", "errors": errors})]
    with pytest.raises(RuntimeError, match="no such job; no such orb"):
        run(name)


@LIBRARY
@pytest.mark.parametrize("status", ["canceled", "error", "failed", "not_run", "on_hold", "unauthorized"])
def test_a_workflow_that_ends_before_the_job(
    service: Service, run: Callable[[str], Any], name: str, status: str
) -> None:
    service.answers["/api/v2/pipeline/p/workflow"] = [_listed({"id": "w", "status": status})]
    service.answers["/api/v2/workflow/w/job"] = [_listed({"name": "build"})]
    with pytest.raises(RuntimeError, match=f"Job build does not start: {status}"):
        run(name)


@LIBRARY
def test_a_job_that_never_starts(service: Service, clock: Clock, run: Callable[[str], Any], name: str) -> None:
    service.answers["/api/v2/pipeline/p/workflow"] = [_listed()]
    with pytest.raises(TimeoutError, match="Job build has not started in ten minutes"):
        run(name)
    assert 590 < clock.now <= 600


@LIBRARY
def test_a_service_that_is_out_of_order(service: Service, run: Callable[[str], Any], name: str) -> None:
    service.answers["/api/v2/pipeline/p"] = [(500, {})]
    with pytest.raises(TimeoutError):
        run(name)


@pytest.mark.parametrize("answer", [(404, {"message": "Project not found"}), (200, {"message": "Skipped"})])
@LIBRARY
def test_a_call_that_starts_nothing(service: Service, run: Callable[[str], Any], name: str, answer: Answer) -> None:
    """The program gets the reply, and fails where it looks for the number; urllib raises by itself."""
    service.answers["/api/v2/project/gh/acme/app/pipeline"] = [answer]
    with pytest.raises((KeyError, RuntimeError, urllib.error.HTTPError)):
        run(name)
    assert len(service.asked) == 1


PLACES = {
    "below the imports": ('import os\nimport requests\n\nTOKEN = os.environ["T"]\n{use}', "TOKEN ="),
    "without an empty line": ("import requests\nx = 1\n{use}", "x = 1"),
    "before a function": ("import requests\n\n\ndef go():\n    pass\n\n\n{use}", "def go"),
    "imports in two blocks": ("import sys\nsys.path.append('.')\nimport requests\n\n# Go.\n{use}", "# Go."),
    "a docstring": ('"""Go."""\n\nfrom requests import post\nimport requests\n\n\n{use}', "number = "),
}


@pytest.mark.parametrize("name", PLACES)
def test_the_helper_stands_once_below_the_imports(name: str) -> None:
    text, behind = PLACES[name]
    use = f'number = requests.post("{API}").json()["build_num"]\nother = requests.post("{API}").json()["build_num"]\n'
    new = rewritten(text.format(use=use))
    assert new.count("def started_build(") == 1
    assert new.count("= started_build(") == 2
    assert "\n\n\ndef started_build(" in new
    assert f"        pause(3)\n\n\n{behind}" in new
    compile(new, "program", "exec")


def test_the_helper_is_in_the_style_of_the_file() -> None:
    text = f"import requests\r\nif x:\r\n\tn = requests.post('{API}').json()['build_num']\r\n"
    new = rewritten(text)
    assert "\r\n\tif reply.status_code >= 300 or 'id' not in reply.json():\r\n\t\treturn reply\r\n" in new
    assert new.count("\n") == new.count("\r\n")
    assert find(new) == ()


def test_a_helper_that_is_there_already_is_used() -> None:
    first = rewritten(CALLS["requests"])
    second = rewritten(f'{first}again = requests.post("{API}").json()["build_num"]\n')
    assert second.count("def started_build(") == 1
    assert second.count("started_build(") == 3
    assert find(second) == ()


def test_a_name_that_is_taken_is_left_alone() -> None:
    new = rewritten(f"def started_build():\n    pass\n\n\n{CALLS['requests']}")
    assert "def started_build_of_v2(job, get, reply, **options):" in new
    assert find(new) == ()


def test_a_helper_that_somebody_changed_is_a_function_like_any_other() -> None:
    """What it returns is looked at, be it what v2 answers."""
    code = rewritten(CALLS["requests"])
    assert find(code) == ()
    head, _, rest = code.partition("    pipeline = reply.json()")
    changed = f"{head.partition('    if reply.status_code')[0]}    return reply\n\n\n{rest.partition('pause(3)')[2]}"
    (found,) = find(changed)
    assert [note.code for note in found.call.notes if note.severity is Severity.ERROR] == ["reply-broken"]


@LIBRARY
@pytest.mark.parametrize(("old", "new"), [("+ 600", "+ 60"), ("max(numbers)", "min(numbers)"), ("> end", ">= end")])
def test_a_changed_helper_is_not_used_again(name: str, old: str, new: str) -> None:
    code = rewritten(CALLS[name])
    changed = code.replace(old, new, 1)
    assert changed != code
    again = rewritten(changed + CALLS[name])
    assert again.count("_build_of_v2(") == 2
    compile(again, "program", "exec")


def test_a_helper_that_is_laid_out_anew_is_the_same() -> None:
    code = rewritten(CALLS["requests"])
    laid_out = code.replace("    end = time", "\n    # Ten minutes.\n    end = time").replace('"id"', "'id'")
    assert laid_out != code
    assert find(laid_out) == ()


REFUSED = {
    "asynchronous": (
        (
            "import httpx\nasync def go():\n    async with httpx.AsyncClient() as c:\n"
            f'        save((await c.post("{API}")).json()["build_num"])\n'
        ),
        "asynchronous code",
    ),
    "blocking in asynchronous code": (
        f'import requests\nasync def go():\n    save(requests.post("{API}").json()["build_num"])\n',
        "asynchronous code",
    ),
    "another library": (
        f'import json, urllib3\nr = urllib3.request("POST", "{API}")\nsave(json.loads(r.data)["build_num"])\n',
        "requests, httpx and urllib",
    ),
    "a command": (
        (
            f'import json, subprocess\nout = subprocess.check_output(["curl", "-X", "POST", "{API}"])\n'
            'save(json.loads(out)["build_num"])\n'
        ),
        "requests, httpx and urllib",
    ),
    "a name of the program's": (
        f'import requests\ntime = 5\nsave(requests.post("{API}").json()["build_num"])\n',
        "`time` is a name of the program's own",
    ),
    "a job that changes": (
        (
            f'import requests\nr = requests.post("{API}", json={{"build_parameters": {{"CIRCLE_JOB": jobs.pop()}}}})\n'
            'save(r.json()["build_num"])\n'
        ),
        "`jobs.pop()` would be evaluated twice",
    ),
    "in an f-string": (
        f"import requests\nprint(f\"{{requests.post('{API}').json()['build_num']}}\")\n",
        "inside of an f-string",
    ),
    "sent elsewhere": (
        (
            "import requests\ns = requests.Session()\n"
            f'r = s.send(requests.Request("POST", "{API}").prepare())\nsave(r.json()["build_num"])\n'
        ),
        "at another place",
    ),
    "options of the call come from outside": (
        (
            "import requests\ndef call(path, **more):\n"
            '    return requests.post("https://circleci.com/api/v1.1/project/" + path, **more).json()\n'
            'save(call("github/acme/app", timeout=5, json={"build_parameters": {"CIRCLE_JOB": "a"}})["build_num"])\n'
        ),
        "come out of `*` or `**`",
    ),
    "status in words": (
        f'import requests\nr = requests.post("{API}")\nif r.reason != "OK":\n    stop()\nsave(r.json()["build_num"])\n',
        "read in words",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_where_no_wait_can_be_written_the_reader_is_named_with_the_reason(name: str) -> None:
    code, why = REFUSED[name]
    (found,) = find(code)
    (note,) = (note for note in found.call.notes if note.code == "reply-field")
    assert why in note.message
    assert "reply-waits" not in [note.code for note in found.call.notes]


@pytest.mark.parametrize("field", ["why", "retry_of", "previous", "previous_successful_build", "build_parameters"])
def test_a_field_without_counterpart_is_for_a_person(field: str) -> None:
    code = f'import requests\nr = requests.post("{API}").json()\nsave(r["build_num"])\nsave(r["{field}"])\n'
    assert refusal(code) == "reply-unlike"
    (found,) = find(code)
    (note,) = (note for note in found.call.notes if note.code == "reply-unlike")
    assert f"Line 4 reads `{field}`" in note.message


@pytest.mark.parametrize("library", ["requests", "httpx"])
def test_a_function_that_gives_the_data_of_any_reply(service: Service, clock: Clock, library: str) -> None:
    """It waits where a pipeline is started, and only there."""
    code = (
        f"import {library}\n"
        f'API = "{API}"\n'
        "def call(url, body):\n"
        f"    return {library}.post(url, json=body).json()\n"
        'number = call(f"{API}/tree/main", {"build_parameters": {"CIRCLE_JOB": "build"}})["build_num"]\n'
        'call(f"{API}/envvar", {"name": "N"})\n'
    )
    new = rewritten(code)
    assert find(new) == ()
    assert new.count("def started_build(") == new.count("def build_if_started(") == 1
    variable = {"id": "p", "name": "N"}
    service.answers["/api/v1.1/project/github/acme/app/envvar"] = [(201, variable)]
    service.answers["/api/v2/project/gh/acme/app/envvar"] = [(201, variable)]
    service.answers["/api/v2/workflow/w/job"] = [_listed({"name": "build"}), _listed(DONE)]
    given: dict[str, Any] = {"time": clock}
    exec(new.replace("https://circleci.com", f"http://127.0.0.1:{service.port}").replace("import time\n", ""), given)
    assert (given["number"], len(service.asked), clock.slept) == (12, 9, [3])
    other = f"http://127.0.0.1:{service.port}/api/v2/project/gh/acme/app/envvar"
    assert given["call"](other, {"parameters": {"run_job": "build"}}) == variable
    assert len(service.asked) == 10


LATER = {
    "r = {post}\nsave(r.json()['status'])": True,
    "def show(build):\n    for x in y:\n        go(x)\n    save(build['status'])\nshow({post}.json())\nshow(old)": True,
    "b = {post}.json()\nwhile b['status'] != 'success':\n    b = requests.get(u + str(b['build_num'])).json()": False,
    "b = {post}.json()\nfor _ in range(9):\n    if b['outcome']:\n        break\n    b = requests.get(u).json()": False,
    "b = {post}.json()\nwhile not b['outcome'] and (b := requests.get(u).json()):\n    w()\nsave(b['outcome'])": False,
    "def go():\n    return {post}.json()\nsave(go()['lifecycle'])": True,
}


@pytest.mark.parametrize("code", LATER)
def test_a_state_that_is_read_at_once_may_be_another_one(code: str) -> None:
    """But not where the program asks again and again, and knows every state."""
    text = code.format(post=f'requests.post("{API}")')
    (found,) = find(f"import requests\n{text}\n")
    assert ("reply-later" in [note.code for note in found.call.notes]) is LATER[code]
    assert "reply-waits" in [note.code for note in found.call.notes]


def test_several_helpers_stand_below_each_other() -> None:
    text = f'''import json
import urllib.request
import httpx
import requests

API = "{API}"
def call(url, body):
    return httpx.post(url, json=body).json()
one = requests.post(API, headers=HEADERS).json()["build_num"]
two = call(f"{{API}}/tree/main", {{"build_parameters": {{"CIRCLE_JOB": "build"}}}})["build_num"]
request = urllib.request.Request(API, b"", headers=HEADERS)
with urllib.request.urlopen(request) as reply:
    three = json.load(reply)["build_num"]
four = httpx.post(API, headers=HEADERS).json()["build_num"]
'''
    new = rewritten(text)
    helpers = ("started_build", "build_if_started", "start_build")
    assert sorted(new.count(f"def {name}(") for name in helpers) == [1, 1, 1]
    assert [new[: new.index(f"def {name}(")][-3:] for name in helpers] == ["\n\n\n"] * 3
    assert '\n\n\nAPI = "' in new
    assert find(new) == ()
    compile(new, "program", "exec")


@pytest.mark.parametrize("library", ["requests", "httpx"])
@pytest.mark.parametrize("wanted", [200, 201])
def test_a_check_of_the_status_and_a_reader_go_together(service: Service, library: str, wanted: int) -> None:
    """The reply keeps the status of the call, which is v2's: a check for 200 becomes one for 201, as ever."""
    code = (
        f'import {library}\nreply = {library}.post("{API}")\n'
        f'assert reply.status_code == {wanted}, reply.text\nnumber = reply.json()["build_num"]\n'
    )
    (found,) = find(code)
    assert [note.code for note in found.call.notes] == ["reply-waits", *(["status-adapted"] if wanted == 200 else [])]
    new = rewritten(code).replace("https://circleci.com", f"http://127.0.0.1:{service.port}")
    given: dict[str, Any] = {}
    exec(new, given)
    assert (given["number"], given["reply"].status_code) == (12, 201)
