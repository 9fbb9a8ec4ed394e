"""Which names a tag can refer to, what they stand for, and which of them a config reads.

CircleCI docs: pipeline-variables, "The scope of parameters": element parameters are lexical, pipeline values are
always in scope, pipeline parameters are not in scope inside orbs.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from migrator.circleci.compiler.expr import Const, Expr, Ref, nodes_of
from migrator.circleci.compiler.expression import parse_expression
from migrator.circleci.compiler.model import CompileError, Event, EventKind
from migrator.circleci.compiler.template import is_templated, parse_template

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


_EXPRESSIONS = frozenset({"when", "unless", "filters"})
_TEXTS = frozenset({"description"})


def references(data: object) -> Iterator[str]:
    """Every name of a pipeline value that plain data reads, as often as it does."""
    match data:
        case dict():
            for key, value in data.items():
                yield from references(key)
                if key in _EXPRESSIONS and isinstance(value, str) and not is_templated(value):
                    yield from _read(value, parse_expression)
                elif key not in _TEXTS:
                    yield from references(value)
        case list():
            for item in data:
                yield from references(item)
        case str() if is_templated(data):
            yield from _read(data, parse_template)


def _read(text: str, parse: Callable[[str], Expr]) -> Iterator[str]:
    """The names in a text; one that does not parse is told where it is compiled."""
    try:
        nodes = nodes_of(parse(text))
        yield from (node.name for node in nodes if isinstance(node, Ref) and node.name.startswith("pipeline."))
    except CompileError:
        return


_TRIGGER_SOURCES = {EventKind.PUSH: "webhook", EventKind.API: "api", EventKind.SCHEDULE: "scheduled_pipeline"}


@dataclass(frozen=True, slots=True)
class Scope:
    """The values in scope, by full name; `inside` says which of `parameters` and `matrix` exist at all."""

    pipeline: Mapping[str, object]
    parameters: Mapping[str, object] = field(default_factory=dict)
    matrix: Mapping[str, object] | None = None
    in_orb: bool = False

    def __call__(self, name: str) -> Expr:
        """What `name` stands for: a Const, or the tree of an unknown value. Raises CompileError."""
        kind, _, rest = name.partition(".")
        match kind:
            case "parameters" if rest in self.parameters:
                return _tree(self.parameters[rest])
            case "parameters":
                raise CompileError(f"Arguments referenced without declared parameters: {rest}")
            case "matrix" if self.matrix is not None and rest in self.matrix:
                return _tree(self.matrix[rest])
            case "pipeline" if rest:
                return self._pipeline(name)
        raise CompileError(f"Unknown variable(s): {name}")

    def _pipeline(self, name: str) -> Expr:
        hidden = name.startswith("pipeline.parameters.")
        if name.startswith(_NO_GROUPS) or (hidden and (self.in_orb or name not in self.pipeline)):
            raise CompileError(f"Unknown variable(s): {name}")
        return _tree(self.pipeline[name]) if name in self.pipeline else Ref(name)

    def element(self, parameters: Mapping[str, object], *, in_orb: bool) -> Scope:
        """The scope inside a job, command or executor: its own parameters and nothing of the caller's."""
        return replace(self, parameters=parameters, matrix=None, in_orb=in_orb)


# There are no such pipeline values: the parameters stand under `parameters` (CircleCI docs: pipeline values).
_NO_GROUPS = ("pipeline.parameter.", "pipeline.params.", "pipeline.param.")


def _tree(value: object) -> Expr:
    return value if isinstance(value, Expr) else Const(value)


def pipeline_scope(event: Event, parameters: Mapping[str, object]) -> Scope:
    """The scope of workflows and jobs for an event and the values of the pipeline parameters."""
    values = {**event_values(event), **{f"pipeline.parameters.{name}": value for name, value in parameters.items()}}
    return Scope(values)


def event_values(event: Event) -> dict[str, object]:
    """The pipeline values that an event determines, by full name. CircleCI docs: pipeline values."""
    values: dict[str, object] = {}
    if event.kind is not EventKind.SCHEDULE:
        values |= {"pipeline.schedule.name": "", "pipeline.schedule.id": ""}
    if event.workflow is None:
        values["pipeline.trigger_source"] = _TRIGGER_SOURCES[event.kind]
    if event.kind is EventKind.API:
        values["pipeline.trigger.type"] = "api"
    if event.kind is EventKind.SCHEDULE and event.workflow is None:
        values["pipeline.trigger.type"] = "schedule"
    if event.tag is not None:
        values |= {"pipeline.git.tag": event.tag, "pipeline.git.branch": ""}
    else:
        values["pipeline.git.tag"] = ""
    if event.branch is not None:
        values["pipeline.git.branch"] = event.branch
    return {**values, **event.values}
