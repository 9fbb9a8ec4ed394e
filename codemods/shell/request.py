"""One curl or wget command as the HTTP request that it sends."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from codemods.shell.content import content_types, data_options, header_text, in_query, read_content
from migrator.errors import Refusal
from migrator.model import Expansion, Literal, values
from migrator.syntax.request import HttpRequest, JsonBody
from migrator.syntax.shell.resolve import template, use_of
from migrator.syntax.shell.types import Quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from migrator.model import Template
    from migrator.syntax.shell.curl import Invocation, Option
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command

    ReadBody = Callable[[Script, Command, Invocation], JsonBody | None]

_LIST = re.compile(r"\$\{(?:[@*]|\w+\[[@*]\])")


def read_json(script: Script, command: Command, invocation: Invocation) -> JsonBody | None:
    """The JSON that a command sends; None when it sends no data. Raises Refusal for any other body."""
    content = read_content(script, command, invocation)
    if content.json is not None:
        return JsonBody(content.json)
    if content.options:
        raise Refusal("payload-not-json", "The body is not JSON that can be read here. Write it as JSON.")
    return None


def request_of(script: Script, command: Command, invocation: Invocation, read: ReadBody = read_json) -> HttpRequest:
    """The request of a command. What may stand for any options, and is no list, is not taken for an address."""
    unseen = [option for option in unseen_arguments(script, command, invocation) if not _is_list(script, option)]
    targets = (option for option in invocation.all("url") if option not in unseen)
    return HttpRequest(
        urls=tuple(target_of(script, command, option) for option in targets),
        method=method_of(script, command, invocation),
        code=script.text[command.span.start : command.span.end],
        types=content_types(script, command, invocation),
        read=partial(read, script, command, invocation),
        complete=not invocation.all("config") and not unseen,
        headers=tuple(_names(script, command, invocation)),
        query=tuple(_query_names(script, command, invocation)),
        credentials=bool(invocation.all("user", "http-user", "netrc", "netrc-file", "netrc-optional")),
    )


def _names(script: Script, command: Command, invocation: Invocation) -> Iterator[str]:
    """The names of the headers, in small letters; empty where only the run shows one."""
    for header in invocation.all("header"):
        name, colon, _ = header_text(script, command, header).partition(":")
        yield name.strip().lower() if colon else ""
    if invocation.all("oauth2-bearer"):
        yield "authorization"


def _query_names(script: Script, command: Command, invocation: Invocation) -> Iterator[str]:
    """The names of the fields that options put into the query."""
    options = invocation.all("url-query") if not in_query(invocation) else data_options(invocation)
    for option in options:
        text = template(script, option.value, use_of(command)) if option.value is not None else ()
        known = text[0].text if text and isinstance(text[0], Literal) else ""
        yield known.partition("=")[0]


def target_of(script: Script, command: Command, option: Option) -> Template:
    """The address that an argument gives."""
    return template(script, option.value, use_of(command)) if option.value is not None else ()


def method_of(script: Script, command: Command, invocation: Invocation) -> str | None:
    """The method of the request that curl or wget sends, in capitals; None when only the run shows it.

    Data makes it a POST unless the method is named, or `-G` puts the data into the query (curl manual).
    """
    explicit = invocation.last("request", "method")
    data = data_options(invocation)
    deciding = invocation.all("request", "method", "head", "upload-file", "get")
    sometimes = data if explicit is None and all(option.condition is not None for option in data) else ()
    if any(option.condition is not None for option in (*deciding, *sometimes)):
        return None
    if explicit is not None and explicit.value is not None:
        known = values(template(script, explicit.value, use_of(command)))
        return known[0].upper() if known is not None and len(known) == 1 else None
    if invocation.all("head"):
        return "HEAD"
    if invocation.all("upload-file"):
        return "PUT"
    return "POST" if data and not in_query(invocation) else "GET"


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


def _is_list(script: Script, option: Option) -> bool:
    return is_list(script.text[option.span.start : option.span.end])
