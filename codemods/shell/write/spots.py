"""Where an option of a call is edited when it comes out of another word: an array, a variable, `${V:+…}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.shell.read.body import data_options
from migrator.errors import Refusal
from migrator.syntax.shell.resolve import reaching, use_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from migrator.model import Span
    from migrator.syntax.shell.curl import Invocation, Option
    from migrator.syntax.shell.script import Command, Script
    from migrator.syntax.shell.writes import Write


def is_whole(option: Option) -> bool:
    """Whether the word that the option comes out of is edited as a whole."""
    return option.source is not None and (option.indirect or option.condition is not None)


def spot(option: Option) -> Span:
    """What is replaced when the option is: itself, or the word that it comes out of."""
    return option.source.span if option.source is not None and is_whole(option) else option.span


def refuse_out_of_reach(invocation: Invocation, touched: Iterable[Option]) -> None:
    """Raise Refusal when an option that must change comes out of a word together with others that must stay."""
    data = data_options(invocation)
    for option in touched:
        if not is_whole(option):
            if option.indirect:
                _refuse()
            continue
        together = [other for other in invocation.options if other.source is option.source]
        if option not in data or any(other not in data for other in together) or _is_list(option):
            _refuse()


def _is_list(option: Option) -> bool:
    """Whether the word is an array that other commands read too."""
    return option.source is not None and option.condition is None and _name(option) is None


def _refuse() -> None:
    message = "Options that must change come out of a variable. Write them into the call."
    raise Refusal("options-in-variable", message)


def _name(option: Option) -> str | None:
    piece = option.source.lone if option.source is not None else None
    return piece.name if piece is not None else None


def assignment(script: Script, command: Command, option: Option) -> Write | None:
    """The assignment that gives the options to an unquoted variable which nothing else reads, or None."""
    name = _name(option)
    if name is None or not option.indirect:
        return None
    write = reaching(script, name, use_of(command))
    if write is None or write.exported or len(script.writes.get(name, ())) != 1 or script.uses(name) != 1:
        return None
    return write
