"""Python programs that start a build and go on with what the reply says of it, in the shapes that are seen in public.

Each ends with status 0 for success, 1 for a build that failed or was canceled, 2 when its own patience is over.
"""

PROGRAMS = {
    "functions": '''\
"""Deploy, and wait for it."""
import os
import sys
import time

import requests

API = "https://circleci.com/api/v1.1/project/github/acme/app"
AUTH = (os.environ["TOKEN"], "")
JSON = {"Accept": "application/json"}


def start(branch):
    response = requests.post(
        f"{API}/tree/{branch}",
        auth=AUTH,
        headers=JSON,
        json={"build_parameters": {"CIRCLE_JOB": "deploy", "VERSION": "1.2"}},
        timeout=30,
    )
    if response.status_code != 201:
        print(response.text)
        sys.exit(3)
    return response.json()["build_num"]


def wait(number):
    for _ in range(20):
        build = requests.get(f"{API}/{number}", auth=AUTH, headers=JSON, timeout=30).json()
        if build["lifecycle"] == "finished":
            return build["outcome"]
        time.sleep(15)
    print("no result for", number)
    sys.exit(2)


outcome = wait(start("main"))
print("outcome:", outcome)
sys.exit(0 if outcome == "success" else 1)
''',
    "one_loop": """\
import os, sys, time, requests

url = 'https://circleci.com/api/v1.1/project/github/acme/app'
headers = {'Circle-Token': os.environ['TOKEN'], 'Accept': 'application/json'}
build = requests.post(url, headers=headers, json={'build_parameters': {'CIRCLE_JOB': 'deploy'}}).json()
tries = 0
while build['lifecycle'] != 'finished':
    tries += 1
    if tries > 30:
        sys.exit(2)
    time.sleep(10)
    build = requests.get('%s/%s' % (url, build['build_num']), headers=headers).json()
print('%s of %s: %s' % (build['build_url'], build['branch'], build['outcome']))
sys.exit(build['outcome'] != 'success')
""",
    "client": """\
import os
import sys
from time import sleep

import httpx


def main() -> int:
    headers = {"Circle-Token": os.environ["TOKEN"], "Accept": "application/json"}
    with httpx.Client(base_url="https://circleci.com/api/v1.1/project/github/acme/app", headers=headers) as client:
        started = client.post("/tree/main", json={"build_parameters": {"CIRCLE_JOB": "deploy"}})
        started.raise_for_status()
        number = started.json()["build_num"]
        print(f"build {number}")
        for _ in range(12):
            sleep(20)
            build = client.get(f"https://circleci.com/api/v1.1/project/github/acme/app/{number}").json()
            if build["outcome"] is not None:
                return 0 if build["outcome"] == "success" else 1
    print("gave up", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
""",
    "standard_library": """\
import json
import os
import sys
import time
import urllib.request

BASE = "https://circleci.com/api/v1.1/project/github/acme/app"
HEADERS = {"Circle-Token": os.environ["TOKEN"], "Content-Type": "application/json", "Accept": "application/json"}


def ask(request):
    with urllib.request.urlopen(request) as reply:
        return json.load(reply)


body = json.dumps({"build_parameters": {"CIRCLE_JOB": "deploy"}}).encode()
request = urllib.request.Request(BASE + "/tree/main", data=body, headers=HEADERS, method="POST")
with urllib.request.urlopen(request, timeout=60) as reply:
    build = json.loads(reply.read().decode())
print("started", build["build_url"], build["vcs_revision"] != "")
deadline = time.time() + 300
while time.time() < deadline:
    now = ask(urllib.request.Request("{}/{}".format(BASE, build["build_num"]), headers=HEADERS))
    if now["lifecycle"] == "finished":
        sys.exit(0 if now["outcome"] == "success" else 1)
    time.sleep(10)
sys.exit(2)
""",
    "opened_at_once": """\
from json import loads
from os import environ
from sys import exit
from time import sleep
from urllib.request import Request, urlopen

API = "https://circleci.com/api/v1.1/project/github/acme/app"
TOKEN = environ["TOKEN"]
form = b"build_parameters[CIRCLE_JOB]=deploy"
request = Request(API + "?circle-token=" + TOKEN, form, headers={"Accept": "application/json"})
number = loads(urlopen(request).read())["build_num"]
for attempt in range(10):
    asked = Request("%s/%d?circle-token=%s" % (API, number, TOKEN), headers={"Accept": "application/json"})
    build = loads(urlopen(asked).read())
    print(attempt, build["status"])
    if build["lifecycle"] == "finished":
        exit(0 if build["outcome"] == "success" else 1)
    sleep(5)
exit(2)
""",
    "class": """\
import os
import sys
import time

import requests


class Timeout(Exception):
    pass


class CircleCI:
    url = "https://circleci.com/api/v1.1/project/github/acme/app"

    def __init__(self, token):
        self.session = requests.Session()
        self.session.headers["Circle-Token"] = token
        self.session.headers["Accept"] = "application/json"
        self.number = None

    def trigger(self, job):
        body = {"build_parameters": {"CIRCLE_JOB": job}}
        reply = self.session.post(f"{self.url}/tree/main", json=body)
        reply.raise_for_status()
        self.number = reply.json()["build_num"]

    def build(self):
        return self.session.get(f"{self.url}/{self.number}").json()

    def wait(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            build = self.build()
            if build["lifecycle"] == "finished":
                return build
            time.sleep(4)
        raise Timeout(f"build {self.number} still runs")

    def artifacts(self):
        return [each["url"] for each in self.session.get(f"{self.url}/{self.number}/artifacts").json()]


circle = CircleCI(os.environ["TOKEN"])
circle.trigger("deploy")
try:
    build = circle.wait(120)
except Timeout as error:
    print(error)
    sys.exit(2)
print(*circle.artifacts(), sep="\\n")
sys.exit(0 if build["outcome"] == "success" else 1)
""",
    "bot": """\
import os

import requests


def start(job):
    reply = requests.post(
        "https://circleci.com/api/v1.1/project/github/acme/app/tree/main",
        auth=(os.environ["TOKEN"], ""),
        headers={"Accept": "application/json"},
        data={"build_parameters[CIRCLE_JOB]": job},
    )
    return reply.json()


def answer(text):
    command, _, job = text.partition(" ")
    if command != "run":
        return {"text": "I know `run JOB` only"}
    build = start(job)
    return {"text": f"<{build['build_url']}|#{build['build_num']}> of {build['username']}/{build['reponame']}"}


print(answer("help"), answer("run deploy"))
""",
    "output_of_a_step": """\
import os
import requests
r = requests.post(
    "https://circleci.com/api/v1.1/project/github/acme/app/tree/main",
    headers={"Circle-Token": os.environ["TOKEN"], "Accept": "application/json"},
    json={"build_parameters": {"CIRCLE_JOB": "deploy"}})
r.raise_for_status()
with open(os.environ["GITHUB_OUTPUT"], "a") as output:
    print(f"number={r.json()['build_num']}", file=output)
    output.write("url=" + r.json()["build_url"] + "\\n")
""",
    "several_jobs": """\
import os
import sys
import time

from requests import get, post

TOKEN = os.environ["TOKEN"]
PROJECT = "https://circleci.com/api/v1.1/project/github/acme/app"
JSON = {"Accept": "application/json"}


def run(job):
    body = {"build_parameters": {"CIRCLE_JOB": job}}
    reply = post(f"{PROJECT}/tree/main?circle-token={TOKEN}", json=body, headers=JSON)
    return reply.json()["build_num"]


def outcome(number):
    return get(f"{PROJECT}/{number}", params={"circle-token": TOKEN}, headers=JSON).json()["outcome"]


waiting = {job: run(job) for job in ("check", "deploy")}
bad = []
for _ in range(15):
    for job, number in list(waiting.items()):
        found = outcome(number)
        if found is not None:
            del waiting[job]
            bad += [job] if found != "success" else []
    if not waiting:
        break
    time.sleep(30)
print(sorted(waiting), bad)
sys.exit(2 if waiting else bool(bad))
""",
    "any_request": """\
import os
import sys
import time

import requests

ROOT = "https://circleci.com/api/v1.1/project/github/acme/app"


def call(method, url, **more):
    headers = {"Circle-Token": os.environ["TOKEN"], "Accept": "application/json"}
    reply = requests.request(method, url, headers=headers, **more)
    reply.raise_for_status()
    return reply


number = call("POST", f"{ROOT}/tree/main", json={"build_parameters": {"CIRCLE_JOB": "deploy"}}).json()["build_num"]
limit = 60
while (build := call("GET", f"{ROOT}/{number}").json())["lifecycle"] != "finished":
    limit -= 5
    if limit < 0:
        call("POST", f"{ROOT}/{number}/cancel")
        sys.exit(2)
    time.sleep(5)
print(build["job_name"], build["outcome"])
sys.exit(0 if build["outcome"] == "success" else 1)
""",
    "client_class": """\
import os
import sys
import time

import requests
from requests.auth import HTTPBasicAuth


class Client:
    def __init__(self):
        self.auth = HTTPBasicAuth(os.environ["TOKEN"], "")
        self.url = "https://circleci.com/api/v1.1/project/github"

    def request(self, verb, url, data=None):
        headers = {"Accept": "application/json"}
        if verb == "get":
            response = requests.get(url, auth=self.auth, headers=headers)
        else:
            response = requests.post(url, auth=self.auth, headers=headers, json=data)
        response.raise_for_status()
        return response.json()


class App(Client):
    def deploy(self):
        url = f"{self.url}/acme/app/tree/main"
        build = self.request("post", url, {"build_parameters": {"CIRCLE_JOB": "deploy"}})
        print("deploying", build["build_url"])
        return build["build_num"]

    def outcome(self, number):
        return self.request("get", f"{self.url}/acme/app/{number}")["outcome"]

    def cancel(self, number):
        return self.request("post", f"{self.url}/acme/app/{number}/cancel")["status"]


app = App()
number = app.deploy()
for _ in range(10):
    outcome = app.outcome(number)
    if outcome:
        sys.exit(0 if outcome == "success" else 1)
    time.sleep(5)
print(app.cancel(number))
sys.exit(2)
""",
    "data_of_any_request": """import os
import sys
import time

import httpx

HEADERS = {"Circle-Token": os.environ["TOKEN"], "Accept": "application/json"}


def post(endpoint, payload):
    try:
        response = httpx.post("https://circleci.com/api/v1.1/" + endpoint, headers=HEADERS, json=payload)
        response.raise_for_status()
        return response.json()
    except httpx.HTTPError as error:
        print(error)
        sys.exit(3)


def get(endpoint):
    return httpx.get("https://circleci.com/api/v1.1/" + endpoint, headers=HEADERS).json()


build = post("project/github/acme/app/tree/main", {"build_parameters": {"CIRCLE_JOB": "deploy"}})
for _ in range(10):
    now = get(f"project/github/acme/app/{build['build_num']}")
    if now["lifecycle"] == "finished":
        sys.exit(0 if now["outcome"] == "success" else 1)
    time.sleep(5)
sys.exit(2)
""",
    "object_with_state": """\
import os
import sys
import time

import requests

HEADERS = {"Circle-Token": os.environ["TOKEN"], "Accept": "application/json"}
API = "https://circleci.com/api/v1.1/project/github/acme/app"


class Build:
    def __init__(self):
        body = {"build_parameters": {"CIRCLE_JOB": "deploy"}}
        self.data = requests.post(f"{API}/tree/main", headers=HEADERS, json=body).json()
        self.tries = 0

    def __str__(self):
        return f"#{self.data['build_num']} ({self.data['reponame']})"

    def wait(self):
        while self.data["outcome"] is None:
            self.tries += 1
            if self.tries > 8:
                raise TimeoutError(f"{self} takes too long")
            time.sleep(2)
            self.data = requests.get(f"{API}/{self.data['build_num']}", headers=HEADERS).json()
        return self.data["outcome"] == "success"


build = Build()
print(build)
try:
    sys.exit(0 if build.wait() else 1)
except TimeoutError as error:
    print(error)
    sys.exit(2)
""",
    "command_line": """\
#!/usr/bin/env python3
import argparse
import json
import os
import sys
import time

import requests

parser = argparse.ArgumentParser()
parser.add_argument("--job", default="deploy", choices=["deploy", "check"])
parser.add_argument("--state", default="build.json")
options = parser.parse_args()
api = "https://circleci.com/api/v1.1/project/github/acme/app"
session = requests.Session()
session.headers.update({"Accept": "application/json"})
session.params = {"circle-token": os.environ["TOKEN"]}
reply = session.post(api + "/tree/main", json={"build_parameters": {"CIRCLE_JOB": options.job}}, timeout=9)
if not reply.ok:
    sys.exit(reply.text)
build = json.loads(reply.text)
with open(options.state, "w") as state:
    json.dump({"number": build["build_num"], "branch": build["branch"]}, state)
number = json.load(open(options.state))["number"]
waited = 0
while True:
    build = session.get(f"{api}/{number}", timeout=9).json()
    if build["lifecycle"] == "finished":
        break
    if waited >= 90:
        sys.exit(2)
    time.sleep(15)
    waited += 15
print(json.load(open(options.state)))
sys.exit(build["outcome"] != "success")
""",
}
