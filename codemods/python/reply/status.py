"""Whether a check of a status code takes 200 and not 201."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from codemods.python.read.wire import constant
from migrator.syntax.python.resolve import meaning, qualified
from migrator.syntax.python.strings import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from migrator.syntax.python.program import Operand

_OK = frozenset(
    {"requests.codes.ok", "requests.codes.OK", "requests.codes.okay", "http.HTTPStatus.OK", "httpx.codes.OK"}
    | {"http.client.OK"}
)
_MADE = frozenset(
    {"requests.codes.created", "requests.codes.CREATED", "http.HTTPStatus.CREATED", "httpx.codes.CREATED"}
)
_IN_WORDS = {"200": {200}, "OK": {200}, "Created": {201}}
_ASSERTIONS = frozenset({"assertEqual", "assertEquals", "assert_equal", "eq_"})


@dataclass(frozen=True, slots=True, eq=False)
class StatusCheck:
    """A status that is compared with 200; `sure`: no other reply's is. `whole` is the comparison, or the assertion."""

    status: Operand
    whole: cst.Comparison | cst.Call
    sure: bool


_ORDERS: Mapping[type[cst.BaseCompOp], Callable[[int, int], bool]] = {
    cst.LessThan: operator.lt,
    cst.LessThanEqual: operator.le,
    cst.GreaterThan: operator.gt,
    cst.GreaterThanEqual: operator.ge,
}
_CREATED = {"ok": "created", "okay": "created", "OK": "CREATED"}


def accept_created(check: StatusCheck) -> tuple[Operand, str] | None:
    """What to write in place of which expression to compare with 201 instead; None where that is not clear."""
    if not check.sure or not check.status.frame.at_root or check.status.frame.call is not None:
        return None
    match check.whole:
        case cst.Call(args=args):
            others = [arg.value for arg in args if arg.value is not check.status.node]
        case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(cst.Equal() | cst.NotEqual(), right)]):
            others = [right if left is check.status.node else left]
        case _:
            return None
    for other in map(check.status.of, others):
        match other.node:
            case cst.Integer(value="200"):
                return other, "201"
            case cst.SimpleString(raw_value="OK"):
                return other, quoted("Created", other.node.quote)
            case cst.Attribute(value=value, attr=cst.Name(value=name)) if any(n in _OK for n in qualified(other)):
                return other, f"{other.module.code(value)}.{_CREATED[name]}"
    return None


def compares_with_200(status: Operand, whole: cst.Comparison | cst.Call) -> bool:
    """Whether the comparison, or the assertion that gets the status, tells 200 from 201."""
    if isinstance(whole, cst.Call):
        name = whole.func.attr.value if isinstance(whole.func, cst.Attribute) else ""
        others = [status.of(arg.value) for arg in whole.args if arg.value is not status.node]
        return name in _ASSERTIONS and any(_codes(other) == {200} for other in others)
    if len(whole.comparisons) != 1 or _is_one_of_several(status, whole):
        return False
    target = whole.comparisons[0]
    other = status.of(target.comparator if whole.left is status.node else whole.left)
    codes = _codes(other)
    if isinstance(target.operator, cst.Equal | cst.NotEqual | cst.In | cst.NotIn | cst.Is | cst.IsNot):
        return 200 in codes and 201 not in codes
    orders = _ORDERS.get(type(target.operator))
    if orders is None or len(codes) != 1:
        return False
    (code,) = codes
    answers = {orders(made, code) if whole.left is status.node else orders(code, made) for made in (200, 201)}
    return len(answers) > 1


def is_unknown(status: Operand, whole: cst.Comparison) -> bool:
    """Whether the status is compared with what only the run shows."""
    target = whole.comparisons[0]
    other = status.of(target.comparator if whole.left is status.node else whole.left)
    equal = isinstance(target.operator, cst.Equal | cst.NotEqual | cst.In | cst.NotIn)
    named = isinstance(other.node, cst.Name | cst.Attribute | cst.Subscript) and other.code != "None"
    return equal and named and len(whole.comparisons) == 1 and not _codes(other) and not _is_enum(other)


def _is_enum(other: Operand) -> bool:
    """`requests.codes.no_content`, `HTTPStatus.ACCEPTED`: another code than 200."""
    return any(any(part in name for part in (".codes.", "HTTPStatus.", "http.client.")) for name in qualified(other))


def holds_created(table: Operand) -> bool:
    """Whether a mapping that a status is looked up in has something for 201."""
    if "http.client.responses" in qualified(table):
        return True
    value = table if isinstance(table.node, cst.Dict) else meaning(table)
    if value is None or not isinstance(value.node, cst.Dict):
        return False
    keys = [element.key for element in value.node.elements if isinstance(element, cst.DictElement)]
    return any(201 in _codes(value.of(key)) for key in keys)


def _is_one_of_several(status: Operand, whole: cst.Comparison) -> bool:
    """Whether 201 is looked for beside it: `status == 200 or status == 201`."""
    outermost: cst.CSTNode = whole
    for above in status.module.ancestors(whole):
        if not isinstance(above, cst.BooleanOperation):
            break
        outermost = above
    found = [other for other in status.module.all(cst.Comparison, outermost) if other is not whole]
    return any(201 in _codes(status.of(side)) for c in found for side in (c.left, c.comparisons[0].comparator))


def _codes(operand: Operand) -> set[int]:
    """The status codes that an expression is, or holds."""
    match operand.node:
        case cst.Tuple(elements=elements) | cst.List(elements=elements) | cst.Set(elements=elements):
            return {code for element in elements for code in _codes(operand.of(element.value))}
        case cst.Call(func=cst.Name(value="range"), args=[cst.Arg(value=first), cst.Arg(value=last)]):
            ends = [value for node in (first, last) for value in _codes(operand.of(node))]
            return set(range(*ends)) if len(ends) == 2 else set()
        case cst.SimpleString(raw_value=word):
            return _IN_WORDS.get(word, set())
        case cst.Subscript(value=codes, slice=[cst.SubscriptElement(slice=cst.Index(value=cst.SimpleString() as key))]):
            if "requests.codes" in qualified(operand.of(codes)):
                return (
                    {200} if key.raw_value in {"ok", "OK", "okay"} else {201} if key.raw_value == "created" else set()
                )
    known_number, value = constant(operand)
    if known_number:
        return {value} if isinstance(value, int) else set()
    names = qualified(operand)
    if any(name.removesuffix(".value") in _OK for name in names):
        return {200}
    if any(name.removesuffix(".value") in _MADE for name in names):
        return {201}
    behind = meaning(operand) if isinstance(operand.node, cst.Name) else None
    return _codes(behind) if behind is not None else set()
