"""The kinds of files that shell text lives in, in the order in which they are asked; the first to claim a file has it.

A file that no kind claims, or that is not what its name says, is read as plain text: calls in it are reported only.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from codemods.places.circleci import CIRCLECI
from codemods.places.curl_file import CURL_FILE
from codemods.places.docker import DOCKER
from codemods.places.documents import DOCUMENT
from codemods.places.jenkins import JENKINS
from codemods.places.json import JSON
from codemods.places.lines import CRONTAB, PROCFILE
from codemods.places.make import MAKE
from codemods.places.place import read_only
from codemods.places.plain import PLAIN
from codemods.places.program import PROGRAM
from codemods.places.script import SCRIPT
from codemods.places.shells import OTHER_SHELL, is_of_other_shell
from codemods.places.terraform import TERRAFORM
from codemods.places.toml import TOML
from codemods.places.variables import with_variables
from codemods.places.xml import XML
from codemods.places.yaml import YAML
from migrator.errors import ParseError
from migrator.model import Span

if TYPE_CHECKING:
    from codemods.found import Found
    from codemods.places.place import Host, HostKind
    from migrator.syntax.text.source import Source


HOSTS: tuple[HostKind, ...] = (
    CIRCLECI,
    YAML,
    SCRIPT,
    MAKE,
    DOCKER,
    JSON,
    TOML,
    XML,
    JENKINS,
    TERRAFORM,
    PROCFILE,
    CRONTAB,
    DOCUMENT,
    CURL_FILE,
    PROGRAM,
    PLAIN,
)


def regions(source: Source) -> tuple[Host, ...]:
    """The shell texts that a file holds, each once, in order. Raises ParseError for a config that is not YAML."""
    kind = next((kind for kind in HOSTS if kind.claims(source)), None)
    if kind is None:
        return ()
    try:
        hosts = with_variables(source, kind.find(source))
    except ParseError:
        if kind.strict:
            raise
        return PLAIN.find(source)
    if is_of_other_shell(source.text, kind.name):
        return tuple(replace(host, region=read_only(host.region, "other-shell", OTHER_SHELL)) for host in hosts)
    return hosts


def covered(texts: tuple[Host, ...]) -> tuple[Span, ...]:
    """Where the shell texts of a file stand."""
    regions = (text.region for text in texts if text.region.text)
    return tuple(Span(region.locate(0), region.locate(len(region.text) - 1) + 1) for region in regions)


def with_notes(found: Found, host: Host) -> Found:
    """The call with what is to be said about every call in that text."""
    return replace(found, call=replace(found.call, notes=(*host.notes, *found.call.notes))) if host.notes else found
