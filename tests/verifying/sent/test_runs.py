"""How other files run a script that hands its arguments on is compared like what the script does itself."""

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
jobs: {publish: {docker: [{image: cimg/base:1}], steps: [checkout, run: make $NOTES]}}
workflows: {}
"""
SCRIPT = f"""\
#!/bin/bash
notes=${{2:-none}}
curl -u "$T:" -d build_parameters[CIRCLE_JOB]=publish -d "build_parameters[NOTES]=$notes" {V1}/tree/$1
"""
MAKEFILE = 'publish:\n\tbash hack/go.sh "$(BRANCH)" "$(NOTES)"  # starts it\nother:\n\techo $(NOTES)\n'
FILES = {".circleci/config.yml": CONFIG, "hack/go.sh": SCRIPT, "Makefile": MAKEFILE}


@pytest.mark.parametrize(
    ("good", "bad", "proved"),
    [
        ("# starts it", "# starts the job", True),
        ("echo", "printf", True),
        ('"$(BRANCH)"', '"$(TAG)"', False),
        (' "$(NOTES)"', "", False),
    ],
)
def test_the_arguments_of_a_run(make_repository: MakeRepository, good: str, bad: str, proved: bool) -> None:
    root = make_repository(FILES, remote="https://github.com/acme/app.git")
    runner = CliRunner()
    applied = runner.invoke(app, ["apply", "--unsafe", str(root)])
    assert "/api/v2/" in (root / "hack/go.sh").read_text(), applied.output
    assert good in MAKEFILE
    (root / "Makefile").write_text(MAKEFILE.replace(good, bad, 1))
    done = runner.invoke(app, ["verify", "--against", "HEAD", str(root)])
    assert done.exit_code == (0 if proved else 1), done.output
    assert ("$@ gets its value in another way than before" in done.output) is not proved
