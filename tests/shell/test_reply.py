"""Who reads the reply of a call."""

from __future__ import annotations

import pytest

from tests.shell.support import API, only

CALL = f"curl -s -d build_parameters[CIRCLE_JOB]=deploy {API}"

READ = {
    "jq": (f"{CALL} | jq -r .build_num", ("build_num",), 1),
    "jq with an index": (f"""{CALL} | jq '.["build_url"]'""", ("build_url",), 1),
    "jq of two fields": (f"{CALL} | jq -r '.build_num, .status'", ("build_num", "status"), 1),
    "jq on the next line": (f"{CALL} |\n  jq -r .outcome", ("outcome",), 2),
    "behind another command": (f"{CALL} | tee log | jq .build_num", ("build_num",), 1),
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
    "captured output of a function": (f"t() {{\n  {CALL}\n}}\nR=$(t)\necho $R | jq .build_num", ("build_num",), 5),
}


@pytest.mark.parametrize("name", READ)
def test_reader_is_found(name: str) -> None:
    text, fields, line = READ[name]
    call = only(text)
    assert call.reply_fields == fields
    assert [(note.code, note.line) for note in call.notes] == [("reply-field", line)] * len(fields)


UNREAD = {
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
}


@pytest.mark.parametrize("name", UNREAD)
def test_nobody_reads(name: str) -> None:
    call = only(UNREAD[name])
    assert call.reply_fields == ()
    assert call.notes == ()


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ('[ "$C" = 200 ]', True),
        ('[ "$C" -ne 200 ]', True),
        ('[[ $C == "200" ]]', True),
        ("(( C == 200 ))", True),
        ("case $C in 200) ;; *) exit 1 ;; esac", True),
        ('[ "$C" = 201 ]', False),
        ('[ "$C" = 200 ] || [ "$C" = 201 ]', True),
        ("[[ $C == 200 || $C == 201 ]]", False),
        ('[ "$C" -ge 400 ]', False),
        ('[ "$C" -lt 300 ]', False),
    ],
)
def test_status_code(test: str, said: bool) -> None:
    call = only(
        f"C=$({CALL} -o /dev/null -w '%{{http_code}}')\nif {test}; then :; fi"
        if "case" not in test
        else f"C=$({CALL} -o /dev/null -w '%{{http_code}}')\n{test}"
    )
    assert [(note.code, note.line) for note in call.notes] == ([("status-code", 2)] if said else [])


def test_program_that_gets_the_reply_and_is_not_understood() -> None:
    call = only(f"{CALL} | python3 handle.py")
    assert call.reply_fields == ()
    assert [note.code for note in call.notes] == ["reply-field"]
