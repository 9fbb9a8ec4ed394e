"""Branch, tag and expression filters, after CircleCI's published examples."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.circleci.compiler import CompileError, Event, EventKind
from tests.circleci.compiler.support import data, names, push, run, tag, workflows


def runs(filters: str, event: Event) -> bool | None:
    """Whether a job with these filters runs; None when that is not known."""
    pipeline = workflows(f"workflows: {{w: {{jobs: [{{build: {{filters: {filters}}}}}]}}}}", event)
    return {(): False, ("w/build",): True, ("w/build?",): None}[tuple(names(pipeline))]


@pytest.mark.parametrize(
    ("filters", "branch", "answer"),
    [
        ("{branches: {only: stage}}", "stage", True),
        ("{branches: {only: stage}}", "stage-2", False),
        ("{branches: {only: [dev, /user-.*/]}}", "dev", True),
        ("{branches: {only: [dev, /user-.*/]}}", "user-ann", True),
        ("{branches: {only: [dev, /user-.*/]}}", "a-user-ann", False),
        ("{branches: {only: '/pre-prod(?:-.+)?$/'}}", "pre-prod", True),
        ("{branches: {only: '/pre-prod(?:-.+)?$/'}}", "pre-prod-2", True),
        ("{branches: {only: '/pre-prod(?:-.+)?$/'}}", "pre-production", False),
        ("{branches: {only: '/server\\/.*/'}}", "server/4.x", True),
        ("{branches: {only: /main/}}", "maintenance", False),
        ("{branches: {only: main/x}}", "main/x", True),
        ("{branches: {ignore: main}}", "main", False),
        ("{branches: {ignore: main}}", "dev", True),
        ("{branches: {ignore: [develop, /feature-.*/]}}", "feature-1", False),
        ("{branches: {ignore: [develop, /feature-.*/]}}", "my-feature-1", True),
        ("{branches: {ignore: /.*/}}", "main", False),
        ("{branches: {}}", "main", True),
        ("{branches: {only: []}}", "main", True),
        ("{branches: }", "main", True),
        ("{}", "main", True),
        ("{tags: {only: /^v.*/}}", "main", True),
        ("{branches: {ignore: /.*/}, tags: {only: /^v.*/}}", "v1", False),
        ("{branches: {only: [main, dev], ignore: dev}}", "main", True),
        ("{branches: {only: [main, dev], ignore: dev}}", "x", False),
        ("{branches: {only: [main, dev], ignore: dev}}", "dev", None),
        ("{branches: {only: '/(?!main$).*/'}}", "main", False),
        ("{branches: {only: '/(?!main$).*/'}}", "dev", True),
        ("{branches: {only: '/[a-z&&[^m]]+/'}}", "dev", None),
        ("{branches: {only: 2024}}", "2024", True),
    ],
)
def test_branches(filters: str, branch: str, answer: bool | None) -> None:
    assert runs(filters, push(branch)) is answer


@pytest.mark.parametrize(
    ("filters", "name", "answer"),
    [
        ("", "v1", False),
        ("{branches: {only: main}}", "main", False),
        ("{tags: {only: /^v.*/}}", "v1.2", True),
        ("{tags: {only: /^v.*/}}", "w1", False),
        ("{tags: {only: /^config-test/}}", "config-test", True),
        ("{tags: {only: /^config-test/}}", "config-test-2", False),
        ("{tags: {only: '/^version-2\\.1\\.[3-7]/'}}", "version-2.1.5", True),
        ("{tags: {only: '/^version-2\\.1\\.[3-7]/'}}", "version-2.1.8", False),
        ("{tags: {ignore: /.*-rc/}}", "v1", True),
        ("{tags: {ignore: /.*-rc/}}", "v1-rc", False),
        ("{tags: {}}", "v1", False),
        ("{tags: {only: []}}", "v1", False),
        ("{branches: {ignore: /.*/}, tags: {only: /^v.*/}}", "v1", True),
        ("{branches: {only: main}, tags: {only: v1}}", "v1", True),
    ],
)
def test_tags(filters: str, name: str, answer: bool) -> None:
    assert runs(filters, tag(name)) is answer


@pytest.mark.parametrize(
    ("filters", "event", "answer"),
    [
        ("pipeline.git.branch == \"main\"", push("main"), True),
        ("pipeline.git.branch == \"main\"", push("dev"), False),
        ("pipeline.git.branch != \"main\" and pipeline.git.branch != \"canary\"", push("dev"), True),
        ("pipeline.git.branch == \"main\" or pipeline.git.branch starts-with \"in\"", push("in-2"), True),
        ("pipeline.git.branch == \"main\" or pipeline.git.tag starts-with \"release\"", tag("release-1"), True),
        ("pipeline.git.branch == \"main\" or pipeline.git.tag starts-with \"release\"", tag("v1"), False),
        ("pipeline.git.branch == \"main\" and not (pipeline.trigger_source starts-with \"api\")", push("main"), True),
        ("pipeline.git.branch == \"main\" and not (pipeline.trigger_source starts-with \"api\")",
         Event(EventKind.API, branch="main"), False),
        ("pipeline.number > 5", push("main"), None),
        ("<< pipeline.git.branch >>", push("main"), True),
        ("<< pipeline.git.branch >>", tag("v1"), False),
        ("<< pipeline.git.branch >> == \"main\"", push("main"), None),
        ("pipeline.git.branch or pipeline.git.tag", push("main"), True),
        ("pipeline.git.branch or pipeline.git.tag", tag("v1"), True),
        ("pipeline.git.branch or (pipeline.git.tag matches /^v[0-9]+$/)", tag("v1"), True),
        ("pipeline.git.branch or (pipeline.git.tag matches /^v[0-9]+$/)", tag("w1"), False),
        ("pipeline.git.tag matches /^v.*/", push("v1"), False),
        ("pipeline.git.branch matches /pre(?:-.+)?/", push("pre"), True),
        ("pipeline.git.branch matches /pre(?:-.+)?/", push("prefix"), False),
        ("pipeline.git.branch != \"main\"", tag("v1"), False),
        ("not (pipeline.git.branch == \"main\")", tag("v1"), True),
        ("pipeline.git.tag != \"v1\"", push("dev"), False),
    ],
)  # fmt: skip
def test_expressions(filters: str, event: Event, answer: bool | None) -> None:
    assert runs(f"'{filters}'", event) is answer


@pytest.mark.parametrize(
    "filters",
    [
        "{branches: main}",
        "[main]",
        "{branches: [main]}",
        "{branches: {only: [[main]]}}",
        "'pipeline.git.branch =='",
    ],
)
def test_filters_that_are_refused(filters: str) -> None:
    with pytest.raises(CompileError):
        runs(filters, push("main"))


@pytest.mark.parametrize("filters", ["{branch: main}", "{branches: {include: main}}"])
def test_keys_of_filters_that_are_not_known_here(filters: str) -> None:
    assert runs(filters, push("main")) is None


def test_a_parameter_in_a_filter() -> None:
    config = """
        parameters: {branch: {type: string, default: main}}
        workflows: {w: {jobs: [{build: {filters: {branches: {only: << pipeline.parameters.branch >>}}}}]}}
        """
    assert names(workflows(config, push("main"))) == ["w/build"]
    assert names(workflows(config, push("dev"))) == []


def test_the_default_branch_has_no_known_name() -> None:
    event = Event(EventKind.API)
    assert runs("{branches: {only: main}}", event) is None
    assert runs("{branches: {ignore: /.*/}}", event) is False
    assert runs("{branches: {only: /.*/}}", event) is True
    assert runs("", event) is True
    pipeline = workflows("workflows: {w: {jobs: [{build: {filters: {branches: {ignore: main}}}}]}}", event)
    assert pipeline.jobs[0].conditions == ('not (pipeline.git.branch == "main")',)


PROMOTION = """
version: 2.1
jobs: {check: &job {machine: true, steps: [checkout]}, ship: *job}
workflows:
  feature: {jobs: [{check: {filters: {branches: {ignore: main}}}}]}
  staging:
    jobs:
      - check: {filters: &main {branches: {only: main}}}
      - ship: {requires: [check], filters: {<<: *main}}
  production:
    jobs:
      - check: {filters: &release {branches: {ignore: /.*/}, tags: {only: /^v.*/}}}
      - ship: {requires: [check], filters: {<<: *release}}
"""


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (push("dev"), ["feature/check"]),
        (push("main"), ["staging/check", "staging/ship"]),
        (tag("v2"), ["production/check", "production/ship"]),
        (tag("x2"), []),
    ],
)
def test_three_workflows_divided_by_filters(event: Event, expected: list[str]) -> None:
    assert names(run(PROMOTION, event)) == expected


def test_a_workflow_of_which_no_job_runs_is_not_there() -> None:
    assert run(PROMOTION, push("dev")).workflows == ("feature",)


NAMES = st.text(st.sampled_from("ab/-."), min_size=1, max_size=4)


@given(st.lists(NAMES, min_size=1, max_size=3), NAMES)
def test_only_and_ignore_are_opposites(listed: list[str], branch: str) -> None:
    text = str(listed).replace("'", '"')
    only = runs(f"{{branches: {{only: {text}}}}}", push(branch))
    ignore = runs(f"{{branches: {{ignore: {text}}}}}", push(branch))
    plain = data(text) == listed and not any(name[0] == "/" == name[-1] and len(name) > 1 for name in listed)
    assert only is not ignore
    assert not plain or only is (branch in listed)


def test_a_name_that_is_not_known_in_a_filter() -> None:
    assert runs("{branches: {only: << pipeline.event.name >>}}", push("main")) is None
    assert runs("{branches: {only: [main, << pipeline.event.name >>]}}", push("main")) is True
    assert runs("{branches: {only: 1.5}}", push("1.5")) is None
