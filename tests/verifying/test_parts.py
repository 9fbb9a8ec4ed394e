"""The small parts of the proof: names of jobs, values of parameters, examples of patterns, shell text without calls."""

from __future__ import annotations

import json
import re

import pytest

from migrator.circleci.proof.ordinary import example, ref_names
from migrator.circleci.proof.selection import MOST_BINDINGS, bindings, open_values, pinned_values
from migrator.circleci.runs.config import ConfigView
from migrator.circleci.runs.events import identity, sent, shown_text
from migrator.model import Expansion, Literal
from migrator.report.json import document
from migrator.verifying.masked_steps import mask_calls
from tests.verifying.support import V1, V2, checked, files, report

X, Y = Expansion("$x", "x"), Expansion("${y}", "y")
LOOP = Expansion("$job", "job", values=("a", "b"))


@pytest.mark.parametrize(
    ("template", "name", "found"),
    [
        ((Literal("build"),), "build", ({},)),
        ((Literal("build"),), "test", ()),
        ((X,), "build", ({"$x": "build"},)),
        ((Literal("test-"), X), "test-a.b", ({"$x": "a.b"},)),
        ((Literal("test-"), X), "build", ()),
        ((X, Literal("-"), X), "a-a", ({"$x": "a"},)),
        ((X, Literal("-"), X), "a-b", ()),
        ((X, Literal("/"), Y), "p/q", ({"$x": "p", "$y": "q"},)),
        ((LOOP,), "b", ({"$job": "b"},)),
        ((LOOP,), "c", ()),
        ((Expansion("$z", "z", resolved=(Literal("te"), X)),), "test", ({"$x": "st"},)),
    ],
)
def test_what_makes_a_template_a_name(template: tuple[Literal | Expansion, ...], name: str, found: object) -> None:
    assert bindings(template, name, ()) == found


def test_listed_values_of_other_parts_are_all_tried() -> None:
    assert bindings((X,), "a", [(LOOP,)]) == ({"$job": "a", "$x": "a"}, {"$job": "b", "$x": "a"})
    many = Expansion("$m", "m", values=tuple(map(str, range(MOST_BINDINGS + 1))))
    assert bindings((X,), "a", [(many,)]) == ({"$x": "a"},)


def test_one_name_for_one_variable() -> None:
    assert identity(X) == identity(Expansion("${x}", "x")) == "$x"
    assert identity(Expansion("`date`")) == identity(Expansion("$(date)"))
    assert identity(Expansion("${x:-1}")) != identity(X)


def test_known_text_is_text_and_the_rest_is_not_empty() -> None:
    assert sent((Literal("v"), X), {"$x": "1"}) == "v1"
    assert shown_text(sent((Literal("v"), X), {})) == "v\u27e8\u27ea$x\u27eb\u27e9"


def view(**parameters: object) -> ConfigView:
    return ConfigView({"parameters": parameters, "workflows": {"w": {"when": "<< pipeline.parameters.n >>"}}})


STRING, INTEGER, BOOLEAN = (
    {"type": kind, "default": value} for kind, value in [("string", ""), ("integer", 2), ("boolean", True)]
)


def test_parameters_stay_open_unless_their_choices_change() -> None:
    enum = {"type": "enum", "enum": ["a", "b"], "default": "a"}
    (assignment,) = open_values(view(e=enum, s=STRING), view(e=enum, s=STRING)) or [{}]
    assert [type(value) for value in assignment.values()] != [str, str]
    wider = {**enum, "enum": ["a", "b", "c"]}
    assert [found["e"] for found in open_values(view(e=enum), view(e=wider)) or ()] == ["a", "b"]


def test_pinned_parameters() -> None:
    assert pinned_values(view(i=INTEGER, b=BOOLEAN), view()) == [
        {"i": number, "b": truth} for number in (1, 7, 2) for truth in (False, True)
    ]
    assert pinned_values(view(n=INTEGER), view()) is None
    assert pinned_values(view(**{f"b{number}": BOOLEAN for number in range(7)}), view()) is None


@pytest.mark.parametrize(
    "pattern", ["main", "release-.*", r"v\d+\.\d+(-rc\d)?", "(a|b)c", "[^a-c]x", r"\w{3}", "x?y+", "feature/.+"]
)
def test_an_example_fits_its_pattern(pattern: str) -> None:
    text = example(pattern)
    assert text is not None
    assert re.fullmatch(pattern, text)


def test_names_that_a_config_can_tell_apart() -> None:
    config = {
        "workflows": {
            "w": {"when": 'pipeline.git.branch == "odd"', "jobs": [{"a": {"filters": {"tags": {"only": "/q\\d/"}}}}]}
        }
    }
    assert {"odd", "q0", "main"} <= set(ref_names(config)) | {
        name for name in ref_names(config) if re.fullmatch(r"q\d", name)
    } | {"q0"}
    assert any(re.fullmatch(r"q\d", name) for name in ref_names(config))


OLD_CALL = f"curl -u $T: -d build_parameters[CIRCLE_JOB]=a {V1}/tree/$b"
NEW_CALL = f"""curl -u $T: -H 'Content-Type: application/json' -d '{{"branch": "'"$b"'"}}' {V2}"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"set -e\n{OLD_CALL}\necho done", f"set -e\n{NEW_CALL}\necho done"),
        (f"if x; then {OLD_CALL}; fi", f"if x; then {NEW_CALL}; fi"),
        (f"{OLD_CALL} | jq .", f"{NEW_CALL} | jq ."),
        (f"set -e\n{OLD_CALL}", f"set -e\nbody='{{}}'\ncurl -H 'Content-Type: application/json' -d \"$body\" {V2}"),
        (f"set -e\n{OLD_CALL}", f"set -e\ncurl -H 'Content-Type: application/json' -d @- {V2} <<EOF\n{{}}\nEOF"),
        (f"set -e\n{OLD_CALL}", f"set -e\njq -n '{{}}' | curl -H 'Content-Type: application/json' -d @- {V2}"),
        (f"u={V1}\nset -e\ncurl -X POST $u", f"u={V2}\nset -e\ncurl -X POST $u"),
    ],
)
def test_migrating_a_call_leaves_the_rest_of_its_text(before: str, after: str) -> None:
    assert mask_calls(before) == mask_calls(after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"set -e\n{OLD_CALL}", f"{NEW_CALL}"),
        (f"{OLD_CALL}", f"{NEW_CALL}\n{NEW_CALL}"),
        (f"{OLD_CALL}", "true"),
        (f"a=1\n{OLD_CALL}\necho $a", f"a=2\n{NEW_CALL}\necho $a"),
        (f"{OLD_CALL}", f"export A=1\n{NEW_CALL}"),
    ],
)
def test_any_other_change_shows(before: str, after: str) -> None:
    assert mask_calls(before) != mask_calls(after)


def test_text_without_calls_stays_as_it_is() -> None:
    text = "make  \n\n# x\ncurl https://example.com/project/x\n"
    assert mask_calls(text) == text


def test_a_body_that_cannot_be_read_names_no_job() -> None:
    config = "version: 2.1\njobs: {build: {machine: true, steps: [checkout]}}\n"
    content = files(config, go=f'curl -u $T: -d @body {V1}/tree/main\ncurl -u $T: -d "" {V1}/tree/main\n')
    calls = json.loads(document([(report(content), "")]))["calls"]
    assert [(call["job"], call["job_static"]) for call in calls] == [(None, False), ("build", True)]
    subjects = [proof.subject for call in checked(content).calls for proof in call.proofs]
    assert subjects == ["a job that cannot be read", "build"]
