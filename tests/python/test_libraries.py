"""Client libraries: `trigger_build` of pycircleci becomes `trigger_pipeline`, which it has; the others have none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from codemods import find_v2_callers
from codemods.found import RewriteOptions
from migrator.circleci.proof.requests import project_name
from migrator.errors import Refusal
from migrator.model import source
from tests.python.stage import asked_of_v1, asked_of_v2, stage
from tests.python.support import codes, find, planned, refusal, rewritten, source_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.python.stage import Stage

HEAD = 'import os\nfrom pycircleci.api import Api\n\nclient = Api(os.environ["TOKEN"])\n'
ENVIRONMENT = {"TOKEN": "t", "BRANCH": "feature/x", "JOB": "deploy", "SHA": "f00d", "VERSION": 'it\'s "1" \u00fc'}
BEFORE = {
    "default": 'client.trigger_build("acme", "app")',
    "parameters": """client.trigger_build("acme", "app", branch=os.environ["BRANCH"], params={
    "build_parameters": {"CIRCLE_JOB": os.environ["JOB"], "VERSION": os.environ["VERSION"], "COUNT": 3}})""",
    "revision": 'client.trigger_build("acme", "app", "main", revision=os.environ["SHA"], params={"job": "deploy"})',
    "bitbucket": 'client.trigger_build("acme", project="app", vcs_type="bitbucket", parallel=2)',
    "address": """r = client.trigger_build("acme", "app", "main")
print(r["build_url"])""",
}
AFTER = {
    "default": 'client.trigger_pipeline("acme", "app", branch="master", params={"run_job": "build"})',
    "parameters": """client.trigger_pipeline("acme", "app", branch=os.environ["BRANCH"], params=PARAMS)""".replace(
        "PARAMS", '{"run_job": os.environ["JOB"], "version": os.environ["VERSION"], "count": "3"}'
    ),
    "revision": (
        'client.trigger_pipeline("acme", "app", "main", params={"revision": os.environ["SHA"], "run_job": "deploy"})'
    ),
    "bitbucket": """client.trigger_pipeline("acme", project="app", vcs_type="bitbucket", REST)""".replace(
        "REST", 'branch="master", params={"run_job": "build"}'
    ),
    "address": """r = client.trigger_pipeline("acme", "app", "main", params={"run_job": "build"})
print("https://app.circleci.com/pipelines/github/acme/app/" + str(r["number"]))""",
}


@pytest.mark.parametrize("name", BEFORE)
def test_the_method_for_pipelines_takes_its_place(name: str) -> None:
    assert rewritten(f"{HEAD}{BEFORE[name]}\n") == f"{HEAD}{AFTER[name]}\n"
    assert find(f"{HEAD}{AFTER[name]}\n") == ()


@pytest.mark.parametrize("name", BEFORE)
def test_the_pipeline_is_read_back(name: str) -> None:
    (found,) = find(f"{HEAD}{BEFORE[name]}\n")
    trigger, wanted = found.call.trigger, planned(found.call.trigger)
    (read,) = find_v2_callers(source_of(f"{HEAD}{AFTER[name]}\n"))
    by_name = [dict(request.parameters) for request in (read.request, wanted)]
    assert by_name[0].keys() == by_name[1].keys()
    assert project_name(read.request.slug, {}) == project_name(trigger.slug, {})
    assert read.request.branch is not None
    assert wanted.branch is not None
    assert source(read.request.branch.template) == source(wanted.branch.template)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("stage")) as made:
        yield made


@pytest.mark.parametrize("name", BEFORE)
def test_the_real_library_asks_for_the_same(name: str, shared: Stage) -> None:
    library = pytest.importorskip("pycircleci")
    head = f"import sys\nsys.path.append({str(Path(library.__file__).parents[1])!r})\n{HEAD}"
    asked = []
    for code in (BEFORE[name], AFTER[name]):
        sent, ended = shared.run(f"{head}{code}\n", env=ENVIRONMENT)
        assert ended["error"] is None, ended["error"]
        asked.append(sent[0])
    after = asked_of_v2(asked[1], {"version": "VERSION", "count": "COUNT"})
    short = after.project.replace("github/", "gh/").replace("bitbucket/", "bb/")  # v2 takes both spellings
    assert replace(after, project=short) == asked_of_v1(asked[0])


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ('from circleci.api import Api\nApi("t").trigger_build("acme", "app")', "client-library"),
        (
            'from circleclient import circleclient as c\nc.CircleClient("t").build.trigger("a", "b", "m")',
            "client-library",
        ),
        (HEAD + 'client.trigger_build("a", "b", "m", None, None, 2, {"job": "x"})', "payload-shape"),
        (HEAD + "client.trigger_build('a', 'b', **options)", "arguments-unseen"),
        (HEAD + "client.trigger_build('a', 'b', params=options())", "unreadable-payload"),
    ],
)
def test_what_has_no_certain_rewrite(code: str, reason: str) -> None:
    assert refusal(f"{code}\n") == reason


def test_the_address_of_a_server_is_not_known() -> None:
    code = HEAD.replace('"])\n', '"], url="https://ci.example.com/api")\n')
    assert codes(f'{code}r = client.trigger_build("acme", "app")\nprint(r["build_url"])\n') == ["reply-field"]


def test_a_library_that_cannot_do_it_is_never_written() -> None:
    (found,) = find('from circleci.api import Api\nApi("t").trigger_build("acme", "app")\n')
    with pytest.raises(Refusal) as refusal:
        found.writer.post(planned(found.call.trigger), RewriteOptions())
    assert refusal.value.code == "client-library"
