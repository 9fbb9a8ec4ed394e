"""When workflows run: conditions and schedules."""

from __future__ import annotations

import pytest

from migrator.circleci.compiler import CompileError, Event, EventKind, UnknownError
from tests.circleci.compiler.support import api, names, only, push, run, tag, workflows

GUARDED = """
parameters: {run_job: {type: enum, enum: [none, deploy], default: none}}
workflows:
  normal: {when: {equal: [none, << pipeline.parameters.run_job >>]}, jobs: [build, test]}
  always: {jobs: [test]}
  run-deploy: {when: {equal: [deploy, << pipeline.parameters.run_job >>]}, jobs: [deploy]}
"""


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (push("main"), ["normal/build", "normal/test", "always/test"]),
        (api(), ["normal/build", "normal/test", "always/test"]),
        (api(run_job="none"), ["normal/build", "normal/test", "always/test"]),
        (api(run_job="deploy"), ["always/test", "run-deploy/deploy"]),
        (tag("v1"), []),
    ],
)
def test_a_selector(event: Event, expected: list[str]) -> None:
    assert names(workflows(GUARDED, event)) == expected


@pytest.mark.parametrize(
    ("condition", "event", "runs"),
    [
        ("when: << pipeline.parameters.flag >>", api(), False),
        ("when: << pipeline.parameters.flag >>", api(flag=True), True),
        ("unless: << pipeline.parameters.flag >>", api(), True),
        ("unless: << pipeline.parameters.job >>", api(), True),
        ("unless: << pipeline.parameters.job >>", api(job="deploy"), False),
        ("when: {equal: [deploy, << pipeline.parameters.job >>]}", api(job="deploy"), True),
        ('when: pipeline.parameters.job == "deploy" and pipeline.git.branch == "main"', api(job="deploy"), True),
        ('when: pipeline.git.branch == "main" or pipeline.git.branch == "staging"', push("staging"), True),
        ("when: not (pipeline.git.branch matches /^feature-.*$/)", push("feature-1"), False),
        ("when: pipeline.git.branch matches 'main'", push("main"), None),
        ('when: pipeline.git.branch != "main"', push("dev"), True),
        ('when: pipeline.git.tag != "v1"', push("dev"), False),
        ("when: not pipeline.git.tag", push("dev"), True),
        ('when: pipeline.git.branch == "main" or << pipeline.parameters.flag >>', push("dev"), True),
        ("when: {not: {matches: {pattern: '^feature-.*$', value: << pipeline.git.branch >>}}}", push("fix-1"), True),
        ('unless: pipeline.git.branch == "main"', push("main"), False),
        ("when: {and: [{not: {equal: [main, << pipeline.git.branch >>]}}, << pipeline.parameters.flag >>]}",
         push("dev"), False),
        ("when: {or: [{equal: [webhook, << pipeline.trigger_source >>]}, << pipeline.parameters.flag >>]}",
         push("dev"), True),
        ("when: {equal: [api, << pipeline.trigger_source >>]}", api(), True),
        ("when: {equal: ['', << pipeline.git.tag >>]}", push("dev"), True),
        ("when: << pipeline.schedule.name >>", push("dev"), False),
        ("when: true", push("dev"), True),
        ("when: ''", push("dev"), False),
        ("when: ", push("dev"), False),
        ("when: {equal: [0, << pipeline.number >>]}", push("dev"), None),
        ('when: pipeline.event.name == "push"', push("dev"), None),
    ],
)  # fmt: skip
def test_conditions(condition: str, event: Event, runs: bool | None) -> None:
    pipeline = workflows(
        f"""
parameters: {{flag: {{type: boolean, default: false}}, job: {{type: string, default: ""}}}}
workflows: {{w: {{"{condition.split(":")[0]}": {condition.split(":", 1)[1]}, jobs: [build]}}}}
""",
        event,
    )
    assert names(pipeline) == {True: ["w/build"], False: [], None: ["w/build?"]}[runs]


def test_what_remains_of_a_condition_is_said() -> None:
    """A guard that holds leaves the condition that was there, however the two are combined."""
    texts = [
        "when: {equal: [push, << pipeline.event.name >>]}",
        "when: {and: [{equal: [push, << pipeline.event.name >>]}, {equal: [none, << pipeline.parameters.job >>]}]}",
        """when: '(pipeline.event.name == "push") and pipeline.parameters.job == "none"'""",
        'unless: {or: [{not: {equal: [push, << pipeline.event.name >>]}}, << pipeline.parameters.job != "none" >>]}',
    ]
    head = "parameters: {job: {type: string, default: none}}\nworkflows: {w: {%s, jobs: [build]}}"
    runs = {only(workflows(head % text)).conditions for text in texts[:3]}
    assert runs == {('pipeline.event.name == "push"',)}
    assert len(only(workflows(head % texts[3])).conditions) == 1


def test_values_an_event_brings_along() -> None:
    config = "workflows: {w: {when: 'pipeline.event.name == \"push\"', jobs: [build]}}"
    assert names(workflows(config, Event(branch="main", values={"pipeline.event.name": "push"}))) == ["w/build"]
    assert names(workflows(config, Event(branch="main", values={"pipeline.event.name": "api"}))) == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{when: true, unless: false, jobs: [build]}", "both when and unless"),
        ("{when: true}", "required key [jobs] not found"),
        ("{jobs: []}", "required key [jobs] not found"),
        ("[build]", "expected type: Mapping"),
        ("{when: main, jobs: [build]}", "Unknown variable(s): main"),
        ("{when: pipeline.git.branch = 'x', jobs: [build]}", "Unable to parse expression"),
        ("{when: << parameters.x >>, jobs: [build]}", "Arguments referenced without declared parameters: x"),
        ("{jobs: [build: {filter: {branches: {only: x}}}]}", "Unexpected argument(s): filter"),
    ],
)
def test_what_is_refused(body: str, message: str) -> None:
    with pytest.raises(CompileError) as error:
        workflows(f"workflows: {{w: {body}}}")
    assert message in error.value.message


NIGHTLY = """
workflows:
  commit: {jobs: [test]}
  nightly:
    triggers: [schedule: {cron: "0 0 * * *", filters: {branches: {only: [main, /^release/.*/]}}}]
    jobs: [build, {deploy: {requires: [build], context: night}}]
  weekly:
    triggers: [schedule: {cron: "0 0 * * 0", filters: {branches: {only: main, ignore: main}}}]
    jobs: [test]
"""


def scheduled(workflow: str | None, branch: str) -> Event:
    return Event(EventKind.SCHEDULE, branch=branch, workflow=workflow)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (push("main"), ["commit/test"]),
        (api(), ["commit/test"]),
        (scheduled("nightly", "main"), ["nightly/build", "nightly/deploy"]),
        (scheduled("nightly", "release/1"), ["nightly/build", "nightly/deploy"]),
        (scheduled("nightly", "dev"), []),
        (scheduled("weekly", "main"), ["weekly/test"]),
        (scheduled(None, "main"), ["commit/test"]),
    ],
)
def test_schedules(event: Event, expected: list[str]) -> None:
    assert names(workflows(NIGHTLY, event)) == expected


def test_whether_a_schedule_heeds_a_condition_is_not_known() -> None:
    config = NIGHTLY.replace("  nightly:\n", "  nightly:\n    when: {equal: [a, b]}\n")
    assert names(workflows(config, scheduled("nightly", "main"))) == ["nightly/build?", "nightly/deploy?"]
    config = NIGHTLY.replace("  nightly:\n", "  nightly:\n    when: {equal: [a, a]}\n")
    assert names(workflows(config, scheduled("nightly", "main"))) == ["nightly/build", "nightly/deploy"]


def test_a_schedule_must_say_which_branches() -> None:
    config = "workflows: {w: {triggers: [schedule: {cron: x}], jobs: [build]}}"
    with pytest.raises(CompileError, match="requires a cron and filters"):
        workflows(config, scheduled("w", "main"))


def test_a_schedule_trigger_of_the_project() -> None:
    config = "workflows: {w: {when: {equal: [scheduled_pipeline, << pipeline.trigger_source >>]}, jobs: [build]}}"
    assert names(workflows(config, scheduled(None, "main"))) == ["w/build"]
    assert names(workflows(config, push("main"))) == []


def test_automatic_reruns_are_part_of_what_runs() -> None:
    assert only(workflows("workflows: {w: {max_auto_reruns: 3, jobs: [build]}}")).settings == {"max_auto_reruns": 3}


def test_an_event_is_of_a_branch_or_a_tag() -> None:
    with pytest.raises(ValueError, match="not both"):
        Event(branch="main", tag="v1")


@pytest.mark.parametrize(
    "jobs", ["build, {nope: {filters: {branches: {only: dev}}}}", "{build: {x: 1, filters: 'false'}}"]
)
def test_a_job_that_filters_keep_out_is_compiled_all_the_same(jobs: str) -> None:
    with pytest.raises(CompileError):
        workflows(f"workflows: {{w: {{jobs: [{jobs}]}}}}")


def test_a_scheduled_workflow_is_compiled_on_every_push() -> None:
    with pytest.raises(CompileError, match="nope"):
        workflows(NIGHTLY.replace("[build, {deploy", "[nope, build, {deploy"))


def test_an_error_in_a_workflow_that_may_run_makes_the_pipeline_unknown() -> None:
    with pytest.raises(UnknownError, match="workflow 'w' has an error"):
        workflows("workflows: {w: {when: << pipeline.number >>, jobs: [nope]}}")


def test_a_filtered_job_need_not_be_known() -> None:
    config = """
        version: 2.1
        jobs: {build: {machine: true, steps: << pipeline.number >>}}
        workflows: {w: {jobs: [{build: {filters: {branches: {only: dev}}}}]}}
        """
    assert names(run(config)) == []
    with pytest.raises(UnknownError, match="steps"):
        run(config, push("dev"))


def test_a_number_of_nodes_that_is_not_known_is_text() -> None:
    config = "jobs: {build: {machine: true, parallelism: << pipeline.number >>, steps: [checkout]}}\n"
    found = only(run(f"version: 2.1\n{config}workflows: {{w: {{jobs: [build]}}}}\n"))
    assert "pipeline.number" in str(found.parallelism)


def test_every_condition_that_remains_is_said() -> None:
    config = """
        workflows:
          w: {when: {and: [<< pipeline.event.action >>, << pipeline.trigger.name >>]},
              jobs: [{build: {filters: pipeline.git.branch == pipeline.event.name}}]}
        """
    wanted = ("pipeline.event.action", 'pipeline.event.name == "main"', "pipeline.trigger.name")
    assert only(workflows(config)).conditions == wanted


def test_alternatives_that_remain_are_one_condition() -> None:
    config = (
        "workflows: {w: {when: {or: [<< pipeline.event.action >>, false, << pipeline.trigger.name >>]}, jobs: [build]}}"
    )
    assert only(workflows(config)).conditions == ("pipeline.event.action or pipeline.trigger.name",)
