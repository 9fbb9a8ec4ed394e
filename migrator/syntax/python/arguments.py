"""What argparse makes of a command line: the types and the choices of `args.name`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
from libcst import matchers

from migrator.syntax.python.program import Operand
from migrator.syntax.python.resolve import meaning, qualified

if TYPE_CHECKING:
    from collections.abc import Mapping

_FLAGS = {"store_true", "store_false"}


def option_types(operand: Operand) -> frozenset[str] | None:
    """The types of `args.name` where `args` is what `parse_args` returned and one `add_argument` declares the name."""
    option = _option(operand)
    if option is None:
        return None
    given = _keywords(option)
    action = _constant(given["action"]) if "action" in given else "store"
    if action in _FLAGS:
        return frozenset({"bool"})
    kind = qualified(given["type"]) if "type" in given else ("str",)
    if action != "store" or "nargs" in given or len(kind) != 1 or kind[0] not in {"str", "int", "float"}:
        return None
    return frozenset({kind[0], *([] if _is_always_set(option, given) else ["None"])})


def option_choices(operand: Operand) -> Operand | None:
    """The `choices` that the option behind `args.name` is limited to."""
    option = _option(operand)
    given = _keywords(option) if option is not None else {}
    if option is None or "nargs" in given or not _is_always_set(option, given) or "default" in given:
        return None
    return given.get("choices")


def _keywords(option: Operand) -> Mapping[str, Operand]:
    assert isinstance(option.node, cst.Call)
    return {arg.keyword.value: option.of(arg.value) for arg in option.node.args if arg.keyword is not None}


def _constant(operand: Operand) -> str | None:
    """The text of a string literal, or of a name for one."""
    value = operand if isinstance(operand.node, cst.SimpleString | cst.ConcatenatedString) else meaning(operand)
    if value is None or not isinstance(value.node, cst.SimpleString | cst.ConcatenatedString):
        return None
    text = value.node.evaluated_value
    return text if isinstance(text, str) else None


def _is_always_set(option: Operand, given: Mapping[str, Operand]) -> bool:
    """A positional argument, a required option, or one with a default that is text."""
    assert isinstance(option.node, cst.Call)
    required = given["required"].code == "True" if "required" in given else False
    default = given.get("default")
    by_default = default is not None and isinstance(default.node, cst.SimpleString | cst.FormattedString)
    return required or by_default or not _first(option).startswith("-")


def _first(option: Operand) -> str:
    assert isinstance(option.node, cst.Call)
    arg = option.node.args[0]
    return _constant(option.of(arg.value)) or "-" if arg.keyword is None and not arg.star else "-"


def _option(operand: Operand) -> Operand | None:
    """The one `add_argument` call of the file that declares the attribute."""
    match operand.node:
        case cst.Attribute(value=cst.Name() as value, attr=cst.Name(value=name)):
            pass
        case _:
            return None
    made = meaning(operand.of(value))
    parsed = matchers.Call(func=matchers.Attribute(attr=matchers.Name("parse_args")))
    if made is None or not matchers.matches(made.node, parsed):
        return None
    added = matchers.Attribute(attr=matchers.Name("add_argument"))
    calls = [call for call in made.module.calls() if call.args and matchers.matches(call.func, added)]
    changed = matchers.Attribute(attr=matchers.Name("set_defaults"))
    if any(matchers.matches(call.func, changed) for call in made.module.calls()):
        return None
    frame = made.frame.plain()
    options = [Operand(frame, call) for call in calls]
    named = [option for option in options if name in _destinations(option)]
    return named[0] if len(named) == 1 else None


def _destinations(option: Operand) -> set[str]:
    """The attribute that an option is stored under. Source: Python docs, argparse, `dest`."""
    assert isinstance(option.node, cst.Call)
    given = _keywords(option)
    if "dest" in given:
        return {_constant(given["dest"]) or ""}
    flags = [_constant(option.of(arg.value)) or "" for arg in option.node.args if arg.keyword is None and not arg.star]
    long = [flag for flag in flags if flag.startswith("--")] or flags
    return {long[0].lstrip("-").replace("-", "_")} if long else set()
