"""Systematic damage to a migrated config: each mutant changes one thing, and says which."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from migrator.repository.roots import CONFIG_PATH
from migrator.syntax.yaml import load
from tests.verifying.changes import at, drop, grow, insert, later, put, rename, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.verifying.changes import Change, Path
    from tests.verifying.support import Files

Config = dict[str, Any]
Named = tuple[str, "Change"]

_ENTRY_SETTINGS: tuple[tuple[str, object], ...] = (
    ("context", "org-secrets"),
    ("name", "another-name"),
    ("type", "approval"),
    ("filters", {"branches": {"only": "nowhere"}}),
    ("filters", {"branches": {"ignore": "/.*/"}}),
    ("filters", {"branches": {"ignore": "main"}}),
    ("filters", {"tags": {"only": "/.*/"}}),
    ("filters", 'pipeline.git.branch == "nowhere"'),
    ("matrix", {"parameters": {"os": ["a", "b"]}}),
    ("post-steps", [{"run": "echo more"}]),
)
_JOB_SETTINGS: tuple[tuple[str, object], ...] = (
    ("parallelism", 3),
    ("shell", "/bin/sh"),
    ("working_directory", "/elsewhere"),
    ("resource_class", "large"),
    ("docker", [{"image": "elsewhere/image"}]),
    ("environment", {"EXTRA": "1"}),
)


def config_of(content: Files) -> Config:
    """The config as plain data, every entry of a workflow as a map."""
    config = load(content[CONFIG_PATH])
    assert isinstance(config, dict)
    for body in config["workflows"].values() if "workflows" in config else ():
        if isinstance(body, dict):
            body["jobs"] = [{entry: {}} if isinstance(entry, str) else entry for entry in body["jobs"]]
    return deepcopy(config)


def with_config(content: Files, config: Config) -> Files:
    """The files with another config; JSON is YAML."""
    return {**content, CONFIG_PATH: json.dumps(config, indent=1)}


def config_mutants(content: Files) -> Iterator[tuple[str, Files]]:
    """Every mutant of the config, with a name."""
    config = config_of(content)
    for name, change in _changes(config):
        mutant = deepcopy(config)
        change(mutant)
        if mutant != config:
            yield name, with_config(content, mutant)


def _changes(config: Config) -> Iterator[Named]:
    yield "setup", put(("setup",), True)
    yield "version", put(("version",), 2)
    for name, body in config.get("parameters", {}).items():
        yield from _parameter(name, body)
    for name, body in config["workflows"].items():
        if isinstance(body, dict):
            yield from _workflow(config, name, body)
    for name, body in config["jobs"].items():
        yield from _job(name, body)
    for name, body in config.get("commands", {}).items():
        yield from _steps(f"command {name}", ("commands", name, "steps"), body["steps"])


def _parameter(name: str, body: Config) -> Iterator[Named]:
    path = ("parameters", name)
    yield f"parameter {name} gone", drop(*path)
    yield f"parameter {name} renamed", rename(path, f"{name}_x")
    yield f"parameter {name} boolean", put(path, {"type": "boolean", "default": False})
    yield f"parameter {name} default", put((*path, "default"), _another(body))
    for index, member in enumerate(body.get("enum", ())):
        yield f"parameter {name} without {member}", drop(*path, "enum", index)


def _another(parameter: Config) -> object:
    match parameter["type"], parameter["default"]:
        case "enum", default:
            return next((member for member in parameter["enum"] if member != default), "x")
        case "boolean", default:
            return not default
        case "integer", int(default):
            return default + 1
    return f"{parameter['default']}x"


def _workflow(config: Config, name: str, body: Config) -> Iterator[Named]:
    where, path = f"workflow {name}", ("workflows", name)
    yield f"{where} gone", drop(*path)
    yield f"{where} renamed", rename(path, f"{name}-x")
    for key, other in (("when", "unless"), ("unless", "when")):
        if key in body:
            yield f"{where} without {key}", drop(*path, key)
            yield f"{where} {key} true", put((*path, key), True)
            yield f"{where} {key} false", put((*path, key), False)
            yield f"{where} {other} for {key}", rename((*path, key), other)
            yield from ((f"{where} {text} changed", grow((*path, *text))) for text in texts(body[key], (key,)))
    if "triggers" in body:
        yield f"{where} without schedule", drop(*path, "triggers")
        yield f"{where} cron", put((*path, "triggers", 0, "schedule", "cron"), "1 1 1 1 1")
    for index, entry in enumerate(body["jobs"]):
        yield from _entry(config, (*path, "jobs"), index, entry)


def _entry(config: Config, path: Path, index: int, entry: Config) -> Iterator[Named]:
    ((job, settings),) = entry.items()
    where, own = f"workflow {path[1]} job {job}", (*path, index, job)
    yield f"{where} gone", drop(*path, index)
    yield f"{where} doubled", insert(path, index, deepcopy(entry))
    for key, value in (*_ENTRY_SETTINGS, ("requires", [next(iter(config["jobs"]))])):
        yield f"{where} {key} {value}", put(own, {**(settings or {}), key: value})
    for other in config["jobs"]:
        if other != job:
            yield f"{where} beside {other}", insert(path, index, {other: {}})
            yield f"{where} becomes {other}", rename(own, other)
    yield from ((f"{where} without {key}", drop(*own, key)) for key in settings or ())
    steps = (settings or {}).get("pre-steps", [])
    if steps:
        yield f"{where} pre-steps last", rename((*own, "pre-steps"), "post-steps")
        yield from _steps(f"{where} pre-steps", (*own, "pre-steps"), steps)


def _job(name: str, body: Config) -> Iterator[Named]:
    where, path = f"job {name}", ("jobs", name)
    yield f"{where} gone", drop(*path)
    yield from ((f"{where} {key} {value}", put((*path, key), value)) for key, value in _JOB_SETTINGS)
    yield from ((f"{where} without {key}", drop(*path, key)) for key in body if key != "steps")
    environment = body.get("environment")
    for variable in environment if isinstance(environment, dict) else ():
        yield f"{where} {variable} unset", drop(*path, "environment", variable)
        yield f"{where} {variable} shadowed", put((*path, "environment", variable), "shadow")
    yield from _steps(where, (*path, "steps"), body["steps"])


def _steps(where: str, path: Path, steps: list[Any]) -> Iterator[Named]:
    for index, step in enumerate(steps):
        yield f"{where} step {index} gone", drop(*path, index)
        yield f"{where} step {index} twice", insert(path, index, deepcopy(step))
        yield f"{where} step before {index}", insert(path, index, {"run": "echo inserted"})
        if index + 1 < len(steps):
            yield f"{where} step {index} later", later(path, index)
        yield from ((f"{where} step {index} {text}", grow((*path, index, *text))) for text in texts(step))
    yield f"{where} step behind", insert(path, len(steps), {"run": "echo inserted"})


def is_harmless(name: str, config: Config) -> bool:
    """Whether a mutant does the same for whoever uses it, although its plain data is another.

    The names of generated workflows and of the job behind a deploy step are nobody's promise; a generated step exports
    a variable only when it is not set, so it may run twice, or in another order.
    """
    words = name.split(" ")
    if name.endswith(" renamed") and words[0] == "workflow":
        return at(config, ("workflows", name[len("workflow ") : -len(" renamed")])).get("when") is not None and (
            "run-" in name
        )
    if name.endswith(" name another-name") and "-deploy name" in name:
        return True
    return " pre-steps step " in name and words[-1] in {"twice", "later"}
