"""Random little repositories: a config of any version, callers of every kind, and what each is called with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from migrator.repository.roots import CONFIG_PATH
from tests.verifying.support import V1
from tests.verifying.yaml_text import block

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.verifying.support import Files

Config = dict[str, Any]

JOBS = ("build", "deploy", "Nightly run", "scan-2", "e2e")
BRANCHES = ("main", "release/1.0", "dev", "topic")
TAGS = ("v1.2", "nightly")
VARIABLES = ("VERSION", "Stage", "EXTRA")
VALUES = ("1.0", "a b", "x&y=z", "it's", 'say "hi"', "100%", "back\\slash", "$HOME", "a+b", "")
_COMMANDS = (
    "make",
    "make test\nmake lint\n",
    'echo "$VERSION ${EXTRA-none}"',
    "cat <<EOF > f\n$Stage\nEOF\n",
    "true # <<",
)
_FILTERS: tuple[Any, ...] = (
    {"branches": {"only": "main"}},
    {"branches": {"only": ["main", "/release\\/.*/"]}},
    {"branches": {"ignore": ["dev", "/rel.*/"]}},
    {"tags": {"only": "/v.*/"}},
    {"tags": {"only": "/.*/"}, "branches": {"ignore": "/.*/"}},
)
_CONDITIONS: tuple[Config, ...] = (
    {"when": "<< pipeline.parameters.nightly >>"},
    {"unless": "<< pipeline.parameters.nightly >>"},
    {"when": {"equal": ["full", "<< pipeline.parameters.suite >>"]}},
    {"when": {"and": [{"not": "<< pipeline.parameters.nightly >>"}, {"equal": ["main", "<< pipeline.git.branch >>"]}]}},
    {"unless": {"or": [{"equal": ["dev", "<< pipeline.git.branch >>"]}, "<< pipeline.parameters.nightly >>"]}},
    {"when": {"matches": {"pattern": "^rel.*$", "value": "<< pipeline.git.branch >>"}}},
    {"when": 'pipeline.git.branch == "main" or pipeline.parameters.nightly'},
    {"unless": 'pipeline.parameters.suite == "full"'},
    {"when": 'not (pipeline.git.branch == "dev")'},
)


@dataclass(frozen=True)
class Repository:
    """The files; `runs` are the scripts with the arguments to run them with."""

    files: Files
    runs: tuple[tuple[str, tuple[str, ...]], ...]
    config: Config


@st.composite
def repositories(draw: st.DrawFn) -> Repository:
    """A repository whose every call can be migrated."""
    legacy = draw(st.booleans())
    names = draw(st.lists(st.sampled_from(JOBS[1:]), min_size=1, max_size=3, unique=True))
    jobs = ["build", *names]
    config = draw(_configs(jobs, legacy=legacy))
    scripts = [draw(_scripts(jobs)) for _ in range(draw(st.integers(1, 3)))]
    files = {f"ci/call-{number}.sh": text for number, (text, _) in enumerate(scripts)}
    if draw(st.booleans()):
        _add_calling_step(draw, config, jobs)
    text = json.dumps(config, indent=1) if draw(st.integers(0, 4)) == 0 else block(config, anchors=draw(st.booleans()))
    runs = tuple((f"ci/call-{number}.sh", run) for number, (_, found) in enumerate(scripts) for run in found)
    return Repository({CONFIG_PATH: text, **files}, runs, config)


@st.composite
def _configs(draw: st.DrawFn, jobs: Sequence[str], *, legacy: bool) -> Config:
    config: Config = {"version": draw(st.sampled_from([2, "2.0"])) if legacy else 2.1}
    if not legacy:
        config["parameters"] = {
            "nightly": {"type": "boolean", "default": draw(st.booleans())},
            "suite": {"type": "enum", "enum": ["quick", "full"], "default": "quick"},
        }
        config["commands"] = {
            "prepare": {
                "parameters": {"what": {"type": "string", "default": "all"}},
                "steps": ["checkout", {"run": "make << parameters.what >>"}],
            }
        }
    config["jobs"] = {job: draw(_jobs(legacy=legacy)) for job in jobs}
    if legacy and draw(st.booleans()):
        if draw(st.booleans()):
            config["jobs"]["build"]["branches"] = draw(st.sampled_from([{"only": "main"}, {"ignore": ["dev"]}]))
        return config
    titles = draw(st.lists(st.sampled_from(["ci", "Extra flow", "other"]), min_size=1, max_size=2, unique=True))
    config["workflows"] = {title: draw(_workflows(jobs, legacy=legacy)) for title in titles}
    if draw(st.booleans()):
        config["workflows"]["cron"] = {
            "triggers": [{"schedule": {"cron": "0 0 * * *", "filters": {"branches": {"only": ["main"]}}}}],
            "jobs": [draw(st.sampled_from(jobs))],
        }
    if legacy:
        config["workflows"] = {"version": 2, **config["workflows"]}
    return config


@st.composite
def _jobs(draw: st.DrawFn, *, legacy: bool) -> Config:
    image: Config = {"image": "cimg/base:2024.01"}
    if draw(st.integers(0, 3)) == 0:
        image["environment"] = {"EXTRA": "of the image"}
    job: Config = {"docker": [image]}
    if draw(st.booleans()):
        environment = draw(
            st.dictionaries(st.sampled_from(["MODE", "Stage"]), st.sampled_from(["x", "a b"]), max_size=2)
        )
        job["environment"] = [environment] if legacy and environment and draw(st.booleans()) else environment
    if draw(st.integers(0, 3)) == 0:
        job["parallelism"] = 2
    job["steps"] = draw(st.lists(_steps(legacy=legacy), min_size=1, max_size=4))
    return job


def _steps(*, legacy: bool) -> st.SearchStrategy[Any]:
    runs = st.sampled_from(_COMMANDS).map(lambda text: {"run": text if legacy else text.replace("<<", "\\<<")})
    named = st.sampled_from(_COMMANDS[:3]).map(lambda text: {"run": {"name": "Do it", "command": text}})
    found: list[st.SearchStrategy[Any]] = [st.just("checkout"), runs, named]
    if legacy:
        return st.one_of(*found, st.just("setup_docker_engine"))
    called = [
        "prepare",
        {"prepare": {"what": "docs"}},
        {"when": {"condition": "<< pipeline.parameters.nightly >>", "steps": ["checkout", {"run": "make nightly"}]}},
    ]
    return st.one_of(*found, st.sampled_from(called))


@st.composite
def _workflows(draw: st.DrawFn, jobs: Sequence[str], *, legacy: bool) -> Config:
    body: Config = {} if legacy or draw(st.booleans()) else dict(draw(st.sampled_from(_CONDITIONS)))
    chosen = draw(st.lists(st.sampled_from(jobs), min_size=1, max_size=3, unique=True))
    body["jobs"] = [draw(_entries(job, chosen[:number])) for number, job in enumerate(chosen)]
    return body


@st.composite
def _entries(draw: st.DrawFn, job: str, earlier: Sequence[str]) -> Any:
    settings: Config = {}
    contexts: list[object] = ["org", ["org", "more"]]
    if draw(st.booleans()):
        settings["context"] = draw(st.sampled_from(contexts))
    if not earlier and draw(st.booleans()):
        settings["filters"] = draw(st.sampled_from(_FILTERS))
    if bool(earlier) and draw(st.booleans()):
        settings["requires"] = [draw(st.sampled_from(earlier))]
    return {job: settings} if settings else job


def _add_calling_step(draw: st.DrawFn, config: Config, jobs: Sequence[str]) -> None:
    """A step of a job that starts another job, written for the shell of the step."""
    kind = "deploy" if config["version"] != 2.1 and draw(st.booleans()) else "run"
    body = draw(st.sampled_from(jobs[1:]))
    url = f"{V1}/tree/$CIRCLE_BRANCH"
    text = f"curl -u $TOKEN: -d build_parameters[CIRCLE_JOB]='{body}' -d build_parameters[VERSION]=$CIRCLE_SHA1 {url}\n"
    steps = config["jobs"]["build"]["steps"]
    steps.append({kind: text if draw(st.booleans()) else {"name": "Start", "command": text}})


@st.composite
def _scripts(draw: st.DrawFn, jobs: Sequence[str]) -> tuple[str, tuple[tuple[str, ...], ...]]:
    """A script with one call, and the argument lists to run it with."""
    form = draw(st.sampled_from(["static", "argument", "loop"]))
    chosen = draw(st.sampled_from(jobs))
    job = {"static": chosen, "argument": "$1", "loop": "$job"}[form]
    sent = {name: draw(_values()) for name in draw(st.lists(st.sampled_from(VARIABLES), max_size=2, unique=True))}
    style = draw(st.sampled_from(["form", "urlencode", "json"]))
    revision = draw(st.booleans())
    ref = draw(st.sampled_from(["branch", "argument", "none", "tag"]))
    default: bool = chosen == "build" and form == "static" and draw(st.booleans())
    call = _call(style, job, sent, ref, revision=revision and ref != "tag", default=default)
    if form == "loop":
        words = " ".join(f"'{name}'" for name in jobs[:2])
        call = f"for job in {words}; do\n  {call}\ndone"
    text = f"#!/bin/bash\nset -eu\n{call}\n"
    # An unencoded form field meant something else with these characters in its value; the note on the call says so.
    fitting = [value for value in VALUES if style != "form" or not set(value) & set("&+%")]
    values: list[str] = draw(st.lists(st.sampled_from(fitting), min_size=1, max_size=2))
    starts: Sequence[str] = jobs if form == "argument" else ("-",)
    return text, tuple((start, value, "dev", "v1.2", "0123abc") for start in starts for value in values)


def _values() -> st.SearchStrategy[str]:
    """A literal, or the script's second argument, alone and inside text."""
    return st.sampled_from(["1.0", "$2", "v$2", "plain text"])


def _call(style: str, job: str, sent: dict[str, str], ref: str, *, revision: bool, default: bool) -> str:
    fields = {} if default else {"build_parameters[CIRCLE_JOB]": job}
    fields |= {f"build_parameters[{name}]": value for name, value in sent.items()}
    fields |= {"revision": "$5"} if revision else {}
    fields |= {"tag": "$4"} if ref == "tag" else {}
    url = V1 + {"branch": "/tree/release%2F1.0", "argument": "/tree/$3", "none": "", "tag": ""}[ref]
    return f'curl -fsS -X POST -u "$TOKEN:" {_data(style, fields)} "{url}"'.replace("  ", " ")


def _data(style: str, fields: dict[str, str]) -> str:
    if style != "json":
        option = "-d" if style == "form" else "--data-urlencode"
        return " ".join(f'{option} "{name}={value}"' for name, value in fields.items())
    inner = {name[17:-1]: value for name, value in fields.items() if name.startswith("build_parameters")}
    outer = {name: value for name, value in fields.items() if not name.startswith("build_parameters")}
    body = json.dumps({"build_parameters": inner, **outer}).replace('"', '\\"')
    return f'-H "Content-Type: application/json" -d "{body}"'
