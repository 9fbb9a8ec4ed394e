"""What has to hold for a command of a shell text to run: the conditions around it, and what may leave before it.

What `set -e` leaves for is not looked at, and no check that looks for a program, asks a server or reads what it said.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from migrator.syntax.shell.tree import root_of, spans_of
from migrator.syntax.text.guards import Guard, guard

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tree_sitter import Node

_LEAVING = frozenset({"exit", "return", "break", "continue"})
_APART = frozenset({"function_definition", "subshell", "command_substitution", "process_substitution", "pipeline"})
SEQUENCES = frozenset(
    {"program", "do_group", "compound_statement", "subshell", "command_substitution", "else_clause", "case_item"}
)
_LOOPS = frozenset({"for_statement", "while_statement", "c_style_for_statement"})
_NOT_LOOKED_AT = re.compile(r"\b(?:command -v|type|which|hash|curl|wget|jq)\b")
_NO_STATEMENT = frozenset({"comment", "heredoc_body", "file_redirect"})
UNCALLED = Guard("the function that it stands in is called")
"""What has to hold where nothing in the text calls the function around a place."""


def guards(text: str, at: int) -> tuple[Guard, ...]:
    """What has to hold for the command at a character of the text to run, in order and without repeats."""
    found = _Reader(text).at(at, frozenset())
    return tuple(dict.fromkeys(each for each in found if each.never or not _NOT_LOOKED_AT.search(each.text)))


NOT_EMPTY = re.compile(r"""(?:\[\[? |test |)(?P<empty>-z |-n |)"?\$\{?(?P<name>\w+)\}?"?(?: \]\]?)?""")
"""A test of whether a variable holds something, or nothing with `-z`."""
_REQUIRED = re.compile(r"\$\{(\w+):\?")
_PLAIN = frozenset({"command", "declaration_command", "variable_assignment", "variable_assignments"})


def checked_names(text: str, at: int) -> frozenset[str]:
    """The variables that hold something when the command at a character of the text runs.

    Else the script has left by then: `: "${X:?}"`, `[ -n "$X" ] || exit`, `if [ -z "$X" ]; then exit; fi`.
    """
    reader = _Reader(text)
    found = {
        match["name"]
        for each in reader.at(at, frozenset())
        for part in _clauses(each)
        if (match := NOT_EMPTY.fullmatch(part)) and each.holds is (match["empty"] != "-z ")
    }
    for parent, child in pairwise(reader.path(at)):
        for node in parent.children:
            plain = node.type in _PLAIN and node.start_byte < child.start_byte
            found |= set(_REQUIRED.findall(reader.source(node))) if plain else set()
    return frozenset(found)


def _clauses(condition: Guard) -> list[str]:
    """The tests that all hold where the condition does, or that all fail where it does not hold."""
    joined, other = ("&&", "||") if condition.holds else ("||", "&&")
    return [] if other in condition.text else [part.strip() for part in condition.text.split(joined)]


_IS = re.compile(
    r"""(?:\[\[? |test )"?\$\{?(?P<name>\w+)\}?"? (?P<other>!)?==? ["']?(?P<text>[\w./:@+-]*)["']?(?: \]\]?)?"""
)
_VARIABLE = re.compile(r'"?\$\{?(\w+)\}?"?')
_PATTERN = re.compile(r"""(?P<quote>["']?)(?P<text>[\w./:@+ -]*)(?P=quote)""")


def limits(text: str, at: int) -> dict[str, tuple[str, ...]]:
    """The variables that hold one of a few texts when the command at a character of the text runs, with these.

    Else the script has left by then, or the command stands where they do: `case $X in a|b) ;; *) exit ;; esac`,
    `if [ "$X" != a ] && [ "$X" != b ]; then exit; fi`.
    """
    reader = _Reader(text)
    found = [known for each in reader.at(at, frozenset()) for known in _texts(each)]
    for parent, child in pairwise(reader.path(at)):
        if parent.type == "case_statement" and child.type == "case_item":
            found += reader.chosen(parent, [child])
        for node in parent.children if parent.type in SEQUENCES else ():
            if node.type == "case_statement" and node.start_byte < child.start_byte:
                found += reader.left_over(node)
    return dict(reversed(found))


def _texts(condition: Guard) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The variables that a condition compares with texts one of which they are."""
    for part in _clauses(condition):
        match = _IS.fullmatch(part)
        if match and (match["other"] is None) is condition.holds:
            yield match["name"], (match["text"],)
    parts = condition.text.split("||" if condition.holds else "&&")
    matches = [match for part in parts if (match := _IS.fullmatch(part.strip()))]
    names = {match["name"] for match in matches}
    is_one = len(matches) == len(parts) and len(names) == 1
    if is_one and all((match["other"] is None) is condition.holds for match in matches):
        yield names.pop(), tuple(match["text"] for match in matches)


class _Reader:
    """One text, its nodes and its functions."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.span = spans_of(text)
        self.root = root_of(text)
        self.functions: dict[str, Node] = {}
        self.commands: list[Node] = []
        stack = [self.root]
        while stack:
            node = stack.pop()
            if node.type == "function_definition":
                self.functions[self.field(node, "name")] = node
            elif node.type == "command":
                self.commands.append(node)
            stack.extend(node.children)

    def source(self, node: Node) -> str:
        span = self.span(node)
        return self.text[span.start : span.end]

    def field(self, node: Node, name: str) -> str:
        found = node.child_by_field_name(name)
        return self.source(found) if found is not None else ""

    def at(self, index: int, seen: frozenset[str]) -> list[Guard]:
        found: list[Guard] = []
        for parent, child in pairwise(self.path(index)):
            if parent.type == "function_definition":
                found = self.of_calls(self.field(parent, "name"), seen)
            else:
                found += self.between(parent, child)
        return found

    def path(self, index: int) -> Iterator[Node]:
        node: Node | None = self.root
        while node is not None:
            yield node
            node = next((child for child in node.children if index in self.span(child)), None)

    def of_calls(self, name: str, seen: frozenset[str]) -> list[Guard]:
        """What has to hold for a function to run: where it is called in several ways, one of them."""
        if name in seen:
            return []
        calls = [command for command in self.commands if self.field(command, "name") == name]
        ways = {tuple(self.at(self.span(call).start, seen | {name})) for call in calls}
        if len(ways) == 1:
            return list(ways.pop())
        told = sorted(" and ".join(map(str, way)) for way in ways)
        return [guard(" or ".join(told))] if all(told) and told else [] if told else [UNCALLED]

    def between(self, parent: Node, child: Node) -> Iterator[Guard]:
        """What has to hold for a part of a construct to run once the construct does."""
        if parent.type in {"if_statement", "elif_clause"}:
            yield from self.in_if(parent, child)
        elif parent.type == "list" and child != parent.children[0]:
            yield guard(self.source(parent.children[0]), holds=parent.children[1].type == "&&")
        elif parent.type in _LOOPS and child.type == "do_group":
            yield guard(self.text[self.span(parent).start : self.span(child).start])
        elif parent.type == "case_statement" and child.type == "case_item":
            patterns = "|".join(map(self.source, child.children_by_field_name("value")))
            yield guard(f"case {self.field(parent, 'value')} in {patterns})")
        if parent.type in SEQUENCES:
            yield from self.before(parent.children, child)

    def chosen(self, case: Node, items: Sequence[Node]) -> list[tuple[str, tuple[str, ...]]]:
        """The variable that a `case` looks at with the texts of some items, where they are texts."""
        name = _VARIABLE.fullmatch(self.field(case, "value"))
        patterns = [_PATTERN.fullmatch(self.source(each)) for item in items for each in _values_of(item)]
        texts = [match["text"] for match in patterns if match]
        return [(name[1], tuple(texts))] if name and len(texts) == len(patterns) and texts else []

    def left_over(self, case: Node) -> list[tuple[str, tuple[str, ...]]]:
        """The same for what follows a `case` that leaves for everything else."""
        items = [child for child in case.children if child.type == "case_item"]
        rest = next((at for at, item in enumerate(items) if "*" in map(self.source, _values_of(item))), None)
        falls = any(child.type in {";&", ";;&"} for item in items for child in item.children)
        if rest is None or falls or not self.item_leaves(items[rest]):
            return []
        return self.chosen(case, [item for item in items[:rest] if not self.item_leaves(item)])

    def item_leaves(self, item: Node) -> bool:
        return any(self.leaves(child, _LEAVING) for child in item.named_children)

    def in_if(self, parent: Node, child: Node) -> Iterator[Guard]:
        then = next((each for each in parent.children if each.type == "then"), None)
        if then is None or child.start_byte <= then.start_byte:
            return
        if child.type in {"elif_clause", "else_clause"}:
            earlier = [each for each in parent.children if each.type == "elif_clause"]
            for other in (parent, *(each for each in earlier if each.start_byte < child.start_byte)):
                yield guard(self.condition(other), holds=False)
            return
        yield guard(self.condition(parent))
        yield from self.before([each for each in parent.children if each.start_byte > then.start_byte], child)

    def condition(self, node: Node) -> str:
        """The text between `if` or `elif` and `then`."""
        then = next(each for each in node.children if each.type == "then")
        return self.text[self.span(node.children[0]).end : self.span(then).start]

    def before(self, nodes: Sequence[Node], child: Node) -> Iterator[Guard]:
        for node in nodes:
            if node.start_byte >= child.start_byte:
                return
            if node.is_named and node.type not in _NO_STATEMENT:
                yield from self.passing(node)

    def passing(self, node: Node) -> Iterator[Guard]:
        """What has to hold for what follows a statement to be reached."""
        if not self.may_leave(node, _LEAVING):
            return
        if self.leaves(node, _LEAVING):
            yield guard(self.source(node), never=True)
        elif node.type in {"redirected_statement", "compound_statement"}:
            for child in node.named_children:
                yield from self.passing(child)
        elif node.type == "list" and self.leaves(node.children[-1], _LEAVING):
            yield from self.passing(node.children[0])
            yield guard(self.source(node.children[0]), holds=node.children[1].type == "||")
        elif node.type == "if_statement" and self.then_leaves(node):
            yield guard(self.condition(node), holds=False)
        else:
            yield guard(self.told(node))

    def told(self, node: Node) -> str:
        """The text of a statement; of the call of a function that may end the script, with what that does."""
        name = self.field(node, "name") if node.type == "command" else ""
        return (
            f"{self.source(node)} ({self.source(self.functions[name])})"
            if name in self.functions
            else self.source(node)
        )

    def then_leaves(self, node: Node) -> bool:
        """Whether an `if` without other branches always leaves when its condition holds."""
        then = next((each for each in node.children if each.type == "then"), None)
        if then is None or any(each.type in {"elif_clause", "else_clause"} for each in node.children):
            return False
        inside = [each for each in node.named_children if each.start_byte > then.start_byte]
        return any(self.leaves(each, _LEAVING) for each in inside)

    def leaves(self, node: Node, words: frozenset[str], depth: int = 4) -> bool:
        """Whether the statement always leaves; `words` are the commands that do."""
        match node.type:
            case "command":
                name = self.field(node, "name")
                body = self.body(name) if depth else None
                return name in words or (body is not None and self.leaves(body, frozenset({"exit"}), depth - 1))
            case "redirected_statement" | "compound_statement":
                return any(self.leaves(child, words, depth) for child in node.named_children)
            case "list":
                return self.leaves(node.children[0], words, depth)
        return False

    def may_leave(self, node: Node, words: frozenset[str], depth: int = 4) -> bool:
        """Whether the statement may leave, by itself or by a function that it calls."""
        if node.type in _APART:
            return False
        if node.type == "command":
            name = self.field(node, "name")
            body = self.body(name) if depth else None
            return name in words or (body is not None and self.may_leave(body, frozenset({"exit"}), depth - 1))
        return any(self.may_leave(child, words, depth) for child in node.named_children)

    def body(self, name: str) -> Node | None:
        found = self.functions.get(name)
        return found.child_by_field_name("body") if found is not None else None


def _values_of(item: Node) -> list[Node]:
    """The patterns of an item of a `case`."""
    return item.children_by_field_name("value")
