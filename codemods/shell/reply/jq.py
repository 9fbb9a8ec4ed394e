r"""Adapt a `jq` that reads `build_url` or `build_num` of a reply: to the page, or the number, of the pipeline.

v2 gives the `number` of the pipeline at once (CircleCI API v2 reference, "Trigger a new pipeline").
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.shell.reply.address import Address, address_of, page_in_program
from codemods.shell.reply.fields import FIELDS
from codemods.shell.reply.use import Carried, Ending, ValueUse, uses_of
from codemods.shell.write import emit
from migrator.errors import Refusal
from migrator.model import Edit, Expansion, Literal, Span
from migrator.syntax.jq.filter import JqError, parse_filter
from migrator.syntax.jq.reads import Read, reads
from migrator.syntax.shell.jq_command import JQ, JqCommand, parse_jq_command
from migrator.syntax.shell.output import arguments_of, program_of, raw
from migrator.syntax.shell.resolve import use_of

if TYPE_CHECKING:
    from migrator.model import Slug, Template
    from migrator.syntax.shell.output import Taken
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command, Word
    from migrator.syntax.shell.types import Use as ShellUse

_PLAIN = re.compile(r"[A-Za-z0-9_./:-]*\Z")
_IN_BACKTICKS = re.compile(r"`|\\[\\$`]")


@dataclass(frozen=True, slots=True)
class Adaptation:
    """What makes a reader fit the reply of v2: edits of the region's text, and what its value is used for after that.

    `number`: the pipeline's number is shown as if it were the build's.
    """

    edits: tuple[Edit, ...]
    uses: tuple[ValueUse, ...]
    number: bool = False


def adapted(script: Script, taken: Taken, slug: Slug) -> Adaptation | None:
    """The adaptation of a reader; None when it is no `jq`, or does anything that the new reply cannot serve."""
    command = taken.command
    made = parse_jq_command(arguments_of(command)) if program_of(command) in JQ else None
    text = made.program.static if made is not None else None
    if made is None or text is None or not made.simple or not _gets_the_reply(script, taken, made):
        return None
    try:
        found = [read for read in reads(parse_filter(text)) if not read.name or read.name in FIELDS]
        return _adapted(_Reader(script, command, made, text, slug), tuple(found))
    except (JqError, Refusal):
        return None


def _gets_the_reply(script: Script, taken: Taken, made: JqCommand) -> bool:
    """Whether the program's only input is the reply, in every run."""
    if not taken.sure or taken.command.broken or taken.command.simple.failure is not None:
        return False
    if not made.files:
        return taken.stdin
    return len(made.files) == 1 and raw(script, made.files[0]).strip("\"'") == taken.holder


@dataclass(frozen=True, slots=True)
class _Reader:
    script: Script
    command: Command
    made: JqCommand
    text: str
    slug: Slug


def _adapted(reader: _Reader, found: tuple[Read, ...]) -> Adaptation | None:
    if not found or not all(read.plain and read.name in {"build_url", "build_num"} for read in found):
        return None
    pages = [_page(reader, read) for read in found]
    uses = uses_of(reader.script, reader.command, reader.slug, _carried(found, pages))
    endings = {use.ending for use in uses}
    if endings & {Ending.OTHER, Ending.POLLED, Ending.LEFT}:
        return None
    guarded = "exit-status" in reader.made.options or Ending.EMPTY in endings
    address = Address(())
    if any(read.name == "build_url" for read in found):
        address = address_of(reader.slug, reader.script, use_of(reader.command), reader.made.names)
    changes = [change for page in pages for change in page]
    changes += [_change(reader, read, address, guarded=guarded or read.guarded) for read in found]
    edit = _edit(reader, sorted(changes, key=lambda change: change[0]), address)
    number = any(use.what is not Carried.PAGE and use.ending in {Ending.SHOWN, Ending.SENT} for use in uses)
    return Adaptation((edit, *(each for use in uses for each in use.edits)), uses, number)


def _carried(found: tuple[Read, ...], pages: list[tuple[_Change, ...]]) -> Carried:
    """What the program prints: the number alone, text with it, or nothing of it outside of an address."""
    numbers = [page for read, page in zip(found, pages, strict=True) if read.name == "build_num"]
    if all(numbers):
        return Carried.PAGE
    return Carried.NUMBER if len(found) == 1 and not found[0].in_text else Carried.TEXT


_Change = tuple[Span, tuple[Literal | Expansion, ...]]
"""A stretch of the program, and what stands there afterwards."""


def _page(reader: _Reader, read: Read) -> tuple[_Change, ...]:
    """The change of an address in front of a number, in the string that it is put into. Raises Refusal."""
    page = page_in_program(read.before, read.after, reader.slug) if read.name == "build_num" else None
    if page is None:
        return ()
    start = reader.text.rfind(read.before, 0, read.span.start)
    if start < 0:
        raise Refusal("url-shape", "The address is written with escapes.")
    written = json.dumps(page, ensure_ascii=False)[1:-1]
    return ((Span(start, start + len(read.before)), (Literal(written),)),)


def _change(reader: _Reader, read: Read, address: Address, *, guarded: bool) -> _Change:
    """The number of the pipeline in place of that of the build, or the page of the one in place of the other's."""
    if read.name == "build_num":
        return read.span, (Literal(".number"),)
    text, span = reader.text, read.span
    if guarded:
        number = (Literal('(.number | if . then "'), *address.text, Literal('\\(.)" else . end)'))
        return span, number
    inside = read.in_text and text[: span.start].endswith("\\(") and text.startswith(")", span.end)
    if inside:
        return Span(span.start - 2, span.end + 1), (*address.text, Literal("\\(.number)"))
    return span, (Literal('"'), *address.text, Literal('\\(.number)"'))


def _edit(reader: _Reader, changes: list[_Change], address: Address) -> Edit:
    """The program with the changes, as a word of the command. Raises Refusal."""
    script, use, word = reader.script, use_of(reader.command), reader.made.program
    parts: list[Literal | Expansion] = []
    at = 0
    for span, new in changes:
        parts += (Literal(reader.text[at : span.start]), *new)
        at = span.end
    parts.append(Literal(reader.text[at:]))
    words = [f'--arg {name} "{emit.double_quoted(value, script, use)}"' for name, value in address.given]
    words.append(_in_place(reader, changes, word) or _word(tuple(parts), script, use))
    text = " ".join(words)
    if reader.command.backtick and _IN_BACKTICKS.search(text):
        raise Refusal("backticks", "Backticks would change the program.")
    return Edit(script.view.back(word.span), text)


def _in_place(reader: _Reader, changes: list[_Change], word: Word) -> str | None:
    """The word as it is written with the changes made in it, when their text means the same in any quotes."""
    piece = word.pieces[0]
    new = ["".join(part.text if isinstance(part, Literal) else "$" for part in parts) for _, parts in changes]
    if len(word.pieces) != 1 or piece.span.end - piece.span.start != len(reader.text):
        return None
    if not all(_PLAIN.match(text) for text in new):
        return None
    shift = piece.span.start - word.span.start
    written = raw(reader.script, word)
    for (span, _), text in reversed(list(zip(changes, new, strict=True))):
        written = written[: span.start + shift] + text + written[span.end + shift :]
    return written


def _word(program: Template, script: Script, use: ShellUse) -> str:
    if any(isinstance(part, Literal) and "'" in part.text for part in program):
        return '"' + emit.double_quoted(program, script, use) + '"'
    return emit.single_quoted(program, script, use)
