"""Find v1/v1.1 triggers in programs of other languages, to report them with the v2 request to write.

Nothing is rewritten here: what a program does with its request is known to its own tools only. A call is found by its
URL, put together as far as the file shows, and by a sign that something is posted to it; or by the methods of a client
library that does nothing else.

Text of which no reader knows the language (here-documents, `node -e`, scripts in YAML or HTML) is read with what most
languages have in common, so only a call counts that surely posts: `….post("https://…")`,
`fetch("https://…", {method: "POST"})`, `Invoke-RestMethod -Method Post`. A file of saved requests is a list of
`POST https://…`, each with its headers and body.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from codemods.found import ByHand, Found
from codemods.programs import data_of, may_hold_request
from codemods.programs.arguments import values_given
from codemods.programs.bodies import body_of_each, sent, with_ref
from codemods.programs.clients import client_calls
from codemods.programs.constants import read_program
from codemods.programs.data import described
from codemods.programs.expression import expression
from codemods.programs.forms import forms
from codemods.programs.helpers import helpers
from codemods.programs.paths import paths_in
from codemods.programs.requests import is_printed, jobs_of, requests, trigger_of, unaddressed
from migrator.circleci.api.v1_url import RERUNS, trigger_url
from migrator.circleci.api.v2_request import ANSWERED_TEXT
from migrator.circleci.plan.decide import job_value
from migrator.circleci.plan.request_text import request_text
from migrator.circleci.plan.snippet import config_snippet
from migrator.model import Call, Endpoint, Expansion, Note, Severity, Span, V1Trigger, Value
from migrator.syntax.programs.languages import LOOSE, language_of
from migrator.syntax.programs.program import TokenKind
from migrator.syntax.text.source import VerbatimRegion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.programs.fields import Body
    from codemods.programs.text import ProgramText
    from migrator.model import PipelineRequest
    from migrator.syntax.text.source import Source


_PROGRAM = re.compile(r"\(|(?i:Invoke-|\birm\b|\biwr\b)")
_ANSWERED = ("build_num", "build_url", "outcome", "reponame", "vcs_revision", "steps")
_HOLE_NAME = re.compile(r"\A[$#]?\{|\}\Z")  # `${job}`, `#{job}`
_TAG = 80  # characters: a longer text is none of a field
_DEEPEST = 3  # a command in quotes in a string of JSON


def embedded(
    text: str, depth: int = _DEEPEST, *, quoted: bool = False, saved: bool = False
) -> Iterator[tuple[Span, V1Trigger]]:
    """Each request that some program in the text surely makes, with where it is made.

    `quoted`: programs stand in quotes only, as in JSON. `saved`: the text is a list of requests.
    """
    if not may_hold_request(text):
        return
    program = read_program(text, LOOSE)
    if not quoted:
        yield from requests(program, strict=True)
        yield from _saved(text, program) if saved else ()
    for index, token in enumerate(program.read):
        if (
            depth
            and token.kind is TokenKind.STRING
            and _PROGRAM.search(token.text)
            and not is_printed(program.read, index)
        ):
            # A quote with a backslash is a quote in there; the places of all characters stay.
            inner = token.text.replace('\\"', ' "').replace("\\'", " '")
            for span, trigger in embedded(inner, depth - 1):
                yield Span(span.start + token.inner[0], span.end + token.inner[0]), trigger


def _saved(text: str, program: ProgramText) -> Iterator[tuple[Span, V1Trigger]]:
    """The lines `POST https://…` of a file of requests."""
    jobs = jobs_of(program)
    for index, token in enumerate(program.read):
        line = text[text.rfind("\n", 0, token.start) + 1 : token.start]
        url = trigger_url(expression(program, index).template) if line.strip() == "POST" else None
        if url is not None and url.sure:
            yield Span(token.start - len(line.lstrip()), token.end), trigger_of(url, token.start, jobs)


_TEST = re.compile(
    r"(?:^|[/._-])(?:tests?|specs?|__tests__|testdata|fixtures?|mocks?|__mocks__)[/._-]|[a-z](?:Test|Tests|Spec)\.\w+$"
)
_CODE = "other-language"


def find(source: Source, shell: tuple[Span, ...] = ()) -> tuple[Found, ...]:
    """Every trigger in a program of another language, each with an `error` note, in files of any kind.

    `shell` is where shell text stands, which is looked into elsewhere.
    """
    language = language_of(source.path, source.text)
    if language is None:
        return _in_other_text(source)
    program = read_program(source.text, language)
    # Of two texts that go into one call the later one is made of the earlier one.
    strict = is_test(source.path)
    found = (*client_calls(program), *requests(program, strict=strict, made=paths_in(source, program)))
    if not found and not strict:
        found = tuple(unaddressed(program))
    calls = {span.start: (span, trigger) for span, trigger in found}
    sends = body_of_each(program, [span for span, _ in calls.values()])
    written = () if strict else tuple(forms(source.text))
    made = [_found(source, "HTML form", *each) for each in written]
    others = (each for each in calls.values() if not any(each[0].overlaps(span) for span, _ in written))
    kind = f"{language.name} program"
    made += [_found(source, kind, *_filled(program, *each, sends[each[0].start])) for each in others]
    known = (each for each in made if not any(each.call.span.overlaps(span) for span in shell))
    return tuple(sorted(known, key=lambda each: each.call.span.start))


def is_test(path: str) -> bool:
    """Whether a program is a test: it names requests that it expects, and those that a fake server answers."""
    return bool(_TEST.search(path))


def _in_other_text(source: Source) -> tuple[Found, ...]:
    """Requests that data describes, and those of programs in text of an unknown kind."""
    kind = data_of(source.path)
    is_json = kind == "JSON"
    text, saved = source.text, source.path.lower().endswith((".http", ".rest"))
    requests_in = described(text, is_json=is_json) if kind is not None else ()
    data = [(str(kind), span, trigger, (), is_known) for span, trigger, is_known in requests_in]
    data += [("HTML form", *each, (), False) for each in (*forms(text), *helpers(source.path, text))]
    loose = embedded(text, quoted=is_json, saved=saved)
    found = {span.start: ("program", span, trigger, (), False) for span, trigger in loose}
    texts = [each for each in found.values() if not any(each[1].overlaps(span) for _, span, *_ in data)]
    return tuple(_found(source, *each) for each in sorted((*data, *texts), key=lambda each: each[1].start))


def _filled(
    program: ProgramText, span: Span, trigger: V1Trigger, body: Body | None
) -> tuple[Span, V1Trigger, tuple[str, ...], bool]:
    """A call with what its body says, the fields of the reply that are read, and whether all that it sends is known."""
    known = sent(trigger, body) if body is not None else None
    if known is None and trigger.endpoint is Endpoint.PIPELINE:
        trigger = with_ref(program, span, trigger)
    if known is None and len({value.template for _, value in jobs_of(program)}) > 1:
        trigger = replace(trigger, job=None)  # which of them it is cannot be told
    return span, _with_values(program, span, known or trigger), _replies(program), known is not None


def _with_values(program: ProgramText, span: Span, trigger: V1Trigger) -> V1Trigger:
    """The trigger with the texts that its job may be, where that is a parameter which all callers give as one text."""
    match trigger.job:
        case Value((Expansion(name, values=None) as expansion,)):
            at = next(index for index, token in enumerate(program.read) if token.end > span.start)
            given = values_given(program, at, _HOLE_NAME.sub("", name))
            return replace(trigger, job=Value((replace(expansion, values=given),)))
        case _:
            return trigger


def _found(
    source: Source, kind: str, span: Span, trigger: V1Trigger, read: tuple[str, ...] = (), is_known: bool = False
) -> Found:
    line, column = source.position(span.start)
    note = Note(_CODE, Severity.ERROR, _advice(kind, trigger, read, is_known=is_known))
    end_line = source.position(span.end - 1)[0]
    call = Call(*(source.path, span, line, column, end_line, _CODE, trigger, (note,), read), unread=not is_known)
    return Found(call, VerbatimRegion(source.text), ByHand(_CODE, partial(_planned, kind, trigger, read)))


def _replies(program: ProgramText) -> tuple[str, ...]:
    """The fields of a reply of v1 that the program names anywhere."""
    words = {token.text.strip(":") for token in program.read if token.kind is TokenKind.WORD}
    # A key, and the key in a tag of a field in Go: `json:"build_num"`.
    texts = [token.text.replace("'", '"') for token in program.read if token.kind is TokenKind.STRING]
    words |= {part for text in texts if len(text) < _TAG for part in text.split('"')} - {"steps"}
    return tuple(name for name in _ANSWERED if name in words)


def _advice(kind: str, trigger: V1Trigger, read: tuple[str, ...], *, is_known: bool) -> str:
    """What the program must send instead, with what is not known in angle brackets."""
    said = [f"The {kind} must {request_text(trigger if is_known else _open(trigger), is_open=not is_known)}"]
    if trigger.endpoint in RERUNS:
        return said[0].replace("must get", "reruns a build, which v2 cannot: get")
    if trigger.endpoint is Endpoint.JOB and is_known:
        said.append(f"Its config must first have {config_snippet(trigger, job_value(trigger).template)}.")
    elif trigger.endpoint is Endpoint.JOB:
        said.append(
            "The program does not show here all that it sends: every build parameter goes by a name in small letters "
            "that the config declares first, a `revision` as a parameter, a `tag` in the place of `branch`."
        )
    return " ".join((*said, *_about_reply(read), "Write that by hand."))


def _planned(kind: str, trigger: V1Trigger, read: tuple[str, ...], request: PipelineRequest) -> str:
    """What the program must send once its config has what it needs, in the names of that."""
    return " ".join((f"The {kind} must {request_text(trigger, request)}", *_about_reply(read), "Write that by hand."))


def _about_reply(read: tuple[str, ...]) -> Iterator[str]:
    if read:
        yield f"What it reads of the reply ({', '.join(read)}) v2 does not give: it gives {ANSWERED_TEXT}."


def _open(trigger: V1Trigger) -> V1Trigger:
    """The trigger with what is left open by a body that is not seen: v1.1 runs `build` where that names no job."""
    if trigger.endpoint is Endpoint.PIPELINE:
        ref = Value((Expansion("branch, where the body names one"),))
        return trigger if trigger.branch or trigger.tag else replace(trigger, branch=ref)
    return trigger if trigger.job else replace(trigger, job=Value((Expansion("job, or build where none is named"),)))
