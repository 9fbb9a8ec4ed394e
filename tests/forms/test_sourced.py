"""Constants of files that a script reads into its own shell: rewritten, and run in both worlds; never guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from migrator.model import Status
from tests.conftest import needs
from tests.forms.test_forms import CONFIG
from tests.rewritten import before_and_after
from tests.test_cases import look
from tests.world import World, compare

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeRepository

BASE = """\
CIRCLE_API=https://circleci.com/api/v1.1
PROJECT_URL=$CIRCLE_API/project/github/acme/app
"""
MORE = '. "$(dirname "$0")/base.sh"\nPROJECT_JOB=deploy\n'
SEND = 'curl -fsS -u "$TOKEN:" -d "build_parameters[CIRCLE_JOB]={}" "{}/tree/main"\n'
HERE = SEND.format("deploy", "$PROJECT_URL")

SCRIPTS = {
    "beside": '. "$(dirname "$0")/base.sh"\n' + HERE,
    "from-the-root": "source ci/base.sh\n" + SEND.format("deploy", "$CIRCLE_API/project/github/acme/app"),
    "own-folder": 'here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)\nsource "$here/base.sh"\n' + HERE,
    "two-levels": ". ci/more.sh\n" + SEND.format("$PROJECT_JOB", "$PROJECT_URL"),
    "in-a-function": ". ci/base.sh\nstart() {\n  "
    + SEND.format("$1", "$PROJECT_URL")
    + "}\nstart deploy\nstart test\n",
    "after-another-value": "PROJECT_URL=$1\n. ci/base.sh\n" + HERE,
}
GUESSES = {
    "sometimes": "[ -f ci/base.sh ] && . ci/base.sh\n" + HERE,
    "somewhere-else": '. "$HOME/base.sh"\n' + HERE,
    "too-late": HERE + ". ci/base.sh\n",
    "in-a-subshell": "(. ci/base.sh)\n" + HERE,
    "changed-behind-it": '. ci/base.sh\nif [ -n "$1" ]; then PROJECT_URL=$1; fi\n' + HERE,
    "changed-by-its-function": ". ci/own.sh\nuse_server\n" + HERE,
    "may-be-set-before": ". ci/default.sh\n" + HERE,
    "an-unknown-file-behind-it": ". ci/base.sh\n. ./.env\n" + HERE,
}
OTHERS = {
    "ci/base.sh": BASE,
    "ci/more.sh": MORE,
    "ci/own.sh": BASE + "use_server() { PROJECT_URL=https://ci.example.com/x; }\n",
    "ci/default.sh": '[ -n "$PROJECT_URL" ] || PROJECT_URL=https://circleci.com/api/v1.1/project/github/acme/app\n',
}


def _files(**scripts: str) -> dict[str, str]:
    own = {f"ci/{name}.sh": f"#!/bin/bash\n{text}" for name, text in scripts.items()}
    return {".circleci/config.yml": CONFIG, **OTHERS, **own}


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, World]:
    folder = tmp_path_factory.mktemp("sourced")
    old, new = before_and_after(folder, _files(**SCRIPTS))
    assert not [path for path in new.glob("ci/*-*.sh") if "api/v2/project/gh/acme/app" not in path.read_text()]
    assert {name: (new / name).read_text() for name in OTHERS} == OTHERS
    return _run(old, folder / "old-world"), _run(new, folder / "new-world")


def _run(source: Path, root: Path) -> World:
    with World(source, root, limit=50) as world:
        world.push()
        for name in SCRIPTS:
            world.run_script(f"ci/{name}.sh", env={"TOKEN": "personal-token"})
    return world


@needs("bash", "curl", "git")
def test_constants_of_a_file_that_is_read_are_known(worlds: tuple[World, World]) -> None:
    old, new = worlds
    assert len(old.history) == len(SCRIPTS) + 2
    assert compare(old, new) == ()


@pytest.mark.parametrize("name", GUESSES)
def test_what_may_be_another_value_is_no_constant(name: str, make_repository: MakeRepository) -> None:
    report = look(make_repository(_files(**{name: GUESSES[name]}), remote="https://github.com/acme/app.git"))
    assert [outcome.status for outcome in report.outcomes if outcome.status is Status.SAFE] == []
