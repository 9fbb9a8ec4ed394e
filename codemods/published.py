"""Published Actions, orbs and commands that post to v1 for whoever uses them: nothing of the request is in the file.

The table of those that are known is `migrator/rules/published.toml`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import pairwise
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.found import ByHand, Found
from codemods.places.yaml_dialects import dialect_of
from codemods.programs.data import template_of
from codemods.programs.text import closing_of
from migrator.circleci.plan.request_text import request_text
from migrator.errors import ParseError
from migrator.model import Call, Endpoint, Expansion, Note, Severity, Slug, Span, V1Trigger, Value, literal
from migrator.rules import published
from migrator.syntax.programs.languages import language_of
from migrator.syntax.programs.program import TokenKind, tokens
from migrator.syntax.text.source import VerbatimRegion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from migrator.model import PipelineRequest, Template
    from migrator.rules import PublishedStarter
    from migrator.syntax.programs.program import Language
    from migrator.syntax.text.source import Source
    from migrator.syntax.yaml import Node

_MESSAGE = "`{name}` posts to v1.1 for you, and stops working with it. Take it out, and write in its place: {request}"
_CIRCLECI = re.compile(r"circle[-_]?ci", re.IGNORECASE)
_CURL = "a `curl` that posts to `/pipeline` of v2."
_REF: Template = (Expansion("${{ github.ref_name }}"),)
_OWN: Template = (Expansion("${{ github.repository }}"),)
_NEAR = 12  # tokens of a step
_SHELL_SUFFIXES = frozenset({".sh", ".bash", ".yml", ".yaml", ".json", "", ".mk"})


@dataclass(frozen=True, slots=True)
class _Use:
    """A use of something published: its name, where that stands, and what it is given."""

    name: str
    span: Span
    given: Mapping[str, str]


def find(source: Source) -> Iterator[Found]:
    """Every use of something that is known to post to v1."""
    known = _known()
    for kind, use in _uses(source):
        entry = known.get((kind, use.name.lower()))
        if entry is not None and entry.endpoint != "v2":
            yield _found(source, entry, use)


def unknown_in(source: Source) -> Iterator[tuple[int, str]]:
    """What names CircleCI and takes a job, and of which nothing is known: Actions, orbs, modules, steps of Jenkins."""
    known = _known()
    for kind, use in _uses(source):
        takes_job = any("job" in name.lower() for name in use.given)
        named = _CIRCLECI.search(use.name) or (kind == "orb" and "trigger" in use.name)
        elsewhere = not use.name.startswith(("circleci/", "./", "../"))
        if takes_job and named and elsewhere and (kind, use.name.lower()) not in known:
            yield source.position(use.span.start)[0], use.name


@lru_cache(maxsize=1)
def _known() -> dict[tuple[str, str], PublishedStarter]:
    return {(entry.kind, entry.name): entry for entry in published()}


def _uses(source: Source) -> Iterator[tuple[str, _Use]]:
    path = PurePosixPath(source.path)
    if path.suffix.lower() in {".yml", ".yaml"} and ("uses:" in source.text or "orbs:" in source.text):
        yield from _of_yaml(source)
    if path.suffix.lower() in _SHELL_SUFFIXES:
        yield from _words(source, "command", r"(?P<name>circleci-trigger)(?=[ \t]+-)(?P<rest>(?:[^\n\\\"]|\\.|\\\n)*)")
    language = language_of(source.path, source.text)
    if language is not None and language.name in {"Terraform", "Groovy"}:
        yield from _of_program(source, language)
    if path.name in {"Fastfile"} or path.suffix == ".rb":
        yield from _words(source, "fastlane", r"(?P<name>trigger_circle_ci_job)(?=[ \t]*[(\n])(?P<rest>[^)]*)")


def _of_yaml(source: Source) -> Iterator[tuple[str, _Use]]:
    from migrator.syntax.yaml import get, parse

    try:
        root = parse(source.text)
    except ParseError:
        return
    dialect = dialect_of(source.path)
    if dialect is not None and dialect.name == "GitHub workflow":
        for node in root.walk():
            uses = get(node, "uses") if node.pairs else None
            if uses is not None and uses.value:
                given = get(node, "with")
                yield "action", _Use(uses.value.partition("@")[0], uses.span, _texts(given))
    orbs = get(root, "orbs") if root.pairs else None
    for alias, orb in orbs.pairs if orbs is not None else ():
        if orb.value:
            yield "orb", _Use(orb.value.partition("@")[0], orb.span, dict(_given_to(root, alias.value)))


def _given_to(root: Node, alias: str) -> Iterator[tuple[str, str]]:
    """What the jobs and commands of an orb are given, all together."""
    for node in root.walk():
        for key, value in node.pairs:
            if key.value.startswith(f"{alias}/"):
                yield from _texts(value.resolved()).items()


def _of_program(source: Source, language: Language) -> Iterator[tuple[str, _Use]]:
    """Modules of Terraform by their source, and steps of Jenkins, with what they are given."""
    read = tokens(source.text, language)
    for index in range(2, len(read)):
        token = read[index]
        module = read[index - 2].text == "source" and read[index - 1].text == "=" and token.kind is TokenKind.STRING
        step = language.name == "Groovy" and token.kind is TokenKind.WORD and read[index - 1].text not in {".", "def"}
        if not (module or step) or not _CIRCLECI.search(token.text):
            continue
        end = closing_of(read, index + 1) if module else index + _NEAR
        given = {word.text: "" for word, sign in pairwise(read[index:end]) if sign.text in {"=", ":"}}
        yield "module" if module else "step", _Use(token.text, Span(token.start, token.end), given)


def _texts(given: Node | None) -> dict[str, str]:
    return {key.value: value.resolved().value for key, value in given.pairs} if given is not None else {}


_OPTION = re.compile(
    r"(?P<name>--?\w[\w-]*)[ =](?P<value>[^\s\"']+|\"[^\"]*\"|'[^']*')|(?P<key>\w+):\s*[\"'](?P<text>[^\"']*)"
)
_SHORT = {"-j": "--job", "-p": "--project", "-b": "--branch"}


def _words(source: Source, kind: str, pattern: str) -> Iterator[tuple[str, _Use]]:
    """Commands in text of any kind, where no comment is before them."""
    for found in re.finditer(rf"(?<![\w/@.-]){pattern}", source.text):
        line = source.text[source.text.rfind("\n", 0, found.start()) + 1 : found.start()]
        if re.match(r"\s*(?:#|//|\*)", line):
            continue
        given: dict[str, str] = {}
        for option in _OPTION.finditer(found["rest"]):
            name = option["name"] or option["key"]
            given[_SHORT.get(name, name)] = (option["value"] or option["text"] or "").strip("\"'")
        yield kind, _Use(found["name"], Span(*found.span("name")), given)


def _found(source: Source, entry: PublishedStarter, use: _Use) -> Found:
    line, column = source.position(use.span.start)
    trigger = _trigger(entry, use)
    is_known = _is_known(entry, use)
    said = _advice(use.name, trigger, None) if is_known else _MESSAGE.format(name=use.name, request=_CURL)
    note = Note("posts-for-you", Severity.ERROR, said)
    place = (source.path, use.span, line, column, line, "published")
    call = Call(*place, trigger, (note,), unread=not is_known)
    return Found(call, VerbatimRegion(source.text), ByHand("posts-for-you", partial(_advice, use.name, trigger)))


def _advice(name: str, trigger: V1Trigger, request: PipelineRequest | None) -> str:
    """What to write in the place of something published; `request` has the names that the config has."""
    return _MESSAGE.format(name=name, request=request_text(trigger, request))


def _is_known(entry: PublishedStarter, use: _Use) -> bool:
    """Whether the file shows all that is sent: the job, where it can be named, and nothing that is not in the table."""
    inputs = {entry.job, entry.project, entry.organization, entry.repository, entry.branch}
    others = (name for name in use.given if name not in inputs and "token" not in name.lower())
    has_job = not entry.job or bool(use.given.get(entry.job))
    return entry.endpoint == "job" and has_job and not any(others)


def _trigger(entry: PublishedStarter, use: _Use) -> V1Trigger:
    job, branch = use.given.get(entry.job, ""), use.given.get(entry.branch, "")
    # An Action takes the branch of the workflow for one that it is not given.
    own = Value(_REF) if entry.kind == "action" and entry.branch else None
    return V1Trigger(
        Endpoint(entry.endpoint),
        "v1.1",
        _slug(entry, use),
        Value(template_of(branch)) if branch else own,
        job=Value(template_of(job)) if job else None,
    )


def _slug(entry: PublishedStarter, use: _Use) -> Slug:
    project = use.given.get(entry.project, "").removeprefix("github/")
    organization, _, repository = project.partition("/")
    organization = use.given.get(entry.organization, organization)
    repository = use.given.get(entry.repository, repository)
    if organization and repository:
        return Slug(literal("github"), template_of(organization), template_of(repository))
    return Slug(literal("github"), _OWN if entry.kind == "action" else (Expansion("?"),), ())
