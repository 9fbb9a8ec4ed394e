"""Read the rewritten calls back from the new text: the proof is about what would be written, not about the plan."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from codemods.found import Unwritten
from codemods.starts import find_v2_callers
from migrator.circleci.api.v2_request import Bare
from migrator.circleci.proof.requests import project_name
from migrator.circleci.runs.events import sent, shown_text
from migrator.errors import ParseError
from migrator.model import Value
from migrator.planning.shared_calls import firsts, twins

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from codemods.found import V2Caller
    from migrator.circleci.api.v2_request import Parameter, V2Request
    from migrator.model import Template
    from migrator.planning.project import FileKey, Project
    from migrator.syntax.text.source import Source

_LOST = "the rewritten call cannot be read back from the new text"


def read_back(project: Project, texts: Mapping[FileKey, str], planned: Mapping[int, V2Request]) -> dict[int, V2Request]:
    """The requests that the new texts make, for each planned one; what is not rewritten here is as planned.

    What is not found again as planned gets what stands in its place, or a request with a `problem`.
    """
    by_key: defaultdict[FileKey, list[int]] = defaultdict(list)
    for index in planned:
        if not isinstance(project.sites[index].found.writer, Unwritten):
            by_key[project.sites[index].key].append(index)
    read = dict(planned)
    for key, indexes in by_key.items():
        source = project.sources[key]
        texts_of = (source.text, texts.get(key, source.text))
        before, after = (_callers(source.with_text(text)) for text in texts_of)
        fresh = without_known(after, [caller.request for caller in before])
        once = {index: planned[index] for index in firsts(project, indexes)}
        read |= _matched(once, [caller.request for caller in fresh])
        read |= {twin: read[index] for index in once for twin in twins(project, index) if twin in planned}
    return read


def _callers(source: Source) -> tuple[V2Caller, ...]:
    try:
        return find_v2_callers(source)
    except ParseError:
        return ()


def without_known(callers: Iterable[V2Caller], known: Iterable[V2Request]) -> list[V2Caller]:
    """The calls without those that make a request which was there before, each of which counts once."""
    rest = [same_words(request) for request in known]
    kept = []
    for caller in callers:
        if same_words(caller.request) in rest:
            rest.remove(same_words(caller.request))
        else:
            kept.append(caller)
    return kept


def _matched(planned: Mapping[int, V2Request], found: Sequence[V2Request]) -> dict[int, V2Request]:
    left = list(found)
    matched: dict[int, V2Request] = {}
    for index, request in planned.items():
        same = next((other for other in left if same_words(other) == same_words(request)), None)
        if same is not None:
            left.remove(same)
            matched[index] = same
    lost = [index for index in planned if index not in matched]
    if len(lost) == len(left):
        return {**matched, **dict(zip(lost, left, strict=True))}
    return {**matched, **{index: _lost(planned[index]) for index in lost}}


def _lost(request: V2Request) -> V2Request:
    return replace(request, problem=_LOST)


def same_words(request: V2Request) -> tuple[object, ...]:
    """What a request says, to compare it by; how it is written does not matter."""
    return (
        project_name(request.slug, {}),
        *(_words(value.template) if value else None for value in (request.branch, request.tag)),
        tuple((name, _parameter(value)) for name, value in request.parameters),
        request.is_json,
        request.problem,
    )


def _parameter(value: Parameter) -> object:
    return ("text", _words(value.template)) if isinstance(value, Value | Bare) else value


def _words(template: Template) -> str:
    return shown_text(sent(template, {}))
