"""Find the calls that start v2 pipelines or rerun jobs, as data, to check them against the config they aim at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.places import kinds
from codemods.python.caller import is_python
from codemods.v2.reruns import RERUN_HINT, reruns_in_shell
from codemods.v2.shell import PIPELINE_HINT, find_in_shell

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.v2.reruns import V2Rerun
    from codemods.v2.shell import V2Caller
    from migrator.syntax.text.source import Source


def find_v2_callers(source: Source) -> tuple[V2Caller, ...]:
    """Every call in one file that starts a pipeline, in order. Raises ParseError when the file cannot be parsed."""
    found: Iterable[V2Caller]
    if PIPELINE_HINT not in source.text:
        return ()
    if is_python(source):
        from codemods.v2.python import find_in_python  # libcst is heavy

        found = find_in_python(source)
    else:
        found = (caller for host in kinds.regions(source) for caller in find_in_shell(source, host))
    once = {caller.span: caller for caller in found}  # aliases put one text into several scripts
    return tuple(once[span] for span in sorted(once))


def find_v2_reruns(source: Source) -> tuple[V2Rerun, ...]:
    """Every rerun in one file, in order. Raises ParseError when the file cannot be parsed."""
    if RERUN_HINT not in source.text:
        return ()
    if is_python(source):
        from codemods.v2.python import reruns_in_python  # libcst is heavy

        return tuple(reruns_in_python(source))
    found = {rerun.span: rerun for host in kinds.regions(source) for rerun in reruns_in_shell(source, host)}
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
