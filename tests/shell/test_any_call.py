"""Calls put together from random options, quoting, line breaks and places are rewritten to one and the same request."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.shell.support import NEW, found, rewritten

if TYPE_CHECKING:
    from pathlib import Path

    from hypothesis.strategies import DrawFn

BASE = "https://circleci.com/api/v1.1/project/github/acme/app"
CURL = "curl() { printf '%s\\0' start \"$@\" end; cat | tr '\\n' ' '; printf '\\0'; }\n"
PLACES = [
    "{}",
    "if true; then\n  {}\nfi",
    "true && {} || exit 1",
    "( {} )",
    "{{ {}; }}",
    "f() {{\n  {}\n}}\nf",
    'x="$({} | base64 -w0)"; printf %s "$x" | base64 -d',
    "for x in 1; do {}; done",
    "A=1 B=2\n{}",
    "case a in\n  a) {} ;;\nesac",
    "{} 2>&1",
    "{} | cat",
]
OTHERS = [
    "-s",
    "-f",
    "--compressed",
    "-o -",
    "--retry 3",
    "-u t0:",
    "--user 't0:'",
    '-A "it\'s me"',
    "-H 'Accept: application/json'",
]


@dataclass(frozen=True)
class Made:
    """A script, and what its one call must send afterwards."""

    text: str
    others: tuple[str, ...]
    body: dict[str, object]
    token: bool


@st.composite
def scripts(draw: DrawFn) -> Made:
    fields = draw(
        st.permutations(
            [("build_parameters[CIRCLE_JOB]", "deploy"), ("build_parameters[A]", "a b"), ("revision", "f00")]
        )
    )
    branch = draw(st.sampled_from([None, "main", "feature/x"]))
    token = draw(st.booleans())
    data = draw(st.sampled_from([_form, _one_option, _json, _urlencode, _document]))
    words, document = data(draw, fields)
    others = draw(st.lists(st.sampled_from(OTHERS), max_size=3))
    url = BASE + (f"/tree/{branch.replace('/', '%2F')}" if branch else draw(st.sampled_from(["", "/"])))
    url += "?circle-token=t0" if token else ""
    quote = draw(st.sampled_from(["'", '"', "" if not token else "'"]))
    method = draw(st.sampled_from([[], ["-X POST"], ["-XPOST"], ["--request POST"]]))
    pieces = draw(
        st.permutations([*words, *others, *method, draw(st.sampled_from(["", "--url "])) + quote + url + quote])
    )
    gap = draw(st.sampled_from([" ", " \\\n  ", "\t"]))
    place = draw(st.sampled_from(PLACES if not document else ["{}", "if true; then\n{}\nfi", "f() {{\n{}\n}}\nf"]))
    text = place.format("curl " + gap.join(pieces) + document) + "\n"
    parameters = {"run_job": "deploy", "a": "a b", "revision": "f00"}
    body: dict[str, object] = {"parameters": parameters} | ({"branch": branch} if branch else {})
    return Made(text, tuple(others), body, token)


def _form(draw: DrawFn, fields: list[tuple[str, str]]) -> tuple[list[str], str]:
    option = st.sampled_from(["-d ", "-d", "--data ", "--data-raw ", "-vd "])
    return [draw(option) + _quoted(draw, f"{name}={value}") for name, value in fields], ""


def _one_option(draw: DrawFn, fields: list[tuple[str, str]]) -> tuple[list[str], str]:
    return ["-d " + _quoted(draw, "&".join(f"{name}={value}" for name, value in fields))], ""


def _urlencode(draw: DrawFn, fields: list[tuple[str, str]]) -> tuple[list[str], str]:
    return ["--data-urlencode " + _quoted(draw, f"{name}={value}") for name, value in fields], ""


def _quoted(draw: DrawFn, text: str) -> str:
    return draw(
        st.sampled_from([f"'{text}'", f'"{text}"', text.replace(" ", "\\ ").replace("&", "\\&").replace("[", "\\[")])
    )


def _payload(draw: DrawFn, fields: list[tuple[str, str]]) -> str:
    inner = {name[17:-1]: value for name, value in fields if name != "revision"}
    return json.dumps({"revision": "f00", "build_parameters": inner}, indent=draw(st.sampled_from([None, 2])))


def _json(draw: DrawFn, fields: list[tuple[str, str]]) -> tuple[list[str], str]:
    payload = _payload(draw, fields)
    escaped = payload.replace('"', '\\"')
    words = ["-H 'Content-Type: application/json'", "-d " + draw(st.sampled_from([f"'{payload}'", f'"{escaped}"']))]
    return words if draw(st.booleans()) else ["--json " + words[1][3:]], ""


def _document(draw: DrawFn, fields: list[tuple[str, str]]) -> tuple[list[str], str]:
    delimiter = draw(st.sampled_from(["EOF", "'EOF'"]))
    return ["--json @-"], f" <<{delimiter}\n{_payload(draw, fields)}\nEOF"


def sent(text: str, folder: Path) -> tuple[list[str], str]:
    """The arguments that curl gets, and its standard input."""
    script = folder / "script"
    script.write_bytes((CURL + text).encode())
    run = subprocess.run(["bash", str(script)], stdin=subprocess.DEVNULL, capture_output=True, check=True)
    words = run.stdout.decode().split("\0")
    end = words.index("end")
    return words[words.index("start") + 1 : end], words[end + 1]


@given(scripts())
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_call(tmp_path: Path, made: Made) -> None:
    (each,) = found(made.text)
    assert [note for note in each.call.notes if note.severity != "info"] == []
    new = rewritten(made.text)
    assert found(new) == ()
    arguments, given_on_stdin = sent(new, tmp_path)
    assert arguments.count(NEW) == 1
    bodies = [arguments[i + 1] for i, word in enumerate(arguments) if word in {"-d", "--data", "--data-raw", "--json"}]
    (body,) = bodies
    assert json.loads(given_on_stdin if body == "@-" else body) == made.body
    types = [word for word in arguments if word.lower() == "content-type: application/json"]
    assert len(types) == ("--json" not in arguments)
    assert ("Circle-Token: t0" in arguments) == (made.token and not any("-u" in other for other in made.others))
    before, _ = sent(made.text, tmp_path)
    kept = [
        word
        for word in before
        if word in {"-s", "-f", "-o", "-", "--retry", "3", "-A", "it's me", "--compressed", "-X"}
    ]
    assert [word for word in arguments if word in kept] == kept
