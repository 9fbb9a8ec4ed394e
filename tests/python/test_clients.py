"""What a client object adds to each of its requests: it is out of the call's sight, and goes on being sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from migrator.errors import Refusal
from tests.python.stage import stage
from tests.python.support import find, refusal, rewritten
from tests.python.test_programs import asked_after, asked_before

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "import os\n\nimport httpx\nimport requests\n\n\n"
API = "https://circleci.com/api/v1.1/project/github/acme/app"
POST = f'post("{API}", json={{"build_parameters": {{"CIRCLE_JOB": "deploy"}}}})'
DEFINITION = "2338d0ae-5541-4bbf-88a2-55e9f7281f80"
CLIENTS = {
    "made with it": 'self.client = httpx.Client(params={"circle-token": token})',
    "one key": 'self.client = requests.Session()\n        self.client.params["circle-token"] = token',
    "assigned": 'self.client = requests.Session()\n        self.client.params = {"circle-token": token}',
    "updated": """self.client = requests.Session()
        query = {"circle-token": token}
        self.client.params.update(query)""",
}


def program(made: str) -> str:
    return f"""{HEAD}class Api:
    def __init__(self, token):
        {made}

    def start(self):
        self.client.{POST}


Api(os.environ["TOKEN"]).start()
"""


@pytest.mark.parametrize("name", CLIENTS)
def test_a_token_in_the_query_of_a_client_reaches_v2(name: str, tmp_path: Path) -> None:
    code = program(CLIENTS[name])
    new = rewritten(code)
    assert 'headers={"Circle-Token": self.client.params["circle-token"]}' in new
    with stage(tmp_path) as running:
        old = asked_before(running, code, "")
        assert [asked.job for asked in old] == ["deploy"]
        assert asked_after(running, new, "") == old
    assert find(new) == ()


def test_run_takes_no_token_in_the_query() -> None:
    with pytest.raises(Refusal) as refused:
        rewritten(program(CLIENTS["assigned"]), definition=DEFINITION)
    assert refused.value.code == "query-token"


@pytest.mark.parametrize(
    "code",
    [
        f"def go(extra):\n    client = requests.Session()\n    client.params.update(extra)\n    client.{POST}\n",
        f"def go(extra):\n    client = requests.Session()\n    client.params = extra\n    client.{POST}\n",
        f'httpx.Client(params={{"circle-token": os.environ["TOKEN"]}}).{POST}\n',
    ],
)
def test_a_query_out_of_sight_is_refused(code: str) -> None:
    assert refusal(HEAD + code) == "query-unseen"
