"""Each way to write a call, in a whole little repository: rewritten, rewritten again, and run in both worlds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from migrator.model import Status
from migrator.syntax.yaml import load
from tests.conftest import needs
from tests.forms.forms import FORMS
from tests.rewritten import before_and_after
from tests.test_cases import look, write
from tests.world import World, compare

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeRepository

CONFIG = """\
version: 2
jobs:
  build:
    docker:
      - image: cimg/base:2024.01
    steps:
      - checkout
      - run: echo built >> "$EFFECTS"
  # Started by hand only.
  deploy:
    docker:
      - image: cimg/base:2024.01
    steps:
      - checkout
      - run:
          name: Show what was sent
          command: |
            cat << EOF > note   # a here-document
            ${VERSION-unset}
            EOF
            printf '%s|' "${VERSION-unset}" "${CHANNEL-unset}" "$CIRCLE_SHA1" >> "$EFFECTS"
  test:
    docker:
      - image: cimg/base:2024.01
    steps:
      - run: echo "tested ${VERSION-unset}" >> "$EFFECTS"
"""
NASTY = 'it\'s "quoted" \\ back\\nslash `id` $(id) ${HOME} & + %41 é 🎉\ttab\nline ' + "x" * 440

# The curl of this machine may refuse `--data=…`: then nothing ran before, and there is nothing to compare.
RUN = [name for name in FORMS if name != "data-with-equals"]


def files(*names: str) -> dict[str, str]:
    """A repository that holds the config and the named scripts, each with text before and after the call."""
    scripts = {f"ci/{name}.sh": f"#!/bin/bash\n# Start: {name}\n{FORMS[name]}\n# The end.\n" for name in names}
    return {".circleci/config.yml": CONFIG, **scripts}


@pytest.mark.parametrize("name", FORMS)
def test_a_form_is_rewritten_once_and_for_all(name: str, make_repository: MakeRepository, circleci_schema: Any) -> None:
    root = make_repository(files(name), remote="https://github.com/acme/app.git")
    report = look(root)
    assert [o.status for o in report.outcomes if o.status is not Status.SAFE] == [], report.outcomes
    assert report.outcomes
    write(report, root)
    script = (root / f"ci/{name}.sh").read_text()
    assert "v1.1" not in script.replace("api/v1.1/project/github/acme/app\n", "")
    assert script.startswith(f"#!/bin/bash\n# Start: {name}\n")
    assert script.endswith("\n# The end.\n")
    if name != "whole-pipeline":  # which needs nothing of the config
        circleci_schema.validate(json.loads(json.dumps(load((root / ".circleci/config.yml").read_text()))))
    again = look(root)
    assert not again.outcomes
    assert not again.changes


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, World]:
    """All forms run in the old world, and after they were rewritten in the new one."""
    folder = tmp_path_factory.mktemp("forms")
    old, new = before_and_after(folder, files(*FORMS))
    return _run(old, folder / "old-world"), _run(new, folder / "new-world")


def _run(source: Path, root: Path) -> World:
    with World(source, root, limit=200) as world:
        world.commit("feature/x", {})
        world.tag("v1.0", "main", announced=False)
        environment = {"TOKEN": "personal-token", "PLAIN": "1.0 beta", "NASTY": NASTY, "SHA": world.head()}
        world.push()
        for name in RUN:
            world.run_script(f"ci/{name}.sh", env=environment)
    return world


@needs("bash", "curl", "git", "jq", "wget")
def test_all_forms_run_the_same_as_before(worlds: tuple[World, World]) -> None:
    old, new = worlds
    assert len(old.history) > len(RUN)
    assert compare(old, new) == ()
