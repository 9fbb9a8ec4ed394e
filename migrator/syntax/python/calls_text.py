"""Text that a call makes: `%` and `.format`, joining, encoding, and string methods on known text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import libcst as cst

from migrator.model import Literal, Template, static
from migrator.syntax.python.names import qualified
from migrator.syntax.python.text import Fmt, Hole, Piece, Ref, Shape, shape, text
from migrator.syntax.text.templates import Marked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from migrator.syntax.python.program import Operand

_PERCENT = re.compile(r"%(?:\((?P<key>[^)]*)\))?(?P<flags>[-#0 +]*)(?P<width>[\d*]*(?:\.[\d*]+)?)(?P<kind>[a-zA-Z%])")
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
            return _percent(operand, shape(operand.of(left)), operand.of(right))
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
        return _derived(operand, _url_joined(text(operand.of(values[0])), text(operand.of(values[1]))))
    if any(name in _PATH_JOINS for name in names):
        return _derived(operand, _path_joined([text(operand.of(value)) for value in values]))
    if names == ("str",) and len(call.args) == 1:
        inner = shape(operand.of(values[0]))
        known = static(inner.template)
        return Ref(operand, inner.template, inner, within=True) if known is not None else None
    return None


def _encoded(operand: Operand, inner: Operand) -> Ref:
    """Percent-encoded text: known text is encoded here, all else is known by what it encodes."""
    plain = text(inner)
    known = static(plain)
    if known is not None and known.isascii() and re.fullmatch(r"[\w.~-]*", known):
        return Ref(operand, (Hole(operand.code, None, operand.module.span(operand.node), plain, None, operand, plain),))
    return Ref(operand, (Hole(operand.code, None, operand.module.span(operand.node), None, None, operand, plain),))


def _derived(operand: Operand, template: Template | None) -> Ref | None:
    return Ref(operand, template) if template is not None else None


def _method(operand: Operand, receiver: Operand, name: str, args: Sequence[cst.Arg]) -> Shape | None:
    match name:
        case "format":
            return _format(operand, shape(receiver))
        case "encode" | "decode":
            inner = shape(receiver)
            known = name == "encode" or static(inner.template) is not None
            return Ref(operand, inner.template, inner, within=True) if known else None
        case "join":
            return _derived(operand, _joined(operand, text(receiver), args))
    return _evaluated(operand, receiver, name, args)


def _evaluated(operand: Operand, receiver: Operand, name: str, args: Sequence[cst.Arg]) -> Ref | None:
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
        return Ref(operand, (Literal(_PURE[name](before, *known)),))
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


def _url_joined(base: Template, path: Template) -> Template | None:
    """`urljoin` where the base is known: only the beginning of the path decides what is kept of it."""
    known, marked = static(base), Marked.of(path).text
    if known is None or ".." in marked or marked.startswith("//"):
        return None
    if urlsplit(marked).scheme:
        return path
    kept = urljoin(known, "/x" if marked.startswith("/") else "x")
    return (Literal(kept[: -2 if marked.startswith("/") else -1]), *path)


def _path_joined(parts: list[Template]) -> Template | None:
    joined: Template = ()
    for part in parts:
        marked = Marked.of(joined).text
        if Marked.of(part).text.startswith("/"):
            joined = part
        else:
            joined = (*joined, *((Literal("/"),) if marked and not marked.endswith("/") else ()), *part)
    return joined


def _percent(operand: Operand, base: Shape, right: Operand) -> Shape | None:
    raw = static(base.template)
    if raw is None:
        return None
    pieces: list[Piece] = []
    values = _percent_values(right)
    at = index = 0
    known = True
    for found in _PERCENT.finditer(raw):
        pieces.append(Piece(at, found.start(), raw[at : found.start()]))
        at = found.end()
        if found["kind"] == "%":
            pieces.append(Piece(found.start(), at, "%"))
            continue
        value = values.get(found["key"] if found["key"] is not None else index)
        index += found["key"] is None
        plain = not found["flags"] and not found["width"] and found["kind"] in "sd"
        known = known and plain and value is not None
        inner = shape(value) if value is not None and plain else _unseen(operand, found[0])
        pieces.append(Piece(found.start(), at, value=inner))
    pieces.append(Piece(at, len(raw), raw[at:]))
    return _formatted(operand, base, pieces, known=known and len(pieces) > 1)


def _formatted(operand: Operand, base: Shape, pieces: list[Piece], *, known: bool) -> Shape:
    """The formatted text; one that is understood in part can be read and not be edited."""
    made = Fmt(operand, base, tuple(pieces))
    return made if known else Ref(operand, made.template)


def _unseen(operand: Operand, field: str) -> Ref:
    """A value of which only the field is known that it is put into."""
    return Ref(operand, (Hole(field),))


def _percent_values(right: Operand) -> dict[object, Operand]:
    match right.node:
        case cst.Tuple(elements=elements) if not any(isinstance(e, cst.StarredElement) for e in elements):
            return {index: right.of(element.value) for index, element in enumerate(elements)}
        case cst.Dict(elements=elements):
            pairs = [(element.key, element.value) for element in elements if isinstance(element, cst.DictElement)]
            return {static(text(right.of(key))): right.of(value) for key, value in pairs}
    return {0: right}


def _format(operand: Operand, base: Shape) -> Shape | None:
    raw = static(base.template)
    assert isinstance(operand.node, cst.Call)
    if raw is None:
        return None
    values: dict[str, Operand] = {}
    for index, arg in enumerate(operand.node.args):
        if not arg.star:
            values[arg.keyword.value if arg.keyword is not None else str(index)] = operand.of(arg.value)
    pieces = list(_format_pieces(operand, raw, values))
    known = not any(arg.star for arg in operand.node.args)
    return _formatted(operand, base, pieces, known=known and not any(_is_unseen(piece) for piece in pieces))


def _is_unseen(piece: Piece) -> bool:
    parts = piece.value.template if piece.value is not None else ()
    return any(isinstance(part, Hole) and part.operand is None for part in parts)


def _format_pieces(operand: Operand, raw: str, values: Mapping[str, Operand]) -> Iterator[Piece]:
    """The pieces; a field that is not a plain `{}`, `{0}` or `{name}` with a value to it is not seen through."""
    at = index = 0
    for found in re.finditer(r"\{\{|\}\}|\{([^{}]*)\}", raw):
        yield Piece(at, found.start(), raw[at : found.start()])
        at = found.end()
        if found[1] is None:
            yield Piece(found.start(), at, found[0][0])
            continue
        name = found[1].removesuffix("!s") or str(index)
        index += not found[1].removesuffix("!s")
        value = shape(values[name]) if name in values else _unseen(operand, found[0])
        yield Piece(found.start(), at, value=value)
    yield Piece(at, len(raw), raw[at:])
