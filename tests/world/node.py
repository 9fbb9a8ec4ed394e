"""One node of a job: a scratch machine with a home, a root for absolute paths, and the steps that ran on it."""

from __future__ import annotations

import os
import shlex
import shutil
from typing import TYPE_CHECKING, Any

from tests.world import git, process, variables
from tests.world.ran import NodeRan, StepRan

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping
    from pathlib import Path

    from migrator.circleci.compiler import Step
    from tests.world.machine import Machine
    from tests.world.records import Build

SHELL = "/bin/bash -eo pipefail"
"""How steps run unless the job or the step says otherwise. CircleCI docs: configuration-reference, `shell`."""

_DUMP = f"{shutil.which('env')} -0 > {{}}\n"


class Node:
    """Takes the steps of one node in turn."""

    def __init__(self, machine: Machine, build: Build, index: int) -> None:
        """`machine` says what every job finds; the node gets a directory of its own."""
        assert build.job is not None
        self._build, self._job, self._index = build, build.job, index
        self._machine = machine
        self._root = machine.fresh_directory(f"{build.number}-{index}")
        self._home = self._root / "home"
        self._effects = self._root / "effects"
        self._checkout: Path | None = None
        self._steps: list[StepRan] = []
        self._left_running: list[subprocess.Popen[bytes]] = []
        self._background = machine.background(self._home, self._root) | {"EFFECTS": str(self._effects)}
        contexts = machine.of_contexts(build.job.contexts)
        layers = variables.layered(build, index, machine.settings, contexts)
        self._environment = self._background | layers
        self._background |= variables.volatile(build)
        self._labels = build.project.labels()
        self._cwd.mkdir(parents=True, exist_ok=True)

    @property
    def failed(self) -> bool:
        """Whether a step has failed."""
        return any(step.status for step in self._steps)

    def take(self, step: Step) -> None:
        """Run, record or skip one step, as its kind and `when` say."""
        if step.kind not in {"run", "deploy", "checkout"}:
            self._steps.append(StepRan(step.kind, self._plain(repr(dict(step.settings)))))
            return
        due = {"always": True, "on_fail": self.failed}.get(str(step.settings.get("when")), not self.failed)
        if not due:
            return
        if step.kind == "checkout":
            self._check_out(step.settings)
        else:
            self._run(step.kind, step.settings)

    def finish(self) -> NodeRan:
        """Stop what still runs, and say what there is at the end."""
        environment = self._seen(str(self._job.shell or SHELL), self._cwd, self._environment)
        for left in self._left_running:
            process.stop(left)
        written = self._effects.read_text().splitlines() if self._effects.exists() else []
        effects = tuple(self._plain(line) for line in written)
        return NodeRan(self._index, tuple(self._steps), self._commit(), environment, effects)

    @property
    def _cwd(self) -> Path:
        return self._path(self._job.working_directory or "~/project", self._home)

    def _path(self, text: str, base: Path) -> Path:
        """A path of the config on this machine: absolute ones and `~` stay inside the scratch directory."""
        if text == "~" or text.startswith("~/"):
            return self._home / text[2:]
        return self._root / "fs" / text.lstrip("/") if text.startswith("/") else base / text

    def _check_out(self, settings: Mapping[str, Any]) -> None:
        place, checkout = self._path(str(settings.get("path", ".")), self._cwd), self._build.checkout
        status, said = 0, ""
        before = self._commit()
        try:
            git.checkout(place, self._build.project.bare, checkout.commit, checkout.branch)
        except git.GitError as error:
            status, said = 1, str(error)
        self._checkout = place
        self._steps.append(StepRan("checkout", str(settings.get("path", "")), status, before, {}, said))

    def _run(self, kind: str, settings: Mapping[str, Any]) -> None:
        command = str(settings.get("command", ""))
        shell = str(settings.get("shell") or self._job.shell or SHELL)
        cwd = self._path(str(settings.get("working_directory", ".")), self._cwd)
        environment = self._environment | dict(settings.get("environment") or {})
        commit, seen = self._commit(), self._seen(shell, cwd, environment)
        argv = self._argv(shell, command)
        if settings.get("background"):
            self._leave_running(argv, cwd, environment)
            done = process.Finished(0, "", "")
        else:
            done = self._bounded(argv, cwd, environment)
        self._steps.append(StepRan(kind, self._plain(command), done.status, commit, seen, done.stdout + done.stderr))

    def _bounded(self, argv: list[str], cwd: Path, environment: Mapping[str, str]) -> process.Finished:
        scratch = self._root / f"step-{len(self._steps)}"
        try:
            return process.run(argv, cwd=cwd, environment=environment, scratch=scratch, limit=self._machine.limit)
        except OSError as error:
            return process.Finished(127, "", str(error))

    def _leave_running(self, argv: list[str], cwd: Path, environment: Mapping[str, str]) -> None:
        with (self._root / "background.out").open("ab") as output:
            started = process.start(argv, cwd=cwd, environment=environment, stdout=output, stderr=output)
        self._left_running.append(started)

    def _argv(self, shell: str, command: str) -> list[str]:
        """The shell with the command as a script file; as a word where the shell's last option is `-c`."""
        words = shlex.split(shell)
        if words[-1].startswith("-") and not words[-1].startswith("--") and words[-1].endswith("c"):
            return [*words, command]
        script = self._root / f"step-{len(self._steps)}.sh"
        script.write_text(command)
        return [*words, str(script)]

    def _seen(self, shell: str, cwd: Path, environment: Mapping[str, str]) -> Mapping[str, str]:
        """The environment that a step run by `shell` sees, `$BASH_ENV` included."""
        dump = self._root / "environment"
        dump.write_bytes(b"")
        self._bounded(self._argv(shell, _DUMP.format(shlex.quote(str(dump)))), cwd, environment)
        pairs = (entry.partition("=") for entry in os.fsdecode(dump.read_bytes()).split("\0") if entry)
        told = variables.telling({name: value for name, _, value in pairs}, self._background)
        return {name: self._plain(value) for name, value in told.items()}

    def _commit(self) -> str | None:
        found = git.head(self._checkout) if self._checkout else None
        return self._plain(found) if found else None

    def _plain(self, text: str) -> str:
        """A text without what differs between two worlds: scratch paths, and commits' SHAs."""
        paths = {self._home: "~", self._root / "fs": "", self._root: "<node>", self._build.project.bare: "<origin>"}
        for path, name in paths.items():
            text = text.replace(str(path), name)
        for sha, label in self._labels.items():
            text = text.replace(sha, f"<{label}>")
        return text
