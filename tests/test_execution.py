"""Every case is lived through twice, before and after its migration, on a fake CircleCI; and the proof has to agree."""

from __future__ import annotations

import os
import shutil
import tomllib
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from migrator.circleci.runs.config import ConfigView, as_mapping
from migrator.model import Proof, Verdict, static
from migrator.planning.analyse import analyse
from migrator.repository.discovery import discover
from migrator.repository.roots import CONFIG_PATH
from migrator.settings import Settings
from migrator.syntax.yaml import load
from tests.test_cases import CASES, lay_out, write
from tests.verifying.mutants import config_mutants
from tests.verifying.support import compared, faults, read
from tests.world import Switches, World, compare

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from migrator.model import Report

TOKENS = dict.fromkeys(("CIRCLE_TOKEN", "CIRCLE_API_TOKEN", "CIRCLE_API_USER_TOKEN", "TOKEN", "T"), "personal-token")
PROGRAMS = ("make", "npm", "bundle", "scan", "docker")
"""What the jobs of the cases run, besides their own scripts; stands for it and says how it was called."""

WORSE = Switches(empty_value="<nil>")
"""Of two readings that are not documented, the one that is harder to cope with."""

STAND_IN = (
    '#!/bin/bash\necho "${0##*/} $*: ${VERSION-no version} ${CHANNEL-no channel} at ${CIRCLE_SHA1-}" >> "$EFFECTS"\n'
)
SCRIPTS = ("publish.sh", "deploy")


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand-ins on the path."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in PROGRAMS:
        _stand_in(folder / name)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


def _stand_in(path: Path) -> None:
    if not path.exists():
        path.write_text(STAND_IN)
        path.chmod(0o755)


class Case:
    """One case before and after its migration, as folders, with the report of the migration."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.about: dict[str, Any] = tomllib.loads((folder / "case.toml").read_text())
        self.before, self.after = root / "before", root / "after"
        shutil.copytree(folder / "before", self.before)
        lay_out(folder, self.after)
        self.report = analyse(discover([self.after]), Settings(unsafe=True))
        write(self.report, self.after)
        for tree in (self.before, self.after):
            for name in SCRIPTS:
                _stand_in(tree / name)

    @property
    def config(self) -> ConfigView:
        return ConfigView(as_mapping(load((self.before / CONFIG_PATH).read_text())))

    def new_jobs(self) -> set[str]:
        """The jobs that only the migrated config has."""
        after = ConfigView(as_mapping(load((self.after / CONFIG_PATH).read_text())))
        return set(after.jobs) - set(self.config.jobs)


def refs(report: Report) -> Iterator[str]:
    """The branches that the calls name."""
    for outcome in report.outcomes:
        branch = outcome.call.trigger.branch
        name = static(branch.template) if branch is not None else None
        if name is not None:
            yield name


def live(case: Case, source: Path, root: Path) -> World:
    """What happens to the repository in either world."""
    world = World(source, root, slug=case.about["slug"], settings=TOKENS, switches=WORSE, limit=30)
    with world:
        for name in dict.fromkeys(refs(case.report)):
            world.commit(name, {f"only-on-{name.replace('/', '-')}": ""})
        world.push()
        world.push("topic", {"api/changed": "", "web/changed": ""})
        world.tag("v1.2.3")
        for run in case.about.get("run", ()):
            shell = "dash" if (source / run["script"]).read_bytes().startswith(b"#!/bin/sh") else "bash"
            world.run_script(run["script"], run.get("arguments", ()), TOKENS, shell=shell)
        for name, body in case.config.workflows.items():
            if as_mapping(body).get("triggers"):
                world.schedule(workflow=name)
        world.run_by_hand()
    return world


def proofs(report: Report) -> list[Proof]:
    return [*(proof for outcome in report.outcomes for proof in outcome.proofs), *report.ordinary]


@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_proof_and_execution_agree(folder: Path, tmp_path: Path) -> None:
    case = Case(folder, tmp_path)
    old, new = live(case, case.before, tmp_path / "old"), live(case, case.after, tmp_path / "new")
    differences = compare(old, new, added=case.new_jobs())
    verdicts = {proof.verdict for proof in proofs(case.report)}
    if Verdict.DIFFERS in verdicts:
        assert differences
    else:
        assert differences == ()
    assert old.history or not case.report.changes


EFFORT = int(os.environ.get("MIGRATOR_EFFORT", "1"))
"""How many mutants are lived through, for a start; MIGRATOR_EFFORT=20 makes it twenty times as many."""


@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize("name", ["shared-job-with-parameters", "revisions", "seed-remote-docker"])
def test_what_a_mutant_does_is_no_news_to_the_proof(name: str, tmp_path: Path) -> None:
    case = Case(next(folder for folder in CASES if folder.name == name), tmp_path)
    files = {path: text for path, text in read(case.after).items() if not path.startswith(".git/")}
    mutants = sorted(config_mutants(files), key=lambda found: zlib.crc32(found[0].encode()))
    old, shown = live(case, case.before, tmp_path / "old"), 0
    for number, (what, mutant) in enumerate(mutants[: 2 * EFFORT]):
        tree = tmp_path / f"mutant-{number}"
        shutil.copytree(case.after, tree)
        (tree / CONFIG_PATH).write_text(mutant[CONFIG_PATH])
        differs = compare(old, live(case, tree, tmp_path / f"world-{number}"), added=case.new_jobs())
        if differs:
            shown += 1
            assert faults(compared(read(case.before), mutant, case.about["slug"])), (what, differs)
    assert shown
