"""The imports of a file: those that new code needs, and those that nothing uses any more once some edits are made."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import libcst as cst

from migrator.errors import Refusal
from migrator.model import Edit, Span
from migrator.syntax.python.scope import bound_name, is_taken, references, top_level
from migrator.syntax.text.source import newline_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from migrator.syntax.python.module import Module
    from migrator.syntax.python.program import Operand


def refuse_taken(operand: Operand, *names: str) -> None:
    """Raise Refusal when new code at an expression cannot use Python's names: the program has taken one of them."""
    name = next((name for name in names if is_taken(operand.module, name, operand.node)), None)
    if name is not None:
        message = f"`{name}` is a name of the program's own here, and the new code needs Python's. Rename it."
        raise Refusal("name-taken", message)


@dataclass(slots=True)
class Imports:
    """The modules that new code needs."""

    module: Module
    needed: set[str] = field(default_factory=set)

    def json(self) -> str:
        """The name of the json module in this file; imported when it is not there yet."""
        return self.module_name("json")

    def module_name(self, name: str) -> str:
        """The name of a module in this file; imported when it is not there yet."""
        known = imported_as(self.module, name)
        if known is None:
            self.needed.add(name)
        return known or name

    def edits(self) -> tuple[Edit, ...]:
        """The imports to add."""
        return tuple(import_edit(self.module, name) for name in sorted(self.needed))


def imported_as(module: Module, name: str) -> str | None:
    """The name that a top-level `import name` binds, or None."""
    for statement in module.tree.body:
        if not isinstance(statement, cst.SimpleStatementLine):
            continue
        for item in statement.body:
            if isinstance(item, cst.Import):
                for alias in item.names:
                    if module.code(alias.name) == name:
                        return module.code(alias.asname.name) if alias.asname is not None else name
    return None


def import_edit(module: Module, name: str) -> Edit:
    """`import name` at the top of the file, in the place where it belongs among the plain imports there."""
    newline = newline_of(module.text)
    block = _first_imports(module)
    plain = [line for line in block if isinstance(line.body[0], cst.Import)]
    later = [line for line in plain if module.code(line.body[0]).removeprefix("import").strip() > name]
    if later:
        at = module.span(later[0]).start
        return Edit(Span(at, at), f"import {name}{newline}")
    if plain:
        at = line_end(module, module.span(plain[-1]).end)
        return Edit(Span(at, at), f"import {name}{newline}")
    if block:
        at = module.span(block[0]).start
        return Edit(Span(at, at), f"import {name}{newline}")
    at = behind_docstring(module)
    return Edit(Span(at, at), f"import {name}{newline}{newline}")


def _first_imports(module: Module) -> list[cst.SimpleStatementLine]:
    """The first run of import lines without an empty line in it, `__future__` left out."""
    block: list[cst.SimpleStatementLine] = []
    for line in module.tree.body:
        if isinstance(line, cst.SimpleStatementLine) and isinstance(line.body[0], cst.Import | cst.ImportFrom):
            if "__future__" in module.code(line):
                continue
            if block and any(not empty.comment for empty in line.leading_lines):
                break
            block.append(line)
        elif block:
            break
    return block


def line_end(module: Module, at: int) -> int:
    """Behind the line that a place of the text is in."""
    end = module.text.find("\n", at)
    return len(module.text) if end < 0 else end + 1


def behind_docstring(module: Module) -> int:
    """Behind what has to come first: a shebang, comments, the docstring, `__future__`."""
    at = 0
    for found in re.finditer(r"#.*\r?\n", module.text):
        if found.start() != at:
            break
        at = found.end()
    for line in module.tree.body:
        first = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
        is_docstring = isinstance(first, cst.Expr) and isinstance(first.value, cst.SimpleString)
        is_future = isinstance(first, cst.ImportFrom) and "__future__" in module.code(line)
        if not (is_docstring or is_future):
            break
        at = line_end(module, module.span(line).end)
    return at


def unused_imports(module: Module, edits: Sequence[Edit]) -> tuple[Edit, ...]:
    """The edits that remove top-level imports whose every use is gone with `edits`. Other imports stay, used or not.

    Only what the standard library brings is removed: to import any other module may do something (`load_dotenv()`).
    """
    removed = [edit.span for edit in edits if edit.span.start < edit.span.end]
    written = "\n".join(edit.text for edit in edits)
    return tuple(
        edit
        for line in module.tree.body
        if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1
        for edit in _unused(module, line, removed, written)
    )


def _unused(module: Module, line: cst.SimpleStatementLine, removed: Sequence[Span], written: str) -> Iterator[Edit]:
    statement = line.body[0]
    if not isinstance(statement, cst.Import | cst.ImportFrom) or isinstance(statement.names, cst.ImportStar):
        return
    gone = [
        alias
        for alias in statement.names
        if _is_harmless(module, statement, alias) and _is_gone(module, bound_name(alias), removed, written)
    ]
    if len(gone) == len(statement.names):
        span = module.span(line)
        start = module.text.rfind("\n", 0, span.start) + 1
        end = module.text.find("\n", span.end)
        yield Edit(Span(start, len(module.text) if end < 0 else end + 1), "")
        return
    names = list(statement.names)
    kept = [index for index, alias in enumerate(names) if alias not in gone]
    for index, alias in enumerate(names):
        if alias not in gone:
            continue
        starts = [module.span(other.name).start for other in names]
        ends = [_alias_end(module, other) for other in names]
        if index > kept[0]:
            yield Edit(Span(ends[index - 1], ends[index]), "")
        else:
            yield Edit(Span(starts[index], starts[index + 1]), "")


def _is_harmless(module: Module, statement: cst.Import | cst.ImportFrom, alias: cst.ImportAlias) -> bool:
    """Whether nothing but names is lost with an import."""
    if isinstance(statement, cst.Import):
        return module.code(alias.name).partition(".")[0] in sys.stdlib_module_names
    return (
        statement.module is not None
        and not statement.relative
        and module.code(statement.module).partition(".")[0] in sys.stdlib_module_names
    )


def _alias_end(module: Module, alias: cst.ImportAlias) -> int:
    return module.span(alias.asname.name if alias.asname is not None else alias.name).end


def _is_gone(module: Module, name: str, removed: Sequence[Span], written: str) -> bool:
    """Whether the name was used before, and every place that used it is among what is removed."""
    found = top_level(module, name)
    if len(found) != 1 or re.search(rf"\b{re.escape(name)}\b", written):
        return False
    uses = [module.span(node) for node in references(module, found[0], name)]
    inside = [any(span.start <= use.start and use.end <= span.end for span in removed) for use in uses]
    exported = re.search(rf"""["']{re.escape(name)}["']""", module.text) is not None and "__all__" in module.text
    return bool(inside) and all(inside) and not exported
