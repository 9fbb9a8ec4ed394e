"""What a job run left behind, as plain values that can be compared between two worlds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class StepRan:
    """One step on one node. `status` is None for a step that is recorded, not executed.

    `commit` and `environment` are those at the step's beginning, the latter as the step's own shell sees it.
    """

    kind: str
    text: str
    status: int | None = None
    commit: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    output: str = ""


@dataclass(frozen=True, slots=True)
class NodeRan:
    """One node of a job. `commit` is what is checked out at the end; None where nothing was.

    `environment` is what the job's shell sees at the end; `effects` are the lines that steps wrote to `$EFFECTS`.
    """

    index: int
    steps: tuple[StepRan, ...]
    commit: str | None
    environment: Mapping[str, str]
    effects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ran:
    """One run of one job. `workflow` is None for a job that v1.1 started; `action` counts what the test did, from 0.

    Commits are the subjects of the commits, which are the same in two worlds whose tests did the same.
    """

    action: int
    project: str
    workflow: str | None
    name: str
    job: str
    branch: str | None
    tag: str | None
    head: str
    contexts: tuple[str, ...]
    nodes: tuple[NodeRan, ...]
    number: int

    @property
    def succeeded(self) -> bool:
        """Whether every step on every node did."""
        return not any(step.status for node in self.nodes for step in node.steps)

    @property
    def commit(self) -> str | None:
        """What the first node has checked out at the end."""
        return self.nodes[0].commit

    @property
    def environment(self) -> Mapping[str, str]:
        """What the first node's shell sees at the end."""
        return self.nodes[0].environment

    @property
    def effects(self) -> tuple[str, ...]:
        """What all nodes wrote to `$EFFECTS`, node by node."""
        return tuple(line for node in self.nodes for line in node.effects)

    @property
    def output(self) -> str:
        """What the steps printed, for the person who looks for the reason of a failure."""
        lines = (
            f"[{node.index}] {step.text!r} -> {step.status}\n{step.output}"
            for node in self.nodes
            for step in node.steps
        )
        return "\n".join(lines)
