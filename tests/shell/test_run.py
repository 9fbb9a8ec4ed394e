"""Old and new calls are run with real shells, and what v1.1 and v2 would read of them is compared."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from tests.shell.calls import BASH_ONLY, EXACT, LOOSE
from tests.shell.loopback import tools
from tests.shell.support import rewritten
from tests.world.body import decode, nested

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Literal

    from tests.shell.loopback import Loopback
    from tests.world.exchange import Request

PLAIN = "1.2.3-rc_4"
NASTY = [
    'say "hi"',
    "it's",
    "back\\slash \\n",
    "two\nlines",
    "ends with a line\n",
    "\ttab",
    "$HOME `id` $(id)",
    "a&b=c",
    "1+1 %41",
    "ünïcode 🚀",
    '","x":"',
    "x" * 512,
    "",
]
ALL_AT_ONCE = ["".join(NASTY), NASTY[4], ""]
SHELLS = [shell for shell in ("bash", "dash") if shutil.which(shell)]


def v1(request: Request) -> dict[str, object]:
    """What v1.1 reads: job, parameters and branch, wherever they are sent."""
    fields = dict(nested(request.query))
    fields.update(decode(request))
    parameters = fields.pop("build_parameters", {})
    assert isinstance(parameters, dict)
    texts = {name.lower(): _text(value) for name, value in parameters.items()}
    texts["run_job"] = texts.pop("circle_job", fields.pop("job", "build"))
    _, found, branch = request.path.partition("/tree/")
    return {"parameters": texts, "branch": unquote(branch) if found else None, "token": _token(request)}


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def _token(request: Request) -> str | None:
    user = request.headers.get("authorization")
    return user or request.headers.get("circle-token") or dict(request.query).get("circle-token")


def v2(request: Request) -> dict[str, object]:
    """What v2 reads. A body that is not said to be JSON is ignored."""
    assert request.path == "/api/v2/project/gh/acme/app/pipeline"
    assert request.query == ()
    body = json.loads(request.body) if request.body and request.media_type == "application/json" else {}
    return {
        "parameters": body.get("parameters"),
        "branch": body.get("branch"),
        "token": request.headers.get("circle-token"),
    }


def run(loopback: Loopback, shell: str, text: str, environment: Mapping[str, str]) -> Request:
    (request,) = loopback.run(shell, text, environment)
    assert request.method == "POST"
    return request


def agree(loopback: Loopback, shell: str, old: str, new: str, value: str) -> None:
    environment = {"V": value, "BRANCH": "main", "TOKEN": "t0"}
    before = v1(run(loopback, shell, old, environment))
    if before["token"] is not None:
        before["token"] = "t0"
    assert v2(run(loopback, shell, new, environment)) == before


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("name", LOOSE | EXACT)
def test_plain_values_arrive(loopback: Loopback, shell: str, name: str) -> None:
    old = (LOOSE | EXACT)[name]
    agree(loopback, shell, old, rewritten(old), PLAIN)
    agree(loopback, shell, old, rewritten(old, json="jq"), PLAIN)


@pytest.mark.parametrize("name", BASH_ONLY)
def test_plain_values_arrive_in_bash(loopback: Loopback, name: str) -> None:
    agree(loopback, "bash", BASH_ONLY[name], rewritten(BASH_ONLY[name]), PLAIN)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("name", EXACT)
def test_exact_calls_stay_exact(loopback: Loopback, shell: str, name: str) -> None:
    """`-F` trims blanks and reads quotes at the start of a value: the new call is more exact than the old one."""
    new = rewritten(EXACT[name])
    for value in NASTY if shell == "bash" else ALL_AT_ONCE:
        if name != "multipart":
            agree(loopback, shell, EXACT[name], new, value)
        parameters = v2(run(loopback, shell, new, {"V": value}))["parameters"]
        assert parameters == {"run_job": "deploy", "version": f"v{value}+1" if "around" in name else value}


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("name", [name for name, text in LOOSE.items() if '"$V"' in text or "[VERSION]=$V" in text])
def test_jq_makes_loose_calls_exact(loopback: Loopback, shell: str, name: str) -> None:
    new = rewritten(LOOSE[name], json="jq")
    for value in ALL_AT_ONCE:
        parameters = v2(run(loopback, shell, new, {"V": value, "BRANCH": "main", "TOKEN": "t0"}))["parameters"]
        assert parameters == {"run_job": "deploy", "version": value}


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("options", ["", "set -eu\n"])
def test_without_jq_nothing_can_start(loopback: Loopback, tmp_path: Path, shell: str, name: str, options: str) -> None:
    new = rewritten(EXACT[name])
    path = tools(tmp_path / "tools", "curl", "cat")
    for request in loopback.run(shutil.which(shell) or shell, options + new, {"V": "x", "BRANCH": "main"}, path):
        assert request.body.strip()  # v2 would start a default pipeline on an empty body
        with pytest.raises(ValueError, match="Expecting"):
            json.loads(request.body)


@pytest.mark.parametrize("json_option", ["splice", "jq"])
def test_text_that_the_script_escapes_is_not_escaped_again(
    loopback: Loopback, json_option: Literal["splice", "jq"]
) -> None:
    old = """E=$(printf %s "$V" | sed 's/[\\\\"]/\\\\&/g')
curl -s --json "{\\"build_parameters\\": {\\"A\\": \\"$E\\", \\"B\\": \\"$W\\"}}" http://circleci.com/api/v1.1/project/gh/acme/app
"""
    environment = {"V": 'say "hi" \\ there', "W": "plain"}
    before = v1(run(loopback, "bash", old, environment))
    assert before["parameters"] == {"run_job": "build", "a": environment["V"], "b": "plain"}
    assert v2(run(loopback, "bash", rewritten(old, json=json_option), environment)) == before


def test_jq_leaves_the_input_of_a_loop_alone(loopback: Loopback) -> None:
    loop = "printf 'a\\nb\\n' | while read -r V; do\n  " + EXACT["urlencode"] + "done\n"
    sent = loopback.run("bash", rewritten(loop), {})
    assert [v2(request)["parameters"] for request in sent] == [
        {"run_job": "deploy", "version": "a"},
        {"run_job": "deploy", "version": "b"},
    ]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("name", LOOSE)
def test_no_value_is_run(loopback: Loopback, tmp_path: Path, shell: str, name: str) -> None:
    trap = tmp_path / "trap"
    value = f"$(touch {trap})`touch {trap}`'; touch {trap}; '\"; touch {trap}; \""
    loopback.run(shell, rewritten(LOOSE[name]), {"V": value, "BRANCH": "main", "TOKEN": "t0"})
    assert not trap.exists()
