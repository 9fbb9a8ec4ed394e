"""Fields that a format reads of a mapping: `"{a}".format(**data)`, `"%(a)s" % data`, `"{0[a]}".format(data)`."""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING

import libcst as cst

from migrator.model import static
from migrator.syntax.python.text import text

if TYPE_CHECKING:
    from collections.abc import Callable

    from migrator.syntax.python.program import Operand

_PERCENT_KEY = re.compile(r"%\(([^)]*)\)")


def fields_formatted(operand: Operand, above: cst.CSTNode | None) -> tuple[str, ...]:
    """The keys that the format around a mapping names; an empty one where the format is not known, none without any."""
    module = operand.module
    match above:
        case cst.BinaryOperation(left=left, operator=cst.Modulo(), right=right) if right is operand.node:
            return _keys(operand.of(left), _PERCENT_KEY.findall)
        case cst.Arg(star=star):
            call = module.parent(above)
            func = call.func if isinstance(call, cst.Call) else None
            name = func.attr.value if isinstance(func, cst.Attribute) else ""
            if name == "format_map" or (name == "format" and star == "**"):
                return _keys(operand.of(func.value), _named) if isinstance(func, cst.Attribute) else ()
            if name == "format":
                return _keys(operand.of(func.value), _inside) if isinstance(func, cst.Attribute) else ()
            if isinstance(call, cst.Call) and name in _LOGGING:
                return _logged(operand, call, above)
            return ("",) if star == "**" or name in {"substitute", "safe_substitute"} else ()
    return ()


_LOGGING = frozenset({"debug", "info", "warning", "warn", "error", "critical", "exception", "log"})


def _logged(operand: Operand, call: cst.Call, arg: cst.Arg) -> tuple[str, ...]:
    """The keys that a message of `logging` names of the mapping behind it; `extra` goes to formats set elsewhere."""
    if arg.keyword is not None:
        return ("",) if arg.keyword.value == "extra" else ()
    before = call.args[: call.args.index(arg)]
    return _keys(operand.of(before[-1].value), _PERCENT_KEY.findall) if before else ()


def _keys(base: Operand, named: Callable[[str], list[str]]) -> tuple[str, ...]:
    known = static(text(base))
    if known is None:
        return ("",)
    try:
        return tuple(named(known))
    except ValueError:
        return ("",)


def _named(base: str) -> list[str]:
    return [re.split(r"[.\[]", name)[0] for _, name, _, _ in string.Formatter().parse(base) if name]


def _inside(base: str) -> list[str]:
    """What is read of a mapping that is an argument as a whole: `{0[a]}`."""
    names = (name or "" for _, name, _, _ in string.Formatter().parse(base))
    return [key for name in names for key in re.findall(r"\[([^\]]*)\]", name)[:1]]
