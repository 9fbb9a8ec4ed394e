"""Judge one shell command: is it a trigger, what does it ask for, and what about it cannot be told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from codemods.shell.body import NO_BODY, ShellBody
from migrator.circleci.api.recognise import TELLING
from migrator.circleci.api.v1_request import BodyKind
from migrator.circleci.api.v1_url import is_about_v1
from migrator.model import Note, Severity, Span
from migrator.syntax.memo import Memo

if TYPE_CHECKING:
    from collections.abc import Callable

    from migrator.circleci.api.v1_url import TriggerUrl
    from migrator.model import V1Trigger
    from migrator.syntax.shell.curl import Invocation, Option
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command


@dataclass(frozen=True, slots=True)
class Wrapper:
    """The function that a sighting goes through, and its other callers.

    `function` is where its text stands, `call` the command that calls it for this sighting. `partners` are the places
    of all its calls that are triggers, this one included; `others` start the calls that are none. `open` says who else
    may call it, as part of a sentence.
    """

    name: str
    function: Span
    call: Command
    partners: tuple[Span, ...] = ()
    others: tuple[int, ...] = ()
    open: str | None = None


@dataclass(frozen=True, slots=True)
class ShellSighting:
    """A trigger that a command makes, and where its own text stands: from the `curl` word to the end of the command.

    `url_option`, `url` and `invocation` are None when the command cannot be analysed. With a `wrapper`, the command
    stands in a function, which was read in `script`, and the place is that of the command that calls it.
    """

    command: Command
    place: Span
    trigger: V1Trigger
    notes: tuple[Note, ...] = ()
    invocation: Invocation | None = None
    url: TriggerUrl | None = None
    url_option: Option | None = None
    body: ShellBody = NO_BODY
    script: Script | None = None
    wrapper: Wrapper | None = None


def form_kind(sighting: ShellSighting) -> BodyKind | None:
    """The form that v1.1 got the values in; None for JSON, and for curl's `--form-string`, which sends what it gets."""
    invocation = sighting.invocation
    if invocation is None or sighting.body.is_json:
        return None
    if invocation.all("form", "form-string"):
        return BodyKind.MULTIPART if invocation.all("form") else None
    return BodyKind.FORM


@dataclass(frozen=True, slots=True)
class Scene:
    """A region's script with all its sightings, and where each of them lies in the file.

    `line` gives the line of the file in which a character of the script stands; `memo` keeps what was found out for
    all of them together. `stops_at_unset`: `set -u` may hold in it.
    """

    script: Script
    sightings: tuple[ShellSighting, ...]
    places: tuple[Span, ...]
    line: Callable[[int], int] = field(default=lambda index: index, compare=False)
    stops_at_unset: bool = False
    memo: Memo = field(default_factory=Memo, compare=False, repr=False)

    def script_of(self, sighting: ShellSighting) -> Script:
        """The script as it was read for a sighting."""
        return sighting.script or self.script

    def placed(self, sighting: ShellSighting) -> Span:
        """The span of a sighting in the file's text."""
        return self.places[self.sightings.index(sighting)]


def looks_like_trigger(text: str) -> bool:
    """Whether text holds the address of a trigger and something that posts."""
    posting = any(word in text for word in ("POST", " -d", " --data", " -F", " --form"))
    return (posting or bool(TELLING.search(text))) and is_about_v1(text)


def failed(draft: ShellSighting, code: str, message: str) -> ShellSighting:
    """The sighting with one more reason why it must be left to a person."""
    return replace(draft, notes=(*draft.notes, Note(code, Severity.ERROR, message)))
