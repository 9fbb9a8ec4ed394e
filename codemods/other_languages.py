"""Find v1/v1.1 triggers in programs of other languages, to report them with the v2 request to write.

Nothing is rewritten here: what a program does with its request is known to its own tools only. A call is found by its
URL, put together as far as the file shows, and by a sign that something is posted to it; or by the methods of a client
library that does nothing else.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from codemods.found import Found
from codemods.other_language_calls import is_mocked, posted_at
from codemods.other_language_clients import client_calls
from codemods.other_language_text import Program, Text, expression, pieces
from codemods.other_yaml import yaml_requests
from migrator.circleci.endpoints import trigger_url
from migrator.errors import Refusal
from migrator.model import (
    Call,
    Endpoint,
    Expansion,
    Literal,
    Note,
    Severity,
    Slug,
    Span,
    V1Trigger,
    Value,
    literal,
)
from migrator.syntax.program import Kind, tokens
from migrator.syntax.program_constants import assignments
from migrator.syntax.program_languages import language_of
from migrator.syntax.source import VerbatimRegion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from codemods.found import RewriteOptions
    from migrator.circleci.endpoints import TriggerUrl
    from migrator.model import Edit, PipelineRequest, Template
    from migrator.syntax.program import Language, Token
    from migrator.syntax.source import Source

_HINTS = ("api/v1", "project/", "v1.1", "/tree/", "/build", "/retry", "/ssh")
_REACH = 400  # characters between the name of a function and a URL among its arguments
# In JSON or form text: `"CIRCLE_JOB": "deploy"`, `build_parameters[CIRCLE_JOB]=%s`.
_IN_TEXT = re.compile(r"""CIRCLE_JOB[\\"'\]]*\s*[:=]\s*[\\"']*(?:(?P<name>[\w./-][\w./ -]*)|(?P<hole>[^"'\s\\]+))""")
_ALWAYS = frozenset({Endpoint.PIPELINE, Endpoint.RETRY, Endpoint.SSH})  # nothing else is under these paths


def find(source: Source, shell: tuple[Span, ...] = ()) -> tuple[Found, ...]:
    """Every trigger in a program of another language, each with an `error` note; nothing for other files.

    `shell` is where shell text stands, which is looked into elsewhere.
    """
    if source.path.lower().endswith((".yml", ".yaml")):
        return tuple(_found(source, "YAML", span, trigger) for span, trigger in yaml_requests(source.text))
    language = language_of(source.path, source.text)
    if language is None:
        return ()
    program = _program(source.text, language)
    # Of two texts that go into one call the later one is made of the earlier one.
    calls = {span.start: (span, trigger) for span, trigger in (*client_calls(program), *_urls(program))}
    return tuple(
        _found(source, f"{language.name} program", *calls[start])
        for start in sorted(calls)
        if not any(calls[start][0].overlaps(span) for span in shell)
    )


def _program(text: str, language: Language) -> Program:
    read = tokens(text, language)
    lisp = language.name == "Clojure"
    program = Program(text, read, _constants(read), lisp)
    # Constants that are made of constants.
    return Program(text, read, {**program.known, **_sums(program)}, lisp)


def _constants(read: tuple[Token, ...]) -> dict[str, Template]:
    """Names that are assigned once, to one string."""
    names = assignments(read)
    made: dict[str, Template] = {}
    for name, at in names:
        once = sum(other == name for other, _ in names) == 1
        if once and at < len(read) and read[at].kind is Kind.STRING:
            made[name] = tuple(pieces(read[at]))
    for index in range(len(read) - 2):
        if read[index].text == "def" and read[index + 1].kind is Kind.WORD and read[index + 2].kind is Kind.STRING:
            made[read[index + 1].text] = tuple(pieces(read[index + 2]))
    return made


def _sums(program: Program) -> Mapping[str, Template]:
    return {
        name: expression(program, at).template
        for name, at in assignments(program.read)
        if name in program.known and at < len(program.read)
    }


def _urls(program: Program) -> Iterator[tuple[Span, V1Trigger]]:
    base = _base(program)
    done = -1
    for index, token in enumerate(program.read):
        if token.kind is not Kind.STRING or index < done or not any(hint in token.text for hint in _HINTS):
            continue
        if re.search(r"\b(?:curl|wget)\s", token.text):  # a command, which is shell text
            continue
        text = expression(program, index)
        url = trigger_url(text.template) or _below(base, text)
        if url is None or not (url.sure or _is_circleci(program, url)):
            continue
        done = text.end
        if is_mocked(program.read, text.first):
            continue
        place = posted_at(program, text)
        if place is None and url.endpoint in _ALWAYS:
            place = text.first
        if place is not None:
            start, url_start = program.read[place].start, program.read[text.first].start
            together = 0 <= url_start - start <= _REACH
            end = program.read[text.end - 1 if together else place].end
            yield Span(start, end), _trigger(program, url, url_start)


def _base(program: Program) -> Template | None:
    """The root of the API as the program has it, when it has it apart from the paths."""
    for token in program.read:
        text = token.text.rstrip("/") if token.kind is Kind.STRING else ""
        if "circle" in text and text.endswith(("/api/v1", "/api/v1.1")):
            return literal(text + "/")
    return None


def _below(base: Template | None, text: Text) -> TriggerUrl | None:
    first = text.template[0] if text.template else None
    if base is None or not isinstance(first, Literal) or not first.text.lstrip("/").startswith("project/"):
        return None
    return trigger_url((*base, Literal(first.text.lstrip("/")), *text.template[1:]))


def _is_circleci(program: Program, url: TriggerUrl) -> bool:
    return bool(url.api_version) and "circle" in program.text.lower() and "build_parameters" in program.text


def _trigger(program: Program, url: TriggerUrl, at: int) -> V1Trigger:
    branch = Value(url.branch) if url.branch is not None else None
    version = url.api_version or "v1.1"
    return V1Trigger(url.endpoint, version, url.slug, branch, job=_job(program, at), build_num=url.build_num)


def _job(program: Program, at: int) -> Value | None:
    """The job that is named nearest to the call."""
    near: list[tuple[int, Value]] = []
    for index, token in enumerate(program.read[:-2]):
        if "CIRCLE_JOB" not in token.text or "curl" in token.text:
            continue
        inside = _IN_TEXT.search(token.text) if token.kind is Kind.STRING else None
        value = program.read[index + 2]
        if inside:
            part = Literal(inside["name"]) if inside["name"] else Expansion(inside["hole"])
            near.append((abs(token.start - at), Value((part,))))
        elif value.kind is Kind.STRING:
            near.append((abs(token.start - at), Value(tuple(pieces(value)))))
        elif value.kind is Kind.WORD:
            near.append((abs(token.start - at), Value(program.known.get(value.text) or (Expansion(value.text),))))
    return min(near, key=lambda pair: pair[0])[1] if near else None


def _found(source: Source, kind: str, span: Span, trigger: V1Trigger) -> Found:
    line, column = source.position(span.start)
    note = Note("other-language", Severity.ERROR, _advice(kind, trigger))
    end_line = source.position(span.end - 1)[0]
    call = Call(source.path, span, line, column, end_line, "other-language", trigger, (note,))
    return Found(call, VerbatimRegion(source.text), _refuse)


def _refuse(request: PipelineRequest, options: RewriteOptions) -> tuple[Edit, ...]:  # noqa: ARG001 - one signature
    raise Refusal("other-language", "Programs of this language are not rewritten. Write the v2 request by hand.")


def _advice(kind: str, trigger: V1Trigger) -> str:
    """What the program must send instead. Source: CircleCI OpenAPI, trigger a new pipeline, rerun a workflow."""
    root = "https://circleci.com/api/v2"
    slug = _slug(trigger.slug)
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
