"""The names and the code of a v2 payload: what the fields of the old one are called, and expressions for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.circleci.plan.decide import DEFAULT_JOB
from migrator.errors import Refusal
from migrator.model import Expansion
from migrator.syntax.python.program import operand_of
from migrator.syntax.python.records import RecordPlace
from migrator.syntax.python.spell import is_stable, is_visible, readable, spelled
from migrator.syntax.python.strings import quote_style, quoted
from migrator.syntax.python.types import types

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.python.read.body import BodyLeaf
    from migrator.model import ParameterNames, PipelineRequest, Template
    from migrator.syntax.python.edit_record import Item
    from migrator.syntax.python.editor import Editor
    from migrator.syntax.python.program import Operand

PARAMETERS = "parameters"
RUN_PLACES = ("config", "checkout")
"""Where `/pipeline/run` takes the ref."""


def parameter_of(leaf: BodyLeaf, names: ParameterNames) -> str | None:
    """The pipeline parameter that a field of the old request becomes; None for one that does not become one."""
    name = leaf.field.name
    if name in {"job", "build_parameters[CIRCLE_JOB]"}:
        return names.selector
    if name == "revision":
        return names.revision
    return names.carrier(name.removeprefix("build_parameters[").removesuffix("]")) if "[" in name else None


def moved(leaf: BodyLeaf, at: Operand) -> str:
    """The code of a field's value, to stand at another place. Raises Refusal where it would mean something else."""
    value = leaf.entry.value if leaf.entry is not None else None
    if value is None or not is_visible(value, at):
        return spelled(leaf.field.value.template, at)
    code = leaf.wire.code if leaf.wire is not None else None
    return code or value.module.outer_code(value.node)


def code_of(template: Template, at: Operand) -> str:
    """The code of a text that stood in an address and becomes a header, which takes no None.

    What only the run shows is taken for text there.
    """
    parts = readable(template, at)
    if len(parts) == 1 and isinstance(parts[0], Expansion):
        held = operand_of(parts[0])
        if held is None or types(held) is None:
            return parts[0].source
    return spelled(parts, at)


def refs(request: PipelineRequest, at: Operand, skip: Iterable[str] = ()) -> list[Item]:
    """The branch and the tag of the new payload, without those in `skip`; for `/pipeline/run` with the definition."""
    given = {"branch": request.branch, "tag": request.tag}
    named = [(name, value.template) for name, value in given.items() if value is not None and name not in skip]
    if request.definition is None:
        return [(name, spelled(template, at)) for name, template in named]
    quote = quote_style(at.module)
    ref = literal_dict([(name, _twice(template, at)) for name, template in named], quote)
    places = [(place, ref) for place in RUN_PLACES] if named else []
    return [("definition_id", quoted(request.definition, quote)), *places]


def _twice(template: Template, at: Operand) -> str:
    """The code of a text that is evaluated for the config and again for the checkout. Raises Refusal."""
    for part in readable(template, at):
        if isinstance(part, Expansion) and (operand := operand_of(part)) is not None and not is_stable(operand):
            message = (
                f"`/pipeline/run` takes the ref twice, and `{part.source}` may give another the second time. "
                "Give it a name of its own right before the call, then run this again."
            )
            raise Refusal("expression-moves", message)
    return spelled(template, at)


def is_ref(leaf: BodyLeaf, request: PipelineRequest) -> bool:
    """Whether v2 takes the field as what it is, beside the parameters: `branch` only where no job is named."""
    given = {"tag": request.tag, "branch": request.branch if request.names.selector is None else None}
    return given.get(leaf.field.name) is not None


def staying(leaves: Iterable[BodyLeaf], request: PipelineRequest) -> frozenset[str]:
    """The refs that v2 takes where they stand: for `/pipeline/run` those that a statement adds."""
    kept = [leaf for leaf in leaves if is_ref(leaf, request)]
    return frozenset(leaf.field.name for leaf in kept if request.definition is None or _is_added(leaf))


def _is_added(leaf: BodyLeaf) -> bool:
    return leaf.entry is not None and leaf.entry.place is RecordPlace.STATEMENT


def keep_ref(editor: Editor, leaf: BodyLeaf, request: PipelineRequest) -> None:
    """Leave a ref where it stands; for `/pipeline/run` a statement gives it to the config and the checkout at once."""
    entry, code = leaf.entry, leaf.wire.code if leaf.wire is not None else None
    assert entry is not None
    if request.definition is None:
        if code is not None:
            editor.replace(entry.value, code)
        return
    module = entry.owner.module
    quote = quote_style(module)
    config, checkout = (quoted(place, quote) for place in RUN_PLACES)
    editor.edit(entry.owner, module.outer(entry.key), f"{config}] = {entry.owner.code}[{checkout}")
    value = literal_dict([(leaf.field.name, code or module.outer_code(entry.value.node))], quote)
    editor.replace(entry.value, value)


def default_job(at: Operand) -> str:
    """The code of the job that v1.1 starts when none is named."""
    return quoted(DEFAULT_JOB, quote_style(at.module))


def whole(request: PipelineRequest, at: Operand) -> str:
    """The whole payload as a dict literal on one line. Raises Refusal."""
    quote = quote_style(at.module)
    parameters: list[Item] = [(name, spelled(value.template, at)) for name, value in request.parameters]
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
