"""Read what the data options of a curl or wget command send, whatever it is for: JSON, or the text of each option.

Sources: curl and wget manuals (curl 8, wget 1.21).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from codemods.shell.added import added_fields
from migrator.circleci.api.form import UNREADABLE
from migrator.errors import Refusal
from migrator.model import Expansion, Literal, Span, Template, flatten, static, values
from migrator.syntax.jq.program import read_jq
from migrator.syntax.json import JsonError, looks_like_json, parse_json
from migrator.syntax.request import FORM_TYPE, JSON_TYPE
from migrator.syntax.shell.curl import is_program
from migrator.syntax.shell.flow import grouped_feeding
from migrator.syntax.shell.output import INTO_FILE, writer_of
from migrator.syntax.shell.places import feeding_alone
from migrator.syntax.shell.resolve import DEPTH, followed, printed_by, reaching, template, use_of
from migrator.syntax.shell.types import Use
from migrator.template import Form

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from migrator.syntax.json import Json
    from migrator.syntax.shell.curl import Invocation, Option
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command, Word


DATA = ("data", "data-ascii", "data-raw", "data-binary", "data-urlencode", "json", "url-query", "form", "form-string")
WGET_DATA = ("post-data", "body-data", "post-file", "body-file")
MULTIPART = frozenset({"form", "form-string"})
_ENCODED = frozenset({"data-urlencode", "url-query"})
_ALWAYS_SET = frozenset(
    {"CIRCLE_SHA1", "CIRCLE_BUILD_NUM", "CIRCLE_PROJECT_USERNAME", "CIRCLE_PROJECT_REPONAME", "CIRCLE_WORKFLOW_ID"}
    | {"CIRCLE_BUILD_URL", "CIRCLE_JOB", "GITHUB_SHA", "GITHUB_REF", "GITHUB_REPOSITORY", "HOME", "PATH", "PWD"}
)
"""Variables that a CircleCI job, a GitHub workflow or a shell always has (CircleCI docs: variables, 2026-08)."""
_FILES = frozenset({"data", "data-ascii", "data-binary", "json"})


@dataclass(frozen=True, slots=True)
class Content:
    """What a command sends. `options` carry it; `json` is all of it, or else `texts` gives what each option sends.

    `composed`: jq prints the JSON among other commands, as in `jq … || …` and `{ jq …; }`. `nullable` are variables of
    jq's environment that may be unset: jq then sends null for them.
    """

    options: tuple[Option, ...] = ()
    json: Json | None = None
    texts: tuple[tuple[Option, Template], ...] = ()
    composed: bool = False
    nullable: tuple[str, ...] = ()


def read_content(script: Script, command: Command, invocation: Invocation) -> Content:
    """Read the data. Raises Refusal for data that cannot be known or understood, or that is not sent."""
    options = data_options(invocation)
    if not options:
        return Content()
    _refuse_conflict(invocation, options)
    if invocation.wget:  # only the last one counts
        return replace(_read(script, command, options[-1:]), options=options)
    content = _read(script, command, options)
    if content.json is not None and in_query(invocation):
        raise Refusal("unreadable-payload", "`-G` puts the JSON into the query, where no API reads it. Take `-G` out.")
    return content


def _read(script: Script, command: Command, options: tuple[Option, ...]) -> Content:
    made = _jq_output(script, command, options[0]) if len(options) == 1 else None
    if made is not None:
        return _of_jq(script, made, options)
    parts = ((option, added_fields(script, option, use_of(command))) for option in options)
    each = (((option, _text(script, command, option)),) if found is None else found for option, found in parts)
    texts = tuple(pair for pairs in each for pair in pairs)
    text = _json_text(texts)
    if text is None:
        return Content(options, texts=texts)
    if any(option.condition is not None for option in options):
        part = "The whole body" if len(options) == 1 else "A part of the body"
        raise Refusal("conditional-field", f"{part} is sent only sometimes. Send it always.")
    return Content(options, _parsed(lambda: parse_json(text)))


def _of_jq(script: Script, made: _JqOutput, options: tuple[Option, ...]) -> Content:
    nullable: list[str] = []

    def environment(name: str) -> Expansion:
        found = _exported(script, made.command, name)
        if values((found,)) is None and found.resolved is None and name not in _ALWAYS_SET:
            nullable.append(name)
        return replace(found, form=Form.ENVIRONMENT) if found.resolved is None else found

    json = _parsed(lambda: _read_jq(script, made.command, environment))
    return Content(options, json, composed=made.composed, nullable=tuple(dict.fromkeys(nullable)))


def _json_text(texts: Sequence[tuple[Option, Template]]) -> Template | None:
    """The text of a JSON body; None when the body is something else."""
    names = {option.name for option, _ in texts}
    if len(texts) == 1:
        if not looks_like_json(texts[0][1]) or names & MULTIPART:
            return None
        if names & _ENCODED:
            (name,) = names
            message = f"`--{name}` percent-encodes the JSON, which no API reads then. Send it with `--data-raw`."
            raise Refusal("unreadable-payload", message)
        return texts[0][1]
    if names == {"json"}:  # curl puts the pieces behind one another
        return tuple(part for _, text in texts for part in text)
    if "json" in names:
        raise Refusal("payload-not-json", "`--json` and other data are sent as one body. Give the call one `--json`.")
    return None


def _parsed(parse: Callable[[], Json]) -> Json:
    try:
        return parse()
    except (JsonError, RecursionError) as error:
        reason = error.message if isinstance(error, JsonError) else "too much is nested in it"
        raise Refusal(
            "payload-not-json", f"The body is not JSON: {reason}. Correct it, then run this again."
        ) from error


def data_options(invocation: Invocation) -> tuple[Option, ...]:
    """The options that carry data, in order."""
    return invocation.all(*(WGET_DATA if invocation.wget else DATA))


def _refuse_conflict(invocation: Invocation, options: tuple[Option, ...]) -> None:
    """Raise Refusal for options that the program does not take together: it sends nothing."""
    names = {option.name for option in options}
    if invocation.wget:
        clash = bool(names & {"post-data", "post-file"}) and bool(invocation.all("method"))
        clash = clash or len(names) > 1 or (bool(names & {"body-data", "body-file"}) and not invocation.all("method"))
    else:
        clash = bool(names & MULTIPART) and bool(names - MULTIPART - {"url-query"})
    if clash:
        listed = ", ".join(f"`--{name}`" for name in sorted(names))
        program = "wget" if invocation.wget else "curl"
        message = f"{program} does not take {listed} in this way, and sends nothing. Correct the call."
        raise Refusal("options-conflict", message)


def refuse_file(name: str | None) -> NoReturn:
    """Say that the body is read from a file. Raises Refusal."""
    where = f"`{name.removeprefix('@')}`" if name else "a file"
    raise Refusal("payload-in-file", f"The body is read from {where}. {UNREADABLE}")


@dataclass(frozen=True, slots=True)
class _JqOutput:
    """A jq command whose output is sent. `composed`: other commands stand beside it."""

    command: Command
    composed: bool = False


def _jq_output(script: Script, command: Command, option: Option) -> _JqOutput | None:
    """The jq command whose output is the whole of the option's data."""
    path = file_of(option)
    if path is not None:
        maker = writer_of(script, path, use_of(command))
    elif takes_stdin(option):
        maker = feeding_alone(script, command)
        group = () if maker is not None and _is_jq(maker) else grouped_feeding(script, command)
        if found := _jq_among(script, group):
            return replace(found, composed=True)
    else:
        return _jq_among(script, _inside(script, option.value, use_of(command))) if option.value is not None else None
    return _JqOutput(maker) if maker is not None and _is_jq(maker) else None


def _inside(script: Script, word: Word, use: Use) -> Sequence[Command]:
    """The commands in `$(…)` that is all of the word, or of the variable that the word reads."""
    piece = word.lone
    if piece is None:
        return ()
    if piece.name is not None:
        write = reaching(script, piece.name, use)
        if write is None or write.value is None or use.depth >= DEPTH:
            return ()
        return _inside(script, write.value, Use(write.span.start, write.blocks, use.depth + 1))
    return list(script.within(Span(piece.span.start + 1, piece.span.end)))


def _jq_among(script: Script, commands: Sequence[Command]) -> _JqOutput | None:
    """The jq command of `jq …` or `jq … || …`."""
    within = [found.span for found in commands]  # what stands in an argument of another one is a part of that
    alone = (c for c in commands if not any(o.start < c.span.start and c.span.end <= o.end for o in within))
    inside = sorted(alone, key=lambda found: found.span)
    if not inside or len(inside) > 2 or not _is_jq(inside[0]):
        return None
    between = script.text[inside[0].span.end : inside[1].span.start] if len(inside) == 2 else "||"
    return _JqOutput(inside[0], len(inside) > 1) if between.strip() == "||" else None


def printed_by_jq(script: Script, word: Word, use: Use) -> tuple[Command, Json] | None:
    """The jq command whose output is all of the word, and what it prints; None for any other word."""
    made = _jq_among(script, _inside(script, word, use))
    if made is None:
        return None
    try:
        return made.command, _read_jq(script, made.command, partial(_exported, script, made.command))
    except JsonError:
        return None


def _is_jq(command: Command) -> bool:
    return bool(command.words) and is_program(command.words[0], "jq")


def _read_jq(script: Script, command: Command, environment: Callable[[str], Expansion]) -> Json:
    into_file = all(redirect.operator in INTO_FILE for redirect in command.simple.redirects)
    if not into_file or command.simple.assignments:
        raise JsonError(0, "jq reads input that is not known")
    words = command.words[1:]
    arguments = [template(script, word, use_of(command)) for word in words]
    return read_jq(arguments, [word.static for word in words], environment)


def _exported(script: Script, command: Command, name: str) -> Expansion:
    """What a variable of the environment holds where a command starts. Raises JsonError where that is not certain."""
    writes = script.writes.get(name, [])
    named = (command.words for command in script.commands if command.words and is_program(command.words[0], "export"))
    if writes and not any(w.exported for w in writes) and not any(name == w.static for words in named for w in words):
        raise JsonError(0, f"jq reads {name} from its environment, and the script assigns it without exporting it")
    return followed(script, Expansion(f"${name}", name), name, use_of(command))


def file_of(option: Option) -> Word | None:
    """The file that the option sends: of `@name`, or of wget's options for files."""
    if option.value is None or takes_stdin(option):
        return None
    if option.name in {"post-file", "body-file"}:
        return option.value
    return option.value.after(1) if option.name in _FILES and option.value.lead.startswith("@") else None


def takes_stdin(option: Option) -> bool:
    """Whether the option sends what arrives on standard input."""
    known = option.value.static if option.value is not None else None
    if option.name in {"post-file", "body-file"}:
        return known in {"-", "/dev/stdin"}
    return option.name in _FILES and known in {"@-", "@/dev/stdin"}


def in_query(invocation: Invocation) -> bool:
    """Whether `-G` puts the data into the query; beside a multipart form it does nothing."""
    return bool(invocation.all("get")) and not invocation.all(*MULTIPART)


def _text(script: Script, command: Command, option: Option) -> Template:
    """What the option sends, before any encoding. Raises Refusal for files and unknown input."""
    if option.value is None:
        return ()
    if takes_stdin(option):
        return _stdin(script, command)
    path = file_of(option)
    if path is not None:
        return _written(script, command, option, path)
    return template(script, option.value, use_of(command))


def _written(script: Script, command: Command, option: Option, path: Word) -> Template:
    """What the script has written to the file; curl leaves line ends out of it unless it is sent as binary."""
    writer = writer_of(script, path, use_of(command))
    text = printed_by(script, writer, filed=True) if writer is not None else None
    if text is None or not (looks_like_json(text) or option.name == "data-binary"):
        refuse_file(option.value.static if option.value is not None else None)
    return text


def _stdin(script: Script, command: Command) -> Template:
    """What arrives on standard input: a here-document, a here-string, or what the command before the pipe prints."""
    for redirect in command.simple.redirects:
        if redirect.heredoc is not None:
            return template(script, redirect.heredoc.body, use_of(command))
        if redirect.operator == "<<<":
            return (*template(script, redirect.target, use_of(command)), Literal("\n"))
    feeder = feeding_alone(script, command)
    text = printed_by(script, feeder) if feeder is not None else None
    if text is None:
        raise Refusal("unreadable-payload", f"The body comes from standard input. {UNREADABLE}")
    return text


def header_text(script: Script, command: Command, header: Option) -> str:
    """A header as far as it is known: up to the first expansion that is not."""
    parts: list[str] = []
    for part in flatten(template(script, header.value, use_of(command))) if header.value is not None else ():
        if not isinstance(part, Literal):
            break
        parts.append(part.text)
    return "".join(parts)


def type_of(header: str) -> str | None:
    """The value of a `Content-Type` header, empty where it has none; None for any other header."""
    name, colon, value = header.partition(":")
    name = name.removesuffix(";") if not colon else name  # `-H 'Content-Type;'` sends it empty
    return value.strip() if name.strip().lower() == "content-type" else None


def content_types(script: Script, command: Command, invocation: Invocation) -> tuple[str, ...]:
    """What the request says that its body is: what headers say, else what the program says by itself.

    An empty text stands for a header without a value, or with one that only the run shows.
    """
    headers = [(header, header_text(script, command, header)) for header in invocation.all("header")]
    given = tuple(value for _, text in headers if (value := type_of(text)) is not None)
    if len(set(given)) > 1:  # wget sends the last one, curl all of them
        given = given[-1:] if invocation.wget else ("",)
    if given or any(_may_be_type(script, command, header, text) for header, text in headers):
        return given or ("",)
    if invocation.all("json"):
        return (JSON_TYPE,)
    return ("multipart/form-data" if invocation.all(*MULTIPART) else FORM_TYPE,)


def _may_be_type(script: Script, command: Command, header: Option, text: str) -> bool:
    """Whether a header, of which `text` is known, may turn out to be the content type."""
    known = header.value is not None and static(template(script, header.value, use_of(command))) is not None
    return not known and ":" not in text
