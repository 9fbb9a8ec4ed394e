"""Branch and tag names that a config's filters and conditions can tell apart, to compare two configs on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]

_COMMON = ("main", "master", "develop", "feature/topic-1", "v1.2.3", "1.0.0", "release-1.0")
_QUOTED = re.compile(r"""["']([^"'\s]{1,128})["']""")


def ref_names(*configs: object) -> tuple[str, ...]:
    """Names to try as branch and as tag: common ones, each literal in a condition, an example of each regex."""
    names = dict.fromkeys(_COMMON)
    for config in configs:
        for text in _texts(config):
            names.update(dict.fromkeys(_names_in(text)))
    return tuple(name for name in names if name and "\n" not in name)


def _texts(data: object, *, inside: bool = False) -> Iterator[str]:
    """The strings under `filters`, `branches`, `when` and `unless`, at any depth."""
    match data:
        case Mapping():
            for key, value in data.items():
                yield from _texts(value, inside=inside or key in {"filters", "branches", "when", "unless"})
        case list():
            for item in data:
                yield from _texts(item, inside=inside)
        case str() if inside:
            yield data


def _names_in(text: str) -> Iterable[str]:
    if len(text) > 1 and text.startswith("/") and text.endswith("/"):
        return filter(None, [example(text[1:-1])])
    quoted = _QUOTED.findall(text)
    return [*quoted, *filter(None, map(example, quoted))] if quoted else [text, *filter(None, [example(text)])]


def example(pattern: str) -> str | None:
    """A short text that the whole pattern matches, or None when none was found."""
    try:
        text = "".join(_example(parser.parse(pattern)))
        return text if re.fullmatch(pattern, text) else None
    except (re.error, _UnsupportedError, RecursionError, OverflowError):
        return None


class _UnsupportedError(Exception):
    """A construct that no example is made for."""


def _example(parsed: Iterable[tuple[object, object]]) -> Iterator[str]:
    for code, argument in parsed:
        yield from _piece(code, argument)


def _piece(code: object, argument: object) -> Iterator[str]:
    match code, argument:
        case op.LITERAL, int(char):
            yield chr(char)
        case (op.ANY, _) | (op.NOT_LITERAL, _):
            yield "x" if argument != ord("x") else "y"
        case op.AT, _:
            return
        case ((op.MAX_REPEAT | op.MIN_REPEAT), (int(least), _, parser.SubPattern() as body)):
            yield "".join(_example(body)) * max(int(least), 1 if least == 0 and _is_any(body) else least)
        case op.SUBPATTERN, (_, _, _, parser.SubPattern() as body):
            yield from _example(body)
        case op.BRANCH, (_, [parser.SubPattern() as first, *_]):
            yield from _example(first)
        case op.IN, list(items):
            yield _member(items)
        case _:
            raise _UnsupportedError


def _is_any(body: Iterable[tuple[object, object]]) -> bool:
    return any(code in {op.ANY, op.IN} for code, _ in body)


def _member(items: list[tuple[object, object]]) -> str:
    for char in "x1a_-/.A0zZ ":
        if re.fullmatch(_class_text(items), char):
            return char
    raise _UnsupportedError


def _class_text(items: list[tuple[object, object]]) -> str:
    negated = bool(items) and items[0][0] is op.NEGATE
    categories = {
        op.CATEGORY_DIGIT: r"\d",
        op.CATEGORY_WORD: r"\w",
        op.CATEGORY_SPACE: r"\s",
        op.CATEGORY_NOT_DIGIT: r"\D",
        op.CATEGORY_NOT_WORD: r"\W",
        op.CATEGORY_NOT_SPACE: r"\S",
    }
    text = ""
    for code, argument in items:
        match code, argument:
            case op.LITERAL, int(char):
                text += re.escape(chr(char))
            case op.RANGE, (int(low), int(high)):
                text += f"{re.escape(chr(low))}-{re.escape(chr(high))}"
            case op.CATEGORY, _:
                text += categories[argument]
    return f"[{'^' if negated else ''}{text}]"
