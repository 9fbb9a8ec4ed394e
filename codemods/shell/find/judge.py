"""Judge one shell command: is it a trigger, what does it ask for, and what keeps it from being rewritten."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from codemods.shell.body import (
    ShellBody,
    content_types,
    data_options,
    form_fields,
    header_text,
    in_query,
    kind_of,
    read_body,
)
from codemods.shell.encoding import decoded_branch
from codemods.shell.find.defaults import assumption, with_defaults
from codemods.shell.find.program import home_folder, method_of, splitting_word
from codemods.shell.find.sighting import TELLING, ShellSighting, failed, unknown_trigger
from migrator.circleci.api.v1_request import TOKEN_FIELDS, Field, about_query, about_type, read_request
from migrator.circleci.api.v1_url import VCS, TriggerUrl, trigger_url
from migrator.errors import Refusal
from migrator.model import (
    Auth,
    Expansion,
    Literal,
    Note,
    Severity,
    Span,
    V1Trigger,
    Value,
    flatten,
    source,
    static,
)
from migrator.syntax.shell.flow import downstream
from migrator.syntax.shell.resolve import template, use_of
from migrator.syntax.shell.types import Quote
from migrator.syntax.text.templates import Marked, is_mark
from migrator.template import alternatives

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.model import Template
    from migrator.syntax.shell.curl import Invocation, Option
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command


def read_carried(script: Script, draft: ShellSighting) -> ShellSighting:
    """Read what the request carries; what cannot be read becomes an error note."""
    assert draft.invocation is not None
    assert draft.url is not None
    try:
        body = read_body(script, draft.command, draft.invocation)
        branch = draft.url.branch
        url = draft.url if branch is None else replace(draft.url, branch=decoded_branch(script, branch))
        query = _query(url)
        reading = read_request(url, (*query, *body.fields), _auth(script, draft, body))
    except Refusal as refusal:
        if any(note.code == refusal.code for note in draft.notes):
            return draft
        return failed(draft, refusal.code, refusal.message)
    asked = in_query(draft.invocation) or draft.invocation.all("url-query")
    notes = (
        *draft.notes,
        *reading.notes,
        *about_query((*query, *(body.fields if asked else ()))),
        *_doubts(script, draft.command, draft.invocation, body),
    )
    trigger = replace(reading.trigger, optional=body.optional)
    return replace(draft, trigger=trigger, notes=notes, body=body)


def _doubts(script: Script, command: Command, invocation: Invocation, body: ShellBody) -> Iterator[Note]:
    """What v1.1 may have read differently from how it looks."""
    kind = kind_of(invocation, body)
    if kind is not None:
        yield from about_type(kind, content_types(script, command, invocation, kind))
    if body.bare:
        listed = ", ".join(f"`{name}`" for name in body.bare)
        text = f"The value of {listed} stands in the JSON without quotes; it is taken for a number or a truth value."
        yield Note("bare-value", Severity.WARNING, text)
    if invocation.all("config"):
        text = "curl reads more options from a file (`-K`), which is not looked at."
        yield Note("curl-config", Severity.WARNING, text)


def _query(url: TriggerUrl) -> tuple[Field, ...]:
    fields: list[Field] = []
    for parameter in url.query:
        fields += form_fields((*parameter.name, Literal("="), *parameter.value))
    return tuple(fields)


def _auth(script: Script, draft: ShellSighting, body: ShellBody) -> Auth:
    assert draft.invocation is not None
    assert draft.url is not None
    headers = (header_text(script, draft.command, header) for header in draft.invocation.all("header"))
    names = {header.partition(":")[0].strip().lower() for header in headers}
    if names & {"circle-token", "authorization"} or draft.invocation.all("oauth2-bearer"):
        return Auth.HEADER
    if draft.invocation.wget and draft.url.userinfo is not None:
        return Auth.USERINFO
    if draft.invocation.all("user", "http-user", "netrc", "netrc-file", "netrc-optional"):
        return Auth.BASIC
    if draft.url.userinfo is not None:
        return Auth.USERINFO
    fields = (*_query(draft.url), *body.fields)
    return Auth.QUERY if any(field.name in TOKEN_FIELDS for field in fields) else Auth.NONE


def judge(script: Script, command: Command, invocation: Invocation) -> ShellSighting | None:
    """The trigger that a curl or wget command makes, or None."""
    targets = [(option, with_defaults(script, _url(script, command, option))) for option in invocation.all("url")]
    hits = [(option, hit) for option, url in targets if (hit := trigger_url(url)) is not None]
    if not hits:
        several = _several(script, command, invocation, [url for _, url in targets])
        return several or _without_url(script, command, invocation, [url for _, url in targets])
    option, url = hits[0]
    if not url.sure and not _mentions_circleci(script, command):
        return None
    method = method_of(script, command, invocation)
    if method not in {"POST", None} and not (method == "GET" and _may_post(script, command, invocation, url)):
        return None
    assumed = assumption(url.url.whole)
    notes = (assumed,) if assumed is not None else ()
    draft = ShellSighting(command, _place(command, invocation), _bare(url), notes, invocation, url, option)
    return read_carried(script, with_obstacles(script, draft, method))


def _several(script: Script, command: Command, invocation: Invocation, urls: list[Template]) -> ShellSighting | None:
    """A command whose URL is that of a trigger for one of the values that a variable in it is known to have.

    What is up to the callers of a function is told where they stand.
    """
    own = [
        url for url in urls if not any(isinstance(p, Expansion) and (p.name or "").isdecimal() for p in flatten(url))
    ]
    found = (trigger_url(other) for url in own for other in alternatives(flatten(url)))
    url = next((hit for hit in found if hit is not None and hit.sure), None)
    if url is None or method_of(script, command, invocation) not in {"POST", None}:
        return None
    draft = ShellSighting(command, _place(command, invocation), _bare(url))
    return failed(draft, "several-urls", "The URL is one of several. Give each a call of its own.")


def _may_post(script: Script, command: Command, invocation: Invocation, url: TriggerUrl) -> bool:
    """Whether arguments that cannot be seen may make a trigger of what looks like a GET.

    Builds are listed with a query behind the same URL, and a list is read with `.[…]`.
    """
    if invocation.all("get", "request", "method") or not unseen_arguments(script, command, invocation):
        return False
    if any(source(field.name) not in TOKEN_FIELDS for field in url.query):
        return False
    words = (word.static or "" for other in downstream(script, command) for word in other.words[1:])
    return not any(word.lstrip().startswith((".[", "[.[", "map(")) for word in words)


def _place(command: Command, invocation: Invocation) -> Span:
    return Span(invocation.program.span.start, command.span.end)


def _bare(url: TriggerUrl) -> V1Trigger:
    branch = Value(url.branch) if url.branch is not None else None
    return V1Trigger(url.endpoint, url.api_version or "v1.1", url.slug, branch, build_num=url.build_num)


def _url(script: Script, command: Command, option: Option) -> Template:
    return template(script, option.value, use_of(command)) if option.value is not None else ()


def _mentions_circleci(script: Script, command: Command) -> bool:
    text = script.text[command.span.start : command.span.end]
    return "circle" in text.lower() or TELLING.search(text) is not None


def _without_url(
    script: Script, command: Command, invocation: Invocation, urls: list[Template]
) -> ShellSighting | None:
    """A command whose data can only be a trigger's, and whose URL is not known or not one of a trigger."""
    text = script.text[command.span.start : command.span.end]
    if not data_options(invocation) or not TELLING.search(text):
        return None
    draft = ShellSighting(command, _place(command, invocation), unknown_trigger())
    targets = [Marked.of(url).text for url in urls]
    if any("/api/v2/" in target for target in targets):
        return None
    if any("/api/v1" in target and "/project" in target for target in targets):
        return failed(draft, "url-shape", "The URL is not one that starts builds. Write it out, then run this again.")
    if any(is_mark(char) for target in targets for char in target):
        return failed(draft, "unresolved-url", "The URL is known only at run time. Write it out, then run this again.")
    return None


_LIST = re.compile(r"\$\{(?:[@*]|\w+\[[@*]\])")
_GLOB = re.compile(r"\{[^{}]*\}?|\[[^\[\]]*\]?|[\]}]")  # curl manual, "URL": `{a,b}`, `[1-3]`; all else is an error
SYNTAX = "The shell text around the call cannot be parsed. Correct it, or change the call by hand."
_DATA = re.compile(r"-[a-zA-Z]*[dF]|--(?:data|form|json|url)|\w+:/|\$\{?[0-9@*]")
_SOMETIMES = re.compile(r"\$\{\w+:?[-+=]/")  # `${BRANCH:+/tree/$BRANCH}`
_BREAK = re.compile(r"[\s'\"]+")


def with_obstacles(script: Script, draft: ShellSighting, method: str | None) -> ShellSighting:
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


def _with_unseen(script: Script, draft: ShellSighting, unseen: list[Option]) -> ShellSighting:
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


def _obstacles(
    script: Script, draft: ShellSighting, invocation: Invocation, url: TriggerUrl
) -> Iterator[tuple[str, str]]:
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
    yield from _globbed(invocation, url)
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


def _globbed(invocation: Invocation, url: TriggerUrl) -> Iterator[tuple[str, str]]:
    found = _GLOB.search(url.url.text)
    if found is None or invocation.wget or invocation.has("globoff"):
        return
    what = f"curl makes other URLs, or none, of `{found[0]}` in the URL. Write out one call for each URL"
    yield "url-glob", f"{what}, or give curl `--globoff` if the text is meant as it stands."
