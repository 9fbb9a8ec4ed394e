"""Write templates back as shell text: in a word, in double quotes, in a here-document. No value is ever run.

An expansion is written as its author wrote it, when it still means the same where it goes; otherwise Refusal. In JSON
only an expansion that cannot hold a character that JSON must escape is written bare. git refuses refs with blanks,
colons, backslashes and control characters (git check-ref-format); GitHub and Bitbucket allow letters, digits, `-`, `_`
and `.` in names.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from migrator.errors import Refusal
from migrator.model import Expansion, Literal, Template, flatten, values
from migrator.syntax.shell.scan import NAME
from migrator.syntax.shell.script import parse
from migrator.syntax.shell.types import Quote, origin_of
from migrator.template import OPEN, Form, is_placeholder, raw

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.model import Value
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Block, Origin, Use


_SAFE_NAMES = """
    CIRCLE_SHA1 CIRCLE_BUILD_NUM CIRCLE_PREVIOUS_BUILD_NUM CIRCLE_PROJECT_USERNAME CIRCLE_PROJECT_REPONAME
    CIRCLE_WORKFLOW_ID CIRCLE_WORKFLOW_JOB_ID CIRCLE_WORKFLOW_WORKSPACE_ID CIRCLE_BRANCH CIRCLE_TAG CIRCLE_NODE_INDEX
    CIRCLE_NODE_TOTAL CIRCLE_PR_NUMBER CIRCLE_PR_REPONAME CIRCLE_PR_USERNAME CIRCLE_USERNAME CIRCLE_BUILD_URL
    CIRCLE_REPOSITORY_URL CIRCLE_PULL_REQUEST CIRCLE_PROJECT_ID CIRCLE_ORGANIZATION_ID CIRCLE_PIPELINE_ID CIRCLECI CI
    GITHUB_SHA GITHUB_RUN_ID GITHUB_RUN_NUMBER CI_COMMIT_SHA TRAVIS_COMMIT BUILDKITE_COMMIT GIT_COMMIT
    RANDOM SECONDS UID PPID # ? $ !
"""
_SAFE = frozenset(_SAFE_NAMES.split())
_GIT = frozenset({"rev-parse", "describe", "symbolic-ref", "rev-list"})


def unsafe_parts(value: Value, script: Script) -> Iterator[Expansion]:
    """The expansions of a value that can hold a character which JSON must escape."""
    if is_bare(value) or is_escaped(value):
        return
    yield from (part for part in value.template if isinstance(part, Expansion) and not _is_safe(part, script))


def may_be_decoded(value: Value, script: Script) -> bool:
    """Whether only the run shows text of a value which a form's server would decode: `&`, `+` or `%` in it."""
    return any(unsafe_parts(value, script)) or any(_has_signs(part) for part in flatten(value.template))


_NAMES_OF_REFS = frozenset({"CIRCLE_BRANCH", "CIRCLE_TAG"})
_HASHES = re.compile(r"--short(?:=\d+)?|--verify|--count|HEAD")
_DATE = re.compile(r"\+(?:[^%&+]|%[-_0^#]?[AaBbdFHIjklMmNnPpqRSsTtUuVWwYyeC])*\Z")


def _has_signs(part: Literal | Expansion) -> bool:
    """Whether a part may be the name of a ref, or a date with a zone (`+0100`) or signs of its own."""
    if isinstance(part, Literal) or not part.source.startswith(("$(", "`")):
        return isinstance(part, Expansion) and part.name in _NAMES_OF_REFS
    commands = parse(part.source.strip("$()`"), templated=False).commands
    match [word.static or "" for word in commands[0].words] if commands else []:
        case ["git", "rev-parse" | "rev-list", *options]:
            return not all(_HASHES.fullmatch(each) for each in options)
        case ["git", *_]:
            return True
        case ["date", *options]:
            return not options or not all(each in {"-u", "--utc"} or _DATE.match(each) for each in options)
    return False


def is_bare(value: Value) -> bool:
    """Whether the value is an expansion that is a JSON string already, quotes and all."""
    part = value.template[0] if len(value.template) == 1 else None
    return isinstance(part, Expansion) and part.form is Form.JSON_STRING


def is_escaped(value: Value) -> bool:
    """Whether the value holds text that the script has escaped for JSON."""
    return any(isinstance(part, Expansion) and part.form is Form.JSON_INSIDE for part in value.template)


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


_PLAIN_NAME = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)\Z")
_VARIABLE = re.compile(r"\$\{?[!#]?([A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!_-])")
_MOVING = frozenset({"shift", "set"})


def single_quoted(template: Template, script: Script, use: Use) -> str:
    """The template as one word: literals in single quotes, expansions spliced as `'"$V"'`. Literals hold no `'`."""
    pieces = ["'"]
    for part in _merged(template):
        if isinstance(part, Literal):
            pieces.append(part.text)
        elif _is_text(part):
            pieces.append(part.source)
        elif _is_bare_tag(part):
            pieces.append(f"'{part.source}'")
        else:
            pieces.append("'\"" + expansion(part, script, use, Quote.DOUBLE) + "\"'")
    pieces.append("'")
    return "".join(pieces)


def double_quoted(template: Template, script: Script, use: Use) -> str:
    """The template as the inside of a double-quoted word."""
    return _escaped(template, script, use, Quote.DOUBLE, re.compile(r'([$`"\\])'))


def heredoc(template: Template, script: Script, use: Use) -> str:
    """The template as text of a here-document whose delimiter is not quoted."""
    return _escaped(template, script, use, Quote.HEREDOC, re.compile(r"([$`]|\\(?=[$`\\\n]|\Z))"))


def verbatim(template: Template) -> str:
    """The template as it is: for a here-document whose delimiter is quoted."""
    return raw(template)


def word(template: Template, script: Script, use: Use) -> str:
    """The template as one word, in single quotes when nothing expands and in double quotes otherwise."""
    parts = list(_merged(template))
    if all(isinstance(part, Literal) and "'" not in part.text for part in parts):
        return "'" + "".join(part.text for part in parts if isinstance(part, Literal)) + "'"
    if any(isinstance(part, Expansion) and (_is_bare_tag(part) or _is_text(part)) for part in parts):
        return "".join(_piece(part, script, use) for part in parts)
    return '"' + double_quoted(template, script, use) + '"'


def _piece(part: Literal | Expansion, script: Script, use: Use) -> str:
    """One part of a word in quotes of its own: those that stood around it, where it is no shell's."""
    if isinstance(part, Literal):
        return word((part,), script, use) if "'" not in part.text else '"' + double_quoted((part,), script, use) + '"'
    if _is_bare_tag(part):
        return part.source
    if _is_text(part):
        return f"'{part.source}'"
    return '"' + expansion(part, script, use, Quote.DOUBLE) + '"'


def _escaped(template: Template, script: Script, use: Use, quote: Quote, special: re.Pattern[str]) -> str:
    parts = list(_merged(template))
    pieces: list[str] = []
    for index, part in enumerate(parts):
        if isinstance(part, Literal):
            pieces.append(special.sub(r"\\\1", part.text))
            continue
        written = expansion(part, script, use, quote)
        following = parts[index + 1] if index + 1 < len(parts) else None
        name = _PLAIN_NAME.match(written)
        if name and isinstance(following, Literal) and re.match(r"[A-Za-z0-9_\[]", following.text):
            written = "${" + name[1] + "}"
        pieces.append(written)
    return "".join(pieces)


def _merged(template: Template) -> Iterator[Literal | Expansion]:
    text = ""
    for part in template:
        if isinstance(part, Literal):
            text += part.text
            continue
        if text:
            yield Literal(text)
        text = ""
        yield part
    if text:
        yield Literal(text)


def is_as_it_stands(part: Literal | Expansion) -> bool:
    """Whether a part may stand in a here-document of which the shell reads nothing."""
    if isinstance(part, Literal) or _is_text(part):
        return True
    origin = origin_of(part)
    return is_tag(part) and origin is not None and origin.quote is Quote.DOCUMENT


def _is_text(part: Expansion) -> bool:
    """Whether the expansion is text before the shell runs, and stood in single quotes or is for a person to replace."""
    if is_placeholder(part.source):
        return True
    origin = origin_of(part)
    return part.source.startswith(("<<", OPEN)) and origin is not None and origin.quote is Quote.SINGLE


def _is_bare_tag(part: Expansion) -> bool:
    """Whether text that is filled in before the shell runs stood without quotes: `{{ x | quote }}` has its own."""
    origin = origin_of(part)
    return is_tag(part) and origin is not None and origin.quote is Quote.NONE


def expansion(part: Expansion, script: Script, use: Use, quote: Quote) -> str:
    """The source of an expansion, to stand in double quotes or a here-document at `use`. Raises Refusal."""
    origin = origin_of(part)
    if part.name == "@":
        raise Refusal(
            "all-arguments", "`$@` would become several words in the payload. Name the argument that is meant."
        )
    if part.form is Form.ENVIRONMENT:
        return f"${{{part.name}-}}"
    if is_tag(part) and origin is not None and not is_placeholder(part.source) and _is_read_otherwise(part, origin):
        said = f"`{raw((part,))}` is filled in before the shell runs, which would read it otherwise in the payload."
        raise Refusal("quoting", f"{said} Assign it to a variable first.")
    if origin is None or part.source.startswith(OPEN):
        return part.source
    if not script.same_place(origin.use, use):
        _check_move(part.source, script, origin.use, use)
    return _requoted(part.source, origin.quote, quote)


def _is_read_otherwise(tag: Expansion, origin: Origin) -> bool:
    """Whether double quotes are not what stood around the text that is filled in: a filter such as `| quote` quotes."""
    return origin.quote in {Quote.SINGLE, Quote.DOCUMENT} or (origin.quote is Quote.NONE and "|" in tag.source)


def _requoted(source: str, before: Quote, after: Quote) -> str:
    """The source for another kind of quoting: `${x:-"y"}` and backticks read differently inside double quotes."""
    if before is after or not any(char in source for char in "'\"\\"):
        return source
    if source.startswith("`") and "\\" not in source:
        return "$(" + source[1:-1] + ")"
    if source.startswith("$(") or (before is Quote.DOUBLE and after is Quote.HEREDOC and '"' not in source):
        return source
    raise Refusal("quoting", f"`{source}` would read differently in the payload. Assign it to a variable first.")


def _check_move(source: str, script: Script, origin: Use, use: Use) -> None:
    """Raise Refusal unless the expansion gives the same text at both places."""
    if "$(" in source.replace("$((", "") or "`" in source:
        raise Refusal("moved-command", f"`{source}` would run at another place. Assign its output to a variable first.")
    for name in _VARIABLE.findall(source):
        if not _same_value(name, script, origin, use):
            raise Refusal(
                "moved-variable", f"`{source}` may have another value where the call is made. Write it there."
            )


def _same_value(name: str, script: Script, origin: Use, use: Use) -> bool:
    first, last = sorted((origin.index, use.index))
    if not (name[0].isalpha() or name[0] == "_"):
        shifted = any(c.words and c.words[0].static in _MOVING and first < c.span.start < last for c in script.commands)
        return name not in "?!_-" and _function(origin.blocks) == _function(use.blocks) and not shifted
    scattered = _function(origin.blocks) != _function(use.blocks)
    for write in script.writes.get(name, ()):
        if write.choices is not None and write.span.start <= first and last < write.span.end:
            continue
        if first <= write.span.start < last or write.span.end > first > write.span.start:
            return False
        if scattered and _function(write.blocks) is not None:
            return False
        looping = [block for block in write.blocks if block.kind == "loop"]
        if write.span.start >= last and any(block in origin.blocks or block in use.blocks for block in looping):
            return False
    return True


def _function(blocks: tuple[Block, ...]) -> Block | None:
    return next((block for block in reversed(blocks) if block.kind == "function_definition"), None)
