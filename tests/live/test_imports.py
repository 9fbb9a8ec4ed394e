"""httpx is heavy, and the network is nobody's business unless asked: only `migrator.live` imports it, and late."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT
from tests.live.repositories import FILES, REMOTE
from tests.test_house_rules import TREES, imports

if TYPE_CHECKING:
    from tests.conftest import MakeRepository


def test_one_package_speaks_http() -> None:
    speakers = {module for module, tree in TREES.items() if any(name.startswith("httpx") for name in imports(tree))}
    assert speakers == {"migrator.live.client"}


@pytest.mark.parametrize("command", [["check"], ["diff", "--unsafe"], ["verify"]])
def test_offline_commands_do_without_it(make_repository: MakeRepository, command: list[str]) -> None:
    root = make_repository(FILES, remote=REMOTE)
    program = (
        "import sys; from migrator.__main__ import run; run(sys.argv[1:]); "
        "sys.exit(any(name in sys.modules for name in ('httpx', 'httpcore', 'anyio')))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, *command],
        cwd=root,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr.decode()
