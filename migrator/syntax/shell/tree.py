"""What tree-sitter knows of a shell text: where commands begin, what surrounds them, where it lost the thread."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from migrator.model import Span
from migrator.syntax.shell.types import Block, CommandPlace, LexError, Write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tree_sitter import Node, Parser

    from migrator.syntax.shell.lexer import ShellLexer


_COMMANDS = frozenset(
    {"command", "declaration_command", "unset_command", "variable_assignment", "variable_assignments"}
)
_SUBSTITUTIONS = frozenset({"command_substitution", "arithmetic_expansion", "process_substitution"})
_BLOCKS = frozenset(
    {"function_definition", "subshell", "command_substitution", "case_item", "elif_clause", "else_clause"}
)
_COMPOUND = frozenset(
    {"subshell", "compound_statement", "if_statement", "case_statement", "for_statement", "while_statement"}
    | {"c_style_for_statement", "redirected_statement"}
)
_LOOPS = frozenset({"for_statement", "while_statement", "c_style_for_statement"})
_REMARK = re.compile(r"`[ \t]*#[^`\n]*`")  # a comment inside of a command: tree-sitter reads it to the end of the line


@dataclass(slots=True)
class Tree:
    """The structure of one text, in characters."""

    places: list[CommandPlace] = field(default_factory=list)
    ends: dict[int, int] = field(default_factory=dict)
    heredocs: list[int] = field(default_factory=list)
    errors: list[Span] = field(default_factory=list)
    functions: dict[str, Span] = field(default_factory=dict)
    redefined: set[str] = field(default_factory=set)
    tests: list[tuple[Span, tuple[Block, ...]]] = field(default_factory=list)
    loops: list[tuple[str, list[int], bool, Span, tuple[Block, ...]]] = field(default_factory=list)
    patterns: list[Span] = field(default_factory=list)
    outputs: list[tuple[Span, Span]] = field(default_factory=list)

    @classmethod
    def parse(cls, text: str) -> Tree:
        """Parse; a broken text gives `errors`."""
        tree = cls()
        _Walk(tree, spans_of(text)).all(root_of(text))
        return tree

    def loop_variables(self, lexer: ShellLexer) -> Iterator[Write]:
        """What `for` and `select` loops assign."""
        for name, starts, known, span, blocks in self.loops:
            try:
                choices = tuple(lexer.word(start) for start in starts) if known else None
            except (LexError, RecursionError):
                choices = None
            yield Write(name, span, blocks, choices=choices)


@cache
def _parser() -> Parser:
    import tree_sitter_bash
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_bash.language()))


def root_of(text: str) -> Node:
    """The whole of a text as tree-sitter reads it."""
    text = _REMARK.sub(lambda found: " " * len(found[0]), text)
    return _parser().parse(text.encode("utf-8")).root_node


def spans_of(text: str) -> Callable[[Node], Span]:
    """How nodes of the text become character spans."""
    if text.isascii():
        return lambda node: Span(node.start_byte, node.end_byte)
    chars: list[int] = []
    for index, char in enumerate(text):
        chars.extend([index] * len(char.encode("utf-8")))
    chars.append(len(text))
    return lambda node: Span(chars[node.start_byte], chars[node.end_byte])


def _is_arithmetic(node: Node) -> bool:
    return bool(node.children) and node.children[0].type == "(("


@dataclass(frozen=True, slots=True)
class _Visit:
    """A node to look at. `inside`: it is part of a command that is noted already."""

    node: Node
    blocks: tuple[Block, ...]
    backtick: bool
    inside: bool


class _Walk:
    """Visits every node once, outermost first."""

    def __init__(self, tree: Tree, span: Callable[[Node], Span]) -> None:
        self.tree = tree
        self.span = span

    def all(self, root: Node) -> None:
        """Visit everything. A stack of its own: long `&&` lists nest deeper than Python calls may."""
        stack = [_Visit(root, (), backtick=False, inside=False)]
        while stack:
            stack.extend(self.one(stack.pop()))

    def one(self, visit: _Visit) -> Iterator[_Visit]:
        """Note what a node is; its children are visited next."""
        node, span = visit.node, self.span(visit.node)
        blocks, backtick, inside = visit.blocks, visit.backtick, visit.inside
        if node.is_error or node.is_missing or _is_unfinished(node):
            self.tree.errors.append(Span(span.start, max(span.end, span.start + 1)))
        if node.type in _SUBSTITUTIONS:
            self._substitution(node, span)
            backtick = node.type == "command_substitution" and bool(node.children) and node.children[0].type == "`"
            inside = False
        self._note(node, span, blocks)
        if node.type in _COMMANDS and not inside:
            self.tree.places.append(CommandPlace(span, blocks, backtick))
            inside = True
        if node.type in _BLOCKS:
            blocks = (*blocks, Block(node.type, span))
        for child in node.children:
            yield _Visit(child, self._around(node, child, blocks), backtick, inside)

    def _note(self, node: Node, span: Span, blocks: tuple[Block, ...]) -> None:
        kind = node.type
        if kind == "heredoc_redirect":
            self._heredoc(node)
        elif kind == "function_definition":
            self._function(node, span)
        elif kind == "case_item":
            self.tree.patterns += [self.span(value) for value in node.children_by_field_name("value")]
        elif kind in {"redirected_statement", "pipeline"}:
            self._output(node)
        elif kind in _LOOPS:
            self._loop(node, span, blocks)
        elif kind in {"test_command", "case_statement"} or (kind == "compound_statement" and _is_arithmetic(node)):
            self.tree.tests.append((span, blocks))

    def _around(self, node: Node, child: Node, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        """The blocks of a child: what runs only sometimes, again, or in a process of its own."""
        match node.type:
            case "if_statement" if self._in_then(node, child):
                return (*blocks, Block("then", self.span(node)))
            case "for_statement" | "while_statement" | "c_style_for_statement" if child.type == "do_group":
                return (*blocks, Block("loop", self.span(child)))
            case "pipeline" if child.is_named:
                return (*blocks, Block("pipeline", self.span(child)))
            case "list" if child.is_named and child != node.children[0]:
                return (*blocks, Block("list", self.span(child)))
        return blocks

    def _in_then(self, node: Node, child: Node) -> bool:
        then = next((other for other in node.children if other.type == "then"), None)
        started = then is not None and child.start_byte > then.start_byte
        return started and child.type not in {"elif_clause", "else_clause", "fi"}

    def _substitution(self, node: Node, span: Span) -> None:
        if not node.has_error:
            self.tree.ends[span.start] = span.end

    def _output(self, node: Node) -> None:
        """What stands behind a compound command that says where the output of all its commands goes."""
        parts = [child for child in node.children if child.is_named]
        found = pairwise(parts) if node.type == "pipeline" else ((parts[0], other) for other in parts[1:])
        for part, following in found:
            if part.type in _COMPOUND:
                self.tree.outputs.append((self.span(part), self.span(following)))

    def _heredoc(self, node: Node) -> None:
        operator = next((child for child in node.children if child.type in {"<<", "<<-"}), None)
        if operator is not None:
            self.tree.heredocs.append(self.span(operator).start)

    def _function(self, node: Node, span: Span) -> None:
        name = node.child_by_field_name("name")
        if name is not None and name.text is not None:
            if name.text.decode() in self.tree.functions:
                self.tree.redefined.add(name.text.decode())
            self.tree.functions[name.text.decode()] = span

    def _loop(self, node: Node, span: Span, blocks: tuple[Block, ...]) -> None:
        variable = node.child_by_field_name("variable")
        if variable is None or variable.text is None:
            return
        values = [self.span(value) for value in node.children_by_field_name("value")]
        starts = [s.start for i, s in enumerate(values) if i == 0 or values[i - 1].end < s.start]
        known = node.type == "for_statement" and node.children[0].type == "for" and bool(values)
        self.tree.loops.append((variable.text.decode(), starts, known, span, blocks))


def _is_unfinished(node: Node) -> bool:
    """Whether the word that ends a compound command is not there: no shell runs any of it."""
    return any(child.is_missing and child.type in {"fi", "done", "esac"} for child in node.children)
