"""Plans: what the config gets and what the callers send, in one set of names."""

from __future__ import annotations

from migrator.circleci.plan.assumptions import plan_notes
from migrator.circleci.plan.plan import plan_config, request_for
from migrator.model import ConfigPlan, Endpoint, JobPlan, Presence, Variable, static
from tests.circleci.support import call, config, decided

SIMPLE = config(
    "version: 2\njobs:\n  build: {docker: [{image: cimg/base}]}\n  deploy: {docker: [{image: cimg/base}]}\n"
)


def plan_of(view: object = SIMPLE, *calls: object, chosen: slice = slice(None)) -> ConfigPlan:
    decisions = decided(view, *calls)  # type: ignore[arg-type]
    plan = plan_config(view, decisions, decisions[chosen])  # type: ignore[arg-type]
    assert plan is not None
    return plan


def test_one_call_of_one_job() -> None:
    plan = plan_of(SIMPLE, call(branch="main"))
    assert plan == ConfigPlan("run_job", "none", (JobPlan("deploy", "run-deploy"),))


def test_what_every_caller_sends_and_what_some_send() -> None:
    plan = plan_of(SIMPLE, call(parameters={"A": "1", "B": "$B"}), call(parameters={"A": "2"}))
    (job,) = plan.jobs
    assert job.always == (Variable("A", "a"),)
    assert job.sometimes == (Variable("B", "b"),)
    assert plan.parameters == ("a", "b")


def test_a_call_that_is_not_migrated_counts_for_what_is_always_sent() -> None:
    plan = plan_of(SIMPLE, call(parameters={"A": "1"}), call(), chosen=slice(1))
    assert plan.jobs[0].sometimes == (Variable("A", "a"),)


def test_whole_pipelines_need_nothing_of_the_config() -> None:
    decisions = decided(SIMPLE, call(endpoint=Endpoint.PIPELINE))
    assert plan_config(SIMPLE, decisions, decisions) is None


def test_a_revision_gets_a_parameter() -> None:
    plan = plan_of(SIMPLE, call(revision="$SHA"), call())
    assert plan.revision == "revision"
    assert plan.jobs[0].revision is Presence.SOMETIMES


def test_the_environment_is_for_jobs_without_bash() -> None:
    alpine = config("version: 2\njobs:\n  deploy: {docker: [{image: 'node:20-alpine'}]}\n")
    assert plan_of(alpine, call(parameters={"A": "1"})).jobs[0].in_environment
    assert not plan_of(alpine, call(parameters={"A": "$MAYBE_EMPTY"})).jobs[0].in_environment
    assert not plan_of(alpine, call(parameters={"A": "1"}), call(), chosen=slice(1)).jobs[0].in_environment
    assert not plan_of(SIMPLE, call(parameters={"A": "1"})).jobs[0].in_environment


def test_the_request_speaks_the_names_of_the_plan() -> None:
    view = config("version: 2.1\nparameters: {a: {type: boolean, default: true}}\njobs: {deploy: {}, none: {}}\n")
    decisions = decided(view, call(branch="pull/12", revision="$SHA", parameters={"A": "x"}))
    plan = plan_config(view, decisions, decisions)
    assert plan is not None
    assert plan.idle == "none_2"
    request = request_for(decisions[0], plan)
    assert [name for name, _ in request.parameters] == ["run_job", "a_2", "revision"]
    assert request.branch is not None
    assert static(request.branch.template) == "pull/12/head"


WRITTEN = config("""\
version: 2.1
parameters:
  run_job: {type: enum, enum: [none, deploy], default: none}
  a: {type: string, default: ""}
jobs: {build: {}, deploy: {}}
workflows:
  run-deploy:
    when: {equal: [deploy, << pipeline.parameters.run_job >>]}
    jobs:
      - deploy:
          pre-steps:
            - run:
                name: Export build parameters
                environment: {SENT_A: << pipeline.parameters.a >>}
                command: |
                  # An empty parameter may arrive as <nil>.
                  [ -n "${A+set}" ] || printf 'export A=%q\\n' "${SENT_A#<nil>}" >> "$BASH_ENV"
""")


def test_the_names_of_an_earlier_run_are_used_again() -> None:
    plan = plan_of(WRITTEN, call(parameters={"A": "1"}), call("build"))
    deploy, build = plan.jobs
    assert (plan.selector, plan.idle) == ("run_job", "none")
    assert deploy.workflow == "run-deploy"
    assert deploy.always == (Variable("A", "a"),)
    assert build.workflow == "run-build"


def test_a_selector_of_somebody_else_is_left_alone() -> None:
    view = config("""\
version: 2.1
parameters: {run_job: {type: enum, enum: [all, lint], default: all}}
jobs: {deploy: {}}
workflows: {main: {when: {equal: [all, << pipeline.parameters.run_job >>]}, jobs: [deploy]}}
""")
    assert plan_of(view, call()).selector == "run_job_2"


def test_an_empty_value_that_not_every_caller_sends_is_mentioned() -> None:
    decisions = decided(SIMPLE, *(call(parameters=sent) for sent in ({"A": ""}, {"A": "$A"}, {"A": "1"}, {})))
    plan = plan_config(SIMPLE, decisions, decisions)
    assert plan is not None
    told = [[note.code for note in plan_notes(SIMPLE, plan, decision)] for decision in decisions]
    assert told == [["empty-is-unset"], ["empty-is-unset"], [], []]
