"""Evaluate all expressions that CircleCI documents: `python -m tests.documentation.conditions CHECKOUT [CORPUS …]`.

CHECKOUT is a checkout of https://github.com/circleci/circleci-docs. Each one-line expression in it, in YAML and in the
text, is evaluated for a branch, a tag, a request and a schedule; it must have the result that the page names, where it
names one, and everywhere that of the other evaluator. CORPUS is a file of cases with their results,
`clj/dev-resources/*corpus.edn` of https://github.com/CircleCI-Public/expr. Prints what differs or is not known, and the
numbers; exit status 1 when anything differs.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from migrator.circleci.compiler import CompileError
from migrator.circleci.compiler.evaluate import operand
from migrator.circleci.compiler.expr import Const, Pattern, patterns_of
from migrator.circleci.compiler.expression import parse_expression
from migrator.circleci.compiler.patterns import refused_part
from tests.documentation.edn import Tagged, read
from tests.documentation.evaluator import Event
from tests.documentation.examples import blocks, load
from tests.documentation.expressions import NotReadError, evaluate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_EVENTS = (Event("push", "main"), Event("push", None, "v1.2.3"), Event("api", "feature/x"), Event("schedule", "main"))
_TAG = re.compile(r"(?<!\\\\)<<((?:(?!<<|>>|[#^/]).)*)>>")
_SPAN = re.compile(r"`\+?([^`\n]+?)\+?`(?: evaluates (?:as|to) `(true|false)`)?")
_OPERATOR = re.compile(r"==|!=|>=|<=| (?:and|or|matches|starts-with|contains|AND|OR) |^(?:not |NOT |!)")
_LINE = re.compile(r"^[ \t-]*(?:when|unless|filters):[ \t]+(pipeline.*)$", re.MULTILINE)
_KEY = re.compile(r"^(?:when|unless|filters): ")
_NAME = re.compile(r"\b(?:pipeline|parameters|job|matrix)\.")
# Of the page on operators: "with `foo` being `true` and `bar` being `false`".
_GIVEN = {"foo": True, "bar": False}


def main(docs: Path, corpora: list[Path]) -> int:
    """Evaluate them all; the exit status."""
    wrong = _documented(docs)
    for path in corpora:
        wrong += _corpus(path)
    return 1 if wrong else 0


def documented(docs: Path) -> Iterator[tuple[str, str, bool | None]]:
    """Each expression of the documentation once: where it stands, its text, and its result where that is named."""
    seen = set[str]()
    for path in sorted(docs.rglob("*")):
        if path.suffix not in {".adoc", ".md", ".yml", ".yaml"} or not path.is_file():
            continue
        for text, result in (*_in_yaml(path), *_in_text(path)):
            if text not in seen:
                seen.add(text)
                yield str(path.relative_to(docs)), text, result


def _in_yaml(path: Path) -> Iterator[tuple[str, None]]:
    for _, block in blocks(path):
        data = load(block)
        texts = [block] if data is None else _strings(data)
        tags = [tag.strip() for text in texts for tag in _TAG.findall(text)]
        # A block that is no YAML, for its dots or its callouts, is read by lines.
        conditions = _LINE.findall(block) if data is None else _conditions(data)
        for text in (*tags, *map(str.strip, conditions)):
            if _OPERATOR.search(text) and "<<" not in text:
                yield text, None


def _in_text(path: Path) -> Iterator[tuple[str, bool | None]]:
    if path.suffix in {".yml", ".yaml"}:
        return
    for text, result in _SPAN.findall(path.read_text(encoding="utf-8")):
        if result or (_OPERATOR.search(text) and _NAME.search(text) and "<<" not in text):
            yield _KEY.sub("", text), {"true": True, "false": False}.get(result)


def _strings(node: Any) -> Iterator[str]:
    match node:
        case str():
            yield node
        case list():
            for each in node:
                yield from _strings(each)
        case dict():
            for each in node.values():
                yield from _strings(each)


def _conditions(node: Any) -> Iterator[str]:
    for key, value in node.items() if isinstance(node, dict) else ():
        if key in {"when", "unless", "filters", "if"} and isinstance(value, str):
            yield value
        else:
            yield from _conditions(value)
    for each in node if isinstance(node, list) else ():
        yield from _conditions(each)


def _documented(docs: Path) -> int:
    count, named, wrong, unknown = 0, 0, 0, 0
    for place, text, result in documented(docs):
        count += 1
        named += result is not None
        for event in _EVENTS:
            ours, theirs = _ours(text, event), _theirs(text, event)
            if ours == "?":
                unknown += 1
                why = "CircleCI's library refuses strings in single quotes" if "'" in text else "undocumented"
                sys.stdout.write(f"not known ({why}): {place}: {text}\n")
                break
            if repr(ours) != repr(theirs) or (result is not None and ours is not result):
                wrong += 1
                sys.stdout.write(
                    f"differs: {place}: {text}: {ours!r} and not {theirs if result is None else result!r}\n"
                )
                break
    sys.stdout.write(
        f"documentation: {count} expressions, {named} with a result, {wrong} differ, {unknown} not known\n"
    )
    return wrong


def _value(name: str, event: Event) -> Any:
    return _GIVEN[name] if name in _GIVEN else event.value(name.removeprefix("pipeline."))


def _ours(text: str, event: Event) -> Any:
    return _evaluated(text, lambda name: Const(_value(name, event)))


def _evaluated(text: str, look: Any) -> Any:
    """The product's value, `error`, or `?` where it says that the value is not known."""
    try:
        tree = parse_expression(text)
        value = operand(tree, look)
    except CompileError:
        return "error"
    return value.value if isinstance(value, Const) else "?"


def _theirs(text: str, event: Event) -> Any:
    try:
        return evaluate(text, lambda name: _value(name, event))
    except (NotReadError, TypeError):
        return "error"


def _corpus(path: Path) -> int:
    count, wrong, refused = 0, 0, 0
    for group in read(path.read_text(encoding="utf-8")):
        cases = group["tests"]
        for text, names, wanted in zip(cases[::3], cases[1::3], cases[2::3], strict=True):
            count += 1
            ours, expected = _case(text, names), _wanted(wanted)
            if expected == "error" and _refused_pattern(text):
                refused += 1
                sys.stdout.write(f"said to be refused (pattern-refused): {text[:60]}\n")
            elif repr(ours) != repr(expected) and not (isinstance(expected, bool) and _holds(ours) is expected):
                wrong += 1
                sys.stdout.write(f"differs: {path.name}: {text}: {ours!r} and not {expected!r}\n")
    sys.stdout.write(f"{path.name}: {count} cases, {wrong} differ, {refused} patterns said to be refused\n")
    return wrong


def _case(text: str, names: Mapping[str, Any]) -> Any:
    def look(name: str) -> Const:
        if name not in names:
            raise CompileError(f"{name} is not known")
        return Const(names[name])

    return _evaluated(text, look)


def _refused_pattern(text: str) -> bool:
    try:
        return any(refused_part(pattern) for pattern in patterns_of(parse_expression(text)))
    except CompileError:
        return False


def _wanted(wanted: Any) -> Any:
    match wanted:
        case {"errorType": _}:
            return "error"
        case Tagged("corpus/regexp", pattern):
            return Pattern(pattern)
        case _:
            return wanted


def _holds(value: Any) -> bool:
    """One of the two corpora has what a condition makes of a value."""
    return value is not None and value is not False


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), [Path(each) for each in sys.argv[2:]]))
