"""What argparse makes of a command line: the types and the choices of `args.name`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
from libcst import matchers

from migrator.syntax.python.program import Operand
from migrator.syntax.python.resolve import meaning, qualified, returned

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Types = Callable[[Operand], frozenset[str] | None]

_FLAGS = {"store_true", "store_false"}


def option_types(operand: Operand, types: Types) -> frozenset[str] | None:
    """The types of `args.name` where `args` is what `parse_args` returned and one `add_argument` declares the name.

    `types` tells those of a default.
    """
    option = _option(operand)
    if option is None:
        return None
    given = _keywords(option)
    action = _constant(given["action"]) if "action" in given else "store"
    if action in _FLAGS:
        return frozenset({"bool"})
    if action in {"append", "extend", "append_const"} or ("nargs" in given and _constant(given["nargs"]) != "?"):
        return frozenset({"list", "None"})
    kind = qualified(given["type"]) if "type" in given else ("str",)
    single = "nargs" not in given or (_constant(given["nargs"]) == "?" and "const" not in given)
    if action != "store" or not single or len(kind) != 1 or kind[0] not in {"str", "int", "float"}:
        return None
    default = _default_types(option, kind[0], types)
    return frozenset({kind[0], *default}) if default is not None else None


_KINDS = {"str": "str", "int": "int", "float": "float", "bool": "bool", "click.STRING": "str", "click.INT": "int"}


def click_types(operand: Operand, param: cst.Param, types: Types) -> frozenset[str] | None:
    """The types of a parameter that `click.option` or `click.argument` declares; None where none does.

    Source: click docs, "Options" and "Arguments" (2026).
    """
    function = operand.module.function(param)
    for decorator in function.decorators if function is not None else ():
        option = Operand(operand.frame.plain().deeper(), decorator.decorator)
        match option.node:
            case cst.Call(func=func) if {*qualified(option.of(func))} & {"click.option", "click.argument"}:
                if _click_name(option) == param.name.value:
                    return _of_click(option, types)
    return None


def _click_texts(option: Operand) -> list[str]:
    assert isinstance(option.node, cst.Call)
    return [_constant(option.of(arg.value)) or "" for arg in option.node.args if arg.keyword is None and not arg.star]


def _click_name(option: Operand) -> str:
    """The parameter that an option is handed on as: a name of its own, else the first long one."""
    texts = _click_texts(option)
    own = [text for text in texts if text and not text.startswith("-")]
    long = sorted((text for text in texts if text.startswith("-")), key=lambda text: not text.startswith("--"))
    name = (own or long or [""])[0].partition("/")[0]
    return name.lstrip("-").replace("-", "_").lower()


def _of_click(option: Operand, types: Types) -> frozenset[str] | None:
    given = _keywords(option)

    def says(name: str) -> bool:
        return name in given and given[name].code == "True"

    if says("multiple") or ("nargs" in given and given["nargs"].code != "1"):
        return frozenset({"list"})
    if says("is_flag") or any("/" in text for text in _click_texts(option)):
        return frozenset({"bool"})
    default = types(given["default"]) if "default" in given else None
    if "default" in given and default is None:
        return None
    if "type" in given:
        node = given["type"].node
        names = qualified(given["type"].of(node.func) if isinstance(node, cst.Call) else given["type"])
        kind = "str" if names == ("click.Choice",) else _KINDS.get(names[0]) if len(names) == 1 else None
        found = frozenset({kind}) if kind is not None else None
    else:
        found = (default - {"None"} if default is not None else None) or frozenset({"str"})
    is_argument = not any(text.startswith("-") for text in _click_texts(option))
    is_set = (
        says("required") or (default is not None and "None" not in default) or (is_argument and "required" not in given)
    )
    return found if found is None or is_set else found | {"None"}


def takes_several_texts(operand: Operand) -> bool:
    """Whether `args.name` is a list of texts, whatever the command line has (`nargs="+"`, a required `nargs="*"`)."""
    option = _option(operand)
    given = _keywords(option) if option is not None else {}
    if option is None or not given.keys() <= {"nargs", "help", "metavar", "choices", "required"}:
        return False
    several = _constant(given["nargs"]) if "nargs" in given else None
    is_given = not _first(option).startswith("-") or ("required" in given and given["required"].code == "True")
    return several in {"+", "*"} and is_given


def _default_types(option: Operand, kind: str, types: Types) -> frozenset[str] | None:
    """What an option is when it is not given; None where that is not known. Text goes through the type of the option.

    Source: Python docs, argparse, `default`.
    """
    given = _keywords(option)
    if _is_required(option, given):
        return frozenset()
    missing = frozenset({"None"})
    found = types(given["default"]) if "default" in given else missing
    if found is None:
        return None
    # An option of which the value is left out (`nargs="?"`) is None, whatever its default is.
    bare = missing if "nargs" in given and _first(option).startswith("-") else frozenset()
    return bare | frozenset(kind if name == "str" else name for name in found)


def option_choices(operand: Operand) -> Operand | None:
    """The `choices` that the option behind `args.name` is limited to, its default being one of them."""
    option = _option(operand)
    given = _keywords(option) if option is not None else {}
    choices = given.get("choices")
    if option is None or choices is None:
        return None
    if not _is_required(option, given):
        default = _constant(given["default"]) if "default" in given else None
        return choices if default is not None and default in _texts(choices) else None
    return choices if "default" not in given and "nargs" not in given else None


def _texts(choices: Operand) -> tuple[str | None, ...]:
    elements = choices.node.elements if isinstance(choices.node, cst.List | cst.Tuple | cst.Set) else ()
    return tuple(_constant(choices.of(element.value)) for element in elements)


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


def _is_required(option: Operand, given: Mapping[str, Operand]) -> bool:
    """A positional argument that may not be left out, or a required option."""
    assert isinstance(option.node, cst.Call)
    if "nargs" in given:
        return False
    return (given["required"].code == "True" if "required" in given else False) or not _first(option).startswith("-")


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
    made = _parsed(meaning(operand.of(value)))
    if made is None:
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


def _parsed(made: Operand | None) -> Operand | None:
    """The call of `parse_args` that gave the object, by itself or through a function that returns what it gives."""
    is_parsed = matchers.Call(func=matchers.Attribute(attr=matchers.Name("parse_args")))
    for _ in range(_DEPTH):
        if made is None or matchers.matches(made.node, is_parsed):
            return made
        made = returned(made)
    return None


_DEPTH = 3


def converter(operand: Operand) -> Operand | None:
    """What argparse makes of the text of `args.name`: the `type` of its option; None where it is left as it is."""
    option = _option(operand)
    return _keywords(option).get("type") if option is not None else None


def option_default(operand: Operand) -> Operand | None:
    """The default of the option behind `args.name`, which keeps the text that it is given."""
    option = _option(operand)
    given = _keywords(option) if option is not None else {}
    return given.get("default") if given.keys() <= {"default", "help", "metavar", "dest", "required"} else None


def _destinations(option: Operand) -> set[str]:
    """The attribute that an option is stored under. Source: Python docs, argparse, `dest`."""
    assert isinstance(option.node, cst.Call)
    given = _keywords(option)
    if "dest" in given:
        return {_constant(given["dest"]) or ""}
    flags = [_constant(option.of(arg.value)) or "" for arg in option.node.args if arg.keyword is None and not arg.star]
    long = [flag for flag in flags if flag.startswith("--")] or flags
    return {long[0].lstrip("-").replace("-", "_")} if long else set()
