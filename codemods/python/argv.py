"""Triggers in lists of arguments that a Python program hands to curl: no shell reads them, only curl does.

Each argument is rewritten where it stands.
"""

from __future__ import annotations

import ast
import json
import shlex
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, NoReturn

import libcst as cst

from codemods.found import Found, Rewrite, refuse_rerun
from codemods.python.commands import CommandRun, behind, find_in_command, kind_of
from codemods.python.read.encoded import encoded_part
from codemods.python.read.wire import put_into_text
from codemods.python.reply.reply import PythonReply, use_notes
from codemods.python.write.payload import whole
from codemods.shell.content import data_options, type_of
from codemods.shell.find.sight import sight
from codemods.shell.find.sighting import form_kind
from migrator.circleci.api.form import token_decoded
from migrator.circleci.api.v1_request import TOKEN_FIELDS, BodyKind, assumed_of_values
from migrator.circleci.api.v1_url import trigger_url
from migrator.errors import Refusal
from migrator.model import (
    Auth,
    Call,
    Expansion,
    Literal,
    Note,
    Severity,
    Slug,
    Span,
    Template,
    Value,
    flatten,
    static,
    values,
)
from migrator.syntax.python.edit_record import MappingLayout
from migrator.syntax.python.edit_text import TextEditor
from migrator.syntax.python.editor import Editor, Splice, total
from migrator.syntax.python.imports import Imports, refuse_taken, unused_imports
from migrator.syntax.python.spell import spelled
from migrator.syntax.python.strings import quote_style, quoted
from migrator.syntax.python.text import shape, text
from migrator.syntax.request import JSON_TYPE, is_json_media
from migrator.syntax.shell.script import parse
from migrator.syntax.text.source import VerbatimRegion
from migrator.syntax.text.templates import Marked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from codemods.found import RewriteOptions
    from codemods.shell.find.sighting import ShellSighting
    from migrator.model import PipelineRequest, RerunRequest, V1Trigger
    from migrator.syntax.python.program import Operand
    from migrator.syntax.shell.curl import Invocation, Option
    from migrator.syntax.text.source import Source


_PLAIN = frozenset({"data", "data-ascii", "data-raw", "data-binary"})
_TYPE = f"Content-Type: {JSON_TYPE}"


@dataclass(frozen=True, slots=True)
class CommandWriter:
    """Writes what replaces a curl command that is a list of arguments."""

    argv: Argv
    sighting: ShellSighting
    trigger: V1Trigger
    runs: bool = True

    def post(self, new: PipelineRequest, options: RewriteOptions) -> Rewrite:
        """Make the command start a pipeline. Raises Refusal."""
        return rewrite_argv(self.argv, self.sighting, self.trigger, new, options)

    def rerun(self, new: RerunRequest, options: RewriteOptions) -> NoReturn:  # noqa: ARG002 - one signature
        """Raises Refusal: no shell is there to look a job up."""
        refuse_rerun()


def rewrite_argv(
    argv: Argv, sighting: ShellSighting, trigger: V1Trigger, request: PipelineRequest, options: RewriteOptions
) -> Rewrite:
    """What makes the command send `request` to v2. Raises Refusal."""
    refused = any(note.severity is Severity.ERROR for note in sighting.notes)
    if refused or sighting.invocation is None or sighting.url is None or sighting.url_option is None:
        raise Refusal("not-analysed", "The call cannot be analysed. Rewrite it by hand.")
    module = argv.run.call.module
    editor = Editor(options.together | {module.span(argv.run.call.node)})
    job = _Job(argv, sighting, trigger, request, editor, sighting.invocation, sighting.url_option)
    job.write()
    edits = tuple(dict.fromkeys((*editor.edits, *job.imports.edits())))
    return Rewrite((*edits, *unused_imports(module, edits)), relied=tuple(editor.relied))


def _shape_refusal() -> Refusal:
    return Refusal("argument-list", "The list of arguments is written in a way that cannot be edited. Do it by hand.")


class _Job:
    """One rewrite of a list."""

    def __init__(
        self,
        argv: Argv,
        sighting: ShellSighting,
        trigger: V1Trigger,
        request: PipelineRequest,
        editor: Editor,
        invocation: Invocation,
        url: Option,
    ) -> None:
        assert argv.run.words is not None
        self.argv = argv
        self.sighting = sighting
        self.trigger = trigger
        self.request = request
        self.editor = editor
        self.invocation = invocation
        self.url = url
        self.words = argv.run.words
        self.layout = MappingLayout(self.words)
        self.imports = Imports(self.words.module)
        self.quote = quote_style(self.words.module)

    def write(self) -> None:
        """Make the edits. Raises Refusal."""
        held = self.argv.run.held
        if held is not None and not self.editor.may_edit(held, self.words):
            raise Refusal(
                "payload-shared", f"`{held.code}` is also used by something else. Write the list into the call."
            )
        if self.invocation.wget or self.invocation.all("get", "json"):
            raise _shape_refusal()
        if any(isinstance(e, cst.StarredElement) for e in self.words.node.elements):  # type: ignore[attr-defined]
            raise _shape_refusal()
        self._url()
        added = [*self._token(), *self._content_type()]
        old = data_options(self.invocation)
        if old:
            self._replaced(old, added)
        else:
            body = [] if self._is_empty() else [("-d", self._payload())]
            self._insert(self.argv.index_of(self.url.span.start), [*added, *body])
        if held is not None:
            self.editor.rely(0, held, self.words)

    def _is_empty(self) -> bool:
        return not (self.request.branch or self.request.tag or self.request.parameters or self.request.definition)

    def _url(self) -> None:
        assert self.url.value is not None
        index = self.argv.index_of(self.url.span.end - 1)
        element = self.argv.elements[index]
        parts = shape(element)
        lead = len("--url=") if self.url.equals else 0
        url = trigger_url(_from(text(element), lead))
        if url is None:
            raise _shape_refusal()
        end = total(parts.template)
        tail = "/pipeline" if self.request.definition is None else "/pipeline/run"
        splices = [
            Splice(c.start + lead, *((end, tail) if c.text == "/pipeline" else (c.end + lead, c.text)))
            for c in url.replacements
        ]
        TextEditor(self.editor).change(parts, splices)

    def _payload(self) -> str:
        code = whole(self.request, self.words)
        known = _constant(code)
        if known is not None:
            return quoted(known, "'")
        refuse_taken(self.words, "json")
        return f"{self.imports.json()}.dumps({code})"

    def _token(self) -> list[tuple[str, str]]:
        """A token that stood in the URL becomes a header."""
        url = self.sighting.url
        assert url is not None
        if self.trigger.auth not in {Auth.QUERY, Auth.USERINFO}:
            return []
        token = None
        if self.trigger.auth is Auth.USERINFO:
            marked = Marked.of(url.userinfo or ())
            token = marked.slice(0, marked.text.find(":") if ":" in marked.text else None)
        for parameter in url.query:
            if static(parameter.name) in TOKEN_FIELDS:
                token = parameter.value
        if token is None:
            raise Refusal("no-token", "The token of the call was not found again. Rewrite the call by hand.")
        known = restored(self.argv, token_decoded(token))
        return [("-H", spelled((Literal("Circle-Token: "), *known), self.words))]

    def _content_type(self) -> list[tuple[str, str]]:
        headers = [h for h in self.invocation.all("header") if h.value is not None]
        declared = [h for h in headers if (h.value.lead if h.value else "").lower().startswith("content-type")]
        if not declared:
            needed = bool(data_options(self.invocation)) or not self._is_empty()
            return [("-H", quoted(_TYPE, self.quote))] if needed else []
        for header in declared:
            value = header.value.static if header.value is not None else None
            if value is None or not is_json_media(type_of(value) or ""):
                index = self.argv.index_of(header.span.end - 1)
                if header.clustered or self.argv.index_of(header.span.start) == index:
                    raise _shape_refusal()
                self.editor.replace(self.argv.elements[index], quoted(_TYPE, self.quote))
        return []

    def _replaced(self, old: tuple[Option, ...], added: list[tuple[str, str]]) -> None:
        first, others = old[0], old[1:]
        start, end = self.argv.index_of(first.span.start), self.argv.index_of(first.span.end - 1)
        payload = self._payload()
        flag, value = self.argv.elements[start], self.argv.elements[end]
        if start == end and first.clustered:
            raise _shape_refusal()
        if start == end:
            self.editor.replace(flag, f"{quoted('-d', self.quote)}, {payload}")
        else:
            if first.name not in _PLAIN:
                if first.clustered:
                    raise _shape_refusal()
                self.editor.replace(flag, quoted("-d", self.quote))
            self.editor.replace(value, payload)
        self._insert(start, added)
        for option in others:
            self._remove(option)

    def _insert(self, index: int, items: list[tuple[str, str]]) -> None:
        if not items:
            return
        span = self.layout.spans[index]
        gap = self.layout.gap(span) or " "
        written = "".join(f"{quoted(flag, self.quote)}, {code},{gap}" for flag, code in items)
        self.editor.edit(self.words, Span(span.start, span.start), written)

    def _remove(self, option: Option) -> None:
        start, end = self.argv.index_of(option.span.start), self.argv.index_of(option.span.end - 1)
        if option.clustered:
            raise _shape_refusal()
        span = Span(self.layout.spans[start].start, self.layout.spans[end].end)
        lines = self.layout.own_lines(span)
        gone = lines or Span(self.layout.spans[start - 1].end, span.end)
        self.editor.edit(self.words, gone, "", lines=lines is not None)


def _from(template: Template, lead: int) -> Template:
    return Marked.of(template).slice(lead) if lead else template


def _constant(code: str) -> str | None:
    """The JSON text of a payload that is known whole."""
    try:
        return json.dumps(ast.literal_eval(code), ensure_ascii=False)
    except (ValueError, SyntaxError):
        return None


_SHELLS = frozenset({"sh", "bash", "dash", "zsh"})


@dataclass(frozen=True, slots=True, eq=False)
class Argv:
    """A list of arguments as one shell command, in which each value is a variable of a name that `values` knows."""

    run: CommandRun
    elements: tuple[Operand, ...]
    places: tuple[Span, ...]
    script: str
    values: Mapping[str, Expansion]

    def index_of(self, at: int) -> int:
        """The element that a character of the command belongs to."""
        return next(i for i, place in enumerate(self.places) if place.start <= at < max(place.end, place.start + 1))


def find_in_list(source: Source, run: CommandRun) -> tuple[Found, ...]:
    """The triggers in a list of arguments."""
    inner = handed_to_shell(run)
    if inner is not None:
        return find_in_command(source, inner)
    argv = argv_of(run)
    if argv is None:
        return ()
    script = parse(argv.script, templated=False)
    sightings = [found for command in script.commands[:1] for found in sight(script, command)]
    return tuple(_found(source, argv, found) for found in sightings)


def argv_of(run: CommandRun) -> Argv | None:
    """The list of arguments of a program, where it stands in the file itself."""
    words = run.words
    if words is None or not words.frame.at_root or not isinstance(words.node, cst.List | cst.Tuple):
        return None
    return _argv(run, [words.of(element.value) for element in words.node.elements])


def handed_to_shell(run: CommandRun) -> CommandRun | None:
    """`["bash", "-c", script]`: the script is a command string."""
    words = run.words
    if words is None or not words.frame.at_root or not isinstance(words.node, cst.List | cst.Tuple):
        return None
    elements = [words.of(e.value) for e in words.node.elements if not isinstance(e, cst.StarredElement)]
    if len(elements) != 3:
        return None
    program, flag = static(text(elements[0])), static(text(elements[1]))
    if program is None or flag is None or program.rpartition("/")[2] not in _SHELLS:
        return None
    return CommandRun(run.call, command=behind(elements[2])) if flag.startswith("-") and flag.endswith("c") else None


def argv_of_elements(elements: Sequence[Operand]) -> Argv:
    """A list of arguments as one command, wherever it goes."""
    return _argv(CommandRun(elements[0]), elements)


def argv_of_texts(operand: Operand, texts: Iterable[Template]) -> Argv:
    """Arguments that are put together at an expression as one command."""
    return _written(CommandRun(operand), (), texts)


def _argv(run: CommandRun, elements: Sequence[Operand]) -> Argv:
    return _written(run, elements, map(text, elements))


def _written(run: CommandRun, elements: Sequence[Operand], texts: Iterable[Template]) -> Argv:
    written: list[str] = []
    places: list[Span] = []
    values: dict[str, Expansion] = {}
    at = 0
    for template in texts:
        word = "".join(_word(part, values) for part in flatten(template)) or "''"
        written.append(word)
        places.append(Span(at, at + len(word)))
        at += len(word) + 1
    return Argv(run, tuple(elements), tuple(places), " ".join(written), values)


def _word(part: Literal | Expansion, values: dict[str, Expansion]) -> str:
    if isinstance(part, Literal):
        return shlex.quote(part.text) if part.text else ""
    name = next((name for name, value in values.items() if value.source == part.source), f"PYTHON_{len(values)}")
    values[name] = part
    return f'"${{{name}}}"'


def _found(source: Source, argv: Argv, sighting: ShellSighting) -> Found:
    module = argv.run.call.module
    span = module.span(argv.run.call.node)
    line, column = source.position(span.start)
    reply = PythonReply()
    reply.follow(argv.run.call, kind_of(argv.run.call))
    trigger = with_values(sighting.trigger, partial(restored, argv))
    call = Call(
        path=source.path,
        span=span,
        line=line,
        column=column,
        end_line=source.position(span.end - 1)[0],
        codemod="python",
        trigger=trigger,
        notes=(
            *sighting.notes,
            *_about_branch(trigger),
            *_about_values(argv),
            *_assumed(sighting, trigger),
            *use_notes(reply, frozenset()),
        ),
        reply_fields=tuple(dict.fromkeys(use.field for use in reply.uses)),
    )
    return Found(call, VerbatimRegion(source.text), CommandWriter(argv, sighting, trigger))


def _about_branch(trigger: V1Trigger) -> Iterator[Note]:
    """A branch that the program percent-encodes where that cannot be followed."""
    encoded = encoded_part(trigger.branch.template) if trigger.branch is not None else None
    if encoded is not None:
        message = f"`{encoded}` holds percent-encoded branches, or may; v2 wants the plain text. Give it that."
        yield Note("encoded-branch", Severity.ERROR, message)


def _assumed(sighting: ShellSighting, trigger: V1Trigger) -> Iterator[Note]:
    """What the rewrite assumes of values that stand unencoded in a form, and that only the run shows."""
    kind = form_kind(sighting)
    sent = {"revision": trigger.revision, "tag": trigger.tag, "job": trigger.job, **dict(trigger.parameters)}
    given = [(name, value) for name, value in sent.items() if value is not None and values(value.template) is None]
    raw = [name for name, value in given if kind is BodyKind.MULTIPART or not value.exact]
    return assumed_of_values(kind, raw) if kind is not None else iter(())


_FORMS = frozenset({"-d", "--data", "--data-ascii", "--data-raw", "--data-binary"})


def _about_values(argv: Argv) -> Iterator[Note]:
    """Values of a form that the program percent-encodes: v1.1 decoded them."""
    for flag, element in pairwise(argv.elements):
        parts = text(element)
        lead = parts[0].text if parts and isinstance(parts[0], Literal) else ""
        encoded = encoded_part(parts) if static(text(flag)) in _FORMS and not lead.lstrip().startswith("{") else None
        if encoded is not None and "=" in lead:
            message = f"`{encoded}` may be percent-encoded, which v1.1 took off. Use `--data-urlencode` with the value."
            yield Note("encoded-value", Severity.ERROR, message)


def restored(argv: Argv, template: Template) -> Template:
    """The template with the program's own expressions in the place of the variables."""
    return put_into_text(restored_alone(argv, template))


def restored_alone(argv: Argv, template: Template) -> Template:
    """The same for a template that is no text of the command, but a value that stands in JSON as it is."""
    return tuple(
        argv.values.get(part.name or "", part) if isinstance(part, Expansion) else Literal(part.text)
        for part in template
    )


def changed_value(change: Callable[[Template], Template], given: Value | None) -> Value | None:
    """The value with its template changed; None stays None."""
    return replace(given, template=change(given.template)) if given is not None else None


def changed_slug(change: Callable[[Template], Template], slug: Slug) -> Slug:
    """The slug with the template of each of its parts changed."""
    return Slug(change(slug.vcs), change(slug.organization), change(slug.repository))


def with_values(trigger: V1Trigger, change: Callable[[Template], Template]) -> V1Trigger:
    """The trigger with each of its templates changed."""
    value = partial(changed_value, change)
    return replace(
        trigger,
        slug=changed_slug(change, trigger.slug),
        branch=value(trigger.branch),
        tag=value(trigger.tag),
        revision=value(trigger.revision),
        job=value(trigger.job),
        parameters=tuple((name, replace(v, template=change(v.template))) for name, v in trigger.parameters),
        build_num=change(trigger.build_num) if trigger.build_num is not None else None,
    )
