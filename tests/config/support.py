"""Shared by the config tests: plans in one line, and a rewrite that checks what must hold for every config."""

from __future__ import annotations

import json
from difflib import unified_diff
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest
import regress

from codemods.config.rewrite import ConfigRewrite, rewrite_config
from migrator.circleci.compiler import CompileError, Event, EventKind, compile_pipeline
from migrator.model import ConfigPlan, JobPlan, Presence, Variable
from migrator.syntax.yaml import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _pytest.mark.structures import ParameterSet


def variables(names: str) -> tuple[Variable, ...]:
    """Variables for a list of names, each carried by the parameter of that name in lower case."""
    return tuple(Variable(name, name.lower()) for name in names.split())


def job(name: str, always: str = "", sometimes: str = "", **settings: object) -> JobPlan:
    """The plan of one job; `always` and `sometimes` are lists of variables."""
    if "revision" in settings:
        settings["revision"] = Presence(str(settings["revision"]))
    return JobPlan(name, f"run-{name}", variables(always), variables(sometimes), **settings)  # type: ignore[arg-type]


def plan(*jobs: JobPlan | str) -> ConfigPlan:
    """The plan for some jobs, with the parameters that they need."""
    planned = tuple(job(entry) if isinstance(entry, str) else entry for entry in jobs)
    carriers = dict.fromkeys(v.parameter for entry in planned for v in (*entry.always, *entry.sometimes))
    revised = any(entry.revision is not Presence.NEVER for entry in planned)
    return ConfigPlan("run_job", "none", planned, tuple(carriers), "revision" if revised else None)


def rewrite(text: str, wanted: ConfigPlan) -> ConfigRewrite:
    """Rewrite, and check that a second run changes nothing and that the result is no worse by CircleCI's schema."""
    result = rewrite_config(text, wanted)
    assert rewrite_config(result.text, wanted).text == result.text
    assert set(schema_errors(result.text)) <= set(schema_errors(text))
    assert text.endswith("\n") == result.text.endswith("\n") or result.text.rstrip().endswith('"$BASH_ENV"')
    if "\r\n" in text:
        assert result.text.count("\n") == result.text.count("\r\n")
    return result


def changes(text: str, wanted: ConfigPlan) -> str:
    """The lines that a rewrite takes out and puts in, as a diff without context."""
    after = rewrite(text, wanted).text
    lines = unified_diff(text.splitlines(), after.splitlines(), n=0, lineterm="")
    return "".join(f"{line}\n" for line in list(lines)[2:] if not line.startswith("@@"))


def schema_errors(text: str) -> list[str]:
    """What the JSON schema that check-jsonschema ships has against a config, besides its version."""
    data = json.loads(json.dumps(load(text)))
    return [f"{list(e.absolute_path)}: {e.message}" for e in _validator().iter_errors(data) if "version" not in e.path]


def plan_of(words: str) -> ConfigPlan:
    """A plan in one line, e.g. `deploy always=A,B sometimes=C in_environment tags revision=always; build`."""
    return plan(*(_job_of(*entry.split()) for entry in words.split(";")))


def _job_of(name: str, *words: str) -> JobPlan:
    settings: dict[str, object] = {}
    for word in words:
        key, _, value = word.partition("=")
        settings[key] = value.replace(",", " ") if value else True
    return job(name.replace("~", " "), **settings)  # type: ignore[arg-type]


def planned_cases(name: str) -> list[ParameterSet]:
    """The cases of a file whose titles end with a plan behind a bar: plan, before, after."""
    found = []
    for title, before, after in _cases(name):
        short, _, words = title.partition(" | ")
        found.append(pytest.param(plan_of(words), before, after, id=short))
    return found


def cases(name: str) -> list[ParameterSet]:
    """The cases of a file: before, after."""
    return [pytest.param(before, after, id=title) for title, before, after in _cases(name)]


def _cases(name: str) -> Iterator[tuple[str, str, str]]:
    """The cases of `<name>.txt`: a title behind `===`, the text before, and behind `--- becomes` the text after."""
    text = (Path(__file__).parent / f"{name}.txt").read_text(encoding="utf-8")
    for case in text.split("=== ")[1:]:
        title, _, body = case.partition("\n")
        before, _, after = body.partition("--- becomes\n")
        yield title, before, after.rstrip("\n") + "\n"


@cache
def _validator() -> jsonschema.protocols.Validator:
    schema = files("check_jsonschema") / "builtin_schemas" / "vendor" / "circle-ci.json"
    kind = jsonschema.validators.extend(jsonschema.Draft7Validator, {"pattern": _pattern})
    return kind(json.loads(schema.read_text(encoding="utf-8")))


def _pattern(_: object, pattern: str, value: object, __: object) -> object:
    """The schema's patterns are ECMAScript, which Python's `re` does not always take."""
    if isinstance(value, str) and not regress.Regex(pattern, "u").find(value):
        yield jsonschema.ValidationError(f"{value!r} does not match {pattern!r}")


def runs(text: str, event: Event) -> list[tuple[object, ...]]:
    """What runs, as far as ordinary pipelines go; `deploy` counts as the `run` that it is on one node."""
    try:
        pipeline = compile_pipeline(load(text), event)
    except CompileError:
        return []  # CircleCI shows an error, and nothing runs
    return [
        (
            r.workflow,
            r.name,
            r.parallelism,
            r.contexts,
            r.requires,
            tuple(sorted(r.environment.items())),
            _steps(r.steps),
        )
        for r in pipeline.jobs
    ]


def _steps(steps: object) -> list[tuple[str, str]]:
    return [("run" if s.kind == "deploy" else s.kind, repr(sorted(s.settings.items()))) for s in steps]  # type: ignore[attr-defined]


def push(branch: str = "main") -> Event:
    """A push to a branch."""
    return Event(EventKind.PUSH, branch, None)


def call(selected: str, **parameters: str) -> Event:
    """An API call that selects a job."""
    return Event(EventKind.API, "main", None, {"run_job": selected, **parameters})
