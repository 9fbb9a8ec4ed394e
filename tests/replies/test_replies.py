"""What reads the reply of a call, adapted and run in both worlds: it shows the pipeline where it showed the build."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from migrator.model import Status
from migrator.syntax.yaml import load
from tests.conftest import needs
from tests.forms.test_forms import CONFIG
from tests.replies.replies import CALL, NUMBERS, OPEN, PAGE, SAFE
from tests.rewritten import before_and_after
from tests.test_cases import look, write
from tests.world import World

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeRepository

ALL = {**SAFE, **OPEN, **NUMBERS}
NEW_PAGE = "https://app.circleci.com/pipelines/github/acme/app"


def files(*names: str) -> dict[str, str]:
    """A repository with the named scripts."""
    return {".circleci/config.yml": CONFIG, **{f"ci/{name}.sh": f"#!/bin/bash\n{ALL[name]}\n" for name in names}}


@pytest.mark.parametrize("name", ALL)
def test_a_reader_is_adapted_once_and_for_all(name: str, make_repository: MakeRepository) -> None:
    root = make_repository(files(name), remote="https://github.com/acme/app.git")
    (outcome,) = look(root).outcomes
    codes = {note.code for note in outcome.notes} & {"reply-field", "reply-adapted", "reply-number", "reply-sent"}
    assert outcome.status is (Status.SAFE if name in SAFE else Status.UNSAFE)
    assert "reply-field" not in codes
    assert ("reply-number" if name in NUMBERS else "reply-adapted") in codes
    assert "reply-sent" not in codes
    write(look(root, unsafe=True), root)
    script = (root / f"ci/{name}.sh").read_text()
    assert "build_url" not in script
    assert "build_num" not in script
    again = look(root)
    assert not again.outcomes
    assert not again.changes


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], dict[str, str]]:
    """What every script prints in the old world, and rewritten in the new one, with marks for pages and numbers."""
    folder = tmp_path_factory.mktemp("replies")
    old, new = before_and_after(folder, files(*ALL), unsafe=True)
    return _run(old, folder / "old-world", PAGE), _run(new, folder / "new-world", NEW_PAGE)


def _run(source: Path, root: Path, page: str) -> dict[str, str]:
    texts: dict[str, str] = {}
    with World(source, root, limit=200) as world:
        for name in ALL:
            world.run_script(f"ci/{name}.sh", env={"TOKEN": "personal-token", "ORG": "acme", "REPO": "app"})
            done = world.actions[-1].caller
            assert done is not None
            assert (done.status, done.stderr) == (0, ""), name
            number = str(len(world.service.builds) if page == PAGE else world.pipelines[-1].number)
            texts[name] = done.stdout.replace(f"{page}/{number}", "<page>").replace(number, "<number>")
    return texts


@needs("bash", "curl", "git", "jq")
@pytest.mark.parametrize("name", ALL)
def test_it_shows_the_pipeline_where_it_showed_the_build(
    name: str, printed: tuple[dict[str, str], dict[str, str]]
) -> None:
    before, after = printed
    assert after[name] == before[name]
    assert ("<number>" if name in NUMBERS else "<page>") in after[name]


MAKEFILE = f"""\
page:
\t@{CALL.replace("$", "$$")} \\
\t  | jq -r .build_url
address:
\t@N=$$({CALL.replace("$", "$$")} | jq .build_num); \\
\t  echo "{PAGE}/$$N"
"""
SCALARS = {
    "plain": f"      - run: {CALL.replace('Accept: ', 'Accept:')} | jq -r .build_url\n",
    "block": f"      - run: |\n          URL=$({CALL} | jq -r .build_url)\n          echo $URL\n",
    "folded": f"      - run: >-\n          {CALL}\n          | jq -r .build_url\n",
    "single": f"      - run: '{CALL} | jq -r \".build_url\"'\n",
    "here-string": f"      - run: 'R=$({CALL}); jq -r .build_url <<< $R'\n",
}


@pytest.mark.parametrize("name", SCALARS)
def test_steps_of_a_config(name: str, make_repository: MakeRepository) -> None:
    config = CONFIG.replace("""      - run: echo built >> "$EFFECTS"\n""", SCALARS[name])
    root = make_repository({".circleci/config.yml": config}, remote="https://github.com/acme/app.git")
    report = look(root, unsafe=True)
    assert [note.code for note in report.outcomes[0].notes if note.code.startswith("reply")] == ["reply-adapted"]
    write(report, root)
    text = (root / ".circleci/config.yml").read_text()
    config_now: Any = load(text)
    (command,) = [step["run"] for step in config_now["jobs"]["build"]["steps"] if "app.circleci.com" in str(step)]
    assert """jq -r '"https://app.circleci.com/pipelines/github/acme/app/\\(.number)"'""" in command
    assert not look(root).changes


@needs("bash", "curl", "git", "jq", "make")
@pytest.mark.parametrize("target", ["page", "address"])
def test_recipes_of_make(target: str, make_repository: MakeRepository, tmp_path: Path) -> None:
    files = {".circleci/config.yml": CONFIG, "Makefile": MAKEFILE}
    root = make_repository(files, remote="https://github.com/acme/app.git")
    report = look(root)
    assert {outcome.status for outcome in report.outcomes} == {Status.SAFE}
    write(report, root)
    assert not look(root).changes
    new = tmp_path / "new"
    for path in files:
        (new / path).parent.mkdir(parents=True, exist_ok=True)
        (new / path).write_text((root / path).read_text())
    with World(new, tmp_path / "world") as world:
        done = world.run(["make", "-s", target], {"TOKEN": "personal-token"})
        assert (done.stdout, done.stderr) == (f"{NEW_PAGE}/{world.pipelines[-1].number}\n", "")


ELSEWHERE = {
    "a step": f"""      - run: {CALL.replace("Accept: ", "Accept:")} > reply.json
      - run: cat reply.json
      # jq . reply.json
      - run: jq -r .build_url reply.json
""",
    "a step behind tee": f"""      - run: |
          {CALL} | tee reply.json
      - store_artifacts: {{path: reply.json}}
      - run: |
          echo
          grep build_url reply.json
""",
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_file_that_another_step_reads(name: str, make_repository: MakeRepository) -> None:
    config = CONFIG.replace("""      - run: echo built >> "$EFFECTS"\n""", ELSEWHERE[name])
    root = make_repository({".circleci/config.yml": config}, remote="https://github.com/acme/app.git")
    (outcome,) = look(root).outcomes
    assert {note.code for note in outcome.notes} >= {"reply-waits"}
    assert outcome.status is Status.SAFE


def test_a_file_that_another_recipe_reads(make_repository: MakeRepository) -> None:
    recipes = f"go:\n\t{CALL.replace('$', '$$')} -o reply.json\n\t@jq .build_num reply.json\n\trm reply.json\n"
    files = {".circleci/config.yml": CONFIG, "Makefile": recipes}
    (outcome,) = look(make_repository(files, remote="https://github.com/acme/app.git")).outcomes
    assert [note.line for note in outcome.notes if note.code == "reply-field"] == [3]
