"""Callers inside configs: every place and every YAML style in which a step can hold one."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING, Any

import pytest

from migrator.model import Status
from migrator.syntax.yaml import load
from tests.test_cases import look, write

if TYPE_CHECKING:
    from tests.conftest import MakeRepository

SLUG = "$CIRCLE_PROJECT_USERNAME/$CIRCLE_PROJECT_REPONAME"
URL = f"https://circleci.com/api/v1.1/project/github/{SLUG}/tree/$CIRCLE_BRANCH"
CALL = f"curl -u $T{{}} -d build_parameters[CIRCLE_JOB]=deploy {URL}"
PLAIN = CALL.format("")
BODY = f"""\
curl -u "$T:" \\
  -d 'build_parameters[CIRCLE_JOB]=deploy' \\
  -d "build_parameters[WHO]=$WHO" \\
  {URL}
"""
DEPLOY = """\
  deploy:
    docker: [{image: "cimg/base:2024.01"}]
    steps: [checkout, {run: make deploy}]
"""


def job(steps: str, version: str = "2.1") -> str:
    """A config whose job `build` has the steps."""
    head = f"version: {version}\njobs:\n  build:\n    docker:\n      - image: cimg/base:2024.01\n    steps:\n"
    return head + textwrap.indent(steps, "      ") + DEPLOY


def block(header: str, text: str = BODY, indent: str = "    ") -> str:
    """A block scalar with its header."""
    return f"{header}\n{textwrap.indent(text, indent)}"


CONFIGS = {
    "string": job(f"- run: {PLAIN}\n"),
    "string-single-quoted": job(f"- run: '{PLAIN}'\n"),
    "string-double-quoted": job('- run: "' + PLAIN.replace("$T", '\\"$T:\\"') + '"  # now\n'),
    "string-over-lines": job(f"- run: curl -u $T -d build_parameters[CIRCLE_JOB]=deploy\n    {URL}\n"),
    "literal-string": job(block("- run: |")),
    "literal-string-kept": job(block("- run: |+") + "\n- checkout\n"),
    "literal-string-stripped": job(block("- run: |-")),
    "literal-with-indicator": job(block("- run: |2", BODY, "    ")),
    "folded": job(block("- run: >", f"echo a\n\n{PLAIN}\n")),
    "map": job(block("- run:\n    name: go\n    command: |", BODY, "      ")),
    "map-plain": job(f"- run: {{name: go, command: '{PLAIN}'}}\n"),
    "list-of-steps-in-flow": job("- checkout\n").replace(
        "    steps:\n      - checkout\n", f"    steps: [checkout, {{run: '{PLAIN}'}}]\n", 1
    ),
    "version-2": job(block("- run: |", f"cat <<EOF > x\n$A\nEOF\n{BODY}"), "2"),
    "deploy-step": job(block("- deploy: |"), "2.0"),
    "inside-when": job("- when:\n    condition: true\n    steps:\n      - run: |\n" + textwrap.indent(BODY, " " * 10)),
    "command": job("- start\n")
    + "commands:\n  start:\n    steps:\n      - run:\n          command: |\n"
    + textwrap.indent(BODY, " " * 12),
    "command-with-parameters": job("- start: {branch: main}\n")
    + "commands:\n  start:\n    parameters:\n      branch: {type: string}\n    steps:\n      - run: |\n"
    + textwrap.indent(BODY.replace("$CIRCLE_BRANCH", "<< parameters.branch >>"), " " * 10),
    "inline-orb": job("- tools/start\n")
    + "orbs:\n  tools:\n    commands:\n      start:\n        steps:\n          - run: |\n"
    + textwrap.indent(BODY, " " * 14),
    "anchored-step": "steps-we-share:\n  - &start\n    run: |\n"
    + textwrap.indent(BODY, " " * 6)
    + job("- *start\n- checkout\n- *start\n", "2"),
    "anchored-steps": job("- checkout\n", "2").replace(
        "    steps:\n      - checkout\n",
        "    steps: &steps\n      - checkout\n      - run: |\n" + textwrap.indent(BODY, " " * 10),
    )
    + "  other:\n    docker: [{image: x}]\n    steps: *steps\n",
    "merged-job": "defaults: &defaults\n  docker: [{image: x}]\n  steps:\n    - run: |\n"
    + textwrap.indent(BODY, " " * 8)
    + "version: 2\njobs:\n  build:\n    <<: *defaults\n"
    + DEPLOY,
    "tabs-and-comments": job(block("- run: |  # start it", f"# here\n\tif true; then\n\t{PLAIN}  # really\n\tfi\n")),
    "windows": job(block("- run: |")).replace("\n", "\r\n"),
    "no-final-newline": job("- checkout\n") + "  last:\n    docker: [{image: x}]\n    steps:\n      - run: " + PLAIN,
    "with-a-byte-order-mark": "\ufeff" + job(block("- run: |")),
    "not-ascii": job(block("- run: |", f"echo 'é 🎉'\n{BODY}")),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_a_caller_in_a_config_is_rewritten(name: str, make_repository: MakeRepository, circleci_schema: Any) -> None:
    root = make_repository({".circleci/config.yml": CONFIGS[name]}, remote="https://github.com/acme/app.git")
    report = look(root)
    assert [(o.status, o.notes) for o in report.outcomes if o.status is not Status.SAFE] == []
    assert len(report.outcomes) == 1
    assert all(outcome.proofs for outcome in report.outcomes)
    write(report, root)
    after = (root / ".circleci/config.yml").read_bytes().decode()
    assert "v1.1" not in after
    assert after.startswith("\ufeff") == CONFIGS[name].startswith("\ufeff")
    assert ("\r\n" in after) == ("\r\n" in CONFIGS[name])
    assert after.count("\n") == after.count("\r\n") or "\r\n" not in after
    circleci_schema.validate(json.loads(json.dumps(load(after.removeprefix("\ufeff")))))
    again = look(root)
    assert not again.outcomes
    assert not again.changes
