"""Commands that run through task runners and libraries: executed before and after, with stand-ins for the libraries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemods import find_v2_callers
from tests.python.stage import asked_of_v1, asked_of_v2, stage
from tests.python.support import find, is_refused, rewritten, source_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.python.stage import Stage

API = "https://circleci.com/api/v1.1/project/github/acme/app"
TEXT = f"curl -fsS -o /dev/null -u $TOKEN: -d build_parameters[CIRCLE_JOB]=deploy {API}/tree/main"
SPLIT = TEXT.replace("$TOKEN", "personal-token")
WORDS = f"""'-fsS', '-o', '/dev/null', '-u', 'personal-token:', '-d', 'build_parameters[CIRCLE_JOB]=deploy',
    '{API}/tree/main'"""
_SHELL = "import subprocess\ndef run(command, **options):\n    subprocess.run(command, shell=True, check=True)\n"
_CONTEXT = f"{_SHELL}class Context:\n    run = sudo = local = staticmethod(run)\ndef task(go):\n    return go\n"
_SPLITTING = (
    "import shlex, subprocess\ndef run(command):\n    return subprocess.check_output(shlex.split(command))\n"
    "def spawn(program, words):\n    subprocess.run([program, *words], check=True)\n"
)
_WORDS = "import subprocess\ndef curl(*words, **options):\n    subprocess.run(['curl', *words], check=True)\n"
LIBRARIES = {
    "invoke.py": _CONTEXT,
    "fabric/__init__.py": "from invoke import Context, task\nConnection = lambda host: Context()\n",
    "fabric/api.py": f"{_SHELL}local = run\n",
    "nox.py": (
        "import subprocess\ndef session(go):\n    return go\n"
        "class Session:\n    def run(self, *words, external=False):\n        subprocess.run(words, check=True)\n"
    ),
    "sh.py": _WORDS,
    "plumbum/__init__.py": "from plumbum.cmd import Curl\nlocal = {'curl': Curl()}\n",
    "plumbum/cmd.py": (
        "import subprocess\nclass Curl:\n    def __init__(self, *words):\n        self.words = words\n"
        "    def __getitem__(self, words):\n        return Curl(*words)\n"
        "    def __call__(self, *words):\n        subprocess.run(['curl', *self.words, *words], check=True)\n"
        "curl = Curl()\n"
    ),
    "pexpect.py": _SPLITTING,
    "paramiko.py": f"{_SHELL}class SSHClient:\n    exec_command = staticmethod(run)\n",
    "airflow/operators/bash.py": f"{_SHELL}def BashOperator(task_id, bash_command):\n    run(bash_command)\n",
}
PROGRAMS = {
    "invoke": f"from invoke import task, Context\n@task\ndef go(c, x=1):\n    c.run('{TEXT}')\ngo(Context())\n",
    "invoke-typed": f"from invoke import Context\ndef go(c: Context):\n    c.sudo('{TEXT}')\ngo(Context())\n",
    "fabric": f"from fabric.api import local\nlocal('{TEXT}')\n",
    "fabric-connection": f"from fabric import Connection\nConnection('host').run('{TEXT}')\n",
    "nox": f"import nox\n@nox.session\ndef go(s):\n    s.run('curl', {WORDS}, external=True)\ngo(nox.Session())\n",
    "sh": f"import sh\nsh.curl({WORDS}, _fg=True)\n",
    "sh-name": f"from sh import curl\nOPTIONS = ['-S']\ncurl(*OPTIONS, {WORDS})\n",
    "plumbum": f"from plumbum.cmd import curl\ncurl[{WORDS}]()\n",
    "plumbum-call": f"from plumbum import local\ncurl = local['curl']\ncurl({WORDS})\n",
    "pexpect": f"import pexpect\npexpect.run('{SPLIT}')\n",
    "pexpect-list": f"import pexpect\npexpect.spawn('curl', [{WORDS}])\n",
    "paramiko": f"import paramiko\nclient = paramiko.SSHClient()\nclient.exec_command('{TEXT}')\n",
    "airflow": f"from airflow.operators.bash import BashOperator\nBashOperator(task_id='go', bash_command='{TEXT}')\n",
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("stage")) as made:
        yield made


@pytest.mark.parametrize("name", PROGRAMS)
def test_before_and_after_ask_for_the_same(name: str, shared: Stage) -> None:
    old, ended = shared.run(PROGRAMS[name], env={"TOKEN": "personal-token"}, files=LIBRARIES)
    assert ended["error"] is None, ended["error"]
    before = [asked_of_v1(request) for request in old]
    assert [(asked.job, asked.branch, asked.token) for asked in before] == [("deploy", "main", "personal-token")]
    new, ended = shared.run(rewritten(PROGRAMS[name]), env={"TOKEN": "personal-token"})
    assert ended["error"] is None, ended["error"]
    assert [asked_of_v2(request, {}) for request in new] == before


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_was_written_is_read_back(name: str) -> None:
    (one,) = find_v2_callers(source_of(rewritten(PROGRAMS[name])))
    assert str(one.request.slug) == "gh/acme/app"
    assert [name for name, _ in one.request.parameters] == ["run_job"]


UNKNOWN = {
    "another library": f"import docker\ndocker.from_env().containers.run('curlimages/curl', '{TEXT}')\n",
    "a template": PROGRAMS["airflow"].replace("deploy", "{{ params.job }}"),
    "options by name": f"import sh\nsh.curl({WORDS}, data='x')\n",
    "another object": PROGRAMS["invoke"].replace("c, x=1", "x, c"),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_runs_otherwise_is_reported(name: str) -> None:
    (one,) = find(UNKNOWN[name])
    assert is_refused(one.call)
