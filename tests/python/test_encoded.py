"""A branch that something else than the call itself percent-encodes is refused: v1.1 decoded it, and v2 does not.

Each program is run, to see that the address holds the encoded name.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.python.support import codes, refusal, rewritten

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """\
import functools
import re
import sys
from urllib import parse
from urllib.parse import quote

import requests

"""
POST = (
    'requests.post("https://circleci.com/api/v1.1/project/github/acme/app/tree/" + BRANCH,'
    ' json={"build_parameters": {"CIRCLE_JOB": "x"}})\n'
)
ENC = "def enc(b):\n    return quote(b, safe='')\n"
HOLDER = "class Ref:\n    def __init__(self, b):\n        self.raw = b\n"
ENCODED = {
    "a helper": (ENC, "enc(sys.argv[1])"),
    "a name": (f"{ENC}branch = enc(sys.argv[1])\n", "branch"),
    "a helper's helper": (f"{ENC}def tail(b):\n    return enc(b) or 'main'\n", "tail(sys.argv[1])"),
    "one of two": (
        "def enc(b):\n    if not b:\n        return 'main'\n    return quote(b, safe='')\n",
        "enc(sys.argv[1])",
    ),
    "a lambda": ("enc = lambda b: parse.quote(b, '')\n", "enc(sys.argv[1])"),
    "a partial": ("enc = functools.partial(quote, safe='')\n", "enc(sys.argv[1])"),
    "a method": (
        f"{HOLDER}    def encoded(self):\n        return quote(self.raw, '')\nr = Ref(sys.argv[1])\n",
        "r.encoded()",
    ),
    "a property": (
        f"{HOLDER}    @property\n    def enc(self):\n        return [quote(self.raw, '')][0]\nr = Ref(sys.argv[1])\n",
        "r.enc",
    ),
    "a join": ("branch = '%2F'.join(sys.argv[1].split('/'))\n", "branch"),
    "a substitution": ("", "re.sub('/', '%2F', sys.argv[1])"),
    "a translation": ("", "sys.argv[1].translate({ord('/'): '%2F'})"),
    "a map": ("d = {'b': quote(sys.argv[1], safe='')}\n", "d['b']"),
    "sometimes": ("b = sys.argv[1]\nif '/' in b:\n    b = quote(b, safe='')\n", "b"),
    "a caller": ("def go(b):\n    SEND\ngo(quote(sys.argv[1], safe=''))\n", "b"),
    "a caller's helper": (f"{ENC}def go(b):\n    SEND\ngo(enc(sys.argv[1]))\ngo(enc('x/y'))\n", "b"),
    "another file": ("from util import enc\n", "enc(sys.argv[1])"),
    "all of another file": ("from util import *\n", "enc(sys.argv[1])"),
    "a module": ("import util\nb = util.enc(sys.argv[1])\n", "b"),
}
PLAIN = {
    "as it is": ("", "sys.argv[1]"),
    "stripped": ("def tidy(b):\n    return b.strip()\n", "tidy(sys.argv[1])"),
    "decoded": ("b = parse.unquote(sys.argv[1])\n", "b"),
    "for a shell": ("import shlex\nprint(shlex.quote(sys.argv[1]))\nb = sys.argv[1]\n", "b"),
    "another's": (f"{ENC}print(enc('x'))\n", "sys.argv[1]"),
}
UTIL = {"util.py": "from urllib.parse import quote\ndef enc(b):\n    return quote(b, safe='')\n"}


def program(case: tuple[str, str]) -> str:
    before, branch = case
    post = POST.replace("BRANCH", branch)
    return HEAD + (before.replace("SEND\n", post) if "SEND" in before else before + post)


def address(folder: Path, code: str) -> str:
    """The end of the address that the program posts to first."""
    (folder / "requests.py").write_text("def post(url, **_):\n    print('to', url)\n")
    (folder / "util.py").write_text(UTIL["util.py"])
    (folder / "go.py").write_text(code)
    command = [sys.executable, "go.py", "feature/x"]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=30, check=True)
    return next(line for line in ended.stdout.splitlines() if line.startswith("to ")).partition("/tree/")[2]


@pytest.mark.parametrize("name", ENCODED)
def test_an_encoded_branch_is_refused(name: str, tmp_path: Path) -> None:
    code = program(ENCODED[name])
    assert address(tmp_path, code) == "feature%2Fx"
    assert refusal(code, files=UTIL) in {"encoded-branch", "expression-moves"}


@pytest.mark.parametrize("name", PLAIN)
def test_a_plain_branch_is_not(name: str, tmp_path: Path) -> None:
    code = program(PLAIN[name])
    assert address(tmp_path, code) == "feature/x"
    assert "encoded-branch" not in codes(code, files=UTIL)


def test_a_branch_of_a_command_is_looked_at_too() -> None:
    code = f"{HEAD}import subprocess\n{ENC}subprocess.run(['curl', '-u', 'x:', '-d', 'a=b', URL + enc(sys.argv[1])])\n"
    code = code.replace("URL", '"https://circleci.com/api/v1.1/project/github/acme/app/tree/"')
    assert "encoded-branch" in codes(code)


FORM = 'requests.post("https://circleci.com/api/v1.1/project/github/acme/app", data=DATA, headers=FORM)\n'
TYPE = '{"Content-Type": "application/x-www-form-urlencoded"}'
VALUES = {
    "a value": ("", 'f"build_parameters[V]={quote(sys.argv[1])}"', True),
    "a name": ("v = parse.quote_plus(sys.argv[1])\n", 'f"build_parameters[V]={v}&job=x"', True),
    "a helper": (ENC, '"build_parameters[V]=" + enc(sys.argv[1])', True),
    "plain": (ENC, '"build_parameters[V]=" + sys.argv[1]', False),
}


@pytest.mark.parametrize("name", VALUES)
def test_an_encoded_value_of_a_form_is_refused(name: str) -> None:
    before, data, refused = VALUES[name]
    code = HEAD + before + FORM.replace("DATA", data).replace("=FORM", f"={TYPE}")
    assert ("encoded-value" in codes(code)) is refused
    words = f"['curl', '-u', 'x:', '-d', {data}, 'https://circleci.com/api/v1.1/project/github/acme/app']"
    assert ("encoded-value" in codes(f"{HEAD}import subprocess\n{before}subprocess.run({words})\n")) is refused


@pytest.mark.parametrize(
    ("kind", "refused"), [("lambda s: quote(s, safe='')", True), ("str", False), ("lambda s: s.strip()", False)]
)
def test_what_argparse_makes_of_a_branch_counts(kind: str, *, refused: bool) -> None:
    code = (
        f"{HEAD}import argparse\nparser = argparse.ArgumentParser()\n"
        f"parser.add_argument('--branch', type={kind}, default='main')\nargs = parser.parse_args()\n"
        "url = 'https://circleci.com/api/v1.1/project/github/acme/app/tree/' + args.branch\n"
        "requests.post(url, json={'job': 'x'})\n"
    )
    assert ("encoded-branch" in codes(code)) is refused


@pytest.mark.parametrize("part", ["%s' % branch", "' + branch", "{}'.format(branch)"])
def test_a_branch_from_outside_may_be_encoded(part: str) -> None:
    url = f"'https://circleci.com/api/v1.1/project/github/acme/app/tree/{part}"
    code = f"import json\nimport requests\nfor branch in json.load(open('x')):\n    requests.post({url}, json={{}})\n"
    assert "branch-as-it-is" in codes(code)


OPTIONS = {
    "click class": (
        "class Ref(click.ParamType):\n    def convert(self, value, *more):\n        return quote(value, safe='')\n\n"
        "@click.command()\n@click.option('--branch', type=Ref(), default='main')\ndef go(branch):\n    POST"
    ),
    "click callback": (
        "def check(ctx, param, value):\n    return quote(value, safe='')\n\n"
        "@click.command()\n@click.option('--branch', callback=check)\ndef go(branch):\n    POST"
    ),
    "typer": (
        "def check(value):\n    return quote(value, safe='')\n\n"
        "def go(branch: str = typer.Option('main', parser=check)):\n    POST"
    ),
    "typer annotated": (
        "def check(value):\n    return quote(value, safe='')\n\n"
        "def go(branch: Annotated[str, typer.Option(callback=check)] = 'main'):\n    POST"
    ),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_that_a_command_line_encodes(name: str) -> None:
    head = "import click, requests, typer\nfrom typing import Annotated\nfrom urllib.parse import quote\n\n"
    post = 'requests.post(f"https://circleci.com/api/v1.1/project/github/acme/app/tree/{branch}", json={"job": "x"})'
    code = head + OPTIONS[name].replace("POST", post) + "\n"
    assert refusal(code) == "encoded-branch"
    assert "encoded-branch" not in codes(code.replace("quote(value, safe='')", "value.strip()"))


@pytest.mark.parametrize("made", ['release%%2F%s" % v', 'release%" "2F" + v', 'release%2" + "F" + v'])
def test_an_escape_in_pieces_is_decoded(made: str) -> None:
    api = '"https://circleci.com/api/v1.1/project/github/acme/app/tree/'
    code = f"import requests\ndef go(v):\n    requests.post({api}{made}, json={{'job': 'x'}})\n"
    assert "release/" in rewritten(code)
    assert "%2F" not in rewritten(code)


@pytest.mark.parametrize(("branch", "named"), [("release/1.0", True), ("release%2F1.0", False)])
def test_a_plain_slash_in_the_branch_is_named(branch: str, *, named: bool) -> None:
    url = f"'https://circleci.com/api/v1.1/project/github/acme/app/tree/{branch}'"
    assert ("plain-slash" in codes(f"import requests\nrequests.post({url}, json={{}})\n")) is named
