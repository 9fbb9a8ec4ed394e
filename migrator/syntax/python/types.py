"""Which types the value of an expression can have, as far as the text of the program tells."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

import libcst as cst
from libcst import matchers

from migrator.syntax.memo import Question
from migrator.syntax.python.containers import parts
from migrator.syntax.python.program import DEPTH, Operand
from migrator.syntax.python.reach import ends, is_set
from migrator.syntax.python.resolve import enter, frame_of, instance, meanings, qualified
from migrator.syntax.python.scope import DefinitionKind, definitions, dotted_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from migrator.syntax.python.scope import NameDefinition

Types = frozenset[str]
"""Names of types: `str`, `int`, `float`, `bool`, `None`, `bytes`, `dict`, `list`."""

TEXT_METHODS = frozenset(
    {"capitalize", "casefold", "center", "decode", "expandtabs", "format", "join", "ljust", "lower", "lstrip", "rjust"}
    | {"removeprefix", "removesuffix", "replace", "rstrip", "strftime", "isoformat", "strip", "swapcase", "title"}
    | {"translate", "upper", "zfill", "hexdigest"}
)
"""Methods whose result is text, whatever has them: those of `str`, and a few of dates and digests."""

_DISPLAYS: Mapping[type, str] = {
    cst.FormattedString: "str",
    cst.Integer: "int",
    cst.Float: "float",
    cst.Dict: "dict",
    cst.DictComp: "dict",
    cst.List: "list",
    cst.ListComp: "list",
    cst.Tuple: "list",
    cst.Comparison: "bool",
}
_CALLS = {
    "str": "str",
    "input": "str",
    "repr": "str",
    "format": "str",
    "json.dumps": "str",
    "urllib.parse.quote": "str",
    "urllib.parse.quote_plus": "str",
    "os.path.basename": "str",
    "os.path.join": "str",
    "subprocess.getoutput": "str",
    "os.getcwd": "str",
    "getpass.getpass": "str",
    "int": "int",
    "len": "int",
    "float": "float",
    "time.time": "float",
    "bool": "bool",
    "isinstance": "bool",
    "os.path.exists": "bool",
    "dict": "dict",
    "list": "list",
}
_ANNOTATIONS = {"str", "int", "float", "bool", "None", "bytes", "dict", "list"}
STR = frozenset({"str"})
_BYTES = frozenset({"bytes"})
_AS_TEXT = frozenset({"text", "universal_newlines", "encoding", "errors"})
"""What makes a program's output text. Source: Python docs, subprocess, "Frequently Used Arguments"."""


def types(operand: Operand) -> Types | None:
    """All types that the value can have, or None when the program does not tell."""
    if operand.frame.depth > DEPTH:
        return None
    display = _DISPLAYS.get(type(operand.node))
    if display is not None:
        return frozenset({display})
    match operand.node:
        case cst.SimpleString(prefix=prefix):
            return frozenset({"bytes"}) if "b" in prefix.lower() else STR
        case cst.ConcatenatedString(left=left):
            return types(operand.of(left))
        case cst.UnaryOperation(operator=cst.Not()):
            return frozenset({"bool"})
        case cst.Name() as name:
            return _of_name(operand, name)
    return _of_operation(operand)


def _of_operation(operand: Operand) -> Types | None:
    match operand.node:
        case cst.IfExp(body=body, orelse=orelse):
            return _union([types(operand.of(body)), types(operand.of(orelse))])
        case cst.BooleanOperation(left=left, right=right, operator=kind):
            first = types(operand.of(left))
            if first is not None and isinstance(kind, cst.Or):
                first -= {"None"}
            return _union([first, types(operand.of(right))])
        case cst.BinaryOperation(left=left, right=right, operator=cst.Add()):
            sides = (types(operand.of(left)), types(operand.of(right)))
            return STR if STR in sides else sides[0] if sides[0] == sides[1] else None
        case cst.BinaryOperation(operator=cst.Subtract() | cst.Divide() | cst.FloorDivide() | cst.Power()):
            return frozenset({"int", "float"})
        case cst.BinaryOperation(left=left, operator=cst.Modulo()):
            return STR if types(operand.of(left)) == STR else None
        case cst.Call() as call:
            return _of_call(operand, call)
        case cst.Attribute():
            return _of_attribute(operand)
        case cst.Subscript(value=value, slice=[cst.SubscriptElement(slice=cst.Index())]):
            names = {*qualified(operand.of(value))}
            return STR if names & {"os.environ", "sys.argv"} else None
    return None


def _union(found: Iterable[Types | None]) -> Types | None:
    known = list(found)
    if not known or None in known:
        return None
    return frozenset(name for group in known if group is not None for name in group)


def _of_name(operand: Operand, name: cst.Name) -> Types | None:
    if name.value in {"True", "False"}:
        return frozenset({"bool"})
    if name.value == "None":
        return frozenset({"None"})
    found = definitions(operand.module, name)
    if len(found) == 1 and found[0].kind is DefinitionKind.PARAMETER:
        bound = operand.frame.arguments.get(name.value)
        inside = operand.module.function(found[0].target) is operand.frame.function
        is_bound = bound is not None and inside and operand.frame.call is not None
        given = types(bound) if is_bound and bound is not None else _of_parameter(operand, found[0].target)
        return _where_read(operand, given, found[0].target)
    if len(found) == 1 and found[0].kind is DefinitionKind.LOOP and found[0].value is not None:
        return _of_items(Operand(frame_of(operand.frame, found[0].target), found[0].value))
    if len(found) == 1 and found[0].kind is DefinitionKind.LOOP_PART and found[0].value is not None:
        each = parts(Operand(frame_of(operand.frame, found[0].target), found[0].value), found[0].index)
        return _union([types(part) for part in each]) if each is not None else None
    return _union([_of_meaning(operand, m, d) for m, d in zip_longest(meanings(operand), found)])


def _of_meaning(operand: Operand, given: Operand | None, definition: NameDefinition | None) -> Types | None:
    """The types that one of its definitions gives to a name, where it is read."""
    if definition is None:
        return None
    by_caller = given is None and definition.kind is DefinitionKind.PARAMETER
    found = _of_parameter(operand, definition.target) if by_caller else types(given) if given is not None else None
    return _where_read(operand, found, definition.target)


def _where_read(operand: Operand, found: Types | None, since: cst.CSTNode) -> Types | None:
    """The types of a value without None where the program has made sure that it is set."""
    return found - {"None"} if found is not None and "None" in found and is_set(operand, since) else found


def _of_items(operand: Operand) -> Types | None:
    from migrator.syntax.python.arguments import takes_several_texts  # what argparse makes of the command line

    match operand.node:
        case cst.List(elements=elements) | cst.Tuple(elements=elements) | cst.Set(elements=elements):
            return _union([types(operand.of(element.value)) for element in elements])
        case cst.Subscript(value=value, slice=[cst.SubscriptElement(slice=cst.Slice())]):
            return STR if "sys.argv" in qualified(operand.of(value)) else _of_items(operand.of(value))
        case cst.Attribute() if takes_several_texts(operand):
            return STR
        case cst.Name() | cst.Attribute():
            return _union([_of_items(m) if m is not None else None for m in meanings(operand)])
        case cst.Call(func=func) if qualified(operand.of(func)) == ("range",):
            return frozenset({"int"})
        case cst.Call(func=cst.Attribute(value=value, attr=cst.Name(value="split" | "splitlines"))):
            inner = types(operand.of(value))
            return STR if inner is None or inner == STR else None
    return None


_RESULTS: Question[Types | None] = Question("types of what a function returns", None)
_TYPES: Question[Types | None] = Question("types of a parameter", None)


def _of_parameter(operand: Operand, target: cst.CSTNode) -> Types | None:
    """By its annotation, else by what the calls in the same file give for it."""
    if not isinstance(target, cst.Param):
        return None
    if target.annotation is not None:
        return annotated(target.annotation.annotation)
    from migrator.syntax.python.callers import arguments_for  # it looks for calls, which are typed in turn

    def found() -> Types | None:
        given = arguments_for(operand, target)
        return _union([types(argument) for argument in given]) if given else None

    return operand.frame.program.memo.answer(_TYPES, target, found)


def annotated(node: cst.BaseExpression) -> Types | None:
    """The types that an annotation names: `str`, `str | None`, `Optional[str]`."""
    match node:
        case cst.Name(value=name) if name in _ANNOTATIONS:
            return frozenset({name})
        case cst.SimpleString() if node.raw_value in _ANNOTATIONS:
            return frozenset({node.raw_value})
        case cst.BinaryOperation(left=left, operator=cst.BitOr(), right=right):
            return _union([annotated(left), annotated(right)])
        case cst.Subscript(value=value, slice=[cst.SubscriptElement(slice=cst.Index(value=inner))]):
            if dotted_text(value).rpartition(".")[2] == "Optional":
                return _union([annotated(inner), frozenset({"None"})])
    return None


def _of_call(operand: Operand, call: cst.Call) -> Types | None:
    names = qualified(operand.of(call.func))
    for name in names:
        if name in {"os.environ.get", "os.getenv"}:
            default = call.args[1].value if len(call.args) > 1 else None
            return _union([STR, types(operand.of(default))]) if default is not None else STR | {"None"}
        if name == "subprocess.check_output" and all(arg.keyword is not None or not arg.star for arg in call.args):
            return STR if any(arg.keyword and arg.keyword.value in _AS_TEXT for arg in call.args) else _BYTES
        if name in _CALLS:
            return frozenset({_CALLS[name]})
    if matchers.matches(call.func, matchers.Attribute(attr=matchers.Name())):
        assert isinstance(call.func, cst.Attribute)
        if call.func.attr.value in TEXT_METHODS and instance(operand.of(call.func.value)) is None:
            return _BYTES if types(operand.of(call.func.value)) == _BYTES and call.func.attr.value != "decode" else STR
    inner = enter(operand)
    return _returned(Operand(inner, call)) if inner is not None else None


def _returned(operand: Operand) -> Types | None:
    """What the function that was entered returns: by its annotation, else by all that it returns."""
    frame, function = operand.frame, operand.frame.function
    if function is None or function.asynchronous is not None:
        return None
    if function.returns is not None:
        return annotated(function.returns.annotation)
    inside = Operand(frame.plain().deeper(), operand.node)
    return frame.program.memo.answer(_RESULTS, function, lambda: _all_returned(inside, function))


def _all_returned(operand: Operand, function: cst.FunctionDef) -> Types | None:
    frame = operand.frame
    own = [node for kind in (cst.Return, cst.Yield) for node in frame.module.all(kind, function.body)]
    returns = [node for node in own if frame.module.function(node) is function]
    if function.decorators or not all(isinstance(node, cst.Return) for node in returns) or frame.depth > DEPTH:
        return None
    values = [node.value for node in returns if isinstance(node, cst.Return)]
    given = [frozenset({"None"}) if value is None else types(Operand(frame.deeper(), value)) for value in values]
    return _union([*given, *([] if ends(operand, function.body) else [frozenset({"None"})])])


def _assigned(operand: Operand) -> Iterator[Types | None]:
    """The types that assignments of the file give to the attribute, in each as far as it is read there."""
    module = operand.module
    for assign in module.all(cst.Assign):
        if any(module.code(target.target) == operand.code for target in assign.targets):
            yield _where_read(operand, types(Operand(operand.frame.plain().deeper(), assign.value)), assign)


def _of_attribute(operand: Operand) -> Types | None:
    from migrator.syntax.python.arguments import option_types  # what argparse makes of the command line

    found = option_types(operand, types)
    if found is not None:
        return _union([_where_read(operand, found, operand.module.tree), *_assigned(operand)])
    values = meanings(operand)
    given = _union([types(m) if m is not None else None for m in values]) if values else None
    return _where_read(operand, given, operand.module.tree)
