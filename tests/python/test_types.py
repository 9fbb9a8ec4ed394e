"""What a program sends as text is known to be text: each program is run, and what it sends is looked at."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from codemods.found import RewriteOptions
from codemods.python.caller import find
from migrator.model import Severity
from migrator.syntax.text.source import apply_edits
from tests.python.support import planned, source_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SEND = (
    'requests.post("https://circleci.com/api/v1.1/project/github/acme/app", auth=("T", ""),'
    ' json={"build_parameters": {"X": x}})\n'
)
BODY = SEND.rstrip("\n")
RETRY = "from functools import lru_cache\n@lru_cache\ndef go(x):\n    SEND\ngo('a')\n"
GO = {"go.py": f"import requests\ndef start(x, y=1):\n    {SEND}"}
PARSER = (
    "import argparse\ndef parse(a):\n    p = argparse.ArgumentParser()\n"
    "    p.add_argument('--v', required=True)\n    p.add_argument('--n', type=int)\n"
)
ECHO = "import subprocess\nx = subprocess.check_output(['echo']"
SEVERAL = PARSER.replace("'--n', type=int", "'n', nargs='+'")
NUMBERS = PARSER.replace("'--n', type=int", "'n', type=int, nargs=2")
TEXT = {
    "returned": ("def flag(v):\n    return 'true' if v else 'false'\nx = flag(sys.argv)\nSEND\n", {}),
    "returned in two places": (
        "def flag(v):\n    if v:\n        return 'true'\n    return 'false'\nx = flag(sys.argv)\nSEND\n",
        {},
    ),
    "decorated": (RETRY, {}),
    "an option that a function parses": (
        f"{PARSER}    return p.parse_args(a)\nargs = parse(['--v', 'a'])\nx = args.v\nSEND\n",
        {},
    ),
    "what a program prints": (f"{ECHO}, text=True).strip()\nSEND\n", {}),
    "bytes that are decoded": (f"{ECHO}).decode().strip()\nSEND\n", {}),
    "one of the command line": ("for x in sys.argv[:1]:\n    SEND\n", {}),
    "each argument of an option": (
        f"{SEVERAL}    return p.parse_args(a)\nargs = parse(['--v', 'a', 'b'])\nfor x in args.n:\n    SEND\n",
        {},
    ),
    "one of a pair": ("for x, y in [('a', 1), ('b', 2)]:\n    SEND\n", {}),
    "one of a named pair": ("ALL = (('a', 1), ('b', 2))\nfor x, y in ALL:\n    SEND\n", {}),
    "a key": ("for x, y in {'a': 1, 'b': 2}.items():\n    SEND\n", {}),
    "a value": ("ALL = {1: 'a', 2: 'b'}\nfor y, x in ALL.items():\n    SEND\n", {}),
    "comprehension": ("def go(x):\n    SEND\n[go(x) for x, y in [('a', 1)]]\n", {}),
    "called elsewhere": (GO["go.py"], {"main.py": "import go\ngo.start('a')\ngo.start(x='b')\n"}),
    "called by name": (GO["go.py"], {"main.py": "from go import start\nstart('a', y=2)\n"}),
    "called by two": (
        GO["go.py"],
        {"main.py": "import two\nfrom go import start\nstart('a')\n", "two.py": "import go\ngo.start('c')\n"},
    ),
}
OTHER = {
    "numbers of an option": (
        f"{NUMBERS}    return p.parse_args(a)\nargs = parse(['--v', 'a', '1', '2'])\nfor x in args.n:\n    SEND\n",
        {},
    ),
    "an option that a function parses and changes": (
        f"{PARSER}    o = p.parse_args(a)\n    o.v = 1\n    return o\nargs = parse(['--v', 'a'])\nx = args.v\nSEND\n",
        {},
    ),
    "an option of another type that a function parses": (
        f"{PARSER}    return p.parse_args(a)\nargs = parse(['--v', 'a', '--n', '1'])\nx = args.n\nSEND\n",
        {},
    ),
    "returns nothing at the end": (
        "def flag(v):\n    if v[5:]:\n        return 'true'\nx = flag(sys.argv)\nSEND\n",
        {},
    ),
    "returns a number": (
        "def flag(v):\n    if v[5:]:\n        return 'true'\n    return 1\nx = flag(sys.argv)\nSEND\n",
        {},
    ),
    "the other of a pair": ("for y, x in [('a', 1), ('b', 2)]:\n    SEND\n", {}),
    "pairs that change": ("ALL = [('a', 1)]\nALL.append((2, 3))\nfor x, y in ALL:\n    SEND\n", {}),
    "keys that change": ("ALL = {'a': 1}\nALL[2] = 3\nfor x, y in ALL.items():\n    SEND\n", {}),
    "called elsewhere with a number": (GO["go.py"], {"main.py": "import go\ngo.start('a')\ngo.start(x=2)\n"}),
    "called by another name": (
        GO["go.py"],
        {"main.py": "from go import start as begin\nfrom go import start\nstart('a')\nbegin(2)\n"},
    ),
    "handed on": (GO["go.py"], {"main.py": "import go\ngo.start('a')\nlist(map(go.start, [1]))\n"}),
}


def unsure(text: str, files: Mapping[str, str]) -> bool:
    """Whether the one call is said to send what may be no text."""
    (found,) = find(source_of(text, "go.py", files))
    return any(note.code in {"value-type", "may-be-none"} for note in found.call.notes)


def rewrites(text: str, files: Mapping[str, str]) -> str:
    """What becomes of the value."""
    (found,) = find(source_of(text, "go.py", files))
    options = RewriteOptions(together=frozenset({found.call.span}))
    return apply_edits(text, found.region.edits(found.writer.post(planned(found.call.trigger), options).edits))


def sent(folder: Path, text: str, files: Mapping[str, str]) -> set[str]:
    """The types of the values that the program sends."""
    (folder / "requests.py").write_text(
        "def post(*_, json, **__):\n    print(type(json['build_parameters']['X']).__name__)\n"
    )
    for name, code in {**files, "go.py": text}.items():
        (folder / name).write_text(code)
    main = "main.py" if "main.py" in files else "go.py"
    ended = subprocess.run([sys.executable, main], cwd=folder, capture_output=True, text=True, timeout=30, check=True)
    return set(ended.stdout.split())


def program(code: str) -> str:
    return code if code.startswith("import requests") else f"import sys\nimport requests\n{code.replace('SEND', BODY)}"


@pytest.mark.parametrize("name", TEXT)
def test_what_is_text_stays_as_it_is(name: str, tmp_path: Path) -> None:
    code, files = program(TEXT[name][0]), TEXT[name][1]
    assert sent(tmp_path, code, files) == {"str"}
    assert '"x": x}' in rewrites(code, files)
    assert not unsure(code, files)


@pytest.mark.parametrize("name", OTHER)
def test_what_may_be_no_text_is_made_text(name: str, tmp_path: Path) -> None:
    code, files = program(OTHER[name][0]), OTHER[name][1]
    assert sent(tmp_path, code, files) - {"str"}
    assert unsure(code, files) or '"x": x}' not in rewrites(code, files)


def test_what_a_program_prints_is_bytes_unless_it_is_asked_for_text() -> None:
    code = "import subprocess\nimport requests\nx = subprocess.check_output(['echo']).strip()\n"
    code += "requests.post('https://circleci.com/api/v1.1/project/gh/a/b', data={'build_parameters[X]': x})\n"
    (found,) = find(source_of(code, "go.py", {}))
    assert [note.code for note in found.call.notes if note.severity is Severity.ERROR] == ["repeated-field"]
