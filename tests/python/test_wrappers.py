"""Triggers behind functions, classes and other files of the repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from migrator.model import values
from migrator.syntax.python import callers
from migrator.syntax.python.callers import arguments_for
from tests.python.support import described, find, refusal, rewritten

if TYPE_CHECKING:
    import libcst as cst

    from migrator.syntax.python.program import Operand

V1 = "https://circleci.com/api/v1.1"
V2 = "https://circleci.com/api/v2"
SLUG = "/project/github/acme/app"
PLAIN = f"""\
import requests


def trigger(job, branch="main"):
    return requests.post(
        f"{V1}{SLUG}/tree/{{branch}}",
        json={{"build_parameters": {{"CIRCLE_JOB": job}}}},
    )
"""


def jobs(code: str, files: dict[str, str] | None = None) -> tuple[str, ...] | None:
    """Every job that the one call of a program can ask for; None when that is not known."""
    (found,) = find(code, files=files)
    assert found.call.trigger.job is not None
    return values(found.call.trigger.job.template)


def test_a_function_that_takes_job_and_branch_is_the_call() -> None:
    (found,) = find(PLAIN + 'trigger("deploy")\ntrigger(job="test", branch="x")\n')
    assert found.call.line == 5
    assert described(found.call.trigger)["job"] == "job"
    assert described(found.call.trigger)["branch"] == "branch"


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        ('trigger("deploy")\ntrigger(job="test")\n', ("deploy", "test")),
        ('for job in ("a", "b"):\n    trigger(job)\n', ("a", "b")),
        ('JOBS = ["a", "b"]\nfor job in JOBS:\n    trigger(job)\n', ("a", "b")),
        ('JOBS = ["a", "b"]\nJOBS.append(more)\nfor job in JOBS:\n    trigger(job)\n', None),
        ('NAMES = {"x": "a", "y": "b"}\ntrigger(NAMES[key])\n', ("a", "b")),
        ('NAMES = {"x": "a", "y": "b"}\ntrigger(NAMES["x"])\n', ("a",)),
        ('trigger("a" if fast else "b")\n', ("a", "b")),
        ('if fast:\n    job = "a"\nelse:\n    job = "b"\ntrigger(job)\n', ("a", "b")),
        ('trigger("deploy")\nrun(trigger)\n', None),
        ("trigger(*arguments)\n", None),
        ("trigger(**arguments)\n", None),
        ("trigger(sys.argv[1])\n", None),
        ("", None),
    ],
)
def test_the_jobs_are_those_that_the_callers_give(calls: str, expected: tuple[str, ...] | None) -> None:
    assert jobs(PLAIN + calls) == expected


def test_a_command_may_be_given_any_job() -> None:
    assert jobs(PLAIN.replace("def trigger", "@app.command()\ndef trigger") + 'trigger("deploy")\n') is None


def test_another_file_may_give_any_job() -> None:
    files = {"ci/other.py": "from trigger import trigger\ntrigger(input())\n"}
    assert jobs(PLAIN + 'trigger("deploy")\n', files) is None
    files = {"ci/other.py": "from triggers import something\ntrigger(input())\n"}
    assert jobs(PLAIN + 'trigger("deploy")\n', files) == ("deploy",)


def test_choices_of_the_command_line_are_the_jobs() -> None:
    code = 'import argparse\np = argparse.ArgumentParser()\np.add_argument("job", choices=["a", "b"])\n'
    code += "a = p.parse_args()\n"
    assert jobs(code + PLAIN + "trigger(a.job)\n") == ("a", "b")


def test_functions_that_call_themselves_end() -> None:
    code = PLAIN + "def again(job, n):\n    trigger(job)\n    again(job, n - 1)\n    again(job, n - 2)\nagain('a', 3)\n"
    assert jobs(code) is None


RETRIES = f"""\
import requests


def start(job, attempt=0, delay=1):
    payload = {{"build_parameters": {{"CIRCLE_JOB": job, "DELAY": delay}}}}
    reply = requests.post("{V1}{SLUG}/tree/main", json=payload)
    if reply.status_code == 429:
        return start(job, attempt + 1, delay * 2)
    if reply.status_code >= 500:
        return start(job, attempt=attempt + 1, delay=delay)
    return reply


start("deploy")
"""


def test_a_function_that_retries_itself_is_typed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What its callers give is asked for once a parameter, not once for every way through the calls."""
    asked = 0

    def counted(operand: Operand, param: cst.Param) -> tuple[Operand, ...]:
        nonlocal asked
        asked += 1
        assert asked < 100
        return arguments_for(operand, param)

    monkeypatch.setattr(callers, "arguments_for", counted)
    (found,) = find(RETRIES)
    assert [name for name, _ in found.call.trigger.parameters] == ["DELAY"]


CLASS = """\
import requests


class Client:
    BASE = "https://circleci.com/api"

    def __init__(self, token, slug="github/acme/app"):
        self.token = token
        self.slug = slug

    def send(self, verb, path, body=None):
        url = "{}/{}".format(self.BASE, path)
        if verb == "POST":
            return requests.post(url, json=body, auth=(self.token, ""))
        return requests.get(url, auth=(self.token, ""))

    def trigger(self, job):
        body = {"build_parameters": {"CIRCLE_JOB": job}}
        return self.send("POST", "v1.1/project/github/acme/app/tree/main", body)

    def builds(self):
        return self.send("GET", "v1.1/project/github/acme/app")

    def cancel(self, number):
        return self.send("POST", f"v1.1/project/github/acme/app/{number}/cancel")
"""


def test_a_method_that_only_its_caller_makes_a_trigger() -> None:
    (found,) = find(CLASS)
    assert found.call.line == 19
    new = rewritten(CLASS)
    assert 'body = {"branch": "main", "parameters": {"run_job": job}}' in new
    assert 'self.send("POST", "v2/project/gh/acme/app/pipeline", body)' in new
    assert new.count("v1.1") == 2
    assert find(new) == ()


def test_a_base_that_other_requests_share_is_not_edited() -> None:
    assert (
        refusal(CLASS.replace("/api", "/api/v1.1").replace('"v1.1/', '"').replace('f"v1.1/', 'f"')) == "wrapper-shared"
    )


def test_a_client_of_another_file_is_understood_and_left_alone() -> None:
    files = {"ci/client.py": CLASS.replace("    def trigger", "    def unused")}
    code = (
        "from client import Client\n\nclient = Client(TOKEN)\n"
        f'client.send("POST", "v1.1{SLUG}/tree/main", {{"build_parameters": {{"CIRCLE_JOB": "deploy"}}}})\n'
        f'client.send("GET", "v1.1{SLUG}/tree/main")\n'
    )
    (found,) = find(code, files=files)
    assert found.call.line == 4
    assert rewritten(code, files=files) == code.replace(
        f'"POST", "v1.1{SLUG}/tree/main", {{"build_parameters": {{"CIRCLE_JOB": "deploy"}}}}',
        '"POST", "v2/project/gh/acme/app/pipeline", {"branch": "main", "parameters": {"run_job": "deploy"}}',
    )


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("ci/settings.py", "from settings import API"),
        ("ci/settings.py", "from .settings import API"),
        ("settings.py", "from settings import API"),
        ("ci/conf/__init__.py", "from conf import API"),
        ("ci/conf/api.py", "from conf.api import API"),
        ("ci/conf/api.py", "from .conf.api import API"),
        ("common.py", "from ..common import API"),
        ("src/common.py", "from common import API"),
    ],
)
def test_constants_of_other_files_are_read(path: str, line: str) -> None:
    code = f'import requests\n{line}\n\nrequests.post(API + "{SLUG}/tree/main", json={{"job": "deploy"}})\n'
    files = {path: f'API = "{V1}"\n'}
    (found,) = find(f"{code}# api/v1\n", files=files)
    assert described(found.call.trigger)["project"] == "github/acme/app"
    new = rewritten(f"{code}# api/v1\n", files=files)
    assert f'"{V2}" + "/project/gh/acme/app/pipeline"' in new
    assert line in new  # to import the module may do something


def test_whole_modules_are_read() -> None:
    files = {"ci/conf.py": f'API = "{V1}"\n\n\nclass Paths:\n    APP = API + "{SLUG}"\n'}
    code = "import requests\nimport conf\n\nrequests.post(conf.Paths.APP)  # api/v1\nrequests.post(conf.API)\n"
    found = find(code, files=files)
    assert [each.call.line for each in found] == [4]


def test_a_subclass_inherits() -> None:
    code = (
        CLASS + "\n\nclass Mine(Client):\n    def go(self):\n        return self.send('POST', 'v1.1/project/gh/a/b')\n"
    )
    assert [each.call.line for each in find(code)] == [19, 30]


def test_functions_that_build_urls_and_payloads() -> None:
    code = f"""\
import requests


def url(path):
    return f"{V1}{SLUG}{{path}}"


def payload(job: str):
    return {{"build_parameters": {{"CIRCLE_JOB": job}}}}


requests.post(url("/tree/main"), json=payload("deploy"))
requests.get(url("/17"))
"""
    new = rewritten(code)
    assert f'requests.post("{V2}/project/gh/acme/app/pipeline", json=payload("deploy"))' in new
    assert 'return {"branch": "main", "parameters": {"run_job": job}}' in new
    assert f'return f"{V1}' in new
