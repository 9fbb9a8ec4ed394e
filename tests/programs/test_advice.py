"""The request that a program is told to send: every piece as it stands in the file, and said where it is not known."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from codemods import find_calls
from migrator.model import values
from migrator.syntax.text.source import Source

URL = "https://circleci.com/api/v1.1/project/github/acme/app/tree/main"
EACH = "<each build parameter, in small letters>"
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
    "beside.js": (
        f"axios.post('{URL}', {{ revision: sha, job: 'a', tag: null, build_parameters: {{ V: v }} }});",
        {"run_job": "a", "v": "<v>", "revision": "<sha>"},
    ),
    "beside.go": (
        (
            f'j := fmt.Sprintf(`{{"revision": "%s", "build_parameters": {{"CIRCLE_JOB": "a"}}}}`, rev)\n'
            f'http.Post("{URL}", "application/json", strings.NewReader(j))'
        ),
        {"run_job": "a", "revision": "<rev>"},
    ),
    "beside.rb": (
        (
            f"req = Net::HTTP::Post.new(URI('{URL}'))\n"
            "req.set_form_data('build_parameters[CIRCLE_JOB]' => 'a', 'revision' => sha)"
        ),
        {"run_job": "a", "revision": "<sha>"},
    ),
    "append.js": (
        (
            "form.append('build_parameters[CIRCLE_JOB]', 'a');\nif (v) form.append('build_parameters[V]', v);\n"
            f"form.append('revision', sha);\naxios.post('{URL}', form);"
        ),
        {"run_job": "a", "v": "<v>", "revision": "<sha>"},
    ),
    "named.js": (
        f"const p = {{ CIRCLE_JOB: 'a', V: v }};\naxios.post('{URL}', {{ build_parameters: p }});",
        {"run_job": "a", "v": "<v>"},
    ),
    "either.js": (
        f"axios.post('{URL}', {{ build_parameters: {{ CIRCLE_JOB: prod ? 'a' : 'b', V: v, N: 1 }} }});",
        {"run_job": "<prod ? 'a' : 'b'>", "v": "<v>", "n": "1"},
    ),
    "shadowed.js": (
        f"const J = 'a';\nfunction go(J) {{ axios.post('{URL}', {{ build_parameters: {{ CIRCLE_JOB: J }} }}); }}",
        {"run_job": "<J>"},
    ),
    "tags.go": (
        (
            'type P struct {\n\tJob string `json:"CIRCLE_JOB"`\n\tV string `json:"VERSION,omitempty"`\n}\n'
            'type B struct {\n\tRev string `json:"revision"`\n\tP P `json:"build_parameters"`\n}\n'
            'b, _ := json.Marshal(B{Rev: sha, P: P{Job: "a", V: os.Args[1]}})\n'
            f'http.Post("{URL}", "application/json", bytes.NewBuffer(b))'
        ),
        {"run_job": "a", "version": "<os.Args[1]>", "revision": "<sha>"},
    ),
    "play.yml": (
        (
            f"- uri:\n    url: {URL}\n    method: POST\n    body:\n      revision: '{{{{ sha }}}}'\n"
            "      build_parameters:\n        CIRCLE_JOB: a\n        V: '{{ v }}'\n        N: 1\n"
        ),
        {"run_job": "a", "v": "<v>", "n": "1", "revision": "<sha>"},
    ),
    "text.yml": (
        (
            f"- uri:\n    url: {URL}\n    method: POST\n"
            '    body: \'{"build_parameters": {"CIRCLE_JOB": "a", "V": "{{ v }}"}}\'\n'
        ),
        {"run_job": "a", "v": "<v>"},
    ),
    "pointer.go": (
        (
            'var job = flag.String("job", "a", "")\n'
            'j := fmt.Sprintf(`{"build_parameters": {"CIRCLE_JOB": "%s"}}`, *job)\n'
            f'http.Post("{URL}", "application/json", strings.NewReader(j))'
        ),
        {"run_job": "<job>"},
    ),
    "lines.ps1": (
        (
            '$body = @{ build_parameters = @{ CIRCLE_JOB = "a"; V = $v\n W = "1" } } | ConvertTo-Json\n'
            f'Invoke-RestMethod -Method Post -Uri "{URL}" -Body $body'
        ),
        {"run_job": "a", "v": "<v>", "w": "1"},
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
    assert body["parameters"] == {"run_job": "<job, or build where none is named>", EACH: "<its value>"}
    assert "does not show here all that it sends" in message


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
        "const b = {...more, build_parameters: {V: 1}};\n",
        "const b = {build_parameters: {V: 1}};\nb.revision = sha;\n",
        "const b = {build_parameters: {V: 1}};\nb['tag'] = tag;\n",
        "const b = {build_parameters: {V: 1}};\nObject.assign(b, more);\n",
        "const p = {V: 1};\np.W = w;\nconst b = {build_parameters: p};\n",
        "const b = {job: 'a', build_parameters: {CIRCLE_JOB: 'b'}};\n",
    ],
)
def test_parameters_that_are_added_elsewhere_are_not_passed_over(text: str) -> None:
    _, message = advice("later.js", f"{text}axios.post('{URL}', b);")
    assert "does not show here all that it sends" in message


def test_a_body_of_data_that_is_a_variable_is_not_known() -> None:
    _, message = advice("play.yml", f"- uri:\n    url: {URL}\n    method: POST\n    body: '{{{{ body }}}}'")
    assert "does not show here all that it sends" in message


def test_two_bodies_are_not_mixed() -> None:
    two = "const a = {build_parameters: {CIRCLE_JOB: 'a'}};\nconst b = {build_parameters: {CIRCLE_JOB: 'b', V: 1}};\n"
    _, message = advice("two.js", f"{two}fetch('{URL}', {{method: 'POST', body: pick(a, b)}});")
    assert "does not show here all that it sends" in message


TWO = {
    "a.js": "axios.post('{URL}', {build_parameters: {CIRCLE_JOB: 'NAME'}});\n",
    "named.js": (
        "function NAME() {\n  const b = {build_parameters: {CIRCLE_JOB: 'NAME'}};\n  axios.post('{URL}', b);\n}\n"
    ),
    "a.rb": "def NAME\n  RestClient.post '{URL}',\n    { build_parameters: { CIRCLE_JOB: 'NAME' } }.to_json\nend\n",
    "a.go": (
        'func NAME() {\n\tbody := strings.NewReader(`{"build_parameters": {"CIRCLE_JOB": "NAME"}}`)\n'
        '\treq, _ := http.NewRequest("POST", "{URL}", body)\n}\n'
    ),
    "a.php": (
        "$ch = curl_init('{URL}');\n"
        "curl_setopt($ch, CURLOPT_POSTFIELDS, json_encode(['build_parameters' => ['CIRCLE_JOB' => 'NAME']]));\n"
    ),
}


@pytest.mark.parametrize("name", TWO)
def test_each_of_two_calls_has_its_own_body(name: str) -> None:
    both = "".join(TWO[name].replace("{URL}", URL).replace("NAME", job) for job in "xy")
    found = find_calls(Source(name, ("<?php\n" if name == "a.php" else "") + both))
    told = [note.message for each in found for note in each.call.notes]
    assert [f'"run_job": "{job}"' in message for job, message in zip("xy", told, strict=True)] == [True, True]


def test_a_job_that_one_of_two_calls_names_is_not_guessed() -> None:
    text = f"axios.post('{URL}', {{build_parameters: {{CIRCLE_JOB: 'a'}}}});\naxios.post('{URL}', load('b.json'));\n"
    first, second = find_calls(Source("a.js", text))
    assert '"run_job": "a"}' in first.call.notes[0].message
    assert second.call.unread


@pytest.mark.parametrize(
    ("body", "ref"),
    [("{ branch: 'dev' }", "dev"), ("b", "<branch, where the body names one>")],
)
def test_the_branch_of_a_whole_pipeline_is_not_passed_over(body: str, ref: str) -> None:
    url = "https://circleci.com/api/v1.1/project/github/acme/app/build"
    advised, _ = advice("build.js", f"axios.post('{url}', {body});")
    assert advised == {"branch": ref}


@pytest.mark.parametrize(
    ("name", "reader"),
    [
        ("reply.js", ".then(r => r.data.build_num);"),
        ("reply.js", ".then(r => show(r.data['build_num']));"),
        ("reply.js", ".then(({ data: { build_num } }) => show(build_num));"),
        ("reply.go", ')\ntype R struct { N int `json:"build_num"` }'),
        ("reply.rb", "\nputs JSON.parse(r.body)['build_num']"),
        ("reply.rb", "\nputs JSON.parse(r.body, symbolize_names: true).fetch(:build_num)"),
        ("reply.php", "\necho $r->build_num;"),
    ],
)
def test_readers_of_the_reply_are_told(name: str, reader: str) -> None:
    call = f"axios.post('{URL}', {{build_parameters: {{CIRCLE_JOB: 'a'}}}}){reader}"
    (found,) = find_calls(Source(name, ("<?php\n" if name.endswith("php") else "") + call))
    assert found.call.reply_fields == ("build_num",)
    assert "What it reads of the reply (build_num) v2 does not give" in found.call.notes[0].message


POST = f"axios.post('{URL}', {{ build_parameters: {{ CIRCLE_JOB: job }} }});"
GIVEN = {
    "one.js": (f"function go(job) {{ {POST} }}\ngo('a');\ngo('b');\n", ("a", "b")),
    "arrow.js": (f"const go = async (job, v) => {{ {POST} }};\ngo('a', 1);\n", ("a",)),
    "second.js": (f"function go(v, job) {{ {POST} }}\ngo(x(1, 2), 'a');\n", ("a",)),
    "script.rb": (
        (
            f"def go(job)\n  RestClient.post '{URL}', {{ build_parameters: {{ CIRCLE_JOB: job }} }}\nend\n"
            "go 'a'\ngo('b')\n"
        ),
        ("a", "b"),
    ),
    "page.php": (
        (
            f"<?php\nfunction go($job) {{\n  $c->post('{URL}',\n"
            "    ['json' => ['build_parameters' => ['CIRCLE_JOB' => $job]]]);\n}\ngo('a');\n"
        ),
        ("a",),
    ),
    "not-literal.js": (f"function go(job) {{ {POST} }}\ngo('a');\ngo(process.argv[2]);\n", None),
    "default.js": (f"function go(job = 'a') {{ {POST} }}\ngo('b');\n", None),
    "taken-out.js": (f"function go({{ job = 'a' }}) {{ {POST} }}\ngo({{ job: 'b' }});\n", None),
    "handed-on.js": (f"function go(job) {{ {POST} }}\ngo('a');\njobs.forEach(go);\n", None),
    "exported.js": (f"export function go(job) {{ {POST} }}\ngo('a');\n", None),
    "exported-later.js": (f"function go(job) {{ {POST} }}\ngo('a');\nmodule.exports = {{ go }};\n", None),
    "nobody.js": (f"function go(job) {{ {POST} }}\n", None),
    "other.js": (f"function no(job) {{ return job; }}\nno('a');\n{POST}\n", None),
}


@pytest.mark.parametrize("name", GIVEN)
def test_a_job_that_every_caller_gives_as_one_text_is_known(name: str) -> None:
    text, jobs = GIVEN[name]
    (found,) = find_calls(Source(name, text))
    assert found.call.trigger.job is not None
    assert values(found.call.trigger.job.template) == jobs
    assert '"run_job": "<job>"' in found.call.notes[0].message
