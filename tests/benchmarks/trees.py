"""Generated repositories for benchmarks: the same files from the same seed."""

from __future__ import annotations

import os
import random
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_WORDS = ("release", "deploy", "branch", "config", "circle", "build", "project", "value", "token", "result", "request")
_CALL = """#!/bin/bash
curl -u "$TOKEN:" -d build_parameters[CIRCLE_JOB]=job-{job} -d "build_parameters[VERSION]=$1" \\
  https://circleci.com/api/v1.1/project/github/$CIRCLE_PROJECT_USERNAME/$CIRCLE_PROJECT_REPONAME/tree/main
"""
_JOB = """  job-{job}:
    docker:
      - image: cimg/base:2024.01
    steps:
      - checkout
      - run: |
          make job-{job}
      - store_artifacts:
          path: out
"""


def tree(root: Path, *, files: int, calls: int = 0, jobs: int = 4) -> Path:
    """A git repository of `files` text files, `calls` scripts that trigger, and a config of `jobs` jobs."""
    chance = random.Random(files)
    for number in range(files):
        path = root / f"src/{number % 97}/file{number}.{chance.choice(['py', 'js', 'md', 'sh', 'yml'])}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(" ".join(chance.choices(_WORDS, k=12)) for _ in range(chance.randrange(20, 200))))
    for number in range(calls):
        path = root / f"ci/{number}.sh"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_CALL.format(job=number % jobs))
    config = root / ".circleci/config.yml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text("version: 2\njobs:\n" + "".join(_JOB.format(job=number) for number in range(jobs)))
    environment = os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    who = ["-c", "user.name=bench", "-c", "user.email=bench@example.com"]
    for command in (["init", "-q"], ["add", "-A"], [*who, "commit", "-qm", "bench"], ["gc", "-q"]):
        subprocess.run(["git", *command], cwd=root, check=True, env=environment)
    return root
