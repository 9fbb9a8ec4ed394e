"""What holds for every config and every plan."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, assume, given, settings

from codemods.config.rewrite import rewrite_config
from migrator.circleci.compiler import Event, EventKind, JobRun, compile_pipeline
from migrator.circleci.runs.generated import CHECKOUT_NAME, EXPORT_NAME, REVISION_NAME
from migrator.circleci.runs.v1_run import run_v1
from migrator.syntax.yaml import load
from tests.config.strategies import Sample, samples
from tests.config.support import call, push, rewrite, runs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_GENERATED = {CHECKOUT_NAME, EXPORT_NAME, REVISION_NAME}
_BLOCK = re.compile(r"[|>][1-9]?$")
_RENAMED = {"deploy": "run", "shell": "run", "setup_docker_engine": "setup_remote_docker"}
_thorough = settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))


@_thorough
@given(samples())
def test_ordinary_pipelines_run_what_they_ran(sample: Sample) -> None:
    after = rewrite(sample.text, sample.plan).text
    for what in (
        push(),
        push("dev"),
        push("rel-1"),
        Event(EventKind.PUSH, None, "v1"),
        Event(EventKind.API, "main", None),
    ):
        assert runs(after, what) == runs(sample.text, what)


@_thorough
@given(samples())
def test_a_selected_job_runs_as_v1_ran_it(sample: Sample) -> None:
    after = rewrite(sample.text, sample.plan).text
    sent = {name: f"sent {name}" for name in sample.plan.parameters}
    for job in sample.plan.jobs:
        old = run_v1(load(sample.text), job.job, {})
        new = compile_pipeline(load(after), call(job.job, **sent)).jobs
        assert [(run.workflow, run.job, run.contexts, run.requires) for run in new] == [(job.workflow, job.job, (), ())]
        assert _shape(new[0]) == _shape(old)
        assert new[0].parallelism == old.parallelism
        assert dict(old.environment).items() <= dict(new[0].environment).items()


def _shape(run: JobRun) -> list[tuple[str, object, object]]:
    """The steps of a job, without those that the migration adds."""
    steps = [s for s in run.steps if s.settings.get("name") not in _GENERATED and s.kind != "when"]
    return [(_RENAMED.get(s.kind, s.kind), s.settings.get("command"), s.settings.get("path")) for s in steps]


def _lost(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    """The lines that do not follow one another in the new text as they did; `ndiff` pairs lines that are alike."""
    at = 0
    for line in before:
        if line in after[at:]:
            at = after.index(line, at) + 1
        else:
            yield line


@_thorough
@given(samples())
def test_only_insertions_touch_a_plain_config(sample: Sample) -> None:
    assume(sample.plain)
    after = rewrite(sample.text, sample.plan).text
    taken_out = list(_lost(sample.text.splitlines(), after.splitlines()))
    # An empty collection has to make room, and a last line gets an end; everything else stays as it is. A block that
    # had no line end behind it says so from then on, which changes no value: `|2` becomes `|-2`.
    unended = () if sample.text.endswith("\n") else (sample.text.splitlines()[-1], *filter(_BLOCK.search, taken_out))
    assert all(line.endswith("{}") or line in unended for line in taken_out)


@_thorough
@given(samples())
def test_one_job_after_the_other_is_all_at_once(sample: Sample) -> None:
    text = sample.text
    for number in range(1, len(sample.plan.jobs) + 1):
        text = rewrite_config(text, replace(sample.plan, jobs=sample.plan.jobs[:number])).text
    assert load(text) == load(rewrite_config(sample.text, sample.plan).text)
