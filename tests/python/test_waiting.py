"""Programs that wait for their build are rewritten with their readers untouched, and end as they did before."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from migrator.model import Status, Verdict
from tests.conftest import needs
from tests.python.waiting import PROGRAMS
from tests.rewritten import before_and_after
from tests.verifying.support import checked, compared, report, told
from tests.world import BuildStatus, Pace, Switches, World

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """\
version: 2.1
jobs:
  check:
    docker: [{image: cimg/base:2024.01}]
    steps: [run: 'true']
  deploy:
    docker: [{image: cimg/base:2024.01}]
    steps: [run: 'echo "${VERSION-unset}" >> "$EFFECTS"']
workflows:
  main: {jobs: [check]}
"""
CLOCK = """\
import time

past = [0.0]
time.sleep = lambda seconds: past.__setitem__(0, past[0] + seconds)
for name in ("time", "monotonic"):
    setattr(time, name, lambda real=getattr(time, name): real() + past[0])
"""
PACES = {
    "success": Pace(workflows=1, setup=True, queued=1, running=2),
    "failure": Pace(queued=2, running=1, ending=BuildStatus.FAILED),
    "cancel": Pace(workflows=2, running=1, ending=BuildStatus.CANCELED),
    "time-out": Pace(queued=1, running=1000),
}
FILES = {".circleci/config.yml": CONFIG, **{f"ci/{name}.py": text for name, text in PROGRAMS.items()}}
RUNS = [(name, pace) for name in PROGRAMS for pace in PACES]
Ended = tuple[int, str, str]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return before_and_after(tmp_path_factory.mktemp("waiting"), FILES)


@pytest.fixture(scope="module")
def ended(folders: tuple[Path, Path]) -> tuple[dict[tuple[str, str], Ended], ...]:
    """How each program ended for each outcome, in the old world and in the new one."""
    return tuple(_run(folder, removed=folder is folders[1]) for folder in folders)


def _run(source: Path, *, removed: bool) -> dict[tuple[str, str], Ended]:
    clock, found = source.parent / "clock", {}
    clock.mkdir(exist_ok=True)
    (clock / "sitecustomize.py").write_text(CLOCK)
    with World(source, source.parent / f"world-{source.name}", limit=200) as world:
        for name, pace in RUNS:
            world.service.switches = Switches(removed=removed, page_size=1, pace=PACES[pace])
            output = clock / "output"
            output.write_text("")
            environment = {"TOKEN": "personal-token", "PYTHONPATH": str(clock), "GITHUB_OUTPUT": str(output)}
            done = world.run([sys.executable, f"ci/{name}.py"], environment)
            found[name, pace] = (done.status, done.stdout + output.read_text(), done.stderr)
    return found


@needs("git")
@pytest.mark.parametrize("run", RUNS, ids="-".join)
def test_a_program_ends_as_before(ended: tuple[dict[tuple[str, str], Ended], ...], run: tuple[str, str]) -> None:
    old, new = (each[run] for each in ended)
    assert new == old
    waits = "sys.exit" in PROGRAMS[run[0]] or "exit(2)" in PROGRAMS[run[0]]
    assert old[0] == ({"success": 0, "time-out": 2}.get(run[1], 1) if waits else 0), old


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_call_is_safe_and_stays_right(name: str) -> None:
    """One edit; what reads the reply is untouched; a second run, `check` and `verify` have nothing to say."""
    old = {".circleci/config.yml": CONFIG, f"ci/{name}.py": PROGRAMS[name]}
    first = report(old, unsafe=False)
    assert [outcome.status for outcome in first.outcomes] == [Status.SAFE]
    new = {**old, **{change.path: change.after.decode() for change in first.changes}}
    gone = set(PROGRAMS[name].splitlines()) - set(new[f"ci/{name}.py"].splitlines())
    assert len(gone) <= 6, gone
    again = report(new, unsafe=False)
    assert (again.outcomes, again.changes) == ((), ())
    proofs = (*checked(new).proofs(), *compared(old, new).proofs())
    assert proofs
    assert {proof.verdict for proof in proofs} <= {Verdict.PROVED}, told(proofs)
