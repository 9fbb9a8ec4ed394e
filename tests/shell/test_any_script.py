"""Whatever a script holds: nothing breaks, and a script that bash accepts is one that bash accepts afterwards."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrator.errors import Refusal
from tests.shell.support import API, found, rewritten

if TYPE_CHECKING:
    from pathlib import Path

WORDS = st.sampled_from(
    [
        *(
            "curl",
            "curl -s",
            "wget -q",
            "-X POST",
            "-XPOST",
            "-G",
            "-sS",
            "-u $T:",
            "-d",
            "--data",
            "-F",
            "--json",
            "-H",
        ),
        *(
            API,
            f'"{API}/tree/$B"',
            f"'{API}/build'",
            f"{API}?circle-token=$T",
            "$URL",
            '"$URL/tree/x"',
            "https://x.test",
        ),
        *(
            "build_parameters[A]=1",
            '"build_parameters[CIRCLE_JOB]=$J"',
            "'a=b&c=d'",
            "@-",
            '"$BODY"',
            "revision=`date`",
        ),
        *('\'{"job": "x"}\'', '"{\\"build_parameters\\": {\\"A\\": \\"$A\\"}}"', "'Content-Type: application/json'"),
        *("\\\n", "\n", ";", "&&", "|", "||", "&", "> log", "2>&1", '<<EOF\n{"job": "$J"}\nEOF\n', '<<< "$BODY"'),
        *(
            "$(",
            ")",
            "(",
            "`",
            "{ ",
            "; }",
            "if",
            "; then",
            "; fi\n",
            "for i in a b; do",
            "; done\n",
            "f() {",
            "x=",
            "local",
        ),
        *(
            f"URL={API}\n",
            f'URL="{API}/tree/$1"\n',
            'BODY=\'{"job": "x"}\'\n',
            "eval",
            "bash -c",
            "# ",
            "echo",
            "jq .build_num",
        ),
    ]
)


def accepted(text: str, folder: Path) -> bool:
    script = folder / "script"
    script.write_bytes(text.encode())
    return subprocess.run(["bash", "-n", str(script)], capture_output=True, check=False).returncode == 0


@given(st.lists(WORDS, min_size=2, max_size=16).map(" ".join))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_script(tmp_path: Path, text: str) -> None:
    text = f"{text}\n"
    calls = found(text)
    assert all(text[each.call.span.start : each.call.span.end].strip() for each in calls)
    try:
        new = rewritten(text)
    except Refusal:
        return
    if accepted(text, tmp_path):
        assert accepted(new, tmp_path)
