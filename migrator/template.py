"""Text that is partly known: literals and expansions, where they stand, and what they can become."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Around text that a host replaces before the inner language sees it (`${{ x }}`, make's `$(X)`), as a region's text
# has it: OPEN, the text as written, MIDDLE and the value where the host gives one for certain, CLOSE.
OPEN, MIDDLE, CLOSE = "\ue000", "\ue001", "\ue002"
PERSON = "\ue003"
"""Stands behind OPEN where no host but a person is to replace the text."""


def is_placeholder(source: str) -> bool:
    """Whether a person is to replace an expansion: `<branch>`, `:branch` or `{branch}` of documentation."""
    return source.startswith(OPEN + PERSON)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of characters of one text."""

    start: int
    end: int

    def __contains__(self, index: int) -> bool:
        """Whether `index` lies in the range."""
        return self.start <= index < self.end

    def overlaps(self, other: Span) -> bool:
        """Whether the two ranges share a character."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Literal:
    """Text that is the same in every run. `span` is where it stands, when it stands there character by character."""

    text: str
    span: Span | None = None


class Form(StrEnum):
    """What the text of an expansion is made for already.

    `json_string` is a whole JSON string with its quotes, `json_inside` the inside of one. `environment`: it was read
    from the environment, not by a shell, which ends a script under `set -u` where the variable is unset.
    """

    TEXT = "text"
    JSON_STRING = "json_string"
    JSON_INSIDE = "json_inside"
    ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True)
class Expansion:
    """Text that is known only at run time.

    `source` is the expansion as written (`$X`, `${X:-y}`, `$(date)`, `<< parameters.x >>`, a Python expression);
    `name` the variable, when the source reads one variable and nothing else; `resolved` its value as a template, when
    it is assigned exactly once; `values` every value it can take, when those are known (a loop over literal words).
    `alias` is what its text is called where other expansions become the same text. `choices` are the texts that a name
    was given, as far as they are seen, where they are not known whole; `plain` is what the expansion percent-encodes,
    when it does only that; `textual`: the program would fail if it were no text. `origin` is where it was read, as the
    language that read it has it. These follow the expansion wherever it goes, and count in no comparison.
    """

    source: str
    name: str | None = None
    span: Span | None = None
    resolved: Template | None = None
    values: tuple[str, ...] | None = None
    alias: str | None = field(default=None, kw_only=True)
    form: Form = field(default=Form.TEXT, kw_only=True, compare=False, repr=False)
    choices: tuple[Template, ...] = field(default=(), kw_only=True, compare=False, repr=False)
    plain: Template | None = field(default=None, kw_only=True, compare=False, repr=False)
    textual: bool = field(default=False, kw_only=True, compare=False, repr=False)
    origin: object = field(default=None, kw_only=True, compare=False, repr=False)


Part = Literal | Expansion
Template = tuple[Part, ...]


def literal(text: str) -> Template:
    """The template of a text without expansions."""
    return (Literal(text),)


def flatten(template: Template) -> Template:
    """The template with every expansion that is assigned once replaced by what is assigned, to the bottom."""
    return tuple(_flat_parts(template))


def _flat_parts(template: Template) -> Iterator[Part]:
    for part in template:
        if isinstance(part, Expansion) and part.resolved is not None:
            yield from _flat_parts(part.resolved)
        else:
            yield part


def values(template: Template) -> tuple[str, ...] | None:
    """Every text that the template can become, in order and without repeats, or None when that is not known.

    An expansion that occurs twice takes the same value in both places.
    """
    parts = flatten(template)
    choices: dict[str, tuple[str, ...]] = {}
    for part in parts:
        if isinstance(part, Expansion):
            if part.values is None:
                return None
            choices[part.source] = part.values
    texts: dict[str, None] = {}
    for chosen in product(*choices.values()):
        binding = dict(zip(choices, chosen, strict=True))
        texts["".join(p.text if isinstance(p, Literal) else binding[p.source] for p in parts)] = None
    return tuple(texts)


def alternatives(template: Template, limit: int = 16) -> tuple[Template, ...]:
    """The templates that come out when each expansion with several texts is read as each of them; at most `limit`."""
    found: list[Template] = [()]
    for part in template:
        readings = _readings(part, limit)
        found = [(*before, *each) for before in found for each in readings][:limit]
    return tuple(found)


def _readings(part: Part, limit: int) -> tuple[Template, ...]:
    if not isinstance(part, Expansion):
        return ((part,),)
    if part.choices:
        return tuple(each for choice in part.choices for each in alternatives(choice, limit))
    if part.values:
        return tuple((Literal(text),) for text in part.values)
    inner = alternatives(part.resolved, limit) if part.resolved is not None else ()
    return inner if len(inner) > 1 else ((part,),)


def never_empty(template: Template) -> bool:
    """Whether the template is known to become some text in every run."""
    if any(isinstance(part, Literal) and part.text for part in flatten(template)):
        return True
    known = values(template)
    return known is not None and "" not in known


def static(template: Template) -> str | None:
    """The one text that the template always becomes, or None."""
    known = values(template)
    return known[0] if known is not None and len(known) == 1 else None


def raw(template: Template) -> str:
    """The template as it stands in its region's text: literals verbatim, expansions as their source."""
    return "".join(part.text if isinstance(part, Literal) else part.source for part in template)


def source(template: Template) -> str:
    """The template as its author wrote it."""
    return shown(raw(template))


def written_sources(template: Template) -> Iterator[str]:
    """What only the run shows of a template, as written, and what is seen of the texts that it was given."""
    for part in flatten(template):
        if isinstance(part, Expansion):
            yield part.source
            for choice in part.choices:
                yield from written_sources(choice)


def told(template: Template) -> str:
    """The template for a sentence: the one text that it always becomes, else as its author wrote it."""
    text = static(template)
    return source(template) if text is None else text


def shown(text: str) -> str:
    """Text of a region without the marks around what its host replaces."""
    if OPEN not in text:
        return text
    return re.sub(f"{MIDDLE}[^{CLOSE}]*{CLOSE}|[{OPEN}{PERSON}{CLOSE}]", "", text)
