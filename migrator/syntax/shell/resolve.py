"""What the words of a script stand for: variables followed to their assignment, `cat <<EOF` to its text.

A variable is followed only when the assignment that reaches the use is certain; otherwise its expansion stays as it is.
Variables that each branch assigns are known by all their values; for arrays see `arrays`.

A command that names no variable, such as `. ./.env`, may give any of them another value between the two.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from migrator.model import Expansion, Literal, Span, Template, static, values
from migrator.syntax.shell.arrays import ARRAY, elements
from migrator.syntax.shell.frames import given, given_to_all
from migrator.syntax.shell.functions import alone_in, body_of, formatted, runs, with_arguments
from migrator.syntax.shell.overwritten import may_be_overwritten
from migrator.syntax.shell.types import Origin, Quote, Use, Word, WordPiece, function_around
from migrator.template import MIDDLE, OPEN, never_empty

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Block, Command, Write


_LEAVING = frozenset({"exit", "return"})
_EMPTY_ITEM = re.compile(r"\)\s*;;")
_ANYTHING = re.compile(r"\(?\s*\*\s*\)")


def one_of(script: Script, name: str, use: Use) -> Sequence[Write] | None:
    """All assignments of the variable when one of them has surely been made at the use, else None."""
    writes = sorted(script.writes.get(name, ()), key=lambda write: write.span)
    functions = _functions_around(use.blocks)
    if any(w.value is None or w.document or w.choices or _functions_around(w.blocks) != functions for w in writes):
        return None
    before = [write for write in writes if write.span.end <= use.index]
    if any(may_be_overwritten(script, write, use) for write in before):
        return None
    if any(_within(write.blocks, use.blocks) for write in before):
        return writes
    parents = {write.blocks[:depth] for write in before for depth in range(len(write.blocks))}
    sure = any(_in_each(script, parent, before) for parent in parents if _within(parent, use.blocks))
    return writes if sure else None


def _functions_around(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    return tuple(block for block in blocks if block.kind == "function_definition")


def _within(outer: tuple[Block, ...], inner: tuple[Block, ...]) -> bool:
    return all(block in inner for block in outer)


def _in_each(script: Script, parent: tuple[Block, ...], writes: Sequence[Write]) -> bool:
    """Whether some `if` or `case` below the parent assigns in each of its branches, or leaves."""
    depth = len(parent)
    inside = [c for c in script.commands if c.blocks[:depth] == parent and len(c.blocks) > depth]
    assigned = {
        write.blocks[depth] for write in writes if write.blocks[:depth] == parent and len(write.blocks) == depth + 1
    }
    left = {c.blocks[depth] for c in inside if len(c.blocks) == depth + 1 and _leaves(c)}
    return any(
        set(branches) <= assigned | left for branches in _branches_of(script, parent, {c.blocks[depth] for c in inside})
    )


def _leaves(command: Command) -> bool:
    return bool(command.words) and command.words[0].static in _LEAVING


def _branches_of(script: Script, parent: tuple[Block, ...], blocks: set[Block]) -> Iterator[list[Block]]:
    """The branches of each construct that always takes one of them."""
    for then in blocks:
        if then.kind == "then":
            others = [b for b in blocks if b.kind in {"elif_clause", "else_clause"} and _inside(b, then)]
            if any(block.kind == "else_clause" for block in others):
                yield [then, *others]
    for command in script.commands:
        if command.tests and command.blocks == parent and script.text.startswith("case", command.span.start):
            text = script.text[command.span.start : command.span.end]
            items = [
                b for b in blocks if b.kind == "case_item" and command.span.start <= b.span.start < command.span.end
            ]
            if not _EMPTY_ITEM.search(text) and any(_ANYTHING.match(script.text, b.span.start) for b in items):
                yield items


def _inside(inner: Block, outer: Block) -> bool:
    return outer.span.start <= inner.span.start and inner.span.end <= outer.span.end


DEPTH = 6
"""How many variables, one behind the other, are followed."""
BRACES = re.compile(r"\{[^{}]*(?:,|\.\.)[^{}]*\}")  # which a shell expands
_DEFAULT = re.compile(r"\$\{(?P<name>[1-9][0-9]*)(?P<colon>:?)-(?P<quote>['\"]?)(?P<text>[\w./@%+,:-]*)(?P=quote)\}")
_VARIABLE = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")
_REPEATING = frozenset({"loop", "function_definition"})


def use_of(command: Command) -> Use:
    """The place of a command's own words."""
    return Use(command.span.start, command.blocks)


def template(script: Script, word: Word, use: Use) -> Template:
    """The word as a template: literals with their places in the region's text, expansions resolved if possible."""
    return tuple(_part(script, piece, word.use or use) for piece in word.pieces)


def _part(script: Script, piece: WordPiece, use: Use) -> Literal | Expansion:
    span = script.view.back(piece.span)
    if piece.text is not None:
        return Literal(piece.text, span)
    source = script.view.source(piece.span)
    part = Expansion(source, piece.name, span, origin=Origin(piece.quote, use))
    if MIDDLE in source and source.startswith(OPEN):
        return replace(part, name=None, resolved=(Literal(source[source.index(MIDDLE) + 1 : -1]),))
    if use.depth >= DEPTH:
        return part
    if piece.name is None:
        found = _with_default(script, piece, use, part) or replace(part, resolved=_substituted(script, piece, use))
    else:
        found = followed(script, part, piece.name, use)
    known = found.resolved is not None or found.values is not None
    return found if known else replace(found, choices=tuple(_written_for(script, source)))


def followed(script: Script, expansion: Expansion, name: str, use: Use) -> Expansion:
    """The expansion of the variable `name` at a use, with what is assigned to it when that is certain."""
    write = reaching(script, name, use)
    if write is None:
        texts = _given_values(script, name, use) if name.isdecimal() else _alternatives(script, name, use)
        return replace(expansion, values=texts)
    inner = Use(write.span.start, write.blocks, use.depth + 1)
    if write.is_text:
        return replace(expansion, resolved=_text_of(script, write, inner))
    return replace(expansion, values=_choices(script, write, inner))


_WITHOUT_ADDING = re.compile(r"\A#![^\n]*(?<![a-z])(?:da|a)?sh\b")
"""Scripts of shells that have neither `+=` nor `printf -v`."""
_NUMBERS = re.compile(r"\b(?:declare|typeset|local|readonly|export)\s+-\w*i")
"""Scripts in which `+=` may add numbers."""


def _text_of(script: Script, write: Write, use: Use) -> Template | None:
    """What a variable is given; None where that cannot be told."""
    if write.value is not None:
        return template(script, write.value, use)
    if write.known is not None:
        return (Literal(write.known),)
    if _WITHOUT_ADDING.search(script.text):
        return None
    if write.added is not None:
        before = Expansion(f"${{{write.name}}}", write.name, origin=Origin(Quote.DOUBLE, use))
        is_sure = use.depth < DEPTH and not _NUMBERS.search(script.text)
        return (followed(script, before, write.name, use), *template(script, write.added, use)) if is_sure else None
    text = write.formatted[0].static
    given = [template(script, word, use) for word in write.formatted[1:]]
    return None if text is None else formatted(text, given)


def _given_values(script: Script, name: str, use: Use, default: str | None = None) -> tuple[str, ...] | None:
    """What the calls of the function give for an argument, when all of them are known and none needs quoting.

    `default` is what stands for an argument that is empty or not given.
    """
    texts: list[str] = []
    for write in given_to_all(script, name, use):
        if write.value is None or (not write.value.pieces and default is None):
            return None
        known = values(template(script, write.value, Use(write.span.start, write.blocks, use.depth + 1)))
        if known is None or any(char in "'\"\\" or not char.isprintable() for text in known for char in text):
            return None
        texts += [text or default or "" for text in known]
    return tuple(dict.fromkeys(texts)) or None


def _with_default(script: Script, piece: WordPiece, use: Use, expansion: Expansion) -> Expansion | None:
    """`${1:-text}` and `${1-text}` where the call is known that gives the argument, or all calls are."""
    found = _DEFAULT.fullmatch(script.text, piece.span.start, piece.span.end)
    if not found:
        return None
    write = given(script, found["name"], use)
    if write is None or write.value is None:
        texts = _given_values(script, found["name"], use, found["text"]) if found["colon"] else None
        return replace(expansion, values=texts)
    known = template(script, write.value, Use(write.span.start, write.blocks, use.depth + 1))
    if not write.value.pieces or (found["colon"] and static(known) == ""):
        return replace(expansion, resolved=(Literal(found["text"], script.view.back(Span(*found.span("text")))),))
    return replace(expansion, resolved=known) if never_empty(known) or not found["colon"] else None


def _alternatives(script: Script, name: str, use: Use) -> tuple[str, ...] | None:
    """Every text that the variable can have, when one of several assignments of known texts has surely been made."""
    texts: list[str] = []
    for write in one_of(script, name, use) or ():
        inner = Use(write.span.start, write.blocks, use.depth + 1)
        known = values(template(script, write.value, inner)) if write.value is not None else None
        if known is None:
            return None
        texts += known
    return tuple(dict.fromkeys(texts)) or None


def _written_for(script: Script, source: str) -> Iterator[Template]:
    """All that the script assigns to the variables of an expansion, and to those of these, as it is written."""
    waiting, known = [source], set[str]()
    while waiting:
        new = {found[1] for found in _VARIABLE.finditer(waiting.pop())} - known
        known |= new
        written = [script.view.source(write.span) for name in sorted(new) for write in script.writes.get(name, ())]
        waiting += written
        yield from ((Expansion(text),) for text in written)


def _choices(script: Script, write: Write, use: Use) -> tuple[str, ...] | None:
    texts = [_choice(script, word, use) for word in write.choices or ()]
    known = tuple(text for several in texts if several is not None for text in several)
    return known if known and None not in texts else None


def _choice(script: Script, word: Word, use: Use) -> tuple[str, ...] | None:
    """What one word behind `in` adds to a loop: more than one text when it is a list."""
    if found := ARRAY.fullmatch(script.text, word.span.start, word.span.end):
        held = elements(script, found[1], use)
        parts = [_choice(script, element, use) for element in held.words] if held is not None else [None]
        return None if None in parts else tuple(text for part in parts for text in part or ())
    text = static(template(script, word, use))
    bare = bare_text(word)
    if text is None or any(char in "*?[{" for char in bare):
        return None
    if not any(piece.text is None and piece.quote is Quote.NONE for piece in word.pieces):
        return (text,)
    fields = text.split()
    return None if any(char in "*?[" for char in text) or (len(fields) != 1 and word.lone is None) else tuple(fields)


def reaching(script: Script, name: str, use: Use) -> Write | None:
    """The one assignment whose value the variable surely has at the use, or None.

    An argument of a function has what the call gives that the text is read for.
    """
    if name.isdecimal():
        return given(script, name, use)
    writes = script.writes.get(name, [])
    surely = [write for write in writes if _precedes(write, use)]
    if not surely:
        return None
    last = max(surely, key=lambda write: write.span)
    if may_be_overwritten(script, last, use):
        return None
    others = [write for write in writes if write is not last]
    if any(_interferes(other, last, use) and not _is_private(script, other, use) for other in others):
        return None
    return last


def _precedes(write: Write, use: Use) -> bool:
    """Whether the assignment has been made, without condition, whenever the use runs."""
    if write.choices is not None or not write.is_text:
        loop = any(block.kind == "loop" and block.span.start in _until_end(write.span) for block in use.blocks)
        return loop and write.span.start <= use.index < write.span.end
    if not all(block in use.blocks for block in write.blocks):
        return False
    return write.span.end <= use.index or _in_later_function(write, use)


def _until_end(span: Span) -> Span:
    return Span(span.start, span.end)


def _in_later_function(write: Write, use: Use) -> bool:
    """An assignment at the top is made before a function defined above it is called."""
    return not write.blocks and any(block.kind == "function_definition" for block in use.blocks)


def _is_private(script: Script, write: Write, use: Use) -> bool:
    """Whether the assignment is to a local variable of a function that the use is not in, nor run by.

    What a function calls sees its local variables (Bash manual, "Shell Functions").
    """
    functions = [block for block in write.blocks if block.kind == "function_definition"]
    if not functions or functions[-1] in use.blocks or (write.name, functions[-1].span) not in script.local_names:
        return False
    inside = function_around(use.blocks)
    return inside is None or inside not in runs(script, functions[-1].span)


def _interferes(other: Write, chosen: Write, use: Use) -> bool:
    """Whether another assignment may be made between the chosen one and the use."""
    if any(block.kind == "function_definition" and block not in use.blocks for block in other.blocks):
        return True
    if any(block.kind == "function_definition" for block in use.blocks) and not chosen.blocks:
        return True
    if chosen.span.start < other.span.start < use.index:
        return True
    shared = [block for block in other.blocks if block.kind == "loop" and block in use.blocks]
    return other.span.start > use.index and any(block not in chosen.blocks for block in shared)


def _substituted(script: Script, piece: WordPiece, use: Use) -> Template | None:
    """What `$(cat <<EOF)`, `$(echo text)` and `$(printf %s text)` give, without the last line ends."""
    source = script.text[piece.span.start : piece.span.end]
    if not source.startswith(("$(", "`")) or source.startswith("$(("):
        return None
    inside = alone_in(script, Span(piece.span.start + 1, piece.span.end))
    if inside is None or inside.simple.assignments or inside.simple.failure or inside.broken:
        return None
    printed = _printed(script, inside, Use(use.index, inside.blocks, use.depth + 1))
    return None if printed is None else _without_line_ends(printed)


def _printed(script: Script, command: Command, use: Use, *, filed: bool = False) -> Template | None:
    """What a command that only prints prints. `filed`: it goes to a file."""
    called = body_of(script, command)
    if called is not None:
        inner = replace(use, depth=use.depth + 1)
        text = _printed(script, called, inner) if use.depth < DEPTH else None
        return with_arguments(text, [template(script, word, use) for word in command.words[1:]])
    words = command.words
    redirects = [redirect for redirect in command.simple.redirects if not (filed and redirect.operator.startswith(">"))]
    match words[0].static if words else None:
        case "cat" if len(redirects) == 1 and len(words) in {1, 2}:
            body = redirects[0].heredoc
            dash = len(words) == 1 or words[1].static == "-"
            return template(script, body.body, use) if body is not None and dash else None
        case "echo" if len(words) >= 2 and not redirects and not words[1].lead.startswith("-"):
            text = _joined(script, words[1:], use)
            expands = any(BRACES.search(bare_text(word)) for word in words[1:])
            return None if expands or any(isinstance(p, Literal) and "\\" in p.text for p in text) else text
        case "printf" if len(words) >= 2 and not redirects and words[1].static is not None:
            return formatted(words[1].static, [template(script, word, use) for word in words[2:]])
    return None


def _joined(script: Script, words: Sequence[Word], use: Use) -> Template:
    """What `echo` prints of its arguments."""
    parts = list(template(script, words[0], use))
    for word in words[1:]:
        parts += (Literal(" "), *template(script, word, use))
    return tuple(parts)


def bare_text(word: Word) -> str:
    """The text of the word that stands in no quotes."""
    return "".join(piece.text or "" for piece in word.pieces if piece.quote is Quote.NONE)


def printed_by(script: Script, command: Command, *, filed: bool = False) -> Template | None:
    """What a command that only prints (`cat <<EOF`, `echo`, `printf %s`) writes to its output, or None."""
    return _printed(script, command, use_of(command), filed=filed)


def _without_line_ends(text: Template) -> Template:
    parts = list(text)
    while parts and isinstance(last := parts[-1], Literal):
        stripped = last.text.rstrip("\n")
        if stripped:
            cut = len(last.text) - len(stripped)
            exact = last.span is not None and last.span.end - last.span.start == len(last.text)
            span = Span(last.span.start, last.span.end - cut) if exact and last.span else last.span
            parts[-1] = last if not cut else Literal(stripped, span)
            break
        parts.pop()
    return tuple(parts)
