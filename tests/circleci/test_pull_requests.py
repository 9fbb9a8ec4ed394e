"""Branches of pull requests: v1.1 says `pull/N`, v2 `pull/N/head`; what may be one is named, in every language."""

from __future__ import annotations

import pytest

from migrator.model import Status
from tests.verifying.support import V1, files, report

CONFIG = """
version: 2.1
jobs:
  deploy: {docker: [{image: cimg/base:2024.01}], steps: [checkout]}
workflows:
  main: {jobs: [deploy]}
"""
DATA = "-u $T: -d build_parameters[CIRCLE_JOB]=deploy"
HEAD = "import os\nimport requests\n"
JSON = "json={'build_parameters': {'CIRCLE_JOB': 'deploy'}}"
POST = f"requests.post(f'{V1}/tree/{{b}}', {JSON}, auth=(os.environ['T'], ''))\n"
STEPS = "on: push\njobs:\n  x:\n    runs-on: ubuntu-latest\n    steps:\n      - run: "
CALLERS = {
    "variable": ("go.sh", f"curl {DATA} {V1}/tree/$CIRCLE_BRANCH\n"),
    "variable with a default": ("go.sh", f'b="${{CIRCLE_BRANCH:-main}}"\ncurl {DATA} "{V1}/tree/$b"\n'),
    "one that must be set": ("go.sh", f'curl {DATA} "{V1}/tree/${{CIRCLE_BRANCH:?}}"\n'),
    "default of an argument": ("go.sh", f'b=${{1:-$CIRCLE_BRANCH}}\ncurl {DATA} "{V1}/tree/$b"\n'),
    "wget": ("go.sh", f"wget --header='Circle-Token: t' --post-data=job=deploy {V1}/tree/$CIRCLE_BRANCH\n"),
    "pipeline": ("go.sh", f"curl -u $T: -d branch=$CIRCLE_BRANCH {V1}/build\n"),
    "makefile": ("Makefile", f"go:\n\tcurl {DATA} {V1}/tree/$(CIRCLE_BRANCH)\n\techo $$CIRCLE_BRANCH\n"),
    "workflow": (".github/workflows/x.yml", f"{STEPS}curl {DATA} {V1}/tree/$CIRCLE_BRANCH\n"),
    "program": ("go.py", f"{HEAD}b = os.environ['CIRCLE_BRANCH']\n{POST}"),
    "program with a default": ("go.py", f"{HEAD}b = os.getenv('CIRCLE_BRANCH', 'main')\n{POST}"),
    "program, one of two": (
        "go.py",
        f"{HEAD}b = 'main'\nif 'CIRCLE_BRANCH' in os.environ:\n    b = os.environ['CIRCLE_BRANCH']\n{POST}",
    ),
    "one of two": ("go.sh", f"if test $1; then b=main; else b=$CIRCLE_BRANCH; fi\ncurl {DATA} {V1}/tree/$b\n"),
    "a default": ("go.sh", f"b=$1\n[ -n $b ] || b=$CIRCLE_BRANCH\ncurl {DATA} {V1}/tree/$b\n"),
    "through a name": ("go.sh", f"a=$(echo $CIRCLE_BRANCH)\nb=$1\n: ${{b:=$a}}\ncurl {DATA} {V1}/tree/$b\n"),
    "a value or another": ("go.py", f"{HEAD}b = os.environ.get('CIRCLE_BRANCH') or 'main'\n{POST}"),
    "function": ("go.py", f"{HEAD}def at():\n    return os.environ['CIRCLE_BRANCH'].strip()\nb = at()\n{POST}"),
}
OTHERS = {
    "one of two": ("go.sh", f"a=$CIRCLE_BRANCH; if test $1; then b=main; else b=$2; fi\ncurl {DATA} {V1}/tree/$b\n"),
    "another variable": ("go.sh", f"curl {DATA} {V1}/tree/$MY_CIRCLE_BRANCH\n"),
    "no branch": ("go.sh", f"curl {DATA} {V1}\necho $CIRCLE_BRANCH\n"),
    "in a parameter": ("go.sh", f"curl {DATA} -d build_parameters[B]=$CIRCLE_BRANCH {V1}/tree/main\n"),
    "program": ("go.py", f"{HEAD}b = os.environ['BRANCH']\n{POST}"),
}
SOMETIMES = {
    "loop": ("go.sh", f"for b in main pull/12; do\n  curl {DATA} {V1}/tree/$b\ndone\n"),
    "case": ("go.sh", f"case $1 in x) b=pull/7 ;; *) b=main ;; esac\ncurl {DATA} {V1}/tree/$b\n"),
    "pipeline": ("go.sh", f"for b in main pull/12; do\n  curl -u $T: -d branch=$b {V1}/build\ndone\n"),
    "program": ("go.py", f"{HEAD}for b in ['main', 'pull/12']:\n    {POST}"),
}


def codes(path: str, text: str) -> list[str]:
    (outcome,) = report({**files(CONFIG), path: text}).outcomes
    return [note.code for note in outcome.notes]


@pytest.mark.parametrize("name", CALLERS)
def test_a_branch_that_may_be_one_is_named(name: str) -> None:
    assert "fork-branch" in codes(*CALLERS[name])


@pytest.mark.parametrize("name", OTHERS)
def test_another_is_not(name: str) -> None:
    assert "fork-branch" not in codes(*OTHERS[name])


@pytest.mark.parametrize("name", SOMETIMES)
def test_one_that_is_a_pull_request_only_sometimes_is_refused(name: str) -> None:
    assert "pull-branch" in codes(*SOMETIMES[name])


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("go.sh", f"curl {DATA} {V1}/tree/pull/$N\n"),
        ("go.sh", f"for b in pull/1 pull/12; do\n  curl {DATA} {V1}/tree/$b\ndone\n"),
        ("go.py", f"{HEAD}b = 'pull/' + os.environ['N']\n{POST}"),
        ("go.py", f"{HEAD}for n in [1, 12]:\n    b = f'pull/{{n}}'\n    {POST}"),
    ],
)
def test_what_is_always_one_is_written_for_v2(path: str, text: str) -> None:
    found = report({**files(CONFIG), path: text})
    (outcome,) = found.outcomes
    assert outcome.status is Status.SAFE
    assert b"/head" in next(change.after for change in found.changes if change.path == path)
