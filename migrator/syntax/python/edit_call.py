"""Change the arguments of a call where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from migrator.model import Span
from migrator.syntax.python.layout import past_comma
from migrator.syntax.text.edits import newline_of

if TYPE_CHECKING:
    from migrator.syntax.python.editor import Editor
    from migrator.syntax.python.program import Operand


def argument_span(call: Operand, arg: cst.Arg) -> Span:
    """An argument with its keyword."""
    module = call.module
    return Span(
        module.span(arg.keyword).start if arg.keyword else module.outer(arg.value).start, module.outer(arg.value).end
    )


def set_argument(editor: Editor, call: Operand, arg: cst.Arg, keyword: str | None, code: str) -> None:
    """Put another argument in the place of one."""
    editor.edit(call, argument_span(call, arg), f"{keyword}={code}" if keyword else code)


def add_argument(editor: Editor, call: Operand, keyword: str, code: str) -> None:
    """Add a keyword argument behind the last one, on a line of its own where that has one."""
    assert isinstance(call.node, cst.Call)
    module, args = call.module, call.node.args
    closing = module.span(call.node).end - 1
    if not args:
        editor.edit(call, Span(closing, closing), f"{keyword}={code}")
        return
    plain = [arg for arg in args if arg.star != "**"] or list(args)
    last = plain[-1]
    end = argument_span(call, last).end
    start = module.outer(last.value).start if last.star else argument_span(call, last).start
    line = module.text.rfind("\n", 0, start) + 1
    indent = module.text[line:start]
    own_line = not indent.strip() and line > module.outer(call.node.func).end
    gap = newline_of(module.text) + indent if own_line else " "
    comma = past_comma(module.text, end)
    stop = module.text.find("\n", end)
    rest = module.text[comma:stop].strip()
    if own_line and last is args[-1] and stop >= 0 and (not rest or rest.startswith("#")):
        stop -= module.text[stop - 1] == "\r"
        if comma == end:
            editor.edit(call, Span(end, end), ",")
        editor.edit(call, Span(stop, stop), f"{gap}{keyword}={code}{',' if comma > end else ''}")
        return
    editor.edit(call, Span(end, end), f",{gap}{keyword}={code}")


def remove_argument(editor: Editor, call: Operand, arg: cst.Arg) -> None:
    """Remove an argument with its comma, and its line where it has one for itself."""
    assert isinstance(call.node, cst.Call)
    module, args = call.module, list(call.node.args)
    index = args.index(arg)
    span = argument_span(call, arg)
    text = module.text
    start = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.end)
    rest = text[past_comma(text, span.end) : end].strip()
    if not text[start : span.start].strip() and not rest and end >= 0 and start > module.outer(call.node.func).end:
        editor.edit(call, Span(start, end + 1), "")
    elif index:
        editor.edit(call, Span(argument_span(call, args[index - 1]).end, span.end), "")
    elif len(args) > 1:
        editor.edit(call, Span(span.start, argument_span(call, args[1]).start), "")
    else:
        editor.edit(call, Span(span.start, past_comma(text, span.end)), "")
