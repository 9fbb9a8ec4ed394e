"""The trigger graph as a picture: which file starts what in which project. Plain SVG, once wide and once narrow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.circleci.plan.decide import named_job
from migrator.model import Endpoint, source
from migrator.report.html_parts import text
from migrator.report.redact import redact

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from migrator.model import Call, Status
    from migrator.report.results import Finding

_ROW, _BOX = 46, 36
# Where something graver and something lighter join the same two places, the line has the graver colour.
_ORDER = ("manual", "unsafe", "safe", "ignored")
_MOST = 60


@dataclass(frozen=True, slots=True)
class Edge:
    """So many calls from a file (left) to what they start (right): a job or pipeline, and its project."""

    file: str
    started: str
    project: str
    status: Status
    count: int


def edges(findings: Iterable[Finding]) -> tuple[Edge, ...]:
    """One edge for all calls that join the same two places."""
    joined: dict[tuple[str, str, str], list[Status]] = {}
    for finding in findings:
        if finding.outcome is None or finding.status is None:
            continue
        call = finding.outcome.call
        key = (finding.place.path, redact(_started(call)), redact(str(call.trigger.slug)))
        joined.setdefault(key, []).append(finding.status)
    return tuple(
        Edge(*key, min(statuses, key=lambda status: _ORDER.index(status)), len(statuses))
        for key, statuses in joined.items()
    )


def _started(call: Call) -> str:
    trigger, job = call.trigger, named_job(call)
    match trigger.endpoint:
        case Endpoint.JOB:
            return source(job.template) if job else "a job"
        case Endpoint.PIPELINE:
            return "the whole pipeline"
        case _:
            return f"build {source(trigger.build_num or ())} again"


def pictures(found: Sequence[Edge]) -> str:
    """The graph for a wide page and for a narrow one; the style sheet shows one of them."""
    return _picture(found[:_MOST], "wide", 1080, 400) + _picture(found[:_MOST], "narrow", 340, 145)


def _picture(found: Sequence[Edge], kind: str, width: int, box: int) -> str:
    files = list(dict.fromkeys(edge.file for edge in found))
    targets = list(dict.fromkeys((edge.started, edge.project) for edge in found))
    height = max(len(files), len(targets)) * _ROW
    left = {name: _middle(number, len(files), height) for number, name in enumerate(files)}
    right = {name: _middle(number, len(targets), height) for number, name in enumerate(targets)}
    lines = "".join(_line(edge, box, width - box, left[edge.file], right[edge.started, edge.project]) for edge in found)
    boxes = "".join(_file(name, y, box) for name, y in left.items())
    boxes += "".join(_target(*name, y, width - box, box) for name, y in right.items())
    label = f"{len(files)} files start {len(targets)} jobs or pipelines"
    return f'<svg class="{kind}" viewBox="0 0 {width} {height}" role="img" aria-label="{label}">{lines}{boxes}</svg>'


def _middle(number: int, count: int, height: int) -> float:
    """The height of a row's middle; the shorter column is spread over the whole height."""
    return round((number + 0.5) * height / count, 1)


def _line(edge: Edge, start: int, end: int, y: float, target_y: float) -> str:
    bend = (end - start) / 2
    tip = end - 9
    title = f"{edge.file} → {edge.started} ({edge.project}): {edge.count} {edge.status.value}"
    path = f"M{start} {y}C{start + bend} {y} {tip - bend} {target_y} {tip} {target_y}"
    arrow = f"{end - 1},{target_y} {tip},{target_y - 4} {tip},{target_y + 4}"
    shape = f'<path d="{path}"/><polygon points="{arrow}"/>'
    return f'<g class="{edge.status.value}"><title>{text(title)}</title>{shape}</g>'


def _file(name: str, y: float, box: int) -> str:
    words = f'<text x="10" y="{y + 4.5}">{text(_shortened(name, box - 18, 13))}</text>'
    return f"<g><title>{text(name)}</title>{_rect(0, y, box)}{words}</g>"


def _target(started: str, project: str, y: float, x: int, box: int) -> str:
    words = (
        f'<text x="{x + 10}" y="{y - 2}">{text(_shortened(started, box - 18, 13))}</text>'
        f'<text class="small" x="{x + 10}" y="{y + 12.5}">{text(_shortened(project, box - 18, 11.5))}</text>'
    )
    return f"<g><title>{text(f'{started} of {project}')}</title>{_rect(x, y, box)}{words}</g>"


def _rect(x: float, y: float, width: int) -> str:
    return f'<rect x="{x + 0.5}" y="{y - _BOX / 2}" width="{width - 1}" height="{_BOX}" rx="6"/>'


def _shortened(name: str, room: float, size: float) -> str:
    """The name as far as it fits into `room` at a font of `size`; the end of a long name tells more than its start."""
    if _width(name, size) <= room:
        return name
    start = next(at for at in range(1, len(name) + 1) if _width("…" + name[at:], size) <= room)
    return "…" + name[start:]


def _width(name: str, size: float) -> float:
    """About how wide a text is, on the safe side: fonts differ."""
    return size * sum(
        0.74 if char.isupper() or char in "_mwMW$@%" else 1.05 if ord(char) > 0x2E80 else 0.6 for char in name
    )
