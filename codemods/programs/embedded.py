"""Requests of programs in text of which no reader knows the language: here-documents, `node -e`, scripts in YAML, HTML.

Such text is read with what most languages have in common, so only a call counts that surely posts: `….post("https://…")`,
`fetch("https://…", {method: "POST"})`, `Invoke-RestMethod -Method Post`. A file of saved requests is a list of
`POST https://…`, each with its headers and body.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.programs.calls import is_printed
from codemods.programs.requests import jobs_of, read_program, requests, trigger_of
from codemods.programs.text import expression
from migrator.circleci.api.v1_url import trigger_url
from migrator.model import Span
from migrator.syntax.programs.languages import LOOSE
from migrator.syntax.programs.program import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.programs.text import Program
    from migrator.model import V1Trigger

_PROGRAM = re.compile(r"\(|(?i:Invoke-|\birm\b|\biwr\b)")
_DEEPEST = 3  # a command in quotes in a string of JSON


def embedded(
    text: str, depth: int = _DEEPEST, *, quoted: bool = False, saved: bool = False
) -> Iterator[tuple[Span, V1Trigger]]:
    """Each request that some program in the text surely makes, with where it is made.

    `quoted`: programs stand in quotes only, as in JSON. `saved`: the text is a list of requests.
    """
    if "project/" not in text or "/v1" not in text:
        return
    program = read_program(text, LOOSE)
    if not quoted:
        yield from requests(program, strict=True)
        yield from _saved(text, program) if saved else ()
    for index, token in enumerate(program.read):
        if depth and token.kind is Kind.STRING and _PROGRAM.search(token.text) and not is_printed(program.read, index):
            # A quote with a backslash is a quote in there; the places of all characters stay.
            inner = token.text.replace('\\"', ' "').replace("\\'", " '")
            for span, trigger in embedded(inner, depth - 1):
                yield Span(span.start + token.inner[0], span.end + token.inner[0]), trigger


def _saved(text: str, program: Program) -> Iterator[tuple[Span, V1Trigger]]:
    """The lines `POST https://…` of a file of requests."""
    jobs = jobs_of(program)
    for index, token in enumerate(program.read):
        line = text[text.rfind("\n", 0, token.start) + 1 : token.start]
        url = trigger_url(expression(program, index).template) if line.strip() == "POST" else None
        if url is not None and url.sure:
            yield Span(token.start - len(line.lstrip()), token.end), trigger_of(url, token.start, jobs)
