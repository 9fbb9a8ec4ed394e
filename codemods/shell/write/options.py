"""Write and edit the options of a call: in the style of the call's own, and where an array or a variable holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.shell.content import data_options
from codemods.shell.write import emit
from migrator.circleci.api.form import token_decoded
from migrator.circleci.api.v1_request import TOKEN_FIELDS
from migrator.errors import Refusal
from migrator.model import Auth, Literal, source
from migrator.syntax.shell.resolve import reaching, template, use_of
from migrator.syntax.text.templates import Marked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.shell.find.sighting import ShellSighting
    from migrator.model import Span, Template
    from migrator.syntax.shell.curl import Invocation, Option
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command, Use, Write


def is_whole(option: Option) -> bool:
    """Whether the word that the option comes out of is edited as a whole."""
    given = option.condition is not None and option.statement is None
    return option.source is not None and (option.indirect or given)


def spot(option: Option) -> Span:
    """What is replaced when the option is: itself, the word that it comes out of, or the statement that gives it."""
    if option.statement is not None:
        return option.statement
    return option.source.span if option.source is not None and is_whole(option) else option.span


def refuse_out_of_reach(invocation: Invocation, touched: Iterable[Option]) -> None:
    """Raise Refusal when an option that must change comes out of a word together with others that must stay."""
    data = data_options(invocation)
    for option in touched:
        if not is_whole(option):
            given = option.statement
            beside = [other for other in invocation.options if given is not None and other.statement == given]
            if option.indirect or any(other not in data for other in beside):
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


_HAVE_SHORT = frozenset({"data", "header", "user", "request", "form", "silent", "output", "fail", "show-error"})
_KEPT = frozenset({"data", "data-raw", "data-binary", "data-ascii", "json", "post-data", "body-data"})


@dataclass(frozen=True, slots=True)
class OptionStyle:
    """How options are spelt. `equals`: wget's `--name=value`; `method`: wget is told it, and so takes `body-data`."""

    wget: bool
    short: bool
    short_header: bool
    equals: bool
    method: bool = False

    def header(self, word: str) -> str:
        """A header option with its value, which is a shell word."""
        if self.wget:
            return f"--header={word}" if self.equals else f"--header {word}"
        return f"-H {word}" if self.short_header else f"--header {word}"

    def data(self, word: str, replaced: Option | None) -> str:
        """A data option with its value, spelt like the one that it replaces where that one can carry JSON."""
        if self.wget:
            new = "body-data" if self.method else "post-data"
            name = replaced.name if replaced is not None and replaced.name in _KEPT else new
            return f"--{name}={word}" if self.equals else f"--{name} {word}"
        if replaced is None or replaced.name not in _KEPT:
            short = self.short if replaced is None or replaced.name == "data-urlencode" else replaced.short
            return f"-d {word}" if short else f"--data {word}"
        return f"-d {word}" if replaced.short else f"--{replaced.name} {word}"


def style_of(invocation: Invocation) -> OptionStyle:
    """The spelling that most options of the call have."""
    options = [option for option in invocation.options if option.name in _HAVE_SHORT]
    headers = [option for option in options if option.name == "header"]
    short = _mostly_short(options)
    equals = [option.equals for option in invocation.options if option.value is not None and not option.bare]
    return OptionStyle(
        invocation.wget,
        short,
        _mostly_short(headers) if headers else short,
        all(equals),
        bool(invocation.all("method")),
    )


def _mostly_short(options: list[Option]) -> bool:
    return sum(1 if option.short else -1 for option in options) >= 0


_USERS = ("http-user", "user")
_LOGIN = (*_USERS, "http-password", "password")


def unasked(sighting: ShellSighting) -> tuple[Option, ...]:
    """The options with a user whom wget names only when it is asked to, which v1.1 did; what v2 does is not known.

    The manual of wget: `--auth-no-challenge` sends them at once.
    """
    invocation = sighting.invocation
    if invocation is None or not invocation.wget or sighting.trigger.auth is not Auth.BASIC:
        return ()
    return () if invocation.all("auth-no-challenge") else invocation.all(*_LOGIN)


def token_of(script: Script, sighting: ShellSighting, use: Use) -> str:
    """The header as a shell word, to stand at `use`. Raises Refusal."""
    if unasked(sighting):
        token = _user(script, sighting)
    else:
        token = _userinfo(sighting) if sighting.trigger.auth is Auth.USERINFO else _field(sighting)
    return emit.word((Literal("Circle-Token: "), *token), script, use)


def _user(script: Script, sighting: ShellSighting) -> Template:
    """The name of wget's user: `--http-user` wins over `--user`."""
    options = unasked(sighting)
    named = [option for name in _USERS for option in options if option.name == name]
    last = [option for option in named if option.name == named[0].name][-1] if named else None
    if last is None or last.value is None:
        raise Refusal("no-token", "The token of the call was not found again. Rewrite the call by hand.")
    return template(script, last.value, use_of(sighting.command))


def _userinfo(sighting: ShellSighting) -> Template:
    """The user name: the token. A password behind it has no meaning."""
    assert sighting.url is not None
    marked = Marked.of(sighting.url.userinfo or ())
    colon = marked.text.find(":")
    return token_decoded(marked.slice(0, colon if colon >= 0 else None))


def _field(sighting: ShellSighting) -> Template:
    assert sighting.url is not None
    for parameter in sighting.url.query:
        if source(parameter.name) in TOKEN_FIELDS:
            return token_decoded(parameter.value)
    for field in sighting.body.fields:
        if field.name in TOKEN_FIELDS:
            return field.value.template
    raise Refusal("no-token", "The token of the call was not found again. Rewrite the call by hand.")
