"""Each way to rerun a build from a shell: rewritten once and for all, and run before and after on a fake CircleCI."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from migrator.model import Status
from tests.conftest import needs
from tests.reruns.forms import BASH_ONLY, CALL, FORMS, REFUSED
from tests.reruns.support import CONFIG, REMOTE, ran
from tests.shell.loopback import tools
from tests.test_cases import look, write
from tests.world import Switches, World

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeRepository

SCRIPTS = {f"ci/{name}.sh": f"#!/bin/sh\n# Again\n{text}\n# The end.\n" for name, text in FORMS.items()}
SHELLS = [shell for shell in ("bash", "dash") if shutil.which(shell)]


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The scripts after they were rewritten."""
    root = tmp_path_factory.mktemp("reruns") / "repository"
    for path, text in {".circleci/config.yml": CONFIG, **SCRIPTS}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    (root / ".git").mkdir()
    (root / ".git" / "config").write_text(f'[remote "origin"]\n\turl = {REMOTE}\n')
    write(look(root, unsafe=True), root)
    return {name: (root / f"ci/{name}.sh").read_text() for name in FORMS}


@pytest.mark.parametrize("name", FORMS)
def test_a_form_is_rewritten_once_and_for_all(name: str, make_repository: MakeRepository) -> None:
    root = make_repository({".circleci/config.yml": CONFIG, "ci/again.sh": SCRIPTS[f"ci/{name}.sh"]}, remote=REMOTE)
    assert not look(root).changes or name == "beside-another"
    report = look(root, unsafe=True)
    assert {o.status for o in report.outcomes} - {Status.SAFE} == {Status.UNSAFE}
    assert all("rerun-endpoint" in [note.code for note in o.notes] for o in report.outcomes if o.status != Status.SAFE)
    write(report, root)
    script = (root / "ci/again.sh").read_text()
    assert script.startswith("#!/bin/sh\n# Again\n")
    assert script.endswith("\n# The end.\n")
    again = look(root, unsafe=True)
    assert not again.outcomes
    assert not again.changes


@needs("bash", "curl", "jq", "wget")
@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("name", FORMS)
def test_a_form_reruns_the_same_job(name: str, shell: str, world: World, scripts: dict[str, str]) -> None:
    if shell != "bash" and name in BASH_ONLY:
        pytest.skip("not for this shell")
    done, old = ran(world, shell, FORMS[name])
    assert (done.status, len(old) > 0) == (0, True)
    world.service.switches = Switches(page_size=2, removed=True)
    done, new = ran(world, shell, scripts[name])
    assert (done.status, new) == (0, old), done.stderr


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_the_lines_fit_the_file(ending: str, make_repository: MakeRepository) -> None:
    text = ending.join(["if true; then", f"\t{CALL}", "fi", ""])
    root = make_repository({"a.sh": text}, remote=REMOTE)
    write(look(root, unsafe=True), root)
    made = (root / "a.sh").read_bytes().decode()
    lines = made.split(ending)
    assert "\n" not in "".join(lines)
    assert lines[1] == "\t("
    assert lines[2].startswith("\t\tbuild=$(curl")
    assert lines[-3:] == ["\t)", "fi", ""]


FAILURES = {
    "unknown build": {"N": "99999"},
    "no number": {"N": ""},
    "wrong token": {"TOKEN": "nobody"},
    "project token": {"TOKEN": "project-token"},
    "no token": {"TOKEN": ""},
}


@needs("bash", "curl", "jq")
@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("options", ["", "set -eu\n"])
@pytest.mark.parametrize("name", FAILURES)
def test_a_lookup_that_fails_ends_the_call(
    name: str, options: str, shell: str, world: World, scripts: dict[str, str]
) -> None:
    done, started = ran(world, shell, options + scripts["or"].replace("|| exit 7", ""), **FAILURES[name])
    assert started == []
    assert done.status != 0
    assert done.stderr
    assert ran(world, shell, options + scripts["or"], **FAILURES[name])[0].status == 7


@needs("bash", "curl", "jq")
@pytest.mark.parametrize("shell", SHELLS)
def test_without_jq_nothing_runs(shell: str, world: World, scripts: dict[str, str], tmp_path: Path) -> None:
    done, started = ran(world, shutil.which(shell) or shell, scripts["plain"], PATH=tools(tmp_path / "tools", "curl"))
    assert started == []
    assert done.status == 127
    assert "jq" in done.stderr


@needs("bash", "curl", "jq")
@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("reply", ["", "{}", "null", "[]", '{"items": []}', '{"latest_workflow": {"id": "w"}}', "<p>"])
def test_a_strange_reply_ends_the_call(shell: str, reply: str, scripts: dict[str, str], tmp_path: Path) -> None:
    """Whatever a lookup gets: without a job that was found, nothing is posted."""
    job = '{"latest_workflow": {"id": "w"}, "number": 12}'
    for first in (reply, job):
        sent = tmp_path / "sent"
        curl = tmp_path / "curl"
        curl.write_text(
            f'#!/bin/sh\ncase "$*" in *POST*) echo "$*" >> {sent} ;; */job/12) cat <<\'E\'\n{first}\nE\n;;\n'
            f"*) cat <<'E'\n{reply}\nE\n;;\nesac\n"
        )
        curl.chmod(0o755)
        environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "TOKEN": "t", "N": "12"}
        done = subprocess.run(
            [shell, "-c", scripts["plain"]], env=environment, capture_output=True, timeout=20, check=False
        )
        assert done.returncode != 0
        assert not sent.exists()


@pytest.mark.parametrize("name", REFUSED)
def test_what_stays_as_it_is(name: str, make_repository: MakeRepository) -> None:
    text, code = REFUSED[name]
    root = make_repository({"a.sh": text + "\n"}, remote=REMOTE)
    report = look(root, unsafe=True)
    (outcome,) = report.outcomes
    assert outcome.status is Status.MANUAL
    assert code in [note.code for note in outcome.notes]
    assert not report.changes
