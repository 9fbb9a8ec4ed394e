"""The tools of this folder on documentation of our own: they find what is wrong, and pass what is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.documentation import conditions, many
from tests.documentation.edn import Tagged, read
from tests.documentation.evaluator import Config, Event
from tests.documentation.examples import examples, load
from tests.documentation.migration import compared, migrate

if TYPE_CHECKING:
    from pathlib import Path

    from tests.documentation.examples import Example

PAGE = """= A page

[source,yaml]
----
version: 2.1
jobs:
  build: # <1>
    docker: [{image: cimg/base:2026.01}]
    steps: [checkout, run: make]
  deploy:
    executor: big
workflows:
  main:
    when: pipeline.git.branch != "docs"
    jobs:
      - build
      - other/scan
      - hold: {type: approval}
      - deploy:
          requires: [hold]
          filters: {branches: {only: main}}
----
<1> A callout.

```yaml
steps: [checkout]
```

Here `pipeline.git.branch == "main" and 2 or 1` is a value, and `1 < 2` evaluates to `true`.
"""


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/page.adoc").write_text(PAGE)
    return tmp_path / "docs"


@pytest.fixture
def example(docs: Path) -> Example:
    (found,) = examples(docs)
    return found


def test_an_excerpt_is_completed(example: Example) -> None:
    data = load(example.text)
    assert example.jobs == ("build", "deploy")
    assert data["jobs"]["deploy"]["steps"] == ["checkout"]
    assert list(data["executors"]) == ["big"]
    assert list(data["orbs"]) == ["other"]


@pytest.mark.parametrize("rich", [False, True])
def test_an_example_is_migrated_and_compared(example: Example, tmp_path: Path, rich: bool) -> None:
    outcome = migrate(example, tmp_path / "app", rich=rich)
    assert outcome.faults == outcome.refused == outcome.unread == []
    assert sum(outcome.calls.values()) == 2
    assert outcome.compared > 20


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("run: make", "run: made"),
        ('!= "docs"', '!= "doc"'),
        ("only: main", "only: [main, develop]"),
        ("requires: [hold]", "requires: [hold, build]"),
        ("- other/scan", "- other/scan: {a: 1}"),
    ],
)
def test_what_runs_otherwise_is_seen(example: Example, right: str, wrong: str) -> None:
    assert right in example.text
    before, after = (Config(load(text)) for text in (example.text, example.text.replace(right, wrong)))
    assert compared(before, before).faults == []
    assert len(compared(before, after).faults) == 1


def test_the_whole_run_prints_its_numbers(docs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert many.main(docs, []) == 0
    assert "'repositories': 2" in capsys.readouterr().out


def test_expressions_are_compared_with_what_the_page_says(docs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert conditions.main(docs, []) == 0
    assert "3 expressions, 1 with a result, 0 differ, 0 not known" in capsys.readouterr().out
    (docs / "page.adoc").write_text(PAGE.replace("to `true`", "to `false`"))
    assert conditions.main(docs, []) == 1


CORPUS = """; A comment.
{:name "some" :tests [
  "a or 5" {"a" nil} 5 ; another
  "\\"x\\" == 1" {} false
  "/a+/" {} #corpus/regexp "a+"
  "1 and" {} {:errorType "Parser/EXPECTED_EXPRESSION" :charPos 5}
  "/(a/" {} {:errorType "Scanner/INVALID_PATTERN"}]}
"""


def test_a_corpus_is_read_and_compared(docs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (group,) = read(CORPUS)
    assert group["tests"][:6] == ["a or 5", {"a": None}, 5, '"x" == 1', {}, False]
    assert group["tests"][8] == Tagged("corpus/regexp", "a+")
    corpus = tmp_path / "corpus.edn"
    corpus.write_text(CORPUS)
    assert conditions.main(docs, [corpus]) == 0
    assert "5 cases, 0 differ, 1 patterns said to be refused" in capsys.readouterr().out
    corpus.write_text(CORPUS.replace('{"a" nil} 5', '{"a" nil} 6'))
    assert conditions.main(docs, [corpus]) == 1


def test_the_evaluator_knows_tags_and_matrices() -> None:
    text = """
      version: 2.1
      jobs: {build: {parameters: {n: {type: integer}}, machine: true, steps: [run: "make << parameters.n >>"]}}
      workflows: {w: {jobs: [build: {matrix: {parameters: {n: [1, 2]}}, filters: {tags: {only: /v.*/}}}]}}
    """
    config = Config(load(text))
    runs = config.runs(Event("push", None, "v1"))["w"]["jobs"]
    assert [job["body"]["steps"] for job in runs.values()] == [[{"run": {"command": f"make {n}"}}] for n in (1, 2)]
    assert config.runs(Event("push", None, "x")) == {}
