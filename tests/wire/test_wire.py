"""What the tool reads of random callers is what they send, and what their rewrites send is what was planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.wire.caller import WireCaller
from tests.wire.oracle import batch, case_of, difference, run_cases

if TYPE_CHECKING:
    from pathlib import Path

SEEDS = range(1, 6)
API = "http://circleci.com/api/v1.1/project/github/acme/app"
JOB = "build_parameters[CIRCLE_JOB]=deploy"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_read_is_what_is_sent(seed: int, tmp_path: Path) -> None:
    wrong, verdicts = batch(seed * 1_000_000, 500, tmp_path)
    assert wrong == []
    assert verdicts["safe"] > 200  # else the callers are too odd to tell anything


CALLERS = {
    "the last data of wget": f"wget -q --post-data={JOB} --post-data='{JOB}&build_parameters[A]=b' {API}",
    "wget's user before a challenge": f"wget -q --user=tok --password= --post-data={JOB} {API}",
    "wget's other user": f'wget -q --http-user="$TOKEN" --http-password= --user=x --post-data={JOB} {API}',
    "pieces of JSON": f"""curl -u tok: --json '{{"build_parameters": ' --json '{{"A": "b"}}}}' {API}""",
    "-G beside a form": f"curl -u tok: -G -F '{JOB}' {API}",
    "a cut value": f"curl -u tok: -F '{JOB}' -F 'build_parameters[A]=b;c' {API}",
    "a cut value with a blank": f"curl -u tok: -F '{JOB}' -F 'build_parameters[A]= b ;type=text/plain' {API}",
    "a value that is not cut": f"curl -u tok: -F '{JOB}' --form-string 'build_parameters[A]= b;c' {API}",
    "fields in a variable": f'more="&build_parameters[A]=b"\ncurl -u tok: -d "{JOB}$more" {API}',
}


@pytest.mark.parametrize("name", CALLERS)
def test_form_is_read_as_it_is_sent(name: str, tmp_path: Path) -> None:
    case = case_of(WireCaller(CALLERS[name] + "\n", "sh"))
    assert case.is_safe, case.refusal
    run_cases([case], tmp_path)
    assert len(case.sent) >= 1
    assert difference(case) == ""


def test_a_wrong_reading_is_seen(tmp_path: Path) -> None:
    case = case_of(WireCaller(f"curl -u tok: -d '{JOB}' {API}\n", "sh"))
    case.caller = WireCaller(case.caller.text.replace("deploy", "other"), "sh")
    run_cases([case], tmp_path)
    assert "read" in difference(case)
