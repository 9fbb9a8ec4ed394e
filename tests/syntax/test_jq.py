"""jq programs: what is read of the input, and that jq itself agrees about what is a program."""

from __future__ import annotations

import subprocess

import pytest

from migrator.syntax.jq.filter import JqError, parse_filter
from migrator.syntax.jq.reads import reads
from migrator.syntax.shell.jq_command import parse_jq_command
from migrator.syntax.shell.script import parse
from tests.conftest import needs

# The fields that are read; those whose value goes to the output as it is, or as text, have a star.
READ = {
    ".": "",
    ".a": "a*",
    " .a ": "a*",
    '.["a"]': "a*",
    '."a"': "a*",
    "(.a)": "a*",
    ". | .a": "a*",
    "(.).a": "a*",
    ".a?": "a*",
    ".a, .b": "a* b*",
    ".a // .b // empty": "a* b*",
    '"x \\(.a) \\(.b|tostring)"': "a* b*",
    '@text "\\(.a)"': "a*",
    '.a + "/" + (.b | tostring)': "a* b*",
    ".a | tostring": "a*",
    ".a # why": "a*",
    ".a + .b": "a b",
    ".a.b": "a",
    ".a[0]": "a",
    ".a[1:]": "a",
    ".a | .b": "a",
    ".a | length": "a",
    ".a == 1 and .b != null or (.c|not)": "a b c",
    "-.a": "a",
    "if .a then .b elif .c then .d else .e end": "a b c d e",
    "try .a catch .b": "a b",
    '{a, b: .c, (.d): 1, "e": .f|g, "h", $x}': "a c d f h",
    "[.a, .b]": "a b",
    '@uri "\\(.a)"': "a",
    ".a as $x | .b": "a b",
    "select(.a > 1) | .b": "a b*",
    'has("a")': "a",
    ".[]": "?",
    "..": "?",
    ".[$k]": "?",
    "to_entries": "?",
    ".[0].a": "?",
    '"a"': "",
    "$ENV.a": "",
    "now | todate": "",
    "1.5e3 * 2 % 7": "",
}


@pytest.mark.parametrize("program", READ)
def test_reads(program: str) -> None:
    found = reads(parse_filter(program))
    assert " ".join(f"{read.name or '?'}{'*' if read.plain else ''}" for read in found) == READ[program]


@needs("jq")
@pytest.mark.parametrize("program", [program for program in READ if "$" not in program and "|g" not in program])
def test_jq_takes_what_is_understood(program: str) -> None:
    done = subprocess.run(["jq", "-n", f"try ({program}\n) catch ."], capture_output=True, text=True, check=False)
    assert done.returncode in {0, 5}, done.stderr


WRONG = ["", ".a)", "(.a", "{a", '"a', ".a b", "if .a then .b", "[.a", ".a | ", ".a as x | .", ". +", '{"a\\(1)b" 2}']


@needs("jq")
@pytest.mark.parametrize("program", WRONG)
def test_what_jq_refuses_is_refused(program: str) -> None:
    with pytest.raises(JqError):
        parse_filter(program)
    if program:
        assert subprocess.run(["jq", "-n", program], capture_output=True, check=False).returncode == 3


@pytest.mark.parametrize(
    "program",
    [
        "def f: .a; f",
        "reduce .[] as $x (0; . + $x)",
        "foreach .[] as $x (0; .)",
        "label $out | .a",
        ". as [$a] | $a",
        "." * 3,
    ],
)
def test_what_is_not_known_is_refused(program: str) -> None:
    with pytest.raises(JqError):
        parse_filter(program)


def test_deep_programs_end() -> None:
    with pytest.raises(JqError):
        parse_filter("(" * 5000 + ".a" + ")" * 5000)


@pytest.mark.parametrize(
    ("command", "program", "files", "simple"),
    [
        ("jq .a", ".a", [], True),
        ("jq -r .a x.json", ".a", ["x.json"], True),
        ("jq x.json -re", "x.json", [], True),
        ("jq --arg a b --argjson c 1 .a", ".a", [], True),
        ("jq --indent 2 .a -", ".a", ["-"], True),
        ("jq -rn .a", ".a", [], False),
        ("jq -s .a", ".a", [], False),
        ("jq --raw-input .a", ".a", [], False),
        ("jq -f p.jq x.json", "x.json", [], False),
        ("jq .a --args b c", ".a", [], False),
        ("jq -r", None, [], True),
    ],
)
def test_command_lines(command: str, program: str | None, files: list[str], simple: bool) -> None:
    (found,) = parse(command, templated=False).commands
    made = parse_jq_command(found.words[1:])
    if program is None:
        assert made is None
        return
    assert made is not None
    assert (made.program.static, [word.static for word in made.files], made.simple) == (program, files, simple)
