"""A v2 call is made when the old one was made: conditions around it, what leaves before it, functions around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemods.python.guards import guards as python_guards
from migrator.model import Verdict
from migrator.syntax.shell.guards import guards
from tests.conftest import needs
from tests.python.stage import Stage, stage
from tests.shell.loopback import serving
from tests.verifying.support import V1, checked, compared, files, migrated, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.shell.loopback import Loopback

pytestmark = needs("bash", "curl")
CONFIG = "version: 2.1\njobs: {deploy: {docker: [{image: cimg/base:1}], steps: [checkout]}}\nworkflows: {}\n"
CALL = f'curl -s -u "$T:" -d build_parameters[CIRCLE_JOB]=deploy "{V1}/tree/main"'


@pytest.fixture(name="loopback", scope="module")
def _loopback(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    with serving(tmp_path_factory.mktemp("loopback")) as loopback:
        yield loopback


@pytest.fixture(name="stage", scope="module")
def _stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("stage")) as found:
        yield found


def _sent(loopback: Loopback, script: str) -> list[int]:
    """How many requests a script sends, with and without `E=prod`."""
    text = script.replace("https:", "http:")
    return [len(loopback.run("bash", text, {"T": "tok", "E": value})) for value in ("prod", "staging")]


SAME = {
    "a condition in other words": ("if [ $E = prod ]; then\n{}\nfi", "[ $E = prod ] || exit 0\n{}"),
    "a condition, negated": ("if ! [ $E = prod ]; then exit 3; fi\n{}", "[ $E = prod ] && {{ {}; }}"),
    "a function": ("{}", "api() {{\n  {}\n}}\napi"),
    "a function under the condition": (
        "[ $E = prod ] || exit\n{}",
        "api() {{\n  {}\n}}\nif [ $E = prod ]; then api; fi",
    ),
    "a function that leaves": ("[ $E = prod ] || exit\n{}", "die() {{ exit 1; }}\n[ $E = prod ] || die\n{}"),
    "a check for a program": ("{}", "command -v jq > /dev/null || exit 1\n{}"),
    "a check of the reply": ("{}", "r=$({}) || exit 1"),
    "what leaves only a subshell": ("{}", "( exit 1 )\n{}"),
    "the same check before": ("[ $E ] || exit 1\n{}", "[ $E ] || exit 1\necho on\n{}"),
}
OTHER = {
    "a new condition": ("{}", "[ $E = prod ] || exit 0\n{}", "unknown: the call is made only if `[ $E = prod ]` now"),
    "a lost condition": (
        "[ $E = prod ] || exit\n{}",
        "{}",
        "unknown: the call was made only if `[ $E = prod ]` before",
    ),
    "around it": ("{}", "if [ $E = prod ]; then\n{}\nfi", "unknown: the call is made only if `[ $E = prod ]` now"),
    "the other branch": (
        "if [ $E = prod ]; then\n{}\nfi",
        "if [ $E = prod ]; then :; else\n{}\nfi",
        "unknown: the call is made only unless `[ $E = prod ]` now",
    ),
    "a case": ("{}", "case $E in prod) {};; esac", "unknown: the call is made only if `case $E in prod)` now"),
    "and": ("{}", "[ $E = prod ] && {}", "unknown: the call is made only if `[ $E = prod ]` now"),
    "or": ("{}", "[ $E = prod ] || {}", "unknown: the call is made only unless `[ $E = prod ]` now"),
    "not reached": ("{}", "exit 0\n{}", "differs: the call is not reached: `exit 0` stands before it"),
    "not reached, by a function": ("{}", "out() {{ echo; exit; }}\nout\n{}", "differs: the call is not reached: `out`"),
    "a function that leaves": (
        "{}",
        "go() {{ [ $E = prod ] || exit; }}\ngo\n{}",
        "unknown: the call is made only if `go (go()",
    ),
    "a function that is not called": ("{}", "api() {{\n  {}\n}}", "unknown: the call is made only if `the function"),
    "a function that is called sometimes": (
        "{}",
        "api() {{\n  {}\n}}\n[ $E = prod ] && api",
        "unknown: the call is made only if `[ $E = prod ]`",
    ),
    "again and again": ("{}", "for i in 1 2; do {}; done", "unknown: the call is made only if `for i in 1 2` now"),
    "skipped in a loop": (
        "for i in 1; do {}; done",
        "for i in 1; do [ $E = prod ] || continue; {}; done",
        "unknown: the call is made only if `[ $E = prod ]` now",
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_the_same_conditions(loopback: Loopback, name: str) -> None:
    before, after = (script.format(CALL) + "\n" for script in SAME[name])
    assert _sent(loopback, before) == _sent(loopback, after)
    (call,) = compared(files(CONFIG, go=before), _now(after)).calls
    assert [proof.verdict for proof in call.proofs] == [Verdict.PROVED], told(call.proofs)


@pytest.mark.parametrize("name", OTHER)
def test_other_conditions(loopback: Loopback, name: str) -> None:
    before, after = (script.format(CALL) + "\n" for script in OTHER[name][:2])
    assert _sent(loopback, before) != _sent(loopback, after)
    (call,) = compared(files(CONFIG, go=before), _now(after)).calls
    assert told(call.proofs)[0].startswith(f"deploy: {OTHER[name][2]}"), told(call.proofs)


def _now(script: str) -> dict[str, str]:
    """A script with its call rewritten."""
    old = files(CONFIG, go=script)
    new = migrated(old)
    assert new != old
    return new


def test_a_call_that_is_not_reached_is_not_proved_alone() -> None:
    new = _now(CALL + "\n")
    assert [proof.verdict for call in checked(new).calls for proof in call.proofs] == [Verdict.PROVED]
    stopped = {**new, "go.sh": new["go.sh"].replace("curl", "exit 0\ncurl", 1)}
    (proof,) = (proof for call in checked(stopped).calls for proof in call.proofs)
    assert told([proof]) == ["run_job=deploy: unknown: the call is not reached: `exit 0` stands before it"]


HEAD = "import os, requests, sys\n"
BODY = "{'build_parameters': {'CIRCLE_JOB': 'deploy'}}"
PY = f"requests.post('{V1}/tree/main', json={BODY}, auth=(os.environ['T'], ''))"
E = "os.environ['E'] == 'prod'"
PY_SAME = {
    "a condition in other words": (f"if {E}:\n    {{}}", f"if not {E}:\n    sys.exit()\n{{}}"),
    "a function": ("{}", "def main():\n    {}\nif __name__ == '__main__':\n    main()"),
    "a function that returns": (
        f"if {E}:\n    {{}}",
        f"def main():\n    if not ({E}):\n        return\n    {{}}\nmain()",
    ),
    "one branch": (f"if {E}:\n    {{}}", f"if {E}:\n    pass\nelse:\n    sys.exit()\n{{}}"),
    "one line": (f"if {E}:\n    {{}}", f"{E} and {{}}"),
}
PY_OTHER = {
    "a new condition": (
        "{}",
        f"if {E}:\n    {{}}",
        "unknown: the call is made only if `os.environ['E'] == 'prod'` now",
    ),
    "a lost condition": (
        f"if {E}:\n    {{}}",
        "{}",
        "unknown: the call was made only if `os.environ['E'] == 'prod'` before",
    ),
    "not reached": ("{}", "sys.exit()\n{}", "differs: the call is not reached: `sys.exit()` stands before it"),
    "not called": ("{}", "def main():\n    {}", "unknown: the call is made only if `the function"),
    "a return": (
        "def main():\n    {}\nmain()",
        f"def main():\n    if not ({E}): return\n    {{}}\nmain()",
        "unknown: the call is made only if `os.environ['E'] == 'prod'` now",
    ),
    "again and again": (
        "{}",
        "for i in range(2):\n    {}",
        "unknown: the call is made only if `for i in range(2)` now",
    ),
    "an expression": (
        "{}",
        f"{{}} if {E} else None",
        "unknown: the call is made only if `os.environ['E'] == 'prod'` now",
    ),
}


def _python(before: str, after: str, stage: Stage) -> tuple[list[str], bool]:
    """What a comparison says of two programs, and whether they send as many requests for each `E`."""
    old, new = (HEAD + text.format(PY) + "\n" for text in (before, after))
    world = {".circleci/config.yml": CONFIG, "ci/go.py": new}
    now = migrated(world)
    assert now != world
    (call,) = compared({**world, "ci/go.py": old}, now).calls
    sent = [[len(stage.run(code, env={"T": "tok", "E": value})[0]) for value in ("prod", "no")] for code in (old, new)]
    return told(call.proofs), sent[0] == sent[1]


@pytest.mark.parametrize("name", PY_SAME)
def test_the_same_conditions_in_python(stage: Stage, name: str) -> None:
    assert _python(*PY_SAME[name], stage) == (["deploy: proved"], True)


@pytest.mark.parametrize("name", PY_OTHER)
def test_other_conditions_in_python(stage: Stage, name: str) -> None:
    before, after, wanted = PY_OTHER[name]
    (line,), same = _python(before, after, stage)
    assert line.startswith(f"deploy: {wanted}")
    assert not same


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("if a; then :; elif b; then curl x; fi", ["unless `a`", "if `b`"]),
        ("if a; then :; elif b; then :; else curl x; fi", ["unless `a`", "unless `b`"]),
        ("a && b && { curl x; }", ["if `a && b`"]),
        ("while read l; do [ $l ] || continue; curl x; done", ["if `while read l`", "if `[ $l ]`"]),
        ("{ [ a ] || exit 1; } >&2\ncurl x | cat", ["if `[ a ]`"]),
        ("die() { exit 1; }\n[ a ] || { usage; die; }\ncurl x", ["if `[ a ]`"]),
        ("go() { [ q ] || return; curl x; }\ngo; go", ["if `[ q ]`"]),
        ("go() { curl x; }\n[ a ] && go\n[ b ] && go", ["if `if `[ a ]` or if `[ b ]``"]),
        ("go() { go; curl x; }\ngo", []),
        ("exec 2>&1\ntrap 'exit 1' INT\ncurl x", []),
        ("énv=ü\n[ $énv ] || exit\ncurl x", ["if `[ $énv ]`"]),
    ],
)
def test_guards_of_shell(text: str, wanted: list[str]) -> None:
    assert list(map(str, guards(text, text.index("curl")))) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("if a:\n    pass\nelif b:\n    CALL()", ["unless `a`", "if `b`"]),
        ("with a:\n    if b:\n        raise c\nCALL()", ["unless `b`"]),
        ("try:\n    a\nexcept E:\n    CALL()", ["if `except E`"]),
        ("match a:\n    case 1:\n        CALL()", ["if `case 1`"]),
        ("x = [CALL() for i in a if b]", ["if `for i in a if b`"]),
        ("while a:\n    if b:\n        continue\n    é = CALL()", ["if `while a`", "unless `b`"]),
        ("class A:\n    def go(self):\n        CALL()\nif a:\n    A().go()", ["if `a`"]),
        ("def f():\n    f()\n    CALL()\nf()", []),
        ("if a:\n    def f():\n        return\nCALL()", []),
        ("CALL(", []),
    ],
)
def test_guards_of_python(text: str, wanted: list[str]) -> None:
    line = next(number for number, row in enumerate(text.split("\n"), 1) if "CALL" in row)
    found = python_guards(text, line, text.split("\n")[line - 1].index("CALL") + 1)
    assert list(map(str, found)) == wanted
