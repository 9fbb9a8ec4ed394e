"""What the user asked for: the settings of a run, from a repository's settings file with the command line on top."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Literal, get_args, get_type_hints

from migrator.errors import UsageError
from migrator.model import Severity, Status
from migrator.repository.remotes import named_slug
from migrator.repository.roots import settings_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from migrator.model import Note

# A repository may not switch off what protects it.
_COMMAND_LINE_ONLY = ("allow_dirty",)

Json = Literal["splice", "jq"]
Half = Literal["config", "callers"]
Endpoint = Literal["pipeline", "pipeline-run"]
_DEFINITION = re.compile(r"[0-9A-Za-z]+(-[0-9A-Za-z]+)*")


@dataclass(frozen=True, slots=True)
class Settings:
    """How to rewrite.

    `json`: how values get into a JSON body that the old call did not encode, spliced or through jq. `unsafe`: also make
    rewrites that rest on something the tool cannot see, all of them or those that rest on the codes named. `only`:
    change just the configs or just their callers. `allow_dirty`: also write to files with uncommitted changes. `ready`:
    the slugs of projects, canonically spelled, whose configs are elsewhere and have what their callers need.
    `endpoint`: which of v2's endpoints calls get; `definition_id`: the pipeline definition of the repository's own
    project, which `pipeline-run` needs.
    """

    json: Json = "splice"
    unsafe: bool | tuple[str, ...] = False
    only: Half | None = None
    allow_dirty: bool = False
    ready: tuple[str, ...] = ()
    endpoint: Endpoint = "pipeline"
    definition_id: str | None = None

    def allows(self, status: Status, notes: Iterable[Note]) -> bool:
        """Whether a rewrite of that status may be written, for all that its notes say it rests on."""
        if status is Status.SAFE or self.unsafe is True:
            return status in {Status.SAFE, Status.UNSAFE}
        allowed = self.unsafe or ()
        return status is Status.UNSAFE and all(n.code in allowed for n in notes if n.severity is Severity.WARNING)

    def described(self) -> str:
        """All settings on one line, `json=splice, unsafe=False, ...`."""
        return ", ".join(f"{field.name}={getattr(self, field.name)}" for field in fields(self))


def load(root: str, overrides: Mapping[str, Any] | None = None) -> Settings:
    """The settings of one root: defaults, then its settings file, then `overrides` that are not None; `ready` adds up.

    The file is `.migrator.toml`, or the table `[tool.migrator]` of `pyproject.toml`. Raises UsageError for an unknown
    key, a value of a wrong type, and what is no TOML.
    """
    settings = Settings()
    if (found := settings_file(root)) is not None:
        path, data = found
        settings = replace(settings, **_checked(path, _table(path, data)))
    given = {name: value for name, value in (overrides or {}).items() if value is not None}
    if not is_definition(given.get("definition_id", "none")):
        raise UsageError("--definition-id is no id of a pipeline definition", hint="`migrator doctor` shows it")
    if isinstance(codes := given.get("unsafe"), tuple):
        given["unsafe"] = _codes("--unsafe", codes)
    ready = (*settings.ready, *map(named_slug, given.pop("ready", ())))
    return replace(settings, **given, ready=ready)


def origins(root: str) -> dict[str, tuple[object, str]]:
    """Every setting of one root: its value and where that comes from, the settings file or `default`."""
    found = settings_file(root)
    path = found[0] if found else ""
    given = _checked(path, _table(*found)) if found else {}
    known = ((field.name, field.default) for field in fields(Settings) if field.name not in _COMMAND_LINE_ONLY)
    return {name: (given[name], path) if name in given else (default, "default") for name, default in known}


def _table(path: str, data: bytes) -> Mapping[str, object]:
    import tomllib

    try:
        document = tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not valid TOML: {error}", hint="correct the file") from error
    if not path.endswith("pyproject.toml"):
        return document
    tool = document.get("tool")
    table = tool.get("migrator", {}) if isinstance(tool, dict) else {}
    if not isinstance(table, dict):
        raise UsageError(f"{path}: tool.migrator is not a table", hint="write a [tool.migrator] table")
    return table


def _checked(path: str, table: Mapping[str, object]) -> dict[str, Any]:
    """The table under the settings' own names, every key known and every value of its type."""
    types = get_type_hints(Settings)
    known = [field.name for field in fields(Settings) if field.name not in _COMMAND_LINE_ONLY]
    for key, value in table.items():
        if key not in known:
            raise UsageError(f"{path}: there is no setting {key!r}", hint=_suggestion(key, known))
        if (wanted := _wanted(types[key], value)) is not None:
            raise UsageError(f"{path}: {key} is {value!r}, which is not {wanted}", hint=f"set {key} to {wanted}")
    return {key: _listed(path, key, value) if isinstance(value, list) else value for key, value in table.items()}


def _listed(path: str, key: str, texts: list[str]) -> tuple[str, ...]:
    return _codes(f"{path}: unsafe", texts) if key == "unsafe" else _slugs(path, texts)


def _codes(where: str, texts: Iterable[str]) -> tuple[str, ...]:
    """The codes of assumptions, as they are named. Raises UsageError for any other text."""
    from migrator.rules import find_rule

    codes = tuple(text.strip() for text in texts)
    for code in codes:
        try:
            rule = find_rule(code)
        except UsageError as error:
            raise UsageError(f"{where}: {error.message}", hint=error.hint) from error
        if rule.severity is not Severity.WARNING:
            raise UsageError(f"{where}: {code} is no assumption", hint="name warnings of `migrator rules`")
    return codes


def _slugs(path: str, texts: list[str]) -> tuple[str, ...]:
    try:
        return tuple(map(named_slug, texts))
    except UsageError as error:
        raise UsageError(f"{path}: {error.message}", hint=error.hint) from error


def _wanted(expected: object, value: object) -> str | None:
    """What the value should be, when it is something else."""
    if expected == (bool | tuple[str, ...]):
        is_list = isinstance(value, list) and all(isinstance(item, str) for item in value)
        return None if isinstance(value, bool) or is_list else "true, false or a list of codes"
    if expected is bool:
        return None if isinstance(value, bool) else "true or false"
    if expected == tuple[str, ...]:
        is_list = isinstance(value, list) and all(isinstance(item, str) for item in value)
        return None if is_list else 'a list of slugs like "github/acme/app"'
    if expected == (str | None):
        return None if isinstance(value, str) and is_definition(value) else "the id of a pipeline definition"
    choices = _choices(expected)
    return None if value in choices else " or ".join(f'"{choice}"' for choice in choices)


def is_definition(text: str) -> bool:
    """Whether the text can be the id of a pipeline definition: a UUID, or what looks like one."""
    return len(text) <= 64 and _DEFINITION.fullmatch(text) is not None


def _choices(expected: object) -> tuple[str, ...]:
    parts = get_args(expected)
    return tuple(part for part in parts if isinstance(part, str)) or tuple(c for part in parts for c in get_args(part))


def _suggestion(key: str, known: list[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(key.lower(), known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"the settings are {', '.join(known)}"
