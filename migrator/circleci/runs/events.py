"""What can start a pipeline, with refs that stand for any, and values of a caller that only its run shows.

One compilation then speaks for all of them: such a value is an unknown of the compiler, and what depends on it is left
over. One unknown is one text: the same expansion in the old call and in the new one is the same value.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from migrator.circleci.compiler import Event, EventKind
from migrator.circleci.compiler.expr import CLOSE, OPEN, Const, Ref, Template, Unclear, shown
from migrator.model import Expansion, Literal, flatten

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    from migrator.circleci.compiler.expr import Expr
    from migrator.model import Template as Text


_TAG = "pipeline.git.tag"


def on_branch(
    kind: EventKind,
    branch: str | Expr | None = None,
    parameters: Mapping[str, object] | None = None,
    workflow: str | None = None,
) -> Event:
    """An event on a branch; on any branch when it is not known, or not named: the default branch may be any."""
    return Event(kind, branch if isinstance(branch, str) else None, None, parameters or {}, workflow)


def on_tag(kind: EventKind, tag: str | Expr | None = None, parameters: Mapping[str, object] | None = None) -> Event:
    """An event on a tag; on any tag when it is not known."""
    if isinstance(tag, str):
        return Event(kind, None, tag, parameters or {})
    return Event(kind, None, "any", parameters or {}, values={_TAG: Ref(_TAG)})


_OPEN, _CLOSE = "\u27e8", "\u27e9"
_SENT = re.compile(f"{_OPEN}{OPEN}(.*?){CLOSE}{_CLOSE}", re.DOTALL)


UNLESS_NONE = ", if it is not None"
"""Ends the alias of a value that is the same text however text is made of it, unless it is None."""


_OR_EMPTY = re.compile(r"\$\{([A-Za-z_]\w*):?-\}\Z")


def identity(expansion: Expansion) -> str:
    """What an expansion is called: `$X`, `${X}` and `${X-}` read one variable, backticks run what `$(…)` runs."""
    if expansion.alias is not None:
        return expansion.alias
    if expansion.name is not None:
        return f"${expansion.name}"
    source = expansion.source
    or_empty = _OR_EMPTY.match(source)
    if or_empty is not None:
        return f"${or_empty[1]}"
    return f"$({source[1:-1]})" if source.startswith("`") and "\\" not in source else source


def sent(text: Text, known: Mapping[str, str]) -> str | Expr:
    """What a call sends for a template: text where everything in it is known, else text with unknowns in it.

    `known` are values by the expansion's identity. An unknown stands between two marks, as something that is not empty.
    """
    parts = tuple(_parts(text, known))
    if all(isinstance(part, Const) for part in parts):
        return "".join(str(part.value) for part in parts if isinstance(part, Const))
    return Template(parts)


def shown_text(value: str | Expr) -> str:
    """The same as the compiler shows it where it puts the value into text."""
    return value if isinstance(value, str) else shown(value)


def parameter_unknown(name: str) -> Expr:
    """Whatever a trigger may send for a pipeline parameter."""
    return Unclear(f"pipeline.parameters.{name}")


def readable(text: str) -> str:
    """The text with what calls send shown in one pair of brackets."""
    return _SENT.sub(rf"{_OPEN}\1{_CLOSE}", text)


def as_unknown(text: str, identities: Container[str]) -> str:
    """The text with the values that are called so as unknowns of the compiler, and the others in one pair of brackets.

    A value that is sent counts as itself wherever it stands; an unknown of the compiler may be any text.
    """
    return readable(_SENT.sub(lambda found: f"{OPEN}{found[1]}{CLOSE}" if found[1] in identities else found[0], text))


def _parts(text: Text, known: Mapping[str, str]) -> Iterator[Expr]:
    for part in flatten(text):
        if isinstance(part, Literal):
            yield Const(part.text)
        elif (value := known.get(identity(part))) is not None:
            yield Const(value)
        else:
            yield from (Const(_OPEN), Unclear(identity(part)), Const(_CLOSE))
