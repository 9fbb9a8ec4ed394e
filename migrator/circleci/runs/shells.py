"""Whether a job's steps run in bash: only bash reads `$BASH_ENV` (CircleCI docs: set-environment-variable).

Steps run in `/bin/bash` where the image has it, else in `/bin/sh`; a job, an executor or a step may name another shell
(CircleCI docs: configuration-reference, `shell`). What an image holds is not in the repository.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from migrator.circleci.compiler.expr import OPEN
from migrator.circleci.runs.config import as_mapping
from migrator.circleci.runs.observed import Difference, step_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from migrator.circleci.compiler import JobRun, Step
    from migrator.circleci.runs.observed import Observed


def writes_bash_env(step: Step | None) -> bool:
    """Whether a step sets variables for later ones, in a way that only running it would show."""
    return step is not None and "BASH_ENV" in str(step.settings.get("command", ""))


def unseen_exports(old: Observed, new: Observed) -> Iterator[Difference]:
    """The steps that do not see what the new run exports and the old one simply had."""
    names = sorted(new.exported - old.exported)
    if not names:
        return
    for step in new.steps:
        shell = step.settings.get("shell") or new.settings.get("shell")
        if step.kind == "run" and isinstance(shell, str) and not is_bash(shell):
            what = (
                f"{', '.join(names)} reaches steps through $BASH_ENV, which {step_text(step)} in {shell} does not read"
            )
            yield Difference(what, sure=False)


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why steps may not run in bash, in words.

    `sure`: it is known that they, or some of them, do not. `fails`: what runs them cannot even run shell text that does
    nothing there, so that a step which exports would fail the job.
    """

    reason: str
    sure: bool = True
    fails: bool = False


_BASH = frozenset({"bash", "bash.exe"})
_OTHERS = frozenset({"sh", "ash", "dash", "ksh", "mksh", "zsh", "busybox"})
# Images on Alpine or BusyBox, the official `docker` among them; and those of CircleCI and others that have bash.
_SMALL_WORDS = ("alpine", "busybox", "distroless")
_SMALL = frozenset({"docker", "library/docker", "curlimages/curl", "hashicorp/terraform", "hashicorp/packer"})
_WITH_BASH = ("cimg/", "circleci/", "library/", "cypress/", "google/cloud-sdk")


def is_bash(shell: str) -> bool:
    """Whether a `shell:` is bash, maybe through `env`, that reads what BASH_ENV names."""
    words = _words(shell)
    others = any(word == "--posix" or _UNREAD.fullmatch(word) for word in words)
    return not _BASH.isdisjoint(map(_program, words)) and not others and ("-o", "posix") not in pairwise(words)


# Interactive and privileged ones read other files, or none (bash manual: startup files, `set -p`).
_UNREAD = re.compile(r"-[a-z]*[ip][a-z]*", re.IGNORECASE)


def shell_doubts(run: JobRun) -> Iterator[Doubt]:
    """What speaks against bash in a run: its own shell or executor, and the shells of single steps."""
    if isinstance(run.shell, str):
        if not is_bash(run.shell):
            yield _shell_doubt(run.shell)
    elif (doubt := _executor_doubt(run)) is not None:
        yield doubt
    for shell in _step_shells(run):
        if not is_bash(shell):
            yield Doubt(f"a step's shell is {shell}")


def _shell_doubt(shell: str) -> Doubt:
    if OPEN in shell:
        return Doubt("its shell is not known", sure=False)
    return Doubt(f"its shell is {shell}", fails=(_BASH | _OTHERS).isdisjoint(map(_program, _words(shell))))


def _words(shell: str) -> list[str]:
    try:
        return shlex.split(shell)
    except ValueError:
        return []


def _program(word: str) -> str:
    return word.replace("\\", "/").rpartition("/")[2].lower()


def _step_shells(run: JobRun) -> list[str]:
    shells = (step.settings.get("shell") for step in run.steps)
    return [shell for shell in shells if isinstance(shell, str)]


def _executor_doubt(run: JobRun) -> Doubt | None:
    where = run.executor
    if any("windows" in str(where.get(key, "")).lower() for key in ("machine", "windows", "resource_class")):
        return Doubt("Windows runs it in PowerShell unless it is told otherwise", fails=True)
    orb = as_mapping(where.get("executor"))
    if orb:
        return _orb_doubt(orb)
    images = where.get("docker")
    image = as_mapping(images[0]).get("image") if isinstance(images, list) and images else None
    return _image_doubt(image, run) if isinstance(image, str) else None


def _orb_doubt(executor: Mapping[str, object]) -> Doubt | None:
    shell = as_mapping(executor.get("arguments")).get("shell")
    if isinstance(shell, str):
        return None if is_bash(shell) else _shell_doubt(shell)
    if str(executor.get("orb")).startswith("circleci/windows"):
        return Doubt("Windows runs it in PowerShell unless it is told otherwise", fails=True)
    return Doubt(f"what the executor {executor.get('name')} of an orb runs it in cannot be seen", sure=False)


def _image_doubt(image: str, run: JobRun) -> Doubt | None:
    name = image.partition("@")[0]
    name = name if "/" in name.rpartition(":")[2] else name.rpartition(":")[0] or name
    if any(word in image for word in _SMALL_WORDS) or name in _SMALL:
        return Doubt(f"the image {image} may not have it")
    if OPEN in image:
        return Doubt("its image is not known", sure=False)
    if "/" not in name or name.startswith(_WITH_BASH) or _uses_bash(run):
        return None
    return Doubt(f"whether the image {image} has it cannot be seen", sure=False)


def _uses_bash(run: JobRun) -> bool:
    """Whether the job's own steps show that bash is there from the start."""
    commands = [str(step.settings.get("command", "")) for step in run.steps]
    words = {word for command in commands for word in command.replace("/", " ").split()}
    has_bash = "bash" in words or any("BASH_ENV" in command for command in commands) or any(_step_shells(run))
    return has_bash and words.isdisjoint({"apk"})
