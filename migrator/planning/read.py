"""Read one repository: its sources, its config, its calls with a first decision about each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from codemods import find_calls, unparsed
from codemods.found import RewriteOptions
from migrator.circleci.plan.decide import Decision, decide, job_value
from migrator.circleci.plan.snippet import config_snippet
from migrator.circleci.runs.config import ConfigView, as_mapping
from migrator.errors import ParseError
from migrator.model import Note, Problem, Severity, Target
from migrator.planning.ignores import hidden
from migrator.planning.project import HERE, Elsewhere, FileKey, Goal, Here, Project, Site, config_key, defect
from migrator.repository.discovery import Files
from migrator.repository.needles import may_hold_call
from migrator.repository.roots import CONFIG_PATH
from migrator.syntax.text.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from migrator.model import Call
    from migrator.repository.discovery import Discovery
    from migrator.settings import Settings


def read_project(
    discovery: Discovery, settings: Settings, advance: Callable[[], object] = lambda: None
) -> tuple[Project, tuple[Problem, ...]]:
    """The calls of one repository with the decisions about them, and the files that could not be read.

    `advance` is called for each file that has been looked through.
    """
    problems = list(discovery.problems)
    siblings = Files(discovery.root, discovery.commit)
    sources = {FileKey(HERE, source.path): source for source in _decode(discovery.candidates, siblings, problems)}
    config = _config(sources, problems)
    # What else is there holds only a comment that hides a call.
    likely = {path for path, data in discovery.candidates if may_hold_call(data)}
    searched = [source for source in sources.values() if source.path in likely]
    sites = tuple(_sites(_counted(searched, advance), config, discovery.slugs, problems, siblings))
    configs: dict[Goal, ConfigView] = {} if config is None else {Here(HERE): config}
    context = frozenset(FileKey(HERE, path) for path in discovery.context)
    project = Project(sites, sources, configs, {HERE: _options(settings)}, context)
    told = (problem for problem in problems if problem.path == CONFIG_PATH or problem.path not in discovery.context)
    return hidden(project), tuple(told)


def _options(settings: Settings) -> RewriteOptions:
    return RewriteOptions(settings.json, endpoint=settings.endpoint, definition=settings.definition_id)


def _counted(sources: Iterable[Source], advance: Callable[[], object]) -> Iterator[Source]:
    for source in sources:
        yield source
        advance()


def _decode(candidates: Iterable[tuple[str, bytes]], siblings: Files, problems: list[Problem]) -> Iterator[Source]:
    for path, data in candidates:
        try:
            yield Source.decode(path, data, siblings)
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            message = f"The file is not UTF-8 ({error.reason}). Convert it, or look through it by hand."
            problems.append(Problem(path, line, Note("undecodable", Severity.ERROR, message)))


def _config(sources: Mapping[FileKey, Source], problems: list[Problem]) -> ConfigView | None:
    source = sources.get(config_key(HERE))
    if source is None:
        return None
    from migrator.syntax.yaml import load

    try:
        return ConfigView(as_mapping(load(source.text)))
    except ParseError as error:
        problems.append(_unparsable(source, error))
        return None


def _decided(call: Call, config: ConfigView | None, own: tuple[str, ...]) -> Decision:
    try:
        return decide(call, config, own)
    except Exception as error:  # noqa: BLE001 - the other calls are decided about all the same
        return Decision(call, Target.UNKNOWN, (), (defect(error),))


_ACTIONS = ("action.yml", "action.yaml")
_LIBRARIES = ("setup.py", "setup.cfg", "pyproject.toml", "package.json", "go.mod", "composer.json", "Cargo.toml")


def _of_users(decision: Decision, siblings: Files) -> Decision:
    """The decision with a word, where others use what is published here, on what these must do."""
    if all(note.code != "no-config" for note in decision.notes):
        return decision
    if any(siblings.read(name) is not None for name in _ACTIONS):
        what = "This is a published Action: the job is one of whoever uses it, and so is the config. Post to v2 with"
    elif any(siblings.read(name) is not None for name in _LIBRARIES):
        what = "Where this is a library, the job is one of whoever uses it, and so is the config. Post to v2 with"
    else:
        return decision
    trigger = decision.call.trigger
    snippet = config_snippet(trigger, job_value(trigger).template)
    message = f"{what} inputs for what is sent, and tell users that their config needs first {snippet}."
    notes = tuple(replace(note, message=message) if note.code == "no-config" else note for note in decision.notes)
    return replace(decision, notes=notes)


def _told(decision: Decision, unread: Note | None) -> Decision:
    """The decision, which takes a config that cannot be read for none, with the word that it is there."""
    if unread is None:
        return decision
    message = f"The jobs of {CONFIG_PATH} are not known. {unread.message}"
    notes = tuple(replace(note, message=message) if note.code == "no-config" else note for note in decision.notes)
    return replace(decision, notes=notes)


def _unparsable(source: Source, error: ParseError) -> Problem:
    message = f"The file cannot be parsed ({error.message}). Correct it, or look through it by hand."
    return Problem(source.path, error.line, Note("unparsable", Severity.ERROR, message))


def _sites(
    sources: Iterable[Source],
    config: ConfigView | None,
    own: tuple[str, ...],
    problems: list[Problem],
    siblings: Files,
) -> Iterator[Site]:
    unread = next((problem.note for problem in problems if problem.path == CONFIG_PATH), None)
    for source in sources:
        try:
            calls = find_calls(source)
        except ParseError as error:
            if source.path != CONFIG_PATH:  # said once already
                problems.append(_unparsable(source, error))
            continue
        except Exception as error:  # noqa: BLE001 - the other files are looked through all the same
            problems.append(Problem(source.path, 1, defect(error)))
            continue
        refused = unparsed(source)
        if refused is not None:
            problems.append(_unparsable(source, refused))
        for found in calls:
            decision = _told(_decided(found.call, config, own), unread)
            decision = decision if unread is not None else _of_users(decision, siblings)
            yield Site(source, found, decision, goal=Elsewhere() if decision.target is Target.OTHER else Here(HERE))
