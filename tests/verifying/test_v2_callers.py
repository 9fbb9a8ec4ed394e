"""Finding v2 calls in shell text, whatever shape they come in, and reading what they ask for."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from codemods import find_v2_callers
from migrator.circleci.api.v2_request import Bare
from migrator.model import Value, source
from migrator.syntax.text.source import Source
from tests.verifying.support import V2

if TYPE_CHECKING:
    from codemods.found import V2Caller

JSON = "-H 'Content-Type: application/json'"
BODY = '{"branch": "main", "parameters": {"run_job": "deploy", "n": 3, "fast": true}}'
WANTED = ("gh/acme/app", "main", None, {"run_job": "deploy", "n": 3, "fast": True}, True, "")


def found(text: str, path: str = "a.sh") -> list[V2Caller]:
    return list(find_v2_callers(Source(path, dedent(text))))


def told(caller: V2Caller) -> tuple[object, ...]:
    request = caller.request
    parameters = {name: _told(value) for name, value in request.parameters}
    refs = [source(ref.template) if ref else None for ref in (request.branch, request.tag)]
    return (str(request.slug), *refs, parameters, request.is_json, request.problem)


def _told(value: object) -> object:
    match value:
        case Value(template):
            return source(template)
        case Bare(template):
            return f"bare {source(template)}"
    return value


@pytest.mark.parametrize(
    "text",
    [
        f"curl -X POST {JSON} -d '{BODY}' {V2}",
        f"curl --request POST --url {V2} --header 'content-type:application/json; charset=utf-8' --data-raw '{BODY}'",
        f"curl {V2} --json '{BODY}'",
        f"curl {JSON} -d @- {V2} <<'EOF'\n{BODY}\nEOF\n",
        f"cat <<EOF | curl {JSON} --data-binary @- {V2}\n{BODY}\nEOF\n",
        f"body='{BODY}'\ncurl {JSON} -d \"$body\" {V2}",
        f"url={V2}\nct='Content-Type: application/json'\ncurl -H \"$ct\" -d '{BODY}' \"$url\"",
        f"body=$(jq -n '{BODY}')\ncurl {JSON} -d \"$body\" {V2}",
        f"curl {JSON} -d \"$(jq -n '{BODY}' || echo '{{')\" {V2}",
        f"jq -n '{BODY}' | curl {JSON} -d @- {V2}",
        f"sudo wget --header='Content-Type: application/json' --post-data='{BODY}' {V2}",
        f"curl {JSON} -d '{BODY}' {V2.replace('gh/acme/app', 'gh%2Facme%2Fapp')}",
        f"api=https://circleci.com/api/v2\ncurl {JSON} -d '{BODY}' $api/project/gh/acme/app/pipeline",
        f"curl -s {JSON} -d '{BODY}' $API/project/gh/acme/app/pipeline -H \"Circle-Token: $T\" | jq .id",
        f"if true; then\n  retry 3 curl {JSON} -d '{BODY}' {V2}\nfi",
    ],
)
def test_spellings_of_one_request(text: str) -> None:
    assert [told(caller) for caller in found(text)] == [WANTED]


@pytest.mark.parametrize(
    ("body", "parameters"),
    [
        ("""'{"parameters": {"a": "'"$A"'", "b": "x-'$B'"}}'""", {"a": "$A", "b": "x-$B"}),
        ("""'{"parameters": {"a": '"$A"', "b": '$N'}}'""", {"a": "bare $A", "b": "bare $N"}),
        ('''"{\\"parameters\\": {\\"a\\": \\"${A}\\"}}"''', {"a": "${A}"}),
        ("""\"$(jq -n --arg a "$1" --argjson b "$2" '{parameters: {a: $a, b: $b}}')\"""", {"a": "$1", "b": "bare $2"}),
    ],
)
def test_values_that_only_the_run_shows(body: str, parameters: dict[str, object]) -> None:
    (caller,) = found(f"curl {JSON} -d {body} {V2}")
    assert told(caller)[3:] == (parameters, True, "")


@pytest.mark.parametrize(
    ("call", "is_json", "problem"),
    [
        (f"curl -d '{BODY}' {V2}", False, ""),
        (f"curl -H 'Content-Type: text/plain' -d '{BODY}' {V2}", False, ""),
        (f"curl -H \"$HEADER\" -d '{BODY}' {V2}", None, ""),
        (f"curl -K settings -d '{BODY}' {V2}", None, ""),
        (f"curl {JSON} -d branch=main {V2}", True, "not JSON"),
        (f"curl {JSON} -d @body.json {V2}", True, "read from `body.json`"),
        (f"make body | curl {JSON} -d @- {V2}", True, "standard input"),
        (f'curl {JSON} -d \'{{"branch": "main", "revision": "x"}}\' {V2}', True, "no field `revision`"),
        (f'curl {JSON} -d \'{{"parameters": {{"a": [1]}}}}\' {V2}', True, "`a` is something else"),
        (f'curl {JSON} -d \'{{"parameters": {{"a": 1.5}}}}\' {V2}', True, "`a` is something else"),
        (f'curl {JSON} -d \'{{"parameters": {{"\'$A\'": "1"}}}}\' {V2}', True, "known only at run time"),
        (f"curl {JSON} -d '[]' {V2}", True, "not a map"),
        (f"curl {JSON} -d a -d b {V2}", True, "not JSON"),
        (f"curl {JSON} -d '{BODY}' {V2} https://example.com", None, "more than one request"),
    ],
)
def test_what_is_wrong_or_cannot_be_read(call: str, is_json: bool | None, problem: str) -> None:
    (caller,) = found(call)
    assert caller.request.is_json is is_json
    assert problem in caller.request.problem
    assert bool(problem) == bool(caller.request.problem)


@pytest.mark.parametrize(
    "text",
    [
        f"curl {V2}",
        f"curl -X GET -d x {V2}",
        f"curl -G -d page=2 {V2}",
        f"curl -I {V2}",
        f"curl -X POST {V2}/continue",
        "curl -X POST https://circleci.com/api/v2/project/gh/acme/app/envvar",
        "curl -X POST https://circleci.com/api/v1.1/project/gh/acme/app/tree/main",
        "curl -X POST https://gitlab.example.com/api/v4/projects/1/pipeline",
        "curl -X POST https://ci.example.com/api/v2/project/a/b/c/pipeline",
        "curl -X POST https://circleci.com/api/v2/project/acme/app/pipeline",
        f"echo curl -X POST {V2}",
        f"# curl -X POST {V2}",
    ],
)
def test_what_is_no_trigger(text: str) -> None:
    assert found(text) == []


def test_a_pipeline_run() -> None:
    body = (
        '{"definition_id": "1", "config": {"branch": "b"}, "checkout": {"branch": "b"}, "parameters": {"run_job": "x"}}'
    )
    (caller,) = found(f"curl {JSON} -d '{body}' {V2}/run")
    assert told(caller) == ("gh/acme/app", "b", None, {"run_job": "x"}, True, "")
    (caller,) = found(
        f"curl {JSON} -d '{body.replace('b', 'c', 1)}' {V2}/run".replace(
            '"checkout": {"branch": "b"}', '"checkout": {"tag": "t"}'
        )
    )
    assert caller.request.problem


def test_where_a_call_stands_in_a_config() -> None:
    text = f"""\
        version: 2.1
        jobs:
          build:
            steps:
              - run: |
                  echo start
                  curl {JSON} \\
                    -d '{{"branch": "<< pipeline.git.branch >>"}}' {V2}
        """
    (caller,) = found(text, ".circleci/config.yml")
    assert (caller.line, caller.column, caller.end_line) == (7, 11, 8)
    assert told(caller)[1] == "<< pipeline.git.branch >>"
