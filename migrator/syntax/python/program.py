"""Expressions in their surroundings: the modules of one repository, and functions with their arguments bound."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from migrator.errors import ParseError
from migrator.syntax.memo import Memo
from migrator.syntax.python.module import Module
from migrator.syntax.python.modules import module_files, reached_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import libcst as cst

    from migrator.model import Expansion
    from migrator.syntax.text.source import Siblings

DEPTH = 16
"""How many names, calls and imports one value is followed through."""
_WORD = re.compile(r"\w+")
_TEST = re.compile(r"(?:^|/)(?:tests?|testing|fixtures)/|(?:^|/)(?:test_[^/]*|[^/]*_test|conftest)\.py\Z")


def is_test(path: str) -> bool:
    """Whether a file is a test, by its path."""
    return _TEST.search(path) is not None


class PythonProgram:
    """The modules that are reached from one file, each parsed once. `root` is that file, the only one to be edited."""

    def __init__(self, root: Module, siblings: Siblings | None = None) -> None:
        """Start from `root`; without `siblings` its imports stay unknown."""
        self.root = root
        self._siblings = siblings
        self.memo = Memo()
        """What was found out about places outside of entered functions."""
        self._modules: dict[str, Module | None] = {root.path: root}

    def imported(self, by: Module, name: str, level: int = 0) -> Module | None:
        """The module of the repository that an import in `by` names; None for any other. `level` counts the dots."""
        if not name and not level:
            return None
        for path in module_files(by.path, name, level):
            module = self._module(path)
            if module is not None:
                return module
        return None

    def _module(self, path: str) -> Module | None:
        if path not in self._modules:
            text = self._siblings.read(path) if self._siblings else None
            try:
                self._modules[path] = Module(path, text) if text is not None else None
            except ParseError:
                self._modules[path] = None
        return self._modules[path]

    def reached(self, holding: re.Pattern[str]) -> Iterator[Module]:
        """The edited file and the files that it imports, directly or not, whose text holds something."""
        root = self.root
        files = reached_files(root.path, root.text, self._siblings) if self._siblings else ((root.path, root.text),)
        modules = (self._module(path) for path, text in files if holding.search(text))
        yield from (module for module in modules if module is not None)

    def is_used_elsewhere(self, name: str) -> bool:
        """Whether another file of the repository imports the root module and mentions `name`."""
        return any(name in words for _, _, words in self._importing)

    def using(self, name: str) -> Iterator[Module | None]:
        """The other files that import the root module, mention `name` and are no tests; None for one not to be read."""
        return (self._module(path) for path, _, words in self._importing if name in words and not is_test(path))

    def is_derived_elsewhere(self, base: str, name: str) -> bool:
        """Whether another file that imports the root module derives a class from `base` and mentions `name`."""
        derived = re.compile(rf"^[ \t]*class\s+\w+\s*\([^)]*\b{re.escape(base)}\b", re.MULTILINE)
        return any(base in words and name in words and derived.search(text) for _, text, words in self._importing)

    def is_assigned_elsewhere(self, name: str) -> bool:
        """Whether another file that imports the root module, and is no test, assigns to an attribute called `name`."""
        assigned = re.compile(
            rf"\.{re.escape(name)}\s*(?::[^=\n]+)?=(?!=)|\bsetattr\([^,\n]+,\s*['\"]{re.escape(name)}['\"]"
        )
        return any(
            name in words and assigned.search(text) for path, text, words in self._importing if not is_test(path)
        )

    def is_changed_elsewhere(self, name: str) -> bool:
        """Whether another file that imports the root module, and is no test, may change the container called `name`."""
        changes = re.compile(
            rf"\b{re.escape(name)}\s*(?:\[[^]\n]*\]\s*[-+*/|&]?=(?!=)|[-+*|&]=|"
            rf"\.\s*(?:append|extend|update|pop|remove|insert|clear|setdefault|popitem|add)\()"
        )
        others = ((text, words) for path, text, words in self._importing if not is_test(path))
        return any(name in words and changes.search(text) for text, words in others)

    @cached_property
    def _importing(self) -> tuple[tuple[str, str, frozenset[str]], ...]:
        """The other files that import the root module: path, text and the words in it."""
        if self._siblings is None:
            return ()
        path = PurePosixPath(self.root.path)
        stem = path.parent.name if path.stem == "__init__" else path.stem
        imports = re.compile(rf"^[ \t]*(?:from|import)\b.*\b{re.escape(stem)}\b", re.MULTILINE)
        others = (other for other in self._siblings.holding(stem) if other != self.root.path)
        texts = ((other, self._siblings.read(other) or "") for other in others)
        return tuple((other, text, frozenset(_WORD.findall(text))) for other, text in texts if imports.search(text))


@dataclass(frozen=True, slots=True, eq=False)
class PythonFrame:
    """Where names mean something: a module, and inside a function that is being called, its arguments.

    `call` is the call that entered the function; `rest` are the keyword arguments that its `**` parameter collects,
    `extra` the arguments that its `*` parameter does.
    """

    program: PythonProgram
    module: Module
    function: cst.FunctionDef | None = None
    arguments: Mapping[str, Operand] = field(default_factory=dict)
    rest: tuple[tuple[cst.Arg, PythonFrame], ...] = ()
    extra: tuple[tuple[cst.Arg, PythonFrame], ...] = ()
    call: Operand | None = None
    depth: int = 0

    @property
    def at_root(self) -> bool:
        """Whether the frame is in the file that is edited."""
        return self.module is self.program.root

    def plain(self) -> PythonFrame:
        """The module around, with no function entered."""
        return PythonFrame(self.program, self.module, depth=self.depth)

    def deeper(self) -> PythonFrame:
        """The same frame, one step further from where the question was asked."""
        return replace(self, depth=self.depth + 1)

    def of(self, node: cst.BaseExpression) -> Operand:
        """An expression of this frame."""
        return Operand(self, node)


@dataclass(frozen=True, slots=True, eq=False)
class Operand:
    """An expression, and where its names mean something."""

    frame: PythonFrame
    node: cst.BaseExpression

    @property
    def module(self) -> Module:
        """The module that the expression stands in."""
        return self.frame.module

    @property
    def code(self) -> str:
        """The expression as it is written, without parentheses around it."""
        return self.module.code(self.node)

    def of(self, node: cst.BaseExpression) -> Operand:
        """Another expression of the same frame."""
        return Operand(self.frame, node)


def operand_of(part: Expansion) -> Operand | None:
    """The expression that an expansion was read from, if a program was read for it."""
    return part.origin if isinstance(part.origin, Operand) else None
