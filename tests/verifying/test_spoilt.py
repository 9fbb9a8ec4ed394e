"""Spoilt migrations: each change for the worse is noticed by `verify --against`, and by plain `verify` where it can."""

from __future__ import annotations

import pytest

from migrator.repository.roots import CONFIG_PATH
from tests.verifying.support import V1, checked, compared, faults, files, migrated

JOB = "{docker: [{image: cimg/base:2024.01}], steps: [checkout, {run: make}]}"
CONFIG = f"""
    version: 2.1
    jobs:
      build: {JOB}
      test: {JOB}
      deploy:
        docker: [{{image: cimg/base:2024.01}}]
        steps:
          - checkout
          - run: ./deploy "$VERSION"
      release: {JOB}
    workflows:
      main:
        jobs:
          - build
          - deploy:
              requires: [build]
              filters: {{branches: {{only: main}}}}
      checks:
        jobs: [test]
      nightly:
        triggers: [{{schedule: {{cron: "0 0 * * *", filters: {{branches: {{only: main}}}}}}}}]
        jobs: [test]
    """
SHELL = f"""
    curl -u "$T:" -d build_parameters[CIRCLE_JOB]=deploy -d "build_parameters[VERSION]=$1" {V1}/tree/main
    curl -u "$T:" -d build_parameters[CIRCLE_JOB]=release -d "tag=$2" {V1}
    """
PYTHON = f"""\
import os, requests

requests.post(
    "{V1}/tree/main",
    json={{"build_parameters": {{"CIRCLE_JOB": "deploy", "VERSION": os.environ["VERSION"]}}}},
    auth=(os.environ["T"], ""),
)
"""
OLD = {**files(CONFIG, go=SHELL), "go.py": PYTHON}
NEW = migrated(OLD)
CONF, SH, PY = CONFIG_PATH, "go.sh", "go.py"
NONE = "    when:\n      equal: [none, << pipeline.parameters.run_job >>]\n"
MAIN, CHECKS = f"  main:\n{NONE}", f"  checks:\n{NONE}"
DEPLOY = "    when:\n      equal: [deploy, << pipeline.parameters.run_job >>]\n"
VALUE = "      equal: [deploy, << pipeline.parameters.run_job >>]\n"
ENTRY = "      - deploy:\n          pre-steps:"
P = "<< pipeline.parameters.run_job >>"
TYPE = "-H 'Content-Type: application/json' "
RUN_TYPES = "    type: enum\n    enum: [none, deploy, release]\n    default: none\n"

BOTH = [
    ("guard of main missing", CONF, MAIN, "  main:\n"),
    ("guard of checks missing", CONF, CHECKS, "  checks:\n"),
    ("guard of main turned round", CONF, MAIN, MAIN.replace("when:", "unless:")),
    ("guard of main waits for a job", CONF, MAIN, MAIN.replace("[none,", "[deploy,")),
    ("guard of main misspelt", CONF, MAIN, MAIN.replace("[none,", "[non,")),
    ("guard of main empty", CONF, MAIN, MAIN.replace("[none,", '["",')),
    ("guard of checks by unless", CONF, CHECKS, f"  checks:\n    unless: {P}\n"),
    ("guard of checks by not", CONF, CHECKS, f"  checks:\n    when: {{not: {P}}}\n"),
    ("guard of checks always true", CONF, CHECKS, f"  checks:\n    when: {P}\n"),
    ("guard of checks true", CONF, CHECKS, "  checks:\n    when: true\n"),
    ("guard of another parameter", CONF, CHECKS, CHECKS.replace("run_job", "version")),
    ("guard of no parameter", CONF, CHECKS, CHECKS.replace("run_job", "run_jobs")),
    ("guard of a misspelt value", CONF, CHECKS, "  checks:\n    when: {equal: [main, << pipeline.git.brunch >>]}\n"),
    (
        "guard with or",
        CONF,
        CHECKS,
        f"  checks:\n    when: {{or: [{{equal: [none, {P}]}}, {{equal: [deploy, {P}]}}]}}\n",
    ),
    ("guard with matches", CONF, CHECKS, f"  checks:\n    when: {{matches: {{pattern: '.*', value: {P}}}}}\n"),
    ("guard without tag", CONF, CHECKS, "  checks:\n    when: {equal: [none, pipeline.parameters.run_job]}\n"),
    ("guard as expression, misspelt", CONF, CHECKS, '  checks:\n    when: pipeline.parameters.run_job == "non"\n'),
    ("guard with two keys", CONF, CHECKS, f"{CHECKS}    unless: false\n"),
    ("guard that does not parse", CONF, CHECKS, "  checks:\n    when: pipeline.parameters.run_job ==\n"),
    ("guard of one operand", CONF, CHECKS, f"  checks:\n    when: {{equal: [{P}]}}\n"),
    ("unknown operator", CONF, CHECKS, f"  checks:\n    when: {{equals: [none, {P}]}}\n"),
    ("default is a job", CONF, "default: none", "default: deploy"),
    ("default is another job", CONF, "default: none", "default: release"),
    ("default is no choice", CONF, "default: none", "default: nothing"),
    ("default missing", CONF, "    default: none\n", ""),
    ("choice missing", CONF, "[none, deploy, release]", "[none, release]"),
    ("choice misspelt", CONF, "[none, deploy, release]", "[none, deplyo, release]"),
    (
        "choice none missing",
        CONF,
        RUN_TYPES,
        RUN_TYPES.replace("[none, ", "[").replace("default: none", "default: deploy"),
    ),
    ("selector boolean", CONF, RUN_TYPES, "    type: boolean\n    default: false\n"),
    ("selector integer", CONF, RUN_TYPES, "    type: integer\n    default: 0\n"),
    ("selector of no type", CONF, RUN_TYPES, "    default: none\n"),
    ("selector renamed", CONF, "  run_job:\n", "  job:\n"),
    ("version renamed", CONF, "  version:\n", "  versoin:\n"),
    ("version boolean", CONF, '    type: string\n    default: ""\n', "    type: boolean\n    default: false\n"),
    ("version integer", CONF, '    type: string\n    default: ""\n', "    type: integer\n    default: 0\n"),
    ("version without default", CONF, '    type: string\n    default: ""\n', "    type: string\n"),
    ("workflow gone", CONF, DEPLOY, "    when: false\n"),
    ("workflow waits for another", CONF, DEPLOY, DEPLOY.replace("[deploy,", "[release,")),
    ("workflow waits for a misspelt job", CONF, DEPLOY, DEPLOY.replace("[deploy,", "[deplyo,")),
    ("workflow turned round", CONF, DEPLOY, DEPLOY.replace("when:", "unless:")),
    ("two workflows for one job", CONF, "  run-deploy:", f"  again:\n{DEPLOY}    jobs: [deploy]\n  run-deploy:"),
    ("two workflows for one value", CONF, "  run-deploy:", f"  again:\n{DEPLOY}    jobs: [test]\n  run-deploy:"),
    ("another job", CONF, ENTRY, ENTRY.replace("deploy:", "test:")),
    ("no such job", CONF, ENTRY, ENTRY.replace("deploy:", "deplyo:")),
    ("one more job", CONF, ENTRY, f"      - test\n{ENTRY}"),
    ("it waits for another", CONF, ENTRY, ENTRY.replace("deploy:", "deploy:\n          requires: [build]")),
    (
        "filter on another branch",
        CONF,
        ENTRY,
        ENTRY.replace("deploy:", "deploy:\n          filters: {branches: {only: x}}"),
    ),
    (
        "filter without main",
        CONF,
        ENTRY,
        ENTRY.replace("deploy:", "deploy:\n          filters: {branches: {ignore: main}}"),
    ),
    ("an approval", CONF, ENTRY, ENTRY.replace("deploy:", "deploy:\n          type: approval")),
    ("a parameter that nothing reads", CONF, "<< pipeline.parameters.version >>", "< pipeline.parameters.version >"),
    ("a misspelt group of values", CONF, CHECKS, CHECKS.replace("pipeline.parameters", "pipeline.parameter")),
    ("a name without pipeline", CONF, CHECKS, CHECKS.replace("pipeline.parameters", "parameters")),
    ("an argument that the job has not", CONF, ENTRY, ENTRY.replace("deploy:", "deploy:\n          size: big")),
    ("no tags", CONF, "            tags:", "            branches:"),
    ("version 2", CONF, "version: 2.1", "version: 2"),
    ("parameters gone", CONF, "parameters:\n  run_job", "parameter:\n  run_job"),
    ("header gone", SH, TYPE, ""),
    ("header of a form", SH, "application/json", "application/x-www-form-urlencoded"),
    ("header misspelt", SH, "Content-Type:", "Content-Types:"),
    ("token gone", SH, '-u "$T:" ', ""),
    ("url-encoded", SH, "-d '{", "--data-urlencode '{"),
    ("multipart", SH, "-d '{", "-F '{"),
    ("into the query", SH, "curl ", "curl -G -X POST "),
    ("selector misspelt in the call", SH, '"run_job": "deploy"', '"run_jobs": "deploy"'),
    ("job misspelt in the call", SH, '"run_job": "deploy"', '"run_job": "deplyo"'),
    ("parameter misspelt in the call", SH, '"version":', '"versoin":'),
    ("bare value", SH, """"'"$1"'"}""", """'"$1"'}"""),
    ("number", SH, """"'"$1"'"}""", "1}"),
    ("unknown field", SH, '"branch": "main"', '"branches": "main"'),
    ("revision as a field", SH, '"branch": "main"', '"revision": "abc"'),
    ("branch and tag", SH, '"branch": "main"', '"branch": "main", "tag": "v1"'),
    ("body of /pipeline at /pipeline/run", SH, "app/pipeline", "app/pipeline/run"),
    ("JSON broken", SH, '{"branch": "main", ', '{"branch": "main" '),
    ("parameters outside", SH, '"parameters": {"run_job": "deploy", ', '"run_job": "deploy", "parameters": {'),
    ("form in Python", PY, "json={", "data={"),
    ("JSON in JSON", PY, 'json={"branch"', 'json=str({"branch"'),
    ("token gone in Python", PY, '    auth=(os.environ["T"], ""),\n', ""),
    ("parameter misspelt in Python", PY, '"version":', '"versoin":'),
    ("branch of null in Python", PY, '"branch": "main"', '"branch": None'),
    ("a list in Python", PY, 'os.environ["VERSION"]', '[os.environ["VERSION"]]'),
    ("number in Python", PY, 'os.environ["VERSION"]', 'len(os.environ["VERSION"])'),
    ("null in Python", PY, 'os.environ["VERSION"]', 'os.environ.get("VERSION")'),
    ("job misspelt in Python", PY, '"run_job": "deploy"', '"run_job": "deplyo"'),
]
"""What both notice: name, file, what stands there, what is put in its place."""

AGAINST = [
    ("context", CONF, ENTRY, ENTRY.replace("deploy:", "deploy:\n          context: secrets")),
    ("another name", CONF, ENTRY, ENTRY.replace("deploy:", "deploy:\n          name: ship")),
    ("another step", CONF, "run: ./deploy", "run: ./ship"),
    ("a step gone", CONF, "      - checkout\n", ""),
    ("another image", CONF, "    docker: [{image: cimg/base:2024.01}]", "    docker: [{image: cimg/go:1.22}]"),
    ("another variable", CONF, "SENT_VERSION: <<", "SENT_VERSIONS: <<"),
    ("another parameter", CONF, "SENT_VERSION: << pipeline.parameters.version >>", "SENT_VERSION: v1"),
    ("workflow gone", CONF, "  checks:\n", "  check:\n"),
    ("ordinary job gone", CONF, "    jobs: [test]\n  nightly", "    jobs: [build]\n  nightly"),
    ("another filter", CONF, "filters: {branches: {only: main}}", "filters: {branches: {only: dev}}"),
    ("another requirement", CONF, "requires: [build]", "requires: [test]"),
    ("schedule changed", CONF, '"0 0 * * *"', '"0 1 * * *"'),
    ("schedule guarded", CONF, "  nightly:\n", "  nightly:\n    when: false\n"),
    ("another branch", SH, '"branch": "main"', '"branch": "dev"'),
    ("no branch", SH, '"branch": "main", ', ""),
    ("another job", SH, '"run_job": "deploy"', '"run_job": "release"'),
    ("no job", SH, '"run_job": "deploy", ', ""),
    ("idle", SH, '"run_job": "deploy"', '"run_job": "none"'),
    ("another value", SH, "$1", "$3"),
    ("constant value", SH, """'"$1"'""", "v1"),
    ("another tag", SH, "$2", "$3"),
    ("another project", SH, "gh/acme/app", "gh/acme/web"),
    ("another provider", SH, "gh/acme/app", "bb/acme/app"),
    ("parameter gone", PY, ', "version": os.environ["VERSION"]', ""),
    ("another variable in Python", PY, 'os.environ["VERSION"]', 'os.environ["OTHER"]'),
    ("another branch in Python", PY, '"branch": "main"', '"branch": "dev"'),
    ("call gone", PY, "requests.post(", "print("),
]
"""What only a comparison with the older revision can notice."""

HARMLESS = [
    ("workflow renamed", CONF, "  run-deploy:", "  ship-it:"),
    ("operands", CONF, f"[none, {P}]", f"[{P}, none]"),
    ("expression", CONF, CHECKS, '  checks:\n    when: pipeline.parameters.run_job == "none"\n'),
    (
        "not equal to each",
        CONF,
        CHECKS,
        f"  checks:\n    when: {{not: {{or: [{{equal: [deploy, {P}]}}, {{equal: [release, {P}]}}]}}}}\n",
    ),
    ("unless", CONF, CHECKS, f"  checks:\n    unless: {{not: {{equal: [none, {P}]}}}}\n"),
    ("one more choice", CONF, "deploy, release]", "deploy, release, later]"),
    ("a description", CONF, "    default: none\n", "    default: none\n    description: what to run\n"),
    ("a comment", CONF, "workflows:", "workflows:  # guarded"),
    ("a string selector", CONF, "    type: enum\n    enum: [none, deploy, release]\n", "    type: string\n"),
    ("--json", SH, f"{TYPE}-d ", "--json "),
    ("another header", SH, '-u "$T:"', '-H "Circle-Token: $T"'),
    ("encoded slug", SH, "gh/acme/app", "gh%2Facme%2Fapp"),
    ("keywords", PY, "requests.post(", "requests.request('POST', "),
]


def spoilt(name: str, path: str, good: str, bad: str) -> dict[str, str]:
    text = NEW[path].replace(good, bad)
    if name == "JSON in JSON":
        text = text.replace("}},\n", "}}),\n")
    assert text != NEW[path], f"{name}: nothing is spoilt"
    return {**NEW, path: text}


def test_what_the_tool_writes_is_right() -> None:
    assert {path for path in NEW if NEW[path] != OLD[path]} == {CONF, SH, PY}
    assert faults(checked(NEW)) == []
    assert faults(compared(OLD, NEW)) == []


@pytest.mark.parametrize("case", BOTH, ids=lambda case: case[0])
def test_both_notice(case: tuple[str, str, str, str]) -> None:
    content = spoilt(*case)
    assert faults(checked(content))
    assert faults(compared(OLD, content))


@pytest.mark.parametrize("case", AGAINST, ids=lambda case: case[0])
def test_the_comparison_notices(case: tuple[str, str, str, str]) -> None:
    assert faults(compared(OLD, spoilt(*case)))


@pytest.mark.parametrize("case", HARMLESS, ids=lambda case: case[0])
def test_what_is_right_stays_right(case: tuple[str, str, str, str]) -> None:
    content = spoilt(*case)
    assert faults(checked(content)) == []
    assert faults(compared(OLD, content)) == []
