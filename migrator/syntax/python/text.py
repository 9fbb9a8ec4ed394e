"""Read an expression as text: literals, f-strings, sums, `%` and `.format`, the names and calls in between, and what is
known of an expression whose text only the run shows.

A `Shape` keeps how the text is put together, so that a stretch of the text can be changed where it stands.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import libcst as cst

from migrator.model import Expansion, Literal, Template, flatten, static
from migrator.model import values as template_values
from migrator.syntax.memo import Question
from migrator.syntax.python.arguments import option_choices
from migrator.syntax.python.callers import arguments_for
from migrator.syntax.python.containers import may_be_changed, parts, unchanged
from migrator.syntax.python.formats import (
    format_formatted,
    path_joined,
    percent_formatted,
    substituted,
    url_joined,
)
from migrator.syntax.python.program import DEPTH, Operand
from migrator.syntax.python.resolve import frame_of, meaning, meanings, qualified
from migrator.syntax.python.scope import DefinitionKind, definitions
from migrator.syntax.python.shapes import Fmt, FormatField, Reference, Shape, Str, Sum
from migrator.syntax.python.strings import TextRun, decode, quoting, simple_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence


_SHAPE: Question[Shape | None] = Question("shape", None)


def text(operand: Operand) -> Template:
    """The text that the expression is, or what `str()` makes of it."""
    return shape(operand).template


def shape(operand: Operand) -> Shape:
    """How the text is put together."""
    frame = operand.frame
    if frame.depth > DEPTH:
        return opaque(operand)
    if frame.call is not None or frame.depth > DEPTH // 2:
        return _shape(operand)
    known = frame.program.memo.answer(_SHAPE, operand.node, lambda: _shape(operand))
    return opaque(operand) if known is None else known


def _shape(operand: Operand) -> Shape:
    match operand.node:
        case cst.SimpleString() as node:
            run = simple_run(operand.module, node)
            return Str(operand, (run,)) if run is not None else opaque(operand)
        case cst.FormattedString() as node:
            return _formatted(operand, node)
        case cst.ConcatenatedString():
            return Sum(operand, tuple(_flat(operand)))
        case cst.BinaryOperation(operator=cst.Add()):
            units = tuple(_flat(operand))
            return opaque(operand) if any(_is_number(unit.operand) for unit in units) else Sum(operand, _textual(units))
        case cst.BinaryOperation(operator=cst.Modulo()) | cst.Call():
            return call_shape(operand) or _of_function(operand) or opaque(operand)
        case cst.Integer(value=value):
            return Reference(operand, (Literal(value),))
        case cst.Name() | cst.Attribute():
            return _named(operand)
    return opaque(operand)


def _of_function(operand: Operand) -> Reference | None:
    """What a function of the repository returns."""
    from migrator.syntax.python.resolve import returned  # arguments are text in turn

    value = returned(operand)
    inner = shape(value) if value is not None else None
    match inner:
        case Reference(template=(Expansion(plain=plain) as made,)) if plain is not None and made.resolved is None:
            span = operand.module.span(operand.node)
            return Reference(operand, (Expansion(operand.code, None, span, plain=plain, origin=operand),))
    if inner is None or not any(isinstance(part, Literal) for part in flatten(inner.template)):
        return None
    span = operand.module.span(operand.node)
    return Reference(operand, (Expansion(operand.code, None, span, inner.template, origin=operand),), inner)


def opaque(operand: Operand) -> Reference:
    """The expression as one expansion, with what is known about the texts that it can be."""
    values = possible(operand)
    name = environment_variable(operand)
    choices = _choices(operand) if values is None else ()
    span = operand.module.span(operand.node)
    member = isinstance(operand.node, cst.Subscript) and values is not None and len(values) == 1
    resolved = (Literal(values[0]),) if member and values else None
    return Reference(operand, (Expansion(operand.code, name, span, resolved, values, choices=choices, origin=operand),))


def _choices(operand: Operand) -> tuple[Template, ...]:
    """The texts that a name was given, of a call that of what the function returns, as far as they can be seen."""
    from migrator.syntax.python.resolve import returned

    inner = returned(operand)
    found = [inner] if inner is not None else [value for value in meanings(operand) if value is not operand]
    return tuple(text(value) for value in found if value is not None and value.frame.depth <= DEPTH)


def _flat(operand: Operand) -> Iterator[Shape]:
    """The units of a chain of the same kind; what stands in parentheses is a unit of its own."""
    node = operand.node
    assert isinstance(node, cst.ConcatenatedString | cst.BinaryOperation)
    for side in (node.left, node.right):
        chained = isinstance(side, type(node)) and not side.lpar
        if chained and isinstance(side, cst.BinaryOperation):
            chained = isinstance(side.operator, cst.Add)
        if chained:
            yield from _flat(operand.of(side))
        else:
            yield shape(operand.of(side))


_COUNTING = frozenset({("len",), ("int",), ("float",), ("sum",), ("round",), ("abs",)})


def _is_number(operand: Operand, depth: int = 0) -> bool:
    """Whether the expression is a number, as far as the program tells: `100 + build` puts no texts together."""
    match operand.node:
        case cst.Integer() | cst.Float():
            return True
        case cst.Call(func=func):
            return qualified(operand.of(func)) in _COUNTING
        case cst.Name() as name:
            found = definitions(operand.module, name)
            if len(found) == 1 and isinstance(found[0].target, cst.Param) and found[0].target.annotation is not None:
                return operand.module.code(found[0].target.annotation.annotation) in {"int", "float"}
            given = meanings(operand)
            return bool(given) and depth < DEPTH and all(m is not None and _is_number(m, depth + 1) for m in given)
    return False


def _textual(units: tuple[Shape, ...]) -> tuple[Shape, ...]:
    """The units of a `+`: beside a string, everything else has to be one."""
    if not any(isinstance(unit, Str | Fmt | Sum) for unit in units):
        return units
    return tuple(_as_text(unit) if isinstance(unit, Reference) else unit for unit in units)


def _as_text(unit: Reference) -> Reference:
    parts = (replace(part, textual=True) if isinstance(part, Expansion) else part for part in unit.template)
    return replace(unit, template=tuple(parts))


def _formatted(operand: Operand, node: cst.FormattedString) -> Shape:
    chunks: list[TextRun | FormatField] = []
    how = quoting(node)
    for part in node.parts:
        span = operand.module.span(part)
        if isinstance(part, cst.FormattedStringText):
            chunks.append(decode(part.value, span.start, how))
        elif isinstance(part, cst.FormattedStringExpression):
            plain = part.format_spec is None and part.equal is None and part.conversion in {None, "s"}
            inner = shape(operand.of(part.expression)) if plain else _spelled(operand, part)
            chunks.append(FormatField(span, inner))
    return Str(operand, tuple(chunks))


def _spelled(operand: Operand, part: cst.FormattedStringExpression) -> Reference:
    """A field with a format of its own, as an f-string that holds nothing else."""
    node = operand.node
    assert isinstance(node, cst.FormattedString)
    source = f"{node.start}{operand.module.code(part)}{node.end}"
    return Reference(operand.of(part.expression), (Expansion(source, span=operand.module.span(part), origin=operand),))


def _named(operand: Operand) -> Shape:
    """A name: the value that it was given when there is exactly one, else what can be told of it."""
    value = meaning(operand)
    if value is None:
        return _augmented(operand) or opaque(operand)
    inner = shape(value)
    if _is_worthless(inner):
        return opaque(operand)
    return Reference(
        operand,
        (Expansion(operand.code, None, operand.module.span(operand.node), inner.template, origin=operand),),
        inner,
    )


def _is_worthless(inner: Shape) -> bool:
    """Whether nothing more is known about the value than that it is some expression."""
    match inner.template:
        case (Expansion(name=None, resolved=None, values=None, plain=None, origin=other),):
            return isinstance(other, Operand) and not isinstance(other.node, cst.Name | cst.Attribute)
    return False


def _augmented(operand: Operand) -> Reference | None:
    """`url += tail` as the last thing that happened to the name: what it held before, and the tail."""
    if not isinstance(operand.node, cst.Name):
        return None
    found = definitions(operand.module, operand.node)
    if len(found) != 1 or found[0].kind is not DefinitionKind.AUGMENTED or found[0].value is None:
        return None
    target = found[0].target
    frame = operand.frame.deeper()
    assign = operand.module.parent(target)
    if not isinstance(assign, cst.AugAssign) or not isinstance(assign.operator, cst.AddAssign):
        return None
    if frame.depth > DEPTH or not isinstance(target, cst.Name):
        return None
    inner = Sum(operand, (shape(Operand(frame, target)), shape(Operand(frame, found[0].value))), augmented=True)
    return Reference(operand, (Expansion(operand.code, None, None, inner.template, origin=operand),), inner)


_QUOTES = frozenset(
    f"{module}.{name}"
    for module in ("urllib.parse", "urllib", "requests.utils", "requests.compat", "six.moves.urllib.parse")
    for name in ("quote", "quote_plus")
)
_JOINS = frozenset(
    {"urllib.parse.urljoin", "urlparse.urljoin", "requests.compat.urljoin", "six.moves.urllib.parse.urljoin"}
)
_PATH_JOINS = frozenset({"os.path.join", "posixpath.join"})
_PURE: Mapping[str, Callable[..., str]] = {
    "strip": str.strip,
    "lstrip": str.lstrip,
    "rstrip": str.rstrip,
    "lower": str.lower,
    "upper": str.upper,
    "replace": str.replace,
    "removeprefix": str.removeprefix,
    "removesuffix": str.removesuffix,
}


def call_shape(operand: Operand) -> Shape | None:
    """The shape of a call or a `%` that makes text; None for any other."""
    match operand.node:
        case cst.BinaryOperation(left=left, right=right):
            values = _percent_values(operand.of(right))
            return percent_formatted(operand, shape(operand.of(left)), _lookup(values))
        case cst.Call(func=cst.Attribute(value=value, attr=cst.Name(value=name)), args=args) if not _is_library(
            operand
        ):
            return _method(operand, operand.of(value), name, args)
        case cst.Call():
            return _function(operand, operand.node)
    return None


def _is_library(operand: Operand) -> bool:
    assert isinstance(operand.node, cst.Call)
    names = qualified(operand.of(operand.node.func))
    return any(name in _QUOTES or name in _JOINS or name in _PATH_JOINS for name in names)


def _function(operand: Operand, call: cst.Call) -> Shape | None:
    values = [arg.value for arg in call.args if arg.keyword is None and not arg.star]
    names = qualified(operand.of(call.func))
    if not values:
        return None
    if any(name in _QUOTES for name in names):
        return _encoded(operand, operand.of(values[0]))
    if any(name in _JOINS for name in names) and len(values) == 2:
        return _derived(operand, url_joined(text(operand.of(values[0])), text(operand.of(values[1]))))
    if any(name in _PATH_JOINS for name in names):
        return _derived(operand, path_joined([text(operand.of(value)) for value in values]))
    if names == ("str",) and len(call.args) == 1:
        inner = shape(operand.of(values[0]))
        known = static(inner.template)
        return Reference(operand, inner.template, inner, within=True) if known is not None else None
    return None


def _encoded(operand: Operand, inner: Operand) -> Reference:
    """Percent-encoded text: known text is encoded here, all else is known by what it encodes."""
    plain = text(inner)
    known = static(plain)
    if known is not None and known.isascii() and re.fullmatch(r"[\w.~-]*", known):
        return Reference(
            operand,
            (Expansion(operand.code, None, operand.module.span(operand.node), plain, plain=plain, origin=operand),),
        )
    return Reference(
        operand, (Expansion(operand.code, None, operand.module.span(operand.node), plain=plain, origin=operand),)
    )


def _derived(operand: Operand, template: Template | None) -> Reference | None:
    return Reference(operand, template) if template is not None else None


def _method(operand: Operand, receiver: Operand, name: str, args: Sequence[cst.Arg]) -> Shape | None:
    match name:
        case "format":
            named = {arg.keyword.value if arg.keyword is not None else str(i): arg for i, arg in enumerate(args)}
            values = {name: operand.of(arg.value) for name, arg in named.items() if not arg.star}
            complete = not any(arg.star for arg in args)
            return format_formatted(operand, shape(receiver), _lookup(values), complete=complete)
        case "substitute" | "safe_substitute":
            return _substituted(operand, receiver, args)
        case "encode" | "decode":
            inner = shape(receiver)
            known = name == "encode" or static(inner.template) is not None
            return Reference(operand, inner.template, inner, within=True) if known else None
        case "join":
            return _derived(operand, _joined(operand, text(receiver), args))
    return _evaluated(operand, receiver, name, args)


def _substituted(operand: Operand, receiver: Operand, args: Sequence[cst.Arg]) -> Reference | None:
    """`Template(text).substitute({…}, name=value)`; keywords come first."""
    held = meaning(receiver) if isinstance(receiver.node, cst.Name | cst.Attribute) else receiver
    if held is None or not isinstance(held.node, cst.Call) or len(held.node.args) != 1:
        return None
    raw = static(text(held.of(held.node.args[0].value)))
    if raw is None or "string.Template" not in qualified(held.of(held.node.func)):
        return None
    given = [operand.of(arg.value) for arg in args if arg.keyword is None and not arg.star]
    values = {key: value for mapping in given for key, value in _percent_values(mapping).items()}
    values |= {arg.keyword.value: operand.of(arg.value) for arg in args if arg.keyword is not None}
    return substituted(operand, raw, _lookup(values))


def _evaluated(operand: Operand, receiver: Operand, name: str, args: Sequence[cst.Arg]) -> Reference | None:
    """A method of known text with known arguments, called here."""
    if name not in _PURE or any(arg.star or arg.keyword is not None for arg in args):
        return None
    given = [static(text(operand.of(arg.value))) for arg in args]
    known = [value for value in given if value is not None]
    if name == "replace" and known == ["/", "%2F"]:
        return _encoded(operand, receiver)
    before = static(text(receiver))
    if before is None or len(known) < len(given):
        return None
    try:
        return Reference(operand, (Literal(_PURE[name](before, *known)),))
    except TypeError:
        return None


def _joined(operand: Operand, separator: Template, args: Sequence[cst.Arg]) -> Template | None:
    match args:
        case [cst.Arg(keyword=None, star="", value=cst.List(elements=elements) | cst.Tuple(elements=elements))]:
            if any(isinstance(element, cst.StarredElement) for element in elements):
                return None
            parts = [text(operand.of(element.value)) for element in elements]
            return tuple(part for i, piece in enumerate(parts) for part in ((*separator, *piece) if i else piece))
    return None


def _lookup(values: Mapping[Any, Operand]) -> Callable[[object], Shape | None]:
    """The shape of a value by its key; it is read when it is asked for."""
    return lambda key: shape(values[key]) if key in values else None


def _percent_values(right: Operand) -> dict[object, Operand]:
    match right.node:
        case cst.Tuple(elements=elements) if not any(isinstance(e, cst.StarredElement) for e in elements):
            return {index: right.of(element.value) for index, element in enumerate(elements)}
        case cst.Dict(elements=elements):
            pairs = [(element.key, element.value) for element in elements if isinstance(element, cst.DictElement)]
            return {static(text(right.of(key))): right.of(value) for key, value in pairs}
        case cst.Name() | cst.Attribute():
            held = unchanged(right)
            if held is not None and isinstance(held.node, cst.Dict):
                return _percent_values(held)
    return {0: right}


MANY = 100
"""More texts than this are as good as any text."""


def environment_variable(operand: Operand) -> str | None:
    """The environment variable that the expression reads, with or without a default."""
    match operand.node:
        case cst.Subscript(value=value, slice=[cst.SubscriptElement(slice=cst.Index(value=key))]):
            if "os.environ" in qualified(operand.of(value)):
                return static(text(operand.of(key)))
        case cst.Call(func=func, args=[cst.Arg(keyword=None, star="", value=key), *_]):
            if not {"os.environ.get", "os.getenv"}.isdisjoint(qualified(operand.of(func))):
                return static(text(operand.of(key)))
    return None


def possible(operand: Operand) -> tuple[str, ...] | None:
    """Every text that the expression can be, or None when that is not known."""
    if operand.frame.depth > DEPTH:
        return None
    match operand.node:
        case cst.IfExp(body=body, orelse=orelse):
            return _all([operand.of(body), operand.of(orelse)])
        case cst.Name() as name:
            return _of_name(operand, name)
        case cst.Attribute():
            return _of_attribute(operand)
        case cst.Subscript(value=value, slice=[cst.SubscriptElement(slice=cst.Index(value=key))]):
            return _member(operand.of(value), operand.of(key))
        case cst.Call(func=cst.Attribute(value=value, attr=cst.Name(value="get")), args=[cst.Arg(value=key), *rest]):
            found = _member(operand.of(value), operand.of(key))
            others = _all([operand.of(arg.value) for arg in rest]) if rest else None
            return _unique((*found, *others)) if found is not None and others is not None else None
    return None


def _all(operands: Iterable[Operand | None]) -> tuple[str, ...] | None:
    texts: list[str] = []
    for operand in operands:
        if operand is None or operand.frame.depth > DEPTH or not _is_text(operand):
            return None
        known = template_values(text(operand))
        if known is None:
            return None
        texts += known
    return _unique(texts)


def _unique(texts: Iterable[str]) -> tuple[str, ...] | None:
    found = tuple(dict.fromkeys(texts))
    return found if 0 < len(found) <= MANY else None


def _is_text(operand: Operand) -> bool:
    """Whether the expression cannot be `None` or a container that `str()` would spell."""
    match operand.node:
        case cst.Name(value="None" | "True" | "False") | cst.List() | cst.Dict() | cst.Tuple() | cst.Set():
            return False
    return True


def _of_name(operand: Operand, name: cst.Name) -> tuple[str, ...] | None:
    found = definitions(operand.module, name)
    if len(found) == 1 and found[0].kind is DefinitionKind.LOOP and found[0].value is not None:
        frame = frame_of(operand.frame, found[0].target)
        return _items(Operand(frame, found[0].value))
    if len(found) == 1 and found[0].kind is DefinitionKind.LOOP_PART and found[0].value is not None:
        each = parts(Operand(frame_of(operand.frame, found[0].target), found[0].value), found[0].index)
        return _all(each) if each is not None else None
    if len(found) == 1 and isinstance(found[0].target, cst.Param):
        return _all(arguments_for(operand, found[0].target))
    several = meanings(operand)
    return _all(several) if len(several) > 1 else None


def _of_attribute(operand: Operand) -> tuple[str, ...] | None:
    choices = option_choices(operand)
    if choices is not None:
        return _items(choices)
    several = meanings(operand)
    return _all(several) if len(several) > 1 else None


def _items(operand: Operand) -> tuple[str, ...] | None:
    """The texts in a literal list, tuple or set, or the keys of a literal dict."""
    if operand.frame.depth > DEPTH:
        return None
    match operand.node:
        case cst.List(elements=elements) | cst.Tuple(elements=elements) | cst.Set(elements=elements):
            if any(isinstance(element, cst.StarredElement) for element in elements):
                return None
            return _all([operand.of(element.value) for element in elements])
        case cst.Dict(elements=elements):
            keys = [element.key for element in elements if isinstance(element, cst.DictElement)]
            return _all([operand.of(key) for key in keys]) if len(keys) == len(elements) else None
        case cst.Name() | cst.Attribute():
            value = meaning(operand)
            return _items(value) if value is not None and not may_be_changed(operand) else None
        case cst.Call(func=func, args=[cst.Arg(value=value)]) if qualified(operand.of(func)) in {
            ("sorted",),
            ("list",),
        }:
            return _items(operand.of(value))
    return None


def _member(container: Operand, key: Operand) -> tuple[str, ...] | None:
    """The value behind a key of a literal dict, or all its values when the key is not known."""
    node = container.node
    if isinstance(node, cst.Name | cst.Attribute):
        value = meaning(container)
        return _member(value, key) if value is not None and not may_be_changed(container) else None
    if not isinstance(node, cst.Dict) or not all(isinstance(element, cst.DictElement) for element in node.elements):
        return None
    known = static(text(key))
    pairs = [(element.key, element.value) for element in node.elements if isinstance(element, cst.DictElement)]
    chosen = [value for name, value in pairs if known is None or static(text(container.of(name))) == known]
    return _all([container.of(value) for value in chosen])
