"""Calls in places where shell text is not expected: notebooks, containers of curl, XML, forms, other Dockerfiles."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from codemods import find_calls
from codemods.found import RewriteOptions
from migrator.errors import ParseError, Refusal
from migrator.model import PipelineRequest, Value, literal, static
from migrator.syntax.text.source import Source, apply_edits

_CASES = dict(
    section.split("\n", 1) for section in (Path(__file__).parent / "elsewhere.txt").read_text().split("### ")[1:]
)
_FOLLOW = {
    "compose.yml": "services: {t: {image: curlimages/curl, command: -X POST URL}}\n",
    "pom.xml": "<a><executable>curl</executable><argument>-XPOST</argument><argument>URL</argument></a>",
    "form.html": '<form method="post" action="URL"></form>',
    "a.ipynb": '{"cells": [{"cell_type": "code", "source": ["!curl -X POST \\\\\\n", "  URL"]}]}',
    "a.html.erb": '<%= form_tag "URL" do %>',
    "b.html.erb": "<%= link_to 'Go', 'https://circleci.com/api/v1.1/project/github/acme/app/tree/main' %>",
    "c.html.erb": "<%= form_tag 'https://circleci.com/api/v1.1/project/github/acme/app/tree/main', method: :get do %>",
    "d.html.haml": "= image_tag 'https://circleci.com/api/v1.1/project/github/acme/app/tree/main', method: :post",
    "get.html": '<form action="https://circleci.com/api/v1.1/project/github/acme/app/tree/main"></form>',
    "README.md": "<pre><code>curl -X POST URL\n</code></pre>\n",
}


@pytest.mark.parametrize("name", _CASES)
def test_a_call_is_found_once_with_its_job(name: str) -> None:
    (found,) = find_calls(Source(name.partition(" ")[2], _CASES[name]))
    trigger = found.call.trigger
    assert trigger.job is not None
    assert static(trigger.job.template) == "deploy"
    assert str(trigger.slug) == "github/acme/app"


_LEFT = {".ipynb": "program-string", ".xml": "program-string", ".curlrc": "curl-file", ".curl": "curl-file"}
_ESCAPED = "# escape=`\nFROM a\nRUN curl -d build_parameters[CIRCLE_JOB]=deploy URL\n"


def refusal(source: Source) -> str:
    (found,) = find_calls(source)
    with pytest.raises(Refusal) as refused:
        found.region.edits(found.writer.post(PipelineRequest(None, None), RewriteOptions()).edits)
    return refused.value.code


@pytest.mark.parametrize("name", [name for name in _CASES if name.endswith(tuple(_LEFT))])
def test_what_is_read_only_is_never_written(name: str) -> None:
    source = Source(name.partition(" ")[2], _CASES[name])
    assert refusal(source) in {code for suffix, code in _LEFT.items() if name.endswith(suffix)}
    (found,) = find_calls(source)
    assert [note.code for note in found.call.notes] in ([], ["program-string"])
    assert bool(found.call.notes) == name.endswith(".ipynb")


def test_commands_that_windows_runs_are_never_written() -> None:
    url = "https://circleci.com/api/v1.1/project/github/acme/app/tree/main"
    assert refusal(Source("Dockerfile", _ESCAPED.replace("URL", url))) == "other-shell"


@pytest.mark.parametrize("name", _FOLLOW)
def test_what_starts_nothing_is_left_alone(name: str) -> None:
    text = _FOLLOW[name].replace("URL", "https://circleci.com/api/v1.1/project/github/acme/app/follow")
    assert find_calls(Source(name, text)) == ()


@pytest.mark.parametrize("name", ["pom.xml", "a.ipynb"])
def test_a_file_that_is_not_what_its_name_says_is_no_crash(name: str) -> None:
    text = "<a curl -d build_parameters[CIRCLE_JOB]=x https://circleci.com/api/v1.1/project/github/acme/app &bad;"
    with suppress(ParseError):
        find_calls(Source(name, text))


def test_preformatted_text_of_markdown_is_rewritten_with_references() -> None:
    text = "<pre><code>curl -d build_parameters[CIRCLE_JOB]=deploy &quot;https://circleci.com/api/v1.1/project/github/acme/app&quot;\n</code></pre>\n"
    (found,) = find_calls(Source("README.md", text))
    assert [note.code for note in found.call.notes] == ["documentation"]


_URL = "https://circleci.com/api/v1.1/project/github/acme/app/tree"
_FILLED = {
    "a.sh.tpl": f'#!/bin/bash\ncurl -u "${{token}}:" -d "build_parameters[H]=$${{HOSTNAME}}" "{_URL}/${{branch}}"\n',
    "a.sh.j2": f'#!/bin/sh\ncurl -u "{{{{ token }}}}:" -d job=deploy {_URL}/main\n',
    "a.sh.erb": f"#!/bin/sh\ncurl -u <%= token %>: -d job=deploy {_URL}/main\n",
    "a.sh.in": f"#!/bin/sh\ncurl -u @TOKEN@: -d job=deploy {_URL}/main\n",
}


@pytest.mark.parametrize("path", _FILLED)
def test_a_template_of_a_script_is_not_the_script(path: str) -> None:
    assert refusal(Source(path, _FILLED[path])) == "template-file"


def test_a_section_of_a_config_is_no_text_of_the_shell() -> None:
    step = f"""
                args=""
                <<# pipeline.parameters.full >>args="-d build_parameters[FULL]=1"<</ pipeline.parameters.full >>
                curl -u $T: -d job=deploy $args {_URL}/main
"""
    config = f"version: 2.1\njobs:\n  a:\n    steps:\n      - run:\n          command: |{step}"
    assert refusal(Source(".circleci/config.yml", config)) == "template-file"


def test_a_step_with_variables_of_cmd_is_for_cmd() -> None:
    text = f'steps:\n  - script: >-\n      curl -H "Circle-Token: %CIRCLE_TOKEN%" -d job=deploy {_URL}/main\n'
    assert refusal(Source("azure-pipelines.yml", text)) == "other-shell"


@pytest.mark.parametrize("path", _FILLED)
def test_a_script_that_is_only_called_like_a_template_is_one(path: str) -> None:
    (found,) = find_calls(Source(path, f"#!/bin/sh\ncurl -u $TOKEN: -d job=deploy {_URL}/main\n"))
    assert "pipeline" in "".join(edit.text for edit in found.writer.post(_NEW, RewriteOptions()).edits)


_NEW = PipelineRequest(None, None)
_MADE = {
    "x.tf": """resource "a" "b" {
  provisioner "local-exec" {
    command = "curl -u $T: --json '${jsonencode({ build_parameters = { CIRCLE_JOB = "x", B = { C = 1 } } })}' URL"
  }
}
""",
    ".github/workflows/x.yml": """on: push
jobs:
  x:
    steps:
      - run: |
          curl -u x: --json '${{ format('{{"job":"{0}"}}', inputs.job) }}' URL
""",
}


@pytest.mark.parametrize("path", _MADE)
def test_an_expression_with_braces_is_one_value(path: str) -> None:
    (found,) = find_calls(Source(path, _MADE[path].replace("URL", f"{_URL}/main")))
    assert "unreadable-payload" in [note.code for note in found.call.notes]
    assert found.call.trigger.job is None


def test_further_lines_of_a_session_keep_their_prompt() -> None:
    text = f"```console\n$ curl -u t: \\\n>   -d job=deploy \\\n>   {_URL}/main\n```\n"
    (found,) = find_calls(Source("README.md", text))
    edits = found.writer.post(PipelineRequest(Value(literal("main")), None), RewriteOptions()).edits
    new = apply_edits(text, found.region.edits(edits))
    assert [line[:1] for line in new.splitlines()] == ["`", "$", ">", ">", ">", "`"]
