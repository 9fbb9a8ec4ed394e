"""Scripts of package manifests: npm, Composer, Deno and the like hand each of them to `sh -c`.

Sources: npm docs (scripts), Composer docs (scripts), Deno manual (tasks).
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.places.containers import commands
from codemods.places.place import Host, HostKind, behind, read_only
from migrator.errors import ParseError
from migrator.syntax.json import JsonEscapes, json_strings
from migrator.syntax.text.regions import checked
from migrator.syntax.text.source import VerbatimRegion

if TYPE_CHECKING:
    from migrator.syntax.json import StringAt
    from migrator.syntax.text.source import Region, Source

_SCRIPTS = {
    "package.json": "scripts",
    "composer.json": "scripts",
    "deno.json": "tasks",
    "bower.json": "scripts",
    "app.json": "scripts",
}
_CMD = re.compile(r"%\w+%")
_WINDOWS = "The script is for cmd, which reads quotes in another way. Rewrite the call by hand."
_UNKNOWN = "What runs this string is not known, nor how it quotes. Rewrite the call by hand."


def _claims(source: Source) -> bool:
    return PurePosixPath(source.path).suffix.lower() == ".json"


def _find(source: Source) -> tuple[Host, ...]:
    key = _SCRIPTS.get(PurePosixPath(source.path).name)
    scripts = checked(source.text, lambda text: _regions(text, key, wanted=True))
    others = _regions(source.text, key, wanted=False)
    return (
        *(Host(read_only(r, "other-shell", _WINDOWS) if _CMD.search(r.text) else r) for r in scripts),
        *(Host(read_only(region, "unknown-text", _UNKNOWN)) for region in others),
        *(Host(region) for region in _containers(source.text)),
    )


def _containers(text: str) -> tuple[Region, ...]:
    """Containers that task definitions describe: JSON is YAML."""
    if "curl" not in text and "wget" not in text:
        return ()
    from migrator.syntax.yaml import parse

    try:
        return tuple(commands(parse(text)))
    except ParseError:
        return ()


def _regions(text: str, key: str | None, *, wanted: bool) -> tuple[Region, ...]:
    """The strings that are scripts, or those that are not and may hold a call all the same."""
    made: list[Region] = []
    for string in json_strings(text):
        inner = text[string.start : string.end]
        is_script = key is not None and _is_script(string, key)
        if is_script is wanted and (wanted or "curl" in inner or "wget" in inner):
            made.append(behind(VerbatimRegion(inner, string.start), JsonEscapes()))
    return tuple(made)


def _is_script(string: StringAt, key: str) -> bool:
    return len(string.path) in {2, 3} and string.path[0] == key


JSON = HostKind("package manifest", _claims, _find)
