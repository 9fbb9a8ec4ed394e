"""What a Python value went over the wire as, and the expression that sends the same as text.

v2 takes strings only for string parameters, where v1.1 made strings of what it got: numbers and booleans became their
JSON text, nested JSON too (CircleCI docs: inject environment variables with the API). What v1.1 made of `null` is not
documented. In a form the client itself had made strings before.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace

import libcst as cst

from codemods.python.libraries.request import FormValues
from migrator.circleci.runs.events import UNLESS_NONE, identity
from migrator.errors import Refusal
from migrator.model import Expansion, Literal, Note, Severity, Template, flatten, literal, static
from migrator.syntax.python.imports import imported_as, refuse_taken
from migrator.syntax.python.program import Operand
from migrator.syntax.python.resolve import meaning, qualified
from migrator.syntax.python.spell import is_text
from migrator.syntax.python.strings import quote_style, quoted
from migrator.syntax.python.text import text
from migrator.syntax.python.types import STR, types

_NUMBERS = frozenset({"str", "int", "float"})
_NOTHING = "None"


@dataclass(frozen=True, slots=True)
class Wire:
    """A value as it was sent. `code` is the expression that sends it as text, None where the value stays as it stands.

    `absent`: the client sent nothing for it. `uses_json`: `code` needs the json module under that name.
    """

    template: Template
    code: str | None = None
    notes: tuple[Note, ...] = ()
    absent: bool = False
    uses_json: bool = False


def json_wire(operand: Operand, name: str) -> Wire:
    """The value of a JSON object. Raises Refusal for what is known to be null."""
    known, value = constant(operand)
    if known:
        if value is None:
            raise Refusal("null-parameter", f"`{name}` is null; what the job saw is not known. Leave it out or set it.")
        return _constant(operand, json.dumps(value))
    nested = nested_json(operand)
    if nested is not None:
        return Wire(literal(nested), quoted(nested, quote_style(operand.module)))
    found = types(operand)
    if found == STR:
        return Wire(as_sent(operand))
    return _as_json_text(operand, name, found)


def form_wire(operand: Operand, name: str, style: FormValues) -> Wire:
    """The value of a form's field. Raises Refusal for what is sent as several fields."""
    known, value = constant(operand)
    if known:
        return _form_constant(operand, value, style)
    found = types(operand)
    if found is not None and found & {"list", "dict", "bytes"}:
        raise Refusal("repeated-field", f"`{name}` is no single text. Send one text, then run this again.")
    if found == STR:
        return Wire(as_sent(operand))
    if found is not None and _NOTHING in found and style is FormValues.REQUESTS:
        is_text = found - {_NOTHING} == STR
        sent = text(operand) if is_text else aliased(_hole(operand), operand, "str")
        return Wire(sent, None if is_text else _str(operand), (_may_be_none(operand, name),))
    if found is None and style is not FormValues.URLENCODE and may_be_member(operand):
        return _member(operand, name, style)
    notes = (_one_text(operand, name),) if found is None else ()
    if style is FormValues.HTTPX:
        made = _as_json_text(operand, name, found)
        return replace(made, notes=(*made.notes, *notes))
    return Wire(aliased(_hole(operand), operand, "str"), _str(operand), notes)


_ENUM = re.compile(r"\bEnum\b|^[ \t]*class \w+\((?:[^)\n]*\W)?str\b", re.MULTILINE)


def may_be_member(operand: Operand) -> bool:
    """Whether the program has enumerations, or other kinds of text: `str()` of a member is its name, not its text.

    Source: Python docs, enum, "Enum.__str__" (2026); `StrEnum` has text for both.
    """
    if isinstance(operand.node, cst.Attribute) and operand.node.attr.value in {"value", "name"}:
        return False
    return next(operand.frame.program.reached(_ENUM), None) is not None


def _member(operand: Operand, name: str, style: FormValues) -> Wire:
    """What may be a member of an enumeration: httpx sent its name, the others its text where it is text."""
    code = operand.code
    if style is FormValues.HTTPX or not _is_repeatable(operand.node):
        return Wire(text(operand), None, (_unknown_type(operand, name),))
    spelled = f"{code} if isinstance({code}, str) else {_str(operand)}"
    return Wire(aliased(_hole(operand), operand, "str"), spelled, (_one_text(operand, name),))


def constant(operand: Operand) -> tuple[bool, object]:
    """Whether the expression is a known number, boolean or None, and which; names are followed."""
    match operand.node:
        case cst.Name(value="True" | "False" | "None" as name):
            return True, {"True": True, "False": False, "None": None}[name]
        case cst.Integer() | cst.Float():
            return True, operand.node.evaluated_value
        case cst.UnaryOperation(operator=cst.Minus(), expression=cst.Integer() | cst.Float() as number):
            return True, -number.evaluated_value
        case cst.Name() | cst.Attribute():
            behind = meaning(operand)
            return constant(behind) if behind is not None and behind.frame.call is None else (False, None)
    return False, None


def nested_json(operand: Operand) -> str | None:
    """The JSON text of a list or dict that is known whole."""
    if not isinstance(operand.node, cst.List | cst.Dict | cst.Tuple):
        return None
    try:
        return json.dumps(_plain(operand), ensure_ascii=False)
    except ValueError:
        return None


def _plain(operand: Operand) -> object:
    known, value = constant(operand)
    if known:
        return value
    match operand.node:
        case cst.List(elements=elements) | cst.Tuple(elements=elements):
            return [_plain(operand.of(element.value)) for element in elements]
        case cst.Dict(elements=elements) if all(isinstance(e, cst.DictElement) for e in elements):
            pairs = [(e.key, e.value) for e in elements if isinstance(e, cst.DictElement)]
            return {str(_plain(operand.of(key))): _plain(operand.of(value)) for key, value in pairs}
    parts = text(operand)
    if not isinstance(operand.node, cst.SimpleString | cst.ConcatenatedString) or not _is_literal(parts):
        raise ValueError(operand.code)
    return "".join(part.text for part in parts if isinstance(part, Literal))


def _is_literal(parts: Template) -> bool:
    return all(isinstance(part, Literal) for part in parts)


def _constant(operand: Operand, spelled: str) -> Wire:
    """A known value: written out as text where it stands, converted where it is a name."""
    if isinstance(operand.node, cst.Name | cst.Attribute) and operand.code not in {"True", "False"}:
        return (
            Wire(literal(spelled), _dumps(operand), uses_json=True)
            if spelled
            in {
                "true",
                "false",
            }
            else Wire(literal(spelled), _str(operand))
        )
    return Wire(literal(spelled), quoted(spelled, quote_style(operand.module)))


def _form_constant(operand: Operand, value: object, style: FormValues) -> Wire:
    if value is None and style is FormValues.REQUESTS:
        return Wire((), absent=True)
    if style is FormValues.HTTPX:
        spelled = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    else:
        spelled = str(value)
    named = isinstance(operand.node, cst.Name | cst.Attribute) and operand.code not in {"True", "False", "None"}
    if named and style is not FormValues.HTTPX:
        return Wire(literal(spelled), _str(operand))
    return Wire(literal(spelled), quoted(spelled, quote_style(operand.module)))


def _as_json_text(operand: Operand, name: str, found: frozenset[str] | None) -> Wire:
    """Text stays, all else becomes its JSON text."""
    code = operand.code
    if found is not None and _NOTHING in found:
        rest = found - {_NOTHING}
        inner = Wire(text(operand)) if rest == STR else _as_json_text(operand, name, rest or None)
        return Wire(inner.template, inner.code, (*inner.notes, _may_be_none(operand, name)), False, inner.uses_json)
    if found is not None and found <= _NUMBERS:
        return Wire(_hole(operand), _str(operand))
    if found is not None and "str" not in found:
        return Wire(_hole(operand), _dumps(operand), uses_json=True)
    if _is_repeatable(operand.node):
        spelled = f"{code} if isinstance({code}, str) else {_dumps(operand)}"
        return Wire(_hole(operand), spelled, (_not_none(operand, name),) if found is None else (), uses_json=True)
    return Wire(text(operand), None, (_unknown_type(operand, name),))


def _hole(operand: Operand) -> Template:
    """The value as an expansion: even where it is a known text, the expression is what is sent."""
    parts = text(operand)
    return parts if parts else (Expansion(operand.code, origin=operand),)


def aliased(sent: Template, operand: Operand, how: str) -> Template:
    """What is sent for the value of `operand`, called by it: `how` makes text of what is no text.

    v1.1 spelled values as JSON does: without `how` that is meant. Text and numbers come out the same in every way.
    """
    found, parts = types(operand), flatten(text(operand))
    if len(parts) != 1 or len(sent) != 1 or isinstance(parts[0], Literal) or isinstance(sent[0], Literal):
        return sent
    suffix = f" by {how}" if how else ""
    if found is not None and found <= _NUMBERS | {_NOTHING}:
        suffix = f"{suffix}{UNLESS_NONE}" if _NOTHING in found and how else ""
    last = flatten(sent)[0]
    assert isinstance(last, Expansion)
    return (replace(last, alias=identity(parts[0]) + suffix),)


def put_into_text(sent: Template) -> Template:
    """What a longer text holds; an expression alone is called by what made text of it there, as `str(x)` is."""
    match sent:
        case (Expansion(origin=Operand() as operand) as hole,) if not (is_text(hole) or is_made_text(operand)):
            return aliased(sent, operand, "str")
    return sent


def as_sent(operand: Operand) -> Template:
    """The text that an expression is, called by what it makes text of: `str(x)`, `f"{x}"`, `json.dumps(x)`."""
    sent = text(operand)
    if static(sent) is not None:
        return sent
    match operand.node:
        case cst.Call(func=cst.Name(value="str"), args=[cst.Arg(keyword=None, value=value)]):
            return aliased(sent, operand.of(value), "str")
        case cst.FormattedString(parts=[cst.FormattedStringExpression(format_spec=None, conversion=None) as part]):
            return aliased(sent, operand.of(part.expression), "str")
        case cst.Call(func=func, args=[cst.Arg(keyword=None, value=value)]) if "json.dumps" in qualified(
            operand.of(func)
        ):
            found = types(operand.of(value))
            is_json = found is not None and "str" not in found
            return aliased(sent, operand.of(value), "" if is_json else "json")
        case cst.IfExp(body=value) if is_json_text(operand):
            return aliased(sent, operand.of(value), "")
        case cst.IfExp(body=value, orelse=cst.Call(func=cst.Name(value="str"))) if _unless_text(operand) is not None:
            return aliased(sent, operand.of(value), "str")
    return sent


def is_made_text(operand: Operand) -> bool:
    """Whether text stays, and all else becomes text: `x if isinstance(x, str) else str(x)`, or `json.dumps(x)`."""
    made = _unless_text(operand)
    return made is not None and bool({*qualified(operand.of(made))} & {"json.dumps", "str"})


def is_json_text(operand: Operand) -> bool:
    """Whether text stays, and all else becomes its JSON text: `x if isinstance(x, str) else json.dumps(x)`."""
    made = _unless_text(operand)
    return made is not None and "json.dumps" in qualified(operand.of(made))


def _unless_text(operand: Operand) -> cst.BaseExpression | None:
    """What is called with a value unless that is text: `f` of `x if isinstance(x, str) else f(x)`."""
    match operand.node:
        case cst.IfExp(test=cst.Call(func=cst.Name(value="isinstance")) as test, body=body, orelse=cst.Call() as other):
            given = [operand.module.code(arg.value) for arg in (*test.args, *other.args)]
            return other.func if given == [operand.module.code(body), "str", operand.module.code(body)] else None
    return None


def _dumps(operand: Operand) -> str:
    refuse_taken(operand, "json", "isinstance", "str")
    return f"{imported_as(operand.module, 'json') or 'json'}.dumps({operand.code})"


def _str(operand: Operand) -> str:
    refuse_taken(operand, "str", "isinstance")
    return f"str({operand.code})"


def _is_repeatable(node: cst.BaseExpression) -> bool:
    """Whether evaluating the expression twice is as good as once."""
    match node:
        case cst.Name():
            return True
        case cst.Attribute(value=value) | cst.Subscript(value=value):
            return _is_repeatable(value)
    return False


def _may_be_none(operand: Operand, name: str) -> Note:
    return Note(
        "may-be-none",
        Severity.WARNING,
        f"`{operand.code}` is None when it is not set; what v1.1 then did is not known, and v2 refuses the request. "
        f"The rewrite rests on {name} being set.",
        operand.module.line(operand.node),
    )


def _one_text(operand: Operand, name: str) -> Note:
    text = f"`{name}` is taken to be one text or number: bytes, lists and None arrived otherwise in a form."
    return Note("value-assumed", Severity.INFO, text, operand.module.line(operand.node))


def _not_none(operand: Operand, name: str) -> Note:
    text = f"`{name}` is taken not to be None: what v1.1 made of null is not known, and now it is the text `null`."
    return Note("value-assumed", Severity.INFO, text, operand.module.line(operand.node))


def by_own_encoder(wire: Wire, operand: Operand, name: str) -> Wire:
    """A value of JSON that an encoder of the program's own makes (`default=`, `cls=`): it stays as it stands."""
    found = types(operand)
    if wire.code is None or static(wire.template) is not None or (found is not None and not found & {"list", "dict"}):
        return wire
    return Wire(text(operand), None, (*wire.notes, _unknown_type(operand, name)))


def _unknown_type(operand: Operand, name: str) -> Note:
    return Note(
        "value-type",
        Severity.WARNING,
        f"v1.1 turned numbers and booleans into text, v2 refuses them: the rewrite rests on {name} being a string.",
        operand.module.line(operand.node),
    )
