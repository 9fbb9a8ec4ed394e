"""Name the regular expressions that CircleCI's present compiler may refuse (CircleCI discuss 54605).

v1.1 never looked at workflows, their conditions, filters and schedules; a pipeline that v2 starts compiles all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from codemods.config.nodes import ConfigText, Passed, warning
from migrator.circleci.compiler.expr import patterns_of
from migrator.circleci.compiler.expression import parse_expression
from migrator.circleci.compiler.model import CompileError
from migrator.circleci.compiler.patterns import refused_part
from migrator.circleci.compiler.template import is_templated, parse_template

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from migrator.circleci.compiler.expr import Expr
    from migrator.model import ConfigPlan

_SECTIONS = ("workflows", "job-groups", "jobs", "commands", "executors", "orbs")
_SHOWN = 60


def doubt(text: str, plan: ConfigPlan) -> Passed:  # noqa: ARG001 - all passes have one signature
    """Change nothing; warn of every pattern that may make CircleCI refuse the pipelines that callers start."""
    notes = [
        warning(
            None,
            "pattern-refused",
            f"CircleCI's compiler may refuse the pattern `{brief(pattern)}` ({reason}), and with it every pipeline.",
        )
        for pattern, reason in doubtful_patterns(ConfigText(text).data)
    ]
    return Passed(text, tuple(notes))


def doubtful_patterns(config: Mapping[Any, object]) -> Iterator[tuple[str, str]]:
    """The patterns of filters, schedules and conditions that the compiler may refuse, each once, and what in them."""
    found = dict.fromkeys(pattern for section in _SECTIONS for pattern in _patterns(config.get(section)))
    for pattern in found:
        reason = refused_part(pattern)
        if reason is not None:
            yield pattern, reason


def brief(pattern: str) -> str:
    """The pattern for a sentence."""
    return pattern if len(pattern) <= _SHOWN else f"{pattern[:_SHOWN]}…"


def _patterns(data: object) -> Iterator[str]:
    match data:
        case dict():
            for key, value in data.items():
                yield from _under(key, value)
                yield from _patterns(value)
        case list():
            for item in data:
                yield from _patterns(item)
        case str() if is_templated(data):
            yield from _read(data, parse_template)


def _under(key: object, value: object) -> Iterator[str]:
    match key, value:
        case (("only" | "ignore"), (str() | list())):
            texts = value if isinstance(value, list) else [value]
            yield from (
                str(text)[1:-1] for text in texts if len(str(text)) > 1 and str(text)[0] == str(text)[-1] == "/"
            )
        case "matches", {"pattern": str() as pattern} if not is_templated(pattern):
            yield pattern
        case (("when" | "unless" | "filters"), str()) if not is_templated(value):
            yield from _read(value, parse_expression)


def _read(text: str, parse: Callable[[str], Expr]) -> Iterator[str]:
    """The patterns in a text that may be none of the language: a step's `when` is a word, `<<` a here-document."""
    try:
        yield from patterns_of(parse(text))
    except CompileError:
        return
