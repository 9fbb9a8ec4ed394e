"""Triggers in lists of arguments that a Python program hands to curl: no shell reads them, only curl does."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import libcst as cst

from codemods.found import Found
from codemods.python.commands.commands import Run, behind
from codemods.python.commands.shell import find_in_command, kind_of
from codemods.python.read.wire import put_into_text
from codemods.python.reply.notes import use_notes
from codemods.python.reply.reply import Reply
from codemods.shell.find.sighting import sight
from migrator.model import Call, Expansion, Literal, Slug, Span, Template, Value, flatten, static
from migrator.syntax.python.text import text
from migrator.syntax.shell.script import parse
from migrator.syntax.text.source import VerbatimRegion

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from codemods.shell.find.sighting import Sighting
    from migrator.model import V1Trigger
    from migrator.syntax.python.program import Operand
    from migrator.syntax.text.source import Source

_SHELLS = frozenset({"sh", "bash", "dash", "zsh"})


@dataclass(frozen=True, slots=True, eq=False)
class Argv:
    """A list of arguments as one shell command, in which each value is a variable of a name that `values` knows."""

    run: Run
    elements: tuple[Operand, ...]
    places: tuple[Span, ...]
    script: str
    values: Mapping[str, Expansion]

    def index_of(self, at: int) -> int:
        """The element that a character of the command belongs to."""
        return next(i for i, place in enumerate(self.places) if place.start <= at < max(place.end, place.start + 1))


def find_in_list(source: Source, run: Run) -> tuple[Found, ...]:
    """The triggers in a list of arguments."""
    inner = handed_to_shell(run)
    if inner is not None:
        return find_in_command(source, inner)
    argv = argv_of(run)
    if argv is None:
        return ()
    script = parse(argv.script, templated=False)
    sightings = [found for command in script.commands[:1] for found in sight(script, command)]
    return tuple(_found(source, argv, found) for found in sightings)


def argv_of(run: Run) -> Argv | None:
    """The list of arguments of a program, where it stands in the file itself."""
    words = run.words
    if words is None or not words.frame.at_root or not isinstance(words.node, cst.List | cst.Tuple):
        return None
    return _argv(run, [words.of(element.value) for element in words.node.elements])


def handed_to_shell(run: Run) -> Run | None:
    """`["bash", "-c", script]`: the script is a command string."""
    words = run.words
    if words is None or not words.frame.at_root or not isinstance(words.node, cst.List | cst.Tuple):
        return None
    elements = [words.of(e.value) for e in words.node.elements if not isinstance(e, cst.StarredElement)]
    if len(elements) != 3:
        return None
    program, flag = static(text(elements[0])), static(text(elements[1]))
    if program is None or flag is None or program.rpartition("/")[2] not in _SHELLS:
        return None
    return Run(run.call, command=behind(elements[2])) if flag.startswith("-") and flag.endswith("c") else None


def _argv(run: Run, elements: list[Operand]) -> Argv:
    written: list[str] = []
    places: list[Span] = []
    values: dict[str, Expansion] = {}
    at = 0
    for element in elements:
        word = "".join(_word(part, values) for part in flatten(text(element))) or "''"
        written.append(word)
        places.append(Span(at, at + len(word)))
        at += len(word) + 1
    return Argv(run, tuple(elements), tuple(places), " ".join(written), values)


def _word(part: Literal | Expansion, values: dict[str, Expansion]) -> str:
    if isinstance(part, Literal):
        return shlex.quote(part.text) if part.text else ""
    name = next((name for name, value in values.items() if value.source == part.source), f"PYTHON_{len(values)}")
    values[name] = part
    return f'"${{{name}}}"'


def _found(source: Source, argv: Argv, sighting: Sighting) -> Found:
    from codemods.python.commands.rewrite_argv import rewrite_argv

    module = argv.run.call.module
    span = module.span(argv.run.call.node)
    line, column = source.position(span.start)
    reply = Reply()
    reply.follow(argv.run.call, kind_of(argv.run.call))
    trigger = _with_values(sighting.trigger, partial(_restored, argv))
    call = Call(
        path=source.path,
        span=span,
        line=line,
        column=column,
        end_line=source.position(span.end - 1)[0],
        codemod="python",
        trigger=trigger,
        notes=(*sighting.notes, *use_notes(reply, frozenset())),
        reply_fields=tuple(dict.fromkeys(use.field for use in reply.uses)),
    )
    return Found(call, VerbatimRegion(source.text), partial(rewrite_argv, argv, sighting, trigger), runs=True)


def restored(argv: Argv, template: Template) -> Template:
    """The template with the program's own expressions in the place of the variables."""
    return _restored(argv, template)


def _restored(argv: Argv, template: Template) -> Template:
    return put_into_text(
        tuple(
            argv.values.get(part.name or "", part) if isinstance(part, Expansion) else Literal(part.text)
            for part in template
        )
    )


def changed_value(change: Callable[[Template], Template], given: Value | None) -> Value | None:
    """The value with its template changed; None stays None."""
    return replace(given, template=change(given.template)) if given is not None else None


def changed_slug(change: Callable[[Template], Template], slug: Slug) -> Slug:
    """The slug with the template of each of its parts changed."""
    return Slug(change(slug.vcs), change(slug.organization), change(slug.repository))


def _with_values(trigger: V1Trigger, change: Callable[[Template], Template]) -> V1Trigger:
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
