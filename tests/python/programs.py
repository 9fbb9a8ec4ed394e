"""Ways to write a trigger in Python that the tool must be able to rewrite, one program each.

They run with TOKEN, BRANCH, JOB, SHA and VERSION (text that any encoding may spoil) in the environment.
"""

from __future__ import annotations

from tests.python.programs_commands import COMMANDS
from tests.python.programs_more import MORE
from tests.python.programs_words import WORDS

API = "https://circleci.com/api/v1.1/project/github/acme/app"
HEAD = "import json\nimport os\nimport sys\n\n"
TOKEN, BRANCH, JOB, SHA, VERSION = (f'os.environ["{name}"]' for name in ("TOKEN", "BRANCH", "JOB", "SHA", "VERSION"))

REQUESTS = {
    "requests-json": f"""\
import requests

requests.post("{API}/tree/main", json={{"build_parameters": {{"CIRCLE_JOB": "deploy", "VERSION": {VERSION}}}}},
              auth=({TOKEN}, ""))
""",
    "requests-form": f"""\
import requests

requests.post(
    "{API}/tree/main",
    data={{
        # Which job
        "build_parameters[CIRCLE_JOB]": "deploy",  # the only one
        "build_parameters[VERSION]": {VERSION},
        "build_parameters[COUNT]": 3,
        "build_parameters[FAST]": True,
        "build_parameters[NOTHING]": None,
    }},
    headers={{"Circle-Token": {TOKEN}}},
)
""",
    "requests-json-text": f"""\
import requests

payload = {{"build_parameters": {{"CIRCLE_JOB": {JOB}, "VERSION": {VERSION}}}, "revision": {SHA}}}
response = requests.post(
    "{API}/tree/%s" % {BRANCH},
    data=json.dumps(payload),
    headers={{"Content-Type": "application/json", "Accept": "application/json"}},
    params={{"circle-token": {TOKEN}}},
)
response.raise_for_status()
print(response.status_code, response.json()["build_url"])
""",
    "requests-no-body": f"""\
import requests

print(requests.post("{API}?circle-token=" + {TOKEN}).ok)
""",
    "requests-types": f"""\
import requests

count = len(sys.argv)
flag = count > 1
requests.post("{API}/tree/main", json={{"build_parameters": {{
    "CIRCLE_JOB": "deploy", "COUNT": count, "FLAG": flag, "PI": 3.5, "NO": False, "DEEP": {{"a": [1, None]}},
    "LATER": [count, 2], "BIG": 10**3}}}}, auth=({TOKEN}, ""))
""",
    "requests-unknown-types": f"""\
import requests


def trigger(values):
    for value in values:
        requests.post("{API}/tree/main", json={{"build_parameters": {{"VALUE": value}}}}, auth=({TOKEN}, ""))


trigger([{VERSION}, 1, True, False, 2.5])
""",
    "requests-form-unknown-types": f"""\
import requests


def trigger(values):
    for value in values:
        requests.post("{API}/tree/main", data={{"build_parameters[VALUE]": value}}, auth=({TOKEN}, ""))


trigger([{VERSION}, 1, True, False, 2.5])
""",
    "requests-added-later": f"""\
import requests

payload = {{}}
payload["build_parameters"] = {{"CIRCLE_JOB": {JOB}}}
payload["build_parameters"]["VERSION"] = {VERSION}
payload["build_parameters"].update({{"CHANNEL": "beta"}})
payload["revision"] = {SHA}
requests.post(f"{API}/tree/{{{BRANCH.replace('"', "'")}}}", json=payload, auth=({TOKEN}, ""))
""",
    "requests-form-added-later": f"""\
import requests

data = {{"build_parameters[CIRCLE_JOB]": {JOB}}}
data["build_parameters[VERSION]"] = {VERSION}
data["revision"] = {SHA}
requests.post("{API}/tree/main", data, auth=({TOKEN}, ""))
""",
    "requests-session": f"""\
import requests
from requests.auth import HTTPBasicAuth

with requests.Session() as session:
    session.auth = HTTPBasicAuth({TOKEN}, "")
    session.headers.update({{"Accept": "application/json"}})
    session.post("{API}/tree/main", json={{"job": {JOB}, "build_parameters": {{"VERSION": {VERSION}}}}})
""",
    "requests-request": f"""\
import requests as http

http.request("POST", url="{API}", data={{"tag": "v1", "build_parameters[VERSION]": {VERSION}}},
             params={{"circle-token": {TOKEN}}})
""",
    "requests-tag": f"""\
import requests

requests.post("{API}", json={{"tag": "v1.0", "build_parameters": dict(CIRCLE_JOB="deploy", VERSION={VERSION})}},
              headers={{"Authorization": "Bearer " + {TOKEN}}})
""",
    "requests-pipeline": f"""\
import requests

requests.post("{API}/build", json={{"branch": {BRANCH}, "parallel": 2}}, auth=({TOKEN}, ""))
""",
    "requests-text-form": f"""\
import requests

body = "build_parameters[CIRCLE_JOB]=deploy&build_parameters[CHANNEL]=a%20b+c"
requests.post("{API}/tree/main", data=body, auth=({TOKEN}, ""),
              headers={{"Content-Type": "application/x-www-form-urlencoded"}})
""",
    "requests-text-json": f"""\
import requests

body = '{{"build_parameters": {{"CIRCLE_JOB": "%s", "COUNT": 2}}}}' % {JOB}
requests.post("{API}/tree/main", data=body, auth=({TOKEN}, ""), headers={{"Content-Type": "application/json"}})
""",
    "requests-userinfo": f"""\
import requests

requests.post("https://%s:@circleci.com/api/v1.1/project/github/acme/app/tree/main" % {TOKEN}, data={{"parallel": "2"}})
""",
    "requests-v1": """\
import requests

requests.post('https://circleci.com/api/v1/project/acme/app/tree/main?circle-token={}'.format(os.getenv('TOKEN')))
""",
    "requests-quoted-branch": f"""\
import requests
from urllib.parse import quote

branch = {BRANCH}
requests.post("{API}/tree/{{}}".format(quote(branch, safe="")), auth=({TOKEN}, ""),
              json={{"build_parameters": {{"CIRCLE_JOB": "deploy"}}}})
""",
    "requests-multipart": f"""\
import requests

requests.post("{API}/tree/main", auth=({TOKEN}, ""), files={{
    "build_parameters[CIRCLE_JOB]": (None, "deploy"), "build_parameters[VERSION]": (None, {VERSION})}})
""",
    "requests-headers-variable": f"""\
import requests

headers = {{"Accept": "application/json"}}
requests.get("https://circleci.com/api/v1.1/me", headers=headers, auth=({TOKEN}, ""))
requests.post("{API}/tree/main?circle-token=" + {TOKEN}, headers=headers, data={{"build_parameters[V]": {VERSION}}})
""",
    "requests-shared-base": f"""\
import requests

API = "https://circleci.com/api/v1.1"
PROJECT = f"{{API}}/project/github/acme/app"
token = {TOKEN}
requests.get(f"{{PROJECT}}/17", auth=(token, ""))
requests.post(f"{{PROJECT}}/tree/main", json={{"build_parameters": {{"CIRCLE_JOB": "deploy"}}}}, auth=(token, ""))
""",
    "requests-two-calls": f"""\
import requests

URL = "{API}/tree/main"
for job in ("build", "deploy"):
    requests.post(URL, json={{"build_parameters": {{"CIRCLE_JOB": job}}}}, auth=({TOKEN}, ""))
requests.post(URL, json={{"build_parameters": {{"CIRCLE_JOB": "deploy", "VERSION": {VERSION}}}}}, auth=({TOKEN}, ""))
""",
    "requests-class": f"""\
import requests


class CircleCI:
    BASE = "https://circleci.com"

    def __init__(self, token, api="/api/v1.1"):
        self.token = token
        self.session = requests.Session()
        self.root = self.BASE + "/api"

    def post(self, path, **kwargs):
        return self.session.post(self.root + path, auth=(self.token, ""), **kwargs)

    def trigger(self, job: str, version: str):
        payload = {{"build_parameters": {{"CIRCLE_JOB": job, "VERSION": version}}}}
        return self.post("/v1.1/project/github/acme/app/tree/main", json=payload)

    def cancel(self, number):
        return self.post("/v1.1/project/github/acme/app/%d/cancel" % number)


CircleCI({TOKEN}).trigger("deploy", {VERSION})
""",
    "requests-branch-in-parts": f"""\
import requests

BASE = "https://circleci.com/api/v1.1/project/"
slug = "github/acme/app"
url = BASE + slug
url += "/tree/release-" + {VERSION.replace("VERSION", "SHA")}
url += "?circle-token=" + {TOKEN}
requests.post(url)
""",
}

OTHERS = {
    "httpx-json": f"""\
import httpx

response = httpx.post(
    "{API}/tree/main",
    json={{
        "build_parameters": {{
            "CIRCLE_JOB": {JOB},
            "VERSION": {VERSION},  # as given
        }},
        "revision": {SHA},
    }},
    auth=({TOKEN}, ""),
)
print(response.status_code)
""",
    "httpx-form": f"""\
import httpx

httpx.post("{API}/tree/main", headers={{"Circle-Token": {TOKEN}}}, data={{
    "build_parameters[VERSION]": {VERSION}, "build_parameters[FAST]": True, "build_parameters[NOTHING]": None,
    "build_parameters[COUNT]": 3}})
""",
    "httpx-client": f"""\
import httpx

with httpx.Client(base_url="https://circleci.com/api/v1.1", auth=({TOKEN}, "")) as client:
    client.get("/me")
    client.post("/project/github/acme/app/tree/main", json={{"build_parameters": {{"VERSION": {VERSION}}}}})
""",
    "httpx-async": f"""\
import asyncio

import httpx


async def main():
    async with httpx.AsyncClient(headers={{"Circle-Token": {TOKEN}}}) as client:
        response = await client.request("POST", "{API}", json={{"build_parameters": {{"VERSION": {VERSION}}}}})
        response.raise_for_status()


asyncio.run(main())
""",
    "httpx-content": f"""\
import httpx

httpx.post("{API}/tree/main", content=json.dumps({{"build_parameters": {{"VERSION": {VERSION}}}}}),
           headers={{"Content-Type": "application/json", "Circle-Token": {TOKEN}}})
""",
    "aiohttp-json": f"""\
import asyncio

import aiohttp


async def main():
    async with aiohttp.ClientSession(auth=aiohttp.BasicAuth({TOKEN}, "")) as session:
        async with session.post("{API}/tree/main", json={{"build_parameters": {{"CIRCLE_JOB": "deploy",
                                "VERSION": {VERSION}}}}}, headers={{"Accept": "application/json"}}) as response:
            print(response.status, (await response.json())["build_url"])


asyncio.run(main())
""",
    "aiohttp-form": f"""\
import asyncio

import aiohttp


async def main(session: aiohttp.ClientSession):
    async with session.post("{API}", data={{"build_parameters[VERSION]": {VERSION}}},
                            headers={{"Circle-Token": {TOKEN}}}) as response:
        await response.read()


async def start():
    async with aiohttp.ClientSession() as session:
        await main(session)


asyncio.run(start())
""",
    "urllib-json": f"""\
import urllib.request

request = urllib.request.Request(
    "{API}/tree/main",
    data=json.dumps({{"build_parameters": {{"CIRCLE_JOB": "deploy", "VERSION": {VERSION}}}}}).encode("utf-8"),
    headers={{"Content-Type": "application/json", "Accept": "application/json", "Circle-Token": {TOKEN}}},
    method="POST",
)
with urllib.request.urlopen(request) as response:
    print(response.status, json.load(response)["build_url"])
""",
    "urllib-form": f"""\
from urllib.parse import urlencode
from urllib.request import Request, urlopen

data = urlencode({{"build_parameters[VERSION]": {VERSION}, "build_parameters[COUNT]": 3, "revision": {SHA}}}).encode()
request = Request("{API}/tree/main?circle-token=" + {TOKEN}, data)
request.add_header("Accept", "application/json")
urlopen(request).read()
""",
    "urllib-no-body": f"""\
import urllib.request

request = urllib.request.Request("{API}", method="POST")
request.add_header("Circle-Token", {TOKEN})
urllib.request.urlopen(request)
""",
    "urllib-text": f"""\
import urllib.request

urllib.request.urlopen("{API}?circle-token=" + {TOKEN}, b"build_parameters%5BCIRCLE_JOB%5D=deploy")
""",
    "urllib3-json": f"""\
import urllib3

http = urllib3.PoolManager(ca_certs=os.environ["SSL_CERT_FILE"])
http.request("POST", "{API}/tree/main", body=json.dumps({{"build_parameters": {{"VERSION": {VERSION}}}}}),
             headers={{"Content-Type": "application/json", "Circle-Token": {TOKEN}}})
""",
    "urllib3-keyword": f"""\
import urllib3

http = urllib3.PoolManager(ca_certs=os.environ["SSL_CERT_FILE"], headers=urllib3.make_headers(basic_auth={TOKEN} + ":"))
http.request("POST", "{API}/tree/main", json={{"build_parameters": {{"VERSION": {VERSION}}}}})
""",
    "urllib3-fields": f"""\
import urllib3

http = urllib3.PoolManager(ca_certs=os.environ["SSL_CERT_FILE"])
http.request("POST", "{API}/tree/main", headers={{"Circle-Token": {TOKEN}}},
             fields={{"build_parameters[CIRCLE_JOB]": "deploy", "build_parameters[VERSION]": {VERSION}}})
""",
    "http-client": f"""\
import http.client
from urllib.parse import quote

connection = http.client.HTTPSConnection("circleci.com")
payload = json.dumps({{"build_parameters": {{"CIRCLE_JOB": "deploy", "VERSION": {VERSION}}}}})
connection.request("POST", "/api/v1.1/project/github/acme/app/tree/" + quote({BRANCH}, ""), payload,
                   {{"Content-Type": "application/json", "Circle-Token": {TOKEN}}})
response = connection.getresponse()
print(response.status, response.read() != b"")
""",
    "curl-list": f"""\
import subprocess

subprocess.run(
    [
        "curl", "-fsS",
        "-u", {TOKEN} + ":",
        "-d", "build_parameters[CIRCLE_JOB]=deploy",  # the job
        "--data-urlencode", "build_parameters[VERSION]=" + {VERSION},
        f"{API}/tree/main",
    ],
    check=True,
    stdout=subprocess.DEVNULL,
)
""",
    "curl-list-no-body": f"""\
import subprocess

command = ["curl", "-fsS", "-X", "POST", "-o", "/dev/null", "{API}?circle-token=" + {TOKEN}]
subprocess.check_call(command)
""",
    "curl-string": f"""\
import os

os.system("curl -fsS -o /dev/null -u $TOKEN: -d 'build_parameters[CIRCLE_JOB]=deploy' {API}/tree/main")
""",
    "curl-f-string": f"""\
import subprocess

job, branch = {JOB}, {BRANCH}
subprocess.run(
    f"curl -fsS -o /dev/null -u $TOKEN: -d build_parameters[CIRCLE_JOB]={{job}} "
    "{API}/tree/main",
    shell=True,
)
""",
}

FORKED = {
    f"{name}-of-the-fork": code.replace("import httpx\n", "import httpx2\n").replace("httpx.", "httpx2.")
    for name, code in OTHERS.items()
    if name.startswith("httpx-")
}
PROGRAMS = {name: HEAD + code for name, code in (REQUESTS | OTHERS | FORKED | MORE | COMMANDS | WORDS).items()}
