"""Write templates back as shell text: in a word, in double quotes, in a here-document. No value is ever run.

An expansion is written as its author wrote it, when it still means the same where it goes; otherwise Refusal.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from migrator.errors import Refusal
from migrator.model import Expansion, Literal, Template
from migrator.syntax.shell.word import Quote
from migrator.template import OPEN, raw

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.shell.script import Script, Use
    from migrator.syntax.shell.tree import Block

_PLAIN_NAME = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)\Z")
_NAMES = re.compile(r"\$\{?[!#]?([A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!_-])")
_PLACEHOLDER = re.compile(OPEN + r"(?:<|:|\{[A-Za-z])")  # `<branch>`, `:branch`, `{branch}` of documentation
_MOVING = frozenset({"shift", "set"})


def single_quoted(template: Template, script: Script, use: Use) -> str:
    """The template as one word: literals in single quotes, expansions spliced as `'"$V"'`. Literals hold no `'`."""
    pieces = ["'"]
    for part in _merged(template):
        if isinstance(part, Literal):
            pieces.append(part.text)
        elif _is_text(part, script):
            pieces.append(part.source)
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
    return '"' + double_quoted(template, script, use) + '"'


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


def _is_text(part: Expansion, script: Script) -> bool:
    """Whether the expansion is text before the shell runs, and stood in single quotes or is for a person to replace."""
    if _PLACEHOLDER.match(part.source):
        return True
    origin = script.origins.get(part.span) if part.span else None
    return part.source.startswith(("<<", OPEN)) and origin is not None and origin.quote is Quote.SINGLE


def expansion(part: Expansion, script: Script, use: Use, quote: Quote) -> str:
    """The source of an expansion, to stand in double quotes or a here-document at `use`. Raises Refusal."""
    origin = script.origins.get(part.span) if part.span else None
    if part.name == "@":
        raise Refusal(
            "all-arguments", "`$@` would become several words in the payload. Name the argument that is meant."
        )
    if origin is None or part.source.startswith(OPEN):
        return part.source
    if not script.same_place(origin.use, use):
        _check_move(part.source, script, origin.use, use)
    return _requoted(part.source, origin.quote, quote)


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
    for name in _NAMES.findall(source):
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
