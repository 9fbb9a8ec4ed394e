"""More ways to put a URL together and to run curl, for the same tests as `programs.py`."""

from __future__ import annotations

_API = "https://circleci.com/api/v1.1/project/github/acme/app"
_TOKEN, _JOB, _VERSION, _BRANCH = (f'os.environ["{name}"]' for name in ("TOKEN", "JOB", "VERSION", "BRANCH"))

MORE = {
    "requests-urljoin": f"""\
from urllib.parse import urljoin

import requests

BASE = "https://circleci.com/api/v1.1/"
requests.post(urljoin(BASE, "project/github/acme/app/tree/main"), auth=({_TOKEN}, ""),
              json={{"build_parameters": {{"CIRCLE_JOB": {_JOB}, "VERSION": {_VERSION}}}}})
""",
    "requests-percent-mapping": f"""\
import requests

place = "https://circleci.com/api/v1.1/project/github/%(org)s/%(repo)s/tree/%(ref)s" % {{
    "org": "acme", "repo": "app", "ref": {_BRANCH}}}
requests.post(place, data={{"build_parameters[VERSION]": {_VERSION}}}, headers={{"Circle-Token": {_TOKEN}}})
""",
    "requests-class-level": f"""\
import requests


class Settings:
    HOST = "https://circleci.com"
    API = HOST + "/api/v1.1"


def trigger(version):
    url = Settings.API + "/project/{{}}/{{}}/{{}}/tree/{{}}".format("github", "acme", "app", "main")
    payload = dict(build_parameters=dict(CIRCLE_JOB="deploy"))
    payload["build_parameters"]["VERSION"] = version
    requests.post(url, json=payload, auth=({_TOKEN}, ""))


trigger({_VERSION})
""",
    "aiohttp-request": f"""\
import asyncio

import aiohttp


async def main():
    headers = {{"Circle-Token": {_TOKEN}, "Content-Type": "application/json"}}
    async with aiohttp.request("POST", "{_API}/tree/main", data=json.dumps({{"build_parameters": {{
            "VERSION": {_VERSION}}}}}), headers=headers) as reply:
        reply.raise_for_status()


asyncio.run(main())
""",
    "urllib-empty-body": f"""\
from urllib.request import urlopen

urlopen("{_API}?circle-token=" + {_TOKEN}, data=b"").read()
""",
    "urllib-data-later": f"""\
import json
from urllib.request import Request, urlopen

request = Request("{_API}/tree/main")
request.add_header("Circle-Token", {_TOKEN})
request.add_header("Content-Type", "application/json")
request.data = json.dumps({{"build_parameters": {{"CIRCLE_JOB": "deploy", "VERSION": {_VERSION}}}}}).encode()
urlopen(request)
""",
    "urllib-text-later": f"""\
from urllib.request import Request, urlopen

request = Request("{_API}")
request.headers["Circle-token"] = {_TOKEN}
request.headers["Content-type"] = "application/json"
request.data = b'{{"revision": "f00d", "build_parameters": {{"CIRCLE_JOB": "deploy"}}}}'
urlopen(request)
""",
    "urllib-method-later": f"""\
from urllib.request import Request, urlopen

request = Request("{_API}/tree/main", headers={{"Circle-Token": {_TOKEN}}})
request.get_method = lambda: "POST"
urlopen(request)
""",
    "requests-set-later": f"""\
import os

import requests

session = requests.Session()
request = requests.Request("POST")
request.url = "{_API}/tree/main"
request.headers["Circle-Token"] = {_TOKEN}
request.data = {{"build_parameters[CIRCLE_JOB]": "deploy", "build_parameters[VERSION]": {_VERSION}}}
reply = session.send(session.prepare_request(request), verify=os.environ["REQUESTS_CA_BUNDLE"])
reply.raise_for_status()
""",
    "requests-prepared": f"""\
import os

import requests

prepared = requests.Request("POST", "{_API}", json={{"build_parameters": {{"VERSION": {_VERSION}}}}}).prepare()
prepared.headers["Circle-Token"] = {_TOKEN}
with requests.Session() as session:
    session.send(prepared, verify=os.environ["REQUESTS_CA_BUNDLE"]).raise_for_status()
""",
    "httpx-built": f"""\
import httpx

with httpx.Client() as client:
    request = client.build_request("POST", "{_API}/tree/main", json={{"build_parameters": {{"CIRCLE_JOB": "deploy"}}}})
    request.headers["Circle-Token"] = {_TOKEN}
    client.send(request).raise_for_status()
""",
    "curl-popen": f"""\
from subprocess import DEVNULL, Popen

Popen(("curl", "-fsS", "-H", "Circle-Token: " + {_TOKEN}, "--data-urlencode", "build_parameters[VERSION]=" + {_VERSION},
       "{_API}/tree/main"), stdout=DEVNULL).wait()
""",
    "curl-call": f"""\
from subprocess import call

call(["curl", "-fsS", "-o", "/dev/null", "-X", "POST", "-u", {_TOKEN} + ":", "-d", "revision=f00d", "{_API}/tree/main"])
""",
    "curl-check-output": f"""\
import subprocess

out = subprocess.check_output(
    "curl -fsS -u $TOKEN: -d 'build_parameters[CIRCLE_JOB]=deploy' {_API}/tree/main", shell=True)
print(len(out) > 0)
""",
    "curl-bash": f"""\
import subprocess

subprocess.run(["bash", "-ec", "curl -fsS -o /dev/null -u \\"$TOKEN:\\" -d build_parameters[CIRCLE_JOB]=deploy {_API}"])
""",
    "template-string": f"""\
import string

import requests

URL = string.Template("{_API}/tree/$branch")
BODY = string.Template('{{"build_parameters": {{"CIRCLE_JOB": "deploy", "VERSION": "${{version}}"}}}}')


def trigger(version: str):
    requests.post(URL.substitute(branch={_BRANCH}), data=BODY.substitute({{"version": version}}),
                  headers={{"Content-Type": "application/json", "Circle-Token": {_TOKEN}}}).raise_for_status()


trigger('1.2 beta')
""",
    "percent-dict-name": f"""\
import requests

fields = {{"org": "acme", "branch": {_BRANCH}}}
url = "https://circleci.com/api/v1.1/project/github/%(org)s/app/tree/%(branch)s" % fields
requests.post(url, json={{"build_parameters": {{"CIRCLE_JOB": "deploy"}}}}, auth=({_TOKEN}, ""))
""",
    "text-any-type": f"""\
import requests

HEADERS = {{"Content-Type": "application/json", "Circle-Token": {_TOKEN}}}


def trigger(version, count):
    body = '{{"build_parameters": {{"VERSION": "%s", "COUNT": %d}}}}' % (version, count)
    requests.post("{_API}", data=body, headers=HEADERS)


trigger('1.2', 2.7)
trigger(3, True)
""",
    "given-handed-on": f"""\
import requests


def post(job, **parameters):
    body = {{"build_parameters": {{"CIRCLE_JOB": job, **parameters}}}}
    requests.post("{_API}/tree/main", json=body, auth=(os.environ["TOKEN"], ""))


def start(**given):
    post("deploy", CHANNEL="stable", **given)


start(VERSION=os.environ["VERSION"])
start(VERSION=os.environ["VERSION"], COUNT="3")
post("build")
""",
}
