"""Make a call of v2 wait for its build: put the helper into the file, once, and the call into the helper's hands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from codemods.python.helper import helper_in, missing, written
from codemods.python.wrappers import SENDING, last_name
from codemods.python.write.rerun import function_of
from migrator.errors import Refusal
from migrator.model import Edit, Span
from migrator.syntax.python.edit_record import argument_span
from migrator.syntax.python.imports import behind_docstring, line_end
from migrator.syntax.python.spell import spelled
from migrator.syntax.python.strings import quote_style, quoted
from migrator.syntax.text.source import apply_edits, newline_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.python.helper import Wait
    from codemods.python.sighting import PythonSighting
    from migrator.model import PipelineRequest
    from migrator.syntax.python.editor import Editor
    from migrator.syntax.python.imports import Imports
    from migrator.syntax.python.module import Module
    from migrator.syntax.python.program import Operand

_WIDTH = 100


def open_request(editor: Editor, wait: Wait, request: PipelineRequest) -> None:
    """`urlopen(request)` becomes `start_build("deploy", request)`."""
    call, module = wait.at, wait.at.module
    assert isinstance(call.node, cst.Call)
    func, first = module.span(call.node.func), argument_span(call, call.node.args[0])
    between = module.text[func.end : first.start]
    editor.edit(call, Span(func.start, first.start), f"{wait.name}{between}{_job(wait, request)}, ")


def wrap(editor: Editor, sighting: PythonSighting, wait: Wait, request: PipelineRequest, imports: Imports) -> None:
    """The call becomes an argument of the helper. What else changes in it has to be known before."""
    module, span = wait.at.module, wait.at.module.outer(wait.at.node)
    job = quoted(_selector(request), quote_style(module)) if wait.shared else _job(wait, request)
    given = (job, function_of(sighting, imports))
    start, end = f"{wait.name}({', '.join(given)}, ", f"{''.join(f', {option}' for option in wait.options)})"
    if _is_too_long(module, span, (*editor.edits, Edit(Span(span.start, span.start), start)), end):
        indent, newline = _indent(module, span.start), newline_of(module.text)
        inner = indent + module.tree.default_indent
        start = f"{wait.name}({newline}" + "".join(f"{inner}{each},{newline}" for each in given) + inner
        end = "".join(f",{newline}{inner}{option}" for option in wait.options) + f",{newline}{indent})"
    editor.edit(wait.at, Span(span.start, span.start), start)
    editor.edit(wait.at, Span(span.end, span.end), end)


def _job(wait: Wait, request: PipelineRequest) -> str:
    """The code of the name of the job, which the request has in its selector. Raises Refusal."""
    return spelled(dict(request.parameters)[_selector(request)].template, wait.at)


def _selector(request: PipelineRequest) -> str:
    """The parameter that names the job. Raises Refusal."""
    name = request.names.selector
    if name is None or name not in dict(request.parameters):
        raise Refusal("reply-field", "The config starts no job for this call that could be waited for.")
    return name


def _is_too_long(module: Module, span: Span, edits: Sequence[Edit], end: str) -> bool:
    """Whether a call that stands on one line would make that too long."""
    text = module.text
    start, stop = text.rfind("\n", 0, span.start) + 1, line_end(module, span.end)
    if "\n" in text[span.start : span.end]:
        return False
    inside = [edit for edit in edits if start <= edit.span.start and edit.span.end <= stop]
    shifted = [Edit(Span(e.span.start - start, e.span.end - start), e.text) for e in inside]
    return len(apply_edits(text[start:stop], shifted).rstrip()) + len(end) > _WIDTH


def _indent(module: Module, at: int) -> str:
    line = module.text[module.text.rfind("\n", 0, at) + 1 :]
    return line[: len(line) - len(line.lstrip(" \t"))]


def put_helpers(wait: Wait, imports: Imports) -> tuple[Edit, ...]:
    """What waits, below the imports of the file, with two empty lines around it; nothing where it is there already."""
    module = wait.at.module
    names = {wait.helper.calls: wait.helper.calls.name} if wait.helper.calls is not None else {}
    names[wait.helper] = wait.name
    new = {helper: name for helper, name in names.items() if helper_in(module, helper) is None}
    if not new:
        return ()
    for helper in new:
        imports.needed.update(missing(helper, module))
    text, newline = module.text, newline_of(module.text)
    behind = _behind_imports(wait.at)
    rest = text[behind:]
    blank = rest[: len(rest) - len(rest.lstrip("\r\n"))]
    at = Span(behind + len(blank), behind + len(blank))
    lead = newline * max(0, 2 - blank.count("\n"))
    codes = [f"{written(helper, module, name)}{newline * 2}" for helper, name in new.items()]
    # Each stands in an edit of its own, which other calls of the file make as well.
    return tuple(Edit(at, code) for code in (lead, *codes) if code)


def _behind_imports(at: Operand) -> int:
    """Behind the last import at the top level that stands before a function, a class, and whatever sends a request."""
    module = at.module
    sending = [module.span(call).start for call in module.calls() if last_name(call) in SENDING]
    first = min(module.span(at.node).start, *sending, len(module.text))
    behind = behind_docstring(module)
    for statement in module.tree.body:
        if isinstance(statement, cst.FunctionDef | cst.ClassDef) or module.span(statement).end >= first:
            break
        if isinstance(statement, cst.SimpleStatementLine) and _imports(statement):
            behind = line_end(module, module.span(statement).end)
    return behind


def _imports(line: cst.SimpleStatementLine) -> bool:
    return any(isinstance(item, cst.Import | cst.ImportFrom) for item in line.body)
