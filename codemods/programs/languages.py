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

import json
import re
from typing import TYPE_CHECKING

from codemods.found import Found, Unwritten
from codemods.programs import data_of, may_hold_request
from codemods.programs.clients import client_calls
from codemods.programs.data import described
from codemods.programs.expression import expression
from codemods.programs.forms import forms
from codemods.programs.requests import is_printed, jobs_of, read_program, requests, trigger_of, unaddressed
from migrator.circleci.api.v1_url import trigger_url
from migrator.model import Call, Endpoint, Literal, Note, Severity, Slug, Span, V1Trigger
from migrator.syntax.programs.languages import LOOSE, language_of
from migrator.syntax.programs.program import TokenKind
from migrator.syntax.text.source import VerbatimRegion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.programs.text import ProgramText
    from migrator.model import Template
    from migrator.syntax.text.source import Source


_PROGRAM = re.compile(r"\(|(?i:Invoke-|\birm\b|\biwr\b)")
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
_UNWRITTEN = Unwritten("other-language", "Programs of this language are not rewritten. Write the v2 request by hand.")


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
    found = (*client_calls(program), *requests(program, strict=strict))
    if not found and not strict:
        found = tuple(unaddressed(program))
    calls = {span.start: (span, trigger) for span, trigger in found}
    return tuple(
        _found(source, f"{language.name} program", *calls[start])
        for start in sorted(calls)
        if not any(calls[start][0].overlaps(span) for span in shell)
    )


def is_test(path: str) -> bool:
    """Whether a program is a test: it names requests that it expects, and those that a fake server answers."""
    return bool(_TEST.search(path))


def _in_other_text(source: Source) -> tuple[Found, ...]:
    """Requests that data describes, and those of programs in text of an unknown kind."""
    kind = data_of(source.path)
    is_json = kind == "JSON"
    text, saved = source.text, source.path.lower().endswith((".http", ".rest"))
    data = [(kind, *each) for each in described(source.text, is_json=is_json)] if kind is not None else []
    data += [("HTML form", *each) for each in forms(text)]
    found = {span.start: ("program", span, trigger) for span, trigger in embedded(text, quoted=is_json, saved=saved)}
    texts = [each for each in found.values() if not any(each[1].overlaps(span) for _, span, _ in data)]
    return tuple(_found(source, *each) for each in sorted((*data, *texts), key=lambda each: each[1].start))


def _found(source: Source, kind: str, span: Span, trigger: V1Trigger) -> Found:
    line, column = source.position(span.start)
    note = Note("other-language", Severity.ERROR, _advice(kind, trigger))
    end_line = source.position(span.end - 1)[0]
    call = Call(source.path, span, line, column, end_line, "other-language", trigger, (note,))
    return Found(call, VerbatimRegion(source.text), _UNWRITTEN)


def _advice(kind: str, trigger: V1Trigger) -> str:
    """What the program must send instead. Source: CircleCI OpenAPI, trigger a new pipeline, rerun a workflow."""
    root = "https://circleci.com/api/v2"
    slug = "PROJECT" if str(trigger.slug) == "?" else _slug(trigger.slug)
    if trigger.endpoint in {Endpoint.RETRY, Endpoint.SSH}:
        return (
            f"The {kind} reruns a build, which v2 cannot. Get {root}/project/{slug}/job/NUMBER, then POST "
            f"{root}/workflow/ID/rerun with the ID that it names as latest_workflow."
        )
    body: dict[str, object] = {}
    if trigger.branch is not None:
        body["branch"] = _shown(trigger.branch.template)
    if trigger.endpoint is Endpoint.JOB:
        body["parameters"] = {"run_job": _shown(trigger.job.template) if trigger.job else "build"}
    return (
        f"The {kind} must POST {json.dumps(body, ensure_ascii=False)} to {root}/project/{slug}/pipeline as "
        "`Content-Type: application/json`, with the token in the header `Circle-Token`, and expect status 201; every "
        "build parameter becomes a pipeline parameter that the config declares. Write that by hand."
    )


def _shown(template: Template) -> str:
    """Text to be read by a person: what is known only at run time stands in angle brackets."""
    parts = (part.text if isinstance(part, Literal) else f"<{part.source.strip('${}#')}>" for part in template)
    return "".join(parts)


def _slug(slug: Slug) -> str:
    text = str(slug)
    for long, short in (("github/", "gh/"), ("bitbucket/", "bb/")):
        text = short + text.removeprefix(long) if text.startswith(long) else text
    return text
