"""A call that is half moved to v2 is a finding: CircleCI has no such address, or does something else there."""

from __future__ import annotations

import pytest

from codemods import find_calls
from migrator.model import Severity, Verdict
from migrator.syntax.text.source import Source
from tests.verifying.support import checked, compared, files, report, told

API = "https://circleci.com/api"
RIGHT = f"{API}/v2/project/gh/acme/app/pipeline"
BODY = '{"branch": "main", "parameters": {"run_job": "deploy"}}'
POST = f"curl -u $T: --json '{BODY}' "
HALF = {
    "the old version": POST + f"{API}/v1.1/project/gh/acme/app/pipeline",
    "the oldest version": POST + f"{API}/v1/project/acme/app/pipeline",
    "the branch of v1": POST + f"{API}/v2/project/gh/acme/app/tree/main/pipeline",
    "the address of v1": POST + f"{API}/v2/project/github/acme/app/tree/main",
    "the build of v1": POST + f"{API}/v2/project/gh/acme/app/build",
    "the retry of v1": f"curl -X POST -u $T: {API}/v2/project/gh/acme/app/$N/retry",
    "no provider": POST + f"{API}/v2/project/acme/app/pipeline",
    "a plural": POST + f"{API}/v2/project/gh/acme/app/pipelines",
    "an encoded slug": POST + f"{API}/v2/project/acme%2Fapp/pipeline",
    "a base in a variable": f"api={API}/v2\n{POST}$api/project/gh/acme/app/pipelines",
    "a get": POST.replace("curl", "curl -X GET") + RIGHT,
    "a put": POST.replace("curl", "curl -X PUT") + RIGHT,
    "into the query": POST.replace("curl", "curl -G").replace("--json", "-d") + RIGHT,
    "wget": f"wget --post-data='{BODY}' {API}/v2/project/gh/acme/app/pipelines",
}
FINE = {
    "the right one": POST + RIGHT,
    "run": POST + RIGHT + "/run",
    "encoded": POST + f"{API}/v2/project/gh%2Facme%2Fapp/pipeline",
    "a list": f"curl -u $T: '{RIGHT}?branch=main'",
    "a list by -G": f"curl -u $T: -G -d branch=main {RIGHT}",
    "another endpoint": f"curl -u $T: --json '{{}}' {API}/v2/project/gh/acme/app/envvar",
    "one of v1": f"curl -u $T: --json '{{}}' {API}/v1.1/project/gh/acme/app/envvar",
    "a branch of that name": POST + f"{API}/v1.1/project/gh/acme/app/tree/pipeline",
    "continue": f"curl -u $T: --json '{{}}' {API}/v2/pipeline/continue",
    "a slug in a variable": POST + f"{API}/v2/project/$SLUG/pipeline",
    "a part in a variable": POST + f"{API}/v2/project/$VCS/$PROJECT/pipeline",
    "another service": POST + "https://gitlab.example.com/api/v2/project/a/b/pipelines",
    "a GET of it": f"curl -u $T: {API}/v2/project/gh/acme/app/pipelines",
}
HEAD = "import requests, json\n"
HALF_PYTHON = {
    "a plural": f"requests.post('{RIGHT}s', json={BODY})",
    "the old version": f"requests.post('{RIGHT.replace('v2', 'v1.1')}', json={BODY})",
    "the address of v1": f"requests.post(f'{API}/v2/project/gh/acme/app/tree/{{b}}', json={BODY})",
    "a put": f"requests.put('{RIGHT}', json={BODY})",
}
CONFIG = "version: 2.1\njobs: {deploy: {docker: [{image: cimg/base:1}], steps: [checkout]}}\nworkflows: {}\n"


def _codes(path: str, text: str) -> list[str]:
    calls = [found.call for found in find_calls(Source(path, text))]
    return [note.code for call in calls for note in call.notes if note.severity is Severity.ERROR]


@pytest.mark.parametrize("name", HALF)
def test_half_of_v2(name: str) -> None:
    assert _codes("a.sh", f"#!/bin/bash\n{HALF[name]}\n") == ["half-made"]


@pytest.mark.parametrize("name", FINE)
def test_all_of_v2(name: str) -> None:
    assert "half-made" not in _codes("a.sh", f"#!/bin/bash\n{FINE[name]}\n")


@pytest.mark.parametrize("name", HALF_PYTHON)
def test_half_of_v2_in_python(name: str) -> None:
    assert _codes("a.py", f"{HEAD}{HALF_PYTHON[name]}\n") == ["half-made"]
    assert _codes("a.py", f"{HEAD}requests.post('{RIGHT}', json={BODY})\nrequests.get('{RIGHT}')\n") == []


def test_commands_name_it() -> None:
    old = files(CONFIG, go=f"curl -u $T: -d build_parameters[CIRCLE_JOB]=deploy {API}/v1.1/project/gh/acme/app\n")
    new = files(CONFIG, go=HALF["a plural"] + "\n")
    (outcome,) = report(new).outcomes
    assert [note.code for note in outcome.notes + outcome.call.notes if note.severity is Severity.ERROR][:1] == [
        "half-made"
    ]
    (call,) = checked(new).calls
    assert [proof.verdict for proof in call.proofs] == [Verdict.UNKNOWN]
    assert "CircleCI has no address like" in call.proofs[0].detail
    lines = [line for call in compared(old, new).calls for line in told(call.proofs)]
    assert any(line.startswith("address: differs: CircleCI has no address like") for line in lines), lines
