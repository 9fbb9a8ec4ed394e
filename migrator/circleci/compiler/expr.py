"""The syntax tree of everything CircleCI evaluates at compile time: expressions, logic statements and templated text.

A tree that is left over after evaluation stands for a value that is not known, e.g. `pipeline.id`. It is then shown as
canonical text, so that two compilations can be compared.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

OPEN, CLOSE = "\u27ea", "\u27eb"


@dataclass(frozen=True, slots=True)
class Const:
    """A value that is known: a scalar, a list, a map, or what a `steps` or `executor` parameter holds."""

    value: object


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression of the expression language, `/…/`, as a value: without its slashes, `\\/` read as `/`."""

    source: str


@dataclass(frozen=True, slots=True)
class Ref:
    """A name such as `pipeline.git.branch` or `parameters.version`."""

    name: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """A piece of source whose meaning CircleCI does not document."""

    source: str


@dataclass(frozen=True, slots=True)
class Template:
    """Text with tags in it: the texts of the parts, joined."""

    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """`<<# name >>body<</ name >>`: the body where the condition holds (`^`: where it does not), else nothing."""

    condition: Expr
    body: Expr
    inverted: bool = False


@dataclass(frozen=True, slots=True)
class Holds:
    """Whether a value counts as true in an expression: all but false and null do, `0` and `""` too."""

    operand: Expr


@dataclass(frozen=True, slots=True)
class Not:
    """Boolean negation, in an expression (of a `Holds`) or a logic statement."""

    operand: Expr


@dataclass(frozen=True, slots=True)
class All:
    """The logic statement `and`: a boolean."""

    operands: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """The logic statement `or`: a boolean."""

    operands: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Equal:
    """The logic statement `equal`: whether all operands are one value."""

    operands: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Matches:
    """Whether the whole value matches a regular expression: the logic statement `matches`, and `/…/` in map filters."""

    value: Expr
    pattern: Expr


@dataclass(frozen=True, slots=True)
class And:
    """`left and right` of an expression: the left value when it is false or null, otherwise the right one."""

    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Or:
    """`left or right` of an expression: the right value when the left one is false or null, otherwise the left one."""

    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Compare:
    """`left operator right`; the operator is one of EQUALITIES and ORDERS. Null when an operand is null."""

    operator: str
    left: Expr
    right: Expr


Expr: TypeAlias = (
    Const | Ref | Unclear | Template | Section | Holds | Not | All | AnyOf | Equal | Matches | And | Or | Compare
)

EQUALITIES = ("==", "!=", "contains", "matches", "starts-with")
ORDERS = (">=", ">", "<=", "<")
LOOSEST, AND, EQUALITY, ORDER, TIGHTEST = range(5)


def nodes_of(expr: Expr) -> Iterator[Expr]:
    """The tree itself and all trees in it."""
    yield expr
    for inner in _inner(expr):
        yield from nodes_of(inner)


def _inner(expr: Expr) -> tuple[Expr, ...]:
    match expr:
        case And(left, right) | Or(left, right) | Compare(_, left, right) | Matches(left, right):
            return (left, right)
        case Section(condition, body):
            return (condition, body)
        case Holds(operand) | Not(operand):
            return (operand,)
        case Template(parts) | All(parts) | AnyOf(parts) | Equal(parts):
            return parts
    return ()


def patterns_of(expr: Expr) -> Iterator[str]:
    """The regular expressions `/…/` in a tree."""
    for node in nodes_of(expr):
        match node:
            case Const(Pattern(source)):
                yield source


def text_of(value: object) -> str:
    """How a known value reads inside text."""
    match value:
        case bool():
            return "true" if value else "false"
        case None:
            return ""
        case str():
            return value
        case float() if value.is_integer():
            return f"{value:.1f}"
        case int() | float():
            return repr(value)
        case Pattern(source):
            return source
        case list() | dict():
            return json.dumps(value, default=str, ensure_ascii=False)
    return str(value)


def shown(expr: Expr) -> str:
    """The expression as text; what is not known stands in double angle brackets, which no config uses."""
    match expr:
        case Const(value):
            return text_of(value)
        case Template(parts):
            return "".join(shown(part) for part in parts)
        case Unclear(source):
            return f"{OPEN}{source}{CLOSE}"
    return f"{OPEN}{render(expr)}{CLOSE}"


def render(expr: Expr, context: int = LOOSEST) -> str:
    """The canonical source of an expression, with the parentheses that `context` makes necessary."""
    text, strength = _render(expr)
    return f"({text})" if strength < context else text


def _render(expr: Expr) -> tuple[str, int]:
    match expr:
        case Or(left, right):
            return f"{render(left, LOOSEST)} or {render(right, AND)}", LOOSEST
        case And(left, right):
            return f"{render(left, AND)} and {render(right, EQUALITY)}", AND
        case Compare(operator, left, right):
            level = ORDER if operator in ORDERS else EQUALITY
            return f"{render(left, level)} {operator} {render(right, level + 1)}", level
        case Holds(operand):
            return _render(operand)
        case Not(operand):
            return f"not {render(operand, TIGHTEST)}", TIGHTEST
        case AnyOf(operands):
            return _joined(operands, " or ", AND), LOOSEST
        case All(operands):
            return _joined(operands, " and ", EQUALITY), AND
        case Equal(operands):
            return _joined(operands, " == ", ORDER), EQUALITY
        case Matches(value, pattern):
            return f"{render(value, EQUALITY)} matches {render(pattern, ORDER)}", EQUALITY
    return _leaf(expr), TIGHTEST


def _joined(operands: tuple[Expr, ...], separator: str, context: int) -> str:
    return separator.join(render(operand, context) for operand in operands)


def _leaf(expr: Expr) -> str:
    match expr:
        case Const(str() as text):
            return _quoted(text)
        case Const(Pattern(source)):
            return "/" + source.replace("/", "\\/") + "/"
        case Const(value):
            return json.dumps(value, default=str, ensure_ascii=False)
        case Ref(name):
            return name
        case Unclear(source):
            return source
        case Section(condition, body, inverted):
            return f"{'^' if inverted else '#'}{render(condition)}:{shown(body)}"
    return _quoted(shown(expr))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
