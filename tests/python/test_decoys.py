"""What looks like a trigger and is none is left alone, silently."""

from __future__ import annotations

import pytest

from codemods.python.caller import is_python
from tests.python.support import find, source_of

API = "https://circleci.com/api/v1.1/project/github/acme/app"
DECOYS = {
    "reading-builds": f'import requests\nrequests.get("{API}", params={{"circle-token": t}})\n',
    "reading-a-branch": f'import requests\nrequests.get("{API}/tree/main?limit=1").json()[0]["build_num"]\n',
    "reading-by-request": f'import requests\nrequests.request("GET", "{API}/17")\n',
    "reading-by-urlopen": f'import urllib.request as u\nu.urlopen("{API}/17/artifacts")\n',
    "reading-by-request-object": f'from urllib.request import *\nurlopen(Request("{API}", headers={{"A": "x"}}))\n',
    "reading-by-httpx": f'import httpx\nwith httpx.Client() as c:\n    c.get("{API}")\n',
    "reading-by-curl": f'import os\nos.system("curl -s {API}/tree/main")\n',
    "cancelling": f'import requests\nrequests.post("{API}/17/cancel")\n',
    "adding-a-variable": f'import requests\nrequests.post("{API}/envvar", json={{"name": "A", "value": "b"}})\n',
    "following": f'import requests\nrequests.post("{API}/follow")\n',
    "ssh-users": f'import requests\nrequests.post("{API}/17/ssh-users")\n',
    "clearing-the-cache": f'import requests\nrequests.delete("{API}/build-cache")\n',
    "version-two": 'import requests\nrequests.post("https://circleci.com/api/v2/project/gh/acme/app/pipeline")\n',
    "docstring": f'def f():\n    """Use requests.post("{API}/tree/main", data={{"build_parameters[X]": "y"}})."""\n',
    "comment": f'import requests\n# requests.post("{API}/tree/main")\n',
    "text": f'import requests\nHELP = """\nimport requests\nrequests.post("{API}/tree/main")\n"""\nprint(HELP)\n',
    "logging": f'import logging\nlogging.info("POST %s", "{API}/tree/main")\n',
    "printing": f'print("curl -X POST {API}/tree/main -d build_parameters[CIRCLE_JOB]=x")\n',
    "address-only": f'URL = "{API}/tree/main"\nprint(URL.format(1))\n',
    "other-service": 'import requests  # circle\nrequests.post("https://git.example.com/api/v1/project/acme/app/build")\n',
    "same-path-elsewhere": 'import requests\nrequests.post(HOST + "/api/v1/project/1/build", json={"build": 1})\n',
    "environment": 'import os\nprint(os.environ["CIRCLE_JOB"], {"build_parameters": {"CIRCLE_JOB": "x"}})\n',
    "payload-of-a-webhook": 'def hook(event):  # circleci api/v1\n    return event["build_parameters"]["CIRCLE_JOB"]\n',
    "mocked-server": f'import requests_mock\nwith requests_mock.Mocker() as m:\n    m.post("{API}/tree/main")\n',
    "recorded-replies": f'import responses\nresponses.add(responses.POST, "{API}/tree/main", json={{}})\n',
    "mocked-library": """\
from unittest.mock import MagicMock
from circleci.api import Api
client = Api("t")
client._request = MagicMock(return_value={})
client.trigger_build("acme", "app")
""",
    "library-reading": 'from pycircleci.api import Api\nApi("t").get_project_build_summary("acme", "app")\n',
    "library-pipeline": 'from pycircleci.api import Api\nApi("t").trigger_pipeline("acme", "app")\n',
    "another-trigger-build": 'from buildbot import Client\nClient().trigger_build("acme", "app")  # not circleci\n',
    "wrapper-that-reads": f"""\
import requests
def call(verb, path):
    if verb == "GET":
        return requests.get("{API}" + path)
    if verb == "POST":
        return requests.post("{API}" + path)
call("GET", "/tree/main")
call("POST", "/17/cancel")
""",
    "unreachable-word": "x = 1  # circleci.com/api/v1.1/project/github/acme/app/tree/main\n",
    "empty": "",
}


@pytest.mark.parametrize("name", DECOYS)
def test_a_decoy_is_silent(name: str) -> None:
    assert [(f.call.line, f.call.notes) for f in find(DECOYS[name])] == []


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("ci/go.py", "", True),
        ("ci/go.pyw", "", True),
        ("ci/GO.PY", "", True),
        ("bin/go", "#!/usr/bin/env python3\n", True),
        ("bin/go", "#!/usr/bin/python3.11 -u\n", True),
        ("bin/go", "#!/usr/bin/env -S python3 -u\n", True),
        ("bin/go.py", "#!/bin/sh\n", False),
        ("bin/go", "#!/bin/bash\npython3 x.py\n", False),
        ("bin/go", "import requests\n", False),
        ("ci/go.pyi", "", False),
        ("README.md", "```python\n", False),
    ],
)
def test_python_files_are_told_by_shebang_and_extension(path: str, text: str, expected: bool) -> None:
    assert is_python(source_of(text, path)) is expected


def test_a_program_without_extension_is_searched() -> None:
    code = f'#!/usr/bin/env python3\nimport requests\nrequests.post("{API}/tree/main")\n'
    assert [found.call.line for found in find(code, "bin/trigger")] == [3]
