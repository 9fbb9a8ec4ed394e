r"""Parse expression strings such as `pipeline.git.branch == "main" and not pipeline.parameters.dry-run`.

The grammar is that of CircleCI's public library `CircleCI-Public/expr` (read on 27 November 2026), which its
documentation describes (configuration-reference, "Using expressions"; contexts, "Expression restrictions"). From loose
to tight: `or`; `and`; `==`, `!=`, `contains`, `matches`, `starts-with`; `>=`, `>`, `<=`, `<`; `not` and `!`. Words are
written in small or in capital letters. Numbers are whole. A string stands in double quotes, where `\"` and `\\` are the
only escapes; a regular expression stands between slashes, where `\/` is a slash.

Two things the sources leave open. Strings in single quotes stand on one page of the documentation, and the library
refuses them. Fractions and signs are in neither. They have a place in the tree, but no value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from migrator.circleci.compiler.expr import (
    EQUALITIES,
    ORDERS,
    And,
    Compare,
    Const,
    Expr,
    Holds,
    Not,
    Or,
    Pattern,
    Ref,
    Unclear,
)
from migrator.circleci.compiler.model import CompileError

_TOKEN = re.compile(
    r"""[ \t\r\n]*(?:(?P<string>"(?:\\["\\]|[^"\\]|\\(?!["\\]))*")
          |(?P<pattern>/(?:\\/|[^/\\]|\\(?!/))*/)
          |(?P<open>'(?:[^'\\]|\\.)*'|-[0-9]+(?:\.[0-9]+)?(?![\w.])|[0-9]+\.[0-9]+(?![\w.]))
          |(?P<number>[0-9]+)
          |(?P<word>[A-Za-z][A-Za-z0-9_?-]*(?:\.[A-Za-z0-9_?-]+)*)
          |(?P<mark>==|!=|>=|<=|>|<|\(|\)|!))""",
    re.VERBOSE | re.DOTALL,
)
_WORDS = ("and", "or", "not", "true", "false", *(operator for operator in EQUALITIES if operator[0].isalpha()))
_KEYWORDS = {written: word for word in _WORDS for written in (word, word.upper())} | {"!": "not"}
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


@lru_cache(maxsize=1024)
def parse_expression(source: str) -> Expr:
    """The tree of an expression. Raises CompileError when it does not parse."""
    parser = _Parser(source, _tokens(source))
    tree = parser.disjunction()
    if parser.peek() is not None:
        raise _error(source)
    return tree


def _tokens(source: str) -> tuple[_Token, ...]:
    tokens: list[_Token] = []
    end = len(source.rstrip(" \t\r\n"))
    index = 0
    while index < end:
        found = _TOKEN.match(source, index)
        if found is None:
            raise _error(source)
        kind = found.lastgroup or ""
        text = found.group(kind)
        tokens.append(_Token("keyword", _KEYWORDS[text]) if text in _KEYWORDS else _Token(kind, text))
        index = found.end()
    return tuple(tokens)


def _error(source: str) -> CompileError:
    return CompileError(f"Unable to parse expression: '{source.strip()}'")


class _Parser:
    """Recursive descent: one method for each level of binding."""

    def __init__(self, source: str, tokens: tuple[_Token, ...]) -> None:
        self._source = source
        self._tokens = tokens
        self._index = 0

    def peek(self) -> str | None:
        """The next token when it is a keyword or a mark, its kind otherwise; None at the end."""
        if self._index == len(self._tokens):
            return None
        token = self._tokens[self._index]
        return token.text if token.kind in ("keyword", "mark") else token.kind

    def _next(self) -> _Token:
        if self._index == len(self._tokens):
            raise _error(self._source)
        self._index += 1
        return self._tokens[self._index - 1]

    def disjunction(self) -> Expr:
        """`a or b or c`, from the left."""
        tree = self._conjunction()
        while self.peek() == "or":
            self._next()
            tree = Or(tree, self._conjunction())
        return tree

    def _conjunction(self) -> Expr:
        tree = self._equality()
        while self.peek() == "and":
            self._next()
            tree = And(tree, self._equality())
        return tree

    def _equality(self) -> Expr:
        tree = self._order()
        while self.peek() in EQUALITIES:
            operator = self._next().text
            tree = Compare(operator, tree, self._order())
        return tree

    def _order(self) -> Expr:
        tree = self._unary()
        while self.peek() in ORDERS:
            operator = self._next().text
            tree = Compare(operator, tree, self._unary())
        return tree

    def _unary(self) -> Expr:
        match self._next():
            case _Token("keyword", "not"):
                return Not(Holds(self._unary()))
            case _Token("mark", "("):
                return self._group()
            case _Token("string", text):
                return Const(re.sub(r'\\(["\\])', r"\1", text[1:-1]))
            case _Token("pattern", text):
                return Const(Pattern(text[1:-1].replace("\\/", "/")))
            case _Token("number", text) if int(text) <= _LARGEST:
                return Const(int(text))
            case _Token("keyword", "true" | "false" as text):
                return Const(text == "true")
            case _Token("word", text):
                return Ref(text)
            case _Token("open", text):
                return Unclear(text)
        raise _error(self._source)

    def _group(self) -> Expr:
        tree = self.disjunction()
        if self._next().text != ")":
            raise _error(self._source)
        return tree
