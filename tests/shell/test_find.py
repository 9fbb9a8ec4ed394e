"""What is read off a call: one line a form."""

# ruff: noqa: E501 - commands stay on the lines that they are about

from __future__ import annotations

from typing import Any

import pytest

from codemods.shell.caller import find
from migrator.model import Auth, Severity, values
from migrator.syntax.text.source import Source, VerbatimRegion
from tests.shell.support import API, codes, found, only, summary

BASE = {"project": "github/acme/app", "auth": "none"}
DEPLOY = BASE | {"job": "deploy"}
MAIN = DEPLOY | {"branch": "main"}
JOB = "-d build_parameters[CIRCLE_JOB]=deploy"

FORMS: dict[str, tuple[str, dict[str, Any]]] = {
    "brackets unquoted": (f"curl {JOB} {API}/tree/main", MAIN),
    "brackets in single quotes": (f"curl -d 'build_parameters[CIRCLE_JOB]=deploy' {API}", DEPLOY),
    "brackets in double quotes": (f'curl -d "build_parameters[CIRCLE_JOB]=deploy" {API}', DEPLOY),
    "brackets escaped": (f"curl -d build_parameters\\[CIRCLE_JOB\\]=deploy {API}", DEPLOY),
    "brackets percent-encoded": (f"curl -d build_parameters%5BCIRCLE_JOB%5D=deploy {API}", DEPLOY),
    "glued option": (f"curl -dbuild_parameters[CIRCLE_JOB]=deploy {API}", DEPLOY),
    "glued and quoted option": (f"curl -d'build_parameters[CIRCLE_JOB]=deploy' {API}", DEPLOY),
    "long option": (f"curl --data build_parameters[CIRCLE_JOB]=deploy {API}", DEPLOY),
    "long option with equals sign": (f"curl --data=build_parameters[CIRCLE_JOB]=deploy {API}", DEPLOY),
    "long option cut short": (f"curl --data-u build_parameters[CIRCLE_JOB]=deploy {API}", DEPLOY),
    "data-raw": (f"curl --data-raw build_parameters[CIRCLE_JOB]=deploy {API}", DEPLOY),
    "data-binary": (f"curl --data-binary build_parameters[CIRCLE_JOB]=deploy {API}", DEPLOY),
    "data-urlencode": (f"curl --data-urlencode build_parameters[CIRCLE_JOB]=deploy {API}", DEPLOY),
    "multipart": (f"curl -F build_parameters[CIRCLE_JOB]=deploy {API}", DEPLOY),
    "multipart with a type": (f"curl --form 'build_parameters[CIRCLE_JOB]=deploy;type=text/plain' {API}", DEPLOY),
    "form-string": (f"curl --form-string build_parameters[CIRCLE_JOB]=deploy {API}", DEPLOY),
    "clustered": (f"curl -sSfd build_parameters[CIRCLE_JOB]=deploy {API}", DEPLOY),
    "clustered with a value before": (f"curl -sXPOST -Lu$T: {JOB} {API}", DEPLOY | {"auth": "basic"}),
    "several options": (
        f"curl {JOB} -d 'build_parameters[A]=1' --data build_parameters[B]=2 {API}",
        DEPLOY | {"parameters": {"A": "1", "B": "2"}},
    ),
    "several fields in one option": (
        f"curl -d 'build_parameters[CIRCLE_JOB]=deploy&build_parameters[A]=1&revision=abc' {API}",
        DEPLOY | {"parameters": {"A": "1"}, "revision": "abc"},
    ),
    "form decoding": (
        f"curl {JOB} -d 'build_parameters[A]=x+y%20z%2B' {API}",
        DEPLOY | {"parameters": {"A": "x y z+"}},
    ),
    "no decoding in data-urlencode": (
        f"curl {JOB} --data-urlencode 'build_parameters[A]=x+y%20z' {API}",
        DEPLOY | {"parameters": {"A": "x+y%20z"}},
    ),
    "no decoding in multipart": (
        f"curl -F build_parameters[CIRCLE_JOB]=deploy -F 'build_parameters[A]=x+y%20z' {API}",
        DEPLOY | {"parameters": {"A": "x+y%20z"}},
    ),
    "tag": (f"curl {JOB} -d tag=v1 {API}", DEPLOY | {"tag": "v1"}),
    "job field": (f"curl -d job=deploy {API}", DEPLOY),
    "JSON": (
        f"""curl -H 'content-type: application/json' -d '{{"build_parameters": {{"CIRCLE_JOB": "deploy"}}}}' {API}""",
        DEPLOY,
    ),
    "JSON with a spliced variable": (
        f"""curl --json '{{"build_parameters": {{"CIRCLE_JOB": "deploy", "A": "'"$A"'-x"}}}}' {API}""",
        DEPLOY | {"parameters": {"A": "$A-x"}},
    ),
    "JSON in escaped double quotes": (
        f'curl --json "{{\\"build_parameters\\": {{\\"CIRCLE_JOB\\": \\"$JOB\\"}}}}" {API}',
        BASE | {"job": "$JOB"},
    ),
    "JSON types": (
        f"""curl --json '{{"job": "deploy", "build_parameters": {{"A": 12, "B": true, "C": {{"d": [1, "e"]}}}}}}' {API}""",
        DEPLOY | {"parameters": {"A": "12", "B": "true", "C": '{"d":[1,"e"]}'}},
    ),
    "JSON in a here-document": (
        f'curl --json @- {API}/tree/main <<EOF\n{{"build_parameters": {{"CIRCLE_JOB": "deploy", "A": "$A"}}}}\nEOF\n',
        MAIN | {"parameters": {"A": "$A"}},
    ),
    "JSON in a quoted here-document": (
        f'curl --json @- {API} <<\'EOF\'\n{{"job": "deploy", "build_parameters": {{"A": "$A"}}}}\nEOF\n',
        DEPLOY | {"parameters": {"A": "$A"}},
    ),
    "JSON in a variable": (
        f'body="{{\\"job\\": \\"deploy\\"}}"\ncurl --json "$body" {API}',
        DEPLOY,
    ),
    "JSON in a variable from a here-document": (
        f'body=$(cat <<EOF\n{{"job": "deploy"}}\nEOF\n)\ncurl --json "${{body}}" {API}',
        DEPLOY,
    ),
    "JSON in a variable whose here-document ends with the parenthesis": (
        f'body=$(cat <<EOF\n{{"job": "deploy"}}\nEOF)\ncurl --json "${{body}}" {API}',
        DEPLOY,
    ),
    "JSON from jq": (
        f"""curl --json "$(jq -n --arg j "$J" '{{build_parameters: {{CIRCLE_JOB: $j, A: "x\\($j)", B: env.C}}}}')" {API}""",
        BASE | {"job": "$J", "parameters": {"A": "x$J", "B": "$C"}},
    ),
    "JSON through a pipe": (f"""echo '{{"job": "deploy"}}' | curl --json @- {API}""", DEPLOY),
    "JSON from a here-string": (f"""curl --json @- {API} <<< '{{"job": "deploy"}}'""", DEPLOY),
    "query": (
        f"curl -g -X POST '{API}?build_parameters[CIRCLE_JOB]=deploy&circle-token=x'",
        DEPLOY | {"auth": "query"},
    ),
    "query percent-encoded": (f"curl -X POST {API}?build_parameters%5BCIRCLE_JOB%5D=deploy", DEPLOY),
    "data turned into a query": (f"curl -G -X POST {JOB} -d circle-token=$T {API}", DEPLOY | {"auth": "query"}),
    "token in the URL": (
        f"curl {JOB} https://$T:@circleci.com/api/v1.1/project/gh/acme/app",
        {"project": "gh/acme/app", "auth": "userinfo", "job": "deploy"},
    ),
    "token in a header": (f'curl -H "Circle-Token: $T" {JOB} {API}', DEPLOY | {"auth": "header"}),
    "token as bearer": (f'curl --oauth2-bearer "$T" {JOB} {API}', DEPLOY | {"auth": "header"}),
    "token of basic authentication": (f'curl --user "$T" {JOB} {API}', DEPLOY | {"auth": "basic"}),
    "no body": (f"curl -X POST {API}/tree/main", BASE | {"branch": "main"}),
    "method in lower case": (f"curl -X post {API}", BASE),
    "method in a variable": (f"METHOD=POST\ncurl -X $METHOD {API}", BASE),
    "options behind the URL": (f"curl {API} -XPOST", BASE),
    "URL option": (f"curl --url {API} -XPOST", BASE),
    "slash at the end": (f"curl -XPOST {API}/", BASE),
    "one slash behind the scheme": (f"curl -XPOST {API.replace('//', '/')}", BASE),
    "no scheme": (f"curl -XPOST {API.removeprefix('https://')}", BASE),
    "v1": ("curl -XPOST https://circleci.com/api/v1/project/acme/app/tree/main", BASE | {"branch": "main"}),
    "v1 in variables": (
        "curl -XPOST https://circleci.com/api/v1/project/$O/$R/tree/$B",
        BASE | {"project": "github/$O/$R", "branch": "$B"},
    ),
    "v1 with a slug in one variable": (
        "curl -XPOST https://circleci.com/api/v1/project/$SLUG/tree/main",
        BASE | {"project": "github/$SLUG", "branch": "main"},
    ),
    "slug in one variable": (
        "curl -XPOST https://circleci.com/api/v1.1/project/gh/${SLUG}/tree/main",
        BASE | {"project": "gh/${SLUG}", "branch": "main"},
    ),
    "vcs and slug in one variable": (
        "curl -XPOST https://circleci.com/api/v1.1/project/${SLUG}/tree/main",
        BASE | {"project": "${SLUG}", "branch": "main"},
    ),
    "bitbucket": (
        "curl -XPOST https://circleci.com/api/v1.1/project/bb/acme/app",
        BASE | {"project": "bb/acme/app"},
    ),
    "CircleCI Server": (
        "curl -XPOST https://ci.acme.test/api/v1.1/project/github/acme/app",
        BASE,
    ),
    "CircleCI Server in a variable": (f"curl {JOB} $HOST/api/v1.1/project/github/acme/app", DEPLOY),
    "branch with an encoded slash": (f"curl -XPOST {API}/tree/feature%2Fx", BASE | {"branch": "feature/x"}),
    "branch encoded by the shell": (f"curl -XPOST {API}/tree/${{B//\\//%2F}}", BASE | {"branch": "${B}"}),
    "branch encoded by sed": (
        f"B=$(echo $CIRCLE_BRANCH | sed 's/\\//%2F/g')\ncurl -XPOST {API}/tree/$B",
        BASE | {"branch": "${CIRCLE_BRANCH}"},
    ),
    "branch encoded by jq": (
        f"""B=$(printf %s "$CIRCLE_BRANCH" | jq -sRr @uri)\ncurl -XPOST {API}/tree/$B""",
        BASE | {"branch": "${CIRCLE_BRANCH}"},
    ),
    "whole pipeline": (
        f"curl -d branch=main -d revision=abc {API}/build",
        BASE | {"branch": "main", "revision": "abc", "endpoint": "pipeline"},
    ),
    "URL in pieces": (
        f"API=https://circleci.com/api/v1.1\nexport P='acme/app'\nURL=$API/project/github/$P\ncurl {JOB} $URL/tree/main",
        MAIN,
    ),
    "wget": (f"wget -q -O- --post-data=build_parameters[CIRCLE_JOB]=deploy {API}", DEPLOY),
    "wget with a method": (f"wget --method POST --body-data 'job=deploy' {API}", DEPLOY),
    "wget with a header": (
        f"""wget --header='Circle-Token: x' --header='Content-Type: application/json' --post-data '{{"job": "deploy"}}' {API}""",
        DEPLOY | {"auth": "header"},
    ),
    "options in a variable": (f'OPTS="-s -X POST"\ncurl $OPTS {API}', BASE),
    "comment in backticks": (f"curl `# why` {JOB} `# what` {API}", DEPLOY),
    "tabs and CRLF": (f"curl \\\r\n\t{JOB} \\\r\n\t{API}/tree/main\r\n", MAIN),
    "non-ASCII before and in it": (
        f"echo 'ünïcode 🚀'\ncurl {JOB} -d 'build_parameters[A]=é🚀' {API}",
        DEPLOY | {"parameters": {"A": "é🚀"}},
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_form_is_read(name: str) -> None:
    text, expected = FORMS[name]
    call = only(text)
    assert summary(call) == expected
    doubt = ["query-fields"] if "query" in name else []
    told = [code for code in codes(call) if code not in {"branch-as-it-is", "may-be-none", "reply-file"}]
    assert told in (doubt, ["json-without-type"])


PLACES = {
    "if": "if true; then\n  {}\nfi",
    "else": "if true; then :; else {}; fi",
    "condition": "if ! {}; then exit 1; fi",
    "and": "true && {} && echo ok",
    "or": "false || {}",
    "subshell": "( {} )",
    "group": "{{ {}; }}",
    "pipe": "{} | cat",
    "substitution": 'X="$({})"',
    "backticks": "X=`{}`",
    "nested substitution": 'echo "a $(echo "$({})")"',
    "function": "f() {{\n  {}\n}}\nf",
    "case": "case $1 in\n  a) {} ;;\nesac",
    "while": "while read -r x; do {}; done < list",
    "background": "{} &",
    "time": "time {}",
    "negated": "! {}",
    "sudo": "sudo -E -u ci {}",
    "env": "env A=1 {}",
    "assignment": "A=1 B=2 {}",
    "timeout": "timeout -s KILL 30 {}",
    "command": "command {}",
    "exec": "exec {}",
    "nohup": "nohup {} > /dev/null 2>&1",
    "retry": "retry 5 {}",
    "retry script": "./ci/with-retry.sh {}",
    "function that runs its arguments": 'run() {{ echo "+ $*"; "$@"; }}\nrun {}',
    "redirect first": "> /dev/null {}",
    "comment": "# a comment\n{} # and another",
    "here-document before": "cat <<EOF\nit's $(fine)\nEOF\n{}",
    "path": "/usr/bin/{}",
    "test": '[ -n "$({})" ]',
}


@pytest.mark.parametrize("name", PLACES)
def test_place(name: str) -> None:
    text = PLACES[name].format(f"curl {JOB} {API}/tree/main")
    call = only(text)
    assert summary(call) == MAIN
    assert codes(call) == []
    index = text.index("curl") if "/usr" not in text else text.index("/usr/bin/curl")
    before = text[:index]
    assert (call.line, call.column) == (before.count("\n") + 1, index - before.rfind("\n"))


def test_position_and_end() -> None:
    call = only(f"\n  curl \\\n    {JOB} \\\n    {API} > log\necho\n")
    assert (call.line, call.column, call.end_line, call.path, call.codemod) == (2, 3, 4, "ci/deploy.sh", "shell")


def test_values_of_a_loop_are_known() -> None:
    call = only(f'for job in build "deploy all" test-1; do\n  curl -d "job=$job" {API}\ndone\n')
    assert call.trigger.job is not None
    assert values(call.trigger.job.template) == ("build", "deploy all", "test-1")


@pytest.mark.parametrize(
    "before",
    [
        "read JOB",
        "#!/bin/sh\nJOB=a; JOB+=b",
        "declare -i JOB=1; JOB+=2",
        "if x; then JOB=a; fi; JOB+=b",
        "JOB=a; x && JOB+=b",
        "JOB=a; JOB+=(b)",
        "JOB=a; JOB[0]=b",
        "if x; then JOB=a; fi",
        "x && JOB=a",
        "(JOB=a)",
        "echo x | while read y; do JOB=a; done",
        "f() { JOB=a; }",
        "JOB=a; f() { JOB=b; }; f",
        "JOB=a; unset JOB",
        "JOB=${JOB:-a}",
        "#!/bin/dash\nprintf -v JOB a",
        'printf -v JOB "$format" a',
        "printf -v JOB %s a b",
        "for JOB in a $LIST; do :; done",
    ],
)
def test_uncertain_assignment_is_not_followed(before: str) -> None:
    call = only(f"{before}\ncurl -d job=$JOB {API}")
    assert call.trigger.job is not None
    assert values(call.trigger.job.template) is None


@pytest.mark.parametrize(
    "before",
    [
        "JOB=a",
        "export JOB=a",
        "readonly JOB='a'",
        'X=a\nJOB="$X"',
        "JOB=b\nJOB=a",
        "JOB=$(echo a)",
        "if x; then :; fi; JOB=a",
    ],
)
def test_certain_assignment_is_followed(before: str) -> None:
    call = only(f"{before}\ncurl -d job=$JOB {API}")
    assert call.trigger.job is not None
    assert values(call.trigger.job.template) == ("a",)


def test_template_of_a_config_is_an_expansion() -> None:
    text = f'curl -d "build_parameters[CIRCLE_JOB]=<< parameters.job >>" {API}/tree/<<pipeline.git.branch>>'
    assert summary(only(text, templated=True)) == BASE | {
        "job": "<< parameters.job >>",
        "branch": "<<pipeline.git.branch>>",
    }


def test_escaped_here_document_in_a_config() -> None:
    text = f'curl --json @- {API} \\<<EOF\n{{"job": "deploy"}}\nEOF\n'
    assert summary(only(text, templated=True)) == DEPLOY


def test_no_template_in_version_two() -> None:
    text = f'curl --json @- {API} <<EOF >> log\n{{"job": "deploy"}}\nEOF\n'
    assert summary(only(text)) == DEPLOY


def test_positions_count_in_the_file() -> None:
    text = f"steps: é\nx: y\n    curl {JOB} {API}\n"
    start = text.index("    curl")
    source = Source("a.yml", text)
    (each,) = find(source, VerbatimRegion(text[start:], start), templated=False)
    assert (each.call.line, each.call.column) == (3, 5)
    assert text[each.call.span.start : each.call.span.end] == f"curl {JOB} {API}"


def test_all_calls_of_a_text() -> None:
    text = f"curl {JOB} {API}\ncurl -X POST {API}/tree/main\n"
    assert [each.call.line for each in found(text)] == [1, 2]


def test_exact_encodings_are_known_as_such() -> None:
    multipart = only(f'curl -F "build_parameters[A]=$A" {API}').trigger
    form = only(f'curl --data-urlencode "build_parameters[B]=$B" -d "build_parameters[C]=$C" {API}').trigger
    assert multipart.auth is form.auth is Auth.NONE
    known = (*multipart.parameters, *form.parameters)
    assert {name: value.exact for name, value in known} == {"A": True, "B": True, "C": False}


@pytest.mark.parametrize(
    ("before", "known"),
    [
        ("if x; then J=a; else J=b; fi", ("a", "b")),
        ("if x; then J=a; elif y; then J=b; else exit 1; fi", ("a", "b")),
        ("if x; then J=a; elif y; then echo; else J=b; fi", None),
        ("if x; then J=a; fi", None),
        ("J=a\nif x; then J=b; fi", ("a", "b")),
        ("J=a\nif x; then J=$1; fi", None),
        ("J=a\nif x; then read J; fi", None),
        ("case $1 in x) J=a ;; *) J=b ;; esac", ("a", "b")),
        ("case $1 in x) J=a ;; y) J=b ;; esac", None),
        ("case $1 in x) J=a ;; y) ;; *) J=b ;; esac", None),
        ("case $1 in x) J=a ;; y) J=b ;; *) exit 1 ;; esac", ("a", "b")),
        ("f() { J=a; }\nif x; then J=b; else J=c; fi", None),
        ("x && J=a || J=b", None),
    ],
)
def test_texts_that_a_variable_can_have(before: str, known: tuple[str, ...] | None) -> None:
    job = only(f'{before}\ncurl -d "job=$J" {API}').trigger.job
    assert job is not None
    assert values(job.template) == known


@pytest.mark.parametrize(
    ("words", "known"),
    [
        ('"a b" c', ("a b", "c")),
        ("$L", ("x", "y")),
        ('"$L"', ("x y",)),
        ('"${A[@]}" z', ("x", "y z", "z")),
        ("$(ls)", None),
        ("$G", None),
        ('"${B[@]}"', None),
    ],
)
def test_texts_that_a_loop_goes_over(words: str, known: tuple[str, ...] | None) -> None:
    text = f'L="x y"\nA=(x "y z")\nG="*.job"\nfor j in {words}; do curl -d "job=$j" {API}; done'
    job = only(text).trigger.job
    assert job is not None
    assert values(job.template) == known


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("build_parameters[CIRCLE_JOB]=deploy", ["`build_parameters[CIRCLE_JOB]`"]),
        ("revision=abc&circle-token=x", ["`revision`"]),
        ("circle-token=x", []),
    ],
)
def test_fields_in_the_query_may_have_been_ignored(query: str, said: list[str]) -> None:
    call = only(f"curl -X POST '{API}?{query}'")
    notes = [note for note in call.notes if note.code == "query-fields"]
    assert [note.message.split(" carries ")[1].split(",")[0] for note in notes] == said


@pytest.mark.parametrize("data", ['"build_parameters[A]=~/x"', "build_parameters[A]=x~", r"build_parameters[A]=\~/x"])
def test_a_tilde_that_stays_is_text(data: str) -> None:
    assert codes(only(f"curl -d {data} {API}/tree/main")) == []


@pytest.mark.parametrize(
    "group",
    [
        """{ date >&2; echo '{"job": "a"}'; }""",
        """{ cd x; V=1; echo '{"job": "a"}'; }""",
        """(mkdir -p x; jq -n '{job: "a"}')""",
        """{ echo '{}' | jq -n '{job: "a"}'; }""",
    ],
)
def test_what_prints_nothing_beside_a_body_changes_nothing(group: str) -> None:
    call = only(f"{group} | curl --json @- {API}\n")
    assert (codes(call, Severity.ERROR), summary(call)["job"]) == ([], "a")


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ("OPT=\n[ -z $1 ] || OPT=-v", None),
        ("OPT=\n[ -z $1 ] || OPT='--retry 3'", "unquoted-variable"),
        ("if [ -z $1 ]; then OPT=-sS; else OPT=; fi", None),
        ("OPT=\n[ -z $1 ] || OPT='-d job=x'", "unquoted-variable"),
        ("OPT=\n[ -z $1 ] || OPT=https://example.com", "two-urls"),
    ],
)
def test_a_variable_that_holds_an_option_or_nothing_is_no_other_address(given: str, named: str | None) -> None:
    call = only(f'{given}\ncurl $OPT -u "$T:" -d build_parameters[CIRCLE_JOB]=deploy {API}\n')
    assert next(iter(codes(call, Severity.ERROR)), None) == named


@pytest.mark.parametrize(
    "url",
    ["$BASE/v1.1/project/github/acme/app/build", "https://$HOST/api/$V/project/github/acme/app/12/retry"],
)
def test_an_address_in_pieces_without_build_parameters_is_found(url: str) -> None:
    first = "BASE=https://circleci.com/api\nHOST=circleci.com\nV=v1.1\n"
    assert str(only(f'{first}curl -X POST -u "$T:" "{url}"\n').trigger.slug) == "github/acme/app"


@pytest.mark.parametrize("option", ["-d", "--data", "-sd"])
def test_an_option_that_waits_for_its_value_is_refused(option: str) -> None:
    assert codes(only(f'curl -u "$T:" {API}/tree/main -d job=x {option}\n'), Severity.ERROR) == ["unknown-option"]
