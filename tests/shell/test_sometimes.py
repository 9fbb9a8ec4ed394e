"""Options that a script adds to an array only where a variable holds something, and what is like that and is not."""

from __future__ import annotations

import pytest

from migrator.errors import Refusal
from migrator.model import Severity
from tests.shell.support import API, codes, found, only, rewritten

CALL = f'curl -u "$T:" "${{A[@]}}" {API}/tree/main\n'
ADDED = 'A+=(-d "build_parameters[V]=$V")'
UNSEEN = {
    "another check": f'[ "$V" = x ] && {ADDED}',
    "more than a check": f'[ -n "$V" ] && [ -n "$W" ] && {ADDED}',
    "another branch": f'if [ -n "$V" ]; then {ADDED}; else A+=(-v); fi',
    "another statement": f'if [ -n "$V" ]; then\n  echo "$V"\n  {ADDED}\nfi',
    "the other way round": f'[ -n "$V" ] || {ADDED}',
    "a list that goes on": f'[ -n "$V" ] && {ADDED} || true',
    "a redirection": f'if [ -n "$V" ]; then {ADDED}; fi 2> log',
    "a check that ends the script": f'set -u\n[ -n "$V" ] && {ADDED}',
    "a loop": f'for V in a b; do [ -n "$V" ] && {ADDED}; done',
    "a function": f'more() {{ [ -n "$V" ] && {ADDED}; }}\nmore',
    "a subshell": f'( [ -n "$V" ] && {ADDED} )',
    "another reader": f'[ -n "$V" ] && {ADDED}\nrsync "${{A[@]}}" x',
}
KEPT = {
    "another option beside": ('[ -n "$V" ] && A+=(-d "build_parameters[V]=$V" -v)', "options-in-variable"),
    "a value that changes": (f'[ -n "$V" ] && {ADDED}\nV=other', "moved-variable"),
}


@pytest.mark.parametrize("name", UNSEEN)
def test_what_may_be_otherwise_is_not_seen_through(name: str) -> None:
    assert codes(only(f"A=(-X POST)\n{UNSEEN[name]}\n{CALL}"), Severity.ERROR) == ["array-arguments"]


@pytest.mark.parametrize("name", KEPT)
def test_what_cannot_move_is_refused(name: str) -> None:
    text, code = KEPT[name]
    with pytest.raises(Refusal) as refused:
        rewritten(f"A=(-X POST)\n{text}\n{CALL}")
    assert refused.value.code == code


def test_the_statements_go_with_what_they_added() -> None:
    lines = ['if true; then [ -n "$V" ] && A+=(-d "build_parameters[V]=$V"); # then', f"{CALL}fi"]
    new = rewritten("A=(-d build_parameters[CIRCLE_JOB]=x)\n" + "\n".join(lines) + "\n")
    assert "A+=" not in new
    assert "if true; then # then\n" in new
    assert '"v": "\'"${V-}"\'"' in new
    assert found(new) == ()


BASE = 'D="build_parameters[CIRCLE_JOB]=x"\n'
SEND = f'curl -u "$T:" -d "$D" {API}/tree/main\n'
OPEN = {
    "another check": '[ "$V" = x ] && D="$D&build_parameters[V]=$V"',
    "another text": '[ -n "$V" ] && D="build_parameters[V]=$V"',
    "no field of its own": '[ -n "$V" ] && D="$D$V"',
    "another reader": '[ -n "$V" ] && D="$D&build_parameters[V]=$V"\ncurl -d "$D" https://example.com',
    "a loop": 'for V in a b; do [ -n "$V" ] && D="$D&build_parameters[V]=$V"; done',
    "one of two": 'if [ -n "$V" ]; then D="$D&build_parameters[V]=$V"; else D="$D&build_parameters[W]=1"; fi',
}


@pytest.mark.parametrize("name", OPEN)
def test_a_body_that_may_be_otherwise_is_not_seen_through(name: str) -> None:
    last = found(f"{BASE}{OPEN[name]}\n{SEND}")[-1]
    assert codes(last.call, Severity.ERROR)


def test_fields_that_are_added_to_a_body_are_optional() -> None:
    text = f'{BASE}[ -n "$V" ] && D+="&build_parameters[V]=$V"; {SEND}'
    assert only(text).trigger.optional == {"V"}
    assert rewritten(text).splitlines()[1].startswith("curl -u")
