"""Random CircleCI configs as text: random data, written in random style."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from migrator.syntax.yaml.write import double_quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrator.model import ConfigPlan

from tests.config.support import job, plan

_NAMES = ["build", "deploy", "Test it", "x-1", "on_call", "lint"]
_SCRIPTS = [
    "make",
    "cat <<EOF\nhello $X\nEOF\n",
    "read a <<< b",
    "echo 'a: b' # c",
    "  indented\nless\n",
    'echo "<<"',
    "a\n\nb",
]
_BRANCHES: list[Any] = [{"only": "main"}, {"ignore": ["dev", "/x.*/"]}, {"only": ["main", "/rel-\\d+/"]}]
_CONDITIONS: list[Any] = [
    {"when": {"equal": ["main", "<< pipeline.git.branch >>"]}},
    {"when": {"and": [{"not": {"equal": ["dev", "<< pipeline.git.branch >>"]}}, True]}},
    {"unless": {"or": [{"equal": ["dev", "<< pipeline.git.branch >>"]}]}},
    {"unless": {"matches": {"pattern": "^dev$", "value": "<< pipeline.git.branch >>"}}},
    {"when": 'pipeline.git.branch == "main" or pipeline.git.branch == "dev"'},
    {"unless": 'pipeline.git.branch == "dev"'},
    {"when": "<< pipeline.parameters.flag >>"},
    {"when": False},
]


@dataclass(frozen=True)
class Sample:
    """A config with a plan for it. `plain`: block style, and nothing in it that a rewrite has to change in place."""

    text: str
    plan: ConfigPlan
    plain: bool


@st.composite
def samples(draw: st.DrawFn) -> Sample:
    """A random config, valid by the published schema, and a plan for some of its jobs."""
    version = draw(st.sampled_from(["2", "2.0", "2.1", "2.1", "2.1"]))
    legacy = version != "2.1"
    names = draw(st.lists(st.sampled_from(_NAMES), min_size=1, max_size=4, unique=True))
    conditions = draw(st.booleans()) and not legacy
    data = _config(draw, names, legacy=legacy, conditions=conditions)
    flow = draw(st.sampled_from([0, 0, 3]))
    text = f"version: {version}\n" + Writer(draw, flow).document(data)
    eol = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    if draw(st.booleans()):
        text = text.rstrip("\n") if not text.endswith("\n\n") else text
    wanted = plan(*(_job_plan(draw, name, data) for name in draw(st.permutations(names))[:2]))
    return Sample(text.replace("\n", eol), wanted, not (legacy or conditions or flow))


def _config(draw: st.DrawFn, names: Sequence[str], *, legacy: bool, conditions: bool) -> dict[str, Any]:
    data: dict[str, Any] = {}
    if not legacy and (conditions or draw(st.booleans())):
        data["parameters"] = {"flag": {"type": "boolean", "default": draw(st.booleans())}}
    data["jobs"] = {name: _job(draw, legacy=legacy) for name in names}
    form = draw(st.sampled_from(["none", "empty", "some", "some"]))
    if form == "empty":
        data["workflows"] = draw(st.sampled_from([None, {}, {"version": 2}]))
    if form == "some":
        titles = draw(st.lists(st.sampled_from(["main", "nightly", "Other one"]), min_size=1, max_size=3, unique=True))
        data["workflows"] = {title: _workflow(draw, names, conditions=conditions) for title in titles}
        if draw(st.booleans()):
            data["workflows"] = {"version": 2, **data["workflows"]}
    return dict(draw(st.permutations(list(data.items()))))


def _job(draw: st.DrawFn, *, legacy: bool) -> dict[str, Any]:
    body: dict[str, Any] = {"docker": [{"image": "cimg/base:stable"}]}
    if draw(st.booleans()):
        body["environment"] = draw(
            st.sampled_from([{"A": "1", "B": "on"}, [{"A": "x"}], ["A=1", "C=2"], None, {"V": "set"}])
        )
    if draw(st.booleans()):
        body["working_directory"] = draw(st.sampled_from(["~/x", "/srv"]))
    deploy = draw(st.booleans())
    if not deploy and draw(st.booleans()):
        body["parallelism"] = draw(st.integers(1, 3))
    if legacy and draw(st.integers(0, 4)) == 0:
        body["branches"] = draw(st.sampled_from(_BRANCHES))
    steps = draw(st.lists(_step(legacy=legacy, deploy=deploy), min_size=1, max_size=4))
    return {**body, "steps": steps}


def _step(*, legacy: bool, deploy: bool) -> st.SearchStrategy[Any]:
    scripts = st.sampled_from([s for s in _SCRIPTS if legacy or "<<" not in s])
    steps: list[st.SearchStrategy[Any]] = [
        st.just("checkout"),
        st.fixed_dictionaries({"checkout": st.just({"path": "src"})}),
        st.fixed_dictionaries({"run": scripts}),
        st.fixed_dictionaries({"run": st.fixed_dictionaries({"name": st.just("a: b"), "command": scripts})}),
        st.just({"save_cache": {"key": "k-{{ .Branch }}", "paths": ["~/x"]}}),
    ]
    if legacy:
        steps += [st.just("setup_docker_engine"), st.fixed_dictionaries({"shell": scripts})]
        steps += [st.fixed_dictionaries({"deploy": scripts})] if deploy else []
    else:
        inner = st.lists(st.sampled_from(["checkout", {"run": "make"}]), min_size=1, max_size=2)
        conditional = st.fixed_dictionaries({"condition": st.booleans(), "steps": inner})
        steps.append(st.fixed_dictionaries({"when": conditional}))
    return st.one_of(steps)


def _workflow(draw: st.DrawFn, names: Sequence[str], *, conditions: bool) -> dict[str, Any]:
    entries = []
    chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
    for number, name in enumerate(chosen):
        settings: dict[str, Any] = {}
        if number and draw(st.booleans()):
            settings["requires"] = [chosen[number - 1]]
        if draw(st.booleans()):
            settings["filters"] = {"branches": draw(st.sampled_from(_BRANCHES))}
        if draw(st.booleans()):
            settings["context"] = draw(st.sampled_from(["org", ["a", "b"]]))
        entries.append({name: settings} if settings else name)
    workflow: dict[str, Any] = {"jobs": entries}
    if conditions and draw(st.booleans()):
        workflow = {**draw(st.sampled_from(_CONDITIONS)), **workflow}
    elif draw(st.integers(0, 3)) == 0:
        workflow["triggers"] = [{"schedule": {"cron": "0 0 * * *", "filters": {"branches": {"only": "main"}}}}]
    return workflow


def _job_plan(draw: st.DrawFn, name: str, data: dict[str, Any]) -> Any:
    variables = draw(st.permutations(["V", "W", "VERSION"]))
    cut = draw(st.integers(0, 2))
    workflows = {title: body for title, body in (data.get("workflows") or {}).items() if title != "version"}
    ordinary = repr(workflows) if workflows else "build"
    return job(
        name,
        " ".join(variables[:cut]),
        " ".join(variables[cut : draw(st.integers(cut, 3))]),
        in_environment=name not in ordinary and draw(st.booleans()),
        tags=draw(st.booleans()),
        revision=draw(st.sampled_from(["never", "sometimes", "always"])),
    )


class Writer:
    """Writes plain data as YAML in one random style, with random comments and blank lines."""

    def __init__(self, draw: st.DrawFn, flow: int) -> None:
        """`flow` is the depth from which collections stand in brackets; 0 for never."""
        self._draw = draw
        self._flow = flow
        self._step = draw(st.sampled_from([2, 2, 4]))
        self._dash = draw(st.sampled_from([0, 2]))
        self._noise = draw(st.booleans())

    def document(self, data: dict[str, Any]) -> str:
        """The document's lines."""
        return "".join(f"{line}\n" for line in self._map(data, 0))

    def _map(self, data: dict[str, Any], depth: int) -> list[str]:
        lines: list[str] = []
        for key, value in data.items():
            lines += self._comment()
            lines += self._pair(self._scalar(str(key)), value, depth)
        return lines

    def _pair(self, key: str, value: Any, depth: int) -> list[str]:
        if value is None:
            return [f"{key}:"]
        if isinstance(value, dict | list) and value and not (self._flow and depth >= self._flow):
            is_map = isinstance(value, dict)
            inner = self._map(value, depth + 1) if is_map else self._list(value, depth + 1)
            return [f"{key}:{self._tail()}", *_shift(inner, self._step if is_map else self._dash)]
        return _joined(f"{key}: ", self._inline(value, depth))

    def _list(self, data: list[Any], depth: int) -> list[str]:
        lines: list[str] = []
        for item in data:
            lines += self._comment()
            if isinstance(item, dict) and not (self._flow and depth >= self._flow):
                first, *rest = [
                    line for line in self._map(item, depth + 1) if line.strip() and not line.startswith("#")
                ]
                lines += [f"- {first}", *_shift(rest, 2)]
            else:
                lines += _joined("- ", self._inline(item, depth))
        return lines

    def _inline(self, value: Any, depth: int) -> list[str]:
        if isinstance(value, dict | list):
            return [_bracketed(value)]
        if isinstance(value, str) and "\n" in value and not (self._flow and depth >= self._flow):
            return self._block(value)
        return [(self._scalar(value) if isinstance(value, str) else _bracketed(value)) + self._tail()]

    def _block(self, value: str) -> list[str]:
        body = value.rstrip("\n")
        indicator = "2" if body.startswith(" ") else ""
        return [f"|{indicator}{'' if value.endswith(chr(10)) else '-'}", *_shift(body.split("\n"), 2)]

    def _scalar(self, value: str) -> str:
        plain = value.replace("-", "").replace("_", "").replace(" ", "")
        if plain.isalnum() and plain[0].isalpha() and self._draw(st.booleans()):
            return value
        if "'" not in value and "\n" not in value and self._draw(st.booleans()):
            return f"'{value}'"
        return double_quoted(value)

    def _comment(self) -> list[str]:
        if not self._noise:
            return []
        return self._draw(st.sampled_from([[], [], [], ["# note"], [""], ["", "# - checkout", ""]]))

    def _tail(self) -> str:
        return self._draw(st.sampled_from(["", "", " # tail"])) if self._noise else ""


def _joined(head: str, lines: list[str]) -> list[str]:
    return [head + lines[0], *lines[1:]]


def _shift(lines: Sequence[str], columns: int) -> list[str]:
    return [" " * columns + line if line else line for line in lines]


def _bracketed(value: Any) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{double_quoted(str(k))}: {_bracketed(v)}" for k, v in value.items()) + "}"
        case list():
            return "[" + ", ".join(_bracketed(item) for item in value) + "]"
        case bool():
            return "true" if value else "false"
        case None:
            return "null"
        case str():
            return double_quoted(value)
    return str(value)
