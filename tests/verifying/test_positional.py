"""`$1` is the same in two scripts only where the same gives it: the function, its calls, `set` and `shift`."""

from __future__ import annotations

import pytest

from tests.verifying.support import V1, compared, faults, files, migrated

_CONFIG = "version: 2.1\njobs: {deploy: {docker: [{image: cimg/base:1}], steps: [checkout]}}\nworkflows: {}\n"
_CALL = f"curl -u $T: -d build_parameters[CIRCLE_JOB]=deploy {V1}/tree/$1\n"
_SAME = [
    _CALL,
    "go() {\n  " + _CALL + "}\ngo a\ngo $1\n",
    'set -- "$BRANCH"\nshift 0\n' + _CALL,
    "branch=${2:-main}\n" + _CALL.replace("$1", "$branch"),
    "outer() { go $2; }\ngo() {\n  " + _CALL + "}\nouter a b\n",
]


@pytest.mark.parametrize("script", _SAME)
def test_the_same_arguments_are_the_same_branch(script: str) -> None:
    old = files(_CONFIG, go=script)
    new = migrated(old)
    assert new != old
    assert not faults(compared(old, new))


@pytest.mark.parametrize(
    ("script", "good", "bad"),
    [
        (_CALL, "curl", "shift\ncurl"),
        (_CALL, "curl", "set -- x y\ncurl"),
        (_SAME[1], "go a\n", "go b\n"),
        (_SAME[1], "go a\n", "go a\nset -- z\n"),
        (_SAME[2], '"$BRANCH"', "main"),
        (_SAME[3], "branch=", "shift\nbranch="),
        (_SAME[4], "outer a b", "outer b a"),
        (_SAME[4], "go $2", "go $1"),
    ],
)
def test_other_arguments_are_not_proved(script: str, good: str, bad: str) -> None:
    old = files(_CONFIG, go=script)
    new = migrated(old)
    mutant = new["go.sh"].replace(good, bad, 1)
    assert mutant != new["go.sh"]
    (found,) = faults(compared(old, {**new, "go.sh": mutant}))
    assert found == "deploy: unknown: $@ gets its value in another way than before"


def test_a_call_that_moved_into_a_function_is_not_proved() -> None:
    old = files(_CONFIG, go=_CALL)
    new = migrated(old)
    head, _, call = new["go.sh"].partition("\n")
    mutant = f"{head}\ngo() {{\n{call}}}\ngo main\n"
    assert faults(compared(old, {**new, "go.sh": mutant})) == [
        "deploy: unknown: $@ gets its value in another way than before"
    ]


_ASSIGNED = "env=$1\nversion=${2:?}\n" + _CALL.replace("$1", "$env-$version")


def test_a_call_that_moved_into_a_function_reads_what_it_read() -> None:
    old = files(_CONFIG, go=_ASSIGNED)
    new = migrated(old)
    head, _, call = new["go.sh"].partition("curl")
    assert not faults(compared(old, {**new, "go.sh": f"{head}api() {{\n  curl{call}}}\napi\n"}))
    assert not faults(compared(old, {**new, "go.sh": f"{head}api() {{\n  curl{call}}}\napi other\n"}))


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("env=", "shift\nenv="),
        ("env=", "set -- x y\nenv="),
        ("version=", "shift\nversion="),
    ],
)
def test_a_variable_that_gets_another_argument_is_not_proved(good: str, bad: str) -> None:
    old = files(_CONFIG, go=_ASSIGNED)
    new = migrated(old)
    (found,) = faults(compared(old, {**new, "go.sh": new["go.sh"].replace(good, bad, 1)}))
    assert found == "deploy: unknown: $@ gets its value in another way than before"
