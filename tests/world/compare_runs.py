"""One job run of the old world against one of the new."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.world.compare import Allowance
    from tests.world.ran import NodeRan, Ran, StepRan


def run_differences(old: Ran, new: Ran, allowance: Allowance) -> Iterator[str]:
    """What differs, in one line each; nothing for runs that did the same."""
    names = ["name", "branch", "tag", "contexts", "succeeded", *(["workflow"] if old.workflow is not None else [])]
    for name in names:
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield f"{name} was {before!r}, is {after!r}"
    if len(old.nodes) != len(new.nodes):
        yield f"ran on {len(new.nodes)} nodes, not {len(old.nodes)}"
        return
    for before, after in zip(old.nodes, new.nodes, strict=True):
        for difference in _node_differences(before, after, allowance):
            yield f"node {before.index}: {difference}" if len(old.nodes) > 1 else difference


def _node_differences(old: NodeRan, new: NodeRan, allowance: Allowance) -> Iterator[str]:
    if old.commit != new.commit:
        yield f"checked out {new.commit}, not {old.commit}"
    if old.effects != new.effects and not allowance.added:
        yield f"wrote {list(new.effects)}, not {list(old.effects)}"
    for difference in environment_differences(old.environment, new.environment, allowance):
        yield f"at the end, {difference}"
    yield from _step_differences(old.steps, new.steps, allowance)


def environment_differences(old: Mapping[str, str], new: Mapping[str, str], allowance: Allowance) -> Iterator[str]:
    """The variables that two environments disagree on."""
    for name in sorted(old.keys() | new.keys()):
        if name not in allowance.ignored and old.get(name) != new.get(name):
            yield f"{name} is {_shown(new.get(name))}, not {_shown(old.get(name))}"


def _shown(value: str | None) -> str:
    return "unset" if value is None else repr(value)


def _step_differences(old: Sequence[StepRan], new: Sequence[StepRan], allowance: Allowance) -> Iterator[str]:
    """Steps are matched by their text: the new world may add some and reword some, but drop none."""
    before, after = ([step.text for step in steps] for steps in (old, new))
    for what, start, end, low, high in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what == "equal":
            for pair in zip(old[start:end], new[low:high], strict=True):
                yield from _same_step(*pair, allowance)
        elif end - start > high - low:
            missing = [step for step in old[start:end] if not (allowance.added and step.kind == "deploy")]
            yield from (f"step {step.text!r} is gone" for step in missing)


def _same_step(old: StepRan, new: StepRan, allowance: Allowance) -> Iterator[str]:
    if old.status != new.status:
        yield f"step {old.text!r} ended with {new.status}, not {old.status}"
    if old.commit != new.commit:
        yield f"step {old.text!r} found {new.commit} checked out, not {old.commit}"
    for difference in environment_differences(old.environment, new.environment, allowance):
        yield f"in step {old.text!r}, {difference}"
