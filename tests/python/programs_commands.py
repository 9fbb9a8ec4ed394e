"""Commands for curl that are put together by formats and lists, for the same tests as `programs.py`."""

from __future__ import annotations

_API = "https://circleci.com/api/v1.1/project/github/acme/app"
_TOKEN, _JOB, _VERSION, _BRANCH, _SHA = (
    f'os.environ["{name}"]' for name in ("TOKEN", "JOB", "VERSION", "BRANCH", "SHA")
)
_CURL = "curl -fsS -o /dev/null"

COMMANDS = {
    "format-percent": f"""\
os.system("{_CURL} -u %s: -d build_parameters[CIRCLE_JOB]=%s {_API}/tree/%s" % ({_TOKEN}, {_JOB}, {_BRANCH}))
""",
    "format-percent-lone": f"""\
os.system("{_CURL} -u $TOKEN: -d build_parameters[CIRCLE_JOB]=deploy {_API}/tree/%s" % {_BRANCH})
""",
    "format-percent-sign": f"""\
count = 7
os.system("{_CURL} -A '100%%' -u $TOKEN: -d build_parameters[COUNT]=%d {_API}/tree/%s" % (
    count, {_BRANCH},
))
""",
    "format-percent-mapping": f"""\
import subprocess

command = "{_CURL} -u %(token)s: -d build_parameters[CIRCLE_JOB]=%(job)s {_API}/tree/%(ref)s" % {{
    "token": {_TOKEN}, "job": {_JOB}, "ref": {_BRANCH}}}  # as before
subprocess.check_call(command, shell=True)
""",
    "format-braces": f"""\
import subprocess

subprocess.check_call(
    ("{_CURL} -X POST -H 'Content-Type: application/json' '{_API}/tree/{{}}?circle-token={{}}' "
     "-d '{{{{\\"build_parameters\\": {{{{\\"CIRCLE_JOB\\": \\"{{}}\\"}}}}}}}}'").format({_BRANCH}, {_TOKEN}, {_JOB}),
    shell=True,
)
""",
    "format-numbered": f"""\
os.system("{_CURL} -u {{0}}: -d build_parameters[CHANNEL]={{1}} {_API}/tree/{{1}}".format({_TOKEN}, {_BRANCH}))
""",
    "format-constant": f"""\
TRIGGER = '{_CURL} -u {{token}}: -d build_parameters[CIRCLE_JOB]={{job}} "{_API}/tree/{{ref}}"'


def trigger(ref):
    os.system(TRIGGER.format(token={_TOKEN}, job="deploy", ref=ref))


trigger({_BRANCH})
""",
    "format-known": f"""\
os.system("{_CURL} -u $TOKEN: -d build_parameters[CIRCLE_JOB]=%s {_API}/tree/%s" % ("deploy", {_BRANCH}))
""",
    "list-spread": f"""\
import subprocess

OPTIONS = ["-fsS", "-o", "/dev/null", "-u", {_TOKEN} + ":"]
subprocess.run(["curl", *OPTIONS, "-d", "build_parameters[VERSION]=x" + {_JOB}, "{_API}/tree/" + {_BRANCH}])
""",
    "list-sum": f"""\
import subprocess

URL = "{_API}/tree/main"
options = [
    "-fsS", "-o", "/dev/null",
    "-u", {_TOKEN} + ":",  # who
    "-d", "build_parameters[CIRCLE_JOB]=deploy",
    "-d", "parallel=2",
    "-d", "build_parameters[CHANNEL]=" + {_JOB},
]
subprocess.check_call(["curl"] + options + [URL])
""",
    "list-json": f"""\
import json
import subprocess

subprocess.run(["curl", "-fsS", "-o", "/dev/null", "-u", {_TOKEN} + ":", "-H", "Content-Type: application/json", "-d",
                json.dumps({{"build_parameters": {{"CIRCLE_JOB": {_JOB},
                            "VERSION": {_VERSION}, "COUNT": 3, "FAST": True}}}}),
                "{_API}/tree/main"])
""",
    "list-json-names": f"""\
import json
import subprocess

parameters = {{"VERSION": {_VERSION}, "DEEP": 1.5}}
data = json.dumps({{"build_parameters": parameters}}, indent=2)
command = ["curl", "-fsS", "-o", "/dev/null", "-u", {_TOKEN} + ":", "-H", "Content-Type: application/json",
           "--data", data, "{_API}/tree/main"]
subprocess.check_call(command)
""",
    "split-lines": f"""\
import shlex
import subprocess

command = \'\'\'
curl -fsS -o /dev/null -u {{token}}:
  -H "Content-Type: application/json"
  -d '{{{{"build_parameters": {{{{"CIRCLE_JOB": "deploy"}}}}}}}}'
  {_API}/tree/main
\'\'\'.format(token={_TOKEN})
subprocess.check_call(shlex.split(command))
""",
    "list-json-argument": f"""\
import json
import subprocess


def start(version):
    body = {{"build_parameters": {{"VERSION": version}}}}
    subprocess.check_call(["curl", "-fsS", "-o", "/dev/null", "-u", {_TOKEN} + ":", "-H",
                           "Content-Type: application/json", "-d", json.dumps(body), "{_API}/tree/main"])


start({_VERSION})
""",
    "text-json": f"""\
import json

os.system(
    "{_CURL} -u $TOKEN: -H 'Content-Type: application/json' -d '"
    + json.dumps({{"build_parameters": {{"CIRCLE_JOB": {_JOB}, "COUNT": 3, "FAST": True}}, "revision": {_SHA}}})
    + "' {_API}/tree/" + {_BRANCH}
)
""",
    "text-json-named": f"""\
import json
import shlex
import subprocess

payload = {{"build_parameters": {{"VERSION": {_VERSION}, "DEEP": 1.5}}}}  # as before
payload["revision"] = {_SHA}
body = shlex.quote(json.dumps(payload))
subprocess.check_call(
    f"{_CURL} -X POST -H 'Content-Type: application/json' -d {{body}} '{_API}/tree/main?circle-token=" + {_TOKEN} + "'",
    shell=True,
)
""",
    "text-json-format": f"""\
import json
import subprocess

TRIGGER = "echo '%s' | {_CURL} -u %s: -H 'Content-Type: application/json' -d @- {_API}/tree/%s"


def run(command):
    subprocess.run(command, shell=True, check=True)


def start(job):
    data = {{"build_parameters": {{"CIRCLE_JOB": job}}}}
    run(TRIGGER % (json.dumps(data), {_TOKEN}, {_BRANCH}))


start({_JOB})
run("true")
""",
    "text-json-field": f"""\
import json

os.system(f\"\"\"{_CURL} -u $TOKEN: -H 'Content-Type: application/json' \\
    -d '{{json.dumps({{"build_parameters": {{"CHANNEL": {_JOB}}}, "tag": "v" + {_SHA}}})}}' {_API}\"\"\")
""",
    "helper-shell": f"""\
import subprocess


def run(command):
    print("+", command)
    subprocess.check_call(command, shell=True)


ref = {_BRANCH}
run(f"{_CURL} -u $TOKEN: -d build_parameters[CIRCLE_JOB]=deploy {_API}/tree/{{ref}}")
run("true")
""",
    "helper-words": f"""\
import subprocess


def run(*args, **options):
    return subprocess.run(args, check=True, **options)


def curl(*args):
    run("curl", "-fsS", "-o", "/dev/null", "-u", {_TOKEN} + ":", *args)


curl("--data-urlencode", "build_parameters[VERSION]=" + {_VERSION}, "{_API}/tree/main")
run("true")
""",
    "helper-url": f"""\
import subprocess


class Shell:
    def curl(self, url, field):
        subprocess.run(["curl", "-fsS", "-o", "/dev/null", "-u", {_TOKEN} + ":", "-d", field, url], check=True)


Shell().curl("{_API}/tree/main", "build_parameters[CIRCLE_JOB]=deploy")
""",
    "words-async": f"""\
import asyncio


async def main():
    child = await asyncio.create_subprocess_exec(
        "curl", "-fsS", "-o", "/dev/null",
        "-u", {_TOKEN} + ":",
        "-d", "build_parameters[CIRCLE_JOB]=deploy",
        "{_API}/tree/main",
    )
    await child.wait()


asyncio.run(main())
""",
    "words-spawn": f"""\
os.spawnvp(os.P_WAIT, "curl",
           ["curl", "-fsS", "-o", "/dev/null", "-u", {_TOKEN} + ":", "-d", "revision=f00d", "{_API}/tree/main"])
""",
    "default-environment": f"""\
import requests

BASE = os.environ.get("CIRCLE_API", "https://circleci.com/api/v1.1")
requests.post(f"{{BASE}}/project/github/acme/app/tree/main", json={{"build_parameters": {{"VERSION": {_VERSION}}}}},
              auth=({_TOKEN}, ""))
""",
    "default-or": f"""\
import urllib.request


class Circle:
    def __init__(self):
        self.base = os.getenv("CIRCLE_API") or "https://circleci.com/api/v1.1/"

    def start(self, ref):
        url = self.base + "project/github/acme/app/tree/" + ref
        request = urllib.request.Request(url, method="POST", headers={{"Circle-Token": {_TOKEN}}})
        urllib.request.urlopen(request).read()


Circle().start("main")
""",
    "default-option": f"""\
import argparse

import requests

parser = argparse.ArgumentParser()
parser.add_argument("--url", default="https://circleci.com/api/v1.1/project/github/acme/app", help="the project")
args = parser.parse_args()
requests.post(args.url + "/tree/main", data={{"build_parameters[VERSION]": {_VERSION}}}, auth=({_TOKEN}, ""))
""",
    "payload-function": f"""\
import requests


def build_payload(version):
    \"\"\"What the job gets.\"\"\"
    return {{"build_parameters": {{"CIRCLE_JOB": "deploy", "VERSION": version}}}}


def trigger(version):
    payload = build_payload(version)
    print(payload)
    requests.post("{_API}/tree/main", json=payload, auth=({_TOKEN}, "")).raise_for_status()


trigger({_VERSION})
""",
    "payload-function-text": f"""\
import json

import requests


def body(version):
    fields = {{"build_parameters": {{"VERSION": version}}}}
    return json.dumps(fields)


data = body({_VERSION})
requests.post("{_API}/tree/main", data=data, headers={{"Content-Type": "application/json", "Circle-Token": {_TOKEN}}})
""",
    "given-dict": f"""\
import requests


def trigger(ref, parameters):
    url = "{_API}/tree/" + ref
    requests.post(url, json={{"build_parameters": parameters}}, auth=({_TOKEN}, ""))


trigger("main", {{"CIRCLE_JOB": "deploy", "VERSION": {_VERSION}}})
trigger({_BRANCH}, {{"CHANNEL": "x"}})
""",
    "given-spread": f"""\
import requests


class Circle:
    def trigger(self, ref, job, parameters):
        payload = {{"build_parameters": {{"CIRCLE_JOB": job, **parameters}}}}
        requests.post("{_API}/tree/" + ref, json=payload, auth=({_TOKEN}, ""))


Circle().trigger("main", {_JOB}, {{"VERSION": {_VERSION}}})
""",
    "given-form": f"""\
import requests


def trigger(data):
    requests.post("{_API}/tree/main", data=data, auth=({_TOKEN}, ""))


trigger({{"build_parameters[CIRCLE_JOB]": "deploy", "build_parameters[VERSION]": {_VERSION}}})
""",
    "given-keywords": f"""\
import requests


def trigger(ref, **parameters):
    requests.post("{_API}/tree/" + ref, json={{"build_parameters": parameters}}, auth=({_TOKEN}, ""))


trigger("main", CIRCLE_JOB="deploy", VERSION={_VERSION})
trigger("next", COUNT=3)
""",
    "verbs-getattr": f"""\
import requests


def call(verb, path, data):
    send = getattr(requests, verb.lower())
    return send("https://circleci.com/api/v1.1/" + path, json=data, auth=({_TOKEN}, ""))


call("POST", "project/github/acme/app/tree/main", {{"build_parameters": {{"VERSION": {_VERSION}}}}})
""",
    "verbs-table": f"""\
import requests


class Client:
    VERBS = {{"GET": requests.get, "POST": requests.post}}

    def __init__(self, token):
        self.token = token

    def request(self, verb, path, **fields):
        url = "https://circleci.com/api/v1.1" + path
        return self.VERBS[verb](url, params={{"circle-token": self.token}}, json=fields)


class Builds:
    def __init__(self, client):
        self.client = client

    def start(self, ref, job):
        path = "/project/github/acme/app/tree/{{}}".format(ref)
        return self.client.request("POST", path, build_parameters={{"CIRCLE_JOB": job}})


Builds(Client({_TOKEN})).start("main", {_JOB})
""",
    "session-class": f"""\
import requests


class Circle(requests.Session):
    BASE = "https://circleci.com/api/v1.1"

    def __init__(self, token):
        super().__init__()
        self.auth = (token, "")

    def start(self, ref, version):
        url = f"{{self.BASE}}/project/github/acme/app/tree/{{ref}}"
        reply = self.post(url, json={{"build_parameters": {{"CIRCLE_JOB": "deploy", "VERSION": version}}}})
        reply.raise_for_status()


Circle({_TOKEN}).start("main", {_VERSION})
""",
    "session-class-headers": f"""\
import requests


class Client(requests.Session):
    def __init__(self, token):
        super().__init__()
        self.headers.update({{"Circle-Token": token}})


client = Client({_TOKEN})
client.post("{_API}/tree/main", data={{"build_parameters[VERSION]": {_VERSION}}})
""",
    "session-given": f"""\
import requests


def start(session, version):
    session.post("{_API}/tree/main", json={{"build_parameters": {{"VERSION": version}}}})


with requests.Session() as client:
    client.headers["Circle-Token"] = {_TOKEN}
    start(client, {_VERSION})
""",
    "optional-revision": f"""\
import requests


def trigger(revision=""):
    payload = {{"build_parameters": {{"CIRCLE_JOB": "deploy"}}}}
    if revision:
        payload["revision"] = revision
    requests.post("{_API}/tree/main", json=payload, auth=({_TOKEN}, ""))


trigger()
trigger("f00dfeed")
""",
    "optional-revision-form": f"""\
import requests

for sha in ("", "f00dfeed"):
    data = {{"build_parameters[CIRCLE_JOB]": "deploy"}}
    if sha:
        data["revision"] = sha
    requests.post("{_API}/tree/main", data=data, auth=({_TOKEN}, ""))
""",
    "encoded-function": f"""\
import requests
from urllib.parse import quote


def encoded(text):
    return quote(text, safe="")


url = "{_API}/tree/%s" % encoded({_BRANCH})
requests.post(url, json={{"build_parameters": {{"CIRCLE_JOB": "deploy"}}}}, auth=({_TOKEN}, ""))
""",
    "spread-common": f"""\
import requests

COMMON = {{"headers": {{"Circle-Token": {_TOKEN}, "Content-Type": "application/json"}}, "timeout": 10}}
requests.get("https://circleci.com/api/v1.1/me", **COMMON)
requests.post("{_API}/tree/main", json={{"build_parameters": {{"VERSION": {_VERSION}}}}}, **COMMON)
""",
}
