"""Which deploy scripts can run in a job of their own without what the earlier steps left behind."""

from __future__ import annotations

import json

import pytest

from codemods.config.deploy_script import needs
from codemods.config.nodes import step_sites
from codemods.config.rewrite import rewrite_config
from migrator.syntax.yaml import get, parse
from tests.config.support import plan


def _needs(script: str, *earlier: object) -> str | None:
    """JSON is YAML: the steps of a job, the last of them the deploy step."""
    text = json.dumps({"steps": [*earlier, {"deploy": {"command": script}}]})
    sites = list(step_sites(get(parse(text), "steps")))
    return needs(sites, sites[-1])


@pytest.mark.parametrize(
    "script",
    [
        "echo done",
        'curl -u "$T:" -d build_parameters[CIRCLE_JOB]=x "https://circleci.com/api/v1.1/project/github/a/b?x=*"',
        "curl -fsS -H 'Content-Type: application/json' -d '{\"a\": 1}' -o /dev/null https://x/y",
        'if [[ "$CIRCLE_BRANCH" == release-* ]]; then\n  curl x\nelse\n  printf "%s\\n" no >&2\nfi',
        'test -n "$A" || exit 0\n[ "$A" = b ] && date +%s > /dev/null 2>&1',
        'body=$(jq -n --arg v "$V" "{v: $v}")\ncurl -d "$body" x | jq -r .id',
        "call() { curl x; }\ncall\nfor i in a b; do call; sleep 1; done",
        "curl -d @- x <<'EOF'\n{}\nEOF\n",
        'read_id() { curl x; }; id=$(read_id); echo "$id"',
        "set -e; export A=1; unset B; true; wait",
        "case $CIRCLE_TAG in v*) echo tag;; *) echo none;; esac",
        "curl x < /dev/null",
    ],
)
def test_clean(script: str) -> None:
    assert _needs(script, "checkout", {"run": "make all"}) is None


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("./deploy", "./deploy"),
        ("bash deploy.sh", "bash"),
        ("source env.sh", "source"),
        (". ./env.sh", "."),
        ("git rev-parse HEAD", "git"),
        ("cat version", "cat"),
        ("cd dist && curl x", "cd"),
        ('"$TOOL" run', "$TOOL"),
        ("curl -d @body.json x", "curl"),
        ("curl --data-binary @body.json x", "curl"),
        ("curl -F file=@dist.zip x", "curl"),
        ("curl -F 'file=<dist.txt' x", "curl"),
        ("curl --upload-file dist.zip x", "curl"),
        ("curl -T dist.zip x", "curl"),
        ("curl -K rc x", "curl"),
        ("curl -n x", "curl"),
        ("jq .version package.json", "jq"),
        ("jq -f filter", "jq"),
        ("jq -n --slurpfile a b '$a'", "jq"),
        ("[ -f dist.zip ] && curl x", "file"),
        ("[[ -e dist.zip ]] && curl x", "file"),
        ("test -d dist && curl x", "test"),
        ("curl x < body.json", "reads a file"),
        ('curl -d "$(< body.json)" x', "reads a file"),
        ("for f in dist/*; do echo $f; done", "file pattern"),
        ("echo *", "file pattern"),
        ("if [ x", "cannot be read"),
    ],
)
def test_not_clean(script: str, reason: str) -> None:
    assert reason in str(_needs(script))


@pytest.mark.parametrize(
    ("earlier", "reason"),
    [
        ({"run": "echo 'export A=1' >> $BASH_ENV"}, "sets variables"),
        ({"run": {"command": "echo proxy=x > ~/.curlrc"}}, "sets variables"),
        ({"run": "sudo apt-get install -y curl"}, "installs"),
        ({"run": "apk add --no-cache jq curl"}, "installs"),
        ({"aws/setup": {"a": 1}}, "aws/setup"),
        ("aws/setup", "aws/setup"),
    ],
)
def test_steps_that_prepare_a_script(earlier: object, reason: str) -> None:
    assert reason in str(_needs("curl x", "checkout", earlier))
    assert reason not in str(_needs("exit 0", "checkout")) or "installs" not in reason


def test_installing_something_else_is_no_reason() -> None:
    assert _needs("curl x", {"run": "npm install"}) is None


def test_steps_behind_do_not_count() -> None:
    text = json.dumps({"steps": [{"deploy": "curl x"}, {"run": "echo >> $BASH_ENV"}]})
    sites = list(step_sites(get(parse(text), "steps")))
    assert needs(sites, sites[0]) is None


def test_a_moved_script_keeps_the_indentation_of_its_file() -> None:
    script = "      - {}: |\n          curl /project/\n          echo x\n"
    text = "version: 2.1\njobs:\n  build:\n    machine: true\n    parallelism: 2\n    steps:\n      - checkout\n"
    after = rewrite_config(text + script.format("deploy"), plan("build")).text
    assert script.format("run") in after
