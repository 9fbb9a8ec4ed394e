"""What a config runs, worked out a second time: concrete events only, and no more of the language than the tests use.

Written after CircleCI's documentation and independent of the compiler that the proof rests on. A run is what its
commands see: for each the job, its environment, the commit that is checked out, the contexts, and the number of nodes.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

Config = dict[str, Any]
_TAG = re.compile(r"(?<!\\)<<\s*(.+?)\s*>>")
_SYNONYMS = {"setup_docker_engine": "setup_remote_docker"}


@dataclass(frozen=True)
class Start:
    """A push (`api` False), or a request to the API with parameters; `schedule` names a workflow that is due."""

    branch: str = ""
    tag: str = ""
    api: bool = False
    parameters: dict[str, Any] = field(default_factory=dict)
    schedule: str = ""


class RefusedError(Exception):
    """CircleCI would not run the pipeline."""


def runs(config: Config, start: Start) -> Counter[tuple[Any, ...]]:
    """Everything that the event runs, each with how often. Raises RefusedError."""
    declared = config.get("parameters", {})
    values = {name: body["default"] for name, body in declared.items()}
    for name, value in start.parameters.items():
        if name not in declared or (declared[name]["type"] == "enum" and value not in declared[name]["enum"]):
            raise RefusedError(name)
        values[name] = value
    scope = {f"pipeline.parameters.{name}": value for name, value in values.items()}
    scope |= {"pipeline.git.branch": start.branch, "pipeline.git.tag": start.tag}
    found: Counter[tuple[Any, ...]] = Counter()
    for name, body in _workflows(config).items():
        if _is_due(name, body, start, scope):
            found += _workflow(config, name, body, start, scope)
    return found


def v1_runs(config: Config, job: str, sent: dict[str, str], revision: str = "") -> Counter[tuple[Any, ...]]:
    """What a v1.1 trigger runs: the job alone, without contexts, with the parameters that nothing else sets."""
    scope = {f"pipeline.parameters.{name}": body["default"] for name, body in config.get("parameters", {}).items()}
    environment = {**sent, **({"CIRCLE_SHA1": revision} if revision else {})}
    commands = list(_commands(config, job, config["jobs"][job]["steps"], scope, environment, revision))
    return Counter((job, (), *command) for command in commands)


def _workflows(config: Config) -> dict[str, Config]:
    found = {name: body for name, body in (config.get("workflows") or {}).items() if name != "version"}
    if found:
        return found
    branches = config["jobs"]["build"].get("branches")
    return {"build": {"jobs": [{"build": {"filters": {"branches": branches}} if branches else {}}]}}


def _is_due(name: str, body: Config, start: Start, scope: dict[str, Any]) -> bool:
    if "triggers" in body or start.schedule:
        return "triggers" in body and name == start.schedule
    if "when" in body:
        return bool(_holds(body["when"], scope))
    return not _holds(body["unless"], scope) if "unless" in body else True


def _holds(condition: Any, scope: dict[str, Any], *, nested: bool = False) -> Any:
    match condition:
        case {"and": list(parts)}:
            return all(_holds(part, scope, nested=True) for part in parts)
        case {"or": list(parts)}:
            return any(_holds(part, scope, nested=True) for part in parts)
        case {"not": part}:
            return not _holds(part, scope, nested=True)
        case {"equal": list(parts)}:
            values = [_filled(part, scope) for part in parts]
            return all(value == values[0] for value in values)
        case {"matches": {"pattern": pattern, "value": value}}:
            return re.fullmatch(pattern, str(_filled(value, scope))) is not None
        case str() if "<<" not in condition and not nested:
            return _expression(condition, scope)
    return _filled(condition, scope)


def _expression(text: str, scope: dict[str, Any]) -> Any:
    """`and`, `or`, `not`, `==`, `!=` and parentheses mean in Python what they mean to CircleCI."""
    names: dict[str, Any] = {}

    def named(found: re.Match[str]) -> str:
        names[f"v{len(names)}"] = scope[found[0]]
        return f" v{len(names) - 1} "

    return eval(re.sub(r"pipeline\.[\w.]+", named, text), {}, names)


def _filled(value: Any, scope: dict[str, Any]) -> Any:
    """The value with its tags replaced; alone, a tag keeps its type."""
    if not isinstance(value, str):
        return value
    alone = re.fullmatch(r"<<\s*([\w.]+)\s*>>", value)
    if alone:
        return scope[alone[1]]
    return _TAG.sub(lambda found: str(scope[found[1]]), value).replace("\\<<", "<<")


def _workflow(config: Config, name: str, body: Config, start: Start, scope: dict[str, Any]) -> Counter[tuple[Any, ...]]:
    entries = [{entry: {}} if isinstance(entry, str) else entry for entry in body["jobs"]]
    settings = {job: found or {} for entry in entries for job, found in entry.items()}
    going = {job for job in settings if _goes(job, settings, start)}
    found: Counter[tuple[Any, ...]] = Counter()
    for job in going:
        context = settings[job].get("context", [])
        contexts = (context,) if isinstance(context, str) else tuple(context)
        waits = tuple(sorted(other for other in settings[job].get("requires", ()) if other in going))
        steps = [*settings[job].get("pre-steps", []), *config["jobs"][job]["steps"]]
        for command in _commands(config, job, steps, scope, {}, ""):
            found[name, waits, job, contexts, *command] += 1
    return found


def _goes(job: str, settings: dict[str, Config], start: Start) -> bool:
    filters = settings[job].get("filters") or {}
    required = settings[job].get("requires", ())
    if required and not any(_goes(other, settings, start) for other in required):
        return False
    if start.tag:
        return "tags" in filters and _passes(filters["tags"], start.tag)
    return _passes(filters.get("branches") or {}, start.branch)


def _passes(rules: Config, name: str) -> bool:
    if "only" in rules:
        return _listed(rules["only"], name)
    return not _listed(rules["ignore"], name) if "ignore" in rules else True


def _listed(rules: Any, name: str) -> bool:
    for rule in rules if isinstance(rules, list) else [rules]:
        if re.fullmatch(rule[1:-1], name) if len(rule) > 1 and rule[0] == rule[-1] == "/" else rule == name:
            return True
    return False


def _commands(
    config: Config, job: str, steps: list[Any], scope: dict[str, Any], sent: dict[str, str], revision: str
) -> list[tuple[Any, ...]]:
    """The commands of a job: kind and text, environment, commit, and the nodes they run on."""
    body = config["jobs"][job]
    templated = str(config["version"]) == "2.1"
    own = _environment(body.get("environment"), scope if templated else {})
    image = _environment(body["docker"][0].get("environment"), scope)
    seen = {**sent, **image, **own}
    nodes = body.get("parallelism", 1)
    found: list[tuple[Any, ...]] = []
    for kind, settings in _expanded(config, steps, scope):
        said = {key: _filled(value, scope) if templated else value for key, value in settings.items()}
        name = said.get("name")
        if name == "Export build parameters":
            for key, value in _environment(said["environment"], scope).items():
                seen.setdefault(key.removeprefix("SENT_"), value)
            continue
        if name in {"Check out the requested revision", "Export the requested revision"}:
            asked = _environment(said["environment"], scope)["SENT_REVISION"]
            seen["CIRCLE_SHA1"] = asked
            if name.startswith("Check"):
                found = [(*f[:-2], asked, f[-1]) if f[0] == "checkout" and f is found[-1] else f for f in found]
                revision = asked
            continue
        text = str(sorted(said.items()))
        # What a step does not read may differ: the commit is told when it is checked out, not from the start.
        shown = {key: value for key, value in seen.items() if key != "CIRCLE_SHA1" or key in text}
        text = "a call" if "curl" in text else text
        commit = revision if kind == "checkout" else ""
        once = kind == "deploy" and nodes > 1
        kind = "run" if kind == "deploy" else _SYNONYMS.get(kind, kind)
        found.append((kind, text, tuple(sorted(shown.items())), commit, 1 if once else nodes))
    return found


def _expanded(config: Config, steps: list[Any], scope: dict[str, Any]) -> list[tuple[str, Config]]:
    found: list[tuple[str, Config]] = []
    for step in steps:
        kind, body = (step, {}) if isinstance(step, str) else next(iter(step.items()))
        command = config.get("commands", {}).get(kind)
        if kind == "when":
            if _holds(body["condition"], scope, nested=True):
                found += _expanded(config, body["steps"], scope)
        elif command is not None:
            declared = command.get("parameters", {})
            given = {f"parameters.{name}": parameter["default"] for name, parameter in declared.items()}
            given |= {f"parameters.{name}": value for name, value in (body or {}).items()}
            found += [
                (k, _fill_all(s, {**scope, **given}))
                for k, s in _expanded(config, command["steps"], {**scope, **given})
            ]
        else:
            found.append((kind, {"command": body} if isinstance(body, str) else body or {}))
    return found


def _fill_all(settings: Config, scope: dict[str, Any]) -> Config:
    filled = {key: _filled(value, scope) for key, value in settings.items()}
    # What is filled in is text: it is not read for tags again.
    return {key: value.replace("<<", "\\<<") if isinstance(value, str) else value for key, value in filled.items()}


def _environment(declared: Any, scope: dict[str, Any]) -> dict[str, str]:
    pairs = declared if isinstance(declared, list) else [declared or {}]
    return {name: str(_filled(value, scope)) for part in pairs for name, value in part.items()}
