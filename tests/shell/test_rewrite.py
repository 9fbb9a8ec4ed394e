"""The text of a rewritten call: what changes, and that nothing else does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from codemods.found import RewriteOptions
from migrator.errors import Refusal
from migrator.model import PipelineRequest, RerunRequest, Value, literal
from tests.shell.support import API, NEW, codes, found, only, remarks, request, rewritten

JOB = "-d build_parameters[CIRCLE_JOB]=deploy"
_HEADING = r"^=== (?P<name>[^\n]*?)(?: \[(?P<options>[^\n\]]*)\])?\n"
_CASE = re.compile(_HEADING + r"(?P<before>.*?)--->\n(?P<after>.*?)(?=\n=== |\Z)", re.M | re.S)
CASES = {case["name"]: case for case in _CASE.finditer((Path(__file__).parent / "rewrites.txt").read_text())}


def options(name: str) -> dict[str, Any]:
    given = (CASES[name]["options"] or "").split()
    return {"json": "jq" if "jq" in given else "splice", "templated": "templated" in given}


@pytest.mark.parametrize("name", CASES)
def test_case(name: str) -> None:
    assert rewritten(CASES[name]["before"], **options(name)) == CASES[name]["after"]


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_left_to_find(name: str) -> None:
    assert found(CASES[name]["after"], templated=options(name)["templated"]) == ()


def test_cases_are_read() -> None:
    assert len(CASES) > 50


def test_line_ends_of_windows_stay() -> None:
    old = f"curl -s \\\r\n\t{JOB} \\\r\n\t{API}/tree/main\r\necho é\r\n"
    body = """'{"branch": "main", "parameters": {"run_job": "deploy"}}'"""
    new = f"curl -s \\\r\n\t-H 'Content-Type: application/json' \\\r\n\t-d {body} \\\r\n\t{NEW}\r\necho é\r\n"
    assert rewritten(old) == new


def test_here_document_with_line_ends_of_windows() -> None:
    old = f'curl --json @- {API} <<EOF\r\n{{\r\n  "job": "x"\r\n}}\r\nEOF\r\n'
    new = f'curl --json @- {NEW} <<EOF\r\n{{\r\n  "parameters": {{\r\n    "run_job": "x"\r\n  }}\r\n}}\r\nEOF\r\n'
    assert rewritten(old) == new


def test_no_line_end_at_the_end_tabs_and_other_characters() -> None:
    old = f"echo é🚀\n\tcurl\t{JOB}\t-d\t'build_parameters[A]=é🚀\t'\t{API}"
    body = """'{"parameters": {"run_job": "deploy", "a": "é🚀\\t"}}'"""
    assert rewritten(old) == f"echo é🚀\n\tcurl\t-H 'Content-Type: application/json' -d {body}\t{NEW}"


def test_a_shared_variable_stays_when_one_of_its_calls_stays() -> None:
    text = f"URL={API}\ncurl {JOB} $URL/tree/a\ncurl {JOB} $URL/tree/b\n"
    first = found(text)[0]
    edits = first.writer.post(request(first.call.trigger), RewriteOptions(together=frozenset({first.call.span}))).edits
    assert all(edit.span.start > text.index("\n") for edit in edits)


DEFAULTS = {
    f'curl {JOB} "${{A:-https://circleci.com/api/v1.1}}/project/github/acme/app/tree/main"': (
        "${A:-https://circleci.com/api/v2}/project/gh/acme/app/pipeline"
    ),
    f': "${{A:=https://circleci.com/api/v1.1}}"\ncurl {JOB} "$A/project/github/acme/app"': (
        ': "${A:=https://circleci.com/api/v2}"'
    ),
    f'A=${{A:-https://circleci.com/api/v1.1/project/github/acme/app}}\ncurl {JOB} "$A/tree/main"': (
        "A=${A:-https://circleci.com/api/v2/project/gh/acme/app}"
    ),
    f'U="${{U:-{API}}}"\ncurl {JOB} "$U"': 'U="${U:-https://circleci.com/api/v2/project/gh/acme/app}"',
}


@pytest.mark.parametrize("text", DEFAULTS)
def test_a_default_moves_where_it_stands(text: str) -> None:
    assert DEFAULTS[text] in rewritten(text)


REFUSED = {
    "moved-variable": f"f() {{ local u={API}/tree/$1; shift; curl {JOB} $u; }}",
    "moved-variable by assignment": f"U={API}/tree/$B\nB=other\ncurl {JOB} $U",
    "moved-variable in a loop": f"U={API}/tree/$B\nfor x in 1 2; do curl {JOB} $U; B=$(next); done",
    "moved-command": f"U={API}/tree/$(git branch --show-current)\ncurl {JOB} $U",
    "quoting": f'curl {JOB} -d build_parameters[A]=${{A:-"x y"}} {API}',
    "all-arguments": f'curl {JOB} -d "build_parameters[A]=$@" {API}',
    "backticks": f"x=`curl {JOB} -d 'build_parameters[A]=\\n' {API}`",
    "shared-default": f": ${{A:=https://circleci.com/api/v1.1}}\ncurl $A/me\ncurl {JOB} $A/project/gh/acme/app",
    "shared-default in the call": f"curl {JOB} ${{A:=https://circleci.com/api/v1.1}}/project/gh/acme/app\ncurl $A/me",
    "options-in-variable": f'D="-s -d job=deploy"\ncurl $D {API}',
    "options-in-variable of an array": f'd=(-d job=deploy)\ncurl "${{d[@]}}" {API}\ncurl "${{d[@]}}" https://x.test',
    "encoded-value of a token": f'for t in a%20b c; do wget --post-data=job=x "{API.replace("//", "//$t:@")}"; done',
    "no-token by that name": f'curl {JOB} "{API}?circle%2Dtoken=$T"',
    "no-token of a user": f"wget --post-data=job=x {API} --user",
    "url-shape with an escape": f"curl {JOB} $'https://circleci.com/api/v1\\x2e1/project/github/acme/app'",
    "options-in-variable apart": f'd=(-d)\ncurl "${{d[@]}}" job=deploy {API}',
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_mean_something_else_is_refused(name: str) -> None:
    with pytest.raises(Refusal) as refusal:
        rewritten(REFUSED[name])
    assert refusal.value.code == name.partition(" ")[0]
    assert refusal.value.message.endswith(".")


def test_a_call_that_is_not_understood_is_never_written() -> None:
    (one,) = found(f"curl {JOB} $URL\n")
    for write, new in ((one.writer.post, PipelineRequest(None, None)), (one.writer.rerun, RerunRequest())):
        with pytest.raises(Refusal) as refusal:
            write(new, RewriteOptions())
        assert refusal.value.code == "not-analysed"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("$V", ["form-characters", "json-characters"]),
        ("${V:-x}", ["form-characters", "json-characters"]),
        ("$(cat file)", ["form-characters", "json-characters"]),
        ("$CIRCLE_SHA1", []),
        ("${CIRCLE_SHA1:0:7}", []),
        ("${CIRCLE_TAG#v}", []),
        ("$(git rev-parse --short HEAD)", []),
        ("`date +%s`", []),
        ("$((1 + 2))", []),
        ("text", []),
        ("$known", []),
        ("$loop", []),
        ("<< parameters.x >>", ["form-characters", "template-in-json"]),
    ],
)
def test_remark_on_what_may_need_encoding(value: str, said: list[str]) -> None:
    text = f'known=a\nfor loop in a b; do\n  curl {JOB} -d "build_parameters[A]={value}" {API}\ndone\n'
    assert [note.code for note in remarks(text, templated=True)] == said


@pytest.mark.parametrize(
    ("option", "named"),
    [
        ("-d build_parameters[A]=$A", True),
        ("--data-urlencode build_parameters[A]=$A", True),
        ('-d "build_parameters[A]=$A"', False),
        ("-d build_parameters[A]=$CIRCLE_SHA1", False),
        ("-d build_parameters[A]=b", False),
        ("-d build_parameters[A]=<< parameters.x >>", True),
        ('-d "build_parameters[A]=<< parameters.x >>"', False),
    ],
)
def test_a_value_without_quotes_is_named(option: str, *, named: bool) -> None:
    said = [note.code for note in remarks(f"curl {JOB} {option} {API}\n", templated=True)]
    assert ("unquoted-value" in said) == named


@pytest.mark.parametrize(
    ("branch", "named"),
    [
        ("$BRANCH", True),
        ("${1:-main}", True),
        ("release-$V", True),
        ("$CIRCLE_BRANCH", False),
        ("$GITHUB_REF_NAME", False),
        ("$(git rev-parse --abbrev-ref HEAD)", False),
        ("${BRANCH//\\//%2F}", False),
        ("main", False),
    ],
)
def test_a_branch_that_may_be_encoded_is_named(branch: str, *, named: bool) -> None:
    call = only(f'curl {JOB} "{API}/tree/{branch}"\n')
    assert ("branch-as-it-is" in codes(call)) == named


@pytest.mark.parametrize(
    ("branch", "named"),
    [
        ("release/1.0", True),
        ("release/$V", True),
        ("release%2F1.0", False),
        ("release", False),
        ("pull/7", False),
    ],
)
def test_a_plain_slash_in_the_branch_is_named(branch: str, *, named: bool) -> None:
    call = only(f'curl {JOB} "{API}/tree/{branch}"\n')
    assert ("plain-slash" in codes(call)) == named


@pytest.mark.parametrize(
    ("first", "named"),
    [("", True), ("IFS=$'\\n\\t'\n", False), ("#!/bin/zsh\n", False)],
)
def test_a_value_without_quotes_is_named_where_a_shell_parts_it(first: str, *, named: bool) -> None:
    text = f"{first}curl {JOB} -u $T: -d build_parameters[A]=$A {API}\n"
    assert ("unquoted-value" in [note.code for note in remarks(text)]) == named


def test_no_remark_when_jq_encodes() -> None:
    text = f'curl {JOB} -d "build_parameters[A]=$A" {API}\n'
    assert [note.code for note in remarks(text)] == ["form-characters", "json-characters"]
    assert [note.code for note in remarks(text, json="jq")] == ["form-characters", "needs-jq"]
    assert [note.code for note in remarks("jq --version\n" + text, json="jq")] == ["form-characters"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ('-F "build_parameters[A]=$A"', ["form-characters", "needs-jq"]),
        ('--form-string "build_parameters[A]=$A"', ["needs-jq"]),
        ('--data-urlencode "build_parameters[A]=$A"', ["needs-jq"]),
        ('--json \'{"build_parameters": {"A": "\'"$A"\'"}}\'', ["json-characters"]),
    ],
)
def test_remark_on_what_a_form_does_to_a_value(options: str, said: list[str]) -> None:
    assert [note.code for note in remarks(f"curl {options} {API}\n")] == said


def test_a_safe_name_that_the_script_assigns_is_not_safe() -> None:
    text = f'CIRCLE_TAG=$(cat notes)\ncurl {JOB} -d "build_parameters[A]=$CIRCLE_TAG" {API}\n'
    assert [note.code for note in remarks(text)] == ["form-characters", "json-characters"]


def test_no_token_is_ever_said() -> None:
    text = f"curl {JOB} -u s3cr3t: '{API}?circle-token=s3cr3t' | jq .build_num\n"
    (each,) = found(text)
    said = [*each.call.notes, *each.writer.post(request(each.call.trigger), RewriteOptions()).notes]
    assert said
    assert not any("s3cr3t" in note.message for note in said)
    assert codes(only(text)) == ["reply-number"]


def test_nothing_reads_as_a_template_of_circleci() -> None:
    (each,) = found(f"curl {JOB} {API}\n")
    values = (("a", Value(literal("<<x>> << y >>"))), ("<<z", Value(literal("'<<'"))))
    edits = each.writer.post(PipelineRequest(parameters=values), RewriteOptions()).edits
    assert any("parameters" in edit.text for edit in edits)
    assert not any("<<" in edit.text for edit in edits)


def test_a_template_that_no_shell_read_is_not_put_where_one_does() -> None:
    body = '{"build_parameters": {"CIRCLE_JOB": "deploy", "A": "<< parameters.a >>"}}'
    text = f"curl --json @- {API}/tree/$BRANCH \\<<'EOF'\n{body}\nEOF\n"
    with pytest.raises(Refusal) as refused:
        rewritten(text, templated=True)
    assert refused.value.code == "quoting"


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ("$(date -Iseconds)", True),
        ('$(date "+%F %T%z")', True),
        ("$(date -u +%FT%TZ)", False),
        ("$(date +%s)", False),
        ("$(date)", True),
        ("$(git describe --tags)", True),
        ("$(git rev-parse --abbrev-ref HEAD)", True),
        ("$(git rev-parse --short HEAD)", False),
        ("$(git rev-parse HEAD)", False),
        ("$CIRCLE_TAG", True),
        ("$CIRCLE_SHA1", False),
        ("$((1 + 2))", False),
    ],
)
def test_text_with_signs_that_a_form_decodes_is_named(value: str, *, named: bool) -> None:
    """`+0100` of a date and `v1+build` of a tag arrived with a blank."""
    said = [note.code for note in remarks(f'V={value}\ncurl {JOB} -d "build_parameters[A]=$V" {API}\n')]
    assert ("form-characters" in said) is named


URL = f"URL={API}/tree/main"
READERS = {
    "command inside": 'echo "last: $(curl -s "$URL?limit=1" | wc -c)"',
    "backticks inside": 'printf "%s" `wget -qO- "$URL?limit=1"`',
    "part": 'echo "branch ${URL##*/}"',
    "length": "echo ${#URL}",
    "here-string inside": 'echo "host $(cut -d/ -f3 <<< "$URL")"',
    "workflow command": 'echo "::set-output name=url::$URL"',
    "exported": "export URL; ./x.sh",
    "declared": "declare -x URL\n./x.sh",
    "declared again": 'declare -rx URL="$URL"\n./x.sh',
}


@pytest.mark.parametrize("name", READERS)
def test_a_variable_that_something_works_with_keeps_its_text(name: str) -> None:
    assert URL in rewritten(f'{URL}\ncurl {JOB} "$URL"\n{READERS[name]}\n')


def test_a_variable_of_a_script_that_exports_all_keeps_its_text() -> None:
    assert URL in rewritten(f'set -a\n{URL}\ncurl {JOB} "$URL"\n./x.sh\n')


def test_a_variable_that_is_only_shown_changes() -> None:
    assert URL not in rewritten(f'{URL}\ncurl {JOB} "$URL"\necho "see $URL and ${{URL}}"\n')


@pytest.mark.parametrize("reader", ['echo "v $(jq -r .V <<< "$B")"', 'echo "${B#*V}"', "export B; ./x.sh"])
def test_a_body_that_something_works_with_keeps_its_text(reader: str) -> None:
    body = 'B="{\\"build_parameters\\": {\\"CIRCLE_JOB\\": \\"x\\", \\"V\\": \\"$V\\"}}"'
    assert body in rewritten(f'{body}\ncurl -H "Content-Type: application/json" -d "$B" {API}\n{reader}\n')


LENGTH = '-H "Content-Length: 0"'


@pytest.mark.parametrize(
    "call",
    [
        f'curl -X POST {LENGTH} -u "$T:" {API}',
        f'curl -u "$T:" -X POST {API} {LENGTH}',
        f'curl -d job=x -H "Content-Length: ${{#B}}" {API}',
        f"wget -qO- --header 'Content-Length: 36' --post-data job=x {API}",
        f"curl -d job=x -H 'Transfer-Encoding: chunked' {API}",
    ],
)
def test_a_header_with_the_length_of_the_old_body_goes(call: str) -> None:
    """Curl and wget send it as it is written, and the server reads no more than that (RFC 9112, 6.2)."""
    new = rewritten(call + "\n")
    assert "length" not in new.lower()
    assert "transfer" not in new.lower()
    assert '"run_job"' in new


def test_a_body_that_is_uploaded_is_not_seen() -> None:
    assert codes(only(f"curl -X POST -T up.json {API}\n")) == ["payload-in-file"]
