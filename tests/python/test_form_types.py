"""Values of forms and of JSON that are no text: what arrived otherwise than `str()` has it is refused or named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.python.stage import asked_of_v1, asked_of_v2, stage
from tests.python.support import codes, refusal, rewritten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.python.stage import Stage

URL = '"https://circleci.com/api/v1.1/project/github/acme/app"'
HEAD = "import base64, json, os, subprocess, sys, urllib.request\nimport requests\n"
FORM = f'requests.post({URL}, auth=("t", ""), data={{"build_parameters[CIRCLE_JOB]": "d", "build_parameters[X]": x}})\n'
POPEN = "p = subprocess.Popen(['echo', 'a'], stdout=subprocess.PIPE"
RAW = {
    "output": f"{POPEN})\nx = p.communicate()[0].strip()\n",
    "taken apart": f"{POPEN})\nout, err = p.communicate()\nx = out.strip()\n",
    "read from a program": f"{POPEN})\nx = p.stdout.read()\n",
    "captured": "x = subprocess.run(['echo', 'a'], capture_output=True).stdout.strip()\n",
    "captured in so many words": "x = subprocess.run(['echo'], capture_output=True, text=False).stdout\n",
    "file": "with open(sys.argv[0], 'rb') as f:\n    x = f.read().strip()\n",
    "file by its mode": "f = open(sys.argv[0], mode='rb')\nx = f.readline()\n",
    "reply": "x = urllib.request.urlopen('http://x').read().strip()\n",
    "encoded": "x = sys.argv[1].encode()\n",
    "base64": "x = base64.b64encode(b'a')\n",
    "arguments": "x = sys.argv[1:]\n",
    "split": "x = sys.argv[1].split(',')\n",
    "generator": "x = (each for each in sys.argv)\n",
    "option that is given often": "p.add_argument('--x', action='append')\na = p.parse_args()\nx = a.x\n",
    "option with several values": "p.add_argument('--x', nargs='*')\na = p.parse_args()\nx = a.x\n",
    "click": "@click.option('-t', '--x', multiple=True)\ndef go(x):\n    FORM",
    "click argument": "@click.argument('x', nargs=-1)\ndef go(x):\n    FORM",
}
TEXT = {
    "output": f"{POPEN}, text=True)\nx = p.communicate()[0].strip()\n",
    "taken apart": f"{POPEN}, encoding='utf-8')\nout, err = p.communicate()\nx = out.strip()\n",
    "captured": "x = subprocess.run(['echo', 'a'], capture_output=True, text=True).stdout.strip()\n",
    "decoded": f"{POPEN})\nx = p.communicate()[0].decode().strip()\n",
    "file": "with open(os.devnull) as f:\n    x = f.read().strip()\n",
    "two arguments": "x, y = sys.argv[1:3]\n",
    "looked up": "NAMES = {'a': 'x', 'b': 'y'}\nx = NAMES[sys.argv[1]]\n",
    "slice": "x = os.environ.get('SHA', '')[:7] or 'latest'\n",
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("stage")) as made:
        yield made


@pytest.mark.parametrize("name", RAW)
def test_what_is_no_text_is_refused_in_a_form(name: str) -> None:
    code = RAW[name].replace("FORM", FORM) if "FORM" in RAW[name] else RAW[name] + FORM
    assert refusal(f"{HEAD}import argparse, click\np = argparse.ArgumentParser()\n{code}") == "repeated-field"


@pytest.mark.parametrize(
    ("option", "noted"),
    [
        ("@click.option('--x', required=True)", []),
        ("@click.option('--x', default='a')", []),
        ("@click.option('--x', type=int, default=1)", []),
        ("@click.option('--x', type=click.Choice(['a', 'b']), required=True)", []),
        ("@click.option('--on/--off', 'x')", []),
        ("@click.argument('x')", []),
        ("@click.option('--x')", ["may-be-none"]),
        ("@click.option('--x', type=Kind(), required=True)", ["value-assumed"]),
    ],
)
def test_options_of_click(option: str, noted: list[str]) -> None:
    assert codes(f"{HEAD}import click\n{option}\ndef go(x):\n    {FORM}") == noted


@pytest.mark.parametrize("name", TEXT)
def test_what_is_text_stays(name: str, shared: Stage) -> None:
    code = HEAD + TEXT[name] + FORM
    assert codes(code) == []
    new = rewritten(code)
    assert '"x": x}' in new
    asked = [shared.run(text, argv=["a", "b"])[0][0] for text in (code, new)]
    assert asked_of_v1(asked[0]) == asked_of_v2(asked[1], {"x": "X"})


def test_a_dict_that_changes_is_not_known_whole() -> None:
    assert codes(HEAD + "NAMES = {'a': 'x'}\nNAMES['b'] = len(sys.argv)\nx = NAMES[sys.argv[1]]\n" + FORM) == [
        "value-assumed"
    ]


def test_what_is_not_known_is_named() -> None:
    assert codes(f"{HEAD}from settings import x\n{FORM}") == ["value-assumed"]
    assert codes(f"{HEAD}x = len(sys.argv)\n{FORM}") == []


OWN = f"""\
import datetime
requests.post({URL}, headers={{"Circle-Token": "t", "Content-Type": "application/json"}},
              data=json.dumps({{"build_parameters": {{"CIRCLE_JOB": "d", "X": x}}}}, default=str))
"""


@pytest.mark.parametrize("value", ["datetime.date(2026, 1, 2)", "open", "[datetime.date(2026, 1, 2)]"])
def test_what_an_encoder_of_the_programs_own_makes_is_assumed_to_be_text(value: str) -> None:
    assert "value-type" in codes(HEAD + OWN.replace('X": x', f'X": {value}'))


@pytest.mark.parametrize("value", ["sys.argv[1]", "len(sys.argv)", "True", "'a'"])
def test_what_needs_no_encoder_is_safe(value: str, shared: Stage) -> None:
    code = HEAD + OWN.replace('X": x', f'X": {value}')
    assert codes(code) == []
    asked = [shared.run(text, argv=["a"])[0][0] for text in (code, rewritten(code))]
    assert asked_of_v1(asked[0]) == asked_of_v2(asked[1], {"x": "X"})


SHELL = """\
x = sys.argv[1]
subprocess.run(f'curl -so x.out -u t: -d "build_parameters[CIRCLE_JOB]=d" -d "build_parameters[X]={x}" URL', shell=True)
"""


@pytest.mark.parametrize("value", ["1.0", "O'Reilly", "a b", "$HOME", "x'; exit 3; '"])
def test_a_value_that_a_program_puts_into_quotes_stays_in_them(value: str, shared: Stage) -> None:
    code = HEAD + SHELL.replace("URL", URL.strip('"'))
    asked = [shared.run(text, argv=[value])[0][0] for text in (code, rewritten(code))]
    assert asked_of_v1(asked[0]) == asked_of_v2(asked[1], {"x": "X"})


@pytest.mark.parametrize("value", ["100 + n", "n + n", "n"])
def test_numbers_that_are_added_are_no_text(value: str, shared: Stage) -> None:
    code = f"{HEAD}n = len(sys.argv)\nx = {value}\n"
    for call in (FORM, FORM.replace("x}", f"{value}}}"), OWN.replace(", default=str", "")):
        asked = [shared.run(text, argv=["a"])[0][0] for text in (code + call, rewritten(code + call))]
        assert asked_of_v1(asked[0]) == asked_of_v2(asked[1], {"x": "X"})


@pytest.mark.parametrize(
    "text",
    [
        f"def go(x, json):\n    {FORM.replace('data=', 'json=').replace('build_parameters[CIRCLE_JOB]', 'job')}",
        f"str = open\nx = len(sys.argv)\n{FORM}",
        f"for isinstance in sys.argv:\n    from settings import x\n    {FORM}",
    ],
)
def test_names_that_the_program_has_taken(text: str) -> None:
    text = text.replace('"build_parameters[X]": x', '"build_parameters": {"X": x}') if "json={" in text else text
    assert refusal(HEAD.replace("json, ", "") + text + "\n") == "name-taken"


SAYS = '{"Circle-Token": "t", "Content-Type": "application/json", "Content-Length": "12"}'
BODY = '{"job": "d"}'


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (f"urllib.request.urlopen(urllib.request.Request({URL}, b'{BODY}', {SAYS}))", ["content-length"]),
        (f"httpx.post({URL}, content='{BODY}', headers={SAYS})", ["content-length"]),
        (f"requests.post({URL}, data='{BODY}', headers={SAYS})", []),
    ],
)
def test_a_header_with_the_length_of_the_body(call: str, expected: list[str]) -> None:
    """Requests counts again; the others send what they are told, or fail."""
    assert codes(f"{HEAD}import httpx\n{call}\n") == expected


def test_a_length_in_a_list_of_arguments_is_refused() -> None:
    call = f"subprocess.run(['curl', '-H', 'Content-Length: 5', '-d', 'job=x', {URL}])\n"
    assert refusal(HEAD + call) == "content-length"
