"""The JSON body of a v2 request as shell text: static, spliced, or encoded by `jq` at run time.

Which expansions need no encoding: `formats.md` R2 as design.md section 4 adopts it; git refuses refs with blanks,
colons, backslashes and control characters (git check-ref-format).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods import shell_emit
from migrator.model import Expansion, Literal, Note, Severity, Value, static, values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codemods.found import RewriteOptions
    from codemods.shell_carrier import Layout
    from migrator.model import PipelineRequest, Template
    from migrator.syntax.shell import Script
    from migrator.syntax.shell import Use

_SAFE = frozenset(
    """CIRCLE_SHA1 CIRCLE_BUILD_NUM CIRCLE_PREVIOUS_BUILD_NUM CIRCLE_PROJECT_USERNAME CIRCLE_PROJECT_REPONAME CIRCLE_WORKFLOW_ID
    CIRCLE_WORKFLOW_JOB_ID CIRCLE_WORKFLOW_WORKSPACE_ID CIRCLE_BRANCH CIRCLE_TAG CIRCLE_NODE_INDEX CIRCLE_NODE_TOTAL
    CIRCLE_PR_NUMBER CIRCLE_PR_REPONAME CIRCLE_PR_USERNAME CIRCLE_USERNAME CIRCLE_BUILD_URL CIRCLE_REPOSITORY_URL
    CIRCLE_PROJECT_ID CIRCLE_ORGANIZATION_ID CIRCLE_PIPELINE_ID CIRCLE_PULL_REQUEST CI RANDOM SECONDS UID PPID # ? $ !""".split()
)
_SAFE_SOURCE = re.compile(
    r"\$\{("
    + "|".join(sorted(name for name in _SAFE if name.isidentifier()))
    + r")(?::-?\d+(?::-?\d+)?|##?[^\"\\{}]*|%%?[^\"\\{}]*)\}\Z"
)
_SAFE_COMMAND = re.compile(
    r"(?:\$\(|`)\s*(?:git\s+(?:rev-parse|describe|symbolic-ref)\b[^|;&\"]*|date\s+(?:-u\s+)?[\"']?\+[-%A-Za-z0-9_.:TZ]+[\"']?)\s*[)`]\Z"
)
_KEYWORDS = frozenset(
    """__loc__ and as break catch def elif else end foreach if import include label module or not reduce then try
    limit""".split()
)  # jq's own words, which older versions refuse as the name of a variable


@dataclass(frozen=True, slots=True)
class Payload:
    """A body to be written. `jq`: the values that only the run can encode go through jq."""

    request: PipelineRequest
    jq: bool

    def template(self, script: Script, layout: Layout | None = None) -> Template:
        """The JSON text with expansions spliced into its strings, on one line or spread out."""
        return tuple(_object(self.request, lambda _, value: _string(value, script), layout))

    def values(self) -> Iterator[tuple[str, Value]]:
        """Everything that the body carries, by the name that a reader knows it by."""
        yield from _members(self.request)


def plan(request: PipelineRequest, options: RewriteOptions, script: Script) -> Payload:
    """Decide how the body is written."""
    unsafe = [value for _, value in _members(request) if any(_unsafe(value, script))]
    jq = any(value.exact for value in unsafe) or (options.json == "jq" and bool(unsafe))
    return Payload(request, jq)


def as_word(payload: Payload, script: Script, use: Use) -> str:
    """The payload as one argument. Raises Refusal."""
    if payload.jq:
        return _jq(payload.request, script, use)
    return shell_emit.single_quoted(payload.template(script), script, use)


def notes(payload: Payload, script: Script) -> tuple[Note, ...]:
    """What v2 will refuse that v1.1 took, and what is put in as text before the shell runs."""
    if payload.jq:
        return ()
    return tuple(_notes(payload, script))


def _notes(payload: Payload, script: Script) -> Iterator[Note]:
    names = [name for name, value in payload.values() if any(not _is_tag(part) for part in _unsafe(value, script))]
    if names:
        listed = ", ".join(f"`{name}`" for name in names)
        yield Note(
            "json-characters",
            Severity.INFO,
            f"A double quote, a backslash or a control character in the value of {listed} now makes v2 refuse the call; "
            'set json = "jq" to have every value encoded.',
        )
    tags = [part.source for _, value in payload.values() for part in _unsafe(value, script) if _is_tag(part)]
    if tags:
        listed = ", ".join(f"`{tag}`" for tag in dict.fromkeys(tags))
        yield Note(
            "template-in-json",
            Severity.INFO,
            f"{listed} is put into the JSON text as it is; a double quote or a backslash in it breaks the payload.",
        )


def _members(request: PipelineRequest) -> Iterator[tuple[str, Value]]:
    if request.branch is not None:
        yield "branch", request.branch
    if request.tag is not None:
        yield "tag", request.tag
    yield from request.parameters


def _object(
    request: PipelineRequest, write: Callable[[str, Value], Iterator[Literal | Expansion]], layout: Layout | None = None
) -> Iterator[Literal | Expansion]:
    """The body around its values, which `write` gives."""
    outer = [(name, value) for name, value in (("branch", request.branch), ("tag", request.tag)) if value is not None]
    yield Literal("{")
    for index, (name, value) in enumerate(outer):
        yield Literal(_separator(index, 1, layout) + f'"{name}": ')
        yield from write(name, value)
    if request.parameters:
        yield Literal(_separator(len(outer), 1, layout) + '"parameters": {')
        for index, (name, value) in enumerate(request.parameters):
            yield Literal(_separator(index, 2, layout) + f"{encoded(name)}: ")
            yield from write(name, value)
        yield Literal(_break(1, layout) + "}")
    yield Literal((_break(0, layout) if outer or request.parameters else "") + "}")


def _separator(index: int, level: int, layout: Layout | None) -> str:
    if layout is None:
        return ", " if index else ""
    return ("," if index else "") + _break(level, layout)


def _break(level: int, layout: Layout | None) -> str:
    return "" if layout is None else "\n" + layout.outer + layout.step * level


def encoded(text: str) -> str:
    r"""A JSON string that needs no quoting in shell, YAML or CircleCI templates: `'` is `\u0027`, `<<` is `\u003c<`."""
    return f'"{_encoded(text)}"'


def _encoded(text: str) -> str:
    body = json.dumps(text, ensure_ascii=False)[1:-1].replace("'", "\\u0027").replace("<<", "\\u003c<")
    return "".join(char if char.isprintable() else _escape(char) for char in body)


def _escape(char: str) -> str:
    return json.dumps(char)[1:-1]


def _string(value: Value, script: Script) -> Iterator[Literal | Expansion]:
    yield Literal('"')
    for part in value.template:
        text = _known(part, script)
        yield part if text is None and isinstance(part, Expansion) else Literal(_encoded(text or ""))
    yield Literal('"')


def _known(part: Literal | Expansion, script: Script) -> str | None:
    """The text to write down: a literal's, or that of an expansion whose one value cannot be spliced."""
    if isinstance(part, Literal):
        return part.text
    text = static((part,))
    return text if text is not None and _encoded(text) != text else None


def _unsafe(value: Value, script: Script) -> Iterator[Expansion]:
    """The expansions that can hold a character which JSON must escape."""
    return (part for part in value.template if isinstance(part, Expansion) and not _is_safe(part, script))


def _is_safe(part: Expansion, script: Script) -> bool:
    known = values((part,))
    if known is not None:
        return len(known) == 1 or all(_encoded(text).replace("\\u0027", "'") == text for text in known)
    if part.resolved is not None:
        return all(_is_plain(inner, script) for inner in part.resolved)
    if part.name is not None:
        return part.name in _SAFE and not script.writes.get(part.name)
    return bool(_SAFE_SOURCE.match(part.source) or _SAFE_COMMAND.match(part.source))


def _is_plain(part: Literal | Expansion, script: Script) -> bool:
    if isinstance(part, Literal):
        return json.dumps(part.text, ensure_ascii=False)[1:-1] == part.text
    return _is_safe(part, script)


def _is_tag(part: Expansion) -> bool:
    return part.source.startswith("<<")


def _jq(request: PipelineRequest, script: Script, use: Use) -> str:
    """`"$(jq -n --arg … || echo '{')"`: without jq the body is no JSON, so v2 refuses it instead of running anything."""
    arguments: list[str] = []
    taken: set[str] = set()

    def write(name: str, value: Value) -> Iterator[Literal | Expansion]:
        if not any(_unsafe(value, script)) and not any(isinstance(p, Expansion) for p in value.template):
            yield from _string(value, script)
            return
        variable = _variable(name, taken)
        arguments.append(f"--arg {variable} {shell_emit.word(value.template, script, use)}")
        yield Literal(f"${variable}")

    program = "".join(part.text for part in _object(request, write) if isinstance(part, Literal))
    return f"\"$(jq -n {' '.join(arguments)} '{program}' || echo '{{')\""


def _variable(name: str, taken: set[str]) -> str:
    variable = re.sub(r"[^A-Za-z0-9_]", "_", name)
    while variable in taken or variable in _KEYWORDS:
        variable += "_"
    taken.add(variable)
    return variable
