"""Members of enumerations that are text: `str()` of one is its name, and what a form sends is its text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.python.stage import asked_of_v1, asked_of_v2, stage
from tests.python.support import codes, rewritten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.python.stage import Stage

URL = '"https://circleci.com/api/v1.1/project/github/acme/app"'
ENUM = 'class Env(str, enum.Enum):\n    TEST = "staging"\n    LIVE = "production"\n'
HEAD = f"import argparse, asyncio, enum, urllib.parse, urllib.request\nimport aiohttp, httpx, requests\n\n{ENUM}"
PARSED = "p = argparse.ArgumentParser()\np.add_argument('--env', type=Env, default=Env.LIVE)\nx = p.parse_args().env\n"
DATA = '{"build_parameters[CIRCLE_JOB]": "deploy", "build_parameters[X]": x}'
FORM = f"urllib.parse.urlencode({DATA}).encode()"
SENT = {
    "requests": f'requests.post({URL}, auth=("t", ""), data={DATA})',
    "session": f's = requests.Session()\ns.auth = ("t", "")\ns.post({URL}, data={DATA})',
    "urllib": f"""\
urllib.request.urlopen(urllib.request.Request({URL}, {FORM}, headers={{"Circle-Token": "t"}}))""",
    "urllib with doseq": f"""\
urllib.request.urlopen(urllib.request.Request({URL}, {FORM}, headers={{"Circle-Token": "t"}}))""".replace(
        ").encode()", ", doseq=True).encode()"
    ),
    "aiohttp": f"""\
async def go():
    async with aiohttp.ClientSession(headers={{"Circle-Token": "t"}}) as s:
        await s.post({URL}, data={DATA})
asyncio.run(go())""",
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("stage")) as made:
        yield made


@pytest.mark.parametrize("name", SENT)
@pytest.mark.parametrize("given", ["staging", "production"])
def test_the_job_gets_the_same(name: str, given: str, shared: Stage) -> None:
    code = f"{HEAD}{PARSED}{SENT[name]}\n"
    asked = []
    for text in (code, rewritten(code)):
        sent, ended = shared.run(text, argv=["--env", given])
        assert ended["error"] is None, ended["error"]
        asked.append(sent[0])
    assert asked_of_v1(asked[0]) == asked_of_v2(asked[1], {"x": "X"})


def test_what_httpx_sent_is_not_known() -> None:
    code = f'{HEAD}{PARSED}httpx.post({URL}, auth=("t", ""), data={DATA})\n'
    assert "value-type" in codes(code)
    assert "value-type" not in codes(code.replace(ENUM, "Env = open\n").replace("enum, ", ""))


def test_without_enumerations_text_is_made_plainly() -> None:
    code = f"{HEAD.replace(ENUM, 'Env = open' + chr(10))}{PARSED}{SENT['requests']}\n"
    assert '"x": str(x)' in rewritten(code)


@pytest.mark.parametrize(
    ("address", "noted"),
    [
        (f'f{URL[:-1]}/tree/{{x}}"', True),
        (f'{URL[:-1]}/tree/%s" % x', True),
        (f'{URL[:-1]}/tree/" + x', False),
        (f'f{URL[:-1]}/tree/{{x.value}}"', False),
        (f'f{URL[:-1]}/tree/{{x.strip()}}"', False),
    ],
)
def test_a_branch_that_may_be_a_member(address: str, noted: bool) -> None:
    code = f'{HEAD}{PARSED}requests.post({address}, auth=("t", ""), json={{"job": "deploy"}})\n'
    assert ("value-type" in codes(code)) is noted
    assert "value-type" not in codes(code.replace(ENUM, "Env = open\n").replace("enum, ", ""))
