"""Documents that show configs and calls: migrated in place, halves together, placeholders taken for no project."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from codemods.places.documents import configs
from migrator.model import Status
from migrator.syntax.text.documents import blocks
from migrator.syntax.yaml import load
from tests.test_cases import look, write

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeRepository

CALL = """\
curl -u $TOKEN: \\
  -d build_parameters[CIRCLE_JOB]={job} \\
  https://circleci.com/api/v1.1/project/<vcs>/<org>/<repo>/tree/<branch>
"""
CONFIG = """\
version: 2
jobs:
  build:
    docker: [{image: "cimg/base:2024.01"}]
    steps:
      - checkout

      - run: |
          curl -u $TOKEN: -d build_parameters[CIRCLE_JOB]=deploy \\
            https://circleci.com/api/v1.1/project/github/$CIRCLE_PROJECT_USERNAME/$CIRCLE_PROJECT_REPONAME/tree/main
  deploy:
    docker: [{image: "cimg/base:2024.01"}]
    steps: [checkout]
"""


def fenced(text: str, language: str = "", indent: str = "") -> str:
    lines = [f"```{language}", *text.splitlines(), "```"]
    return "".join(f"{indent}{line}\n" if line else "\n" for line in lines)


def guide(job: str = "deploy", indent: str = "") -> str:
    shown = f"Then this config:\n\n{fenced(CONFIG, 'yaml', indent)}\nThe end.\n"
    return f"# Guide\n\nCall it:\n\n{fenced(CALL.format(job=job), 'shell', indent)}\n{shown}"


def migrated(root: Path, name: str, **settings: Any) -> str:
    write(look(root, **settings), root)
    return (root / name).read_text()


@pytest.mark.parametrize("indent", ["", "   ", "> "])
@pytest.mark.parametrize("name", ["guide.md", "README", "docs/a.mdx"])
def test_a_config_in_a_document_migrates_with_its_calls(
    name: str, indent: str, make_repository: MakeRepository, circleci_schema: Any
) -> None:
    text = guide(indent=indent)
    root = make_repository({name: text})
    report = look(root, unsafe=True)
    assert [(o.call.line, o.status) for o in report.outcomes] == [(6, Status.UNSAFE), (22, Status.SAFE)]
    after = migrated(root, name, unsafe=True)
    assert "v1.1" not in after
    assert "<vcs>/<org>/<repo>/pipeline" in after
    assert after.endswith(f"{indent}```\n\nThe end.\n")
    (block,) = configs(after)
    config = load(block.region(after).text)
    circleci_schema.validate(json.loads(json.dumps(config)))
    assert "run-deploy" in json.dumps(config)
    again = look(root, unsafe=True)
    assert not again.outcomes
    assert not again.changes


def test_without_leave_only_what_is_proved_changes(make_repository: MakeRepository) -> None:
    root = make_repository({"guide.md": guide()})
    after = migrated(root, "guide.md")
    assert CALL.format(job="deploy") in after
    assert "version: 2.1" in after
    left = look(root)
    assert [(o.call.line, o.status) for o in left.outcomes] == [(6, Status.UNSAFE)]


def test_a_job_that_no_config_has_is_imagined(make_repository: MakeRepository) -> None:
    root = make_repository({"guide.md": guide("nightly")})
    report = look(root, unsafe=True)
    assert [note.code for note in report.outcomes[0].notes if note.severity == "warning"] == ["documentation-example"]
    after = migrated(root, "guide.md", unsafe=True)
    assert '"parameters": {"run_job": "nightly"}' in after
    assert "nightly]" not in after


def test_without_any_config_one_is_imagined(make_repository: MakeRepository) -> None:
    (outcome,) = look(make_repository({"guide.md": fenced(CALL.format(job="nightly"))}), unsafe=True).outcomes
    assert outcome.status is Status.UNSAFE
    assert "documentation-example" in [note.code for note in outcome.notes]


def test_an_example_does_not_change_the_config_of_its_repository(make_repository: MakeRepository) -> None:
    files = {"guide.md": fenced(CALL.format(job="nightly")), ".circleci/config.yml": CONFIG.replace("curl", "echo")}
    root = make_repository(files, remote="https://github.com/acme/app.git")
    (outcome,) = look(root, unsafe=True).outcomes
    assert outcome.status is Status.UNSAFE
    assert {change.path for change in look(root, unsafe=True).changes} == {"guide.md"}
    assert not look(root).changes


def test_a_call_of_this_project_is_no_example(make_repository: MakeRepository) -> None:
    call = CALL.format(job="deploy").replace("<vcs>/<org>/<repo>/tree/<branch>", "github/acme/app/tree/main")
    files = {"guide.md": fenced(call), ".circleci/config.yml": CONFIG.replace("curl", "echo")}
    root = make_repository(files, remote="https://github.com/acme/app.git")
    (outcome,) = look(root).outcomes
    assert outcome.status is Status.SAFE
    assert {change.path for change in look(root).changes} == {"guide.md", ".circleci/config.yml"}


def test_halves_of_documents_are_not_written_apart(make_repository: MakeRepository) -> None:
    root = make_repository({"guide.md": guide()})
    for only in ("config", "callers"):
        report = look(root, unsafe=True, only=only)
        assert not report.changes
        assert not any(outcome.written for outcome in report.outcomes)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\n\n    x\n    y\n\nb\n", ["x\ny\n"]),
        ("~~~ sh\nx\n~~~\n", ["x\n"]),
        ("````\n```\nx\n```\n````\n", ["```\nx\n```\n"]),
        ("- a\n\n  ```sh\n  x\n    y\n  ```\n", ["x\n  y\n"]),
        ("> ```\n> x\n> ```\n", ["x\n"]),
        (".. code-block:: sh\n   :linenos:\n\n   x\n\n   y\n\nz\n", ["x\n\ny\n"]),
        ("[source,bash]\n----\nx\n----\n", ["x\n"]),
        ("```\nnever closed\n", ["never closed\n"]),
    ],
)
def test_blocks_are_found(text: str, expected: list[str]) -> None:
    assert [block.region(text).text for block in blocks(text)] == expected
