"""Which types the value of an expression can have, as far as the text of the program tells."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

import libcst as cst
from libcst import matchers

from migrator.syntax.memo import Question
from migrator.syntax.python.containers import parts, unchanged
from migrator.syntax.python.program import DEPTH, Operand
from migrator.syntax.python.reach import ends, is_set
from migrator.syntax.python.resolve import enter, frame_of, instance, meaning, meanings, qualified
from migrator.syntax.python.scope import DefinitionKind, definitions, dotted_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

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
    cst.GeneratorExp: "list",
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
BYTES = frozenset({"bytes"})
_AS_TEXT = frozenset({"text", "universal_newlines", "encoding", "errors"})
"""What makes a program's output text. Source: Python docs, subprocess, "Frequently Used Arguments"."""
_SPLITTING = frozenset({"split", "rsplit", "splitlines", "findall"})


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
    read = _of_reading(operand)
    if read is not None:
        return read
    return _of_name(operand, operand.node) if isinstance(operand.node, cst.Name) else _of_operation(operand)


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
        case cst.Subscript(value=value, slice=[cst.SubscriptElement(slice=place)]):
            return _of_part(operand.of(value), place)
    return None


def _of_part(container: Operand, place: cst.BaseSlice) -> Types | None:
    """What an index or a slice takes out of something."""
    names = {*qualified(container)}
    if isinstance(place, cst.Slice):
        return frozenset({"list"}) if "sys.argv" in names else types(container)
    return STR if names & {"os.environ", "sys.argv"} else _of_entry(container)


def _of_entry(container: Operand) -> Types | None:
    """What can be looked up in a dict that is known whole."""
    held = unchanged(container)
    match held.node if held is not None else None:
        case cst.Dict(elements=elements) if held is not None:
            values = [each.value for each in elements if isinstance(each, cst.DictElement)]
            return _union([types(held.of(value)) for value in values]) if len(values) == len(elements) else None
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
    taken = _taken_apart(operand, found)
    if taken is not None:
        return _of_items(taken)
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
    from migrator.syntax.python.arguments import click_types
    from migrator.syntax.python.callers import arguments_for  # it looks for calls, which are typed in turn

    option = click_types(operand, target, types)
    if option is not None:
        return option

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
        if name == "subprocess.check_output":
            return _of_output(operand)
        if name in _CALLS:
            return frozenset({_CALLS[name]})
    if matchers.matches(call.func, matchers.Attribute(attr=matchers.Name())):
        assert isinstance(call.func, cst.Attribute)
        if call.func.attr.value in TEXT_METHODS and instance(operand.of(call.func.value)) is None:
            return BYTES if types(operand.of(call.func.value)) == BYTES and call.func.attr.value != "decode" else STR
        if call.func.attr.value in _SPLITTING and instance(operand.of(call.func.value)) is None:
            return frozenset({"list"})
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


_TO_BYTES = frozenset({"base64.b64encode", "base64.urlsafe_b64encode", "base64.b64decode", "os.read", "os.urandom"})
_READING = frozenset({"read", "readline", "read1", "readall"})
_ENCODING = frozenset({"encode", "read_bytes", "digest"})
_PROGRAMS = frozenset({"subprocess.Popen", "subprocess.run"})


def _of_reading(operand: Operand) -> Types | None:
    """The type of what is read or encoded; None for any other expression, and where the program does not tell."""
    if operand.frame.depth > DEPTH:
        return None
    match operand.node:
        case cst.Call(func=func) if _TO_BYTES & {*qualified(operand.of(func))}:
            return BYTES
        case cst.Call(func=cst.Attribute(value=value, attr=cst.Name(value=method))):
            if method in _ENCODING:
                return BYTES
            return _of_stream(operand.of(value)) if method in _READING else None
        case cst.Subscript(value=cst.Call() as call, slice=[cst.SubscriptElement(slice=cst.Index())]):
            return _of_pair(operand.of(call))
        case cst.Attribute(value=value, attr=cst.Name(value="stdout" | "stderr")):
            program = _behind(operand.of(value))
            is_run = program is not None and _names(program) & {"subprocess.run"}
            return _of_program(program) if is_run else None
        case cst.Name() as name:
            pair = _taken_apart(operand, definitions(operand.module, name))
            return _of_pair(pair) if pair is not None else None
    return None


def _of_output(call: Operand) -> Types | None:
    """The type of what a call of subprocess captures; None where its arguments are not all seen."""
    assert isinstance(call.node, cst.Call)
    if any(arg.keyword is None and arg.star == "**" for arg in call.node.args):
        return None
    asked = [arg for arg in call.node.args if arg.keyword is not None and arg.keyword.value in _AS_TEXT]
    return STR if any(call.module.code(arg.value) not in {"False", "None"} for arg in asked) else BYTES


def _taken_apart(operand: Operand, found: Sequence[NameDefinition]) -> Operand | None:
    """What is taken apart to give a name its value: `f()` of `a, b = f()`."""
    if len(found) != 1 or found[0].kind is not DefinitionKind.OTHER:
        return None
    module = operand.module
    above = [node for node in module.ancestors(found[0].target) if isinstance(node, cst.Assign | cst.For)][:1]
    match above:
        case [cst.Assign(targets=[cst.AssignTarget(target=cst.Tuple())], value=value)]:
            return Operand(frame_of(operand.frame, found[0].target), value)
    return None


def _names(operand: Operand) -> frozenset[str]:
    return frozenset(qualified(operand.of(operand.node.func)) if isinstance(operand.node, cst.Call) else ())


def _behind(operand: Operand) -> Operand | None:
    """The call that gave a name its value, by an assignment or by `with`."""
    match operand.node:
        case cst.Call():
            return operand
        case cst.Name() as name:
            found = definitions(operand.module, name)
            if len(found) == 1 and found[0].kind is DefinitionKind.WITH and found[0].value is not None:
                return _behind(Operand(frame_of(operand.frame, found[0].target), found[0].value))
            given = meaning(operand)
            return _behind(given) if given is not None and given.frame.depth <= DEPTH else None
        case cst.Attribute():
            given = meaning(operand)
            return _behind(given) if given is not None and given.frame.depth <= DEPTH else None
    return None


def _of_pair(call: Operand) -> Types | None:
    """What `communicate()` gives of a program's output."""
    match call.node:
        case cst.Call(func=cst.Attribute(value=value, attr=cst.Name(value="communicate"))):
            return _of_program(_behind(call.of(value)))
    return None


def _of_program(call: Operand | None) -> Types | None:
    return _of_output(call) if call is not None and _names(call) & _PROGRAMS else None


def _of_stream(stream: Operand) -> Types | None:
    match stream.node:
        case cst.Attribute(value=value, attr=cst.Name(value="stdout" | "stderr")):
            program = _behind(stream.of(value))
            return _of_program(program)
    if "sys.stdin" in qualified(stream):
        return STR
    call = _behind(stream)
    if call is None or not isinstance(call.node, cst.Call):
        return None
    names = _names(call)
    if names & {"urllib.request.urlopen"}:
        return BYTES
    func = call.node.func
    is_method = isinstance(func, cst.Attribute) and func.attr.value == "open" and not names & {"io.open", "codecs.open"}
    if not names & {"open", "io.open"} and not is_method:
        return None
    return _by_mode(call, place=0 if is_method else 1)


def _by_mode(call: Operand, place: int) -> Types | None:
    """What an opened file gives; `place` is that of the mode among the arguments."""
    assert isinstance(call.node, cst.Call)
    plain = [arg for arg in call.node.args if arg.keyword is None and not arg.star]
    named = [arg for arg in call.node.args if arg.keyword is not None and arg.keyword.value == "mode"]
    mode = named[0] if named else plain[place] if len(plain) > place else None
    if mode is None:
        return STR
    match mode.value:
        case cst.SimpleString() as text:
            return BYTES if "b" in text.raw_value else STR
    return None
