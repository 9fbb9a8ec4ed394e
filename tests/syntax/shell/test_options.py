"""The tables of curl's and wget's options agree with the programs that are installed."""

from __future__ import annotations

import re
import subprocess

import pytest

from migrator.syntax.shell.curl import (
    CURL_FLAGS,
    CURL_SHORT,
    CURL_WITH_VALUE,
    WGET_SHORT,
    WGET_WITH_VALUE,
    ShellArgument,
    parse_curl,
    parse_wget,
)
from migrator.syntax.shell.lexer import ShellLexer
from tests.conftest import needs

OPTIONAL = {"help", "proxy", "preproxy"}  # `--help all` shows their value as optional, or does not show it


def helped(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_curl() -> None:
    lines = re.findall(r"^\s*(?:-(\S), )?\s*--(\S+)( <)?", helped("curl", "--help", "all"), re.M)
    assert len(lines) > 200
    for short, name, value in lines:
        if name not in OPTIONAL:
            assert (name in CURL_WITH_VALUE) == bool(value), name
            assert value or name in CURL_FLAGS or name.removeprefix("no-") in CURL_FLAGS, name
        assert not short or CURL_SHORT[short] == name


@needs("wget")
def test_wget() -> None:
    lines = re.findall(r"^\s*(?:-(\w),\s+)?--([a-z-]+)(=)?", helped("wget", "--help"), re.M)
    assert len(lines) > 100
    for short, name, value in lines:
        if name not in {"max-redirect", "hsts-file", "backups"}:  # the help is wrong, or the value can be left out
            assert (name in WGET_WITH_VALUE) == bool(value), name
        assert not short or not value or WGET_SHORT[short] == name


def options(text: str, parse=parse_curl) -> list[tuple[str, str | None]]:
    words = ShellLexer(text + "\n").command(0).words
    made = parse(words[0], [ShellArgument(word) for word in words[1:]])
    return [(option.name, option.value.static if option.value is not None else None) for option in made.options]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("curl -sS", [("silent", None), ("show-error", None)]),
        ("curl -sSo file", [("silent", None), ("show-error", None), ("output", "file")]),
        ("curl -XPOST", [("request", "POST")]),
        ("curl -'XPOST'", [("request", "POST")]),
        ("curl -X '' -d ''", [("request", ""), ("data", "")]),
        ("curl -d", []),
        ("curl --data a --data=b", [("data", "a"), ("data", "b")]),
        ("curl --no-progress-meter", [("no-progress-meter", None)]),
        ("curl --no-buffer", [("no-buffer", None)]),
        ("curl --silen", [("silent", None)]),
        ("curl -- -x", [("url", "-x")]),
        ("curl - a", [("url", "-"), ("url", "a")]),
        ("curl -u a: b", [("user", "a:"), ("url", "b")]),
    ],
)
def test_command_line(text: str, expected: list[tuple[str, str | None]]) -> None:
    assert options(text) == expected


def test_command_line_of_wget() -> None:
    assert options("wget -qO- --post-data=x -O y z", parse_wget) == [
        ("q", None),
        ("output-document", "-"),
        ("post-data", "x"),
        ("output-document", "y"),
        ("url", "z"),
    ]
