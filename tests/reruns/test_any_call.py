"""Calls put together from random options, quoting, line breaks and places: whatever they are, the same job is rerun."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codemods.found import RewriteOptions
from codemods.shell.caller import find
from migrator.circleci.api.reruns import rerun_for
from migrator.syntax.text.source import Source, VerbatimRegion, apply_edits
from tests.conftest import needs
from tests.reruns.forms import API, FORMS
from tests.reruns.test_shell import SHELLS

if TYPE_CHECKING:
    from pathlib import Path

    from hypothesis.strategies import DrawFn

NEW = "https://circleci.com/api/v2"
PLACES = [
    "{}",
    "if true; then\n  {}\nfi",
    "if ! {}; then exit 1; fi",
    "true && {} || exit 1",
    "( {} )",
    "({})",
    "{{ {}; }}",
    "f() {{\n\t{}\n}}\nf",
    'x="$({})"',
    "x=$({} 2> /dev/null)",
    "for x in 1; do {}; done",
    "A=1 B=2\n{}",
    "case a in\n  a) {} ;;\nesac",
    "{} > out 2>&1",
    "{} | cat",
    "echo x | {}",
    "set -eu; {} # comment",
    "{} &\nwait",
    "job=1 page=2; {}; echo $job $page",
]
AUTHS = [
    '-u "$T:"',
    '--user "$T:"',
    "-u't0:'",
    '-H "Circle-Token: $T"',
    "--header 'circle-token: t0'",
    "--oauth2-bearer $T",
]
OTHERS = [
    "-s",
    "-f",
    "--compressed",
    "-o /dev/null",
    "--retry 3",
    '-A "it\'s me"',
    "-H 'Accept: application/json'",
    "-H 'X-Note: \"a\" $(b)'",
    "-m 20",
    "-kL",
    "-w '%{http_code}'",
    "-d ''",
    "--data '{}'",
    "-H 'Content-Type: application/json'",
]
URLS = [
    f"{API}/$N/retry",
    f'"{API}/$N/retry"',
    f"'{API}/'\"$N\"'/retry'",
    f'--url "{API}/${{N}}/retry"',
    f"{API}/12/retry",
]
SENT = frozenset({"-d", "--data"})


@dataclass(frozen=True)
class Made:
    text: str
    auth: str
    others: tuple[str, ...]


@st.composite
def scripts(draw: DrawFn) -> Made:
    auth = draw(st.sampled_from(AUTHS))
    others = draw(st.lists(st.sampled_from(OTHERS), max_size=4, unique=True))
    words = draw(
        st.permutations(
            [auth, *others, draw(st.sampled_from(URLS)), draw(st.sampled_from(["-XPOST", "--request POST"]))]
        )
    )
    gap = draw(st.sampled_from([" ", " \\\n    ", "  "]))
    place = draw(st.sampled_from(PLACES))
    call = gap.join(["curl", *words])
    return Made(place.format(call) + "\n", auth, tuple(others))


def rewritten(text: str) -> str:
    (found,) = find(Source("a.sh", text), VerbatimRegion(text), templated=False)
    request = rerun_for(found.call.trigger)
    assert request is not None
    return apply_edits(text, found.writer.rerun(request, RewriteOptions()).edits)


def stub(folder: Path, job: str = "uuid-12") -> Path:
    """A curl that writes down its arguments, and answers like v2 does, the list of jobs on two pages."""
    folder.mkdir(exist_ok=True)
    program = folder / "curl"
    first = json.dumps({"items": [{"id": "a", "job_number": 11}, {"id": "b"}], "next_page_token": "p&q"})
    second = json.dumps({"items": [{"id": job, "job_number": 12}], "next_page_token": None})
    program.write_text(
        f"""#!/bin/sh
printf '%s\\0' "$@" >> {folder}/log
printf '\\1' >> {folder}/log
case "$*" in
  *POST*) ;;
  *page-token=p%26q*) printf '%s' '{second}' ;;
  */workflow/w/job*) printf '%s' '{first}' ;;
  */job/12*) printf '%s' '{{"number": 12, "latest_workflow": {{"id": "w"}}}}' ;;
  *) exit 22 ;;
esac
"""
    )
    program.chmod(0o755)
    (folder / "log").write_text("")
    return folder


def run(shell: str, text: str, folder: Path, **more: str) -> tuple[int, list[list[str]]]:
    environment = {"PATH": f"{folder}:{os.environ['PATH']}", "T": "t0", "N": "12", "TOKEN": "t0", **more}
    command = [shell, "-c", text]
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, timeout=20, check=False)
    log = (folder / "log").read_text().split("\1")[:-1]
    return done.returncode, [call.split("\0")[:-1] for call in log]


def words_of(option: str, folder: Path) -> list[str]:
    text = f'printf "%s\\n" {option}'
    environment = {"T": "t0", "PATH": os.environ["PATH"]}
    done = subprocess.run(["sh", "-c", text], env=environment, cwd=folder, capture_output=True, check=True)
    return done.stdout.decode().splitlines()


@needs("jq")
@given(scripts(), st.sampled_from(SHELLS))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_call_reruns_its_job(tmp_path: Path, made: Made, shell: str) -> None:
    folder = stub(tmp_path / "tools")
    status, calls = run(shell, rewritten(made.text), folder)
    assert status == 0
    job, first, second, last = calls
    auth = words_of(made.auth, tmp_path)
    for call in calls:
        assert "\0".join(auth) in "\0".join(call)
    assert job[-1] == f"{NEW}/project/gh/acme/app/job/12"
    assert [first[-1], second[-1]] == [f"{NEW}/workflow/w/job", f"{NEW}/workflow/w/job?page-token=p%26q"]
    assert all(call[0] == "-sSf" for call in (job, first, second))
    assert f"{NEW}/workflow/w/rerun" in last
    bodies = [last[index + 1] for index, word in enumerate(last) if word in SENT]
    assert [json.loads(body) for body in bodies] == [{"jobs": ["uuid-12"]}]
    assert last.count("Content-Type: application/json") == 1
    for option in made.others:
        if not option.startswith(("-d", "--data")):
            assert set(words_of(option, tmp_path)) <= set(last)


@needs("jq")
@pytest.mark.parametrize("name", sorted(FORMS.keys() - {"while"}))  # which would try for ever
def test_no_value_is_run(name: str, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    bad = f"$(touch {trap})`touch {trap}`'; touch {trap}; '\"; touch {trap}; \""
    text = FORMS[name]
    found = find(Source("a.sh", text), VerbatimRegion(text), templated=False)
    together = frozenset(each.call.span for each in found)
    edits = []
    for each in found:
        request = rerun_for(each.call.trigger)
        if request is not None:
            edits += each.writer.rerun(request, RewriteOptions(together=together)).edits
    new = apply_edits(text, edits)
    folder = stub(tmp_path / "tools", job=bad.replace("'", "").replace('"', ""))
    for more in ({"TOKEN": bad}, {"N": bad}):
        run("bash", new, folder, **more)
    assert not trap.exists()
