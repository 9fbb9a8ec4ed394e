"""Unquoted parts of a command that the shell makes several words of, so that the program gets other arguments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.shell.content import printed_by_jq
from migrator.model import static, values
from migrator.syntax.json import JsonArray, JsonObject, JsonString
from migrator.syntax.shell.resolve import BRACES, template, use_of
from migrator.syntax.shell.types import Quote, Word
from migrator.syntax.text.templates import Marked

if TYPE_CHECKING:
    from migrator.syntax.json import Json
    from migrator.syntax.shell.curl import Invocation
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command, WordPiece

_PLAIN_BRACES = re.compile(r"\{(?:(?!\.\.)[^{},])*\}")
_ESCAPE = re.compile(r"\\.", re.DOTALL)
_ZSH = re.compile(r"\A#![^\n]*\bzsh\b")  # which leaves variables whole
_COMPACT = re.compile(r"--compact-output|-[A-Za-z]*c[A-Za-z]*")


def splitting_word(script: Script, command: Command, invocation: Invocation) -> str | None:
    """An unquoted part of the command that a shell makes several words of, or None."""
    if script.writes.get("IFS") and parts_at_blanks(
        script
    ):  # no blank may part words then, and any other character may
        bare = (piece for word in command.words for piece in word.pieces if piece.quote is Quote.NONE)
        open_piece = next((piece for piece in bare if piece.text is None), None)
        if open_piece is not None:
            return script.text[open_piece.span.start : open_piece.span.end]
    words = [option.value for option in invocation.options if option.value is not None and not option.indirect]
    for word in words:
        if _has_braces(script, word):
            return script.text[word.span.start : word.span.end]
        for piece in word.pieces:
            if piece.quote is Quote.NONE and _splits(script, command, piece):
                return script.text[piece.span.start : piece.span.end]
    return None


def parts_at_blanks(script: Script) -> bool:
    """Whether a variable without quotes may become several words at a blank: not in zsh, nor with `IFS=$'\\n\\t'`."""
    if _ZSH.match(script.text):
        return False
    given = [write.value.static if write.value is not None else None for write in script.writes.get("IFS", ())]
    return not given or not all(text and set(text) <= {"\n", "\t", "\r"} for text in given)


def lost_pattern(script: Script, command: Command, invocation: Invocation) -> str | None:
    """An unquoted word with `[`, `?` or `*` that the shell drops or refuses where no file matches, or None.

    Other shells leave such a word as it is. Source: bash manual, "Filename Expansion"; zsh manual, NOMATCH, NULL_GLOB.
    """
    if not _loses_patterns(script) or any(word.static == "noglob" for word in command.words):
        return None
    words = [option.value for option in invocation.options if option.value is not None and not option.indirect]
    for word in words:
        if any(piece.quote is Quote.NONE and set(piece.text or "") & set("[?*") for piece in word.pieces):
            return script.text[word.span.start : word.span.end]
    return None


def _loses_patterns(script: Script) -> bool:
    settings = [[word.static or "" for word in command.words] for command in script.commands]
    if _ZSH.match(script.text):
        given = {word.lower().replace("_", "") for words in settings if words[:1] == ["setopt"] for word in words[1:]}
        return not given & {"nonomatch", "noglob"}
    return any(words[:2] == ["shopt", "-s"] and _LOSING.intersection(words[2:]) for words in settings)


_LOSING = frozenset({"nullglob", "failglob"})


def _has_braces(script: Script, word: Word) -> bool:
    """Whether the shell makes several words of what stands in braces; quotes around parts of it do not keep it."""
    bare = (piece.quote is Quote.NONE and piece.text is not None for piece in word.pieces)
    sources = (script.text[piece.span.start : piece.span.end] for piece in word.pieces)
    text = "".join(_ESCAPE.sub("x", each) if is_bare else "x" for each, is_bare in zip(sources, bare, strict=True))
    while (plain := _PLAIN_BRACES.sub("x", text)) != text:
        text = plain
    return BRACES.search(text) is not None


def _splits(script: Script, command: Command, piece: WordPiece) -> bool:
    if piece.text is not None:
        return False
    if piece.name is not None and _ZSH.match(script.text):
        return False
    word = Word(piece.span, (piece,))
    text = template(script, word, use_of(command))
    known = values(text)
    if known is not None:
        return any(len(each.split()) > 1 or "*" in each for each in known)
    return len(Marked.of(text).text.split()) > 1 or _is_printed_in_pieces(script, command, word)


def _is_printed_in_pieces(script: Script, command: Command, word: Word) -> bool:
    """Whether the word is what jq prints: an object in several lines, unless it is asked for one."""
    printed = printed_by_jq(script, word, use_of(command))
    if printed is None:
        return False
    made, json = printed
    compact = any(_COMPACT.fullmatch(each.static or "") for each in made.words[1:])
    return _has_blanks(json) if compact else isinstance(json, JsonObject) and bool(json.items)


def _has_blanks(json: Json) -> bool:
    match json:
        case JsonObject(items):
            return any(_is_blank(static(name) or "") or _has_blanks(value) for name, value in items)
        case JsonArray(items):
            return any(map(_has_blanks, items))
        case JsonString(text):
            return _is_blank(Marked.of(text).text)
    return False


def _is_blank(text: str) -> bool:
    return any(char.isspace() for char in text)
