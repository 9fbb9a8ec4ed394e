"""Edits keep lines, comments, quotes, commas and everything outside of them."""

from __future__ import annotations

import pytest

from tests.python.support import find, rewritten

API = "https://circleci.com/api/v1.1/project/github/acme/app"
NEW = "https://circleci.com/api/v2/project/gh/acme/app/pipeline"


def body(payload: str, keyword: str = "json") -> str:
    """The rewritten payload of a call."""
    new = rewritten(f'import requests\n\nrequests.post("{API}/tree/main", {keyword}={payload})\n')
    start = new.index("pipeline") + len('pipeline", json=')
    return new[start:-2]


LINES = """\
{
    # first
    "revision": "abc",  # the commit
    "build_parameters": {
        'CIRCLE_JOB': "deploy",  # the job

        'A': "b"
    },
    "parallel": 2,  # of old
    # last
}"""


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ("{}", '{"branch": "main", "parameters": {"run_job": "build"}}'),
        ("{ }", '{"branch": "main", "parameters": {"run_job": "build"}}'),
        ('{"job": "x"}', '{"branch": "main", "parameters": {"run_job": "x"}}'),
        ("{'job': 'x',}", "{'branch': 'main', 'parameters': {'run_job': 'x'}}"),
        (
            '{"job": "x", "branch": "ignored", "tag": None}',
            '{"branch": "main", "parameters": {"run_job": "x"}}',
        ),
        (
            '{"build_parameters": {"A": "b"},}',
            '{"branch": "main", "parameters": {"run_job": "build", "a": "b"},}',
        ),
        (
            '{"revision": "abc", "build_parameters": {"A": "b",}}',
            '{"branch": "main", "parameters": {"run_job": "build", "a": "b", "revision": "abc",}}',
        ),
        (
            '{"tag": None, "build_parameters": {"CIRCLE_JOB": "x"}, "parallel": 1}',
            '{"branch": "main", "parameters": {"run_job": "x"}}',
        ),
        (
            LINES,
            """\
{
    # first
    "branch": "main",
    "parameters": {
        'run_job': "deploy",  # the job

        'a': "b",
        'revision': "abc",
    },
    # last
}""",
        ),
        (
            '{"build_parameters": {"CIRCLE_JOB": "x",\n                      "A": "b"}}',
            '{"branch": "main", "parameters": {"run_job": "x",\n                      "a": "b"}}',
        ),
        (
            '{\n\t"build_parameters": {}\n}',
            '{\n\t"branch": "main",\n\t"parameters": {"run_job": "build"}\n}',
        ),
        (
            'dict(build_parameters=dict(A="b"), revision="abc")',
            'dict(branch="main", parameters=dict(run_job="build", a="b", revision="abc"))',
        ),
    ],
)
def test_a_json_payload_keeps_its_shape(payload: str, expected: str) -> None:
    assert body(payload) == expected


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ('{"build_parameters[A]": "b"}', '{"branch": "main", "parameters": {"run_job": "build", "a": "b"}}'),
        ("{'job': 'x'}", "{'branch': 'main', 'parameters': {'run_job': 'x'}}"),
        ('{"job": "x", "branch": "ignored"}', '{"branch": "main", "parameters": {"run_job": "x"}}'),
        ("{}", '{"branch": "main", "parameters": {"run_job": "build"}}'),
        ('{"parallel": 2}', '{"branch": "main", "parameters": {"run_job": "build"}}'),
        (
            '{"parallel": 2, "build_parameters[A]": "b", "revision": "abc"}',
            '{"branch": "main", "parameters": {"run_job": "build", "a": "b", "revision": "abc"}}',
        ),
        (
            '{\n  "build_parameters[CIRCLE_JOB]": "x",  # one\n\n  # two\n  "parallel": 3,\n  "revision": "abc"\n}',
            """\
{
  "branch": "main",
  "parameters": {
    "run_job": "x",  # one

    # two
    "revision": "abc"
  },
}""",
        ),
        (
            '{"build_parameters[CIRCLE_JOB]": "x",\n "revision": "abc"}',
            '{"branch": "main", "parameters": {"run_job": "x",\n "revision": "abc"}}',
        ),
        (
            '{\n    "build_parameters[TEXT]": """a\nb""",\n}',
            '{\n    "branch": "main", "parameters": {"run_job": "build", "text": """a\nb"""},\n}',
        ),
    ],
)
def test_a_form_keeps_its_lines_and_comments(payload: str, expected: str) -> None:
    assert body(payload, "data") == expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (f'"{API}"', f'"{NEW}", json={{"parameters": {{"run_job": "build"}}}}'),
        (f'"{API}", timeout=5', f'"{NEW}", timeout=5, json={{"parameters": {{"run_job": "build"}}}}'),
        (f'"{API}", **more', None),
        (f'\n    "{API}",\n', f'\n    "{NEW}",\n    json={{"parameters": {{"run_job": "build"}}}},\n'),
        (f'\n    "{API}"\n', f'\n    "{NEW}",\n    json={{"parameters": {{"run_job": "build"}}}}\n'),
        (
            f'\n    "{API}",  # there\n',
            f'\n    "{NEW}",  # there\n    json={{"parameters": {{"run_job": "build"}}}},\n',
        ),
        (f'"{API}", None', f'"{NEW}", None, json={{"parameters": {{"run_job": "build"}}}}'),
        (f'"{API}", None, None', f'"{NEW}", None, {{"parameters": {{"run_job": "build"}}}}'),
        (f'"{API}", data=""', f'"{NEW}", json={{"parameters": {{"run_job": "build"}}}}'),
        (
            f'"{API}", data=None, params={{"circle-token": t}}',
            f'"{NEW}", json={{"parameters": {{"run_job": "build"}}}}, headers={{"Circle-Token": t}}',
        ),
        (
            f'"{API}", None, {{"job": "x"}}',
            f'"{NEW}", None, {{"parameters": {{"run_job": "x"}}}}',
        ),
        (
            f'"{API}", params={{"circle-token": t}}, timeout=3',
            f'"{NEW}", json={{"parameters": {{"run_job": "build"}}}}, timeout=3, headers={{"Circle-Token": t}}',
        ),
        (
            f'"{API}", json={{}}, params={{"circle-token": t}}, headers={{"A": "b"}}',
            f'"{NEW}", json={{"parameters": {{"run_job": "build"}}}}, headers={{"A": "b", "Circle-Token": t}}',
        ),
        (
            f'"{API}", json={{}}, params={{"circle-token": t}}, headers=given()',
            f'"{NEW}", json={{"parameters": {{"run_job": "build"}}}}, headers={{**given(), "Circle-Token": t}}',
        ),
        (
            f'"{API}", json={{}}, params=query',
            f"""\
"{NEW}", json={{"parameters": {{"run_job": "build"}}}}, headers={{"Circle-Token": query["circle-token"]}}""",
        ),
    ],
)
def test_arguments_keep_their_places(arguments: str, expected: str | None) -> None:
    code = f'import requests\nquery = {{"circle-token": t}}\nrequests.post({arguments})\n'
    if expected is None:
        assert find(code)[0].call.notes[0].code == "arguments-unseen"
        return
    assert rewritten(code) == code.replace(arguments, expected)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('"""Doc."""\n\nimport requests\n', '"""Doc."""\n\nimport json\nimport requests\n'),
        ("import abc\nimport requests\n", "import abc\nimport json\nimport requests\n"),
        ("import abc\n\nimport requests\n", "import abc\nimport json\n\nimport requests\n"),
        ("from requests import post\nimport requests\n", "from requests import post\nimport json\nimport requests\n"),
        ("from __future__ import annotations\nimport requests\n", None),
        ("#!/usr/bin/env python3\n# Doc.\nimport requests\n", None),
        ("import json as j\nimport requests\n", "import json as j\nimport requests\n"),
    ],
)
def test_json_is_imported_where_it_belongs(head: str, expected: str | None) -> None:
    code = f'{head}\nrequests.post("{API}", json={{"build_parameters": {{"A": [x]}}}})\n'
    new = rewritten(code)
    expected = expected or head.replace("import requests", "import json\nimport requests")
    assert new.startswith(expected)
    assert ("j.dumps" if "as j" in head else "json.dumps") in new


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("from urllib.parse import quote\nimport requests\n", "import requests\n"),
        (
            "from urllib.parse import quote, unquote\nimport requests\n",
            "from urllib.parse import unquote\nimport requests\n",
        ),
        ("from urllib.parse import quote\nimport requests\nprint(quote)\n", None),
        ("from urllib.parse import quote\nimport requests\n__all__ = ['quote']\n", None),
        ("from urllib.parse import (\n    quote,\n    urlsplit,\n)\nimport requests\n", None),
    ],
)
def test_an_import_that_nothing_uses_any_more_goes(head: str, expected: str | None) -> None:
    code = f'{head}\nrequests.post("{API}/tree/" + quote(b, safe=""), json={{"job": "x"}})\n'
    new = rewritten(code)
    if expected is not None:
        assert new.startswith(expected)
    compile(new, "program.py", "exec")


@pytest.mark.parametrize("before", ["\ufeff", "", "# \u00e9\u00df\U0001f389\n", "x = '\U0001f389' * 3\n\n"])
@pytest.mark.parametrize("end", ["", "\n", "\n\n\n", "  # \U0001f389"])
def test_all_other_bytes_stay(before: str, end: str) -> None:
    code = f'{before}import requests\nrequests.post("{API}/tree/\u00fc", json={{"job": "\U0001f389"}}){end}'
    text = code.removeprefix("\ufeff")
    assert rewritten(text) == text.replace(f"{API}/tree/\u00fc", NEW).replace(
        '{"job"', '{"branch": "\u00fc", "parameters": {"run_job"'
    ).replace('"}', '"}}', 1)


@pytest.mark.parametrize(
    ("line", "stays"),
    [
        ("from settings import API", True),
        ("import settings", True),
        ("from urllib.parse import quote", False),
    ],
)
def test_an_import_that_may_do_something_stays(line: str, *, stays: bool) -> None:
    """`settings` may load an environment file; the standard library only brings names."""
    address = {
        "from settings import API": "API",
        "import settings": "settings.API",
        "from urllib.parse import quote": f'"{API}/tree/" + quote("main", safe="")',
    }[line]
    code = f"import requests\n{line}\n\nrequests.post({address}, json={{'job': 'deploy'}})  # api/v1.1\n"
    new = rewritten(code, files={"ci/settings.py": f'import dotenv\ndotenv.load_dotenv()\nAPI = "{API}"\n'})
    assert (line in new) == stays
