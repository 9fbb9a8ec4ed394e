"""Where a value is None, and where the program has made sure that it is not: each is run without the variable."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.python.stage import stage
from tests.python.support import codes, rewritten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.python.stage import Stage

SEND = (
    'requests.post("https://circleci.com/api/v1.1/project/github/acme/app", auth=("T", ""),'
    ' json={"build_parameters": {"X": VALUE}})\n'
)
GET = 'x = os.environ.get("X")\n'
PARSER = "p = argparse.ArgumentParser()\n"
ARGS = "a = p.parse_args()\n"
SURE = {
    "exit": (f"{GET}if not x:\n    sys.exit(2)\n", "x"),
    "exit after words": (f'{GET}if x is None:\n    print("X is not set", file=sys.stderr)\n    exit(1)\n', "x"),
    "raise": (f"{GET}if x is None or x == '-':\n    raise SystemExit('no X')\n", "x"),
    "default": (f"{GET}if not x:\n    x = 'dev'\n", "x"),
    "default for None": (f"{GET}if x is None:\n    x = 'dev'\n", "x"),
    "default of a walrus": ("if not (x := os.environ.get('X')):\n    x = 'dev'\n", "x"),
    "walrus is None": ("if (x := os.environ.get('X')) is None:\n    sys.exit(2)\n", "x"),
    "assert": (f"{GET}assert x is not None\n", "x"),
    "else": (f"{GET}if x:\n    pass\nelse:\n    sys.exit(2)\n", "x"),
    "inside": (f"{GET}if x:\n    ", "x"),
    "inside of more": (f"{GET}if len(sys.argv) and x is not None:\n    ", "x"),
    "choice": (GET, "x if x else 'dev'"),
    "choice for None": (GET, "'dev' if x is None else x"),
    "all": (f"{GET}y = 'y'\nif not all([x, y]):\n    sys.exit(2)\n", "x"),
    "both": (f"{GET}y = 'y'\nif not (x and y):\n    sys.exit(2)\n", "x"),
    "own exit": ("def die(why):\n    print(why)\n    sys.exit(1)\n" + GET + "if not x:\n    die('no X')\n", "x"),
    "loop": (f"for _ in range(2):\n    {GET}    if not x:\n        continue\n    ", "x"),
    "function": (f"{GET}if not x:\n    sys.exit(2)\ndef go():\n    SEND\ngo()\n", "x"),
    "parameter": ("def go(x=None):\n    if not x:\n        x = 'dev'\n    SEND\ngo(os.environ.get('X'))\n", "x"),
    "guarded parameter": (
        "def go(x=None):\n    if x is None:\n        return\n    SEND\ngo(os.environ.get('X'))\n",
        "x",
    ),
    "number": (f"{PARSER}p.add_argument('--x', type=int, default=1)\n{ARGS}", "a.x"),
    "default of a variable": (f"{PARSER}p.add_argument('--x', default=os.environ.get('X', 'dev'))\n{ARGS}", "a.x"),
    "left out": (f"{PARSER}p.add_argument('x', nargs='?', default='dev')\n{ARGS}", "a.x"),
    "parser's error": (f"{PARSER}p.add_argument('--x')\n{ARGS}if not a.x:\n    p.error('no X')\n", "a.x"),
    "option's default": (f"{PARSER}p.add_argument('--x')\n{ARGS}if not a.x:\n    a.x = 'dev'\n", "a.x"),
}
NONE = {
    "plain": (GET, "x"),
    "only said": (f"{GET}if not x:\n    print('no X')\n", "x"),
    "another": (f"{GET}y = os.environ.get('Y')\nif y:\n    sys.exit(2)\n", "x"),
    "the other way": (f"{GET}if x:\n    sys.exit(2)\n", "x"),
    "else of another": (f"{GET}if x:\n    pass\nelse:\n    ", "x"),
    "one of two": (f"{GET}y = 'y'\nif not (x or y):\n    sys.exit(2)\n", "x"),
    "any": (f"{GET}y = 'y'\nif not any([x, y]):\n    sys.exit(2)\n", "x"),
    "before": (f"x = 'y'\nif not x:\n    sys.exit(2)\n{GET}", "x"),
    "only sometimes": (f"{GET}if len(sys.argv) > 5:\n    if not x:\n        sys.exit(2)\n", "x"),
    "not for None": (f"{GET}if x == '':\n    sys.exit(2)\n", "x"),
    "logged": (f"import logging as p\n{GET}if not x:\n    p.error('no X')\n", "x"),
    "default that is None": (f"{GET}if not x:\n    x = os.environ.get('Y')\n", "x"),
    "a function that goes on": (
        "def die():\n    if sys.argv[5:]:\n        sys.exit(1)\n" + GET + "if not x:\n    die()\n",
        "x",
    ),
    "function before": (f"{GET}def go():\n    SEND\ngo()\nif not x:\n    sys.exit(2)\n", "x"),
    "option": (f"{PARSER}p.add_argument('--x', type=int)\n{ARGS}", "a.x"),
    "option set to None": (
        f"{PARSER}p.add_argument('--x')\n{ARGS}if not a.x:\n    a.x = os.environ.get('X')\n",
        "a.x",
    ),
    "option set again": (
        f"{PARSER}p.add_argument('--x')\n{ARGS}assert not a.x or a.x\na.x = os.environ.get('X')\n",
        "a.x",
    ),
}


def program(case: tuple[str, str]) -> str:
    before, value = case
    send = SEND.replace("VALUE", value)
    code = before.replace("SEND\n", send) if "SEND" in before else before + send
    return f"import argparse\nimport os\nimport sys\n\nimport requests\n\n{code}"


def sent(code: str) -> str:
    """What the program sends when the variable is not set; nothing when it ends before."""
    shown = "lambda *_, json, **__: print('sent', json['build_parameters']['X'])"
    fake = f"class requests:\n    post = staticmethod({shown})\n"
    code = code.replace("import requests\n", fake)
    ended = subprocess.run(
        [sys.executable, "-c", code], env={}, capture_output=True, text=True, timeout=30, check=False
    )
    return "".join(line for line in ended.stdout.splitlines() if line.startswith("sent"))


@pytest.mark.parametrize("name", SURE)
def test_what_is_made_sure_of_is_not_none(name: str) -> None:
    code = program(SURE[name])
    assert sent(code) != "sent None"
    assert "may-be-none" not in codes(code)


@pytest.mark.parametrize("name", NONE)
def test_what_may_be_none_is_named(name: str) -> None:
    code = program(NONE[name])
    assert sent(code) == "sent None"
    assert "may-be-none" in codes(code)


API = "https://circleci.com/api/v1.1/project/github/acme/app"
ENV = 'os.environ.get("CIRCLE_TOKEN")'
TOKENS = {
    "urllib": f'urllib.request.urlopen("{API}?circle-token=%s" % {ENV}, data=b"")\n',
    "urllib's form": f"""\
urllib.request.urlopen("{API}", urllib.parse.urlencode({{"circle-token": {ENV}, "tag": "v1"}}).encode())
""",
    "httpx": f'token = {ENV}\nhttpx.post(f"{API}?circle-token={{token}}")\n',
    "httpx's query": f'httpx.post("{API}", params={{"circle-token": {ENV}}})\n',
    "httpx's form": f'httpx.post("{API}", data={{"circle-token": {ENV}, "tag": "v1"}})\n',
    "requests": f'requests.post("{API}", params={{"circle-token": {ENV}}})\n',
    "requests' URL": f'requests.post("{API}?circle-token={{}}".format({ENV}))\n',
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("stage")) as made:
        yield made


@pytest.mark.parametrize("name", TOKENS)
def test_a_token_that_is_not_set_is_sent_as_it_was(name: str, shared: Stage) -> None:
    code = "import os\nimport urllib.parse\nimport urllib.request\n\nimport httpx\nimport requests\n\n" + TOKENS[name]
    for each in (code, rewritten(code)):
        asked, ended = shared.run(each)
        assert ended["error"] is None, ended["error"]
        assert [request.method for request in asked] == ["POST"]
