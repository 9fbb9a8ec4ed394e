"""What a file that a script reads gives to its variables is compared like what the script gives them itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from migrator.cli.app import app
from tests.verifying.support import V1

if TYPE_CHECKING:
    from tests.conftest import MakeRepository

CONFIG = """\
version: 2.1
jobs: {deploy: {docker: [{image: cimg/base:1}], steps: [checkout, run: make $CHANNEL]}}
workflows: {}
"""
SCRIPT = f"""\
#!/bin/bash
. ci/vars.sh
curl -u "$T:" -d build_parameters[CIRCLE_JOB]=deploy -d "build_parameters[CHANNEL]=$CHANNEL" {V1}/tree/main
"""
FILES = {".circleci/config.yml": CONFIG, "ci/run.sh": SCRIPT, "ci/vars.sh": "CHANNEL=stable\nOTHER=x\n"}


@pytest.mark.parametrize(
    ("path", "good", "bad", "proved"),
    [
        ("ci/vars.sh", "OTHER=x", "OTHER=y", True),
        ("ci/vars.sh", "=stable", "=beta", False),
        ("ci/vars.sh", "CHANNEL", "RELEASE_CHANNEL", False),
        ("ci/run.sh", ". ci/vars.sh\n", "", False),
        ("ci/run.sh", ". ci/vars.sh\n", ". ci/vars.sh\nCHANNEL=next\n", False),
    ],
)
def test_a_file_that_is_read(make_repository: MakeRepository, path: str, good: str, bad: str, proved: bool) -> None:
    root = make_repository(FILES, remote="https://github.com/acme/app.git")
    runner = CliRunner()
    applied = runner.invoke(app, ["apply", "--unsafe", str(root)])
    assert "/api/v2/" in (root / "ci/run.sh").read_text(), applied.output
    text = (root / path).read_text()
    assert good in text
    (root / path).write_text(text.replace(good, bad))
    done = runner.invoke(app, ["verify", "-v", "--against", "HEAD", str(root)])
    assert (done.exit_code == 0) == proved, done.output
    assert (any(f"{word}: " in done.output for word in ("unknown", "differs")) and "CHANNEL" in done.output) != proved
