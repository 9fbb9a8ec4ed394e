"""Bind the arguments of a call to the parameters of the function that it enters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
from libcst import matchers

from migrator.syntax.python.program import Operand, PythonFrame
from migrator.syntax.python.scope import definitions

if TYPE_CHECKING:
    from migrator.syntax.python.module import Module


def bind(frame: PythonFrame, function: cst.FunctionDef, call: Operand, receiver: Operand | None) -> PythonFrame | None:
    """The frame of the function with the arguments of the call; None when they cannot be told apart."""
    assert isinstance(call.node, cst.Call)
    given = expanded_arguments(call)
    parameters = function.params
    if given is None:
        return None
    names = [param.name.value for param in (*parameters.posonly_params, *parameters.params)]
    bound: dict[str, Operand] = {}
    if receiver is not None and names and not is_static(function):
        bound[names.pop(0)] = receiver
    rest: list[tuple[cst.Arg, PythonFrame]] = []
    extra: list[tuple[cst.Arg, PythonFrame]] = []
    keywords = {*names, *(param.name.value for param in parameters.kwonly_params)}
    for arg, origin in given:
        if arg.keyword is not None and arg.keyword.value not in keywords:
            rest.append((arg, origin))
            continue
        if arg.keyword is None and not names:
            extra.append((arg, origin))
            continue
        bound[arg.keyword.value if arg.keyword is not None else names.pop(0)] = Operand(origin, arg.value)
    if (rest and parameters.star_kwarg is None) or (extra and not isinstance(parameters.star_arg, cst.Param)):
        return None
    inner = frame.plain().deeper()
    for param in (*parameters.posonly_params, *parameters.params, *parameters.kwonly_params):
        if param.default is not None:
            bound.setdefault(param.name.value, inner.of(param.default))
    depth = max(frame.depth, call.frame.depth) + 1
    return PythonFrame(frame.program, frame.module, function, bound, tuple(rest), tuple(extra), call, depth)


def expanded_arguments(call: Operand) -> tuple[tuple[cst.Arg, PythonFrame], ...] | None:
    """The arguments of a call, those that `*args` and `**kwargs` hand through included; None when some are not seen."""
    assert isinstance(call.node, cst.Call)
    arguments: list[tuple[cst.Arg, PythonFrame]] = []
    for arg in call.node.args:
        if arg.star == "*":
            if not is_extra(call.of(arg.value)) or _is_read(call.frame, arg.value):
                return None
            arguments += call.frame.extra
        elif arg.star == "**":
            if not _is_rest(call.frame, arg.value) or _is_changed(call.frame, arg.value):
                return None
            arguments += call.frame.rest
        else:
            arguments.append((arg, call.frame))
    return tuple(arguments)


def _is_rest(frame: PythonFrame, node: cst.BaseExpression) -> bool:
    """Whether the expression is the `**` parameter of the function that was entered."""
    rest = frame.function.params.star_kwarg if frame.function is not None and frame.call is not None else None
    return rest is not None and isinstance(node, cst.Name) and node.value == rest.name.value


def is_extra(operand: Operand) -> bool:
    """Whether the expression is the `*` parameter of the function that was entered, which nothing binds again."""
    frame = operand.frame
    star = frame.function.params.star_arg if frame.function is not None and frame.call is not None else None
    if not isinstance(star, cst.Param) or not isinstance(operand.node, cst.Name):
        return False
    found = definitions(operand.module, operand.node)
    return len(found) == 1 and found[0].target is star


def _is_read(frame: PythonFrame, extra: cst.BaseExpression) -> bool:
    """Whether the function looks into its `*` parameter, which may decide on the request."""
    assert frame.function is not None
    module = frame.module
    reads = (name for name in module.all(cst.Name, frame.function.body) if name.value == module.code(extra))
    above = (module.parent(name) for name in reads)
    return not all(isinstance(each, cst.Arg) and each.star == "*" for each in above)


_PLAIN = frozenset({"timeout", "verify", "stream", "allow_redirects", "cert", "proxies", "follow_redirects"})
"""Arguments that do not say what is asked for: who sets them leaves the request as it is."""


def _is_changed(frame: PythonFrame, rest: cst.BaseExpression) -> bool:
    """Whether the function reads or changes its `**` parameter in a way that may decide on the request."""
    assert frame.function is not None
    module = frame.module
    for name in module.all(cst.Name, frame.function.body):
        if name.value != module.code(rest):
            continue
        above = module.parent(name)
        if isinstance(above, cst.Arg) and above.star == "**":
            continue
        if not _is_plain_setting(module, name, above):
            return True
    return False


def _is_plain_setting(module: Module, name: cst.Name, above: cst.CSTNode | None) -> bool:
    """`kwargs["timeout"] = 3`, `kwargs.setdefault("timeout", 3)`."""
    key: cst.CSTNode | None = None
    match above:
        case cst.Subscript(slice=[cst.SubscriptElement(slice=cst.Index(value=key))]) if above.value is name:
            pass
        case cst.Attribute(attr=cst.Name(value="setdefault" | "get" | "pop")) if above.value is name:
            call = module.parent(above)
            key = call.args[0].value if isinstance(call, cst.Call) and call.args else None
    return isinstance(key, cst.SimpleString) and key.raw_value in _PLAIN


def is_static(function: cst.FunctionDef) -> bool:
    """Whether the function is a static method: it gets no object."""
    return any(matchers.matches(d.decorator, matchers.Name("staticmethod")) for d in function.decorators)
