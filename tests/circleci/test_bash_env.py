"""Steps that hand fixed variables on, read as bash reads them."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from migrator.circleci.compiler import Step
from migrator.circleci.runs.bash_env import fixed_exports

if TYPE_CHECKING:
    from pathlib import Path

_READ = [
    ("echo 'export A=true' >> \"$BASH_ENV\"", {"A": "true"}),
    (
        "echo 'export A=\"server master\"' >> $BASH_ENV\necho export B=1 >> ${BASH_ENV}\n",
        {"A": "server master", "B": "1"},
    ),
    ("echo \"export A='x y'\" >>$BASH_ENV", {"A": "x y"}),
    ("echo 'export A=' >> $BASH_ENV", {"A": ""}),
    ("echo 'export A=1' >> $BASH_ENV\necho 'export A=2' >> $BASH_ENV", {"A": "2"}),
]


@pytest.mark.parametrize(("command", "expected"), _READ)
def test_bash_hands_on_the_same(command: str, expected: dict[str, str], tmp_path: Path) -> None:
    assert fixed_exports(Step("run", {"command": command})) == expected
    environment = {"BASH_ENV": str(tmp_path / "env"), "PATH": "/usr/bin:/bin"}
    (tmp_path / "env").touch()
    subprocess.run(["bash", "-c", command], env=environment, check=True)
    shown = " ".join(f'"{name}=${name}"' for name in expected)
    seen = subprocess.run(["bash", "-c", f"printf '%s\\n' {shown}"], env=environment, check=True, capture_output=True)
    assert seen.stdout.decode().splitlines() == [f"{name}={value}" for name, value in expected.items()]


@pytest.mark.parametrize(
    "command",
    [
        "export A=1",
        "echo 'A=1' >> $BASH_ENV",
        "echo 'export A=1' > $BASH_ENV",
        "echo 'export A=x y' >> $BASH_ENV",
        "echo 'export A=\"x' >> $BASH_ENV",
        "echo export A=1 B=2 >> $BASH_ENV",
        "echo 'export A=$X' >> $BASH_ENV",
        "echo 'export A=1' 'export B=2' >> $BASH_ENV",
        "echo 'export A=1' >> $BASH_ENV\nmake",
        "make; echo 'export A=1' >> $BASH_ENV",
        "echo 'export A=1' >> '$BASH_ENV'",
    ],
)
def test_any_other_step_is_only_known_once_it_has_run(command: str) -> None:
    assert fixed_exports(Step("run", {"command": command})) == {}
