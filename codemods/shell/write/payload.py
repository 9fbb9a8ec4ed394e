"""The JSON body of a v2 request as shell text: static, spliced, or encoded by `jq` at run time.

It is written on one line or spread out, as the old text was.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.shell.alternatives import own_words
from codemods.shell.words import parts_at_blanks
from codemods.shell.write import emit
from codemods.shell.write.emit import is_bare, is_escaped, is_tag, may_be_decoded, unsafe_parts
from migrator.circleci.api.v1_request import BodyKind, assumed_of_values
from migrator.model import Expansion, Literal, Note, Severity, Value, source, static
from migrator.syntax.shell.types import Quote, origin_of
from migrator.template import is_placeholder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from codemods.found import RewriteOptions
    from migrator.model import PipelineRequest, Template
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Use


@dataclass(frozen=True, slots=True)
class JsonLayout:
    """How JSON text is spread over lines: the indentation of its last line and of one level."""

    outer: str
    step: str


def layout_of(text: str) -> JsonLayout | None:
    """The layout of JSON text as it stands in a file, or None when it stands on one line."""
    lines = [line for line in text.strip("'\"\n").split("\n") if line.strip()]
    if len(lines) < 3:
        return None
    indents = [re.match(r"[ \t]*", line) for line in lines]
    outer = indents[-1][0] if indents[-1] else ""
    first = indents[1][0] if indents[1] else ""
    return JsonLayout(outer, first[len(outer) :] or "  ")


def members(request: PipelineRequest) -> Iterator[tuple[str, Value]]:
    """Everything that the body carries, by the name that a reader knows it by."""
    if request.branch is not None:
        yield "branch", request.branch
    if request.tag is not None:
        yield "tag", request.tag
    yield from request.parameters


def body(
    request: PipelineRequest,
    write: Callable[[str, Value], Iterator[Literal | Expansion]],
    layout: JsonLayout | None = None,
) -> Iterator[Literal | Expansion]:
    """The body around its values, which `write` gives."""
    refs = [(name, value) for name, value in (("branch", request.branch), ("tag", request.tag)) if value is not None]
    count = 0
    yield Literal("{")
    if request.definition is not None:
        yield Literal(_separator(0, 1, layout) + f'"definition_id": {quoted(request.definition)}')
        count = 1
        for place in ("config", "checkout") if refs else ():
            yield Literal(_separator(count, 1, layout) + f'"{place}": {{')
            yield from _members(refs, write, 2, layout)
            yield Literal(_break(1, layout) + "}")
            count += 1
    else:
        yield from _members(refs, write, 1, layout)
        count = len(refs)
    if request.parameters:
        yield Literal(_separator(count, 1, layout) + '"parameters": {')
        yield from _members(request.parameters, write, 2, layout)
        yield Literal(_break(1, layout) + "}")
        count += 1
    yield Literal((_break(0, layout) if count else "") + "}")


def _members(
    pairs: Sequence[tuple[str, Value]],
    write: Callable[[str, Value], Iterator[Literal | Expansion]],
    level: int,
    layout: JsonLayout | None,
) -> Iterator[Literal | Expansion]:
    for index, (name, value) in enumerate(pairs):
        yield Literal(_separator(index, level, layout) + f"{quoted(name)}: ")
        yield from write(name, value)


def _separator(index: int, level: int, layout: JsonLayout | None) -> str:
    if layout is None:
        return ", " if index else ""
    return ("," if index else "") + _break(level, layout)


def _break(level: int, layout: JsonLayout | None) -> str:
    return "" if layout is None else "\n" + layout.outer + layout.step * level


def quoted(text: str) -> str:
    r"""A JSON string that needs no quoting in shell, YAML or CircleCI templates: `'` is `\u0027`, `<<` is `\u003c<`."""
    return f'"{escaped(text)}"'


def escaped(text: str) -> str:
    """The inside of such a string."""
    body = json.dumps(text, ensure_ascii=False)[1:-1].replace("'", "\\u0027").replace("<<", "\\u003c<")
    return "".join(char if char.isprintable() else _escape(char) for char in body)


def _escape(char: str) -> str:
    return json.dumps(char)[1:-1]


_WORDS = "__loc__ and as break catch def elif else end foreach if import include label module or not reduce then try"
_KEYWORDS = frozenset(_WORDS.split())  # older versions of jq refuse them as names of variables


_MAKER = "jq -n "
SUBSTITUTED = f"$({_MAKER}"
"""How a body begins that jq makes in a subshell of its own."""
_JQ = re.compile(r"(?<![\w./-])jq(?![\w./-])")


@dataclass(frozen=True, slots=True)
class Payload:
    """A body to be written. `jq`: the values that only the run can encode go through jq."""

    request: PipelineRequest
    jq: bool

    def template(self, layout: JsonLayout | None = None) -> Template:
        """The JSON text with expansions spliced into its strings, on one line or spread out."""
        return tuple(body(self.request, lambda _, value: _string(value), layout))

    def values(self) -> Iterator[tuple[str, Value]]:
        """Everything that the body carries, by the name that a reader knows it by."""
        yield from members(self.request)


def plan(request: PipelineRequest, options: RewriteOptions, script: Script) -> Payload:
    """Decide how the body is written."""
    unsafe = [value for _, value in members(request) if any(unsafe_parts(value, script))]
    if options.kept:
        return Payload(request, jq=False)
    jq = any(value.exact or _brings_quotes(value, script) for value in unsafe) or (
        options.json == "jq" and bool(unsafe)
    )
    return Payload(request, jq)


def _brings_quotes(value: Value, script: Script) -> bool:
    """Whether the script itself puts a character into an expansion that JSON has to escape: `${V:-say "hi"}`."""
    words = (word for part in unsafe_parts(value, script) for word in own_words(part.source))
    return any(char in word for word in words for char in '"\\')


def as_word(payload: Payload, script: Script, use: Use, layout: JsonLayout | None = None) -> str:
    """The payload as one argument. Raises Refusal."""
    if payload.jq:
        return f'"{SUBSTITUTED}{jq_command(payload.request, script, use).removeprefix(_MAKER)})"'
    return emit.single_quoted(payload.template(layout), script, use)


def notes(payload: Payload, script: Script, kind: BodyKind | None) -> tuple[Note, ...]:
    """What arrives differently, what v2 will refuse that v1.1 took, and what the script needs from now on.

    `kind`: what v1.1 got the values in, where they went unencoded into it.
    """
    assumed = assumed_of_values(kind, _unencoded(payload, script, kind)) if kind is not None else ()
    return (*assumed, *_split(payload, script), *(_needs_jq(script) if payload.jq else _notes(payload, script)))


def _split(payload: Payload, script: Script) -> Iterator[Note]:
    """Values that stood without quotes: a shell makes several words of them at blanks."""
    if not parts_at_blanks(script):
        return
    refs = (payload.request.branch, payload.request.tag)
    parts = [
        part
        for _, value in payload.values()
        for part in unsafe_parts(value, script)
        # No branch has a blank, and nobody runs an example as it stands.
        if not is_tag(part) or not (value in refs or is_placeholder(part.source))
    ]
    origins = [(part, origin_of(part)) for part in parts]
    bare = [part for part, origin in origins if origin is not None and origin.quote is Quote.NONE]
    for is_kept, now in ((False, "now all of it is"), (True, "now the call starts nothing where there is one")):
        listed = ", ".join(dict.fromkeys(f"`{source((part,))}`" for part in bare if is_tag(part) is is_kept))
        if listed:
            text = f"{listed} stood without quotes: only what is before a blank was sent, and {now}."
            yield Note("unquoted-value", Severity.INFO, text)


def _unencoded(payload: Payload, script: Script, kind: BodyKind) -> Iterator[str]:
    for name, value in payload.values():
        if value is payload.request.branch:  # it stood in the URL
            continue
        raw = kind is BodyKind.MULTIPART or not value.exact
        if raw and may_be_decoded(value, script):
            yield name


def uses_jq(script: Script) -> bool:
    """Whether the text runs jq already, which is there then; what a comment says of jq is nothing of that."""
    return bool(_JQ.search(_COMMENTS.sub("", script.text)))


def _needs_jq(script: Script) -> Iterator[Note]:
    if not uses_jq(script):
        text = "The new call needs `jq` where the script runs; the old one did not. Without it the call starts nothing."
        yield Note("needs-jq", Severity.INFO, text)


def _notes(payload: Payload, script: Script) -> Iterator[Note]:
    names = [name for name, value in payload.values() if any(not is_tag(part) for part in unsafe_parts(value, script))]
    if names:
        listed = ", ".join(f"`{name}`" for name in names)
        text = f"A double quote, backslash or control character in {listed} now makes v2 refuse the call; "
        yield Note("json-characters", Severity.INFO, f'{text}json = "jq" encodes every value.')
    tags = [part.source for _, value in payload.values() for part in unsafe_parts(value, script) if is_tag(part)]
    if tags:
        listed = ", ".join(f"`{tag}`" for tag in dict.fromkeys(tags))
        text = f"{listed} is put into the JSON text as it is; a double quote, a backslash or a line break in it breaks "
        severity = Severity.WARNING if any(map(_PROSE.search, tags)) else Severity.INFO
        yield Note("template-in-json", severity, f"{text}the payload.")


_COMMENTS = re.compile(r"(?m)(?:^|(?<=\s))#.*$")
_PROSE = re.compile(r"(?i)(?:message|body|description|changelog|release_?notes)\b")
"""Templates that are known to hold text of several lines: messages of commits, bodies of releases and comments."""


def _string(value: Value) -> Iterator[Literal | Expansion]:
    if is_bare(value):
        yield from value.template
        return
    yield Literal('"')
    for part in value.template:
        text = _known(part)
        yield part if text is None and isinstance(part, Expansion) else Literal(escaped(text or ""))
    yield Literal('"')


def _known(part: Literal | Expansion) -> str | None:
    """The text to write down: a literal's, or that of an expansion whose one value cannot be spliced."""
    if isinstance(part, Literal):
        return part.text
    text = static((part,))
    return text if text is not None and escaped(text) != text else None


def jq_command(request: PipelineRequest, script: Script, use: Use) -> str:
    """A command that prints the body. Without jq it prints no JSON, so v2 refuses the call and runs nothing."""
    arguments: list[str] = []
    made: dict[tuple[str, Value], str] = {}
    taken: set[str] = set()

    def write(name: str, value: Value) -> Iterator[Literal | Expansion]:
        if not any(unsafe_parts(value, script)) and not any(isinstance(p, Expansion) for p in value.template):
            yield from _string(value)
            return
        if (name, value) not in made:  # config and checkout name the same ref
            made[name, value] = _variable(name, taken)
            option = "--argjson" if is_bare(value) or is_escaped(value) else "--arg"
            arguments.append(f"{option} {made[name, value]} {_argument(value, script, use)}")
        yield Literal(f"${made[name, value]}")

    program = "".join(part.text for part in body(request, write) if isinstance(part, Literal))
    return f"{_MAKER}{' '.join(arguments)} '{program}' || echo '{{'"


def _argument(value: Value, script: Script, use: Use) -> str:
    """The shell word that hands a value to jq: text, or JSON when the script has made that of it already."""
    template = value.template
    if is_escaped(value):
        template = (Literal('"'), *template, Literal('"'))
    return emit.word(template, script, use)


def _variable(name: str, taken: set[str]) -> str:
    variable = re.sub(r"[^A-Za-z0-9_]", "_", name)
    while variable in taken or variable in _KEYWORDS:
        variable += "_"
    taken.add(variable)
    return variable
