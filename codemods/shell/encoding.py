"""See through what a script does to a value for v1.1: percent-encoding for URLs and forms, escapes for JSON.

v2 takes the plain value in JSON. Where the encoding is one that can be taken off, the plain variable is used instead.
The expansions of a JSON payload hold plain text, text that was escaped already, or whole JSON strings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemods.shell.alternatives import own_text_of, own_words
from migrator.circleci.api.v1_request import refuse_further_fields
from migrator.errors import Refusal
from migrator.model import Expansion, Literal, Span, Value, flatten, static, values
from migrator.syntax.json import JsonBare, JsonObject, JsonString
from migrator.syntax.shell.resolve import followed, reaching
from migrator.syntax.shell.types import origin_of
from migrator.template import Form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.model import Template
    from migrator.syntax.json import Json
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command, Use, Word


_SCALAR = re.compile(r"true|false|-?(?:0|[1-9][0-9]*)")
_NUMBERS = frozenset({"CIRCLE_BUILD_NUM", "CIRCLE_NODE_INDEX", "CIRCLE_NODE_TOTAL", "RANDOM", "SECONDS", "#", "?", "$"})
_ALWAYS_TEXT = frozenset({"branch", "tag", "revision", "job", "CIRCLE_JOB"})


@dataclass(frozen=True, slots=True)
class Settled:
    """A payload whose encoders are taken off; `bare` names values that stand without quotes and are not understood."""

    json: Json
    bare: tuple[str, ...] = ()


def settled(script: Script, payload: Json) -> Settled:
    """Look at every value of the payload. Raises Refusal for an encoding that is not understood."""
    if not isinstance(payload, JsonObject):
        return Settled(payload)
    items: list[tuple[Template, Json]] = []
    bare: list[str] = []
    for key, value in payload.items:
        name = static(key) or ""
        if name == "build_parameters" and isinstance(value, JsonObject):
            inner = settled(script, value)
            items.append((key, inner.json))
            bare += inner.bare
            continue
        plain = _value(script, value)
        if isinstance(plain, JsonBare) and not _is_scalar(plain):
            quoted = _json_string(name, plain)
            if quoted is None:
                bare.append(name)
            else:
                plain = quoted
        items.append((key, plain))
    return Settled(JsonObject(tuple(items)), tuple(bare))


def _is_scalar(value: JsonBare) -> bool:
    """Whether a value without quotes is known to be a number or a truth value."""
    known = values(value.template)
    if known is not None:
        return all(_SCALAR.fullmatch(text) for text in known)
    part = value.template[0] if len(value.template) == 1 else None
    return isinstance(part, Expansion) and (part.name in _NUMBERS or part.source.startswith("$(("))


def _value(script: Script, value: Json) -> Json:
    match value:
        case JsonBare((Expansion() as part,)):
            plain = json_encoded(script, part)
            if plain is not None:
                return JsonString((plain,), exact=True)
            if is_escaped(script, part):
                raise Refusal(
                    "encoded-value",
                    f"`{part.source}` is made fit for JSON in a way that is not understood. Write the payload by hand.",
                )
        case JsonString(template, False):
            return replace(value, template=_with_forms(script, template))
    return value


def _with_forms(script: Script, template: Template) -> Template:
    """The template with the expansions marked, to the bottom, that the script has made fit for JSON."""
    parts: list[Literal | Expansion] = []
    for part in template:
        if isinstance(part, Expansion):
            resolved = None if part.resolved is None else _with_forms(script, part.resolved)
            form = Form.JSON_INSIDE if is_escaped(script, part) else part.form
            parts.append(replace(part, resolved=resolved, form=form))
        else:
            parts.append(part)
    return tuple(parts)


def _json_string(name: str, value: JsonBare) -> JsonBare | None:
    """A value without quotes that must bring its own, for v1.1 took nothing but text there; None for any other."""
    part = value.template[0] if len(value.template) == 1 else None
    if name not in _ALWAYS_TEXT or not isinstance(part, Expansion) or part.span is None:
        return None
    return JsonBare((replace(part, form=Form.JSON_STRING),))


_REPLACED = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)//\\?/\\?/?%2[fF]\}\Z")
_SED = re.compile(r"s(.)\\?/\1%2[fF]\1g\Z")
_PERCENT = re.compile(
    r"""%2[0fF]|\btr\s+(?:'[^']*'|"[^"]*"|\S+)\s+['"]?\+|@uri|url_?encode|quote\(|encodeURIComponent|uri_escape|rawurl""",
    re.IGNORECASE,
)
_JSON = re.compile(
    r"""\bsed\b[^|;)\n]*\\\\+["&]|//\\*["']?\\*"|@json|json\.dumps|json_?escape|escape_?json|JSON\.stringify"""
    r"""|\bjq\s+(?:-\w+\s+)*-\w*R""",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Plain:
    """What stood there before a script encoded it; `exact`: the encoding was right for every value."""

    part: Expansion
    exact: bool


def decoded_branch(script: Script, branch: Template) -> Template:
    """The branch as it is called. Raises Refusal when the script encodes it in a way that cannot be undone."""
    return _decoded(script, branch, "encoded-branch")[0]


def decoded_field(script: Script, value: Value) -> Value:
    """The value of a form field as the job saw it. Raises Refusal like `decoded_branch`."""
    if value.exact:
        return value
    for part in flatten(value.template):
        if isinstance(part, Expansion) and part.values is None:
            _refuse_special(script, part)
    template, exact = _decoded(script, value.template, "encoded-value")
    return Value(template, exact)


_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}|\+")


def _refuse_special(script: Script, part: Expansion) -> None:
    """Raise Refusal for an expansion into which the script itself puts what the server reads as more than a value."""
    writes = script.writes.get(part.name, ()) if part.name is not None else ()
    texts = [script.text[write.value.span.start : write.value.span.end] for write in writes if write.value is not None]
    refuse_further_fields(part.source, (*texts, part.source))
    if _REPLACED.match(part.source):
        return
    words = (own_text_of(word) for text in (part.source, *texts) for word in own_words(text))
    for word in filter(None, words):
        if "&" in word:
            message = f"`{part.source}` may bring `{word}` into the form, of which v1.1 made several fields."
            raise Refusal("special-value", f"{message} Write the fields into the call.")
        if _ENCODED.search(word) and not _REPLACED.match(f"${{{word}}}"):
            message = f"`{part.source}` may bring `{word}` into the form, which v1.1 decoded and v2 does not."
            raise Refusal("encoded-value", f"{message} Write it as it is meant.")


def _decoded(script: Script, template: Template, code: str) -> tuple[Template, bool]:
    parts: list[Literal | Expansion] = []
    exact = bool(template)
    for part in template:
        plain = _without_percent(script, part, code) if isinstance(part, Expansion) else None
        parts.append(part if plain is None else plain.part)
        exact = exact and plain is not None and plain.exact
    return tuple(parts), exact


def _without_percent(script: Script, part: Expansion, code: str) -> _Plain | None:
    """The expansion before it was percent-encoded, or None when it was not."""
    if found := _REPLACED.match(part.source):
        return _Plain(_named(script, part, found[1]), exact=False)
    if part.resolved is not None and len(part.resolved) == 1 and isinstance(part.resolved[0], Expansion):
        return _without_percent(script, part.resolved[0], code)
    commands = _commands_in(script, part)
    word, exact = _percent_encoded(commands)
    plain = _variable(script, part, word)
    if plain is not None:
        return _Plain(plain, exact)
    if _PERCENT.search(_definition(script, part)):
        message = f"`{part.source}` is percent-encoded for v1.1; v2 wants the plain text. Give the call the plain text."
        raise Refusal(code, message)
    return None


def json_encoded(script: Script, part: Expansion) -> Expansion | None:
    """The variable that `$(printf %s "$X" | jq -Rs .)` writes as a JSON string, or None when it is no such thing."""
    if part.resolved is not None and len(part.resolved) == 1 and isinstance(part.resolved[0], Expansion):
        return json_encoded(script, part.resolved[0])
    commands = _commands_in(script, part)
    texts = [[word.static for word in command.words] for command in commands]
    match texts:
        case [["printf", "%s", _], ["jq", *options, "."]] if _flags(options) == frozenset("Rs"):
            return _variable(script, part, commands[0].words[2])
        case [["jq", "-n", "--arg", name, _, program]] if name is not None and program == f"${name}":
            return _variable(script, part, commands[0].words[4])
    return None


def is_escaped(script: Script, part: Expansion) -> bool:
    """Whether the script seems to have made the expansion fit for JSON: it must not be encoded once more."""
    return bool(_JSON.search(_definition(script, part)))


def _definition(script: Script, part: Expansion) -> str:
    """Everything that makes up the expansion's value."""
    writes = script.writes.get(part.name, ()) if part.name is not None else ()
    # A loop gives its variable the words behind `in`, and nothing of what stands in its body.
    spans = (span for write in writes for span in ([w.span for w in write.choices] if write.choices else [write.span]))
    text = part.source + "".join(script.text[span.start : span.end] for span in spans)
    return text + "".join(_functions_in(script, text))


def _functions_in(script: Script, text: str) -> Iterator[str]:
    """The functions of the script that a text with substitutions names."""
    for name, span in script.functions.items() if "$(" in text or "`" in text else ():
        if re.search(rf"(?<![\w./-]){re.escape(name)}(?![\w./-])", text):
            yield script.text[span.start : span.end]


def _commands_in(script: Script, part: Expansion) -> list[Command]:
    """The commands of a substitution; none for other expansions."""
    span = script.view.forth(part.span) if part.span is not None else None
    if span is None or not part.source.startswith(("$(", "`")):
        return []
    return list(script.within(Span(span.start + 1, span.end)))


def _variable(script: Script, part: Expansion, word: Word | None) -> Expansion | None:
    """The expansion of the variable that is all of a word, in place of `part`, when its value is still the same."""
    piece = word.lone if word is not None else None
    origin = origin_of(part)
    if piece is None or piece.name is None or origin is None or _is_reassigned(script, piece.name, origin.use):
        return None
    return _named(script, part, piece.name)


def _named(script: Script, part: Expansion, name: str) -> Expansion:
    """The expansion of a variable in place of `part`, with what the variable holds there when that is certain."""
    plain = Expansion(f"${{{name}}}", name, part.span, origin=part.origin)
    origin = origin_of(part)
    return plain if origin is None else followed(script, plain, name, origin.use)


def _percent_encoded(commands: list[Command]) -> tuple[Word | None, bool]:
    """The word that the commands percent-encode, when they do nothing else, and whether all of its characters."""
    texts = [[word.static for word in command.words] for command in commands]
    match texts:
        case [["echo", *_], ["sed", *script]] if _is_sed(script) and len(texts[0]) in {2, 3}:
            return commands[0].words[-1], False
        case [["printf", "%s" | "%s\\n", _], ["sed", *script]] if _is_sed(script):
            return commands[0].words[-1], False
        case [["printf", "%s", _], ["jq", *options, "@uri"]] if _flags(options) == frozenset("Rsr"):
            return commands[0].words[-1], True
        case [["jq", *options, program]] if "--arg" in options[:-2] and len(options) >= 4:
            at = options.index("--arg")
            encoded = f"${options[at + 1]}|@uri"
            return (commands[0].words[at + 3], True) if (program or "").replace(" ", "") == encoded else (None, False)
    return None, False


def _is_sed(script: list[str | None]) -> bool:
    words = [word for word in script if word not in {"-e", "-r", "-E"}]
    return len(words) == 1 and words[0] is not None and bool(_SED.match(words[0]))


def _flags(options: list[str | None]) -> frozenset[str]:
    """The letters of short options; anything else spoils the set."""
    return frozenset(
        "".join(option[1:] if option and re.fullmatch(r"-[A-Za-z]+", option) else "?" for option in options)
    )


def _is_reassigned(script: Script, name: str, use: Use) -> bool:
    """Whether the variable may have been assigned after the encoding read it."""
    writes = script.writes.get(name, [])
    return len(writes) > 1 or (len(writes) == 1 and reaching(script, name, use) is None)
