"""Where the values of a Python program come from: options, attributes, defaults, loops."""

from __future__ import annotations

import pytest

from codemods.python.assigned import assigned_in, names_in
from tests.verifying.support import V1, compared, migrated, told

CONFIG = """\
version: 2.1
jobs: {deploy: {docker: [{image: cimg/base:1}], steps: [checkout, run: make $STAGE]}}
workflows: {}
"""
PROGRAM = f"""\
import argparse, os, requests

def go(stage, branch="main"):
    requests.post(
        f"{V1}/tree/{{branch}}",
        json={{"build_parameters": {{"CIRCLE_JOB": "deploy", "STAGE": stage}}}},
        auth=(os.environ["T"], ""),
    )

parser = argparse.ArgumentParser()
parser.add_argument("--stage", default="beta", help="where to")
parser.add_argument("--other-one", default="x")
args = parser.parse_args()
CALL
"""
CALLS = {
    "option": "go(args.stage)",
    "attribute": "args.stage = args.stage.lower()\ngo(args.stage)",
    "variable": "stage = args.stage\nstage += os.environ['X']\ngo(stage)",
    "loop": "for stage in os.environ['X'].split():\n    go(stage)",
    "with": "with open('x') as file:\n    go(file.read())",
    "pair": "stage, other = os.environ['X'].split()\ngo(stage)",
    "branch": "go(args.stage, os.environ.get('B', 'main'))",
}


def _program(name: str) -> dict[str, str]:
    return {".circleci/config.yml": CONFIG, "ci/go.py": PROGRAM.replace("CALL", CALLS[name])}


def _told(name: str, good: str, bad: str) -> list[str]:
    old = _program(name)
    new = migrated(old)
    assert new != old
    changed = {**new, "ci/go.py": new["ci/go.py"].replace(good, bad)}
    assert changed != new
    return [line for call in compared(old, changed).calls for line in told(call.proofs)]


@pytest.mark.parametrize("name", CALLS)
def test_the_same_values(name: str) -> None:
    assert _told(name, "import argparse", "import argparse  # the same") == ["deploy: proved"]


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("option", "where to", "somewhere else"),
        ("option", '"--other-one", default="x"', '"--other-one", default="y"'),
        ("option", "args = parser.parse_args()", "args = (parser.parse_args())"),
    ],
)
def test_what_does_not_matter(name: str, good: str, bad: str) -> None:
    assert _told(name, good, bad) == ["deploy: proved"]


@pytest.mark.parametrize(
    ("name", "good", "bad", "wanted"),
    [
        ("option", 'default="beta"', 'default="live"', "stage"),
        ("option", 'default="beta"', 'default="beta", type=int', "stage"),
        ("option", "parse_args()\n", "parse_args()\nargs.stage = args.stage + '/x'\n", "stage"),
        ("attribute", "lower", "upper", "stage"),
        ("variable", "+= os.environ['X']", "+= os.environ['Y']", "stage"),
        ("loop", "split()", "split(',')", "stage"),
        ("with", "open('x')", "open('y')", "file"),
        ("pair", "split()", "split(',')", "stage"),
    ],
)
def test_another_value_is_not_proved(name: str, good: str, bad: str, wanted: str) -> None:
    (line,) = _told(name, good, bad)
    assert line.startswith(("deploy: unknown: ", "deploy: differs: "))
    assert wanted in line


def test_all_that_gives_a_value() -> None:
    text = (
        "a = b = 1\nc: int = 2\nd += 3\nif (e := 4): pass\nfor f, g in h: pass\nwith i as j: pass\nk.l = 5\n"
        "[m, n.o] = p\ndef q(r, s=6, *, t=7, u): pass\nx.add_argument('-v', '--vv-w', help='y', default=8)\n"
        "@click.option('z', dest='zz')\ndef w(self, y): pass\nx.w(9, u=10)\n"
    )
    found = {name: codes for name, codes in assigned_in(text).items() if not name.startswith(".")}
    assert found == {
        "a": ("1",), "b": ("1",), "c": ("2",), "d": ("d += 3",), "e": ("4",), "f": ("for: h",), "g": ("for: h",),
        "j": ("i",), "m": ("p",), "s": ("default: 6",), "t": ("default: 7",),
        "u": ("given: 10",), "y": ("given: 9",),
        "vv_w": ("option: '-v', '--vv-w', default=8",), "zz": ("option: 'z', dest='zz'",),
    }  # fmt: skip
    assert {name for name in assigned_in(text) if name.startswith(".")} == {".l", ".o", ".vv_w", ".zz"}
    assert assigned_in("a = (") == {}
    assert names_in("a.b[c](d.e)") == {"a", ".b", "c", "d", ".e"}
    assert names_in("a b") == set()
