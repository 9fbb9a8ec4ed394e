"""Judge one shell command: is it a trigger, what does it ask for, and what keeps it from being rewritten.

The base of its URL may have a default and be set from outside: `${CIRCLE_API:-https://circleci.com/api/v1.1}`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn, TypeGuard

from codemods.shell.alternatives import own_words
from codemods.shell.body import ShellBody, kind_of, read_body
from codemods.shell.content import content_types, data_options, header_text, in_query
from codemods.shell.encoding import decoded_branch
from codemods.shell.filled import filled
from codemods.shell.find.program import home_folder, open_prefix
from codemods.shell.find.sighting import ShellSighting, failed
from codemods.shell.request import is_list, plain_options, request_of, target_of, unseen_arguments
from codemods.shell.words import lost_pattern, splitting_word
from migrator.circleci.api.form import form_fields
from migrator.circleci.api.recognise import (
    TELLING,
    about_unknown_url,
    as_sent,
    bare_trigger,
    names_circleci,
    one_of,
    unknown_trigger,
)
from migrator.circleci.api.v1_request import TOKEN_FIELDS, Field, about_branch, about_query, about_type, read_request
from migrator.circleci.api.v1_url import VCS, TriggerUrl, trigger_url
from migrator.errors import Refusal
from migrator.model import Auth, Expansion, Literal, Note, Severity, Span, flatten, source, static, values
from migrator.syntax.shell.flow import downstream
from migrator.syntax.shell.resolve import template, use_of
from migrator.syntax.shell.types import LexError, origin_of
from migrator.template import MIDDLE, OPEN, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.model import Part, Template, V1Trigger
    from migrator.syntax.request import HttpRequest
    from migrator.syntax.shell.curl import Invocation, Option
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command


_DEFAULT = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*):?[-=]")
_ADDRESS = "/api/v1"


def with_defaults(script: Script, url: Template) -> Template:
    """The URL with the defaults of variables that hold an address of v1.1 unless they are set from outside."""
    return tuple(_assumed(script, part) if isinstance(part, Expansion) else part for part in url)


def is_default(part: Expansion) -> bool:
    """Whether what the expansion resolves to is only its default."""
    return part.name is None and part.resolved is not None and _DEFAULT.match(part.source) is not None


def refuse_default(part: Expansion) -> NoReturn:
    """Say that others read what the default gives. Raises Refusal."""
    message = f"What `{part.source}` gives is read by others too. Give the call a variable of its own."
    raise Refusal("shared-default", message)


def refuse_shared_default(script: Script, part: Expansion, editable: frozenset[Span]) -> None:
    """Raise Refusal for `${X:=…}` when others read X, unless all of them are edited along."""
    found = _DEFAULT.match(part.source)
    if found is None or not found[0].endswith("=") or script.uses(found[1]) == 1:
        return
    if not any(write.span in editable for write in script.writes.get(found[1], ())):
        refuse_default(part)


def assumption(url: Template) -> Note | None:
    """What has to hold for a URL with defaults."""
    names = list(dict.fromkeys(_defaulted(url)))
    if not names:
        return None
    listed = ", ".join(f"`{name}`" for name in names)
    text = f"The rewrite rests on {listed} not being set from outside to an address of v1.1: the default moves to v2."
    return Note("default-base", Severity.WARNING, text)


def _defaulted(url: Template) -> Iterator[str]:
    for part in url:
        if isinstance(part, Expansion) and part.resolved is not None:
            found = _DEFAULT.match(part.source) if is_default(part) else None
            yield from [found[1]] if found else _defaulted(part.resolved)


def _assumed(script: Script, part: Expansion) -> Expansion:
    if part.resolved is not None:
        return replace(part, resolved=with_defaults(script, part.resolved))
    found = _DEFAULT.match(part.source)
    origin = origin_of(part)
    place = script.view.forth(part.span) if part.span is not None else None
    if not found or origin is None or place is None or _ADDRESS not in part.source or _is_set(script, found[1], place):
        return part
    if any(char in "'\"\\`" for char in part.source):
        return part
    try:
        default = script.lexer.heredoc(place.start + found.end(), place.end - 1, quoted=False).body
    except LexError:
        return part
    return replace(part, resolved=template(script, default, origin.use))


def _resting_on(script: Script, found: ShellSighting) -> ShellSighting:
    """A trigger that is one unless something that no variable is safe from gives its URL another value."""
    names = dict.fromkeys(_followed(found.url.url.whole)) if found.url is not None else {}
    before = [write.span for write in script.unnamed if write.span.end <= found.command.span.start]
    place = max(before or [write.span for write in script.unnamed])
    line = script.view.source(place).partition("\n")[0]
    listed = ", ".join(f"`{name}`" for name in names) or "the URL"
    text = f"The rewrite rests on {listed} keeping its value, which `{line}` may change: the address moves to v2."
    return replace(found, notes=(*found.notes, Note("default-base", Severity.WARNING, text)))


def _followed(template: Template) -> Iterator[str]:
    """The variables whose assignments a template was read through."""
    for part in template:
        if isinstance(part, Expansion) and part.resolved is not None:
            yield from (part.name,) if part.name is not None else ()
            yield from _followed(part.resolved)


def _is_set(script: Script, name: str, place: Span) -> bool:
    """Whether the script sets the variable itself, other than by way of the default."""
    return any(not write.span.overlaps(place) for write in script.writes.get(name, ()))


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
        *about_branch(branch, url.branch),
    )
    kept = filled(script, draft.command, (value.template for _, value in reading.trigger.parameters))
    trigger = replace(reading.trigger, optional=body.optional, filled=kept)
    notes = (*notes, *_set_by_starter(trigger))
    trigger = as_sent(trigger, request_of(script, draft.command, draft.invocation))
    return replace(draft, trigger=trigger, notes=notes, body=body)


_OF_MAKE = re.compile(rf"{OPEN}(\$\((\w+)\)|\$\{{(\w+)\}}){MIDDLE}")


def _set_by_starter(trigger: V1Trigger) -> Iterator[Note]:
    """What decides on the job or the project in a variable of make: `make JOB=x` sets it, whatever the file says."""
    job = trigger.job.template if trigger.job is not None else ()
    parts = (*trigger.slug.organization, *trigger.slug.repository, *job)
    found = [match for part in parts if isinstance(part, Expansion) and (match := _OF_MAKE.match(part.source))]
    names = dict.fromkeys(match[2] or match[3] for match in found)
    if names:
        listed = ", ".join(f"`{name}`" for name in names)
        text = (
            f"{listed} is taken for what the file says; whoever starts this may set it (`make {next(iter(names))}=…`)."
        )
        yield Note("starter-sets", Severity.INFO, text)


def _doubts(script: Script, command: Command, invocation: Invocation, body: ShellBody) -> Iterator[Note]:
    """What v1.1 may have read differently from how it looks."""
    kind = kind_of(invocation, body)
    if kind is not None:
        yield from about_type(kind, content_types(script, command, invocation))
    if body.bare:
        listed = ", ".join(f"`{name}`" for name in body.bare)
        text = f"The value of {listed} stands in the JSON without quotes; it is taken for a number or a truth value."
        yield Note("bare-value", Severity.WARNING, text)
    if body.nullable:
        listed = ", ".join(f"`{name}`" for name in body.nullable)
        text = f"jq sends null where {listed} is not set; what v1.1 made of that is not known, and it is now empty."
        yield Note("may-be-none", Severity.WARNING, text)
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
    request = request_of(script, command, invocation)
    options = invocation.all("url")
    targets = [(option, with_defaults(script, target_of(script, command, option))) for option in options]
    hits = [(option, hit) for option, url in targets if (hit := trigger_url(url)) is not None]
    if script.unnamed and not any(hit.api_version for _, hit in hits):
        found = judge(replace(script, unnamed=()), command, invocation)
        if found is not None and found.url is not None and found.url.api_version:
            return _resting_on(script, found)
    if not hits:
        urls = [url for _, url in targets]
        return _several(command, invocation, request, urls) or _without_url(command, invocation, request, urls)
    option, url = hits[0]
    if not url.sure and not names_circleci(request.code):
        return None
    if not request.may_post and not (request.method == "GET" and _may_post(script, command, invocation, url)):
        return None
    assumed = assumption(url.url.whole)
    notes = (assumed,) if assumed is not None else ()
    draft = ShellSighting(command, _place(command, invocation), bare_trigger(url), notes, invocation, url, option)
    return read_carried(script, with_obstacles(script, draft, request.method))


def _several(
    command: Command, invocation: Invocation, request: HttpRequest, urls: list[Template]
) -> ShellSighting | None:
    """A command whose URL is that of a trigger for one of the values that a variable in it is known to have.

    What is up to the callers of a function is told where they stand.
    """
    own = [
        url for url in urls if not any(isinstance(p, Expansion) and (p.name or "").isdecimal() for p in flatten(url))
    ]
    url = next((hit for other in own if (hit := one_of(flatten(other))) is not None and hit.sure), None)
    if url is None or not request.may_post:
        return None
    draft = ShellSighting(command, _place(command, invocation), bare_trigger(url))
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


def _without_url(
    command: Command, invocation: Invocation, request: HttpRequest, urls: list[Template]
) -> ShellSighting | None:
    """A command whose data can only be a trigger's, and whose URL is not known or not one of a trigger."""
    if not data_options(invocation) or not TELLING.search(request.code):
        return None
    reason = about_unknown_url(urls)
    draft = ShellSighting(command, _place(command, invocation), unknown_trigger())
    return failed(draft, *reason) if reason is not None else None


_GLOB = re.compile(r"\{[^{}]*\}?|\[[^\[\]]*\]?|[\]}]")  # curl manual, "URL": `{a,b}`, `[1-3]`; all else is an error
SYNTAX = "The shell text around the call cannot be parsed. Correct it, or change the call by hand."
_DATA = re.compile(r"-[a-zA-Z]*[dF]|--(?:data|form|json|url)|\w+:/|\$\{?[0-9@*]")
_BREAK = re.compile(r"[\s'\"]+")


def with_obstacles(script: Script, draft: ShellSighting, method: str | None) -> ShellSighting:
    """The sighting with a note for each thing that stands in the way. `method` is None when only the run shows it."""
    invocation = draft.invocation
    assert invocation is not None
    assert draft.url is not None
    for code, message in _obstacles(script, draft, invocation, draft.url):
        draft = failed(draft, code, message)
    draft = _with_prefix(script, draft, invocation)
    if method is None:
        draft = failed(draft, "dynamic-method", "The method of the request is known only at run time. Write it out.")
    unseen = unseen_arguments(script, draft.command, invocation)
    known = (*unseen, *plain_options(script, draft.command, invocation))
    others = [option for option in invocation.all("url") if option is not draft.url_option and option not in known]
    if others or invocation.all("next"):
        return failed(draft, "two-urls", "The command sends more than one request. Give each a command of its own.")
    return _with_unseen(script, draft, [option for option in unseen if option is not draft.url_option])


def _with_prefix(script: Script, draft: ShellSighting, invocation: Invocation) -> ShellSighting:
    """A note for a variable in front of the program that may hold more than `echo` or `sudo`."""
    word = open_prefix(script, draft.command, invocation)
    if word is None:
        return draft
    name = script.text[word.span.start : word.span.end]
    if values(template(script, word, use_of(draft.command))) is not None:
        message = f"What `{name}` holds may read the arguments once more. Write the command out."
        return failed(draft, "command-in-variable", message)
    text = f"What `{name}` puts in front of the command cannot be seen here; it is taken to run it as it stands."
    return replace(draft, notes=(*draft.notes, Note("command-prefix", Severity.WARNING, text)))


def _with_unseen(script: Script, draft: ShellSighting, unseen: list[Option]) -> ShellSighting:
    """A note for arguments that cannot be seen; a variable is taken to hold no data when the call itself has some."""
    invocation = draft.invocation
    words = [shown(script.view.source(option.span)) for option in unseen]
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


def _obstacles(
    script: Script, draft: ShellSighting, invocation: Invocation, url: TriggerUrl
) -> Iterator[tuple[str, str]]:
    command = draft.command
    if command.broken or command.simple.failure:
        yield "shell-syntax", SYNTAX
    if invocation.all("upload-file"):
        yield "payload-in-file", "The body is a file that `-T` uploads. Write the payload into the command."
    if invocation.unknown and not (command.broken or command.simple.failure):
        listed = ", ".join(f"`{name}`" for name in invocation.unknown)
        yield "unknown-option", f"{listed} is no option of curl that is known here. Change the call by hand."
    if not url.api_version:
        yield "unresolved-url", "The base of the URL is known only at run time. Write out /api/v1.1/."
    vcs = static(url.slug.vcs)
    if vcs is not None and url.slug.vcs and vcs not in VCS:
        yield "unknown-vcs", f"`{vcs}` in the URL is neither `github` nor `bitbucket`. Put in what is meant."
    if url.encoded is not None:
        what = f"`{url.encoded}` becomes percent-encoded text, and v2 wants the plain branch."
        yield "encoded-branch", f"{what} Give the call the plain text, or write it out."
    yield from _globbed(invocation, url)
    yield from _more_than_names(script, url)
    if "$" in url.url.text:
        yield (
            "literal-dollar",
            "A `$` in the URL stands in single quotes or behind a backslash and stays as it is. Correct it.",
        )
    yield from _unquoted(script, command, invocation)


def _unquoted(script: Script, command: Command, invocation: Invocation) -> Iterator[tuple[str, str]]:
    """Words without quotes that the shell makes something else of."""
    split = splitting_word(script, command, invocation)
    if split is not None:
        yield "unquoted-variable", f"`{split}` becomes several words here. Put it in double quotes."
    lost = lost_pattern(script, command, invocation)
    if lost is not None:
        yield "unquoted-pattern", f"`{lost}` is a pattern of file names, which this shell drops or refuses. Quote it."
    home = home_folder(script, invocation)
    if home is not None:
        yield "unquoted-tilde", f"bash may put the home folder into `{home}`. Write `$HOME`, or put it in quotes."


def _more_than_names(script: Script, url: TriggerUrl) -> Iterator[tuple[str, str]]:
    """Expansions into which the script itself puts other parts of an address than the one where they stand."""
    advice = "Write the address out."
    slug = (url.slug.vcs, url.slug.organization, url.slug.repository)
    for part in filter(_is_expansion, (part for name in (*slug, url.branch or ()) for part in name)):
        word = next((word for word in own_words(part.source) if set(word) & set("?#&")), None)
        if word is not None:
            yield "unresolved-url", f"`{part.source}` may bring `{word}` into the address. {advice}"
    for part in filter(_is_expansion, (part for name in slug if len(name) > 1 for part in name)):
        given = (write.value for write in script.writes.get(part.name or "", ()) if write.value is not None)
        texts = ["".join(piece.text or "" for piece in value.pieces) for value in given]
        if any("/" in text for text in (*texts, *own_words(part.source))):
            yield "unresolved-url", f"`{part.source}` may bring more than a name into the address. {advice}"


def _is_expansion(part: Part) -> TypeGuard[Expansion]:
    return isinstance(part, Expansion)


def _globbed(invocation: Invocation, url: TriggerUrl) -> Iterator[tuple[str, str]]:
    found = _GLOB.search(url.url.text)
    if found is None or invocation.wget or invocation.has("globoff"):
        return
    what = f"curl makes other URLs, or none, of `{found[0]}` in the URL. Write out one call for each URL"
    yield "url-glob", f"{what}, or give curl `--globoff` if the text is meant as it stands."
