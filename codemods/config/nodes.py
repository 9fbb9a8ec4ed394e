"""A CircleCI config as nodes of its text: jobs, workflows and their entries, and steps, where they are defined."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from migrator.circleci.runs.config import as_mapping
from migrator.errors import ParseError, Refusal
from migrator.model import Note, Severity
from migrator.syntax.yaml import Node, NodeKind, construct, entries, get, own, parse
from migrator.syntax.yaml.operations import ReplaceItem, ReplaceValue, insert_pair
from migrator.syntax.yaml.patch import patch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from migrator.syntax.yaml.write import Value


JobNote = tuple[str | None, Note]


@dataclass(frozen=True, slots=True)
class Passed:
    """What one pass made of the text, and what it has to say: about one job, or about all when that is None."""

    text: str
    notes: tuple[JobNote, ...] = ()


def warning(job: str | None, code: str, message: str) -> JobNote:
    """A note that makes the calls that start `job` unsafe."""
    return job, Note(code, Severity.WARNING, message)


def info(job: str | None, code: str, message: str) -> JobNote:
    """A note that changes nothing about the calls that start `job`."""
    return job, Note(code, Severity.INFO, message)


@dataclass(frozen=True)
class ConfigText:
    """One state of the text between two passes."""

    text: str

    @cached_property
    def root(self) -> Node:
        """The root map. Raises Refusal for a text that is no map of its own."""
        try:
            root = parse(self.text)
        except ParseError as error:
            raise _unreadable(error) from error
        if root.kind is not NodeKind.MAP:
            raise Refusal("config-unreadable", "The config is not a map of keys and values.")
        return root

    @cached_property
    def data(self) -> Mapping[object, object]:
        """The plain data. Raises Refusal."""
        try:
            data = construct(self.root)
        except ParseError as error:
            raise _unreadable(error) from error
        assert isinstance(data, dict)
        return data

    def section(self, name: str) -> Node | None:
        """The map under a top-level key, None where there is none or it is empty. Raises Refusal for anything else."""
        node = get(self.root, name)
        if node is None or (not node.pairs and not construct(node)):
            return None
        if node.kind is not NodeKind.MAP:
            raise Refusal("config-unreadable", f"The top-level `{name}` of the config is not a map.")
        return node

    def definitions(self, name: str) -> dict[str, Node]:
        """The entries of a top-level map by name, aliases followed."""
        node = self.section(name)
        return {} if node is None else {key: value.resolved() for key, (_, value) in entries(node).items()}

    @cached_property
    def jobs(self) -> dict[str, Node]:
        """The job definitions."""
        return {name: node for name, node in self.definitions("jobs").items() if node.kind is NodeKind.MAP}

    @cached_property
    def workflows(self) -> dict[str, Node]:
        """The workflow definitions, without the `version` that 2.0 wants among them."""
        return {name: node for name, node in self.definitions("workflows").items() if node.kind is NodeKind.MAP}

    def workflow_data(self, name: str) -> Mapping[str, object]:
        """A workflow as plain data."""
        return as_mapping(as_mapping(self.data.get("workflows")).get(name))

    def is_shared(self, node: Node) -> bool:
        """Whether an alias brings the node in somewhere else too."""
        return node.anchor is not None and any(other.target is node for other in self.root.walk())


def _unreadable(error: ParseError) -> Refusal:
    return Refusal("config-unreadable", f"The config cannot be read, line {error.line}: {error.message}.")


def value_position(node: Node, name: str) -> int | None:
    """The position of the pair that stands in the map itself under a key."""
    pair = own(node, name)
    return None if pair is None else next(i for i, other in enumerate(node.pairs) if other is pair)


@dataclass(frozen=True, slots=True)
class StepSite:
    """A step where it stands: item `position` of `steps`. `name` is its type, `body` what stands under that."""

    steps: Node
    position: int
    name: str
    name_node: Node
    body: Node | None

    @property
    def data(self) -> object:
        """The step as plain data."""
        return construct(self.steps.nodes[self.position])


def step_sites(steps: Node | None) -> Iterator[StepSite]:
    """The steps of a list with those that other steps and nested lists hold, in order of running."""
    if steps is None or steps.resolved().kind is not NodeKind.SEQ:
        return
    steps = steps.resolved()
    for position, item in enumerate(steps.nodes):
        node = item.resolved()
        if node.kind is NodeKind.SEQ:
            yield from step_sites(node)
            continue
        site = _site(steps, position, node)
        if site is not None:
            yield site
            if site.name in ("when", "unless", "with_tool_cache") and site.body is not None:
                yield from step_sites(get(site.body, "steps"))
            elif site.name == "steps":
                yield from step_sites(site.body)


def _site(steps: Node, position: int, node: Node) -> StepSite | None:
    if node.kind is NodeKind.SCALAR:
        return StepSite(steps, position, node.value, node, None)
    pairs = list(entries(node).items()) if node.kind is NodeKind.MAP else []
    if not pairs:
        return None
    name, (key, value) = pairs[0]
    return StepSite(steps, position, name, key, value.resolved())


def job_steps(config: ConfigText, job: Node) -> Iterator[StepSite]:
    """The steps of a job with those that it hands to local commands and those of these commands, each list once.

    Orb commands stay one step.
    """
    commands = config.definitions("commands")
    seen: set[Node] = set()
    waiting = [get(job, "steps"), *_steps_given(job, None)]
    while waiting:
        steps = waiting.pop(0)
        if steps is None or steps in seen:
            continue
        seen.add(steps)
        for site in step_sites(steps):
            yield site
            if site.name in commands:
                waiting += [get(commands[site.name], "steps"), *_steps_given(commands[site.name], site.body)]


def _steps_given(definition: Node, arguments: Node | None) -> Iterator[Node | None]:
    """What the parameters of type `steps` stand for: what is given, else their defaults."""
    declared = get(definition, "parameters")
    for name, (_, body) in entries(declared).items() if declared is not None else ():
        kind = get(body, "type")
        if kind is not None and kind.value == "steps":
            yield get(arguments, name) or get(body, "default")


@dataclass(frozen=True, slots=True)
class JobEntry:
    """Item `position` of a workflow's `jobs`: the job it runs, and the map of what it says about that, if any."""

    workflow: str
    jobs: Node
    position: int
    job: str
    body: Node | None

    @property
    def settings(self) -> dict[str, object]:
        """What the entry says, as plain data."""
        data = construct(self.body) if self.body is not None else None
        return {str(key): value for key, value in data.items()} if isinstance(data, dict) else {}

    @property
    def name(self) -> str:
        """What other entries call this one in `requires`."""
        return str(self.settings.get("name", self.job))


def entries_of(config: ConfigText, workflow: str) -> Iterator[JobEntry]:
    """The entries of a workflow in order."""
    jobs = get(config.workflows[workflow], "jobs")
    if jobs is None or jobs.kind is not NodeKind.SEQ:
        return
    for position, item in enumerate(jobs.nodes):
        node = item.resolved()
        if node.kind is NodeKind.SCALAR:
            yield JobEntry(workflow, jobs, position, node.value, None)
        elif node.kind is NodeKind.MAP and node.pairs:
            key, value = node.pairs[0]
            yield JobEntry(workflow, jobs, position, key.value, value.resolved())


def set_in_entry(text: str, entry: JobEntry, key: str, value: Value) -> str:
    """The text with `key: value` under the entry, in the place of what that key says already. Raises Refusal."""
    item = entry.jobs.nodes[entry.position]
    if entry.body is None:
        return patch(text, ReplaceItem(entry.jobs, entry.position, {entry.job: {key: value}}))
    if item.kind is NodeKind.ALIAS or item.pairs[0][1].kind is NodeKind.ALIAS or ConfigText(text).is_shared(entry.body):
        raise Refusal("config-anchor", f"The entry `{entry.job}` of workflow `{entry.workflow}` is shared by an alias.")
    if entry.body.kind is not NodeKind.MAP:
        return patch(text, ReplaceValue(item, 0, {key: value}))
    position = value_position(entry.body, key)
    if position is not None:
        return patch(text, ReplaceValue(entry.body, position, value))
    return patch(text, insert_pair(entry.body, key, value))
