"""A v2 call against the config that it starts: what is wrong is said in words that a person can act upon."""

from __future__ import annotations

import json

import pytest

from migrator.repository.roots import CONFIG_PATH
from tests.verifying.support import V1, V2, checked, files, migrated, told

CONFIG = """
    version: 2.1
    parameters:
      run_job: {type: enum, enum: [none, deploy, test], default: none}
      stage: {type: string, default: ""}
      count: {type: integer, default: 0}
      extra: {type: boolean, default: false}
    jobs:
      build: {docker: [{image: a}], steps: [checkout]}
      test: {docker: [{image: a}], steps: [checkout]}
      deploy:
        docker: [{image: a}]
        steps: [checkout, {run: echo << pipeline.parameters.stage >> << pipeline.parameters.count >>}]
    workflows:
      ci:
        when: {equal: [none, << pipeline.parameters.run_job >>]}
        jobs: [build]
      run-deploy:
        when: {equal: [deploy, << pipeline.parameters.run_job >>]}
        jobs: [deploy]
      run-test:
        when: {equal: [test, << pipeline.parameters.run_job >>]}
        jobs: [test]
      extra:
        when: << pipeline.parameters.extra >>
        jobs: [test]
    """
GUARD = "when: {equal: [none, << pipeline.parameters.run_job >>]}"
PUSH = "push to any branch: proved"


def verdicts(body: object, config: str = CONFIG, *, json_type: bool = True, raw: str = "") -> list[str]:
    header = "-H 'Content-Type: application/json'" if json_type else ""
    data = raw or f"'{json.dumps(body)}'"
    found = checked(files(config, call=f'curl -H "Circle-Token: $T" {header} -d {data} {V2}'))
    return [*(line for call in found.calls for line in told(call.proofs)), *told(list(found.ordinary))]


def test_a_right_call() -> None:
    assert verdicts({"branch": "main", "parameters": {"run_job": "deploy"}}) == ["run_job=deploy: proved", PUSH]
    assert verdicts({}) == ["pipeline: proved", PUSH]
    assert verdicts({"parameters": {"run_job": "none", "stage": "x"}}) == ["run_job=none: proved", PUSH]


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"run_jobs": "deploy"}, ["declares no pipeline parameter `run_jobs`", "did you mean `run_job`?"]),
        ({"run_job": "deplyo"}, ["enum, one of: none, deploy, test", '"deplyo"']),
        ({"run_job": True}, ["Type error", "expected type: enum"]),
        ({"run_job": "deploy", "stage": 3}, ["expected type: string", "type integer"]),
        ({"run_job": "deploy", "count": "3"}, ["expected type: integer", "type string"]),
        ({"run_job": "deploy", "extra": "true"}, ["expected type: boolean", "type string"]),
        ({"run_job": "deploy", "stage": "x" * 513}, ["longer than 512"]),
        ({"extra": True}, ["workflow ci runs besides extra", "give it a `when`"]),
    ],
)
def test_wrong_parameters(parameters: dict[str, object], words: list[str]) -> None:
    line, _ = verdicts({"branch": "main", "parameters": parameters})
    assert ": differs: " in line
    assert all(word in line for word in words), line


def test_a_body_that_is_not_declared_to_be_json() -> None:
    line, _ = verdicts({"parameters": {"run_job": "deploy"}}, json_type=False)
    assert "differs: the request has no `Content-Type: application/json`" in line


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (f"{GUARD}\n", "\n", ["workflow ci runs besides deploy"]),
        ("equal: [deploy,", "equal: [deploi,", ["nothing runs, and v2 still answers 201"]),
        ("jobs: [deploy]", "jobs: [test]", ["job deploy does not run, but test"]),
        ("jobs: [deploy]", "jobs: [deploy, test]", ["job test of workflow run-deploy runs besides deploy"]),
        ("jobs: [deploy]", "jobs: [{deploy: {filters: {branches: {only: dev}}}}]", ["nothing runs"]),
        ("jobs: [deploy]", "jobs: [deplo]", ["the pipeline fails", "deplo"]),
    ],
)
def test_a_wrong_config(before: str, after: str, words: list[str]) -> None:
    assert before in CONFIG
    line = verdicts({"branch": "main", "parameters": {"run_job": "deploy"}}, CONFIG.replace(before, after))[0]
    assert ": differs: " in line
    assert all(word in line for word in words), line


BESIDE = "workflow ci runs besides deploy: give it a `when` (or extend the one it has) that holds only while"


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        # The ordinary workflow holds the job too: it lacks a guard, the job is not to be taken out of it.
        (f"{GUARD}\n        jobs: [build]", "jobs: [build, {deploy: {requires: [build]}}]", BESIDE),
        (f"{GUARD}\n        jobs: [build]", "jobs: [deploy]", BESIDE),
        # Whether it runs depends on the branch that is built.
        (
            f"{GUARD}\n        jobs: [build]",
            "jobs: [{build: {filters: {branches: {only: x}}}}]",
            "unknown: workflow ci runs besides deploy if pipeline.git.branch",
        ),
        # Two workflows wait for one value.
        ("equal: [test,", "equal: [deploy,", "workflow run-test runs besides deploy"),
        (
            "      extra:\n        when",
            f"      again: {{{GUARD.replace('none', 'deploy')}, jobs: [deploy]}}\n      extra:\n        when",
            "job deploy runs once in each of the workflows again and run-deploy",
        ),
    ],
)
def test_what_runs_besides(before: str, after: str, words: str) -> None:
    assert before in CONFIG
    line = verdicts({"parameters": {"run_job": "deploy"}}, CONFIG.replace(before, after))[0]
    assert words in line


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        (
            "default: none",
            "default: deploy",
            "workflow ci: differs: no push runs it: it waits for `run_job` to be `none`",
        ),
        (
            GUARD,
            "unless: << pipeline.parameters.run_job >>",
            "workflow ci: differs: it never runs: `run_job` cannot be empty",
        ),
        (GUARD, "when: {not: << pipeline.parameters.run_job >>}", "workflow ci: differs: it never runs"),
        (GUARD, "when: {equal: [non, << pipeline.parameters.run_job >>]}", "workflow ci: differs: it never runs"),
        (GUARD, "when: pipeline.parameters.run_job == 'none'", ""),
        (GUARD, 'when: pipeline.parameters.run_job == "non"', "workflow ci: differs: it never runs"),
        (
            "{type: enum, enum: [none, deploy, test], default: none}",
            "{type: enum, enum: [none, deploy, test, nightly], default: test}",
            "workflow ci: unknown: no push runs it",
        ),
        (
            "jobs: [build]",
            "jobs: [{build: {filters: 'pipeline.git.brunch == \"main\"'}}]",
            "did you mean `pipeline.git.branch`?",
        ),
        (
            "steps: [checkout]}\n      test",
            "steps: [{run: 'echo << pipeline.git.revison >>'}]}\n      test",
            "value pipeline.git.revison: differs",
        ),
        (
            "steps: [checkout]}\n      test",
            "steps: [{run: 'echo << pipeline.git.zone >>'}]}\n      test",
            "value pipeline.git.zone: unknown",
        ),
        ("steps: [checkout]}\n      test", "steps: [{run: 'echo << pipeline.event.brand.new >>'}]}\n      test", ""),
        ("steps: [checkout]}\n      test", "steps: [{run: 'echo \\<< pipeline.git.brunch >>'}]}\n      test", ""),
        (
            "jobs: [build]",
            "jobs: [build, {test: {filters: << pipeline.parameters.stag >>}}]",
            "parameter stag: differs",
        ),
    ],
)
def test_what_the_config_shows_alone(before: str, after: str, wanted: str) -> None:
    assert before in CONFIG
    _, *lines = verdicts({"branch": "main", "parameters": {"run_job": "test"}}, CONFIG.replace(before, after, 1))
    wrong = [line for line in lines if not line.endswith(": proved")]
    assert any(wanted in line for line in wrong) if wanted else not wrong, lines


def test_a_default_that_is_a_job_and_meant_to_be() -> None:
    """Where every value is a job, a push runs the one of the default."""
    config = CONFIG.replace("none, deploy, test], default: none", "build, deploy, test], default: build")
    config = config.replace(GUARD, GUARD.replace("none", "build"))
    assert verdicts({"parameters": {"run_job": "build"}}, config) == ["run_job=build: proved", PUSH]
    assert verdicts({"parameters": {"run_job": "deploy"}}, config) == ["run_job=deploy: proved", PUSH]


def test_a_default_that_no_call_sends_is_what_pushes_are_for() -> None:
    config = CONFIG.replace("none, deploy, test], default: none", "build, deploy, nightly], default: build")
    config = config.replace(GUARD, GUARD.replace("none", "build")).replace("equal: [test,", "equal: [nightly,")
    assert verdicts({"parameters": {"run_job": "deploy"}}, config) == ["run_job=deploy: proved", PUSH]


def test_an_approval_is_no_job() -> None:
    waiting = CONFIG.replace("jobs: [deploy]", "jobs: [{deploy: {type: approval}}]")
    assert "job deploy does not run" in verdicts({"parameters": {"run_job": "deploy"}}, waiting)[0]


def test_what_nothing_reads() -> None:
    config = CONFIG.replace("<< pipeline.parameters.stage >>", "stage")
    line = verdicts({"parameters": {"run_job": "deploy", "stage": "x"}}, config)[0]
    assert line == "run_job=deploy: unknown: `stage` is sent, and nothing in the config reads it"


def test_a_doubt_hides_no_fault() -> None:
    found = checked(files(CONFIG.replace(f"{GUARD}\n", "\n"), call=f"curl --json '{_BODY}' {V2}"))
    (line,) = [line for call in found.calls for line in told(call.proofs)]
    assert line.startswith("run_job=deploy: differs: workflow ci runs besides deploy")


_BODY = json.dumps({"branch": "main", "parameters": {"run_job": "deploy"}})


def test_a_string_whose_default_is_not_empty() -> None:
    config = CONFIG.replace("{type: enum, enum: [none, deploy, test], default: none}", "{type: string, default: none}")
    config = config.replace(GUARD, "unless: << pipeline.parameters.run_job >>")
    line = verdicts({"parameters": {"run_job": "deploy"}}, config)[-1]
    assert line.startswith("workflow ci: differs: no push runs it: its guard holds only while `run_job` is empty")


def test_a_switch_that_is_on_is_right() -> None:
    config = CONFIG.replace("{type: boolean, default: false}", "{type: boolean, default: true}")
    config = config.replace("when: << pipeline.parameters.extra >>", "unless: << pipeline.parameters.extra >>")
    assert verdicts({"parameters": {"run_job": "deploy"}}, config) == ["run_job=deploy: proved", PUSH]


def test_what_is_proved_is_spelt_out() -> None:
    call = f"curl -u $T: --json '{json.dumps({'branch': 'main', 'parameters': {'run_job': 'deploy'}})}' {V2}"
    found = checked(files(CONFIG, call=call))
    assert [proof.claim for proof in found.proofs()] == [
        "it starts deploy of workflow run-deploy and nothing else",
        "something runs",
    ]


def test_jobs_that_belong_to_the_selected_one_are_no_company() -> None:
    chain = CONFIG.replace(
        "jobs: [deploy]", "jobs: [build, {deploy: {requires: [build]}}, {test: {requires: [deploy]}}]"
    )
    assert verdicts({"branch": "main", "parameters": {"run_job": "deploy"}}, chain)[0] == "run_job=deploy: proved"


def test_a_tag_needs_a_filter() -> None:
    line, _ = verdicts({"tag": "v1", "parameters": {"run_job": "deploy"}})
    assert "nothing runs for a tag: give the jobs of its workflow `filters: tags`" in line
    tagged = CONFIG.replace("jobs: [deploy]", "jobs: [{deploy: {filters: {tags: {only: /.*/}}}}]")
    assert verdicts({"tag": "v1", "parameters": {"run_job": "deploy"}}, tagged)[0] == "run_job=deploy: proved"


def test_every_value_is_tried() -> None:
    body = """'{"branch": "main", "parameters": {"run_job": "'"$1"'"}}'"""
    assert verdicts(None, raw=body) == ["run_job=deploy: proved", "run_job=test: proved", PUSH]
    wrong = CONFIG.replace("equal: [test,", "equal: [tset,")
    lines = verdicts(None, wrong, raw=body)
    assert [line.partition(": ")[2][:7] for line in lines] == ["proved", "differs", "proved", "differs"]
    assert lines[-1] == "workflow run-test: differs: it never runs: `run_job` cannot be `tset`; correct its guard"


def test_a_selector_that_takes_any_text() -> None:
    loose = CONFIG.replace("{type: enum, enum: [none, deploy, test], default: none}", "{type: string, default: none}")
    lines = verdicts(None, loose, raw="""'{"branch": "main", "parameters": {"run_job": "'"$1"'"}}'""")
    assert lines[:2] == ["run_job=deploy: proved", "run_job=test: proved"]
    assert lines[2].startswith("run_job=any other: unknown: for any other value of `run_job` nothing runs")
    assert "did you mean deploy?" in verdicts({"parameters": {"run_job": "deplyo"}}, loose)[0]


def test_a_branch_that_only_the_run_shows() -> None:
    filtered = CONFIG.replace("jobs: [deploy]", "jobs: [{deploy: {filters: {branches: {only: dev}}}}]")
    lines = verdicts(None, filtered, raw="""'{"branch": "'$1'", "parameters": {"run_job": "deploy"}}'""")
    assert lines[0].startswith("run_job=deploy: unknown: something runs only if")


def test_a_push_that_runs_nothing() -> None:
    guarded = CONFIG.replace("equal: [none,", "equal: [nothing,")
    *_, push, guard = verdicts({"branch": "main", "parameters": {"run_job": "deploy"}}, guarded)
    assert push.startswith("push to any branch: differs: nothing runs")
    assert guard == "workflow ci: differs: it never runs: `run_job` cannot be `nothing`; correct its guard"


def test_other_projects_are_not_judged() -> None:
    post = "curl -X POST -u $T:"
    found = checked(files(CONFIG, call=f"{post} {V2.replace('app', 'other')}\n{post} {V2.replace('app', '$X')}"))
    lines = [line for call in found.calls for line in told(call.proofs)]
    assert lines[0].startswith("pipeline: unknown: there is no .circleci/config.yml of gh/acme/other at hand")
    assert lines[1] == "pipeline: unknown: if gh/acme/$X is this project, which cannot be seen: all is well"
    assert told(list(found.ordinary)) == [PUSH]


def test_a_setup_config_is_not_judged() -> None:
    assert (
        "unknown: the config is a setup config"
        in verdicts({}, CONFIG.replace("version: 2.1", "version: 2.1\n    setup: true"))[0]
    )


_WITHOUT = "version: 2.1\njobs: {deploy: {docker: [{image: a}], steps: [checkout]}}\n"
_SCHEDULED = "{triggers: [{schedule: {cron: '0 0 * * *', filters: {branches: {only: main}}}}], jobs: [deploy]}"


_TAGS = "{jobs: [{deploy: {filters: {branches: {ignore: /.*/}, tags: {only: /v.*/}}}}]}"
_TIMED = "{when: {equal: [scheduled_pipeline, << pipeline.trigger_source >>]}, jobs: [deploy]}"
_SERVED = [
    f"workflows:\n  release: {_TAGS}\n",
    f"workflows:\n  nightly: {_TIMED}\n",
    "",
    f"workflows:\n  nightly: {_SCHEDULED}\n",
    "workflows:\n  off: {when: false, jobs: [deploy]}\n",
]


@pytest.mark.parametrize("workflows", _SERVED, ids=["tags", "timed", "none", "scheduled", "switched-off"])
def test_a_config_that_no_push_was_meant_for_is_right(workflows: str) -> None:
    new = migrated(
        files(_WITHOUT + workflows, go=f"curl -u $T: -d build_parameters[CIRCLE_JOB]=deploy {V1}/tree/main\n")
    )
    assert told(list(checked(new).ordinary)) == [PUSH]
    if _TAGS in workflows or _TIMED in workflows:
        return  # what is wrong besides is not seen there
    second = new[CONFIG_PATH].replace(
        "  run-deploy:", "  usual: {when: {equal: [deploy, x]}, jobs: [deploy]}\n  run-deploy:"
    )
    second = second.replace("[deploy, x]", "[deploy, << pipeline.parameters.run_job >>]")
    assert second != new[CONFIG_PATH]
    assert "differs: nothing runs" in told(list(checked({**new, CONFIG_PATH: second}).ordinary))[0]


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        (
            "{branches: {only: /(?!main).*/}}",
            "pattern (?!main).*: unknown: CircleCI's compiler",
        ),
        ("{tags: {only: '/v.*/'}}", ""),
        ("'pipeline.git.branch matches /(a)\\1/'", "a back-reference"),
    ],
)
def test_patterns_that_the_compiler_may_refuse(filters: str, wanted: str) -> None:
    """Also where all callers are on v2 already: then nothing else looks at the config."""
    config = CONFIG.replace("jobs: [build]", f"jobs: [{{build: {{filters: {filters}}}}}]")
    lines = [line for line in verdicts({"parameters": {"run_job": "deploy"}}, config) if line.startswith("pattern ")]
    assert [wanted in line for line in lines] == ([True] if wanted else [])


@pytest.mark.parametrize("ref", ["refs/heads/main", "refs/tags/v1", "$GITHUB_REF"])
def test_the_full_name_of_a_ref_is_not_proved(ref: str) -> None:
    body = json.dumps({"branch": ref, "parameters": {"run_job": "deploy"}}).replace('"', '\\"')
    (line, _) = verdicts(None, raw=f'"{body}"')
    assert line.startswith(f"run_job=deploy: unknown: the branch is `{ref}`, the full name of a ref")


def test_a_branch_that_only_looks_like_a_ref_is_fine() -> None:
    assert verdicts({"branch": "refs-x", "parameters": {"run_job": "deploy"}}) == ["run_job=deploy: proved", PUSH]


TRUTH = """
    version: 2.1
    parameters: {tenant: {type: string, default: ""}}
    jobs: {build: {docker: [{image: a}], steps: [checkout]}, seed: {docker: [{image: a}], steps: [checkout]}}
    workflows:
      ci: {unless: << pipeline.parameters.tenant >>, jobs: [build]}
      seed: {when: << pipeline.parameters.tenant >>, jobs: [seed]}
    """


@pytest.mark.parametrize(
    ("head", "wanted"),
    [
        ("", "tenant=any other: unknown: `tenant` is `$t`, and where that is empty an ordinary pipeline starts"),
        ('[ -n "$t" ] || exit 1', "tenant=any other: proved"),
    ],
)
def test_a_workflow_that_any_value_asks_for(head: str, wanted: str) -> None:
    call = f"""{head}
curl -H "Circle-Token: $T" --json '{{"parameters": {{"tenant": "'"$t"'"}}}}' {V2}"""
    found = checked(files(TRUTH, call=call))
    (line,) = [line for call in found.calls for line in told(call.proofs)]
    assert line.startswith(wanted)


_ENUM = """
    version: 2.1
    parameters: {to: {type: enum, enum: [nowhere, staging, prod], default: nowhere}}
    jobs:
      lint: {docker: [{image: a}], steps: [checkout]}
      ship: {docker: [{image: a}], steps: [checkout]}
    workflows:
      lint: {when: {equal: [nowhere, << pipeline.parameters.to >>]}, jobs: [lint]}
      staging: {when: {equal: [staging, << pipeline.parameters.to >>]}, jobs: [ship]}
      prod: {when: {equal: [prod, << pipeline.parameters.to >>]}, jobs: [ship]}
    """
_SHIP = (
    "curl -H 'Content-Type: application/json' -H \"Circle-Token: $T\" "
    f"""-d '{{"branch": "main", "parameters": {{"to": "'"$t"'"}}}}' {V2}\n"""
)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("t=$1\ncase $t in staging|prod) ;; *) exit 2 ;; esac\n", ["to=staging: proved", "to=prod: proved"]),
        ("set -eu\nt=$1\ncase $t in prod) echo hm ;; *) echo no; exit 2 ;; esac\n", ["to=prod: proved"]),
        ("t=$1\ncase $t in old) exit 1 ;; 'prod') ;; *) exit 2 ;; esac\n", ["to=prod: proved"]),
        ('t=$1\nif [ "$t" != staging ] && [ $t != prod ]; then exit; fi\n', ["to=staging: proved", "to=prod: proved"]),
        ('t=$1\n[[ $t == prod || "$t" == staging ]] || exit 1\n', ["unknown"]),
        ('t=$1\n[ "$t" = prod ] || [ "$t" = staging ] || exit 1\n', ["to=prod: proved", "to=staging: proved"]),
        (
            "t=$1\ncase $t in staging|production) ;; *) exit 2 ;; esac\n",
            ["to=staging: proved", "to=production: differs"],
        ),
        ("t=${1:-production}\n", ["to=production: differs", "unknown"]),
        ("t=$1\n", ["unknown"]),
        ("t=$1\ncase $t in staging|prod) ;; *) echo careful ;; esac\n", ["unknown"]),
        ("t=$1\ncase $t in s*) ;; *) exit ;; esac\n", ["unknown"]),
        ("t=$1\ncase $t in staging|prod) ;; *) exit 2 ;; esac\nt=$2\n", ["unknown"]),
        ("t=$1\nshift\ncase $t in prod) ;; *) exit 2 ;; esac\n", ["unknown"]),
    ],
)
def test_the_values_that_a_script_leaves_to_a_call_are_what_counts(script: str, expected: list[str]) -> None:
    (call,) = checked(files(_ENUM, ship=f"{script}{_SHIP}")).calls
    lines = told(list(call.proofs))
    assert len(lines) == len(expected)
    assert all(word in line for word, line in zip(expected, lines, strict=True))
    unknown = [line for line in lines if "unknown" in line]
    assert all("v2 refuses the call for anything but nowhere, staging, prod" in line for line in unknown)


@pytest.mark.parametrize("group", ["parameter", "params", "param"])
def test_a_group_of_values_that_there_is_not(group: str) -> None:
    config = _ENUM.replace("[prod, << pipeline.parameters.to", f"[prod, << pipeline.{group}.to")
    (call,) = checked(files(config, ship=_SHIP.replace("'\"$t\"'", "prod"))).calls
    assert told(list(call.proofs))[0].startswith("to=prod: differs: the pipeline fails")
    assert f"Unknown variable(s): pipeline.{group}.to" in told(list(call.proofs))[0]
