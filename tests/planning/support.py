"""Two repositories of one organisation: `tools` calls into `app`."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

CONFIG = ".circleci/config.yml"

APP_CONFIG = """\
version: 2.1
jobs:
  test:
    machine: true
    steps: [{run: 'echo tested >> "$EFFECTS"'}]
  deploy:
    machine: true
    steps:
      - checkout
      - run: 'echo "deploy ${VERSION-none} on ${CIRCLE_BRANCH-none}" >> "$EFFECTS"'
workflows:
  usual:
    jobs: [test]
"""

TOOLS_CONFIG = """\
version: 2.1
jobs:
  release:
    machine: true
    steps:
      - checkout
      - run: bash ci/release.sh "from $CIRCLE_BRANCH"
workflows:
  usual:
    jobs: [release]
"""

V1 = "https://circleci.com/api/v1.1/project/github/acme"


def call(project: str, job: str = "deploy", *, branch: str = "main", parameters: Iterable[str] = ()) -> str:
    """A caller's line, with `build_parameters` written `NAME=value`."""
    fields = "".join(f' -d "build_parameters[{name}]={value}"' for name, value in (p.split("=", 1) for p in parameters))
    return f'curl -sSf -u "$TOKEN:" -d build_parameters[CIRCLE_JOB]={job}{fields} {V1}/{project}/tree/{branch}\n'


SCRIPT = "#!/bin/bash\n" + call("app", parameters=["VERSION=$1"])


@dataclass(frozen=True, slots=True)
class Ran:
    """How one run of the program ended."""

    status: int
    out: str
    err: str

    @property
    def last(self) -> str:
        """The last line on stderr."""
        return self.err.splitlines()[-1]

    @property
    def json(self) -> Any:
        """What it printed, as data."""
        return json.loads(self.out)


def migrator(cwd: Path, *arguments: str) -> Ran:
    """Run the program as a user does."""
    done = subprocess.run([sys.executable, "-m", "migrator", *arguments], cwd=cwd, capture_output=True, text=True)
    return Ran(done.returncode, done.stdout, done.stderr)


def remote(name: str) -> str:
    """The remote of a repository of the organisation."""
    return f"git@github.com:acme/{name}.git"


def tree(root: Path) -> dict[str, bytes]:
    """Every file below a folder, apart from git's own."""
    files = (path for path in sorted(root.rglob("*")) if path.is_file() and ".git" not in path.parts)
    return {str(path.relative_to(root)): path.read_bytes() for path in files}
