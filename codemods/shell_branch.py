"""Undo what a script does to a branch name for the sake of the URL: v1.1 wanted `%2F`, v2's JSON wants `/`."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from migrator.errors import Refusal
from migrator.model import Expansion, Literal, Span
from migrator.syntax.shell_resolve import reaching

if TYPE_CHECKING:
    from migrator.model import Template
    from migrator.syntax.shell import Command, Script, Use
    from migrator.syntax.shell_word import Word

_REPLACED = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)//\\?/\\?/?%2[fF]\}\Z")
_SED = re.compile(r"s(.)\\?/\1%2[fF]\1g\Z")
_ENCODING = re.compile(r"%2[fF]|@uri|urlencode|url_encode|quote\(|encodeURIComponent|uri_escape")


def decoded_branch(script: Script, branch: Template) -> Template:
    """The branch as it is called. Raises Refusal when the script encodes it in a way that cannot be undone."""
    return tuple(_plain(script, part) for part in branch)


def _plain(script: Script, part: Literal | Expansion) -> Literal | Expansion:
    if isinstance(part, Literal):
        return part
    if found := _REPLACED.match(part.source):
        return Expansion(f"${{{found[1]}}}", found[1], part.span)
    if part.resolved is not None and len(part.resolved) == 1 and isinstance(part.resolved[0], Expansion):
        inner = _plain(script, part.resolved[0])
        return part if inner == part.resolved[0] else inner
    before = _before_encoding(script, part)
    if before is not None:
        return before
    if _ENCODING.search(_definition(script, part)):
        raise Refusal(
            "encoded-branch",
            f"`{part.source}` is percent-encoded for the URL; v2 wants the plain name. Give the call the plain name.",
        )
    return part


def _definition(script: Script, part: Expansion) -> str:
    """Everything that makes up the expansion's value."""
    writes = script.writes.get(part.name, ()) if part.name is not None else ()
    return part.source + "".join(script.text[write.span.start : write.span.end] for write in writes)


def _before_encoding(script: Script, part: Expansion) -> Expansion | None:
    """The variable that `$(echo "$X" | sed 's|/|%2F|g')` and the like encode."""
    if not part.source.startswith(("$(", "`")) or part.span is None:
        return None
    origin = script.origins.get(part.span)
    span = script.view.forth(part.span)
    if origin is None or span is None:
        return None
    inside = list(script.within(Span(span.start + 1, span.end)))
    word = _encoded_word(inside)
    piece = word.lone if word is not None else None
    if piece is None or piece.name is None or _is_rewritten(script, piece.name, origin.use):
        return None
    return replace(part, source=f"${{{piece.name}}}", name=piece.name, resolved=None)


def _encoded_word(commands: list[Command]) -> Word | None:
    """The word that the commands percent-encode, when they do nothing else."""
    texts = [[word.static for word in command.words] for command in commands]
    match texts:
        case [["echo", *_], ["sed", *script]] if _is_sed(script) and len(commands[0].words) in {2, 3}:
            return commands[0].words[-1]
        case [["printf", "%s" | "%s\\n", _], ["sed", *script]] if _is_sed(script):
            return commands[0].words[-1]
        case [["printf", "%s", _], ["jq", *options]] if _is_jq(options):
            return commands[0].words[-1]
        case [["jq", *_, "$v|@uri" | "$x|@uri" | "$v | @uri" | "$x | @uri"]] if "--arg" in texts[0]:
            return commands[0].words[texts[0].index("--arg") + 2]
    return None


def _is_sed(script: list[str | None]) -> bool:
    words = [word for word in script if word not in {"-e", "-r", "-E"}]
    return len(words) == 1 and words[0] is not None and bool(_SED.match(words[0]))


def _is_jq(options: list[str | None]) -> bool:
    return bool(options) and options[-1] == "@uri" and all(o is not None and o.startswith("-") for o in options[:-1])


def _is_rewritten(script: Script, name: str, use: Use) -> bool:
    """Whether the variable is assigned in the script after the encoding may have read it."""
    writes = script.writes.get(name, [])
    return len(writes) > 1 or (len(writes) == 1 and reaching(script, name, use) is None)
