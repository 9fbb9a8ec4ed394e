"""Requests that a program makes: the URL as far as the file shows it, and a sign that something is posted to it."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from codemods.programs.calls import is_mocked, posted_at, sent_at, surely_posted_at
from codemods.programs.text import Program, Text, expression, operand_end, pieces
from migrator.circleci.api.v1_url import trigger_url
from migrator.model import Endpoint, Expansion, Literal, Slug, Span, V1Trigger, Value, literal
from migrator.syntax.programs.constants import assignments
from migrator.syntax.programs.program import Kind, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from migrator.circleci.api.v1_url import TriggerUrl
    from migrator.model import Template
    from migrator.syntax.programs.program import Language, Token

_HINTS = ("api/v1", "project/", "v1.1", "/tree/", "/build", "/retry", "/ssh")
_REACH = 400  # characters between the name of a function and a URL among its arguments
# In JSON or form text: `"CIRCLE_JOB": "deploy"`, `build_parameters[CIRCLE_JOB]=%s`.
_IN_TEXT = re.compile(r"""CIRCLE_JOB[\\"'\]]*\s*[:=]\s*[\\"']*(?:(?P<name>[\w./-][\w./ -]*)|(?P<hole>[^"'\s\\]+))""")
_HOST = re.compile(r"(?:\A|//|@)circleci\.com(?:\Z|:|/api/v1)")
_NEAR = 25  # tokens
_ALWAYS = frozenset({Endpoint.PIPELINE, Endpoint.RETRY, Endpoint.SSH})  # nothing else is under these paths


def read_program(text: str, language: Language) -> Program:
    """Read a program, with what its names surely stand for."""
    read = tokens(text, language)
    lisp = language.name == "Clojure"
    data = language.name == "Terraform"
    program = Program(text, read, _constants(read), lisp, data)
    # Constants that are made of constants.
    return Program(text, read, {**program.known, **_sums(program)}, lisp, data)


def _constants(read: tuple[Token, ...]) -> dict[str, Template]:
    """Names that are assigned once, to one string."""
    names = assignments(read)
    times = Counter(name for name, _ in names)
    made: dict[str, Template] = {}
    for name, at in names:
        if times[name] == 1 and at < len(read) and read[at].kind is Kind.STRING:
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


def requests(program: Program, *, strict: bool = False) -> Iterator[tuple[Span, V1Trigger]]:
    """Each request that starts or reruns a build, with where it is made.

    `strict`: the language is not known, so only what is surely posted counts.
    """
    base = _base(program)
    jobs = jobs_of(program)
    done = -1
    for index, token in enumerate(program.read):
        if token.kind is not Kind.STRING or index < done or not any(hint in token.text for hint in _HINTS):
            continue
        if re.search(r"\b(?:curl|wget)\s", token.text):  # a command, which is shell text
            continue
        text = expression(program, index)
        url = trigger_url(text.template) or _below(base, text)
        if url is None or not (url.sure or _is_circleci(program, url)) or "/:" in str(url.slug):
            continue  # `/:org/:repo` is a route of a server, or documentation
        done = text.end
        if is_mocked(program.read, text.first):
            continue
        place = surely_posted_at(program, text) if strict else posted_at(program, text)
        if place is None and url.endpoint in _ALWAYS and not strict:
            place = text.first
        if place is not None:
            start, url_start = program.read[place].start, program.read[text.first].start
            together = 0 <= url_start - start <= _REACH
            end = program.read[text.end - 1 if together else place].end
            yield Span(start, end), trigger_of(url, url_start, jobs)


def unaddressed(program: Program) -> Iterator[tuple[Span, V1Trigger]]:
    """What posts the data of a trigger to a URL that the program does not show."""
    for index, token in enumerate(program.read[:-1]):
        key = token.text.strip(":") == "build_parameters" and program.read[index + 1].text in {":", "=>", "="}
        if not (key or (token.kind is Kind.STRING and token.text.startswith("build_parameters["))):
            continue
        place = _sent(program, index)
        if place is not None and not is_mocked(program.read, place):
            trigger = V1Trigger(
                Endpoint.JOB, "v1.1", Slug((Expansion("?"),), (), ()), job=_nearest(jobs_of(program), token.start)
            )
            yield Span(program.read[place].start, token.end), trigger
            return


def _sent(program: Program, index: int) -> int | None:
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


def _base(program: Program) -> Template | None:
    """The root of the API as the program has it, when it has it apart from the paths."""
    for token in program.read:
        text = token.text.rstrip("/") if token.kind is Kind.STRING else ""
        if not text.endswith(("/api/v1", "/api/v1.1")):
            continue
        if "circle" in text:
            return literal(text + "/")
        if any(_HOST.search(other.text) for other in program.read if other.kind is Kind.STRING):
            return literal(f"https://circleci.com{text}/")
    return None


def _below(base: Template | None, text: Text) -> TriggerUrl | None:
    first = text.template[0] if text.template else None
    if base is None or not isinstance(first, Literal) or not first.text.lstrip("/").startswith("project/"):
        return None
    return trigger_url((*base, Literal(first.text.lstrip("/")), *text.template[1:]))


def _is_circleci(program: Program, url: TriggerUrl) -> bool:
    """Whether the program says elsewhere that CircleCI is meant: the host, the data, or a path that no one else has."""
    if "circle" not in program.text.lower():
        return False
    if any(_HOST.search(token.text) for token in program.read if token.kind is Kind.STRING):
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


def jobs_of(program: Program) -> list[tuple[int, Value]]:
    """The jobs that the program names, and where."""
    near: list[tuple[int, Value]] = []
    for index, token in enumerate(program.read[:-2]):
        if "CIRCLE_JOB" not in token.text or "curl" in token.text:
            continue
        inside = job_in_text(token.text) if token.kind is Kind.STRING else None
        value = program.read[index + 2]
        if inside is not None:
            near.append((token.start, inside))
        elif value.kind is Kind.STRING:
            near.append((token.start, Value(tuple(pieces(value)))))
        elif value.kind is Kind.WORD:
            end = operand_end(program.read, index + 2)
            known = program.known.get(value.text) if end == index + 3 else None
            near.append((token.start, Value(known or (Expansion(program.source(index + 2, end)),))))
    return near
