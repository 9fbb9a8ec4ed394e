"""Read the JSON body of a v2 request in shell text: written out, in a variable or here-document, or built by jq."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.shell.body import file_of, takes_stdin
from migrator.circleci.api.v2_request import Bare, Parameter, V2Request
from migrator.model import Literal, Span, Template, Value, source, static
from migrator.syntax.jq.program import read_jq
from migrator.syntax.json import (
    Json,
    JsonArray,
    JsonBare,
    JsonError,
    JsonObject,
    JsonScalar,
    JsonString,
    parse_json,
)
from migrator.syntax.shell.curl import is_program
from migrator.syntax.shell.flow import feeding, grouped_feeding
from migrator.syntax.shell.output import writer_of
from migrator.syntax.shell.resolve import printed_by, reaching, template, use_of
from migrator.syntax.shell.types import Use

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from migrator.model import Slug
    from migrator.syntax.shell.curl import Option
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command, Word

_KEYS = frozenset({"branch", "tag", "parameters"})


class UnreadableError(Exception):
    """What the request says cannot be told from the script; the message says why."""


def read_json(script: Script, command: Command, option: Option) -> Json:
    """The JSON that the option sends. Raises UnreadableError."""
    try:
        maker = _jq_command(script, command, option)
        if maker is not None:
            words = maker.words[1:]
            return read_jq([template(script, w, use_of(maker)) for w in words], [word.static for word in words])
        return parse_json(_text(script, command, option))
    except JsonError as error:
        raise UnreadableError(f"the body is not JSON that can be read here: {error.message}") from error


def _jq_command(script: Script, command: Command, option: Option) -> Command | None:
    if takes_stdin(option):
        made = feeding(script, command)
        return made if made is not None and _is_jq(made) else _one_of(script, grouped_feeding(script, command))
    return None if option.value is None else _substituted_jq(script, option.value, use_of(command))


def _substituted_jq(script: Script, word: Word, use: Use) -> Command | None:
    """The jq command in `$(jq …)` or `$(jq … || …)` that is all of the word, or of the variable that the word reads."""
    piece = word.lone
    if piece is None:
        return None
    if piece.name is not None:
        write = reaching(script, piece.name, use)
        if write is None or write.value is None:
            return None
        return _substituted_jq(script, write.value, Use(write.span.start, write.blocks, use.depth + 1))
    return _one_of(script, list(script.within(Span(piece.span.start + 1, piece.span.end))))


def _one_of(script: Script, commands: Sequence[Command]) -> Command | None:
    """The jq command of `jq …` or `jq … || …`."""
    inside = sorted(commands, key=lambda found: found.span)
    if not inside or not _is_jq(inside[0]):
        return None
    between = script.text[inside[0].span.end : inside[1].span.start] if len(inside) == 2 else "||"
    return inside[0] if len(inside) <= 2 and between.strip() == "||" else None


def _is_jq(command: Command) -> bool:
    return bool(command.words) and is_program(command.words[0], "jq") and not command.simple.redirects


def _text(script: Script, command: Command, option: Option) -> Template:
    if option.value is None:
        return ()
    if takes_stdin(option):
        return _stdin(script, command)
    path = file_of(option)
    if path is not None:
        writer = writer_of(script, path, use_of(command))
        text = printed_by(script, writer, filed=True) if writer is not None else None
        if text is None:
            raise UnreadableError("the body is read from a file")
        return text
    return template(script, option.value, use_of(command))


def _stdin(script: Script, command: Command) -> Template:
    for redirect in command.simple.redirects:
        if redirect.heredoc is not None:
            return template(script, redirect.heredoc.body, use_of(command))
        if redirect.operator == "<<<":
            return (*template(script, redirect.target, use_of(command)), Literal("\n"))
    feeder = feeding(script, command)
    text = printed_by(script, feeder) if feeder is not None else None
    if text is None:
        raise UnreadableError("the body comes from standard input")
    return text


def request_with_body(slug: Slug, body: Json, *, run: bool, is_json: bool | None) -> V2Request:
    """The request that a body makes. `run`: it goes to `/pipeline/run`, whose body has another shape."""
    try:
        members = _members(body)
        if run:
            members = _of_run(members)
        unknown = sorted(members.keys() - _KEYS)
        if unknown:
            return V2Request(slug, is_json=is_json, problem=f"v2 has no field `{unknown[0]}` in the body")
        branch, tag = (_ref(members.get(name)) for name in ("branch", "tag"))
        given = _members(members["parameters"]) if "parameters" in members else {}
        parameters = tuple((name, _parameter(name, value)) for name, value in given.items())
    except UnreadableError as error:
        return V2Request(slug, is_json=is_json, problem=str(error), is_read=False)
    return V2Request(slug, branch, tag, parameters, is_json)


def _members(body: Json) -> Mapping[str, Json]:
    if not isinstance(body, JsonObject):
        raise UnreadableError("the body, or its `parameters`, is not a map that can be read here")
    names = [static(key) for key, _ in body.items]
    if None in names:
        raise UnreadableError("a name in the body is known only at run time")
    return {str(name): value for name, (_, value) in zip(names, body.items, strict=True)}


def _of_run(members: Mapping[str, Json]) -> dict[str, Json]:
    """The fields of `/pipeline/run` as those of `/pipeline`: config and checkout have to name one ref."""
    rest = {name: members[name] for name in members if name not in {"definition_id", "config", "checkout"}}
    config, checkout = members.get("config"), members.get("checkout")
    if _said(config) != _said(checkout):
        raise UnreadableError("the config and the checkout may be of different refs")
    return {**rest, **(_members(config) if config is not None else {})}


def _said(body: Json | None) -> object:
    """What a part of the body says, wherever it stands."""
    match body:
        case JsonObject(items):
            return {source(key): _said(value) for key, value in items}
        case JsonString(text) | JsonBare(text):
            return type(body), source(text)
    return body


def _ref(value: Json | None) -> Value | None:
    match value:
        case None | JsonScalar("null"):
            return None
        case JsonString(text, exact):
            return Value(text, exact)
        case JsonBare(text):
            return Value(text)  # a branch or a tag can only be a string: its quotes are in the value
    raise UnreadableError("the branch or tag is not a string that can be read here")


def _parameter(name: str, value: Json) -> Parameter:
    match value:
        case JsonString(text, exact):
            return Value(text, exact)
        case JsonScalar("true" | "false" as word):
            return word == "true"
        case JsonScalar(number) if number.lstrip("-").isdecimal():
            return int(number)
        case JsonScalar() | JsonArray() | JsonObject():
            raise UnreadableError(f"v2 takes strings, booleans and whole numbers, and `{name}` is something else")
        case JsonBare(text, types):
            return Bare(text, types)
