"""The request that a program is told to send: every piece as it stands in the file, and said where it is not known."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from codemods import find_calls
from migrator.syntax.text.source import Source

URL = "https://circleci.com/api/v1.1/project/github/acme/app/tree/main"
KNOWN = {
    "literal.js": (
        f"fetch('{URL}', {{method: 'POST', body: JSON.stringify({{build_parameters: {{CIRCLE_JOB: 'a', V: v}}}})}});",
        {"run_job": "a", "v": "<v>"},
    ),
    "destructured.js": (
        (
            "const {job = 'deploy'} = args;\n"
            f"axios.post('{URL}', {{ build_parameters: {{ CIRCLE_JOB: job, TAG: tag || 'latest', A }} }});"
        ),
        {"run_job": "<job>", "tag": "<tag>", "a": "<A>"},
    ),
    "parameter.js": (
        f"function go(job = 'deploy') {{ axios.post('{URL}', {{ build_parameters: {{ CIRCLE_JOB: job }} }}); }}",
        {"run_job": "<job>"},
    ),
    "constant.js": (
        f"const J = 'deploy';\nconst body = {{ build_parameters: {{ CIRCLE_JOB: J }} }};\naxios.post('{URL}', body);",
        {"run_job": "deploy"},
    ),
    "query.js": (
        f"fetch(`{URL}?build_parameters%5BCIRCLE_JOB%5D=visual&build_parameters%5BPR%5D=${{id}}`, {{method: 'POST'}});",
        {"run_job": "visual", "pr": "<id>"},
    ),
    "json.go": (
        (
            f'j := fmt.Sprintf(`{{"build_parameters": {{"CIRCLE_JOB": "%s", "V": "1"}}}}`, job)\n'
            f'http.Post("{URL}", "application/json", strings.NewReader(j))'
        ),
        {"run_job": "<job>", "v": "1"},
    ),
    "map.go": (
        (
            'body := map[string]interface{}{"build_parameters": map[string]string{"CIRCLE_JOB": "a", "REV": rev}}\n'
            f'http.Post("{URL}", "application/json", enc(body))'
        ),
        {"run_job": "a", "rev": "<rev>"},
    ),
    "form.rb": (
        f"Net::HTTP.post_form(URI('{URL}'), 'build_parameters[CIRCLE_JOB]' => 'a', 'build_parameters[V]' => v)",
        {"run_job": "a", "v": "<v>"},
    ),
    "or.rb": (
        f"job ||= 'deploy'\nRestClient.post '{URL}', {{ build_parameters: {{ 'CIRCLE_JOB' => job }} }}",
        {"run_job": "<job>"},
    ),
    "array.php": (
        f"<?php\n$c->post('{URL}', ['json' => ['build_parameters' => ['CIRCLE_JOB' => $job, 'X' => $x]]]);",
        {"run_job": "<job>", "x": "<x>"},
    ),
    "no-job.js": (
        f"axios.post('{URL}', {{ build_parameters: {{ V: '1' }} }});",
        {"run_job": "build", "v": "1"},
    ),
}


def advice(name: str, text: str) -> tuple[dict[str, Any], str]:
    """The body that is advised, and the whole message."""
    (found,) = find_calls(Source(name, text + "\n"))
    (note,) = found.call.notes
    body = re.search(r"POST (\{.*?\}) to https", note.message)
    assert body is not None
    return json.loads(body[1]), note.message


@pytest.mark.parametrize("name", KNOWN)
def test_what_is_known_is_told_by_its_new_name(name: str) -> None:
    text, parameters = KNOWN[name]
    body, message = advice(name, text)
    assert body == {"branch": "main", "parameters": parameters}
    assert "Its config must first have `parameters: {run_job: {type: enum" in message


def test_what_is_not_known_is_said_in_its_place() -> None:
    body, message = advice("body.js", f"fetch('{URL}', {{method: 'POST', body}});")
    assert body["parameters"] == {"run_job": "<job, or build where none is named>"}
    assert "does not show here which they are" in message


def test_what_a_hole_holds_is_told_without_its_brackets() -> None:
    swift = 'let r = URLRequest(url: URL(string: "https://circleci.com/api/v1.1/project/\\(project)/tree/\\(branch)")!)'
    body, message = advice("a.swift", swift + '\nr.httpMethod = "POST"')
    assert body["branch"] == "<branch>"
    assert "/project/gh/<project>/pipeline" in message or "/project/<project>/pipeline" in message


@pytest.mark.parametrize(
    "text",
    [
        "const b = {build_parameters: {}};\nif (job) b.build_parameters.CIRCLE_JOB = job;\n",
        "const b = {build_parameters: {CIRCLE_JOB: 'a'}};\nb['build_parameters']['V'] = 1;\n",
        "const b = {build_parameters: {...more, V: 1}};\n",
    ],
)
def test_parameters_that_are_added_elsewhere_are_not_passed_over(text: str) -> None:
    _, message = advice("later.js", f"{text}axios.post('{URL}', b);")
    assert "does not show here which they are" in message


def test_two_bodies_are_not_mixed() -> None:
    two = "const a = {build_parameters: {CIRCLE_JOB: 'a'}};\nconst b = {build_parameters: {CIRCLE_JOB: 'b', V: 1}};\n"
    _, message = advice("two.js", f"{two}fetch('{URL}', {{method: 'POST', body: pick(a, b)}});")
    assert "does not show here which they are" in message


def test_readers_of_the_reply_are_told() -> None:
    call = f"axios.post('{URL}', {{build_parameters: {{CIRCLE_JOB: 'a'}}}}).then(r => r.data.build_num);"
    (found,) = find_calls(Source("reply.js", call))
    assert found.call.reply_fields == ("build_num",)
    assert "What it reads of the reply (build_num) v2 does not give" in found.call.notes[0].message
