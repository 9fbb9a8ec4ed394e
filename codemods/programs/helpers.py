"""Forms that helpers of Rails make in templates: `form_tag`, `form_with`, `button_to`, `link_to … method: :post`.

Source: the Rails guides (Action View form helpers): a form posts unless it says otherwise, a link gets.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from codemods.programs.constants import read_program
from codemods.programs.expression import expression
from migrator.circleci.api.v1_url import trigger_url
from migrator.model import Literal, Span, V1Trigger, Value
from migrator.syntax.programs.languages import language_of
from migrator.syntax.programs.program import TokenKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.programs.text import ProgramText
    from migrator.syntax.programs.program import ProgramToken

_FORMS = frozenset({"form_tag", "form_with", "form_for", "simple_form_for", "button_to"})
_LINKS = frozenset({"link_to", "link_to_if", "link_to_unless"})
_JOB = "build_parameters[CIRCLE_JOB]"
_TAG = re.compile(r"<%[=-]{0,2}(.*?)-?%>", re.DOTALL)
_LINE = re.compile(r"^[ \t]*[=-]=?[ \t]*(.*)$", re.MULTILINE)
_NEAR = 2000  # characters of a form in which its fields stand


def helpers(path: str, text: str) -> Iterator[tuple[Span, V1Trigger]]:
    """Each form, button or link of a template that posts to a trigger, with where its helper is called."""
    pattern = _TAG if "<%" in text else _LINE if path.lower().endswith((".haml", ".slim")) else None
    ruby = language_of("a.rb", "")
    if pattern is None or ruby is None or not any(name in text for name in _FORMS | _LINKS):
        return
    for found in pattern.finditer(text):
        program = read_program(found[1], ruby)
        first = next((i for i, token in enumerate(program.read) if token.text in _FORMS | _LINKS), None)
        if first is None or not _posts(program.read[first:]):
            continue
        trigger = _trigger(program, first, text[found.start() : found.start() + _NEAR])
        if trigger is not None:
            yield Span(found.start(1) + program.read[first].start, found.end(1)), trigger


def _posts(read: tuple[ProgramToken, ...]) -> bool:
    """Whether the helper posts: forms do, unless they name another method; links only where they name it."""
    words = [token.text.strip(":\"'") for token in read]
    named = [words[i + 1 : i + 4] for i, word in enumerate(words) if word == "method"]
    if any("post" in each for each in named):
        return True
    return read[0].text in _FORMS and not named


def _trigger(program: ProgramText, first: int, near: str) -> V1Trigger | None:
    for at in range(first, len(program.read)):
        if program.read[at].kind is not TokenKind.STRING:
            continue
        url = trigger_url(expression(program, at).template)
        if url is not None and url.sure:
            job = _job(near)
            branch = Value(url.branch) if url.branch is not None else None
            asked = Value((Literal(job),)) if job is not None else None
            return V1Trigger(
                url.endpoint, url.api_version or "v1.1", url.slug, branch, job=asked, build_num=url.build_num
            )
    return None


def _job(near: str) -> str | None:
    """The job that a hidden field of the form, or an argument of the button, names."""
    ruby = language_of("a.rb", "")
    if _JOB not in near or ruby is None:
        return None
    texts = [token.text for token in read_program(near, ruby).read if token.kind is TokenKind.STRING]
    return next((job for name, job in pairwise(texts) if name == _JOB), None)
