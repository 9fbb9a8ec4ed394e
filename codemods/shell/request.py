"""One curl or wget command as the HTTP request that it sends."""

from __future__ import annotations

import itertools
import re
from functools import partial
from typing import TYPE_CHECKING

from codemods.shell.content import content_types, data_options, in_query, read_content
from codemods.shell.words import splitting_word
from migrator.errors import Refusal
from migrator.model import Expansion, Literal, Objection, static, values
from migrator.syntax.request import HttpRequest, JsonBody, Login, SentHeader
from migrator.syntax.shell.resolve import template, use_of
from migrator.syntax.shell.types import Quote
from migrator.syntax.text.templates import Marked, has_marks, is_mark
from migrator.template import OPEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from migrator.model import Template
    from migrator.syntax.shell.curl import Invocation, Option
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command

    ReadBody = Callable[[Script, Command, Invocation], JsonBody | None]

_SPLIT = "`{word}` stands without quotes, and the shell makes several arguments of it: put it in double quotes"
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
    plain = plain_options(script, command, invocation)
    targets = (option for option in invocation.all("url") if option not in unseen and option not in plain)
    split = splitting_word(script, command, invocation)
    return HttpRequest(
        urls=tuple(target_of(script, command, option) for option in targets),
        method=method_of(script, command, invocation),
        code=script.text[command.span.start : command.span.end],
        types=content_types(script, command, invocation),
        read=partial(read, script, command, invocation),
        complete=not invocation.all("config") and not unseen,
        headers=tuple(_headers(script, command, invocation)),
        query=tuple(_query_names(script, command, invocation)),
        broken=_SPLIT.format(word=split) if split is not None else "",
        login=_login(script, command, invocation),
        sends_userinfo=not invocation.wget or invocation.has("auth-no-challenge"),
        follows=invocation.wget or bool(invocation.all("location", "location-trusted", "follow", "config")),
    )


_NO_COLON = Objection("a header stands there without a colon behind its name, and is not sent")
_NO_VALUE = Objection("curl leaves out a header without a value")
_ASKED = "wget names a user only when it is asked for one, which v2 may not do: add `--auth-no-challenge`"


def _headers(script: Script, command: Command, invocation: Invocation) -> Iterator[SentHeader]:
    """The headers as the program sends them. Measured on curl 7.88 and wget 1.21."""
    for header in invocation.all("header"):
        if header.value is not None:
            yield _header(Marked.of(template(script, header.value, use_of(command))), is_curl=not invocation.wget)
    for bearer in invocation.all("oauth2-bearer"):
        yield SentHeader("authorization", (Literal("Bearer "), *target_of(script, command, bearer)))


def _header(whole: Marked, *, is_curl: bool) -> SentHeader:
    known = "".join(itertools.takewhile(lambda char: not is_mark(char), whole.text))
    name, colon, _ = known.partition(":")
    if not colon:
        return _without_colon(known.lstrip(), whole, is_curl=is_curl)
    value = whole.slice(len(name) + 1)
    lost = _NO_VALUE if is_curl and not Marked.of(value).text.strip() else None
    return SentHeader(name.strip().lower(), value, lost)


def _without_colon(known: str, whole: Marked, *, is_curl: bool) -> SentHeader:
    """A header whose name ends nowhere: one that only the run shows, `Name;` of curl, or none."""
    is_whole = not has_marks(whole.text)
    if is_curl and known.startswith("@"):  # headers in a file
        return SentHeader("")
    if is_curl and is_whole and known.rstrip().endswith(";"):
        return SentHeader(known.rstrip()[:-1].lower())
    if is_whole or " " in known:
        return SentHeader(known.partition(" ")[0].lower(), lost=_NO_COLON)
    return SentHeader("")


def _login(script: Script, command: Command, invocation: Invocation) -> Login | None:
    """The user and the password that options give."""
    if invocation.wget:
        return _login_of_wget(script, command, invocation)
    user = invocation.last("user")
    if user is None or user.value is None:
        return Login() if invocation.all("netrc", "netrc-file", "netrc-optional") else None
    marked = Marked.of(template(script, user.value, use_of(command)))
    colon = marked.text.find(":")
    other = next((name for name in _OTHER_LOGINS if invocation.has(name)), None)
    lost = Objection(f"`--{other}` keeps curl from sending the token as the user of `Basic`", sure=False)
    name, password = (marked.text, "") if colon < 0 else (marked.text[:colon], marked.text[colon + 1 :])
    return Login(
        marked.slice(0, len(name)),
        marked.slice(len(marked.text) - len(password)) if password else (),
        lost if other else None,
    )


_OTHER_LOGINS = ("anyauth", "digest", "ntlm", "negotiate")


def _login_of_wget(script: Script, command: Command, invocation: Invocation) -> Login | None:
    """`--http-user` wins over `--user`; without a password wget sends none, and by itself only after a challenge."""
    user = invocation.last("http-user") or invocation.last("user")
    if user is None:
        return None
    password = invocation.last("http-password", "password")
    if password is None and not invocation.all("use-askpass", "ask-password"):
        lost = Objection("wget sends no user without a password: add `--password=`")
    elif not invocation.has("auth-no-challenge"):
        lost = Objection(_ASKED, sure=False)
    else:
        lost = None
    return Login(target_of(script, command, user), target_of(script, command, password) if password else (), lost)


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


_FLAG_NAMES = """
    silent show-error verbose fail fail-with-body insecure compressed ipv4 ipv6 progress-bar http1.1 http2 tlsv1.2
    no-progress-meter quiet no-verbose
"""
_FLAGS = re.compile(rf"-(?:[sSvfk#46]+|q|nv)|--(?:{'|'.join(map(re.escape, _FLAG_NAMES.split()))})")
_LIMITS = re.compile(r"-m|--(?:retry|retry-delay|retry-max-time|max-time|connect-timeout|tries|timeout)(?:=[0-9.]+)?")


def plain_options(script: Script, command: Command, invocation: Invocation) -> list[Option]:
    """The arguments that are nothing, or options which leave the request alone, in each run: `$VERBOSE`."""
    return [option for option in invocation.all("url") if _is_plain(script, command, option)]


def _is_plain(script: Script, command: Command, option: Option) -> bool:
    word = option.value
    if word is None or word.lone is None or word.lone.quote is not Quote.NONE:
        return False
    known = values(template(script, word, use_of(command)))
    return known is not None and all(map(_leaves_request_alone, known))


def _leaves_request_alone(text: str) -> bool:
    words = text.split()
    while words:
        word = words.pop(0)
        if _LIMITS.fullmatch(word) and "=" not in word:
            if not words or not words.pop(0).replace(".", "").isdigit():
                return False
        elif not _FLAGS.fullmatch(word) and not _LIMITS.fullmatch(word):
            return False
    return True


def _is_unseen(script: Script, command: Command, option: Option) -> bool:
    word = option.value
    if word is None or word.lone is None:
        return False
    text = script.text[word.span.start : word.span.end]
    if is_list(text):
        return True
    known = template(script, word, use_of(command))
    open_part = isinstance(part := known[0], Expansion) and part.resolved is None and part.values is None
    if isinstance(part, Expansion) and part.source.startswith(("<<", OPEN)):  # the host puts text there
        bare = word.lone.quote is Quote.NONE and "URL" not in part.source.upper()
        return bare and (open_part or (static(known) or "").lstrip().startswith("-"))
    if word.lone.name is None:  # what a command prints may be options: `$(payload)`
        return open_part and word.lone.quote is Quote.NONE and text.startswith(("$(", "`"))
    return open_part and word.lone.quote is Quote.NONE and "URL" not in word.lone.name.upper()


def is_list(text: str) -> bool:
    """Whether the text of an argument stands for any number of others, quoted or not."""
    return text.strip('"') in {"$@", "$*"} or _LIST.match(text.strip('"')) is not None


def _is_list(script: Script, option: Option) -> bool:
    return is_list(script.text[option.span.start : option.span.end])
