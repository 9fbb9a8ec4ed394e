"""Expressions, templates and logic statements of CircleCI configs, evaluated; nothing of the product's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Look = Callable[[str], Any]

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*"|'[^']*')|(?P<pattern>/(?:[^/\\]|\\.)*/)|(?P<op>==|!=|<=|>=|<|>|\(|\)|!)"""
    r"""|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z][\w.-]*))"""
)
_WORDS = {"and", "or", "not", "matches", "starts-with", "contains"}
_COMPARISONS = {"==", "!=", "<", ">", "<=", ">=", "matches", "starts-with", "contains"}


class NotReadError(ValueError):
    """What this evaluator or CircleCI does not take."""


def evaluate(text: str, look: Look) -> Any:
    """The value of an expression; `look` knows names."""
    parser = _Parser(_tokens(text, look))
    value = parser.either()
    if parser.tokens:
        raise NotReadError(f"expression {text!r}: {parser.tokens[0]} is left over")
    return value


def _tokens(text: str, look: Look) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    place, text = 0, text.strip()
    while place < len(text):
        token = _TOKEN.match(text, place)
        if token is None:
            raise NotReadError(f"expression {text!r} at {place}")
        place = token.end()
        found.append(_token(token, look))
    return found


def _token(token: re.Match[str], look: Look) -> tuple[str, Any]:
    match token.lastgroup, token[token.lastgroup or 0]:
        case "text", text:
            return "value", text[1:-1].replace('\\"', '"')
        case "pattern", text:
            return "pattern", text[1:-1].replace("\\/", "/")
        case "number", text:
            return "value", float(text) if "." in text else int(text)
        case "name", text if text.lower() in _WORDS:
            return "op", text.lower()
        case "name", ("true" | "false" | "null") as text:
            return "value", {"true": True, "false": False, "null": None}[text]
        case "name", text:
            return "value", look(text)
        case _, text:
            return "op", text


class _Parser:
    def __init__(self, tokens: list[tuple[str, Any]]) -> None:
        self.tokens = tokens

    def takes(self, *ops: str) -> str | None:
        if self.tokens and self.tokens[0][0] == "op" and self.tokens[0][1] in ops:
            found: str = self.tokens.pop(0)[1]
            return found
        return None

    def either(self) -> Any:
        value = self.both()
        while self.takes("or"):
            other = self.both()
            value = other if value is None or value is False else value
        return value

    def both(self) -> Any:
        value = self.compared()
        while self.takes("and"):
            other = self.compared()
            value = value if value is None or value is False else other
        return value

    def compared(self) -> Any:
        value = self.single()
        while op := self.takes(*_COMPARISONS):
            if op == "matches":
                kind, pattern = self.tokens.pop(0) if self.tokens else ("", "")
                if kind != "pattern":
                    raise NotReadError(f"matches {pattern!r}")
                value = None if value is None else re.fullmatch(pattern, str(value)) is not None
            else:
                value = _compare(op, value, self.single())
        return value

    def single(self) -> Any:
        if self.takes("not", "!"):
            value = self.single()
            return value is None or value is False
        if self.takes("("):
            value = self.either()
            if not self.takes(")"):
                raise NotReadError("a bracket is not closed")
            return value
        if not self.tokens or self.tokens[0][0] != "value":
            raise NotReadError(f"expression at {self.tokens[:1]}")
        return self.tokens.pop(0)[1]


def _compare(op: str, left: Any, right: Any) -> bool | None:
    """A comparison with null is null."""
    if left is None or right is None:
        return None
    same = type(left) is type(right) and left == right
    match op:
        case "==":
            return same
        case "!=":
            return not same
        case "starts-with":
            return str(left).startswith(str(right))
        case "contains":
            return right in left
        case "<" | "<=":
            return bool(left < right or (op == "<=" and same))
        case _:
            return bool(left > right or (op == ">=" and same))


def truthy(value: Any) -> bool:
    """Whether a literal of a logic statement counts: false, null, 0, the empty text and what is empty do not."""
    return bool(value)


def spelt(value: Any) -> str:
    """A value as it is put into a text."""
    match value:
        case bool():
            return "true" if value else "false"
        case None:
            return ""
        case _:
            return str(value)


def filled(node: Any, look: Look) -> Any:
    """A node with its `<< … >>` replaced; a text that is one template has that value itself."""
    match node:
        case dict():
            return {filled(key, look): filled(value, look) for key, value in node.items()}
        case list():
            return [filled(each, look) for each in node]
        case str() if "<<" in node:
            whole = re.fullmatch(r"\s*<<((?:(?!<<|>>).)*)>>\s*", node, re.DOTALL)
            return evaluate(whole[1], look) if whole else _filled_text(node, look)
        case _:
            return node


def _filled_text(text: str, look: Look) -> str:
    parts, place = [], 0
    for tag in re.finditer(r"(\\*)(<<+)(?:((?:(?!<<|>>).)*)(>>))?", text, re.DOTALL):
        slashes, opening, inner, closing = tag.groups()
        parts.append(text[place : tag.start()])
        place = tag.end()
        if len(slashes) % 2:
            parts.append(slashes[:-1] + opening + (filled(inner + closing, look) if closing else ""))
        elif closing is None:
            raise NotReadError(f"an unclosed << in {text!r}")
        else:
            parts.append(slashes + spelt(evaluate(inner, look)))
    return "".join([*parts, text[place:]])


def holds(statement: Any, look: Look) -> bool:
    """A logic statement, or an expression without brackets."""
    if isinstance(statement, str) and "<<" not in statement and statement.strip():
        value = evaluate(statement, look)
        return value is not None and value is not False
    return _logic(filled(statement, look))


def _logic(statement: Any) -> bool:
    match statement:
        case {"and": list() as parts}:
            return all(_logic(part) for part in parts)
        case {"or": list() as parts}:
            return any(_logic(part) for part in parts)
        case {"not": part}:
            return not _logic(part)
        case {"equal": list() as parts}:
            return all(type(part) is type(parts[0]) and part == parts[0] for part in parts)
        case {"matches": {"pattern": pattern, "value": value}}:
            return re.fullmatch(spelt(pattern).removeprefix("/").removesuffix("/"), spelt(value)) is not None
        case dict() if statement:
            raise NotReadError(f"logic statement {statement}")
        case _:
            return truthy(statement)
