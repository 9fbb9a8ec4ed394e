"""Files with one command on a line: Procfiles (`name: command`) and tables of cron.

Sources: Heroku docs (Procfile format); crontab(5), which turns `%` into a line end unless a backslash stands before it.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.places.place import Host, HostKind, behind, read_only
from migrator.syntax.text.layers import Escapes
from migrator.syntax.text.regions import checked
from migrator.syntax.text.source import VerbatimRegion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.text.source import Region, Source

_PROCESS = re.compile(r"^(?P<before>[A-Za-z0-9_-]+:[ \t]*)(?P<command>\S[^\r\n]*)", re.MULTILINE)
_SCHEDULE = re.compile(
    r"^(?P<before>[ \t]*(?:@[a-z]+|(?:[\d*/,\-A-Za-z~?L]+[ \t]+){4}[\d*/,\-A-Za-z~?L]+)[ \t]+)(?P<command>\S[^\r\n]*)",
    re.MULTILINE,
)
_USER = re.compile(r"[a-z_][\w-]*[ \t]+(?=\S)")
_PERCENT = Escapes(re.compile(r"\\%|%"), {"\\%": "%", "%": "\n"}, {"%": "\\%"})
_INPUT = "cron hands what stands behind `%` to the command as its input. Write the call into a script."


def _is_procfile(source: Source) -> bool:
    path = PurePosixPath(source.path)
    return path.name.startswith("Procfile") or path.suffix == ".procfile"


def _is_crontab(source: Source) -> bool:
    path = PurePosixPath(source.path)
    folder = any(part in {"cron.d", "crontabs", "cron"} for part in path.parts[:-1])
    named = "crontab" in path.name.lower() or path.suffix in {".cron", ".crontab"}
    return named or (folder and path.suffix in {"", ".txt", ".conf", ".j2"} and not source.text.startswith("#!"))


def _processes(source: Source) -> tuple[Host, ...]:
    def scan(text: str) -> tuple[Region, ...]:
        return tuple(VerbatimRegion(m["command"], m.start("command")) for m in _PROCESS.finditer(text))

    return tuple(Host(region) for region in checked(source.text, scan))


def _schedules(source: Source) -> tuple[Host, ...]:
    regions = checked(source.text, lambda text: tuple(_commands(text, with_user=_has_user(source))))
    return tuple(Host(_whole(region)) for region in regions)


def _has_user(source: Source) -> bool:
    path = PurePosixPath(source.path)
    return "cron.d" in path.parts or path.name == "crontab"


def _commands(text: str, *, with_user: bool) -> Iterator[Region]:
    for found in _SCHEDULE.finditer(text):
        start = found.start("command")
        user = _USER.match(found["command"]) if with_user else None
        start += user.end() if user and not found["command"].startswith(("curl", "wget")) else 0
        yield behind(VerbatimRegion(text[start : found.end()], start), _PERCENT)


def _whole(region: Region) -> Region:
    """The region to be read only where a bare `%` cuts the command in two."""
    return read_only(region, "cron-input", _INPUT) if "\n" in region.text else region


PROCFILE = HostKind("Procfile", _is_procfile, _processes)
CRONTAB = HostKind("crontab", _is_crontab, _schedules)
