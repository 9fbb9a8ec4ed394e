"""Which entries of a workflow run: branch and tag filters as conditions, and what follows from `requires`.

CircleCI docs: configuration-reference, `requires`: a requirement that filters keep from running is ignored, but a job
whose requirements are all kept from running does not run either; `filters`, `branches`, `tags`: a job runs for a tag
only when it and everything it requires have tag filters; workflows, "Executing workflows for a git tag". A regular
expression stands between slashes and must match the whole name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.circleci.compiler.evaluate import decided, negated, truth
from migrator.circleci.compiler.expr import All, AnyOf, Const, Equal, Expr, Matches, Ref, Template, Unclear
from migrator.circleci.compiler.logic import parse_condition
from migrator.circleci.compiler.model import CompileError
from migrator.circleci.compiler.normal import BRANCH, TAG, normal
from migrator.circleci.compiler.template import is_templated, parse_template

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from migrator.circleci.compiler.entries import Entry, Requirement


def filter_condition(filters: object, *, on_tag: bool) -> Expr:
    """When a job with these filters runs, its requirements aside. Raises CompileError."""
    match filters:
        case None:
            return Const(not on_tag)
        case str() if is_templated(filters) and isinstance(parse_template(filters), Template):
            return Unclear(filters)  # the published schema refuses it, and the docs do not say what it means here
        case str():
            return parse_condition(filters)
        case dict():
            return _map_condition(filters, on_tag=on_tag)
    raise CompileError("filters: expected a map or an expression")


def allows_tags(filters: object) -> bool:
    """Whether the filters say anything about tags; without that a job never runs for one."""
    return isinstance(filters, str) or (isinstance(filters, dict) and filters.get("tags") is not None)


def name_condition(rules: object, name: Expr) -> Expr:
    """When `only` and `ignore` let a branch or tag name through. Raises CompileError."""
    if not isinstance(rules, dict):
        raise CompileError("filters: expected a map with only or ignore")
    unknown = [key for key in rules if key not in ("only", "ignore")]
    if unknown:
        return Unclear(f"filters with a key {unknown[0]}")
    only, ignore = (_specified(rules.get(key), name) for key in ("only", "ignore"))
    if only is None or ignore is None:
        return only or (negated(ignore) if ignore else Const(True))
    # Of a name that both let in and keep out, the docs say no more than that `only` is considered first.
    both = Unclear("a name that is in only and in ignore runs")
    return All((only, AnyOf((negated(ignore), both))))


def _map_condition(filters: Mapping[str, object], *, on_tag: bool) -> Expr:
    unknown = [key for key in filters if key not in ("branches", "tags")]
    if unknown:
        return Unclear(f"filters with a key {unknown[0]}")
    if not on_tag:
        rules = filters.get("branches")
        return Const(True) if rules is None else name_condition(rules, Ref(BRANCH))
    rules = filters.get("tags")
    if not isinstance(rules, dict) or not (rules.get("only") or rules.get("ignore")):
        return Const(False)
    return name_condition(rules, Ref(TAG))


def _specified(specifiers: object, name: Expr) -> Expr | None:
    match specifiers:
        case None | []:
            return None
        case list():
            return AnyOf(tuple(_one(specifier, name) for specifier in specifiers))
    return _one(specifiers, name)


def _one(specifier: object, name: Expr) -> Expr:
    match specifier:
        case str() if len(specifier) > 1 and specifier.startswith("/") and specifier.endswith("/"):
            return Matches(name, Const(specifier[1:-1]))
        case str():
            return Equal((name, Const(specifier)))
        case int() if not isinstance(specifier, bool):
            return Equal((name, Const(str(specifier))))
        case bool() | float():
            return Equal((name, Unclear(str(specifier))))
    if isinstance(specifier, Expr):
        return Equal((name, specifier))
    raise CompileError("filters: a specifier must be a string")


class Graph:
    """The entries of one workflow and the conditions under which each of them runs."""

    def __init__(self, workflow: str, entries: tuple[Entry, ...], *, on_tag: bool) -> None:
        """Raises CompileError when a requirement names no entry, or more than one, or itself through others."""
        self._on_tag = on_tag
        self._required = {entry.name: _resolve(workflow, entry, entries) for entry in entries}
        self._entries = {entry.name: entry for entry in entries}
        self._conditions: dict[str, Expr] = {}
        self._untagged_behind: dict[str, str | None] = {}
        _check_cycles(workflow, {name: self._names(name) for name in self._entries})

    def condition(self, name: str) -> Expr:
        """When the entry runs: `Const(True)`, `Const(False)`, or what it depends on."""
        if name not in self._conditions:
            self._conditions[name] = self._condition(self._entries[name])
        return self._conditions[name]

    def requires(self, name: str) -> tuple[str, ...]:
        """The entries that may run which the entry waits for, with the states when they are not just success."""
        return tuple(
            required if requirement.statuses == ("success",) else f"{required}:{','.join(requirement.statuses)}"
            for requirement, found in self._required[name].items()
            for required in found
            if decided(self.condition(required)) is not False
        )

    def _condition(self, entry: Entry) -> Expr:
        scope = entry.frame.scope
        own = truth(filter_condition(entry.filters, on_tag=self._on_tag), scope)
        own = normal(own, on_tag=self._on_tag)
        required = self._names(entry.name)
        if not required or decided(own) is False:
            return own
        some = truth(AnyOf(tuple(self.condition(name) for name in required)), scope)
        if self._on_tag and decided(some) is not False and (untagged := self._untagged(entry.name)):
            # The docs: then it does not run. But also: a requirement that does not run is ignored.
            some = Unclear(f"{entry.name} runs on a tag without tag filters on {untagged}, which it requires")
        return truth(All((own, some)), scope)

    def _untagged(self, name: str) -> str | None:
        """An entry without tag filters that `name` requires, directly or indirectly."""
        if name not in self._untagged_behind:
            self._untagged_behind[name] = next(self._all_untagged(name), None)
        return self._untagged_behind[name]

    def _all_untagged(self, name: str) -> Iterator[str]:
        for required in self._names(name):
            if not allows_tags(self._entries[required].filters):
                yield required
            elif (further := self._untagged(required)) is not None:
                yield further

    def _names(self, name: str) -> tuple[str, ...]:
        return tuple(required for found in self._required[name].values() for required in found)


def _check_cycles(workflow: str, required: Mapping[str, tuple[str, ...]]) -> None:
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            cycle = " -> ".join((*path[path.index(name) :], name))
            raise CompileError(f"Jobs in workflow '{workflow}' require each other: {cycle}")
        if name not in done:
            for other in required[name]:
                visit(other, (*path, name))
            done.add(name)

    for name in required:
        visit(name, ())


def _resolve(workflow: str, entry: Entry, entries: tuple[Entry, ...]) -> dict[Requirement, tuple[str, ...]]:
    return {requirement: _named(workflow, entry, requirement.name, entries) for requirement in entry.requires}


def _named(workflow: str, entry: Entry, required: str, entries: tuple[Entry, ...]) -> tuple[str, ...]:
    by_name = [other.name for other in entries if other.known_as[0] == required]
    if len(by_name) == 1:
        return tuple(by_name)
    by_alias = tuple(other.name for other in entries if required in other.known_as[1:])
    if by_alias and not by_name:
        return by_alias
    raise CompileError(
        f"Job '{entry.name}' requires '{required}', which is the name of {len(by_name)} other jobs "
        f"in workflow '{workflow}'"
    )
