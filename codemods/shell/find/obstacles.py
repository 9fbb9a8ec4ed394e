"""What keeps a trigger from being rewritten, whatever it sends."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from codemods.shell.find.program import home_folder, splitting_word
from codemods.shell.find.reading import failed
from codemods.shell.read.body import data_options
from migrator.circleci.api.v1_url import VCS
from migrator.model import Expansion, Note, Severity, static
from migrator.syntax.shell.resolve import template, use_of
from migrator.syntax.shell.word import Quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.shell.find.sighting import Sighting
    from migrator.circleci.api.v1_url import TriggerUrl
    from migrator.syntax.shell.curl import Invocation, Option
    from migrator.syntax.shell.script import Command, Script

_LIST = re.compile(r"\$\{(?:[@*]|\w+\[[@*]\])")
SYNTAX = "The shell text around the call cannot be parsed. Correct it, or change the call by hand."

_DATA = re.compile(r"-[a-zA-Z]*[dF]|--(?:data|form|json|url)|\w+:/|\$\{?[0-9@*]")
_SOMETIMES = re.compile(r"\$\{\w+:?[-+=]/")  # `${BRANCH:+/tree/$BRANCH}`
_BREAK = re.compile(r"[\s'\"]+")


def with_obstacles(script: Script, draft: Sighting, method: str | None) -> Sighting:
    """The sighting with a note for each thing that stands in the way. `method` is None when only the run shows it."""
    invocation = draft.invocation
    assert invocation is not None
    assert draft.url is not None
    for code, message in _obstacles(script, draft, invocation, draft.url):
        draft = failed(draft, code, message)
    if method is None:
        draft = failed(draft, "dynamic-method", "The method of the request is known only at run time. Write it out.")
    unseen = unseen_arguments(script, draft.command, invocation)
    others = [option for option in invocation.all("url") if option is not draft.url_option and option not in unseen]
    if others or invocation.all("next"):
        return failed(draft, "two-urls", "The command sends more than one request. Give each a command of its own.")
    return _with_unseen(script, draft, [option for option in unseen if option is not draft.url_option])


def _with_unseen(script: Script, draft: Sighting, unseen: list[Option]) -> Sighting:
    """A note for arguments that cannot be seen; a variable is taken to hold no data when the call itself has some."""
    invocation = draft.invocation
    words = [script.text[option.span.start : option.span.end] for option in unseen]
    lists = [word for word in words if is_list(word)]
    posts = invocation is not None and bool(data_options(invocation) or invocation.all("request", "method"))
    posts = posts and not any(_may_give_data(script, option) for option in unseen)
    if not words:
        return draft
    if lists or not posts:
        what = f"What `{(lists or words)[0]}` adds to the call cannot be seen here{'' if posts else ', maybe data'}."
        return failed(draft, "array-arguments", f"{what} Write it into the call, then run this again.")
    listed = ", ".join(f"`{word}`" for word in words)
    text = f"What {listed} adds to the call cannot be seen here; it is taken to hold neither data nor another URL."
    return replace(draft, notes=(*draft.notes, Note("unseen-options", Severity.WARNING, text)))


def _may_give_data(script: Script, option: Option) -> bool:
    """Whether the script itself puts data, or what it was given, into the variable that the option comes out of."""
    piece = option.value.lone if option.value is not None else None
    if piece is not None and piece.name is None:
        return True
    writes = script.writes.get(piece.name, ()) if piece is not None and piece.name is not None else ()
    spans = [write.span if write.value is None else write.value.span for write in writes]
    return any(_DATA.match(word) for span in spans for word in _BREAK.split(script.text[span.start : span.end]))


def unseen_arguments(script: Script, command: Command, invocation: Invocation) -> list[Option]:
    """The arguments that may stand for any number of others: `"$@"`, `"${a[@]}"`, an unknown `$X`, `$(options)`."""
    return [option for option in invocation.all("url") if _is_unseen(script, command, option)]


def _is_unseen(script: Script, command: Command, option: Option) -> bool:
    word = option.value
    if word is None or word.lone is None:
        return False
    text = script.text[word.span.start : word.span.end]
    if is_list(text):
        return True
    known = template(script, word, use_of(command))
    open_part = isinstance(part := known[0], Expansion) and part.resolved is None and part.values is None
    if word.lone.name is None:  # what a command prints may be options: `$(payload)`
        return open_part and word.lone.quote is Quote.NONE and text.startswith(("$(", "`"))
    return open_part and word.lone.quote is Quote.NONE and "URL" not in word.lone.name.upper()


def is_list(text: str) -> bool:
    """Whether the text of an argument stands for any number of others, quoted or not."""
    return text.strip('"') in {"$@", "$*"} or _LIST.match(text.strip('"')) is not None


def _obstacles(script: Script, draft: Sighting, invocation: Invocation, url: TriggerUrl) -> Iterator[tuple[str, str]]:
    command = draft.command
    if command.broken or command.simple.failure:
        yield "shell-syntax", SYNTAX
    if invocation.unknown:
        listed = ", ".join(f"`{name}`" for name in invocation.unknown)
        yield "unknown-option", f"{listed} is no option of curl that is known here. Change the call by hand."
    if _SOMETIMES.search(str(url.slug)):
        yield "unresolved-url", "A part of the URL's path is there only sometimes. Write each URL out."
    if not url.api_version:
        yield "unresolved-url", "The base of the URL is known only at run time. Write out /api/v1.1/."
    vcs = static(url.slug.vcs)
    if vcs is not None and url.slug.vcs and vcs not in VCS:
        yield "unknown-vcs", f"`{vcs}` in the URL is neither `github` nor `bitbucket`. Put in what is meant."
    if url.encoded is not None:
        what = f"`{url.encoded}` becomes percent-encoded text, and v2 wants the plain branch."
        yield "encoded-branch", f"{what} Give the call the plain text, or write it out."
    if "$" in url.url.text:
        yield (
            "literal-dollar",
            "A `$` in the URL stands in single quotes or behind a backslash and stays as it is. Correct it.",
        )
    split = splitting_word(script, command, invocation)
    if split is not None:
        yield "unquoted-variable", f"`{split}` becomes several words here. Put it in double quotes."
    home = home_folder(script, invocation)
    if home is not None:
        yield "unquoted-tilde", f"bash may put the home folder into `{home}`. Write `$HOME`, or put it in quotes."
