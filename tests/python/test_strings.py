"""A command or a request that a program hands to something unknown is reported, wherever it stands."""

from __future__ import annotations

import pytest

from migrator.model import Severity, static
from tests.python.support import find

API = "https://circleci.com/api/v1.1/project/github/acme/app"
JOB = "build_parameters[CIRCLE_JOB]=deploy"
TEXT = f"curl -u x: -d {JOB} {API}/tree/main"
WORDS = f"'curl', '-u', 'x:', '-d', '{JOB}', '{API}/tree/main'"

COMMANDS = {
    "airflow": (
        "from airflow.operators.bash import BashOperator\n"
        f"BashOperator(task_id='x', bash_command='{TEXT} -H {{{{ ds }}}}')\n"
    ),
    "docker": f"import docker\ndocker.from_env().containers.run('alpine', '{TEXT}')\n",
    "own helper": (
        "import subprocess\ndef run(cmd):\n    cmd = cmd if isinstance(cmd, list) else cmd.split()\n"
        f"    subprocess.check_call(cmd)\nrun('{TEXT}')\n"
    ),
    "options": f"import sh\nsh.curl({WORDS.partition(', ')[2]}, output='x')\n",
    "split": f"import subprocess\nsubprocess.run('{TEXT}'.split(' ', 99))\n",
    "joined": f"import subprocess\nsubprocess.run('\t'.join([{WORDS}]), shell=True)\n",
    "table of commands": f"COMMANDS = {{'deploy': '{TEXT}'}}\n",
}
REQUESTS = {
    "path in a variable": (
        "BASE = 'https://circleci.com/api/v1.1'\n"
        "class Build:\n    def go(self, user, **fields):\n        method = 'POST'\n"
        "        url = '/project/{}/app/tree/main'.format(user)\n"
        "        return self.client.request(method, url, build_parameters=fields)\n"
    ),
    "airflow": (
        "from airflow.providers.http.operators.http import HttpOperator\n"
        "HttpOperator(endpoint='api/v1.1/project/github/acme/app/tree/main', data={'build_parameters': {}})\n"
    ),
    "verb": (
        "import requests\ndef call(verb, path, data):\n"
        "    getattr(requests, verb)('https://circleci.com/api/v1.1/' + path, json=data)\n"
        "call(verb, 'project/github/acme/app/tree/main', {'build_parameters': {}})\n"
    ),
    "fixture": f"def go(client):\n    client.post('{API}', data={{'{JOB[:28]}': 'deploy'}})\n",
    "client with a base": (
        "s = BaseUrlSession('https://circleci.com/api/v1.1/')\n"
        f"s.post('project/github/acme/app/tree/main', data={{'{JOB[:28]}': 'deploy'}})\n"
    ),
    "client class": (
        "API = 'https://circleci.com/api/v1.1'\nclass C:\n    def go(self):\n"
        "        self.client.request('POST', '/project/github/acme/app/tree/main', **{'build_parameters': {}})\n"
    ),
    "pycurl": f"c = pycurl.Curl()\nc.setopt(c.URL, '{API}')\nc.setopt(c.POSTFIELDS, '{JOB}')\n",
    "mapping": f"job = {{'uri': '{API}/tree/main', 'http_method': 'POST', 'body': b'{JOB}'}}\nclient.create(job)\n",
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_reported_with_its_job(name: str) -> None:
    (one,) = find(COMMANDS[name])
    assert [note.code for note in one.call.notes if note.severity is Severity.ERROR] == ["wrapped-call"]
    trigger = one.call.trigger
    assert str(trigger.slug) == "github/acme/app"
    assert trigger.job is not None
    assert static(trigger.job.template) == "deploy"


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_is_reported(name: str) -> None:
    (one,) = find(REQUESTS[name])
    assert [note.code for note in one.call.notes if note.severity is Severity.ERROR] == ["client-unknown"]


SILENT = {
    "help": f"parser.add_argument('--go', help='{TEXT}')\n",
    "printed": f"USAGE = '{TEXT}'\nprint(USAGE)\n",
    "docstring": f'def go():\n    """{TEXT}"""\n',
    "reading": f"run('curl -u x: {API}/tree/main')\n",
    "mapping that reads": f"job = {{'uri': '{API}/tree/main', 'http_method': 'GET'}}\n",
}


@pytest.mark.parametrize("name", SILENT)
def test_text_for_people_is_none(name: str) -> None:
    assert find(SILENT[name]) == ()


def test_a_value_of_the_program_stays_one() -> None:
    (one,) = find(f"def go(c, job):\n    c.run(f'curl -d build_parameters[CIRCLE_JOB]={{job}} {API}')\n")
    assert one.call.trigger.job is not None
    assert [part.source for part in one.call.trigger.job.template] == ["job"]


def test_an_understood_call_is_reported_once() -> None:
    (one,) = find(f"import os\nos.system('{TEXT}')\n")
    assert not [note for note in one.call.notes if note.severity is Severity.ERROR]


def test_a_list_that_spreads_its_data_is_reported() -> None:
    url = "https://circleci.com/api/v1.1/project/github/acme/app/tree/main"
    code = (
        "import subprocess\nfields = {'CIRCLE_JOB': 'deploy'}\n"
        "data = [x for k, v in fields.items() for x in ('-d', 'build_parameters[%s]=%s' % (k, v))]\n"
        f"subprocess.run(['curl', '-u', 'x:', *data, '{url}'])\n"
    )
    (found,) = find(code)
    assert [note.code for note in found.call.notes] == ["wrapped-call"]
