"""Decorators that may read what a function returns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

if TYPE_CHECKING:
    from migrator.syntax.python.module import Module


_HANDS_THROUGH = frozenset(
    {
        "staticmethod",
        "classmethod",
        "property",
        "cached_property",
        "cache",
        "lru_cache",
        "override",
        "final",
        "overload",
    }
    | {"abstractmethod", "fixture", "command", "group", "callback", "option", "argument", "pass_context", "pass_obj"}
    | {"task", "flow", "typechecked", "on_exception", "asyncio"}
)
"""Decorators of the standard library, click, typer, pytest, invoke, celery, prefect and backoff, by their last name."""

_LOOKS = frozenset({"retry", "retry_on_result"})
"""Arguments that let `retry` of tenacity and retrying decide by the result; without them it waits for exceptions."""


def reads_result(module: Module, function: cst.FunctionDef) -> bool:
    """Whether a decorator of the function may read what it returns: one of the file's own, or one that is not known."""
    return any(_reads(module, each.decorator) for each in function.decorators)


def _reads(module: Module, decorator: cst.BaseExpression) -> bool:
    called = decorator.func if isinstance(decorator, cst.Call) else decorator
    match called:
        case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
            pass
        case _:
            return True
    if isinstance(called, cst.Name) and _is_own(module, name):
        return True
    if name == "retry":
        given = decorator.args if isinstance(decorator, cst.Call) else ()
        return any(arg.keyword is not None and arg.keyword.value in _LOOKS for arg in given)
    return name not in _HANDS_THROUGH


def _is_own(module: Module, name: str) -> bool:
    functions = {node.name.value for node in module.all(cst.FunctionDef)}
    return name in functions | {node.name.value for node in module.all(cst.ClassDef)}
