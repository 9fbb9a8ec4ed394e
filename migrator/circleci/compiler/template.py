r"""Split text into literal parts and `<< >>` tags, and put values into plain data.

CircleCI docs: reusing-config and config-templating. A scalar that is exactly one tag takes the value with its type;
`\<<` is a literal `<<`. What more than one backslash, or a longer run of `<`, comes to is not documented: such a run
stays a piece of unclear text, equal only to itself.
"""

from __future__ import annotations

import re
from functools import lru_cache

from migrator.circleci.compiler.evaluate import Lookup, joined, shown_value
from migrator.circleci.compiler.expr import Const, Expr, Ref, Section, Template, Unclear, shown
from migrator.circleci.compiler.expression import parse_expression
from migrator.circleci.compiler.model import CompileError

_RUN = re.compile(r"(?P<slashes>\\*)(?P<marks><{2,})")
_HERE_STRING = 3
# A parameter whose name is no word of the expression language is put in all the same (docs: "Valid parameter names").
_PARAMETER = re.compile(r"(?:pipeline\.)?parameters\.[^\s\"'()<>=!/]+")


def is_templated(text: str) -> bool:
    """Whether the text holds `<<`, live or escaped."""
    return "<<" in text


@lru_cache(maxsize=4096)
def parse_template(text: str) -> Expr:
    """The tree of a scalar. Raises CompileError for a tag that is not closed or does not parse."""
    if not is_templated(text):
        return Const(text)
    parts, rest = _parse_parts(text, 0, None)
    assert rest == len(text)
    return parts[0] if len(parts) == 1 else Template(parts) if parts else Const("")


def substitute(data: object, lookup: Lookup) -> object:
    """Plain data with every tag replaced; a value that is not known stays in it as a tree. Raises CompileError."""
    match data:
        case str() if is_templated(data):
            found = shown_value(parse_template(data), lookup)
            return found.value if isinstance(found, Const) else found
        case list():
            return [substitute(item, lookup) for item in data]
        case dict():
            return {_key(key, lookup): _item(key, item, lookup) for key, item in data.items()}
    return data


def _item(key: object, item: object, lookup: Lookup) -> object:
    if key != "environment" or not isinstance(item, dict):
        return substitute(item, lookup)
    # An empty pipeline value becomes `<nil>` here; whether an empty pipeline parameter does, too, is not documented.
    return {_key(name, lookup): _variable(text, lookup) for name, text in item.items()}


def _variable(text: object, lookup: Lookup) -> object:
    found = substitute(text, lookup)
    return Unclear("empty, or <nil>") if found == "" and _is_pipeline_value(text) else found


def _is_pipeline_value(text: object) -> bool:
    tree = parse_template(text) if isinstance(text, str) else None
    return isinstance(tree, Ref) and tree.name.startswith("pipeline.")


def settled(data: object) -> object:
    """Plain data with every tree in it replaced by its canonical text."""
    match data:
        case list() | tuple():
            return [settled(item) for item in data]
        case dict():
            return {key: settled(item) for key, item in data.items()}
        case str() | bool() | int() | float() | None:
            return data
        case Const(known):
            return settled(known)
    return shown(data) if isinstance(data, Expr) else data


def _key(key: object, lookup: Lookup) -> object:
    if not isinstance(key, str) or not is_templated(key):
        return key
    return shown(joined((shown_value(parse_template(key), lookup),)))


def _parse_parts(text: str, start: int, section: str | None) -> tuple[tuple[Expr, ...], int]:
    """The parts from `start` to the end, or to the tag that closes `section`; and where they end."""
    parts: list[Expr] = []
    while (run := _RUN.search(text, start)) is not None:
        if run.start() > start:
            parts.append(Const(text[start : run.start()]))
        literal = _literal(run)
        if literal is not None:
            parts.append(literal)
            start = run.end()
            continue
        if run["slashes"]:
            parts.append(Unclear(run["slashes"]))
        content, start = _tag(text, run)
        if content.startswith("/"):
            if content[1:].strip() != section:
                raise _unclosed(text)
            return tuple(parts), start
        part, start = _parse_tag(text, content, start)
        parts.append(part)
    if section is not None:
        raise _unclosed(text)
    if start < len(text):
        parts.append(Const(text[start:]))
    return tuple(parts), len(text)


def _literal(run: re.Match[str]) -> Expr | None:
    """What an escaped run of `<` stands for; None when a tag starts here."""
    if len(run["slashes"]) % 2 == 0:
        return None
    if len(run["slashes"]) == 1 and len(run["marks"]) <= _HERE_STRING:
        return Const(run["marks"])
    return Unclear(run.group())


def _tag(text: str, run: re.Match[str]) -> tuple[str, int]:
    end = text.find(">>", run.end())
    if len(run["marks"]) > 2 or end < 0:
        raise _unclosed(text)
    return text[run.end() : end].strip(), end + 2


def _parse_tag(text: str, content: str, end: int) -> tuple[Expr, int]:
    try:
        if not content.startswith(("#", "^")):
            return Ref(content) if _PARAMETER.fullmatch(content) else parse_expression(content), end
        name = content[1:].strip()
        condition = parse_expression(name)
    except CompileError:
        raise _unclosed(text) from None
    body, end = _parse_parts(text, end, name)
    return Section(condition, Template(body), inverted=content.startswith("^")), end


def _unclosed(text: str) -> CompileError:
    return CompileError(f"Unclosed '<<' tag in string: '{text}'\n('<<' must be escaped as '\\<<' in config v2.1+)")
