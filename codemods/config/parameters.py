"""Declare the pipeline parameters that callers send: the selector enum and one string each for the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.config.nodes import ConfigText, Passed, value_position
from migrator.circleci.api.v2_request import MAX_PARAMETERS
from migrator.circleci.runs.config import as_mapping
from migrator.errors import Refusal
from migrator.syntax.yaml import NodeKind, construct, get, own
from migrator.syntax.yaml.operations import InsertItem, ReplaceValue, insert_pair
from migrator.syntax.yaml.patch import patch
from migrator.syntax.yaml.write import Flow

if TYPE_CHECKING:
    from migrator.model import ConfigPlan
    from migrator.syntax.yaml.write import Value

_STRING: dict[str, Value] = {"type": "string", "default": ""}


def declare(text: str, plan: ConfigPlan) -> Passed:
    """Declare what is not declared yet. Raises Refusal for a name that stands for something else."""
    names = [*plan.parameters, *([plan.revision] if plan.revision else [])]
    declared = as_mapping(ConfigText(text).data.get("parameters"))
    wanted: dict[str, Value] = {name: _STRING for name in names if not _is_declared(declared, name)}
    if plan.selector not in declared:
        wanted = {plan.selector: _selector(plan), **wanted}
    if len(declared) + len(wanted) > MAX_PARAMETERS:
        raise Refusal("too-many-parameters", "The pipeline would need more than the 100 parameters CircleCI allows.")
    if plan.selector in declared:
        text = _extend(text, plan)
    return Passed(_add(text, wanted) if wanted else text)


def choices(config: ConfigText, plan: ConfigPlan) -> tuple[str, ...]:
    """The jobs that the selector of the config can name."""
    declared = as_mapping(as_mapping(config.data.get("parameters")).get(plan.selector)).get("enum")
    return tuple(str(value) for value in declared if value != plan.idle) if isinstance(declared, list) else ()


def _selector(plan: ConfigPlan) -> Value:
    jobs = dict.fromkeys(job.job for job in plan.jobs)
    return {"type": "enum", "enum": Flow([plan.idle, *jobs]), "default": plan.idle}


def _is_declared(declared: object, name: str) -> bool:
    if name not in as_mapping(declared):
        return False
    if as_mapping(declared)[name] == _STRING or as_mapping(as_mapping(declared)[name]).get("type") == "string":
        return True
    raise Refusal("parameter-taken", f"The pipeline parameter `{name}` is declared already as something else.")


def _add(text: str, wanted: dict[str, Value]) -> str:
    config = ConfigText(text)
    section = config.section("parameters")
    if section is None:
        position = value_position(config.root, "parameters")
        if position is not None:
            return patch(text, ReplaceValue(config.root, position, wanted))
        return patch(text, insert_pair(config.root, "parameters", wanted, value_position(config.root, "version")))
    for name, body in wanted.items():
        section = ConfigText(text).section("parameters")
        assert section is not None
        text = patch(text, insert_pair(section, name, body))
    return text


def _extend(text: str, plan: ConfigPlan) -> str:
    """Add the plan's jobs to a selector that is there already."""
    for job in plan.jobs:
        config = ConfigText(text)
        body = as_mapping(as_mapping(config.data.get("parameters")).get(plan.selector))
        enum = body.get("enum")
        if not isinstance(enum, list) or body.get("type") != "enum" or body.get("default") != plan.idle:
            raise Refusal("parameter-taken", f"The pipeline parameter `{plan.selector}` is declared as something else.")
        if job.job in enum:
            continue
        definition = get(config.section("parameters"), plan.selector)
        pair = own(definition, "enum") if definition is not None and definition.kind is NodeKind.MAP else None
        if pair is None or pair[1].kind is not NodeKind.SEQ or not isinstance(construct(pair[1]), list):
            raise Refusal("config-anchor", f"The choices of `{plan.selector}` come from an alias; extend them by hand.")
        text = patch(text, InsertItem(pair[1], job.job, len(pair[1].nodes)))
    return text
