"""Words are split and unquoted as bash does it, and their spans are where they stand."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrator.model import Span
from migrator.syntax.shell.lexer import ShellLexer
from migrator.syntax.shell.script import parse, view

if TYPE_CHECKING:
    from pathlib import Path

    from migrator.syntax.shell.types import Word, WordPiece

ENVIRONMENT = {"A": "alpha", "B_1": "b2", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
PIECES = st.sampled_from(
    [
        *(
            "a",
            "b c",
            "é",
            "🚀",
            " ",
            "  ",
            "\t",
            "'",
            '"',
            "\\",
            "\\\n",
            "''",
            '""',
            "'x y'",
            '"x y"',
            "$A",
            "${A}",
            "${B_1}",
        ),
        *(
            "/$A/$B_1/",
            '"$A"',
            '"a\'b"',
            "'a\"b'",
            "\\'",
            '\\"',
            "\\\\",
            "\\$",
            '"\\$A"',
            '"\\`"',
            "'\\'",
            "$'\\n\\x41\\''",
        ),
        *("#", "a#b", "=", "[", "]", "@", "%41", ":", "$(printf x)", '"$(printf "%s" "qr")"', "`printf y`", "'\n'"),
        *("${A:-z}", '"${A:+"w"}"', "$", '"$"', "-d", "--data", "{", "}", "!", "^", ",", '"\n"'),
    ]
)
# Brace expansion, the shell's own parameters, arithmetic, and a line break between a dollar sign and a quote.
BEYOND = re.compile(
    r"\{(?:[^{}]|\$\{\w*\})*(?:,|\.\.)(?:[^{}]|\$\{\w*\})*\}|\$(?:\\\n)*[\[$!@#?*0-9-]|\$(?:\\\n)+['\"]"
)


def bash(text: str, folder: Path) -> list[str] | None:
    """The arguments that bash makes of the text, or None when it refuses it."""
    script = folder / "script"
    script.write_bytes(f"printf '%s\\0' start {text}\n".encode())
    run = subprocess.run(
        ["bash", str(script)], capture_output=True, env=ENVIRONMENT, cwd=folder, timeout=10, check=False
    )
    if run.returncode or run.stderr:
        return None
    return run.stdout.decode().split("\0")[1:-1]


def value(piece: WordPiece, text: str) -> str:
    if piece.text is not None:
        return piece.text
    source = text[piece.span.start : piece.span.end].replace("\\\n", "")
    known = {"$(printf x)": "x", '$(printf "%s" "qr")': "qr", "`printf y`": "y", "${A:-z}": "alpha", '${A:+"w"}': "w"}
    return known[source] if source in known else ENVIRONMENT.get(source.strip("${}"), "")


def texts(words: tuple[Word, ...], text: str) -> list[str]:
    """What the words become; an unquoted empty word is none."""
    split = []
    for word in words:
        joined = "".join(value(piece, text) for piece in word.pieces)
        if joined or word.quoted:
            split.append(joined)
    return split


@given(st.lists(PIECES, max_size=12).map("".join))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_words_are_those_of_bash(tmp_path: Path, text: str) -> None:
    expected = bash(text, tmp_path)
    if expected is None or BEYOND.search(text):
        return
    command = f"start {text}\n"
    simple = ShellLexer(command).command(0)
    assert simple.failure is None
    assert texts(simple.words[1:], command) == expected


@given(st.lists(PIECES, max_size=10).map("".join))
@settings(max_examples=200, deadline=None)
def test_spans_cover_their_words(text: str) -> None:
    command = f"start {text}\n"
    simple = ShellLexer(command).command(0)
    for word in simple.words:
        inside = command[word.span.start : word.span.end]
        assert not inside[:1].isspace()
        for piece in word.pieces:
            assert word.span.start <= piece.span.start <= piece.span.end <= word.span.end
            raw = command[piece.span.start : piece.span.end]
            assert piece.text is None or len(piece.text) != len(raw) or piece.text == raw or "\\" in raw


@given(st.text(alphabet="ab$`'\"\\(){}<>|&;#\n \t=[]!*-", max_size=60))
@settings(max_examples=400, deadline=None)
def test_any_text_can_be_parsed(text: str) -> None:
    for command in parse(text, templated=False).commands:
        assert 0 <= command.span.start <= command.span.end <= len(text)


@pytest.mark.parametrize(
    ("text", "documents"),
    [
        ("cat <<A <<B\n1\nA\n2\nB\n", ["1\n", "2\n"]),
        ("cat <<-A\n\t1\n\tA\n", ["\t1\n"]),
        ("cat <<'A' | x\n$1\nA\n", ["$1\n"]),
        ('cat <<A "q\nr"\n1\nA\n', ["1\n"]),
        ("cat \\\n <<A \\\n b\n1\nA\n", ["1\n"]),
        ("cat <<A\nAB\nA\n", ["AB\n"]),
        ("cat <<A\n", [""]),
        ("x=$(cat <<A\n1\nA)\n", ["1\n"]),
        ("x=$(cat <<A\n1)\nA\n)\n", ["1)\n"]),
    ],
)
def test_here_documents(text: str, documents: list[str]) -> None:
    commands = [command for command in parse(text, templated=False).commands if command.words]
    found = [redirect.heredoc for redirect in commands[0].simple.redirects]
    assert [text[each.span.start : each.span.end] for each in found if each is not None] == documents


def test_commands_of_one_line_and_of_several() -> None:
    text = "A=1 B=2\nC=3 one; two && three | four & (five); { six; }\nif seven; then eight; fi\n"
    names = [command.words[0].static for command in parse(text, templated=False).commands if command.words]
    assert names == ["one", "two", "three", "four", "five", "six", "seven", "eight"]


def test_view_leads_back_to_the_region() -> None:
    text = "a\r\n<< x >> \\<< é\r\n"
    seen = view(text, templated=True)
    assert seen.text == "a\n\U000f0000 << é\n"
    raws = [seen.source(Span(index, index + 1)) for index in range(len(seen.text))]
    assert raws == ["a", "\n", "<< x >>", " ", "\\<", "<", " ", "é", "\n"]
    assert seen.forth(seen.back(Span(2, 4))) == Span(2, 4)
