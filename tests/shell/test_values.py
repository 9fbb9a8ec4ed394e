"""Literal values of every kind, in every place where a payload can stand, arrive as v1.1 got them."""

# ruff: noqa: E501 - commands stay on the lines that they are about

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from migrator.errors import Refusal
from migrator.model import Severity
from tests.shell.support import API, codes, only, rewritten

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

VALUES = st.text(alphabet="ab \"'\\$`!&+%<>{}[]#\n\téé🚀$V41;|*?~^(),:=@/-", max_size=16)
# The command prints its standard input and its arguments, which end with a null character each.
CURL = 'curl() { cat; for word in "$@"; do printf \'\\0%s\' "$word"; done; }\n'


def single(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def double(text: str) -> str:
    return '"' + "".join("\\" + char if char in '"$`\\' else char for char in text) + '"'


def document(text: str) -> str:
    return "".join("\\" + char if char in "$`\\" else char for char in text)


def body(value: str) -> str:
    return json.dumps({"build_parameters": {"A": value}}, ensure_ascii=False)


PLACES: dict[str, Callable[[str], str]] = {
    "single quotes": lambda value: f"curl --json {single(body(value))} {API}\n",
    "double quotes": lambda value: f"curl --json {double(body(value))} {API}\n",
    "between expansions": lambda value: (
        f'curl --json \'{{"build_parameters": {{"A": "\'"$V"\'{single(json.dumps(value)[1:-1])[1:-1]}\'"$V"\'"}}}}\' {API}\n'
    ),
    "here-document": lambda value: f"curl --json @- {API} <<EOF\n{document(body(value))}\nEOF\n",
    "quoted here-document": lambda value: f"curl --json @- {API} <<'EOF'\n{body(value)}\nEOF\n",
    "quoted here-document that must expand": lambda value: (
        f"curl --json @- {API}/tree/$V <<'EOF'\n{body(value)}\nEOF\n"
    ),
    "here-document between expansions": lambda value: (
        f'curl --json @- {API} <<EOF\n{{"build_parameters": {{"A": "${{V}}{document(json.dumps(value)[1:-1])}$V"}}}}\nEOF\n'
    ),
    "variable": lambda value: f'BODY={double(body(value))}\ncurl --json "$BODY" {API}\n',
    "form": lambda value: f"curl -d {single('build_parameters[A]=' + quote(value))} {API}\n",
    "urlencode": lambda value: f"curl --data-urlencode {double('build_parameters[A]=' + value)} {API}\n",
    "known variable": lambda value: f'A={single(value)}\ncurl --data-urlencode "build_parameters[A]=$A" {API}\n',
}


def sent(text: str, folder: Path) -> dict[str, object]:
    """The body that the rewritten call sends, as v2 reads it."""
    script = folder / "script"
    script.write_bytes((CURL + text).encode())
    environment = {"PATH": "/usr/bin:/bin", "V": "v-1", "LC_ALL": "C.UTF-8"}
    run = subprocess.run(
        ["bash", str(script)], env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=True
    )
    given_on_stdin, *arguments = run.stdout.decode().split("\0")
    data = next(arguments[index + 1] for index, word in enumerate(arguments) if word in {"-d", "--data", "--json"})
    made = json.loads(given_on_stdin if data == "@-" else data)
    assert isinstance(made, dict)
    return made


@pytest.mark.parametrize("place", PLACES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=VALUES)
@example(value="ends with a backslash \\")
@example(value="\\$V `x` $(y) ${V}")
@example(value='it\'s "\\"\n\t<<x>>')
@example(value="%41+&=%")
@example(value="")
def test_value_arrives(tmp_path: Path, place: str, value: str) -> None:
    made = sent(rewritten(PLACES[place](value)), tmp_path)
    expected = f"v-1{value}v-1" if "between" in place else value
    assert made["parameters"] == {"run_job": "build", "a": expected}
    assert made.get("branch") == ("v-1" if "expand" in place else None) or "between" in place


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("12", None),
        ("$((N + 1))", None),
        ("$#", None),
        ("08", "unreadable-payload"),
        ("ten", "unreadable-payload"),
        ("x$N", "unreadable-payload"),
        ("$N", "moved-command"),
    ],
)
def test_printf_cuts_what_is_no_plain_number(given: str, code: str | None) -> None:
    body = f"""BODY=$(printf '{{"build_parameters": {{"CIRCLE_JOB": "deploy", "N": "%d"}}}}' "{given}")"""
    text = f'{body}\ncurl -H "Content-Type: application/json" -d "$BODY" {API}\n'
    told = codes(only(text), Severity.ERROR)
    if not told:
        try:
            rewritten(text)
        except Refusal as refused:
            told = [refused.code]
    assert told == ([code] if code else [])
