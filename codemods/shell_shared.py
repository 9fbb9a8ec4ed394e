"""Decide which variables of a URL can be edited where they are assigned, because nothing else reads them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from codemods.shell_url import edit_url, variables_of
from migrator.errors import Refusal
from migrator.syntax.shell_resolve import use_of

if TYPE_CHECKING:
    from codemods.found import RewriteOptions
    from codemods.shell_sighting import Scene, Sighting
    from codemods.shell_url import UrlEdits


def editable_variables(scene: Scene, sighting: Sighting, options: RewriteOptions) -> frozenset[str]:
    """The variables whose every use is in the URL of a call that is rewritten too, and to the same effect."""
    partners = [other for other in scene.sightings if scene.placed(other) in options.together and _has_url(other)]
    if sighting not in partners:
        partners.append(sighting)
    used = Counter(name for partner in partners for name in _occurrences(partner))
    candidates = frozenset(name for name in used if _is_private(scene, name, used[name]))
    while candidates:
        made = [edits for partner in partners if (edits := _tried(scene, partner, candidates)) is not None]
        agreeing = frozenset(name for name in candidates if len(made) == len(partners) and _agree(made, partners, name))
        if agreeing == candidates:
            break
        candidates = agreeing
    return candidates


def _has_url(sighting: Sighting) -> bool:
    return sighting.url is not None and sighting.url_option is not None and sighting.url_option.value is not None


def _occurrences(sighting: Sighting) -> list[str]:
    return list(variables_of(sighting.url.url.whole)) if sighting.url is not None else []


def _is_private(scene: Scene, name: str, used: int) -> bool:
    writes = scene.script.writes.get(name, [])
    if len(writes) != 1 or writes[0].exported:
        return False
    return scene.script.uses(name) <= used


def _tried(scene: Scene, sighting: Sighting, names: frozenset[str]) -> UrlEdits | None:
    assert sighting.url is not None
    assert sighting.url_option is not None
    assert sighting.url_option.value is not None
    try:
        return edit_url(scene.script, sighting.url_option.value, sighting.url, use_of(sighting.command), names)
    except Refusal:
        return None


def _agree(made: list[UrlEdits], partners: list[Sighting], name: str) -> bool:
    edits = [
        frozenset(urls.assigned.get(name, ()))
        for urls, partner in zip(made, partners, strict=True)
        if name in _occurrences(partner)
    ]
    return len(set(edits)) == 1
