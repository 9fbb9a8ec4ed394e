"""Read Python text: a tree with the exact place of every node, scopes and parents. It is never printed back."""

from __future__ import annotations

import ast
import re
import warnings
from bisect import bisect_left
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any, TypeVar, cast

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper, ParentNodeProvider, ScopeProvider

from migrator.errors import ParseError
from migrator.model import Span
from migrator.syntax.memo import Memo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from libcst.metadata import CodeSpan, Scope


_COOKIE = re.compile(r"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_UTF8 = frozenset({"utf8", "utf8sig", "ascii", "usascii"})
Node = TypeVar("Node", bound=cst.CSTNode)
Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement


class Module:
    """One Python file. Spans are in characters of `text`."""

    def __init__(self, path: str, text: str) -> None:
        """Parse `text`. Raises ParseError for what Python 3 does not read, or what the tree would not give back."""
        self.path = path
        self.text = text
        self.memo = Memo()
        """What was found out about places in the file."""
        self.tree = _tree(text)
        wrapper = MetadataWrapper(self.tree, unsafe_skip_copy=True)
        providers = (ByteSpanPositionProvider, ParentNodeProvider, ScopeProvider)
        data: Any = wrapper.resolve_many(providers)
        placed = data[ByteSpanPositionProvider]  # which lacks the spaces of patterns
        self._nodes: list[cst.CSTNode] = [node for node in data[ParentNodeProvider] if node in placed]
        self._parents: dict[cst.CSTNode, cst.CSTNode] = dict(data[ParentNodeProvider])
        self._scopes: dict[cst.CSTNode, Scope | None] = dict(data[ScopeProvider])
        self._kinds: dict[type[cst.CSTNode], list[cst.CSTNode]] = {}
        self._bytes = None if text.isascii() else [0, *accumulate(len(char.encode()) for char in text)]
        self._spans = {n: self._span(place) for n, place in data[ByteSpanPositionProvider].items()}

    def span(self, node: cst.CSTNode) -> Span:
        """Where the node stands, without the parentheses around it."""
        return self._spans[node]

    def _span(self, place: CodeSpan) -> Span:
        return Span(self._index(place.start), self._index(place.start + place.length))

    def outer(self, node: cst.CSTNode) -> Span:
        """Where the node stands, with the parentheses around it."""
        span = self.span(node)
        left = sum(len(self.tree.code_for_node(paren)) for paren in getattr(node, "lpar", ()))
        right = sum(len(self.tree.code_for_node(paren)) for paren in getattr(node, "rpar", ()))
        return Span(span.start - left, span.end + right)

    def _index(self, offset: int) -> int:
        return offset if self._bytes is None else bisect_left(self._bytes, offset)

    def code(self, node: cst.CSTNode) -> str:
        """The text of the node, without the parentheses around it."""
        span = self.span(node)
        return self.text[span.start : span.end]

    def outer_code(self, node: cst.CSTNode) -> str:
        """The text of the node, with the parentheses around it."""
        span = self.outer(node)
        return self.text[span.start : span.end]

    def line(self, node: cst.CSTNode) -> int:
        """The line that the node starts in, counted from 1."""
        return self.text.count("\n", 0, self.span(node).start) + 1

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """The node right above."""
        return self._parents.get(node)

    def ancestors(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """The nodes above, the nearest first."""
        above = self._parents.get(node)
        while above is not None:
            yield above
            above = self._parents.get(above)

    def scope(self, node: cst.CSTNode) -> Scope | None:
        """The scope that names at the node are looked up in."""
        for candidate in (node, *self.ancestors(node)):
            scope = self._scopes.get(candidate)
            if scope is not None:
                return scope
        return None

    def function(self, node: cst.CSTNode) -> cst.FunctionDef | None:
        """The function that the node is in."""
        return next((above for above in self.ancestors(node) if isinstance(above, cst.FunctionDef)), None)

    def class_of(self, node: cst.CSTNode) -> cst.ClassDef | None:
        """The class that the node is in."""
        return next((above for above in self.ancestors(node) if isinstance(above, cst.ClassDef)), None)

    def statement(self, node: cst.CSTNode) -> cst.CSTNode:
        """The statement line or compound statement that the node is in."""
        found = (above for above in (node, *self.ancestors(node)) if isinstance(above, Statement))
        return next(found, self.tree)

    def calls(self, below: cst.CSTNode | None = None) -> tuple[cst.Call, ...]:
        """Every call below a node, outer calls before the ones in their arguments."""
        return self.all(cst.Call, below)

    def all(self, kind: type[Node], below: cst.CSTNode | None = None) -> tuple[Node, ...]:
        """Every node of a kind, in the order of the file, outer ones before those inside; all, or those in a node."""
        if not self._kinds:
            for node in self._nodes:
                self._kinds.setdefault(type(node), []).append(node)
            for nodes in self._kinds.values():
                nodes.sort(key=lambda node: (self.span(node).start, -self.span(node).end))
        found = self._kinds.get(kind, [])
        if below is not None:
            around = self.span(below)
            found = [
                node for node in found if around.start <= self.span(node).start and self.span(node).end <= around.end
            ]
        return cast("tuple[Node, ...]", tuple(found))


@lru_cache(maxsize=2)
def read_module(path: str, text: str) -> Module:
    """The file, parsed once while it is being worked on: as it was, and as it would be. Raises ParseError."""
    return Module(path, text)


def _tree(text: str) -> cst.Module:
    _refuse_other_encodings(text)
    try:
        tree = cst.parse_module(text)
    except cst.ParserSyntaxError as error:
        raise _syntax_error(text, error) from error
    except RecursionError as error:
        raise ParseError("it is nested too deeply", 1) from error
    if tree.code != text:
        raise ParseError("it cannot be read without loss", _first_difference(text, tree.code))
    return tree


def _syntax_error(text: str, error: cst.ParserSyntaxError) -> ParseError:
    """The complaint in the words of Python itself, where it complains too."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except (SyntaxError, ValueError) as own:
            line = getattr(own, "lineno", None) or error.raw_line
            return ParseError(f"it is not Python 3: {getattr(own, 'msg', own)}", line)
    return ParseError("it uses syntax that is not known here", error.raw_line)


def _refuse_other_encodings(text: str) -> None:
    """A file in another encoding would mean other characters than those read here."""
    if text.isascii():
        return
    for number, line in enumerate(text.split("\n", 2)[:2], start=1):
        cookie = _COOKIE.match(line)
        if cookie and re.sub("[-_]", "", cookie[1].lower()) not in _UTF8:
            raise ParseError(f"it says that its encoding is {cookie[1]}", number)


def _first_difference(text: str, other: str) -> int:
    same = next((i for i, (a, b) in enumerate(zip(text, other, strict=False)) if a != b), min(len(text), len(other)))
    return text.count("\n", 0, same) + 1
