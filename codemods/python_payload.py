"""The names and the code of a v2 payload: what the fields of the old one are called, and expressions for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.circleci.decide import DEFAULT_JOB
from migrator.errors import Refusal
from migrator.model import Endpoint, Expansion
from migrator.syntax.python_spell import is_visible, readable, spelled
from migrator.syntax.python_strings import quote_style, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from codemods.python_body import Leaf
    from migrator.model import PipelineRequest, Template, V1Trigger
    from migrator.syntax.python_edit_record import Item
    from migrator.syntax.python_program import Operand

PARAMETERS = "parameters"


@dataclass(frozen=True, slots=True)
class Names:
    """What the pipeline parameters are called: the one that selects the job, one per variable, one for the commit."""

    selector: str | None
    carriers: Mapping[str, str]
    revision: str | None

    def of(self, leaf: Leaf) -> str | None:
        """The pipeline parameter that a field of the old request becomes; None for one that does not become one."""
        name = leaf.field.name
        if name in {"job", "build_parameters[CIRCLE_JOB]"}:
            return self.selector
        if name == "revision":
            return self.revision
        return self.carriers.get(name.removeprefix("build_parameters[").removesuffix("]")) if "[" in name else None


def names_of(trigger: V1Trigger, request: PipelineRequest) -> Names:
    """Read the names off the planned request: selector, variables in the order of the call, revision."""
    names = [name for name, _ in request.parameters]
    if trigger.endpoint is not Endpoint.JOB or not names:
        return Names(None, {}, None)
    count = len(trigger.parameters)
    variables = [name for name, _ in trigger.parameters]
    carriers = dict(zip(variables, names[1 : count + 1], strict=True))
    return Names(names[0], carriers, names[count + 1] if len(names) > count + 1 else None)


def moved(leaf: Leaf, at: Operand) -> str:
    """The code of a field's value, to stand at another place. Raises Refusal where it would mean something else."""
    value = leaf.entry.value if leaf.entry is not None else None
    if value is None or not is_visible(value, at):
        return spelled(leaf.field.value.template, at)
    code = leaf.wire.code if leaf.wire is not None else None
    return code or value.module.outer_code(value.node)


def code_of(template: Template, at: Operand) -> str:
    """The code of a text that is known to be text where it comes from: a token, a header."""
    parts = readable(template, at)
    if len(parts) == 1 and isinstance(parts[0], Expansion):
        return parts[0].source
    return spelled(parts, at)


def refs(request: PipelineRequest, at: Operand, skip: Iterable[str] = ()) -> list[Item]:
    """The branch and the tag of the new payload, without those in `skip`."""
    given = {"branch": request.branch, "tag": request.tag}
    return [
        (name, spelled(value.template, at)) for name, value in given.items() if value is not None and name not in skip
    ]


def default_job(at: Operand) -> str:
    """The code of the job that v1.1 starts when none is named."""
    return quoted(DEFAULT_JOB, quote_style(at.module))


def whole(trigger: V1Trigger, request: PipelineRequest, at: Operand) -> str:
    """The whole payload as a dict literal on one line. Raises Refusal."""
    names = names_of(trigger, request)
    quote = quote_style(at.module)
    parameters: list[Item] = []
    if names.selector is not None:
        parameters = [(name, spelled(value.template, at)) for name, value in request.parameters]
    items = refs(request, at)
    if parameters:
        items.append((PARAMETERS, literal_dict(parameters, quote)))
    return literal_dict(items, quote)


def literal_dict(items: Iterable[Item], quote: str) -> str:
    """A dict literal on one line."""
    return "{" + ", ".join(f"{quoted(key, quote)}: {code}" for key, code in items) + "}"


def out_of_order(line: int) -> Refusal:
    """The payload gets its parameters only after something that must go into them."""
    return Refusal(
        "payload-order",
        f"Line {line} sets a field before the payload has its `build_parameters`. Write the payload as one dict.",
    )
