"""Parse expression strings such as `pipeline.git.branch == "main" and not pipeline.parameters.dry-run`.

CircleCI docs: configuration-reference, "Operators" of expression-based job filters. `not` binds tightest, then the
comparisons, then `and`, then `or`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from migrator.circleci.compiler.expr import And, Compare, Const, Expr, Not, Or, Ref, Unclear
from migrator.circleci.compiler.faults import CompileError

COMPARISONS = ("==", "!=", "starts-with", "matches", ">=", ">", "<=", "<")
_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
          |(?P<number>-?[0-9]+(?:\.[0-9]+)?(?![\w.]))
          |(?P<word>[A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*)
          |(?P<mark>==|!=|>=|<=|>|<|\(|\)))""",
    re.VERBOSE | re.DOTALL,
)


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
    end = len(source.rstrip())
    index = 0
    while index < end:
        found = _TOKEN.match(source, index)
        if found is None:
            raise _error(source)
        kind = found.lastgroup or ""
        tokens.append(_Token(kind, found.group(kind)))
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
        """The next token when it is a word or a mark, its kind otherwise; None at the end."""
        if self._index == len(self._tokens):
            return None
        token = self._tokens[self._index]
        return token.text if token.kind in ("word", "mark") else token.kind

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
        tree = self._comparison()
        while self.peek() == "and":
            self._next()
            tree = And(tree, self._comparison())
        return tree

    def _comparison(self) -> Expr:
        tree = self._unary()
        while self.peek() in COMPARISONS:
            operator = self._next().text
            tree = Compare(operator, tree, self._unary())
        return tree

    def _unary(self) -> Expr:
        token = self._next()
        match token:
            case _Token("word", "not"):
                return Not(self._unary())
            case _Token("mark", "("):
                return self._group()
            case _Token("string", text):
                return _string(text)
            case _Token("number", text):
                return Const(float(text) if "." in text else int(text))
            case _Token("word", "true" | "false" as text):
                return Const(text == "true")
            case _Token("word", text) if text not in ("and", "or", *COMPARISONS):
                return Ref(text)
        raise _error(self._source)

    def _group(self) -> Expr:
        tree = self.disjunction()
        if self._next().text != ")":
            raise _error(self._source)
        return tree


def _string(literal: str) -> Expr:
    raw = literal[1:-1]
    if "\\" not in raw:
        return Const(raw)
    # Whether a backslash escapes here is not documented: both readings are kept, and must agree to count.
    return Unclear(literal, (raw, re.sub(r"\\(.)", r"\1", raw, flags=re.DOTALL)))
