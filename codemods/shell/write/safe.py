"""Which expansions cannot hold a character that JSON must escape.

The list is `formats.md` R2 as design.md section 4 adopts it. git refuses refs with blanks, colons, backslashes and
control characters (git check-ref-format); GitHub and Bitbucket allow letters, digits, `-`, `_` and `.` in names.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from migrator.model import Expansion, Literal, values
from migrator.syntax.shell.scan import NAME
from migrator.syntax.shell.script import parse
from migrator.template import OPEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.model import Value
    from migrator.syntax.shell.script import Script

_NAMES = """
    CIRCLE_SHA1 CIRCLE_BUILD_NUM CIRCLE_PREVIOUS_BUILD_NUM CIRCLE_PROJECT_USERNAME CIRCLE_PROJECT_REPONAME
    CIRCLE_WORKFLOW_ID CIRCLE_WORKFLOW_JOB_ID CIRCLE_WORKFLOW_WORKSPACE_ID CIRCLE_BRANCH CIRCLE_TAG CIRCLE_NODE_INDEX
    CIRCLE_NODE_TOTAL CIRCLE_PR_NUMBER CIRCLE_PR_REPONAME CIRCLE_PR_USERNAME CIRCLE_USERNAME CIRCLE_BUILD_URL
    CIRCLE_REPOSITORY_URL CIRCLE_PULL_REQUEST CIRCLE_PROJECT_ID CIRCLE_ORGANIZATION_ID CIRCLE_PIPELINE_ID CIRCLECI CI
    GITHUB_SHA GITHUB_RUN_ID GITHUB_RUN_NUMBER CI_COMMIT_SHA TRAVIS_COMMIT BUILDKITE_COMMIT GIT_COMMIT
    RANDOM SECONDS UID PPID # ? $ !
"""
_SAFE = frozenset(_NAMES.split())
_GIT = frozenset({"rev-parse", "describe", "symbolic-ref", "rev-list"})


def unsafe_parts(value: Value, script: Script) -> Iterator[Expansion]:
    """The expansions of a value that can hold a character which JSON must escape."""
    if is_bare(value, script) or is_escaped(value, script):
        return
    yield from (part for part in value.template if isinstance(part, Expansion) and not _is_safe(part, script))


def is_bare(value: Value, script: Script) -> bool:
    """Whether the value is an expansion that is a JSON string already, quotes and all."""
    part = value.template[0] if len(value.template) == 1 else None
    return isinstance(part, Expansion) and part.span in script.bare


def is_escaped(value: Value, script: Script) -> bool:
    """Whether the value holds text that the script has escaped for JSON."""
    return any(isinstance(part, Expansion) and part.span in script.escaped for part in value.template)


def is_tag(part: Expansion) -> bool:
    """Whether CircleCI, or what the shell text stands in, replaces the expansion before any shell sees it."""
    return part.source.startswith(("<<", OPEN))


def _is_safe(part: Expansion, script: Script) -> bool:
    known = values((part,))
    if known is not None:  # one value that needs escaping is written down as text instead
        return len(known) == 1 or all(_is_plain(text) for text in known)
    if part.resolved is not None:
        return all(_is_plain(p.text) if isinstance(p, Literal) else _is_safe(p, script) for p in part.resolved)
    if part.name is not None:
        return part.name in _SAFE and not script.writes.get(part.name)
    return _is_safe_part(part.source, script) or _is_safe_command(part.source)


def _is_plain(text: str) -> bool:
    return json.dumps(text, ensure_ascii=False)[1:-1] == text


def _is_safe_part(source: str, script: Script) -> bool:
    """`${NAME:0:7}`, `${NAME#prefix}` and `${NAME%suffix}` of a safe variable give a part of its value."""
    name = NAME.match(source, 2) if source.startswith("${") else None
    if not name or name[0] not in _SAFE or script.writes.get(name[0]):
        return False
    operator, rest = source[name.end()], source[name.end() + 1 : -1]
    return operator in "#%" or (operator == ":" and rest[:1].isdigit())


def _is_safe_command(source: str) -> bool:
    """`$(git rev-parse …)` and the like print hashes and names of refs, `$(date +…)` what its format allows."""
    if not source.startswith(("$(", "`")) or source.startswith("$(("):
        return source.startswith("$((")
    commands = parse(source[2:-1] if source.startswith("$") else source[1:-1], templated=False).commands
    texts = [word.static for word in commands[0].words] if len(commands) == 1 else []
    match texts:
        case ["git", command, *_]:
            return command in _GIT
        case ["date", *options]:
            return all(text is not None and _is_plain(text) for text in options)
    return False
