"""A list of arguments that a Python program gives to curl, read as one command of a shell."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from codemods.python.read.json_body import json_text
from codemods.python.read.wire import put_into_text
from codemods.python.runners import CommandRun, behind
from codemods.python.words import ArgumentWord
from migrator.model import (
    Expansion,
    Literal,
    Slug,
    Span,
    Template,
    Value,
    flatten,
    literal,
    static,
)
from migrator.syntax.python.text import text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from migrator.model import V1Trigger
    from migrator.syntax.python.program import Operand


_SHELLS = frozenset({"sh", "bash", "dash", "zsh"})


@dataclass(frozen=True, slots=True, eq=False)
class Argv:
    """A list of arguments as one shell command, in which each value is a variable of a name that `values` knows."""

    run: CommandRun
    words: tuple[ArgumentWord, ...]
    places: tuple[Span, ...]
    script: str
    values: Mapping[str, Expansion]

    def index_of(self, at: int) -> int:
        """The argument that a character of the command belongs to."""
        return next(i for i, place in enumerate(self.places) if place.start <= at < max(place.end, place.start + 1))


def argv_of(run: CommandRun) -> Argv | None:
    """The arguments of a program, where they stand in the file itself."""
    words = run.words
    if not words or not all(word.operand.frame.at_root for word in words):
        return None
    texts = [_sent(word.operand) for word in words]
    return _written(run, words, [literal(run.program), *texts[1:]] if run.program else texts)


def handed_to_shell(run: CommandRun) -> CommandRun | None:
    """`["bash", "-c", script]`: the script is a command string."""
    words = run.words or ()
    if len(words) != 3 or not all(word.operand.frame.at_root for word in words):
        return None
    program, flag = (static(text(word.operand)) for word in words[:2])
    if program is None or flag is None or program.rpartition("/")[2] not in _SHELLS:
        return None
    if not (flag.startswith("-") and flag.endswith("c")):
        return None
    alone = tuple(made for each in run.alone if (made := handed_to_shell(each)) is not None)
    return replace(run, words=None, command=behind(words[2].operand), alone=alone)


def argv_of_elements(elements: Sequence[Operand]) -> Argv:
    """A list of arguments as one command, wherever it goes."""
    words = tuple(ArgumentWord(operand, operand) for operand in elements)
    return _written(CommandRun(elements[0]), words, map(text, elements))


def argv_of_texts(operand: Operand, texts: Iterable[Template]) -> Argv:
    """Arguments that are put together at an expression as one command."""
    return _written(CommandRun(operand), (), texts)


def _sent(operand: Operand) -> Template:
    """The text of an argument; JSON that the program makes of a mapping is written out."""
    return json_text(operand) or text(operand)


def _written(run: CommandRun, words: tuple[ArgumentWord, ...], texts: Iterable[Template]) -> Argv:
    written: list[str] = []
    places: list[Span] = []
    values: dict[str, Expansion] = {}
    at = 0
    for template in texts:
        word = "".join(_word(part, values) for part in flatten(template)) or "''"
        written.append(word)
        places.append(Span(at, at + len(word)))
        at += len(word) + 1
    return Argv(run, words, tuple(places), " ".join(written), values)


def _word(part: Literal | Expansion, values: dict[str, Expansion]) -> str:
    if isinstance(part, Literal):
        return shlex.quote(part.text) if part.text else ""
    name = next((name for name, value in values.items() if value.source == part.source), f"PYTHON_{len(values)}")
    values[name] = part
    return f'"${{{name}}}"'


def restored(argv: Argv, template: Template) -> Template:
    """The template with the program's own expressions in the place of the variables."""
    return put_into_text(restored_alone(argv, template))


def restored_alone(argv: Argv, template: Template) -> Template:
    """The same for a template that is no text of the command, but a value that stands in JSON as it is."""
    return tuple(
        argv.values.get(part.name or "", part) if isinstance(part, Expansion) else Literal(part.text)
        for part in template
    )


def changed_value(change: Callable[[Template], Template], given: Value | None) -> Value | None:
    """The value with its template changed; None stays None."""
    return replace(given, template=change(given.template)) if given is not None else None


def changed_slug(change: Callable[[Template], Template], slug: Slug) -> Slug:
    """The slug with the template of each of its parts changed."""
    return Slug(change(slug.vcs), change(slug.organization), change(slug.repository))


def with_values(trigger: V1Trigger, change: Callable[[Template], Template]) -> V1Trigger:
    """The trigger with each of its templates changed."""
    value = partial(changed_value, change)
    return replace(
        trigger,
        slug=changed_slug(change, trigger.slug),
        branch=value(trigger.branch),
        tag=value(trigger.tag),
        revision=value(trigger.revision),
        job=value(trigger.job),
        parameters=tuple((name, replace(v, template=change(v.template))) for name, v in trigger.parameters),
        build_num=change(trigger.build_num) if trigger.build_num is not None else None,
    )
