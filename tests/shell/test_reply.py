"""Who reads the reply of a call."""

from __future__ import annotations

import pytest

from migrator.model import Severity
from tests.shell.support import API, found, only, rewritten

CALL = f"curl -s -d build_parameters[CIRCLE_JOB]=deploy {API}"

READ = {
    "jq": (f"{CALL} | jq -r .build_num", ("build_num",), 1),
    "jq with an index": (f"""{CALL} | jq '.["build_url"]'""", ("build_url",), 1),
    "jq of two fields": (f"{CALL} | jq -r '.build_num, .status'", ("build_num", "status"), 1),
    "jq on the next line": (f"{CALL} |\n  jq -r .outcome", ("outcome",), 2),
    "behind another command": (f"{CALL} | tee log | jq .build_num", ("build_num",), 1),
    "jq with a name for all": (f"{CALL} | jq '. as $b | $b.build_url'", (), 1),
    "file behind a long pipe": (f"{CALL} | tee r | cat\njq -e .status r || exit", ("status",), 2),
    "grep": (f"{CALL} | grep -o 'build_num : [0-9]*'", ("build_num",), 1),
    "sed": (f"{CALL} | sed -n 's/.*:build_url \"//p'", ("build_url",), 1),
    "awk": (f"{CALL} | awk '/build_num/ {{print $2}}'", ("build_num",), 1),
    "python": (
        f"""{CALL} | python -c 'import json, sys; print(json.load(sys.stdin)["build_num"])'""",
        ("build_num",),
        1,
    ),
    "variable": (f'R=$({CALL})\necho "$R" | jq -r .build_url', ("build_url",), 2),
    "variable in a here-string": (f'R=$({CALL})\njq -r .build_url <<< "$R"', ("build_url",), 2),
    "variable of a function": (f'local R\nR=$({CALL})\nN=$(echo $R | jq ".build_num")', ("build_num",), 3),
    "variable in a test": (f"R=$({CALL})\nif [[ $R != *build_num* ]]; then exit 1; fi", ("build_num",), 2),
    "number in a variable": (f"N=$({CALL} | jq .build_num)\necho $N", ("build_num",), 1),
    "file": (f"{CALL} -o reply.json\ncat x\njq .status reply.json", ("status",), 3),
    "redirect": (f"{CALL} > /tmp/reply\ngrep build_num /tmp/reply", ("build_num",), 2),
    "output of a function": (f"t() {{\n  {CALL}\n}}\nt | jq .build_num", ("build_num",), 4),
    "jq behind a loop": (f"for i in a b; do\n  {CALL}\ndone | jq .build_num", ("build_num",), 3),
    "jq behind a condition": (f"if test -n x; then {CALL}; fi | jq .build_num", ("build_num",), 1),
    "jq behind a loop in a group": (f"{{ for i in a; do {CALL}; done; }} | jq .build_num", ("build_num",), 1),
    "loop that reads a file": (
        f"while read j; do\n  N=$({CALL} | jq .build_num)\n  echo $N\ndone < list\nls",
        ("build_num",),
        2,
    ),
    "file of a loop": (f"for i in a b; do {CALL}; done > out.json\njq .build_num out.json", ("build_num",), 2),
    "search behind xargs": (f"{CALL} | xargs -n1 | grep build_num", ("build_num",), 1),
    "search behind fmt": (f"{CALL} | fmt -1 | grep build_url", ("build_url",), 1),
    "search behind echo": (f"{CALL} | xargs echo | grep build_num", ("build_num",), 1),
    "captured output of a function": (f"t() {{\n  {CALL}\n}}\nR=$(t)\necho $R | jq .build_num", ("build_num",), 5),
}


@pytest.mark.parametrize("name", READ)
def test_reader_is_found(name: str) -> None:
    text, fields, line = READ[name]
    call = only(text)
    assert call.reply_fields == fields
    told = {"reply-field", "reply-adapted", "reply-number"}
    assert {note.line for note in call.notes if note.code in told} == {line}


NUMBERS = {
    "shown by xargs": f"{CALL} | jq .build_num | xargs echo started",
    "trimmed by xargs": f"{CALL} | jq .build_num | xargs",
}


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_that_is_only_shown_becomes_the_pipeline_s(name: str) -> None:
    assert [note.code for note in only(NUMBERS[name]).notes] == ["reply-number"]


@pytest.mark.parametrize("command", ["store", "-I{} store {}", "-n 1 store", "-0 sh -c 'store {}'", '"$STORE"'])
def test_a_reply_that_xargs_hands_over_is_read(command: str) -> None:
    assert [note.code for note in only(f"{CALL} | xargs {command}").notes] == ["reply-field"]


@pytest.mark.parametrize(
    "program",
    ['"https://circleci.com/gh/acme/other/\\(.build_num)"', '"https:\\/\\/circleci.com/gh/acme/app/\\(.build_num)"'],
)
def test_an_address_of_something_else_or_with_escapes_stays(program: str) -> None:
    assert [note.code for note in only(f"{CALL} | jq -r '{program}'").notes] == ["reply-field"]


def test_a_number_behind_xargs_makes_an_address() -> None:
    text = f"N=$({CALL} | jq .build_num | xargs)\necho https://circleci.com/gh/acme/app/$N"
    assert [note.code for note in only(text).notes] == ["reply-adapted"]


def test_a_program_that_backticks_would_change_stays() -> None:
    text = f"echo `{CALL} | jq -r '.build_url+\"\\\\n\"'`"
    assert [note.code for note in only(text).notes] == ["reply-field"]


UNREAD = {
    "shown by xargs one by one": f"{CALL} | xargs -n 1 echo",
    "shown by xargs": f"{CALL} | xargs echo",
    "printed": CALL,
    "discarded": f"{CALL} > /dev/null",
    "discarded by option": f"{CALL} -o /dev/null",
    "exit status": f"if {CALL}; then echo ok; fi",
    "shown": f"R=$({CALL})\necho $R",
    "pretty": f"{CALL} | jq .",
    "field that v2 has": f"{CALL} | jq -r .id",
    "file that nobody reads": f"{CALL} -o reply.json",
    "variable overwritten by something else": f"{CALL} | cat\nN=$(curl x | jq .build_num)",
    "emptiness": f'R=$({CALL})\n[ -n "$R" ] || exit 1',
    "emptiness in other words": f'R=$({CALL})\nif [ "$R" = "" ] || [[ -z $R ]]; then exit 1; fi',
    "a message of an error": f"{CALL} | grep -q message && exit 1",
    "a message of an error in a test": f"R=$({CALL})\n[[ $R != *message* ]]",
    "a message of an error in a case": f'R=$({CALL})\ncase "$R" in *message*) exit 1 ;; esac',
    "masked": f'{CALL} 2>&1 | sed "s/$TOKEN/***/"',
    "filtered": f"{CALL} -v 2>&1 | grep -v Authorization",
    "logged": f'log() {{\n  echo "$(date) $1" >&2\n}}\nR=$({CALL})\nlog "$R"',
    "logged by a function from elsewhere": f'R=$({CALL})\nlog "$R"',
    "file that goes away": f"{CALL} -o reply.json\ncat reply.json\nrm -f reply.json",
    "another request": f"R=$({CALL})\ncurl -s https://example.com | jq -r .build_url",
    "another variable": f'R=$({CALL})\nS=$(curl -s https://example.com)\necho "$S" | jq -r .build_url',
    "another file": f"{CALL} > one.json\njq -r .build_url two.json",
    "a field below one of v2": f"{CALL} | jq -r .id.status",
}


@pytest.mark.parametrize("name", UNREAD)
def test_nobody_reads(name: str) -> None:
    call = only(UNREAD[name])
    assert call.reply_fields == ()
    assert call.notes == ()


# Values that only a build has are read, by programs that know nothing of fields.
VALUES = {
    "grep": (f"{CALL} | grep -q queued", ("status",), 1),
    "grep of a pair": (f"""{CALL} | grep '"status":"queued"'""", ("status",), 1),
    "grep of a variable": (f'R=$({CALL})\nif ! echo "$R" | grep -q scheduled; then exit 1; fi', ("status",), 2),
    "grep of something": (f"{CALL} | grep -q acme", (), 1),
    "awk": (f"N=$({CALL} | awk -F: '{{print $7}}')", (), 1),
    "cut": (f"N=$({CALL} | tr -d ' ' | cut -d, -f3)\necho $N", (), 1),
    "pattern": (f"R=$({CALL})\n[[ $R == *queued* ]] || exit 1", ("status",), 2),
    "regular expression": (f"R=$({CALL})\n[[ $R =~ (queued|running) ]] || exit 1", ("status",), 2),
    "case": (f'R=$({CALL})\ncase "$R" in *not_run*) exit 1 ;; *) ;; esac', ("status",), 2),
    "cut out by the shell": (f"R=$({CALL})\nN=${{R##*build_num }}", ("build_num",), 2),
    "cut out at a place": (f"R=$({CALL})\nN=${{R:10:4}}", (), 2),
    "line by line": (f'{CALL} | while read -r line; do echo "$line"; done', (), 1),
    "unknown program": (f'R=$({CALL})\n./handle "$R"', (), 2),
    "function": (f'handle() {{\n  ./deploy "$1"\n}}\nR=$({CALL})\nhandle "$R"', (), 5),
    "program from a file": (f"{CALL} | jq -f program.jq", (), 1),
    "jq without a name": (f"{CALL} | jq -r '.[]'", (), 1),
    "jq with a definition": (f"{CALL} | jq -r 'def f: .build_num; f'", ("build_num",), 1),
    "jq of many": (f"{CALL} | jq -rs '.[0].build_num'", ("build_num",), 1),
    "python of a variable": (f'R=$({CALL})\necho "$R" | python3 handle.py', (), 2),
    "copied": (f"{CALL} -o reply.json\nmv reply.json /artifacts/", (), 2),
}


@pytest.mark.parametrize("name", VALUES)
def test_value_that_is_read_is_found(name: str) -> None:
    text, fields, line = VALUES[name]
    call = only(text)
    assert call.reply_fields == fields
    assert {(note.code, note.severity, note.line) for note in call.notes} == {("reply-field", Severity.WARNING, line)}


# What is done with the result that no page or number of a pipeline can serve.
REPORTED = {
    "fetched": f"U=$({CALL} | jq -r .build_url)\ncurl -s $U",
    "opened": f"{CALL} | jq -r .build_url | xargs open",
    "compared": f'U=$({CALL} | jq -r .build_url)\n[ "$U" = "$OLD" ]',
    "cut for its number": f"U=$({CALL} | jq -r .build_url)\necho ${{U##*/}}",
    "cut by a program": f"U=$({CALL} | jq -r .build_url)\nN=$(basename $U)",
    "put into a file": f"{CALL} | jq -r .build_url > url",
    "put into a file that others read": f'U=$({CALL} | jq -r .build_url)\necho "URL=$U" >> $BASH_ENV',
    "looped over": f'for u in $({CALL} | jq -r .build_url); do echo "$u"; done',
    "split": f"U=$({CALL} | jq -r .build_url)\nfor u in $U; do echo $u; done",
    "calculated with": f"N=$({CALL} | jq -r .build_num)\necho $((N + 1))",
    "compared as a number": f"N=$({CALL} | jq -r .build_num)\n(( N > 5 ))",
    "returned to nobody here": f"go() {{\n  {CALL} | jq -r .build_url\n}}",
    "another field beside it": f"""{CALL} | jq -r '.build_url + " " + .status'""",
    "another field on the side": f"{CALL} | jq -r 'select(.status == \"queued\") | .build_url'",
    "worked on": f"{CALL} | jq -r '.build_url | split(\"/\") | last'",
    "a sum": f"{CALL} | jq '.build_num + 1'",
    "an object": f"{CALL} | jq '{{url: .build_url}}'",
    "encoded": f"{CALL} | jq -r '@uri \"\\(.build_url)\"'",
    "another page": f'N=$({CALL} | jq .build_num)\necho "https://circleci.com/gh/acme/app/$N#artifacts"',
    "a page below": f'N=$({CALL} | jq .build_num)\necho "https://circleci.com/gh/acme/app/$N/steps"',
    "another project's page": f'N=$({CALL} | jq .build_num)\necho "https://circleci.com/gh/acme/lib/$N"',
    "the API": f'N=$({CALL} | jq .build_num)\necho "https://circleci.com/api/$N"',
    "one of two assignments": f'N=$({CALL} | jq .build_num)\n[ -n "$N" ] || N=$(cat last)\necho "number $N"',
    "one of two replies": f'R=$({CALL})\n[ -n "$R" ] || R=$(cat last)\necho "$R" | jq -r .build_url',
    "on a server": f"{CALL} | jq -r .build_url".replace("circleci.com", "circleci.example.com"),
    "of a whole pipeline": f"{CALL}/build | jq -r .build_url".replace(
        "-d build_parameters[CIRCLE_JOB]=deploy", "-X POST"
    ),
    "yq": f"{CALL} | yq -r .build_url",
    "printed into a variable": f"U=$({CALL} | jq -r .build_url)\nprintf -v TEXT '%s' \"$U\"\ncurl $TEXT",
    "read from a process": f'read -r U < <({CALL} | jq -r .build_url)\ncurl "$U"',
    "given to a program": f"U=$({CALL} | jq -r .build_url) ./deploy.sh",
    "a program that is put together": f'{CALL} | jq -r ".$FIELD + .build_url"',
}


@pytest.mark.parametrize("name", REPORTED)
def test_reader_that_cannot_be_adapted_stays(name: str) -> None:
    text = REPORTED[name]
    assert "reply-field" in [note.code for note in only(text).notes]
    reader = text.split(API.rpartition("/")[2])[-1] if "example" not in name else text
    new = rewritten(text)
    assert "app.circleci.com" not in new
    assert ".number" not in new
    assert new.endswith(reader[-12:])


def test_two_calls_of_one_reader_stay_apart() -> None:
    text = f'if true; then R=$({CALL}); else R=$({CALL.replace("app", "lib")}); fi\necho "$R" | jq -r .build_url\n'
    assert "jq -r .build_url" in rewritten(text)


def test_values_that_json_must_escape_are_arguments_of_jq() -> None:
    text = f"{CALL.replace('/acme/', '/$ORG/')} | jq -r --arg org x .build_url\n"
    page = """'"https://app.circleci.com/pipelines/github/\\($pipeline_org)/app/\\(.number)"'"""
    assert rewritten(text).endswith(f'| jq -r --arg org x --arg pipeline_org "$ORG" {page}\n')


def test_values_that_need_no_escape_are_spliced() -> None:
    text = f"{CALL.replace('/acme/', '/$CIRCLE_PROJECT_USERNAME/')} | jq -r .build_url\n"
    page = """'"https://app.circleci.com/pipelines/github/'"$CIRCLE_PROJECT_USERNAME"'/app/\\(.number)"'"""
    assert rewritten(text).endswith(f"| jq -r {page}\n")


def test_value_that_is_another_one_where_it_is_read() -> None:
    call = CALL.replace("/acme/", "/$1/")
    assert "reply-field" in [n.code for n in only(f"go() {{\n  {call}\n}}\ngo x | jq -r .build_url\n").notes]


def test_page_that_is_sent_to_a_service_is_adapted_with_a_warning() -> None:
    text = f"""U=$({CALL} | jq -r .build_url)
curl -d "{{\\"text\\": \\"$U\\"}}" https://hooks.example.com/x
"""
    notes = [(note.code, note.severity, note.line) for note in only(text).notes]
    assert notes == [("reply-adapted", Severity.INFO, 1), ("reply-sent", Severity.WARNING, 2)]
    assert "pipelines/github/acme/app" in rewritten(text)


# The test, and what becomes of it: nothing where it takes 201 too, and None where it is only reported.
STATUS = {
    '[ "$C" = 200 ]': '[ "$C" = 201 ]',
    '[ "$C" -ne 200 ]': '[ "$C" -ne 201 ]',
    'test "$C" -eq 200': 'test "$C" -eq 201',
    "[ 200 = $C ]": "[ 201 = $C ]",
    '[[ $C == "200" ]]': '[[ $C == "201" ]]',
    "[[ $C != '200' && -n $X ]]": "[[ $C != '201' && -n $X ]]",
    '[ "$C" -gt 200 ]': '[ "$C" -gt 201 ]',
    "(( C == 200 ))": "(( C == 201 ))",
    'echo "$C" | grep -q 200': 'echo "$C" | grep -q 201',
    'grep -q "^200$" <<< "$C"': 'grep -q "^201$" <<< "$C"',
    '[ "$C" = 201 ]': "",
    '[ "$C" = 200 ] || [ "$C" = 201 ]': "",
    '[ "$C" != 200 ] && [ "$C" != 201 ]': "",
    "[[ $C == 200 || $C == 201 ]]": "",
    '[ "$C" -ge 400 ]': "",
    '[ "$C" -lt 300 ]': "",
    '[ "$X" = 200 ]': "",
    'expr "$C" : 200': None,
}


@pytest.mark.parametrize("test", STATUS)
def test_status_code(test: str) -> None:
    text = f"C=$({CALL} -o /dev/null -w '%{{http_code}}')\nif {test}; then :; fi"
    said = [(note.code, note.line) for note in only(text).notes]
    match STATUS[test]:
        case None:
            assert said == [("status-code", 2)]
        case "":
            assert said == []
        case new:
            assert said == [("status-adapted", 2)]
            assert rewritten(text).endswith(f"\nif {new}; then :; fi")


def test_status_code_in_a_case() -> None:
    text = f"C=$({CALL} -o out -w '%{{http_code}}\\n')\ncase $C in\n  200) ;;\n  404 | '5'*) exit 2 ;;\nesac\n"
    assert [(note.code, note.line) for note in only(text).notes] == [("status-adapted", 2)]
    assert rewritten(text).endswith("case $C in\n  201) ;;\n  404 | '5'*) exit 2 ;;\nesac\n")


def test_status_code_of_two_requests() -> None:
    other = "C=$(curl -o /dev/null -w '%{http_code}' https://example.com)"
    text = f'C=$({CALL} -o /dev/null -w \'%{{http_code}}\')\n[ -n "$X" ] || {other}\n[ "$C" = 200 ]'
    assert [note.code for note in only(text).notes] == ["status-code"]
    assert rewritten(text).endswith('[ "$C" = 200 ]')


def test_status_code_behind_the_body() -> None:
    assert [n.code for n in only(f"C=$({CALL} -w '%{{http_code}}')\n[ $C = 200 ]").notes] == ["status-code"]
    assert [n.code for n in only(f"{CALL} -si | grep 'HTTP/1.1 200'").notes] == ["status-code"]


def test_status_code_on_a_line_of_its_own() -> None:
    text = f"""R=$({CALL} -w '\\n%{{http_code}}')
CODE=$(echo "$R" | tail -n1)
BODY=$(echo "$R" | sed '$d')
[ "$CODE" = 200 ] || exit 1
echo "$BODY" | jq -r .build_url
"""
    assert [(n.code, n.line) for n in only(text).notes] == [("reply-adapted", 5), ("status-adapted", 4)]
    assert '[ "$CODE" = 201 ]' in rewritten(text)


def test_status_code_that_a_loop_assigns_again() -> None:
    """The condition of a loop sees what its body assigned."""
    for other in (CALL, "curl https://example.com"):
        again = f"while [ $C != 200 ]; do C=$({other} -o /dev/null -w '%{{http_code}}'); done"
        text = f"C=$({CALL} -o /dev/null -w '%{{http_code}}')\n{again}\n"
        assert "$C != 200" in rewritten(text)
        assert "status-code" in [note.code for each in found(text) for note in each.call.notes]


def test_status_code_that_a_function_checks() -> None:
    text = f'check() {{\n  [ "$1" = 200 ]\n}}\nC=$({CALL} -o /dev/null -w "%{{http_code}}")\ncheck "$C"\n'
    assert [(note.code, note.line) for note in only(text).notes] == [("status-code", 5)]


def test_reader_in_another_call() -> None:
    """Its text becomes another one: nothing in it is adapted for the first call."""
    page = "https://circleci.com/gh/acme/app"
    text = f'N=$({CALL} | jq .build_num)\n{CALL} -d "build_parameters[U]={page}/$N"\n'
    assert [note.code for note in found(text)[0].call.notes] == ["reply-field"]
    assert "app.circleci.com" not in rewritten(text)


SENT = {
    "as data": 'curl -d "text=$U" https://hooks.example.com/x',
    "as JSON": """jq -n --arg text "see $U" '{text: $text}' | curl -d @- https://hooks.example.com/x""",
    "in a document": 'curl -d @- https://hooks.example.com/x <<END\n{"text": "$U"}\nEND',
    "as a comment": 'gh pr comment 5 --body "see $U"',
    "by mail": 'echo "$U" | mail -s started me@example.com',
    "as an output": 'echo "::set-output name=url::$U"',
    "exported": "export U",
    "to a script that is read in": ". ./notify.sh",
}


@pytest.mark.parametrize("name", SENT)
def test_page_that_is_handed_on_is_adapted_with_a_warning(name: str) -> None:
    text = f"U=$({CALL} | jq -r .build_url)\n{SENT[name]}\n"
    assert {note.code for note in only(text).notes} == {"reply-adapted", "reply-sent"}
    assert "app.circleci.com" in rewritten(text)


def test_program_that_gets_the_reply_and_is_not_understood() -> None:
    call = only(f"{CALL} | python3 handle.py")
    assert call.reply_fields == ()
    assert [note.code for note in call.notes] == ["reply-field"]


@pytest.mark.parametrize(
    ("options", "reader", "named"),
    [
        ("", """grep -q '"message"'""", True),
        ("", "jq -e .", True),
        ("", "grep -q message", False),
        ("", "jq .", False),
        ("", "tee log.txt", False),
        ("-H 'Accept: application/json'", """grep -q '"message"'""", False),
        ('-H "$HEADER"', """grep -q '"message"'""", False),
        ("", "grep -q build_num", False),  # a field, which has a finding of its own
    ],
)
def test_who_looks_into_a_reply_of_another_form_is_named(options: str, reader: str, *, named: bool) -> None:
    call = only(f"curl -s {options} -d build_parameters[CIRCLE_JOB]=deploy {API} | {reader}\n")
    assert ("reply-form" in [note.code for note in call.notes]) == named


def test_the_function_that_waits_for_the_build_makes_no_call() -> None:
    call = f'curl -s "${{auth[@]}}" -H "Accept: application/json" -d build_parameters[CIRCLE_JOB]=deploy {API}'
    new = rewritten(f'#!/bin/bash\nauth=(-u "$T:")\nn=$({call} | jq .build_num)\n./wait.sh "$n"\n')
    assert "started_build deploy" in new
    assert found(new) == ()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (f"{CALL}\ncurl -s -u $T: '{API}/tree/main?limit=1' | jq '.[0].build_num'\n", True),
        (f"latest() {{ curl -s -u $T: '{API}?limit=1'; }}\n{CALL}\nlatest\n", True),
        (f"curl -s -u $T: '{API}/tree/main?limit=1' | jq length\n{CALL}\n", False),
        (f"{CALL}\ncurl -s -u $T: '{API}/12/artifacts'\n", False),
    ],
)
def test_a_list_of_builds_behind_the_call_is_named(text: str, *, named: bool) -> None:
    assert ("builds-listed" in [note.code for note in only(text).notes]) == named


@pytest.mark.parametrize(("first", "needed"), [("# no jq here\n", True), ("jq --version\n", False), ("", True)])
def test_a_comment_about_jq_brings_none(first: str, *, needed: bool) -> None:
    read = "sed -n 's/.*\"build_num\": *\\([0-9]*\\).*/\\1/p'"
    call = only(f"{first}n=$(curl -s -u $T: -d job=deploy {API} | {read})\n./wait.sh $n\n")
    assert ("needs-jq" in [note.code for note in call.notes]) == needed
