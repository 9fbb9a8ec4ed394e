"""Where an expansion fails, the script still ends there, before anything is sent and with the same status."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from codemods import find_v2_callers
from migrator.errors import Refusal
from migrator.syntax.text.source import Source, VerbatimRegion
from tests.forms.test_forms import CONFIG
from tests.shell.loopback import serving
from tests.shell.support import API, codes, only, remarks, rewritten
from tests.test_cases import look

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import MakeRepository
    from tests.shell.loopback import Loopback

SHELLS = [shell for shell in ("bash", "dash") if shutil.which(shell)]
V = '--data-urlencode "build_parameters[V]=$V"'
JOB = "-d build_parameters[CIRCLE_JOB]=deploy"
URL = API.replace("https", "http")
TYPE = "-H 'Content-Type: application/json'"
BODY = '{"build_parameters": {"CIRCLE_JOB": "deploy"}}'
JOB_BODY = "{build_parameters: {CIRCLE_JOB: $j}}"
PRINTED = f"printf '%s' '{BODY}'"
SCRIPTS = {
    "nounset": f"set -u\ncurl {JOB} {V} {URL}\necho behind\n",
    "nounset in a cluster": f"set -euo pipefail\ncurl {JOB} {V} {URL}\necho behind\n",
    "nounset by name": f"set -o nounset\ncurl {JOB} {V} {URL}\necho behind\n",
    "multipart": f'set -u\ncurl -F job=deploy -F "build_parameters[V]=$V" {URL}\necho behind\n',
    "an error of its own": f'curl {JOB} --data-urlencode "build_parameters[V]=${{V:?is missing}}" {URL}\necho behind\n',
    "an argument with an error of its own": (
        f'curl {JOB} --data-urlencode "build_parameters[V]=${{1:?is missing}}" {URL}\necho behind\n'
    ),
    "an argument that may not be empty": (
        f'set -u\ncurl {JOB} --data-urlencode "build_parameters[V]=${{1:-${{V:?}}}}" {URL}\necho behind\n'
    ),
    "an argument": f'set -u\ncurl {JOB} --data-urlencode "build_parameters[V]=$1" {URL}\necho behind\n',
    "a part of it": f'set -u\ncurl {JOB} --data-urlencode "build_parameters[V]=${{V%.*}}" {URL}\necho behind\n',
    "several": f'set -u\ncurl {JOB} {V} --data-urlencode "build_parameters[W]=x${{W}}y" {URL}\necho behind\n',
    "in a condition": f"set -u\nif ! curl {JOB} {V} {URL}; then echo failed; fi\necho behind\n",
    "with its output kept": f"set -u\nx=$(curl {JOB} {V} {URL})\necho behind\n",
    "in a list": f"set -u\ntrue && curl {JOB} {V} {URL} || echo failed\necho behind\n",
    "in a pipe": f"set -u\ncurl {JOB} {V} {URL} | cat\necho behind\n",
    "through a function": f'set -u\npost() {{ curl "$@" {URL}; }}\npost {JOB} {V}\necho behind\n',
    "with a body from a pipe": f'set -u\n{PRINTED} | curl {TYPE} -d @- "{URL}/tree/$V"\necho behind\n',
    "with a body from jq": f"set -u\njq -n '{BODY}' | curl {TYPE} -d @- \"{URL}/tree/$V\"\necho behind\n",
    "with a body from a document": (
        f'set -u\ncat <<EOF | curl {TYPE} -d @- "{URL}/tree/$V"\n{BODY}\nEOF\necho behind\n'
    ),
    "with a body from a file": (
        f'set -u\ncat > body.json <<EOF\n{BODY}\nEOF\ncurl {TYPE} -d @body.json "{URL}/tree/$V"\necho behind\n'
    ),
    "a name of a name": f'n=V-x\ncurl {JOB} --data-urlencode "build_parameters[V]=${{!n}}" {URL}\necho behind\n',
    "with a body from a pipe and an error of its own": (
        f'{PRINTED} | curl {TYPE} -d @- "{URL}/tree/${{V:?missing}}"\necho behind\n'
    ),
    "with a variable": f"set -u\nA=1 curl {JOB} {V} {URL}\necho behind\n",
    "timed": f"set -u\ntime -p curl {JOB} {V} {URL}\necho behind\n",
}
BASH_ONLY = {"nounset in a cluster", "timed", "a name of a name"}
FORMS = {"set": {"V": "1.2", "W": "w"}, "empty": {"V": "", "W": "w"}, "unset": {}}


@pytest.fixture(scope="module")
def loopback(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    with serving(tmp_path_factory.mktemp("unset")) as made:
        yield made


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("name", SCRIPTS)
def test_it_ends_where_it_did(name: str, shell: str, form: str, loopback: Loopback) -> None:
    if shell == "dash" and name in BASH_ONLY:
        pytest.skip("bash only")
    ends = []
    for text in (SCRIPTS[name], rewritten(SCRIPTS[name])):
        sent = loopback.run(shell, text, FORMS[form])
        result = loopback.result
        ends.append((len(sent), result.returncode, b"behind" in result.stdout, b"failed" in result.stdout))
        assert all(request.body for request in sent)
    assert ends[0] == ends[1]


@pytest.mark.parametrize("name", SCRIPTS)
def test_what_is_in_front_changes_no_reading(name: str) -> None:
    assert 'REQUIRED="' in rewritten(SCRIPTS[name])


@pytest.mark.parametrize(
    "text",
    [
        f"curl {JOB} {V} {API}",
        f"set -e\ncurl {JOB} {V} {API}",
        f"set -u\nV=$(cat VERSION)\ncurl {JOB} {V} {API}",
        f'set -u\ncurl {JOB} --data-urlencode "build_parameters[V]=${{V:-none}}" {API}',
        f'set -u\ncurl {JOB} --data-urlencode "build_parameters[V]=$#" {API}',
        f'set -u\ncurl {JOB} -d "build_parameters[V]=$V" {API}',
    ],
)
def test_nothing_is_added_where_nothing_fails(text: str) -> None:
    assert "REQUIRED" not in rewritten(text)


def test_the_name_is_free() -> None:
    assert '_REQUIRED="$V" curl' in rewritten(f"set -u\nREQUIRED=1\ncurl {JOB} {V} {API}")


def test_an_array_is_filled_behind_it() -> None:
    new = rewritten(f'set -u\nargs=({JOB} {V} {API})\ncurl "${{args[@]}}"\n')
    assert '\nREQUIRED="$V" args=(' in new


@pytest.mark.parametrize(
    ("first", "around"),
    [
        ("#!/bin/bash -eu\n", None),
        (". ci/env.sh\n", None),
        ("", "shell: bash -euo pipefail {0}\n"),
        ("", "SHELLFLAGS"),
        ("", None),
    ],
)
def test_where_the_option_may_come_from(first: str, around: str | None) -> None:
    from codemods.found import RewriteOptions
    from codemods.shell.caller import find
    from migrator.syntax.text.source import apply_edits
    from tests.shell.support import request

    text = f"{first}curl {JOB} {V} {API}\n"
    (call,) = find(Source("ci/deploy.sh", text + (around or "")), VerbatimRegion(text), templated=False)
    new = apply_edits(text, call.writer.post(request(call.call.trigger), RewriteOptions()).edits)
    assert ("REQUIRED" in new) == bool(first or around)


@pytest.mark.parametrize("value", ["${V:=latest}", "${V=latest}", "$((n++))", "$((n += 1))"])
def test_a_value_that_sets_a_variable_stays_in_its_shell(value: str) -> None:
    with pytest.raises(Refusal) as refused:
        rewritten(f'curl {JOB} --data-urlencode "build_parameters[V]={value}" --data-urlencode "revision=$W" {API}')
    assert refused.value.code == "assigning-value"
    assert value in rewritten(f'curl {JOB} -d "build_parameters[V]={value}" {API}')


BODIES = [
    """-d "$(jq -n --arg v "$V" '{build_parameters: {CIRCLE_JOB: "deploy", V: $v}}')\"""",
    """-d "$(printf '{"build_parameters": {"CIRCLE_JOB": "deploy", "V": "%s"}}' "$V")\"""",
]
PIPED = """jq -n --arg v "$V" '{build_parameters: {CIRCLE_JOB: "deploy", V: $v}}' | """


@pytest.mark.parametrize("body", [*BODIES, "-d @-"])
def test_a_body_that_may_be_empty_is_named(body: str) -> None:
    text = f"curl -H 'Content-Type: application/json' {body} {API}\n"
    text = PIPED + text if body == "-d @-" else text
    assert "empty-body" in [note.code for note in remarks("set -u\n" + text)]
    assert "empty-body" not in [note.code for note in remarks(text)]


def test_null_for_an_unset_variable_of_jq_is_named() -> None:
    body = """-d "$(jq -n '{build_parameters: {CIRCLE_JOB: "deploy", V: env.V, S: env.CIRCLE_SHA1}}')\""""
    text = f"curl -H 'Content-Type: application/json' {body} {API}\n"
    assert "may-be-none" in codes(only(text))
    assert "may-be-none" not in codes(only("export V=1\n" + text))
    assert '--arg v "${V-}"' in rewritten(text)


def test_a_value_that_sets_a_variable_is_not_read_before_another() -> None:
    with pytest.raises(Refusal) as refused:
        rewritten(f'curl {JOB} -d "build_parameters[A]=${{B:-none}}" "{API}/tree/${{B:=main}}"')
    assert refused.value.code == "assigning-value"
    assert "${B:=main}" in rewritten(f'curl {JOB} "{API}/tree/${{B:=main}}"')


def test_a_command_in_a_value_of_jq_is_read_back() -> None:
    new = rewritten(f'curl {JOB} --data-urlencode "build_parameters[V]=$(git log -1 --format=%s | head -1)" {API}\n')
    (start,) = find_v2_callers(Source("ci/deploy.sh", new))
    assert start.request.problem == ""


def test_a_default_that_sets_a_variable_counts_too() -> None:
    with pytest.raises(Refusal) as refused:
        rewritten(f'curl {JOB} --data-urlencode "build_parameters[V]=${{V:-${{W:=x}}}}" {API}')
    assert refused.value.code == "assigning-value"


@pytest.mark.parametrize("command", ["$(git rev-parse HEAD)", "`git rev-parse HEAD`"])
def test_a_status_that_a_command_would_set_first_is_not_moved(command: str) -> None:
    text = f'false\ncurl {JOB} -d "build_parameters[S]=$?" "{API}/tree/{command}"\n'
    with pytest.raises(Refusal) as refused:
        rewritten(text)
    assert refused.value.code == "assigning-value"
    assert '"$?"' in rewritten(f'false\ncurl {JOB} -d "build_parameters[S]=$?" "{API}/tree/$B"\n')


@pytest.mark.parametrize("shell", SHELLS)
def test_a_body_that_a_pipe_does_not_make_is_never_sent_empty(
    shell: str, loopback: Loopback, make_repository: MakeRepository
) -> None:
    """v1.1 started `build` for the empty body, v2 would start everything: nothing is sent."""
    text = f'set -u\njq -n --arg j "$V" \'{JOB_BODY}\' | curl {TYPE} -d @- "{API}/tree/main"\n'
    root = make_repository({".circleci/config.yml": CONFIG, "ci/go.sh": text}, remote="https://github.com/acme/app.git")
    (new,) = (change.after.decode() for change in look(root).changes if change.path == "ci/go.sh")
    old, new = (each.replace("https:", "http:") for each in (text, new))
    assert [request.body for request in loopback.run(shell, old, {})] == [b""]
    assert loopback.run(shell, new, {}) == []
    (sent,) = loopback.run(shell, new, {"V": "deploy"})
    assert json.loads(sent.body)["parameters"]["run_job"] == "deploy"


@pytest.mark.parametrize(
    ("number", "named"),
    [
        ("$((month - 1))", True),
        ("$((1 + ${1:-0}))", True),
        ("$((CIRCLE_BUILD_NUM + 1))", False),
        ("$((COUNT + 1))", False),
        ("$((2 * 3))", False),
        ("$(($# - 1))", False),
    ],
)
def test_arithmetic_that_may_fail_empties_a_body_too(number: str, *, named: bool) -> None:
    body = f"""payload=$(cat <<EOF\n{{"build_parameters": {{"CIRCLE_JOB": "deploy", "N": "{number}"}}}}\nEOF\n)"""
    text = f'COUNT=3\nmonth=$(date +%m)\n{body}\ncurl -H "Content-Type: application/json" -d "$payload" {API}\n'
    assert ("empty-body" in [note.code for note in remarks(text)]) == named
