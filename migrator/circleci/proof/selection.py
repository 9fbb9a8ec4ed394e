"""Which parameters of a request decide what runs, every value that they can have, and which of those to send.

The expansions of a call take other values when it starts one job than when it starts another.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from migrator.circleci.api.v2_request import Bare
from migrator.circleci.runs.config import as_mapping
from migrator.circleci.runs.events import identity, parameter_unknown
from migrator.circleci.runs.generated import reads_revision_only
from migrator.model import Expansion, Literal, Value, flatten, literal, source, values

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping

    from migrator.circleci.api.v2_request import Parameter, V2Request
    from migrator.circleci.compiler import JobRun
    from migrator.circleci.runs.config import ConfigView
    from migrator.model import Template


MOST_BINDINGS = 64
"""Combinations of listed values that are looked at, for one job of one call; with more, they stay unknown."""


def bindings(job: Template, name: str, others: Iterable[Template]) -> tuple[dict[str, str], ...]:
    """The values, by expansion, with which the template `job` becomes `name`; those that `others` list are tried out.

    Empty when the template cannot become the name.
    """
    listed = _known_values(others)
    if prod(map(len, listed.values())) > MOST_BINDINGS:
        listed = {}
    combined = ({**free, **known} for known in _jobs(job, name) for free in _choices_of(listed))
    return tuple({tuple(sorted(binding.items())): binding for binding in combined}.values())


def _jobs(job: Template, name: str) -> Iterator[dict[str, str]]:
    parts = flatten(job)
    listed = _known_values((job,))
    for known in _choices_of(listed):
        found = re.fullmatch(_pattern(parts, known), name, re.DOTALL)
        if found is not None:
            names = _open_names(parts, known)
            yield {**known, **{name: found[f"v{number}"] for number, name in enumerate(names)}}


def _pattern(parts: Template, known: Mapping[str, str]) -> str:
    names = _open_names(parts, known)
    pieces: list[str] = []
    seen: set[str] = set()
    for part in parts:
        if isinstance(part, Literal):
            pieces.append(re.escape(part.text))
        elif (name := identity(part)) in known:
            pieces.append(re.escape(known[name]))
        else:
            number = names.index(name)
            pieces.append(f"(?P=v{number})" if name in seen else f"(?P<v{number}>.*?)")
            seen.add(name)
    return "".join(pieces)


def _open_names(parts: Template, known: Mapping[str, str]) -> list[str]:
    names = dict.fromkeys(identity(part) for part in parts if isinstance(part, Expansion))
    return [name for name in names if name not in known]


def _known_values(templates: Iterable[Template]) -> dict[str, tuple[str, ...]]:
    """The expansions whose values are all known."""
    parts = (part for template in templates for part in flatten(template))
    return {identity(part): part.values for part in parts if isinstance(part, Expansion) and part.values is not None}


def _choices_of(listed: Mapping[str, tuple[str, ...]]) -> Iterator[dict[str, str]]:
    for chosen in product(*listed.values()):
        yield dict(zip(listed, chosen, strict=True))


MOST_VALUES = 64
"""Combinations that are tried."""

_CONDITIONAL = frozenset({"when", "unless", "condition", "filters"})
_NODES = (1, 7)


def open_values(before: ConfigView, after: ConfigView) -> list[dict[str, object]] | None:
    """Assignments of all parameters that were declared before, unknown wherever nothing else is needed.

    Where the choices of an enum have changed, the old ones are tried one by one. A revision that only the steps of this
    tool read is sent with a job only, and not tried alone. None when those are too many.
    """
    return _products({name: _open(name, before, after) for name in _sent_alone(before, after)})


def pinned_values(before: ConfigView, after: ConfigView) -> list[dict[str, object]] | None:
    """Assignments for parameters that decide what cannot stay unknown, e.g. on how many nodes a job runs.

    Numbers and strings are pinned only where no condition of either config reads them: then one value shows as much as
    another. None when that is not so, or when the assignments are too many.
    """
    decided = {name for config in (before, after) for name in _deciding(config.data)}
    choices = {name: _pinned(name, before.parameters[name], decided) for name in _sent_alone(before, after)}
    known = {name: values for name, values in choices.items() if values is not None}
    return _products(known) if len(known) == len(choices) else None


def _sent_alone(before: ConfigView, after: ConfigView) -> list[str]:
    configs = (before.data, after.data)
    return [name for name in before.parameters if not all(reads_revision_only(data, name) for data in configs)]


def _products(choices: Mapping[str, tuple[object, ...]]) -> list[dict[str, object]] | None:
    if prod(map(len, choices.values())) > MOST_VALUES:
        return None
    return [dict(zip(choices, values, strict=True)) for values in product(*choices.values())]


def _open(name: str, before: ConfigView, after: ConfigView) -> tuple[object, ...]:
    old, new = (as_mapping(config.parameters.get(name)) for config in (before, after))
    choices = old.get("enum")
    if isinstance(choices, list) and choices != new.get("enum"):
        return tuple(choices)
    return (parameter_unknown(name),)


def _pinned(name: str, body: object, decided: set[str]) -> tuple[object, ...] | None:
    declared = as_mapping(body)
    match declared.get("type"), declared.get("enum"):
        case "enum", list(choices):
            return tuple(choices)
        case "boolean", _:
            return (False, True)
        case "integer", _ if name not in decided:
            return tuple(dict.fromkeys((*_NODES, declared.get("default"))))
        case "string", _ if name not in decided:
            return (declared.get("default"),)
    return None


def _deciding(data: object, *, inside: bool = False) -> Iterator[str]:
    """The parameters that a condition reads, wherever it stands."""
    match data:
        case dict():
            for key, value in data.items():
                yield from _deciding(value, inside=inside or key in _CONDITIONAL)
        case list():
            for item in data:
                yield from _deciding(item, inside=inside)
        case str() if inside:
            yield from re.findall(r"pipeline\.parameters\.([\w.-]+)", data)


MOST = 64
"""Combinations of values that are looked at."""

_READ = re.compile(r"pipeline\.parameters\.([\w.-]+)")


@dataclass(frozen=True, slots=True)
class Choice:
    """Values of the deciding parameters, by name. `others` have a value that no condition is known to ask for.

    `assumed`: one of the values is what the config lists, and whether the call sends it is not known.
    """

    values: Mapping[str, object] = field(default_factory=dict)
    others: frozenset[str] = frozenset()
    assumed: bool = False

    def __str__(self) -> str:
        """As shown to people: `run_job=deploy`."""
        return ", ".join(
            f"{name}=any other" if name in self.others else f"{name}={_shown(value)}"
            for name, value in self.values.items()
        )


def selecting(config: ConfigView, request: V2Request) -> tuple[str, ...]:
    """The parameters of the request that conditions of workflows or filters of jobs read, and all enums."""
    read = {name for body in config.workflows.values() for name in _read_by(as_mapping(body))}
    enums = {name for name, body in config.parameters.items() if as_mapping(body).get("type") == "enum"}
    return tuple(name for name, _ in request.parameters if name in read or name in enums)


def _read_by(workflow: Mapping[str, object]) -> Iterator[str]:
    entries = workflow.get("jobs")
    bodies = [body for entry in (entries if isinstance(entries, list) else ()) for body in as_mapping(entry).values()]
    for condition in (
        workflow.get("when"),
        workflow.get("unless"),
        *(as_mapping(body).get("filters") for body in bodies),
    ):
        yield from _READ.findall(str(condition))


def choices(config: ConfigView, request: V2Request, names: Iterable[str]) -> tuple[Choice, ...]:
    """Every combination of values of the named parameters; open values stay open where they cannot be listed."""
    sent = {name: _limited(value, request.limited) for name, value in request.parameters}
    listed = {name: _listed(config, name, sent[name]) for name in names}
    if prod(map(len, listed.values())) > MOST:
        listed = {name: found for name, found in listed.items() if len(found) == 1}
    own = {name: _own_choices(config, name, sent[name]) for name in listed}
    combined = (dict(zip(listed, chosen, strict=True)) for chosen in product(*listed.values()))
    return tuple(_choice(chosen, sent, own) for chosen in combined)


def _choice(
    chosen: Mapping[str, object], sent: Mapping[str, Parameter], own: Mapping[str, Container[object]]
) -> Choice:
    others = frozenset(name for name, value in chosen.items() if value is None)
    known = {name: _other(sent[name]) if name in others else value for name, value in chosen.items()}
    return Choice(known, others, any(value in own[name] for name, value in chosen.items()))


def _other(sent: Parameter) -> str:
    """A text that nothing is compared with."""
    return f"\u27e8{source(sent.template)}\u27e9" if isinstance(sent, Value | Bare) else ""


def _listed(config: ConfigView, name: str, sent: Parameter) -> tuple[object, ...]:
    """The values a parameter can have, None standing for any other."""
    declared = as_mapping(config.parameters.get(name))
    match sent:
        case Value(template) | Bare(template) if (known := values(template)) is not None:
            return known
        case Bare() if declared.get("type") == "boolean":
            return (True, False)
        case Value(template) | Bare(template) if declared.get("type") == "enum":
            own = _fitting(declared, template)
            given = (text for text in _defaults(template) if text not in own)
            return (*own, *given, *(() if own and _names_jobs(config, declared) else (None,)))
        case Value(template) | Bare(template):
            asked = dict.fromkeys(mentioned(config.workflows, name))
            return (*(text for text in asked if _fits(template, text) and text != declared.get("default")), None)
    return (sent,)


def _fitting(declared: Mapping[str, object], template: Template) -> tuple[str, ...]:
    """The choices of an enum that a value can be, but for the default."""
    members = declared.get("enum")
    texts = map(str, members) if isinstance(members, list) else ()
    return tuple(text for text in texts if text != declared.get("default") and _fits(template, text))


def _own_choices(config: ConfigView, name: str, sent: Parameter) -> tuple[str, ...]:
    """What only the config lists: whether the call ever sends it is not known."""
    declared = as_mapping(config.parameters.get(name))
    if not isinstance(sent, Value | Bare) or values(sent.template) is not None or declared.get("type") != "enum":
        return ()
    fitting = _fitting(declared, sent.template)
    return () if _names_jobs(config, declared) else tuple(set(fitting) - set(_defaults(sent.template)))


def _names_jobs(config: ConfigView, declared: Mapping[str, object]) -> bool:
    """Whether an enum lists jobs: a call of v1.1 that named another could start none either."""
    members = declared.get("enum")
    choices = [member for member in members if member != declared.get("default")] if isinstance(members, list) else []
    return all(choice in config.jobs for choice in choices)


_DEFAULT = re.compile(r"\$\{\w+:?[-=]([\w./:@+-]+)\}")


def _defaults(template: Template) -> tuple[str, ...]:
    """The text that a shell sends in the place of nothing, where it is all that is sent."""
    parts = flatten(template)
    found = _DEFAULT.fullmatch(parts[0].source) if len(parts) == 1 and isinstance(parts[0], Expansion) else None
    return (found[1],) if found else ()


def _limited(sent: Parameter, limits: Mapping[str, tuple[str, ...]]) -> Parameter:
    """A parameter with the values that the program around the call leaves to its parts."""
    if not isinstance(sent, Value):
        return sent
    parts = flatten(sent.template)
    return replace(sent, template=tuple(_limited_part(part, limits) for part in parts))


def _limited_part(part: Literal | Expansion, limits: Mapping[str, tuple[str, ...]]) -> Literal | Expansion:
    if isinstance(part, Literal) or part.values is not None or identity(part) not in limits:
        return part
    return replace(part, values=limits[identity(part)])


def _fits(template: tuple[Literal | Expansion, ...], text: str) -> bool:
    parts = (re.escape(part.text) if isinstance(part, Literal) else ".*" for part in flatten(template))
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


def mentioned(data: object, name: str) -> Iterator[str]:
    """The texts that conditions in plain data compare the parameter with."""
    match data:
        case {"equal": list(operands)} if any(isinstance(o, str) and name in _READ.findall(o) for o in operands):
            yield from (o for o in operands if isinstance(o, str) and "<<" not in o)
        case dict():
            for value in data.values():
                yield from mentioned(value, name)
        case list():
            for item in data:
                yield from mentioned(item, name)
        case str() if name in _READ.findall(data):
            yield from re.findall(r"""["']([^"']*)["']""", data)


def given(request: V2Request, choice: Choice) -> tuple[tuple[str, Parameter], ...]:
    """The request's parameters with the chosen values in place."""
    return tuple((name, _chosen(choice.values.get(name), sent)) for name, sent in request.parameters)


def _chosen(value: object, sent: Parameter) -> Parameter:
    match value:
        case None:
            return sent
        case bool() | int():
            return value
    return Value(literal(str(value))) if isinstance(value, str) else sent


def connected(run: JobRun, name: str, runs: Iterable[JobRun]) -> bool:
    """Whether a run needs the job `name`, or is needed by it, directly or through others of its workflow."""
    mine = [other for other in runs if other.workflow == run.workflow]
    own = {other.name for other in mine if name in (other.name, other.job)}
    needs = {other.name: {required.partition(":")[0] for required in other.requires} for other in mine}
    return bool(own & _reached({run.name}, needs)) or run.name in _reached(own, needs)


def _reached(start: set[str], needs: Mapping[str, set[str]]) -> set[str]:
    found, waiting = set(start), list(start)
    while waiting:
        fresh = needs.get(waiting.pop(), set()) - found
        found |= fresh
        waiting += fresh
    return found


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
