"""Keep the existing workflows from running along when an API call selects a job.

A workflow without `when` or `unless` runs in every pipeline (CircleCI docs: configuration-reference, workflows). An
existing condition is combined with the guard, never replaced: logic statements by nesting, expression strings by
splicing. A bare string inside a logic statement would count as a literal that is always true, so an expression string
stays one (CircleCI docs: configuration-reference, logic statements).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.config.nodes import ConfigText, Passed, value_position
from codemods.config.parameters import choices
from migrator.circleci.compiler import CompileError, UnknownError, workflow_may_run
from migrator.circleci.runs.generated import tag
from migrator.errors import Refusal
from migrator.model import Edit, Span
from migrator.syntax.yaml import Node, NodeKind, construct, get, merged, own, path_of
from migrator.syntax.yaml.operations import EditScalar, InsertItem, Nest, ReplaceValue, insert_pair
from migrator.syntax.yaml.patch import Operation, patch
from migrator.syntax.yaml.write import Copy, Flow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from migrator.model import ConfigPlan
    from migrator.syntax.yaml.write import Value


_OPERATORS = {"when": "and", "unless": "or"}


def combine(config: ConfigText, workflow: Node, pair: tuple[Node, Node], plan: ConfigPlan) -> str:
    """The text with `when: C` or `unless: C` of the workflow combined with the guard. Raises Refusal."""
    return patch(config.text, _combining(config, workflow, pair, plan))


def _combining(config: ConfigText, workflow: Node, pair: tuple[Node, Node], plan: ConfigPlan) -> Operation:
    key, condition = pair
    if _is_expression(condition):
        return _splicing(config, workflow, pair, plan)
    operator, operand = _OPERATORS[key.value], _operand(key.value, plan)
    operands = _operands(condition, operator)
    if operands is not None:
        return InsertItem(operands, operand, len(operands.nodes))
    return Nest(workflow, key, condition, operator, operand)


def selected(plan: ConfigPlan, choice: str) -> dict[str, Value]:
    """The logic statement, as it is written, that holds when the selector has the value `choice`."""
    return {"equal": Flow([choice, tag(plan.selector)])}


def _operand(keyword: str, plan: ConfigPlan) -> dict[str, Value]:
    statement = selected(plan, plan.idle)
    return statement if keyword == "when" else {"not": statement}


def _operands(condition: Node, operator: str) -> Node | None:
    """The list of a condition that is nothing but the same operator, unless an anchor carries it elsewhere."""
    if condition.kind is not NodeKind.MAP or condition.anchor is not None or len(condition.pairs) != 1:
        return None
    key, operands = condition.pairs[0]
    is_list = operands.kind is NodeKind.SEQ and operands.anchor is None and bool(operands.nodes)
    return operands if is_list and key.value == operator else None


def _is_expression(condition: Node) -> bool:
    """Whether a condition is an expression: text that is neither a boolean, a number nor one plain parameter tag."""
    value = construct(condition)
    if not isinstance(value, str):
        return False
    inner = _tag_content(value)
    return "<<" not in value if inner is None else not _is_name(inner)


def _tag_content(value: str) -> str | None:
    text = value.strip()
    if text.startswith("<<") and text.endswith(">>") and text.count("<<") == 1 and text.count(">>") == 1:
        return text[2:-2].strip()
    return None


def _is_name(text: str) -> bool:
    return all(char.isalnum() or char in "._-" for char in text)


def _splicing(config: ConfigText, workflow: Node, pair: tuple[Node, Node], plan: ConfigPlan) -> Operation:
    key, condition = pair
    value = construct(condition)
    assert isinstance(value, str)
    joiner, relation = ("and", "==") if key.value == "when" else ("or", "!=")
    tail = f") {joiner} pipeline.parameters.{plan.selector} {relation} {quoted(plan.idle)}"
    if condition.kind is NodeKind.ALIAS:
        position = value_position(workflow, key.value)
        assert position is not None
        start, end = _bounds(value)
        combined = f"{value[:start]}({value[start:end]}{tail}{value[end:]}"
        return ReplaceValue(workflow, position, combined)
    if config.is_shared(condition) and not _guards_alike(config, key.value, condition):
        where = path_of(config.root, condition)
        raise Refusal("config-anchor", f"The condition `{where}` is used elsewhere too. Guard the workflow by hand.")
    start, end = _bounds(condition.value)
    edits = (Edit(Span(start, start), "("), Edit(Span(end, end), tail))
    return EditScalar(condition, edits, anew=True)


def _guards_alike(config: ConfigText, keyword: str, condition: Node) -> bool:
    """Whether a shared condition is nothing but the same condition of other workflows, which want the same guard."""
    ordinary = [workflow for workflow in config.workflows.values() if get(workflow, "triggers") is None]
    conditions = [value for workflow in ordinary for key, value in workflow.pairs if key.value == keyword]
    users = (other for other in config.root.walk() if other.target is condition)
    return all(any(user is value for value in conditions) for user in users)


def _bounds(value: str) -> tuple[int, int]:
    """Where the expression itself starts and ends in a condition's text: inside the tag, where there is one."""
    start, end = len(value) - len(value.lstrip()), len(value.rstrip())
    if _tag_content(value) is None:
        return start, end
    inner = value[start + 2 : end - 2]
    return start + 2 + len(inner) - len(inner.lstrip()), end - 2 - (len(inner) - len(inner.rstrip()))


def quoted(text: str) -> str:
    """A string of the expression language (CircleCI docs: expressions)."""
    return f'"{text}"'


_KEYWORDS = ("when", "unless")


def guard(text: str, plan: ConfigPlan) -> Passed:
    """Guard every workflow that could run beside a selected job. Raises Refusal."""
    config = ConfigText(text)
    unconditional = {
        workflow: insert_pair(workflow, "when", selected(plan, plan.idle), -1)
        for name, workflow in config.workflows.items()
        if _needs_guard(config, name, plan) and not _has_condition(workflow) and not any(merged(workflow))
    }
    text = _all_at_once(ConfigText(patch(text, *unconditional.values())), plan)
    for name in config.workflows:
        config = ConfigText(text)
        if _needs_guard(config, name, plan):
            text = _guarded(config, name, plan)
    return Passed(text)


def _all_at_once(config: ConfigText, plan: ConfigPlan) -> str:
    """The text with each condition of a workflow's own combined, in one change: every change parses the whole text."""
    operations: dict[Node, Operation] = {}
    for name, workflow in config.workflows.items():
        pair = next((found for keyword in _KEYWORDS if (found := own(workflow, keyword)) is not None), None)
        if pair is None or any(node.anchor or node.kind is NodeKind.ALIAS for node in pair[1].walk()):
            continue
        if _needs_guard(config, name, plan):
            operation = _combining(config, workflow, pair, plan)
            operations[operation.node] = operation
    try:
        return patch(config.text, *operations.values())
    except Refusal:
        return config.text  # one by one it is known which of them is in the way


def _has_condition(workflow: Node) -> bool:
    return any(get(workflow, keyword) is not None for keyword in _KEYWORDS)


def _needs_guard(config: ConfigText, name: str, plan: ConfigPlan) -> bool:
    workflow = config.workflow_data(name)
    if workflow.get("triggers"):
        return False  # a scheduled workflow never runs in a pipeline that the API starts
    if "jobs" not in workflow or _may_run(workflow, plan, plan.idle) is False:
        return False
    return any(_may_run(workflow, plan, choice) is not False for choice in choices(config, plan))


def _may_run(workflow: Mapping[str, object], plan: ConfigPlan, choice: str) -> bool | None:
    try:
        return workflow_may_run(workflow, {f"pipeline.parameters.{plan.selector}": choice})
    except UnknownError:
        return None
    except CompileError as error:
        raise Refusal(
            "condition-unreadable", f"A workflow's condition cannot be read: {str(error).splitlines()[0]}."
        ) from error


def _guarded(config: ConfigText, name: str, plan: ConfigPlan) -> str:
    workflow = config.workflows[name]
    for keyword in _KEYWORDS:
        pair = own(workflow, keyword)
        if pair is not None:
            return combine(config, workflow, pair, plan)
        inherited = get(workflow, keyword)
        if inherited is not None:
            return _copied(config, name, keyword, plan)
    return patch(config.text, insert_pair(workflow, "when", selected(plan, plan.idle), -1))


def _copied(config: ConfigText, name: str, keyword: str, plan: ConfigPlan) -> str:
    """A condition that a merge key brings in is written into the workflow itself, and then combined there."""
    source = get(config.workflows[name], keyword)
    assert source is not None
    if any(node.anchor is not None for node in source.walk() if node is not source):
        raise Refusal("config-anchor", f"The condition merged into workflow `{name}` holds anchors. Guard it by hand.")
    column = max(0, source.column - 2)
    text = patch(config.text, insert_pair(config.workflows[name], keyword, Copy(config.text, source, column), -1))
    return _guarded(ConfigText(text), name, plan)
