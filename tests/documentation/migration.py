"""One example: a repository is made of it, migrated, and what ran before is compared with what runs after."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import shlex
import subprocess
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import jsonschema

from migrator.planning.analyse import analyse
from migrator.repository.discovery import discover
from migrator.settings import Settings
from tests.documentation.evaluator import Config, Event
from tests.documentation.examples import load
from tests.documentation.expressions import NotReadError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from migrator.model import Report
    from tests.documentation.examples import Example

_BRANCHES = ("main", "master", "develop", "staging", "feature/x", "release/1.2", "gh-pages", "dependabot/npm/x", "1.2")
_TAGS = ("v1.2.3", "v1.2.3-rc1", "1.2.3", "release-5", "foo")
_GIVEN = "x y"


@dataclass(slots=True)
class Outcome:
    """What an example showed: faults, the calls by status, and the codes of those that were not rewritten."""

    faults: list[str] = field(default_factory=list)
    calls: dict[str, int] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    compared: int = 0
    unread: list[str] = field(default_factory=list)


def migrate(example: Example, root: Path, *, rich: bool) -> Outcome:
    """Migrate the example in an empty folder; `rich` callers send a value and a revision too."""
    scripts = _lay_out(example, root, rich=rich)
    outcome = Outcome()
    before = (root / ".circleci/config.yml").read_text(encoding="utf-8")
    try:
        report = _look(root)
    except Exception as error:  # noqa: BLE001 - this is what is looked for
        outcome.faults.append(f"crash: {error!r}")
        return outcome
    _count(report, outcome)
    for change in report.changes:
        (root / change.path).write_bytes(change.after)
    after = (root / ".circleci/config.yml").read_text(encoding="utf-8")
    if _look(root).changes:
        outcome.faults.append("the second run changes something")
    if after != before:
        outcome.faults += [f"schema: {each}" for each in sorted(_schema_errors(after) - _schema_errors(before))]
    old, new = Config(_plain(before)), Config(_plain(after))
    ordinary = compared(old, new)
    outcome.faults += ordinary.faults
    outcome.compared, outcome.unread = ordinary.compared, ordinary.unread
    for job, script in scripts.items():
        _compare_call(old, new, job, _sent(root, script), outcome, rich=rich)
    return outcome


def _lay_out(example: Example, root: Path, *, rich: bool) -> dict[str, str]:
    (root / ".circleci").mkdir(parents=True)
    (root / ".circleci/config.yml").write_text(example.text, encoding="utf-8")
    (root / "ci").mkdir()
    scripts = {}
    for number, job in enumerate(example.jobs):
        more = f" \\\n  -d 'build_parameters[SENT]={_GIVEN}' -d revision=\"$CIRCLE_SHA1\"" if rich else ""
        scripts[job] = f"ci/{number}.sh"
        (root / scripts[job]).write_text(
            '#!/bin/bash\ncurl -sf -u "$CIRCLE_TOKEN:" https://circleci.com/api/v1.1/project/github/acme/app/tree/main'
            f" \\\n  -d {shlex.quote(f'build_parameters[CIRCLE_JOB]={job}')}{more}\n"
        )
    for command in (
        ["init", "-q", "-b", "main"],
        ["remote", "add", "origin", "git@github.com:acme/app.git"],
        ["add", "-A"],
        ["-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-qm", "before"],
    ):
        subprocess.run(["git", *command], cwd=root, check=True)
    return scripts


def _look(root: Path) -> Report:
    return analyse(discover([root]), Settings(unsafe=True))


def _count(report: Report, outcome: Outcome) -> None:
    for each in report.outcomes:
        status = str(each.status)
        outcome.calls[status] = outcome.calls.get(status, 0) + 1
        codes = [note.code for note in each.notes if note.severity == "error"]
        if status == "manual":
            messages = [f"{note.code}: {note.message}" for note in each.notes if note.severity == "error"]
            outcome.refused += messages[:1] or ["no reason"]
        if {"tool-defect", "proof-differs"} & {note.code for note in each.notes}:
            outcome.faults.append(f"{codes}: {each.call.path} {[n.message for n in each.notes if n.code in codes]}")
    outcome.faults += [
        f"{problem.note.code}: {problem.note.message}"
        for problem in report.problems
        if problem.note.code in {"tool-defect", "config-unreadable"}
    ]


def _plain(text: str) -> dict[str, Any]:
    """The config as data; `<<` has no meaning in a config of version 2."""
    data = load(text)
    found: dict[str, Any] = data if str(data.get("version")) == "2.1" else _escaped(data)
    return found


def _escaped(node: Any) -> Any:
    match node:
        case dict():
            return {key: _escaped(value) for key, value in node.items()}
        case list():
            return [_escaped(each) for each in node]
        case str():
            return re.sub(r"<<+", r"\\\g<0>", node)
        case _:
            return node


def _events(config: Config) -> Iterator[Event]:
    named = _named(config)
    yield from (Event("push", branch) for branch in dict.fromkeys([*_BRANCHES, *named]))
    yield from (Event(kind, None, tag) for tag in dict.fromkeys([*_TAGS, *named]) for kind in ("push", "api"))
    yield from (Event("schedule", "main", workflow=name) for name in config.workflows)
    choices = {name: _choices(about, config) for name, about in config.declared.items()}
    for kind, branch in itertools.product(("api", "schedule"), ("main", "develop", "feature/x")):
        yield Event(kind, branch)
        for name, values in choices.items():
            yield from (Event(kind, branch, None, {name: value}) for value in values)
    for (one, first), (two, second) in itertools.islice(itertools.combinations(choices.items(), 2), 20):
        yield from (Event("api", "main", None, {one: x, two: y}) for x, y in itertools.product(first, second))


def _choices(about: dict[str, Any], config: Config) -> list[Any]:
    match about.get("type"):
        case "boolean":
            return [True, False]
        case "integer":
            return [0, 1, 7]
        case "enum":
            return list(about["enum"])
        case _:
            return ["", "x", *_named(config)[:8]]


def _named(config: Config) -> list[str]:
    """The names that conditions and filters may compare a branch, a tag or a parameter with."""
    conditions = json.dumps(config.workflows, default=str)
    return sorted(set(re.findall(r'"([\w./-]+)\\?"', conditions)) - {"jobs", "when", "unless", "filters", "requires"})


def compared(old: Config, new: Config) -> Outcome:
    """What pushes, tags, schedules and requests run before and after: the first difference."""
    outcome = Outcome()
    for event in _events(old):
        before, after = _ran(old, event), _ran(new, event)
        outcome.compared += 1
        if "unread" in before:
            outcome.unread.append(before["unread"])
        if list(before) == [""] and len(after) == 1:
            after = {"": next(iter(after.values()))}
        if before != after:
            outcome.faults.append(f"{event}: {_difference(before, after)}")
            break
    return outcome


def _ran(config: Config, event: Event) -> dict[str, Any]:
    try:
        return config.runs(event)
    except (NotReadError, TypeError, AttributeError, KeyError, StopIteration) as error:
        return {"unread": f"{type(error).__name__}: {error}"}


def _difference(before: Any, after: Any, path: str = "") -> str:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*before, *after]:
            if before.get(key) != after.get(key):
                return _difference(before.get(key), after.get(key), f"{path}/{key}")
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (one, two) in enumerate(zip(before, after, strict=True)):
            if one != two:
                return _difference(one, two, f"{path}/{number}")
    return f"{path}: {before!r} became {after!r}"[:600]


def _sent(root: Path, script: str) -> dict[str, Any] | None:
    """The JSON that the script's curl sends to v2, or None where it still asks v1.1."""
    shims = root / ".git/shims"
    shims.mkdir(exist_ok=True)
    shim = shims / "curl"
    shim.write_text('#!/bin/bash\nprintf "%s\\0" "$@"\n')
    shim.chmod(0o755)
    environment = {"PATH": f"{shims}:/usr/bin:/bin", "CIRCLE_TOKEN": "t", "CIRCLE_SHA1": "a" * 40}
    done = subprocess.run(["bash", script], cwd=root, env=environment, capture_output=True, text=True, check=False)
    words = done.stdout.split("\0")
    if not any("/api/v2/" in word for word in words):
        return None
    for option, value in itertools.pairwise(words):
        if option in {"-d", "--data", "--data-raw", "--json"}:
            found: dict[str, Any] = json.loads(value)
            return found
    return {}


def _compare_call(
    old: Config, new: Config, job: str, sent: dict[str, Any] | None, outcome: Outcome, *, rich: bool
) -> None:
    if sent is None:
        return
    outcome.compared += 1
    try:
        alone = old.alone(job, Event("api", "main"))
        ran = new.runs(Event("api", sent.get("branch"), sent.get("tag"), sent.get("parameters", {})))
    except (NotReadError, TypeError, AttributeError, KeyError) as error:
        outcome.faults.append(f"call of {job}: {error!r}")
        return
    runs = [(name, body) for workflow in ran.values() for name, body in workflow["jobs"].items()]
    if [name for name, _ in runs] != [job]:
        outcome.faults.append(f"call of {job} runs {[name for name, _ in runs]}")
        return
    plan = dict(runs[0][1])
    body = plan.pop("body", {})
    if plan != {"job": job}:
        outcome.faults.append(f"call of {job}: {plan}")
    before, after = alone.pop("steps", []), body.pop("steps", [])
    if rich:
        after, body = _without_added(before, after, body, job, outcome)
    if (alone, before) != (body, after):
        outcome.faults.append(f"call of {job}: {_difference({**alone, 'steps': before}, {**body, 'steps': after})}")


def _without_added(
    before: list[Any], after: list[Any], body: dict[str, Any], job: str, outcome: Outcome
) -> tuple[list[Any], dict[str, Any]]:
    """The steps and the job without what was added for the value and the revision, once that was looked at."""
    kept, added, rest = [], [], list(before)
    for step in after:
        if rest and step == rest[0]:
            kept.append(rest.pop(0))
        else:
            added.append(step)
    environment = dict(body.get("environment") or {}) if not isinstance(body.get("environment"), list) else {}
    given = json.dumps([added, environment.pop("SENT", None)])
    if _GIVEN not in given and before:
        outcome.faults.append(f"call of {job}: the value is nowhere")
    revisions = sum("a" * 40 in json.dumps(step) and "reset" in json.dumps(step) for step in added)
    if revisions != sum("checkout" in step for step in before):
        outcome.faults.append(f"call of {job}: {revisions} of its checkouts get the revision")
    if "environment" in body and not isinstance(body["environment"], list):
        body = {**body, "environment": environment}
        if not environment:
            del body["environment"]
    return [*kept, *rest] if not rest else kept, body


@cache
def _schema() -> Any:
    path = files("check_jsonschema") / "builtin_schemas" / "vendor" / "circle-ci.json"
    text = re.sub(r"\\\\p\{[A-Za-z]+\}", "a-zA-Z", path.read_text(encoding="utf-8"))
    schema = json.loads(text)
    return jsonschema.validators.validator_for(schema)(schema)


def _schema_errors(text: str) -> set[str]:
    data = load(text)
    data["version"] = 2.1
    with contextlib.suppress(TypeError):
        data = json.loads(json.dumps(data, default=str))
    return {
        f"{error.validator} at {[p for p in error.absolute_path if not isinstance(p, int)]}"
        for error in _schema().iter_errors(data)
    }
