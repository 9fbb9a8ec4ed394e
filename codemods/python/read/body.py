"""Read what a Python request carries: a JSON object, a form, or text, with the place of every field."""

from __future__ import annotations

import codecs
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import libcst as cst

from codemods.python.libraries.request import FormValues, RequestPart
from codemods.python.read.encoded import encoded_part
from codemods.python.read.wire import Wire, by_own_encoder, constant, form_wire, json_wire, put_into_text
from migrator.circleci.api.form import form_fields
from migrator.circleci.api.v1_request import TOKEN_FIELDS, BodyKind, Field, json_fields, refuse_further_fields
from migrator.errors import Refusal
from migrator.model import Expansion, Literal, Note, Severity, Value, flatten, static
from migrator.model import values as template_values
from migrator.syntax.json import JsonError, looks_like_json, parse_json
from migrator.syntax.python.program import DEPTH, Operand, operand_of
from migrator.syntax.python.records import record
from migrator.syntax.python.resolve import meaning, qualified, returned
from migrator.syntax.python.scope import definitions
from migrator.syntax.python.text import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codemods.python.libraries.request import Argument, Request
    from migrator.model import Template
    from migrator.syntax.python.records import Record, RecordEntry

_UNREADABLE = "What the body will be cannot be seen here. Write the payload as a dict at the call, then run this again."
_PARAMETERS = "build_parameters"
_ASCII = 127


class Encoding(StrEnum):
    """How the fields are written in the body."""

    NONE = "none"
    JSON = "json"
    FORM = "form"
    TEXT = "text"


@dataclass(frozen=True, slots=True, eq=False)
class BodyLeaf:
    """One field that is sent: where it stands, and how its value goes on.

    Where a field is set several times, only the last place `counts`, with all values that it can have.
    """

    field: Field
    entry: RecordEntry | None = None
    wire: Wire | None = None
    counts: bool = True

    @property
    def sure(self) -> bool:
        """Whether the field is sent whenever the request is."""
        return self.entry is None or self.entry.sure


@dataclass(frozen=True, slots=True, eq=False)
class PythonBody:
    """The body of a request. `outer` is its mapping, `inner` the one under `build_parameters`.

    `argument` carries it; `encoder` is the call that makes text of the mapping (`json.dumps`, `urlencode`); `kind` is
    what the bytes are.
    """

    encoding: Encoding = Encoding.NONE
    argument: Argument | None = None
    leaves: tuple[BodyLeaf, ...] = ()
    outer: Record | None = None
    inner: Record | None = None
    encoder: Operand | None = None
    kind: BodyKind | None = None
    notes: tuple[Note, ...] = ()

    @property
    def encoded(self) -> BodyKind | None:
        """What the library makes of the body; None where it is given text."""
        by_library = self.encoder is None and (self.encoding is not Encoding.TEXT or self.kind is BodyKind.MULTIPART)
        return self.kind if by_library else None


NO_BODY = PythonBody()
"""The body of a request that carries none."""


def is_empty(argument: Argument) -> bool:
    """Whether an argument that can carry a body carries none: `data=None`, `data=b""`."""
    operand = argument.operand
    is_text = isinstance(operand.node, cst.SimpleString) and operand.node.raw_value == ""
    return is_text or constant(operand) == (True, None)


@dataclass(frozen=True, slots=True, eq=False)
class PythonContent:
    """What a request is given to send: the `operand` of a mapping, or of text whose `kind` is None.

    `encoder` is the call that makes text of the mapping (`json.dumps`, `urlencode`).
    """

    argument: Argument
    operand: Operand
    kind: BodyKind | None = None
    encoder: Operand | None = None

    @property
    def encoded(self) -> BodyKind | None:
        """What the library makes of it; None where it is given text."""
        return self.kind if self.encoder is None else None


def content_of(request: Request) -> PythonContent | None:
    """What the request sends; None when that is nothing. Raises Refusal for several bodies."""
    carriers = [
        (part, argument)
        for part, argument in request.arguments
        if part in {RequestPart.JSON, RequestPart.DATA, RequestPart.RAW, RequestPart.MULTIPART}
        and not is_empty(argument)
    ]
    if not carriers:
        return None
    if len(carriers) > 1:
        raise Refusal("two-bodies", "The request is given two bodies. Keep the one that is meant.")
    part, argument = carriers[0]
    match part:
        case RequestPart.JSON:
            return PythonContent(argument, argument.operand, BodyKind.JSON)
        case RequestPart.MULTIPART:
            return PythonContent(argument, argument.operand, BodyKind.MULTIPART)
        case RequestPart.DATA if record(argument.operand) is not None:
            return PythonContent(argument, argument.operand, BodyKind.FORM)
    return PythonContent(argument, *encoded_text(argument.operand))


def encoded_text(operand: Operand) -> tuple[Operand, BodyKind | None, Operand | None]:
    """The mapping that an expression makes text of, what it makes of it, and the call that does; else the text."""
    plain = unwrapped(operand)
    match plain.node:
        case cst.Call(func=func, args=[cst.Arg(value=value), *_]):
            names = set(qualified(plain.of(func)))
            if "json.dumps" in names:
                return plain.of(value), BodyKind.JSON, plain
            if names & {"urllib.parse.urlencode", "urllib.urlencode", "six.moves.urllib.parse.urlencode"}:
                return plain.of(value), BodyKind.FORM, plain
    return plain, None, None


def read_body(request: Request) -> PythonBody:
    """Read the fields. Raises Refusal for a body that cannot be known or understood."""
    content = content_of(request)
    if content is None:
        return NO_BODY
    match content.kind:
        case BodyKind.JSON:
            return _encoded(request, content, _json(content))
        case BodyKind.MULTIPART:
            return _multipart(content.argument)
        case BodyKind.FORM:
            style = _urlencode(content.encoder) if content.encoder else request.dialect.form
            return _encoded(request, content, _form(content, style))
    return _encoded(request, content, _text(content))


def _urlencode(encoder: Operand) -> FormValues:
    """How `urlencode` writes a value: with `doseq` text stays as it is, also that of an enumeration's member."""
    assert isinstance(encoder.node, cst.Call)
    named = [arg.value for arg in encoder.node.args if arg.keyword is not None and arg.keyword.value == "doseq"]
    plain = [arg.value for arg in encoder.node.args if arg.keyword is None][1:2]
    doseq = next(iter((*named, *plain)), None)
    is_plain = doseq is None or encoder.module.code(doseq) == "False"
    return FormValues.URLENCODE if is_plain else FormValues.AIOHTTP


_UTF_8 = frozenset({"utf-8", "utf-8-sig"})
_PLAIN = "".join(map(chr, range(32, 127)))


def _encoded(request: Request, content: PythonContent, body: PythonBody) -> PythonBody:
    """The body with what is to say about bytes that are no UTF-8, which v1.1 read. Raises Refusal where they differ."""
    if content.encoded is not None:
        return body
    used = _encoding(content.argument.operand) or ("iso8859-1" if request.dialect.latin else "utf-8")
    if content.encoder is not None:
        assert isinstance(content.encoder.node, cst.Call)
        used = _named_encoding(content.encoder, content.encoder.node, first=None) or used
    if used in _UTF_8:
        return body
    # What json.dumps and urlencode write is ASCII, unless they are told otherwise.
    is_ascii = content.encoder is not None and "ensure_ascii" not in content.encoder.code
    if not _is_like_ascii(used) or (content.encoder is not None and not is_ascii):
        raise Refusal("encoded-value", "The body is encoded as something else than UTF-8. Encode it as UTF-8.")
    if is_ascii:
        return body
    return replace(body, notes=tuple(_about_encoding(request, content.operand, used)))


def _about_encoding(request: Request, operand: Operand, used: str) -> Iterator[Note]:
    """What is to say about text in an encoding like ISO-8859-1. Raises Refusal for text that is known to differ."""
    how = f"{request.dialect.name} sends" if used == "iso8859-1" and request.dialect.latin else "The call sends"
    parts = flatten(text(operand))
    for part in parts:
        known = (part.text,) if isinstance(part, Literal) else part.values
        wrong = next((char for each in known or () for char in each if ord(char) > _ASCII), None)
        if wrong is not None:
            what = f"{how} `{wrong}` as {used.upper()}, or fails, where v1.1 read UTF-8."
            raise Refusal("encoded-value", f"{what} Encode the text as UTF-8, or send it as JSON.")
    names = [part.source for part in parts if isinstance(part, Expansion) and part.values is None]
    if names:
        listed = ", ".join(f"`{name}`" for name in dict.fromkeys(names))
        message = f"{how} text as {used.upper()}: {listed} is taken to hold ASCII, for which v2 gets the same."
        yield Note("form-characters", Severity.INFO, message)


def _encoding(operand: Operand) -> str:
    """How the program encodes the text, by Python's name; empty where it does not, `?` where that is not seen."""
    if operand.frame.depth > DEPTH:
        return "?"
    match operand.node:
        case cst.Call(func=cst.Attribute(attr=cst.Name(value="encode"))) as call:
            return _named_encoding(operand, call, first=0) or "utf-8"
        case cst.Call(func=func) as call if qualified(operand.of(func)) == ("bytes",):
            return _named_encoding(operand, call, first=1) or "utf-8"
        case cst.SimpleString():
            return "utf-8" if "b" in operand.node.prefix.lower() else ""
        case cst.Name() | cst.Attribute():
            behind = meaning(operand)
            return _encoding(behind) if behind is not None else ""
    return ""


def _named_encoding(operand: Operand, call: cst.Call, *, first: int | None) -> str:
    """The encoding that a call is given, by its keyword or as the argument number `first`; empty for none."""
    plain = [arg for arg in call.args if arg.keyword is None and not arg.star]
    named = [arg for arg in call.args if arg.keyword is not None and arg.keyword.value == "encoding"]
    given = [*named, *(plain[first : first + 1] if first is not None else ())]
    if not given:
        return ""
    try:
        return codecs.lookup(static(text(operand.of(given[0].value))) or "?").name
    except LookupError:
        return "?"


def _is_like_ascii(encoding: str) -> bool:
    """Whether an encoding spells ASCII as ASCII does."""
    try:
        return _PLAIN.encode(encoding) == _PLAIN.encode("ascii")
    except (LookupError, ValueError):
        return False


def _json(content: PythonContent) -> PythonBody:
    return replace(mapping_of(content.operand, content.encoder), argument=content.argument)


def mapping_of(operand: Operand, encoder: Operand | None) -> PythonBody:
    """The fields of a mapping that `encoder`, or a client library, makes JSON of. Raises Refusal."""
    found = record(operand)
    if found is None:
        raise Refusal("unreadable-payload", _UNREADABLE)
    holder = found.get(_PARAMETERS)
    inner = record(holder.value) if holder is not None else None
    if holder is not None and inner is None:
        raise Refusal("unreadable-payload", f"The value of `{_PARAMETERS}` cannot be seen here. Write it as a dict.")
    leaves = [_json_leaf(entry) for entry in found.entries if entry.name != _PARAMETERS]
    added = [entry for path, entry in found.inner if path == _PARAMETERS]
    if len(added) < len(found.inner):
        raise Refusal("unreadable-payload", _UNREADABLE)
    nested = [*(inner.entries if inner is not None else ()), *added]
    leaves += [_parameter_leaf(entry) for entry in nested]
    if encoder is not None and _has_own_encoder(encoder):
        leaves = [_by_own_encoder(leaf) for leaf in leaves]
    return PythonBody(Encoding.JSON, None, settled(leaves), found, inner, encoder, BodyKind.JSON)


def _has_own_encoder(encoder: Operand) -> bool:
    assert isinstance(encoder.node, cst.Call)
    named = {arg.keyword.value for arg in encoder.node.args if arg.keyword is not None}
    return bool(named & {"default", "cls"}) or any(arg.star == "**" for arg in encoder.node.args)


def _by_own_encoder(leaf: BodyLeaf) -> BodyLeaf:
    if leaf.entry is None or leaf.wire is None:
        return leaf
    wire = by_own_encoder(leaf.wire, leaf.entry.value, f"`{leaf.entry.name}`")
    return replace(leaf, wire=wire)


def read_parameters(argument: Argument) -> tuple[BodyLeaf, ...]:
    """The fields of a JSON mapping that a client library sends on. Raises Refusal."""
    return mapping_of(argument.operand, None).leaves


def settled(leaves: Sequence[BodyLeaf]) -> tuple[BodyLeaf, ...]:
    """The fields, each name counted once: what is set again, or under a condition, has all values that it can have."""
    last = {leaf.field.name: leaf for leaf in leaves if leaf.field.name}
    done: list[BodyLeaf] = []
    for leaf in leaves:
        same = [other for other in leaves if other.field.name == leaf.field.name]
        if leaf.field.name and len(same) > 1:
            leaf = _merged(leaf, same) if last[leaf.field.name] is leaf else replace(leaf, counts=False)
        done.append(leaf)
    return tuple(done)


def _merged(leaf: BodyLeaf, same: Sequence[BodyLeaf]) -> BodyLeaf:
    """The last of several places that set a field, with the values of all that can count."""
    certain = [index for index, other in enumerate(same) if other.sure]
    reaching = same[certain[-1] :] if certain else same
    texts = [template_values(other.field.value.template) for other in reaching]
    known = tuple(dict.fromkeys(text for found in texts for text in found or ()))
    entry = leaf.entry
    assert entry is not None
    hole = Expansion(entry.value.code, values=known if None not in texts else None, origin=entry.value)
    value = leaf.field.value if len(reaching) == 1 else Value((hole,), exact=True)
    return replace(leaf, field=Field(leaf.field.name, value), entry=replace(entry, sure=bool(certain)))


def _json_leaf(entry: RecordEntry) -> BodyLeaf:
    """A field beside `build_parameters`; v1.1 took null for one that is not there."""
    name = _named(entry)
    if constant(entry.value) == (True, None):
        return BodyLeaf(Field("", Value(())), entry, Wire((), absent=True))
    wire = json_wire(entry.value, name)
    return BodyLeaf(Field(name, Value(wire.template, exact=True)), entry, _as_name(entry, wire))


def _as_name(entry: RecordEntry, wire: Wire) -> Wire:
    """Jobs, branches, tags and commits are names: v1.1 could not have used what is no text for one."""
    is_constant = constant(entry.value)[0]
    return wire if is_constant or wire.code is None else Wire(text(entry.value), None, ())


def _parameter_leaf(entry: RecordEntry) -> BodyLeaf:
    wire = json_wire(entry.value, str(entry.name))
    wire = _as_name(entry, wire) if entry.name == "CIRCLE_JOB" else wire
    return BodyLeaf(Field(f"{_PARAMETERS}[{_named(entry)}]", Value(wire.template, exact=True)), entry, wire)


def _named(entry: RecordEntry) -> str:
    if entry.name is None:
        code = entry.owner.module.code(entry.key)
        raise Refusal(
            "dynamic-field",
            f"The field name `{code}` is known only at run time. Write the names out, then run this again.",
        )
    return entry.name


def _form(content: PythonContent, style: FormValues) -> PythonBody:
    found = record(content.operand)
    if found is None:
        raise Refusal("unreadable-payload", _UNREADABLE)
    if found.spread:
        raise Refusal("payload-spread", "The form takes in another dict with `**`. Write its keys out at the call.")
    if found.inner:
        raise Refusal("unreadable-payload", _UNREADABLE)
    leaves: list[BodyLeaf] = []
    for entry in found.entries:
        name = _named(entry)
        if name == _PARAMETERS:
            raise Refusal(
                "parameters-not-a-map",
                "`build_parameters` is a dict inside a form, which is not sent as one. Send it with `json=`.",
            )
        wire = form_wire(entry.value, name, style)
        field = Field("" if wire.absent else name, Value(wire.template, exact=True))
        leaves.append(BodyLeaf(field, entry, wire))
    return PythonBody(Encoding.FORM, content.argument, settled(leaves), found, None, content.encoder, BodyKind.FORM)


def _multipart(argument: Argument) -> PythonBody:
    """`files={"name": (None, "value")}` in requests and httpx, `fields={"name": "value"}` in urllib3."""
    found = record(argument.operand)
    if found is None or found.inner or found.spread:
        raise Refusal("unreadable-payload", _UNREADABLE)
    leaves = [
        BodyLeaf(Field(_named(entry), Value(_plain_part(entry), exact=True)), None, None) for entry in found.entries
    ]
    return PythonBody(Encoding.TEXT, argument, tuple(leaves), kind=BodyKind.MULTIPART)


def _plain_part(entry: RecordEntry) -> Template:
    value = entry.value
    match value.node:
        case cst.Tuple(elements=[cst.Element(value=cst.Name(value="None")), cst.Element(value=inner), *_]):
            value = value.of(inner)
        case cst.Tuple() | cst.Call():
            if entry.name == "config":
                return ()
            raise Refusal("payload-in-file", f"`{entry.name}` is read from a file. {_UNREADABLE}")
    return form_wire(value, str(entry.name), FormValues.URLENCODE).template


def unwrapped(operand: Operand) -> Operand:
    """The text behind names, `.encode()` and `bytes(…)`."""
    if operand.frame.depth > DEPTH:
        return operand
    match operand.node:
        case cst.Call(func=cst.Attribute(value=value, attr=cst.Name(value="encode"))):
            return unwrapped(operand.of(value))
        case cst.Call(func=func, args=[cst.Arg(value=value), *_]) if qualified(operand.of(func)) == ("bytes",):
            return unwrapped(operand.of(value))
        case cst.Name() | cst.Attribute():
            behind = meaning(operand)
            return unwrapped(behind) if behind is not None else operand
        case cst.Call():
            inner = returned(operand)
            made = unwrapped(inner) if inner is not None else None
            return made if made is not None and qualified(_function(made)) in _ENCODERS else operand
    return operand


def encoded_names(operand: Operand) -> Iterator[tuple[Operand, Operand]]:
    """The names through which a request gets text that an encoder made, each with what it holds.

    `body = json.dumps(payload)` is read by all that read `body`; who else reads `payload` is found out with that.
    """
    if operand.frame.depth > DEPTH:
        return
    match operand.node:
        case cst.Call(func=cst.Attribute(value=value, attr=cst.Name(value="encode"))):
            yield from encoded_names(operand.of(value))
        case cst.Call(func=func, args=[cst.Arg(value=value), *_]) if qualified(operand.of(func)) == ("bytes",):
            yield from encoded_names(operand.of(value))
        case cst.Name() | cst.Attribute():
            behind = meaning(operand)
            inner = list(encoded_names(behind)) if behind is not None else []
            if behind is not None and (inner or qualified(_function(behind)) in _ENCODERS):
                yield from ((operand, behind), *inner)


def _function(operand: Operand) -> Operand:
    """What is called, down to the encoder in `json.dumps(…).encode()`; the expression itself where nothing is."""
    match operand.node:
        case cst.Call(func=cst.Attribute(value=cst.Call() as inner, attr=cst.Name(value="encode"))):
            return _function(operand.of(inner))
        case cst.Call(func=func):
            return operand.of(func)
    return operand


_ENCODERS = frozenset({("json.dumps",), ("urllib.parse.urlencode",)})


def _text(content: PythonContent) -> PythonBody:
    leaves = tuple(BodyLeaf(_in_text(field)) for field in _text_fields(content.operand))
    kind = BodyKind.JSON if looks_like_json(text(content.operand)) else BodyKind.FORM
    return PythonBody(Encoding.TEXT, content.argument, leaves, kind=kind)


def _in_text(field: Field) -> Field:
    """The field with its value called by what makes text of it: the text that it is put into."""
    return replace(field, value=replace(field.value, template=put_into_text(field.value.template)))


def _text_fields(operand: Operand) -> Iterator[Field]:
    parts = text(operand)
    if not looks_like_json(parts):
        encoded = encoded_part(parts)
        if encoded is not None:
            message = (
                f"`{encoded}` may be percent-encoded in a form that is text; v2 wants the plain value. Send a dict."
            )
            raise Refusal("encoded-value", message)
        for hole in (part for part in flatten(parts) if isinstance(part, Expansion)):
            refuse_further_fields(hole.source, _definitions(hole))
        yield from form_fields(parts)
        return
    try:
        yield from json_fields(parse_json(parts))
    except JsonError as error:
        message = f"The body is not JSON: {error.message}. Correct it, then run this again."
        raise Refusal("payload-not-json", message) from error


def _definitions(hole: Expansion) -> Iterator[str]:
    """The code of everything that is assigned to the name that the value is."""
    operand = operand_of(hole)
    if operand is not None and isinstance(operand.node, cst.Name):
        for definition in definitions(operand.module, operand.node):
            if definition.value is not None:
                yield operand.module.code(definition.value)


def token_leaf(body: PythonBody) -> BodyLeaf | None:
    """The field that carries the token, if the body does."""
    return next((leaf for leaf in body.leaves if leaf.field.name in TOKEN_FIELDS), None)
