"""Every program moved to `/pipeline/run`: it asks for the same, and what would be evaluated twice is refused."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from migrator.errors import Refusal
from tests.python.programs import PROGRAMS
from tests.python.stage import stage
from tests.python.support import find, rewritten
from tests.python.test_programs import asked_after, asked_before
from tests.world.support import NASTY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.python.stage import Stage

DEFINITION = "2338d0ae-5541-4bbf-88a2-55e9f7281f80"
API = "https://circleci.com/api/v1.1/project/github/acme/app"
RUN = "https://circleci.com/api/v2/project/gh/acme/app/pipeline/run"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("stage")) as made:
        yield made


@pytest.mark.parametrize("name", PROGRAMS)
def test_before_and_after_ask_for_the_same(name: str, shared: Stage) -> None:
    assert all(found.writer.runs for found in find(PROGRAMS[name]))
    new = rewritten(PROGRAMS[name], definition=DEFINITION)
    ast.parse(new)
    assert find(new) == ()
    version = list(NASTY.values())[-1]
    old = asked_before(shared, PROGRAMS[name], version)
    assert old
    assert asked_after(shared, new, version) == old
    posts = [request for request in shared.requests if request.method == "POST"]
    assert all(request.path.endswith("/pipeline/run") for request in posts)
    assert all(DEFINITION in request.body.decode() for request in posts)


HEAD = 'import os\nimport requests\n\nTAG, BRANCH = os.environ["A"], os.environ["B"]\n'
REF = '{"definition_id": "%s", "config": {"%s": %s}, "checkout": {"%s": %s}, '


def ref(name: str, code: str) -> str:
    return REF % (DEFINITION, name, code, name, code)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (f'requests.post("{API}", json={{"job": "x"}})', f'{{"definition_id": "{DEFINITION}", "parameters": '),
        (f'requests.post("{API}", json={{"tag": "v1", "job": "x"}})', ref("tag", '"v1"')),
        (f'requests.post("{API}", data={{"job": "x", "tag": TAG}})', ref("tag", "TAG")),
        (f'requests.post("{API}/build", json={{"branch": BRANCH}})', ref("branch", "BRANCH")[:-2] + "}"),
        (f'requests.post("{API}/build", data={{"tag": "v1"}})', ref("tag", '"v1"')[:-2] + "}"),
        (f'requests.post("{API}/build")', f'{{"definition_id": "{DEFINITION}"}}'),
        (
            f'body = dict(tag="v1", job="x")\nrequests.post("{API}", json=body)',
            f'dict(definition_id="{DEFINITION}", config={{"tag": "v1"}}, checkout={{"tag": "v1"}}, parameters=',
        ),
        (
            f'body = {{"job": "x"}}\nbody["tag"] = make()\nrequests.post("{API}", json=body)',
            'body["config"] = body["checkout"] = {"tag": make()}\n',
        ),
        (
            f'data = {{"job": "x"}}\ndata["tag"] = TAG\nrequests.post("{API}", data=data)',
            'data["config"] = data["checkout"] = {"tag": TAG}\n',
        ),
    ],
)
def test_the_ref_is_given_to_the_config_and_to_the_checkout(code: str, expected: str) -> None:
    new = rewritten(f"{HEAD}{code}\n", definition=DEFINITION)
    ast.parse(new)
    assert f'"{RUN}"' in new
    assert expected in new


@pytest.mark.parametrize(
    "code",
    [
        f'requests.post("{API}/tree/" + next(branches), json={{"job": "x"}})',
        f'requests.post("{API}", json={{"tag": next(tags), "job": "x"}})',
        f'requests.post("{API}", data={{"tag": next(tags), "job": "x"}})',
    ],
)
def test_a_ref_that_may_differ_the_second_time_is_not_written_twice(code: str) -> None:
    text = f"import requests\n\nbranches = tags = iter(ALL)\n{code}\n"
    rewritten(text)
    with pytest.raises(Refusal) as raised:
        rewritten(text, definition=DEFINITION)
    assert raised.value.code == "expression-moves"
