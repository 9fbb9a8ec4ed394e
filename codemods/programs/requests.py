"""Requests that a program makes: the URL as far as the file shows it, and a sign that something is posted to it.

The sign is the call that the URL goes into, its variable, or what stands around it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemods.programs.expression import expression
from codemods.programs.text import (
    CLOSING,
    OPENING,
    ProgramText,
    Text,
    chained,
    closing_of,
    groups,
    operand_before,
    operand_end,
    pieces,
    receivers,
    says_post,
)
from migrator.circleci.api.v1_url import trigger_url
from migrator.model import Endpoint, Expansion, Literal, Slug, Span, V1Trigger, Value, literal
from migrator.syntax.programs.program import BARE, TokenKind, assignments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from migrator.circleci.api.v1_url import TriggerUrl
    from migrator.model import Template
    from migrator.syntax.programs.program import ProgramToken


_POSTS = re.compile(
    r"\A[:_]?(?:do|http|send)?_?[Pp]ost(?:[A-Z_]\w*)?[!?]?\Z|[a-z]Post(?:[A-Z]\w*)?\Z|(?:\A|_)POST\Z|\w/post\Z|\A(?!get_)\w+_post\Z"
)
# What sends something, in a program that has an address of v1.
_SENDS = re.compile(r"(?:fire|send|trigger|submit|invoke|dispatch)(?:[A-Z_]\w*)?\Z")
_GETS = re.compile(r"(?i)\A(?:http_?)?get(?:async|json|string|forobject|body|text)?\Z|\Adelete\Z|\Adownload")
_SENDING = frozenset({"CURLOPT_POSTFIELDS", "CURLOPT_COPYPOSTFIELDS"})
_PRINTING = re.compile(r"(?i)\A(?:log|info|warn|error|debug|print(?:ln|f)?|puts|echo|say|write-?host|writeline|p)\Z")
_MOCK_NAMES = """
    nock stub_request webmock httpmock fetchmock mock wiremock intercept stubfor onpost mockserver msw stub
    have_requested handlefunc tohavebeencalledwith tobe toequal httpretty calledwith requests_mock
"""
_MOCKS = frozenset(_MOCK_NAMES.split())
_ASSIGNS = frozenset({"=", ":=", ":", "=>", "<-"})
_CMDLET = re.compile(r"(?i)\b(?:Invoke-(?:RestMethod|WebRequest)|irm|iwr)\b")
_METHOD_POST = re.compile(r"(?i)\s-Method[ :]+['\"]?post\b")
_COMMAND = re.compile(r"\b(?:curl|wget)\s")
_BEFORE, _AFTER = 12, 40  # lines in which the rest of a request stands


@dataclass(frozen=True, slots=True)
class PostVerdict:
    """Whether a call posts, and the index of its first token."""

    posts: bool
    at: int


def posted_at(program: ProgramText, url: Text) -> int | None:
    """The index of the first token of the call that posts to the URL, or None when none can be told."""
    read = program.read
    verdict, name, uses = _told(program, url)
    if verdict is not None:
        return verdict.at if verdict.posts else None
    if (name and (not uses or _is_part(read, name))) or not _around(program, url):
        return None
    calls = (group.start for use in uses for group in groups(read, use, use + 1) if group.callee)
    return next(calls, _line_start(program, uses[0]) if uses else url.first)


def surely_posted_at(program: ProgramText, url: Text) -> int | None:
    """The index of the first token of a call of which the brackets or the words say that it posts to the URL."""
    inner = next(groups(program.read, url.first, url.end), None)
    listed = inner is not None and not inner.callee and program.read[inner.first - 1].text == "["
    # Among the words of a command, not of a program.
    bare = program.read[url.first].style == BARE or listed
    verdict = cmdlet(program, url.first) if bare else _told(program, url)[0]
    return verdict.at if verdict is not None and verdict.posts else None


def _told(program: ProgramText, url: Text) -> tuple[PostVerdict | None, str | None, list[int]]:
    """What the calls say that the URL goes into, and the name that it is assigned to with where that is used."""
    verdict = _of(program, url.first, url.end)
    if verdict is not None:
        return verdict, None, []
    read = program.read
    name = None if program.data else _assigned_to(read, url.first)
    uses = [use for use in _uses(read, name, url.end) if not _is_told(read, use)] if name else []
    verdicts = [_of(program, use, use + 1) for use in uses]
    posting = next((verdict for verdict in verdicts if verdict is not None and verdict.posts), None)
    if posting is None and verdicts and all(verdict is not None for verdict in verdicts):
        posting = verdicts[0]
    return posting, name, uses


def _is_told(read: Sequence[ProgramToken], use: int) -> bool:
    """Whether a use is only printed, or goes into a command, which is shell text."""
    if is_printed(read, use):
        return True
    at = use
    while at >= 2 and read[at - 1].text in {"+", "."} and at > use - _AFTER:
        start = operand_before(read, at - 1)
        if start is None:
            return False
        at = start
        if read[at].kind is TokenKind.STRING and _COMMAND.search(read[at].text):
            return True
    return False


def _of(program: ProgramText, first: int, end: int) -> PostVerdict | None:
    read = program.read
    return cmdlet(program, first) or _verdict(read, first, end) or _passed_on(read, first)


def cmdlet(program: ProgramText, at: int) -> PostVerdict | None:
    """What a command line of PowerShell says: it has no brackets, and it gets unless it names another method."""
    text, place = program.text, program.read[at].start
    start = text.rfind("\n", 0, place) + 1
    while start and text[:start].rstrip("\r\n").endswith("`"):
        start = text.rfind("\n", 0, start - 1) + 1
    found = _CMDLET.search(text, start, place)
    if found is None:
        return None
    end = re.compile(r"(?<!`)\r?\n|\Z").search(text, place)
    line = text[found.start() : end.start() if end else len(text)]
    index = next(i for i, token in enumerate(program.read) if token.end > found.start())
    return PostVerdict(posts=bool(_METHOD_POST.search(line)), at=index)


def _is_part(read: Sequence[ProgramToken], name: str) -> bool:
    """Whether the name goes into a longer text, which is then looked at for itself."""
    hole = re.compile(rf"[$#({{]\{{?{re.escape(name.lstrip('$'))}\b")
    return any(token.kind is TokenKind.STRING and hole.search(token.text) for token in read)


def _line_start(program: ProgramText, at: int) -> int:
    """The first token on the line of a token."""
    read = program.read
    while at and "\n" not in program.text[read[at - 1].end : read[at].start]:
        at -= 1
    return at


def _passed_on(read: Sequence[ProgramToken], use: int) -> PostVerdict | None:
    """What becomes of an argument in a function of the same file."""
    group = next(iter(groups(read, use, use + 1)), None)
    if group is None or len(group.callee) != 1:
        return None
    number = sum(_depth(read, group.first, at) == 0 for at in range(group.first, use) if read[at].text == ",")
    for index in range(len(read) - 3):
        if read[index].text == group.callee[0] and index != group.start and _is_definition(read, index):
            opening = next((at for at in range(index, min(index + 4, len(read))) if read[at].text == "("), None)
            names = _names(read, opening) if opening is not None else ()
            if number < len(names):
                inner = (_verdict(read, at, at + 1) for at in _uses(read, names[number], index + 3))
                return next((verdict for verdict in inner if verdict is not None), None)
    return None


def _is_definition(read: Sequence[ProgramToken], index: int) -> bool:
    words = {"function", "def", "func", "fun", "fn", "sub", "defp", "static", "void", "private", "public"}
    return (index > 0 and read[index - 1].text in words) or read[index + 1].text in {"=", ":"}


def _names(read: Sequence[ProgramToken], opening: int) -> tuple[str, ...]:
    """The last word of each parameter's declaration, or the only one: `url`, `String url`; in Go the first."""
    names: list[str] = []
    for at in range(opening + 1, closing_of(read, opening + 1) + 1):
        if at < len(read) and read[at].text in {",", ")"} and read[at - 1].kind is TokenKind.WORD:
            start = at - 1
            while read[start - 1].text not in {",", "("}:
                start -= 1
            typed = read[at - 1].text in {"string", "String", "str"}
            names.append(read[start].text if typed or read[start + 1].text == ":" else read[at - 1].text)
    return tuple(names)


def _depth(read: Sequence[ProgramToken], first: int, at: int) -> int:
    signs = [token.text for token in read[first:at] if token.kind is TokenKind.SIGN]
    return sum((sign in OPENING) - (sign in CLOSING) for sign in signs)


def is_printed(read: Sequence[ProgramToken], at: int) -> bool:
    """Whether a token is an argument of something that only prints."""
    names = [word for group in groups(read, at, at + 1) for word in group.callee[-1:]]
    before = read[at - 1] if at else None
    names += [before.text] if before is not None and before.kind is TokenKind.WORD else []
    return any(_PRINTING.match(name) for name in names)


def is_shown(program: ProgramText, url: Text) -> bool:
    """Whether the URL is a part of a command that is only printed."""
    texts = [token.text for token in program.read[url.first : url.end] if token.kind is TokenKind.STRING]
    return any(_COMMAND.search(text) for text in texts) and is_printed(program.read, url.first)


def is_mocked(read: Sequence[ProgramToken], at: int) -> bool:
    """Whether the statement sets up a mock: what a test pretends is no call."""
    start = max(0, at - 25)
    words = [token.text.lower() for token in read[start:at] if token.kind is TokenKind.WORD]
    return any(word in _MOCKS or word.startswith("mock") for word in words)


def _verdict(read: Sequence[ProgramToken], first: int, end: int) -> PostVerdict | None:
    """What the brackets around an expression say, or the word in front of it: posted, certainly not, or nothing."""
    if first and read[first - 1].kind is TokenKind.WORD and _POSTS.search(read[first - 1].text):
        return PostVerdict(posts=True, at=first - 1)
    posts = False
    place = first
    for group in groups(read, first, end):
        behind = chained(read, group.end)
        words = (*group.callee, *behind)
        if any(_POSTS.search(word) for word in words) or says_post(read[group.first : group.end]):
            posts = True
        if group.callee:
            place = group.start
        if posts and group.callee:
            break
        if any(_GETS.match(word) for word in (*group.callee[-1:], *behind)):
            return PostVerdict(posts=False, at=place)
    return PostVerdict(posts=True, at=place) if posts else None


def _assigned_to(read: Sequence[ProgramToken], first: int) -> str | None:
    """The name that an expression is assigned to, or the object whose property it is."""
    at = first
    while at >= 2 and first - at < 12 and read[at - 1].text not in _ASSIGNS:
        if read[at - 1].text in {";", "}"}:
            return None
        at -= 1
    if at < 2 or read[at - 1].text not in _ASSIGNS or read[at - 2].kind is not TokenKind.WORD:
        return None
    if read[at - 1].text in {":", "=>"}:
        return _object(read, at)
    return None if at >= 3 and read[at - 3].text in {".", "->"} else read[at - 2].text  # a property, not a variable


def _object(read: Sequence[ProgramToken], at: int) -> str | None:
    """The name that the object around a token is assigned to."""
    depth = 0
    for index in range(at - 1, 1, -1):
        if read[index].kind is TokenKind.SIGN:
            depth += (read[index].text in CLOSING) - (read[index].text in OPENING)
        if depth < 0:
            named = read[index - 1].text in {"=", ":="} and read[index - 2].kind is TokenKind.WORD
            return read[index - 2].text if named else None
    return None


def _uses(read: Sequence[ProgramToken], name: str, start: int) -> tuple[int, ...]:
    return tuple(i for i in range(len(read)) if read[i].text == name and read[i].kind is TokenKind.WORD and i >= start)


def _around(program: ProgramText, url: Text) -> bool:
    """Whether the lines around name the method, or send what only a trigger sends."""
    first = last = program.read[url.first].start
    for _ in range(_BEFORE):
        first = max(program.text.rfind("\n", 0, first), 0)
    for _ in range(_AFTER):
        last = program.text.find("\n", last + 1) if last >= 0 else last
    last = len(program.text) if last < 0 else last
    near = [token for token in program.read if first <= token.start < last and "curl" not in token.text]
    if says_post(near):
        return True
    words = (token.text for token in near if token.kind is TokenKind.WORD)
    return any(_POSTS.search(word) for word in words)


def sent_at(program: ProgramText, at: int) -> int | None:
    """The index of the first token of the call that sends a token as data: `request.post(…).send({…})`."""
    addressed = "circleci.com/api/v1" in program.text
    for group in groups(program.read, at, at + 1):
        words = (*group.callee, *receivers(program.read, group.start))
        if any(token.text in _SENDING for token in program.read[group.first : at]):
            return group.start
        if any(_POSTS.search(word) or (addressed and _SENDS.match(word)) for word in words):
            return group.start
    return None


_HINTS = ("api/v1", "project/", "v1.1", "/tree/", "/build", "/retry", "/ssh")
_PIECES = frozenset({"project", "v1.1", "v1"})
_BELOW_ROOT = re.compile(r"(?:%(?:1\$)?[sv]|\{0?\})/\S+\Z")
_CALLING = re.compile(r"(?:\$\{|#\{|\\\()[^{}]*\(")
_REACH = 400  # characters between the name of a function and a URL among its arguments
# In JSON or form text: `"CIRCLE_JOB": "deploy"`, `build_parameters[CIRCLE_JOB]=%s`.
_IN_TEXT = re.compile(
    r"""CIRCLE_JOB(?:%5D)?[\\"'\]]*\s*[:=]\s*[\\"']*(?:(?P<name>[\w./-][\w./ -]*)|(?P<hole>[^"'\s\\]+))"""
)
_HOST = re.compile(r"(?:\A|//|@)circleci\.com(?:\Z|:|/api/v1)")
_NEAR = 25  # tokens
_ALWAYS = frozenset({Endpoint.PIPELINE, Endpoint.RETRY, Endpoint.SSH})  # nothing else is under these paths


def requests(
    program: ProgramText, *, strict: bool = False, made: Callable[[Text], TriggerUrl | None] | None = None
) -> Iterator[tuple[Span, V1Trigger]]:
    """Each request that starts or reruns a build, with where it is made.

    `strict`: the language is not known, so only what is surely posted counts. `made` reads an address that begins with
    what another file makes.
    """
    base = _base(program)
    jobs = jobs_of(program)
    done = -1
    for index, token in enumerate(program.read):
        if token.kind is not TokenKind.STRING or index < done:
            continue
        if not (_may_be_address(token.text) or (made is not None and _CALLING.match(token.text))):
            continue
        if _COMMAND.search(token.text):  # a command, which is shell text
            continue
        text = _with_branch(expression(program, index))
        url = trigger_url(text.template) or _below(base, text) or (made(text) if made is not None else None)
        if url is None or not (url.sure or _is_circleci(program, url)) or "/:" in str(url.slug):
            continue  # `/:org/:repo` is a route of a server, or documentation
        done = text.end
        if is_mocked(program.read, text.first) or is_shown(program, text):
            continue
        place = surely_posted_at(program, text) if strict else posted_at(program, text)
        if place is None and url.endpoint in _ALWAYS and not strict:
            place = text.first
        if place is not None:
            start, url_start = program.read[place].start, program.read[text.first].start
            together = 0 <= url_start - start <= _REACH
            end = program.read[text.end - 1 if together else place].end
            yield Span(start, end), trigger_of(url, url_start, jobs)


_TREE = re.compile(r"\A\$\{[^`]*\?\s*`/tree/(\$\{[\w.()]+\})`\s*:\s*(?:\"\"|''|``)\s*\}\Z")


def _with_branch(text: Text) -> Text:
    """An address with the branch that its end has only where there is one: ``${branch ? `/tree/${branch}` : ""}``."""
    last = text.template[-1] if text.template else None
    found = _TREE.match(last.source) if isinstance(last, Expansion) else None
    if found is None:
        return text
    return replace(text, template=(*text.template[:-1], Literal("/tree/"), Expansion(found[1])))


def _may_be_address(text: str) -> bool:
    """Whether a string may be an address, or a piece of one: `project` in a list, `%s/acme/%s` with a known root."""
    return any(hint in text for hint in _HINTS) or text.strip("/") in _PIECES or bool(_BELOW_ROOT.match(text))


def unaddressed(program: ProgramText) -> Iterator[tuple[Span, V1Trigger]]:
    """What posts the data of a trigger to a URL that the program does not show."""
    for index, token in enumerate(program.read[:-1]):
        key = token.text.strip(":") == "build_parameters" and program.read[index + 1].text in {":", "=>", "="}
        if not (key or (token.kind is TokenKind.STRING and token.text.startswith("build_parameters["))):
            continue
        place = _sent(program, index)
        if place is not None and not is_mocked(program.read, place):
            trigger = V1Trigger(
                Endpoint.JOB, "v1.1", Slug((Expansion("?"),), (), ()), job=_nearest(jobs_of(program), token.start)
            )
            yield Span(program.read[place].start, token.end), trigger
            return


def _sent(program: ProgramText, index: int) -> int | None:
    """The call that sends a token as data, itself or by the name that the data is assigned to."""
    read = program.read
    if any(
        token.text.strip("'\":") in {"build_num", "build_url"} for token in read[max(index - _NEAR, 0) : index + _NEAR]
    ):
        return None  # what CircleCI tells about a build, or a test that pretends to be it
    place = sent_at(program, index)
    if place is not None:
        return place
    names = [(name, at) for name, at in assignments(read) if at <= index and index - at < _NEAR]
    uses = (i for name, at in names[-1:] for i in range(index, len(read)) if read[i].text == name)
    return next((place for use in uses if (place := sent_at(program, use)) is not None), None)


def _base(program: ProgramText) -> Template | None:
    """The root of the API as the program has it, when it has it apart from the paths."""
    for token in program.read:
        text = token.text.rstrip("/") if token.kind is TokenKind.STRING else ""
        if not text.endswith(("/api/v1", "/api/v1.1")):
            continue
        if "circle" in text:
            return literal(text + "/")
        if any(_HOST.search(other.text) for other in program.read if other.kind is TokenKind.STRING):
            return literal(f"https://circleci.com{text}/")
    return None


def _below(base: Template | None, text: Text) -> TriggerUrl | None:
    whole = _joined(base, text)
    return trigger_url(whole) if whole is not None else None


def below(program: ProgramText, text: Text) -> Template | None:
    """A path of a project, with the root of the API in front of it that the program has; None for any other text."""
    return _joined(_base(program), text)


def _joined(base: Template | None, text: Text) -> Template | None:
    first = text.template[0] if text.template else None
    if base is None or not isinstance(first, Literal) or first.text.strip("/").partition("/")[0] != "project":
        return None
    return (*base, Literal(first.text.lstrip("/")), *text.template[1:])


def _is_circleci(program: ProgramText, url: TriggerUrl) -> bool:
    """Whether the program says elsewhere that CircleCI is meant: the host, the data, or a path that no one else has."""
    if "circle" not in program.text.lower():
        return False
    if any(_HOST.search(token.text) for token in program.read if token.kind is TokenKind.STRING):
        return True
    return bool(url.api_version) and (url.endpoint in _ALWAYS or "build_parameters" in program.text)


def trigger_of(url: TriggerUrl, at: int, jobs: list[tuple[int, Value]]) -> V1Trigger:
    """What a request asks for: the URL tells all but the job."""
    branch = Value(url.branch) if url.branch is not None else None
    version = url.api_version or "v1.1"
    return V1Trigger(url.endpoint, version, url.slug, branch, job=_nearest(jobs, at), build_num=url.build_num)


def job_in_text(text: str) -> Value | None:
    """The job that JSON or form text names."""
    inside = _IN_TEXT.search(text)
    if not inside:
        return None
    return Value((Literal(inside["name"]) if inside["name"] else Expansion(inside["hole"]),))


def _nearest(jobs: list[tuple[int, Value]], at: int) -> Value | None:
    """The job that is named nearest to the call."""
    return min(jobs, key=lambda job: abs(job[0] - at))[1] if jobs else None


def jobs_of(program: ProgramText) -> list[tuple[int, Value]]:
    """The jobs that the program names, and where."""
    near: list[tuple[int, Value]] = []
    for index, token in enumerate(program.read[:-2]):
        if "CIRCLE_JOB" not in token.text or "curl" in token.text:
            continue
        inside = job_in_text(token.text) if token.kind is TokenKind.STRING else None
        value = program.read[index + 2]
        if inside is None and program.read[index + 1].text not in _ASSIGNS | {","}:
            continue
        if inside is not None:
            near.append((token.start, inside))
        elif value.kind is TokenKind.STRING:
            near.append((token.start, Value(tuple(pieces(value)))))
        elif value.kind is TokenKind.WORD:
            end = operand_end(program.read, index + 2)
            known = program.known.get(value.text) if end == index + 3 else None
            unknown: Template = (Expansion(program.source(index + 2, end)),)
            near.append((token.start, Value(unknown if known is None else known)))
    return near
