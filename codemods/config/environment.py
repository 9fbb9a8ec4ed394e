"""Put pipeline parameters into a job's own `environment:`, which is right only where every start sends them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.config.text.nodes import Config, value_position
from migrator.circleci.runs.config import ConfigView
from migrator.circleci.runs.generated_steps import tag
from migrator.syntax.yaml.api import Kind, Node, construct, get, is_merge, own
from migrator.syntax.yaml.change import ReplaceValue
from migrator.syntax.yaml.insert import InsertItem, insert_pair
from migrator.syntax.yaml.patch import patch
from migrator.syntax.yaml.remove import RemoveItem, RemovePair

if TYPE_CHECKING:
    from migrator.model import JobPlan, Variable


def keep_in_environment(text: str, job: JobPlan) -> tuple[str, tuple[Variable, ...]]:
    """Put there what belongs there and take out what an earlier run put there and not every start sends any more.

    Returns the text and the variables that stand there then; the others need pre-steps.
    """
    wanted = job.always if job.in_environment else ()
    for variable in (*job.always, *job.sometimes):
        if variable not in wanted:
            text = _removed(text, job.job, variable)
    placed = []
    for variable in wanted:
        after = _added(text, job.job, variable)
        if after is not None:
            text = after
            placed.append(variable)
    return text, tuple(placed)


def _added(text: str, name: str, variable: Variable) -> str | None:
    """The text with the variable in the job's environment, or None where it cannot or must not stand there."""
    config = Config(text)
    job = config.jobs[name]
    environment = get(job, "environment")
    if _ours(environment, variable) is not None:
        return text
    if not _is_own(config, name, environment) or variable.name in ConfigView(_by_name(config)).environment_of(name):
        return None
    pair = own(job, "environment")
    if pair is None or environment is None:
        return patch(
            text, insert_pair(job, "environment", {variable.name: tag(variable.parameter)}, _before_steps(job))
        )
    match environment.kind:
        case Kind.MAP:
            return patch(text, insert_pair(environment, variable.name, tag(variable.parameter)))
        case Kind.SEQ:
            return patch(text, InsertItem(environment, _item(environment, variable), len(environment.nodes)))
    if construct(environment) is None:
        position = value_position(job, "environment")
        assert position is not None
        return patch(text, ReplaceValue(job, position, {variable.name: tag(variable.parameter)}))
    return None


def _by_name(config: Config) -> dict[str, object]:
    return {str(key): value for key, value in config.data.items()}


def _is_own(config: Config, name: str, environment: Node | None) -> bool:
    """Whether the job and its environment are written out for this job alone, without merges and aliases."""
    job = config.jobs[name]
    section = config.section("jobs")
    pair = own(section, name) if section is not None else None
    if pair is None or pair[1].kind is Kind.ALIAS or config.is_shared(job):
        return False
    if environment is None:
        return True
    own_pair = own(job, "environment")
    if own_pair is None or own_pair[1].kind is Kind.ALIAS or config.is_shared(environment):
        return False
    return not any(is_merge(key) for key, _ in environment.pairs)


def _before_steps(job: Node) -> int | None:
    """The position before `steps`, where people look for an environment."""
    position = value_position(job, "steps")
    return None if position is None else position - 1


def _item(environment: Node, variable: Variable) -> dict[str, str] | str:
    """An item in the form that the list has: a map of one variable, or `KEY=VALUE`."""
    value = tag(variable.parameter)
    if any(item.resolved().kind is Kind.SCALAR for item in environment.nodes):
        return f"{variable.name}={value}"
    return {variable.name: value}


def _ours(environment: Node | None, variable: Variable) -> int | None:
    """The position of the pair or item that sets the variable to its parameter, where there is one."""
    value = tag(variable.parameter)
    forms = ({variable.name: value}, f"{variable.name}={value}")
    for position, item in enumerate(environment.nodes if environment is not None else ()):
        if construct(item) in forms:
            return position
    found = value_position(environment, variable.name) if environment is not None else None
    return found if found is not None and environment and construct(environment.pairs[found][1]) == value else None


def _removed(text: str, name: str, variable: Variable) -> str:
    config = Config(text)
    job = config.jobs[name]
    environment = get(job, "environment")
    position, whole = _ours(environment, variable), value_position(job, "environment")
    if environment is None or position is None or whole is None:
        return text
    if len(environment.items) == 1:
        return patch(text, RemovePair(job, whole))
    return patch(text, (RemovePair if environment.pairs else RemoveItem)(environment, position))
