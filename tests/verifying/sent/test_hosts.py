"""A v2 call in a file that its service refuses, or in text of which nobody knows what runs it, is not proved."""

from __future__ import annotations

import pytest

from codemods.places.variables import given_at
from migrator.model import Verdict
from migrator.syntax.text.source import Source
from tests.verifying.support import V1, V2, checked, compared, files, migrated, report, told
from tests.verifying.test_v2_check import CONFIG

WORKFLOW = ".github/workflows/publish.yml"
TEXT = """\
on: [workflow_dispatch]
jobs:
  trigger:
    runs-on: ubuntu-latest
    steps:
      - name: Trigger
        run: |
          CALL
"""
BODY = '{"branch": "main", "parameters": {"run_job": "deploy"}}'
CALL = f"curl -u $T: --json '{BODY}' {V2}"
OLD_CALL = f"curl -u $T: -d build_parameters[CIRCLE_JOB]=deploy {V1}/tree/main"
BROKEN = {
    "a colon is lost": ("run: |", "run |"),
    "a tab": ("        run", "\trun"),
    "an open bracket": ("[workflow_dispatch]", "[workflow_dispatch"),
}


def _told(content: dict[str, str]) -> list[str]:
    return [line for call in checked(content).calls for line in told(call.proofs)]


def _with(text: str, call: str) -> dict[str, str]:
    return {**files(CONFIG), WORKFLOW: text.replace("CALL", call)}


def test_a_workflow_is_read() -> None:
    found = checked(_with(TEXT, CALL))
    assert [proof.verdict for call in found.calls for proof in call.proofs] == [Verdict.PROVED]
    assert not found.problems


@pytest.mark.parametrize("name", BROKEN)
def test_a_workflow_that_is_no_yaml(name: str) -> None:
    broken = TEXT.replace(*BROKEN[name])
    now = _with(broken, CALL)
    assert _told(now) == ["run_job=deploy: unknown: what runs this text is not known, nor how it quotes"]
    for found in (checked(now), compared(_with(TEXT, OLD_CALL), now)):
        assert [(each.path, each.note.code) for each in found.problems] == [(WORKFLOW, "unparsable")]
        assert found.worst() is not Verdict.PROVED
    assert [each.note.code for each in report(_with(broken, OLD_CALL)).problems] == ["unparsable"]


def test_what_a_template_engine_makes_is_no_yaml_yet() -> None:
    text = "{% raw %}\n" + TEXT.replace("run: |", "run |")
    assert not checked(_with(text, CALL)).problems


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("notes.txt", f"{CALL}\n"),
        ("what/ever.yml", f"go: |\n  {CALL}\n"),
        (WORKFLOW, TEXT.replace("run: |", "shell: pwsh\n        run: |").replace("CALL", CALL)),
    ],
)
def test_text_that_nobody_knows_to_run(path: str, text: str) -> None:
    (line,) = _told({**files(CONFIG), path: text})
    assert line.startswith("run_job=deploy: unknown: ")


_DEPLOY = "deploy: {docker: [{image: cimg/base:1}], steps: [checkout, run: make $STAGE]}"
STAGED = f"version: 2.1\njobs: {{{_DEPLOY}}}\nworkflows: {{}}\n"
STEP = """\
on: [workflow_dispatch]
env: {OUTER: "1"}
jobs:
  trigger:
    runs-on: ubuntu-latest
    steps:
      - env:
          T: ${{ secrets.T }}
          STAGE: ${{ inputs.stage }}
        run: CALL
"""
STAGE_CALL = f'curl -u "$T:" -d build_parameters[CIRCLE_JOB]=deploy -d "build_parameters[STAGE]=$STAGE" {V1}/tree/main'


def _of_workflow(text: str) -> tuple[dict[str, str], dict[str, str]]:
    old = {".circleci/config.yml": STAGED, WORKFLOW: text.replace("CALL", STAGE_CALL)}
    new = migrated(old)
    assert new != old
    return old, new


@pytest.mark.parametrize(
    ("good", "bad", "name"),
    [
        ("STAGE: ${{", "TAG: ${{", "$STAGE"),
        ("inputs.stage", "inputs.stag", "$STAGE"),
        ("          STAGE: ${{ inputs.stage }}\n", "", "$STAGE"),
        ("          T: ${{ secrets.T }}\n", "", "$T"),
    ],
)
def test_what_a_host_gives_otherwise_is_not_proved(good: str, bad: str, name: str) -> None:
    old, new = _of_workflow(STEP)
    assert [line for call in compared(old, new).calls for line in told(call.proofs)] == ["deploy: proved"]
    spoilt = {**new, WORKFLOW: new[WORKFLOW].replace(good, bad)}
    assert spoilt != new
    (call,) = compared(old, spoilt).calls
    assert told(call.proofs) == [f"deploy: unknown: {name} gets its value in another way than before"]


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ('OUTER: "1"', 'OUTER: "2"'),
        ("secrets.T", "secrets.PERSONAL"),
        (
            "          T: ${{ secrets.T }}\n          STAGE: ${{ inputs.stage }}",
            "          STAGE: ${{ inputs.stage }}\n          T: ${{ secrets.T }}",
        ),
    ],
)
def test_what_a_host_gives_besides_does_not_matter(good: str, bad: str) -> None:
    old, new = _of_workflow(STEP)
    (call,) = compared(old, {**new, WORKFLOW: new[WORKFLOW].replace(good, bad)}).calls
    assert [proof.verdict for proof in call.proofs] == [Verdict.PROVED]


@pytest.mark.parametrize(
    ("path", "text", "wanted"),
    [
        (WORKFLOW, STEP, {"OUTER": "1", "T": "${{ secrets.T }}", "STAGE": "${{ inputs.stage }}"}),
        (
            "a.yml",
            "variables: {A: x, B: y}\ngo:\n  variables: {A: z}\n  script: CALL\nother: {variables: {C: w}}",
            {"A": "z", "B": "y"},
        ),
        ("a.yml", "x: &x {environment: {A: b}}\ngo:\n  <<: *x\n  run: CALL", {"A": "b"}),
        ("a.yml", "go:\n  environment:\n    - A=b\n    - {B: c}\n  run: CALL", {"A": "b", "B": "c"}),
        ("a.yml", "kind: Job\nenv:\n  - name: A\n    value: b\nargs: [CALL]", {"A": "b"}),
        ("a.yml", "env: {A: b}\n---\nenv: {B: c}\nrun: CALL", {"B": "c"}),
        ("Dockerfile", "FROM x\nENV A=b\nRUN CALL\nENV B=c", {"A": "b"}),
        ("Makefile", "A ?= b\ngo:\n\tCALL\n", {"A": "b"}),
        ("a.sh", "A=b\nCALL", {}),
    ],
)
def test_what_a_host_gives(path: str, text: str, wanted: dict[str, str]) -> None:
    assert given_at(Source(path, text), text.index("CALL")) == wanted


LOOP = (
    'for job in deploy scan; do\n  curl -u $T: --json \'{"parameters": {"run_job": "\'$NAME\'"}}\' ' + V2 + "\ndone\n"
)


@pytest.mark.parametrize(
    ("name", "head", "slips"),
    [("job", "", False), ("JOB", "", True), ("JOB", "job=$JOB\n", False), ("JOB", "JOB=deploy\n", False)],
)
def test_a_variable_that_is_called_almost_alike(name: str, head: str, slips: bool) -> None:
    lines = _told(files(CONFIG, go=head + LOOP.replace("NAME", name)))
    assert any("nothing sets `$JOB` here, and the script sets `$job`" in line for line in lines) is slips, lines


def test_a_variable_of_make_that_gets_another_value_is_not_proved() -> None:
    call = STAGE_CALL.replace("$STAGE", "$(STAGE)").replace("$T", "$$T")
    old = {".circleci/config.yml": STAGED, "Makefile": f"STAGE ?= $(shell date)\nOTHER = x\n\ngo:\n\t{call}\n"}
    new = migrated(old)
    (call_,) = compared(old, {**new, "Makefile": new["Makefile"].replace("= x", "= y")}).calls
    assert told(call_.proofs) == ["deploy: proved"]
    (call_,) = compared(old, {**new, "Makefile": new["Makefile"].replace("$(shell date)", "latest")}).calls
    assert told(call_.proofs) == ["deploy: unknown: $STAGE gets its value in another way than before"]


def test_a_token_that_stood_in_the_query_and_is_not_given_any_more() -> None:
    query = STAGE_CALL.replace('-u "$T:" ', "").replace(f"{V1}/tree/main", f'"{V1}/tree/main?circle-token=$T"')
    old = {".circleci/config.yml": STAGED, WORKFLOW: STEP.replace("CALL", query)}
    new = migrated(old)
    (call,) = compared(old, new).calls
    assert told(call.proofs) == ["deploy: proved"]
    (call,) = compared(old, {**new, WORKFLOW: new[WORKFLOW].replace("          T: ${{ secrets.T }}\n", "")}).calls
    assert told(call.proofs) == ["deploy: unknown: $T gets its value in another way than before"]


def _by_hand(kind: str) -> dict[str, str]:
    config = f"""\
version: 2.1
parameters:
  deploy: {{type: boolean, default: false}}
  dry: {{type: {kind}, default: {"false" if kind == "boolean" else '"false"'}}}
jobs:
  deploy:
    docker: [{{image: cimg/base:1}}]
    environment: {{STAGE: << pipeline.parameters.dry >>}}
    steps: [checkout, run: make $STAGE]
workflows:
  deploy: {{when: << pipeline.parameters.deploy >>, jobs: [deploy]}}
"""
    sent = "false" if kind == "boolean" else '"false"'
    body = f'{{"branch": "main", "parameters": {{"deploy": true, "dry": {sent}}}}}'
    return {".circleci/config.yml": config, "go.sh": f"#!/bin/bash\ncurl -u $T: --json '{body}' {V2}\n"}


@pytest.mark.parametrize(
    ("kind", "wanted"), [("string", "deploy: proved"), ("boolean", "deploy: unknown: STAGE comes")]
)
def test_a_boolean_in_the_environment(kind: str, wanted: str) -> None:
    old = {".circleci/config.yml": STAGED, "go.sh": "#!/bin/bash\n" + STAGE_CALL.replace("$STAGE", "false") + "\n"}
    (call,) = compared(old, _by_hand(kind)).calls
    assert told(call.proofs)[0].startswith(wanted), told(call.proofs)


def test_a_variable_of_the_shell_with_one_dollar_in_a_recipe_is_not_proved() -> None:
    call = STAGE_CALL.replace("$STAGE", "$(STAGE)").replace("$T", "$$T")
    old = {".circleci/config.yml": STAGED, "Makefile": f"STAGE = x\n\ngo:\n\t{call}\n"}
    new = migrated(old)
    (call_,) = compared(old, {**new, "Makefile": new["Makefile"].replace("$$T", "$TOKEN")}).calls
    (line,) = told(call_.proofs)
    assert line == "deploy: unknown: make reads `$TOKEN` as `$(T)OKEN`; write `$$TOKEN` for the shell's variable"
