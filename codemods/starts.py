"""Find the calls that start v2 pipelines or rerun jobs, as data, to check them against the config they aim at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.places import kinds
from codemods.python.caller import is_python
from codemods.shell import starts as shell
from migrator.circleci.api.recognise import PIPELINE_HINT, RERUN_HINT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.found import V2Caller, V2Rerun
    from migrator.syntax.text.source import Source


def find_v2_callers(source: Source) -> tuple[V2Caller, ...]:
    """Every call in one file that starts a pipeline, in order. Raises ParseError when the file cannot be parsed."""
    found: Iterable[V2Caller]
    if PIPELINE_HINT not in source.text:
        return ()
    if is_python(source):
        from codemods.python import starts as python  # libcst is heavy

        found = python.starts_in(source)
    else:
        found = (caller for host in kinds.regions(source) for caller in shell.starts_in(source, host))
    once = {caller.span: caller for caller in found}  # aliases put one text into several scripts
    return tuple(once[span] for span in sorted(once))


def find_v2_reruns(source: Source) -> tuple[V2Rerun, ...]:
    """Every rerun in one file, in order. Raises ParseError when the file cannot be parsed."""
    if RERUN_HINT not in source.text:
        return ()
    if is_python(source):
        from codemods.python import starts as python  # libcst is heavy

        return tuple(python.reruns_in(source))
    found = {rerun.span: rerun for host in kinds.regions(source) for rerun in shell.reruns_in(source, host)}
    return tuple(found[span] for span in sorted(found))


def new_reruns(reruns: Iterable[V2Rerun], known: Iterable[V2Rerun]) -> list[V2Rerun]:
    """The reruns without those that were there before, each of which counts once."""
    rest = [(rerun.path, rerun.project, rerun.ssh) for rerun in known]
    fresh = []
    for rerun in reruns:
        same = (rerun.path, rerun.project, rerun.ssh)
        if same in rest:
            rest.remove(same)
        else:
            fresh.append(rerun)
    return fresh
