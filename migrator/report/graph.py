"""The trigger graph for people and for programs: text, Mermaid, Graphviz dot and JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from migrator import __version__
from migrator.report.excerpt import printable
from migrator.report.redact import redact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from migrator.graph import MergeStep, Trigger, TriggerGraph

SCHEMA_VERSION = 1


def render(style: str, graph: TriggerGraph) -> str:
    """The graph in one of the formats, ending in a line feed."""
    match style:
        case "json":
            return document(graph)
        case "mermaid":
            return "".join(line + "\n" for line in _mermaid(graph))
        case "dot":
            return "".join(line + "\n" for line in _dot(graph))
        case _:
            return "".join(line + "\n" for line in _text(graph))


def document(graph: TriggerGraph) -> str:
    """The whole graph as JSON, schema version 1."""
    content = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "migrator", "version": __version__},
        "projects": [{"project": name, "prefix": prefix} for name, prefix in graph.projects.items()],
        "triggers": [
            {key: redact(value) if isinstance(value, str) else value for key, value in _told(trigger).items()}
            for trigger in graph.triggers
        ],
        "cycles": [list(cycle) for cycle in graph.cycles],
        "order": [
            {
                "merge": kind,
                "project": redact(step.project),
                "paths": list(step.paths),
                "refs": [redact(ref) for ref in step.refs],
            }
            for kind, steps in (("config", graph.configs), ("callers", graph.callers))
            for step in steps
        ],
    }
    return json.dumps(content, indent=2) + "\n"


def _told(trigger: Trigger) -> dict[str, object]:
    return {key: value for key, value in asdict(trigger).items() if key != "goal"}


def _shown(text: str) -> str:
    return printable(redact(text))


def _text(graph: TriggerGraph) -> Iterator[str]:
    for caller in dict.fromkeys(trigger.caller for trigger in graph.triggers):
        yield _shown(caller)
        for trigger in graph.triggers:
            if trigger.caller == caller:
                yield f"  {_shown(_line(trigger))}"
    for trigger in graph.triggers:
        if trigger.exists is False:
            yield _shown(f"missing: {trigger.path}:{trigger.line}: {trigger.problem}")
    for cycle in graph.cycles:
        yield _shown(f"cycle: {' -> '.join(cycle)}")
    yield from _order(graph)


def _line(trigger: Trigger) -> str:
    place = f"{trigger.path}:{trigger.line}"
    mark = "  (missing)" if trigger.exists is False else ""
    where = f"  on {trigger.ref}" if trigger.ref else ""
    return f"{place}  ->  {trigger.project}  {trigger.starts}{where}  ({trigger.api}){mark}"


def _order(graph: TriggerGraph) -> Iterator[str]:
    if graph.configs:
        yield "merge first, in any order:"
        yield from (_shown(f"  {_config(step)}") for step in graph.configs)
    if graph.callers:
        yield "then the callers:" if graph.configs else "merge the callers, the configs have what they need:"
        yield from (_shown(f"  {step.project}  {', '.join(step.paths)}") for step in graph.callers)


def _config(step: MergeStep) -> str:
    path = step.paths[0] if step.paths else "its config, which is not here"
    return f"{step.project}  {path}  on {_listed(step.refs)}"


def _listed(words: Iterable[str]) -> str:
    return " and ".join(words)


def _numbered(graph: TriggerGraph) -> tuple[dict[tuple[str, str], str], dict[tuple[str, str], str]]:
    """An identifier for each file that calls, and for each thing that is started, by its project."""
    files = dict.fromkeys((trigger.caller, trigger.path) for trigger in graph.triggers)
    things = dict.fromkeys((trigger.project, trigger.starts) for trigger in graph.triggers)
    return (
        {key: f"f{number}" for number, key in enumerate(files)},
        {key: f"t{number}" for number, key in enumerate(things)},
    )


def _grouped(graph: TriggerGraph) -> Iterator[tuple[str, list[tuple[str, str, bool]]]]:
    """Each project with its nodes: identifier, text, and whether it is a thing that is started."""
    files, things = _numbered(graph)
    for project in dict.fromkeys([*(p for p, _ in files), *(p for p, _ in things)]):
        nodes = [(name, path, False) for (owner, path), name in files.items() if owner == project]
        nodes += [(name, text, True) for (owner, text), name in things.items() if owner == project]
        yield project, nodes


def _edges(graph: TriggerGraph) -> Iterator[tuple[str, str, str, bool]]:
    """Each edge once: from, to, its label, and whether what it is for is missing."""
    files, things = _numbered(graph)
    seen = dict.fromkeys(
        (
            files[trigger.caller, trigger.path],
            things[trigger.project, trigger.starts],
            trigger.ref,
            trigger.exists is False,
        )
        for trigger in graph.triggers
    )
    yield from seen


def _mermaid(graph: TriggerGraph) -> Iterator[str]:
    yield "flowchart LR"
    for number, (project, nodes) in enumerate(_grouped(graph)):
        yield f'  subgraph p{number}["{_escaped(project)}"]'
        for name, text, is_started in nodes:
            left, right = ('(["', '"])') if is_started else ('["', '"]')
            yield f"    {name}{left}{_escaped(text)}{right}"
        yield "  end"
    for start, end, label, is_missing in _edges(graph):
        arrow = "-.->" if is_missing else "-->"
        text = f"{label} (missing)" if is_missing else label
        yield f'  {start} {arrow}|"{_escaped(text)}"| {end}' if text else f"  {start} {arrow} {end}"


def _escaped(text: str) -> str:
    """Text inside of quotes in Mermaid, which reads `#…;` as a character and anything like HTML as such."""
    marks = {"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "`": "#96;", "\\": "#92;"}
    return "".join(marks.get(char, char) for char in _shown(text))


def _dot(graph: TriggerGraph) -> Iterator[str]:
    yield "digraph triggers {"
    yield "  rankdir=LR;"
    for number, (project, nodes) in enumerate(_grouped(graph)):
        yield f"  subgraph cluster_{number} {{"
        yield f"    label={_quoted(project)};"
        for name, text, is_started in nodes:
            yield f"    {name} [label={_quoted(text)}, shape={'box' if is_started else 'note'}];"
        yield "  }"
    for start, end, label, is_missing in _edges(graph):
        style = ", style=dashed" if is_missing else ""
        yield f"  {start} -> {end} [label={_quoted(label + (' (missing)' if is_missing else ''))}{style}];"
    yield "}"


def _quoted(text: str) -> str:
    return '"' + _shown(text).replace("\\", "\\\\").replace('"', '\\"') + '"'
