"""The v2 calls and the config of one repository as they will be when all that is planned is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemods.v2_callers import find_v2_callers
from migrator.circleci.config import ConfigView, as_mapping
from migrator.circleci.target import target_of
from migrator.engine import analyse
from migrator.errors import ParseError
from migrator.roots import CONFIG_PATH
from migrator.syntax.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from migrator.circleci.v2_request import V2Request
    from migrator.discovery import Discovery
    from migrator.model import Target
    from migrator.settings import Settings


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """A v2 call, and where it will stand."""

    path: str
    line: int
    request: V2Request
    target: Target


@dataclass(frozen=True, slots=True)
class Planned:
    """What a repository will hold. `text` is its config, `config` the same as data; both None where there is none.

    `slugs` are the projects that the repository is, by its remotes; `left` those that v1 calls name which stay.
    """

    calls: tuple[PlannedCall, ...]
    text: str | None
    config: ConfigView | None
    slugs: tuple[str, ...]
    left: tuple[str, ...] = ()


def planned(discovery: Discovery, settings: Settings) -> Planned:
    """Plan everything, also what rests on assumptions, and read the outcome back."""
    report = analyse(discovery, replace(settings, unsafe=True, only=None))
    changed = {change.path: change.after for change in report.changes}
    texts = dict(_texts({**dict(discovery.candidates), **changed}))
    left = (str(outcome.call.trigger.slug) for outcome in report.outcomes if not outcome.written)
    return Planned(
        tuple(call for source in texts.values() for call in _calls(source, discovery)),
        texts[CONFIG_PATH].text if CONFIG_PATH in texts else None,
        _view(texts.get(CONFIG_PATH)),
        discovery.slugs,
        tuple(dict.fromkeys(left)),
    )


def _texts(files: Mapping[str, bytes]) -> Iterator[tuple[str, Source]]:
    """The files that can be read; the others are reported elsewhere."""
    for path, data in files.items():
        try:
            yield path, Source.decode(path, data)
        except UnicodeDecodeError:
            continue


def _calls(source: Source, discovery: Discovery) -> Iterator[PlannedCall]:
    if source.path in discovery.context:
        return
    try:
        found = find_v2_callers(source)
    except ParseError:
        return
    for caller in found:
        target = target_of(caller.request.slug, discovery.slugs)
        yield PlannedCall(caller.path, caller.line, caller.request, target)


def _view(source: Source | None) -> ConfigView | None:
    if source is None:
        return None
    from migrator.syntax.yaml import load

    try:
        return ConfigView(as_mapping(load(source.text)))
    except ParseError:
        return None
