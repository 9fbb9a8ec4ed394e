"""Text of a call that a compound command writes into a file or hands to a shell, and values in front of a function."""

from __future__ import annotations

import pytest

from tests.shell.support import API, codes, found, only

CALL = f"curl -s -u $T: -d build_parameters[CIRCLE_JOB]=deploy {API}/tree/main"
WRITTEN = {
    "subshell": f'(echo "0 3 * * * {CALL}") > cron.txt',
    "subshell with more": f'( echo "#!/bin/sh"\n  echo "{CALL}" ) >> cron.sh; sh cron.sh',
    "group": f'{{ echo "#!/bin/sh"; echo "{CALL}"; }} > nightly.sh',
    "group in a group": f'{{ (echo "{CALL}"); }} > nightly.sh',
    "condition": f'if true; then echo "{CALL}"; fi > cron.txt',
    "case": f'case $1 in a) echo "{CALL}" ;; esac > cron.txt',
    "loop into a shell": f'for b in main develop; do echo "{CALL}"; done | sh',
    "loop into a file": f'while read x; do echo "{CALL}"; done < names > all.sh',
    "group into tee": f'{{ echo "{CALL}"; }} | tee run.sh',
    "rest of the script": f'exec > run.sh\necho "{CALL}"',
}
SHOWN = {
    "subshell": f'(echo "{CALL}")',
    "group into cat": f'{{ echo "{CALL}"; }} | cat',
    "to the screen": f'{{ echo "{CALL}"; }} >&2',
    "to nowhere": f'{{ echo "{CALL}"; }} > /dev/null',
    "into a log": f'exec > deploy.log\necho "{CALL}"',
    "behind it": f'{{ echo a; }} > x\necho "{CALL}"',
}


@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_written_out_is_found(name: str) -> None:
    assert set(codes(only(WRITTEN[name] + "\n"))) & {"generated-script", "nested-shell"}


@pytest.mark.parametrize("name", SHOWN)
def test_what_is_only_shown_is_not(name: str) -> None:
    assert found(SHOWN[name] + "\n") == ()


GO = f'go() {{\n  curl -u "$T:" -d "build_parameters[CIRCLE_JOB]=$JOB" -d "build_parameters[V]=$V" {API}/tree/$B\n}}\n'
BEFORE = "JOB=deploy V=1 B=main\n"


@pytest.mark.parametrize("given", ["JOB=smoke", "B=$1", 'V="$1"'])
def test_a_value_in_front_of_a_function_counts(given: str) -> None:
    name = given.partition("=")[0]
    for call in (f"{given} go\ngo\n", f"[ -n $1 ] && {given} go || go\n"):
        trigger = only(BEFORE + GO + call).trigger
        values = {"JOB": trigger.job, "B": trigger.branch, "V": dict(trigger.parameters)["V"]}
        (part,) = values[name].template
        assert getattr(part, "resolved", None) is None
        assert getattr(part, "values", None) is None


def test_a_value_in_front_of_a_program_does_not() -> None:
    trigger = only(f"{BEFORE}{GO}JOB=smoke ./go.sh\ngo\n").trigger
    (part,) = trigger.job.template
    assert part.resolved is not None
