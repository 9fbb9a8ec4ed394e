"""Programs of other languages: what starts builds is reported with its line and what to write, all else is silent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemods import find_calls
from codemods.found import RewriteOptions
from migrator.errors import Refusal
from migrator.model import PipelineRequest, RerunRequest, Status
from migrator.repository.needles import may_hold_call
from migrator.syntax.text.source import Source
from tests.programs.support import programs
from tests.test_cases import look

if TYPE_CHECKING:
    from tests.conftest import MakeRepository

CALLS = programs("calls.txt")
SILENT = programs("silent.txt")


@pytest.mark.parametrize("name", CALLS)
def test_a_call_is_found_where_it_stands(name: str) -> None:
    lines, text = CALLS[name]
    assert tuple(found.call.line for found in find_calls(Source(name, text))) == lines


@pytest.mark.parametrize("name", CALLS)
def test_a_file_with_a_call_is_looked_into(name: str) -> None:
    assert may_hold_call(CALLS[name][1].encode())


@pytest.mark.parametrize("name", SILENT)
def test_what_starts_nothing_is_left_alone(name: str) -> None:
    assert find_calls(Source(name, SILENT[name][1])) == ()


CONFIG = """\
version: 2.1
jobs:
  build: {docker: [{image: x}], steps: [checkout]}
  deploy: {docker: [{image: x}], steps: [checkout]}
"""


def test_nothing_is_rewritten(make_repository: MakeRepository) -> None:
    files = {name: text for name, (_, text) in CALLS.items()} | {".circleci/config.yml": CONFIG}
    report = look(make_repository(files, remote="https://github.com/acme/app.git"), unsafe=True)
    assert {outcome.status for outcome in report.outcomes} == {Status.MANUAL}
    assert {outcome.call.path for outcome in report.outcomes} == set(CALLS)
    assert {change.path for change in report.changes} <= {".circleci/config.yml"}


@pytest.mark.parametrize("write", ["post", "rerun"])
def test_no_program_of_another_language_is_written(write: str) -> None:
    (found,) = find_calls(Source("axios.ts", CALLS["axios.ts"][1]))
    with pytest.raises(Refusal) as refusal:
        getattr(found.writer, write)(
            PipelineRequest(None, None) if write == "post" else RerunRequest(), RewriteOptions()
        )
    assert refusal.value.code == "other-language"


def test_the_report_shows_the_request_to_write() -> None:
    (found,) = find_calls(Source("axios.ts", CALLS["axios.ts"][1]))
    (note,) = (note for note in found.call.notes if note.code == "other-language")
    assert "https://circleci.com/api/v2/project/gh/acme/app/pipeline" in note.message
    assert '{"branch": "<branch>", "parameters": {"run_job": "<job>"}}' in note.message
    assert "token=" not in note.message


def test_a_retry_is_told_the_way_through_the_job() -> None:
    (found,) = find_calls(Source("retry.js", CALLS["retry.js"][1]))
    assert "/job/NUMBER" in found.call.notes[0].message
    assert "rerun" in found.call.notes[0].message


EMPTY = {
    "a.js": "let base = '';\nfetch(`${base}ADDRESS`, {method: 'POST'});\n",
    "a.ts": "const base = '' as string;\naxios.post(`${base}ADDRESS`);\n",
    "a.coffee": 'base = ""\nrequest.post "#{base}ADDRESS"\n',
    "a.rb": "base = ''\nRestClient.post \"#{base}ADDRESS\", {}\n",
    "a.php": "<?php\n$base = '';\n$client->post(\"{$base}ADDRESS\");\n",
    "a.kt": 'val base = ""\nclient.post("${base}ADDRESS")\n',
    "a.swift": 'let base = ""\nAF.request("\\(base)ADDRESS", method: .post)\n',
    "a.cs": 'var start = "";\nclient.PostAsync($"{start}ADDRESS", null);\n',
    "a.groovy": "def base = ''\nhttp.post(\"${base}ADDRESS\")\n",
    "a.ps1": "$base = ''\nInvoke-RestMethod -Method Post \"${base}ADDRESS\"\n",
    "a.pl": "my $base = '';\n$ua->post(\"${base}ADDRESS\");\n",
    "a.ex": 'base = ""\nHTTPoison.post("#{base}ADDRESS", "")\n',
    "a.scala": 'val base = ""\npost(s"${base}ADDRESS")\n',
    "a.dart": "var base = '';\nhttp.post('${base}ADDRESS');\n",
    "a.go": 'base := ""\nhttp.Post(base+"ADDRESS", "", nil)\n',
    "Start.java": 'String base = "";\nclient.post(base + "ADDRESS");\n',
    "a.rs": 'let base = "";\nclient.post(format!("{base}ADDRESS"));\n',
    "a.tf": 'locals { base = "" }\nurl = "${local.base}ADDRESS"\nmethod = "POST"\n',
    "a.py": "import requests\nbase = ''\nrequests.post(f'{base}ADDRESS')\n",
    "a.sh": "base=''\ncurl -X POST \"${base}ADDRESS\"\n",
}


@pytest.mark.parametrize("name", EMPTY)
@pytest.mark.parametrize("address", ["", "/", "/api/v1/project/x", "https://circleci.com/api/v1.1/project/gh/acme/app"])
def test_an_empty_text_in_a_template_ends_nothing(name: str, address: str) -> None:
    found = find_calls(Source(name, EMPTY[name].replace("ADDRESS", address)))
    assert len(found) <= 1
    assert all(each.call.trigger.slug.repository for each in found) or not address.startswith("https")
