"""Write what replaces a curl command that is a list of arguments: each argument where it stands."""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import libcst as cst

from codemods.found import Rewrite, refuse_rerun
from codemods.python.arguments import restored
from codemods.python.read.body import encoded_text, mapping_of
from codemods.python.runners import behind
from codemods.python.write.body import refuse_shared_text, rewrite_json
from codemods.python.write.payload import whole
from codemods.shell.content import data_options, type_of
from migrator.circleci.api.form import token_decoded
from migrator.circleci.api.v1_request import TOKEN_FIELDS, BodyKind, refuse_length
from migrator.circleci.api.v1_url import trigger_url
from migrator.errors import Refusal
from migrator.model import (
    Auth,
    Literal,
    Severity,
    Span,
    Template,
    static,
)
from migrator.syntax.python.edit_record import MappingLayout
from migrator.syntax.python.edit_text import TextEditor
from migrator.syntax.python.editor import Editor, Splice, total
from migrator.syntax.python.imports import Imports, refuse_taken, unused_imports
from migrator.syntax.python.spell import spelled
from migrator.syntax.python.strings import quote_style, quoted
from migrator.syntax.python.text import shape, text
from migrator.syntax.request import JSON_TYPE, is_json_media
from migrator.syntax.text.templates import Marked

if TYPE_CHECKING:
    from codemods.found import RewriteOptions
    from codemods.python.arguments import Argv
    from codemods.python.words import ArgumentWord
    from codemods.shell.find.sighting import ShellSighting
    from migrator.model import PipelineRequest, RerunRequest, V1Trigger
    from migrator.syntax.python.program import Operand
    from migrator.syntax.shell.curl import Invocation, Option


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
    headers = (option.value for option in sighting.invocation.all("header") if option.value is not None)
    refuse_length(value.lead.partition(":")[0] for value in headers)
    module = argv.run.at.module
    editor = Editor(options.together | {module.span(argv.run.at.node)})
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
        self.argv = argv
        self.sighting = sighting
        self.trigger = trigger
        self.request = request
        self.editor = editor
        self.invocation = invocation
        self.url = url
        self.module = argv.run.at.module
        self.imports = Imports(self.module)
        self.quote = quote_style(self.module)
        self.relied: dict[cst.CSTNode, tuple[Operand, Operand]] = {}

    def write(self) -> None:
        """Make the edits. Raises Refusal."""
        if self.invocation.wget or self.invocation.all("get", "json"):
            raise _shape_refusal()
        self._url()
        added = [*self._token(), *self._content_type()]
        old = data_options(self.invocation)
        if old:
            self._replaced(old, added)
        else:
            at = self.argv.index_of(self.url.span.start)
            body = [] if self._is_empty() else [("-d", self._payload(self.argv.words[at].operand))]
            self._insert(at, [*added, *body])
        for name, value in self.relied.values():
            self.editor.rely(0, name, value)

    def _word(self, index: int) -> ArgumentWord:
        """An argument that is to change, with all the lists that it stands in. Raises Refusal."""
        word = self.argv.words[index]
        for name, value in word.held:
            if not self.editor.may_edit(name, value):
                raise Refusal(
                    "payload-shared", f"`{name.code}` is also used by something else. Write the list into the call."
                )
            self.relied[name.node] = (name, value)
        return word

    def _is_empty(self) -> bool:
        return not (self.request.branch or self.request.tag or self.request.parameters or self.request.definition)

    def _url(self) -> None:
        assert self.url.value is not None
        index = self.argv.index_of(self.url.span.end - 1)
        element = self._word(index).operand
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

    def _payload(self, at: Operand) -> str:
        code = whole(self.request, at)
        known = _constant(code)
        if known is not None:
            return quoted(known, "'")
        refuse_taken(at, "json")
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
        place = self.argv.index_of(self.url.span.start)
        return [("-H", spelled((Literal("Circle-Token: "), *known), self.argv.words[place].operand))]

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
                self.editor.replace(self._word(index).operand, quoted(_TYPE, self.quote))
        return []

    def _replaced(self, old: tuple[Option, ...], added: list[tuple[str, str]]) -> None:
        first, others = old[0], old[1:]
        start, end = self.argv.index_of(first.span.start), self.argv.index_of(first.span.end - 1)
        flag, value = self._word(start).operand, self._word(end).operand
        if start == end and first.clustered:
            raise _shape_refusal()
        if start == end:
            self.editor.replace(flag, f"{quoted('-d', self.quote)}, {self._payload(flag)}")
        else:
            if first.name not in _PLAIN:
                if first.clustered:
                    raise _shape_refusal()
                self.editor.replace(flag, quoted("-d", self.quote))
            self._set(value)
        self._insert(start, added)
        for option in others:
            self._remove(option)

    def _set(self, value: Operand) -> None:
        """Put the payload where the old one is: behind the name that holds it, where nothing else reads that."""
        if self._into_mapping(value):
            return
        inner = behind(value)
        if inner is not value and inner.frame is not value.frame and self.editor.may_edit(value, inner):
            before = len(self.editor.edits)
            try:
                self.editor.replace(inner, self._payload(inner))
            except Refusal:
                del self.editor.edits[before:]
            else:
                self.editor.rely(before, value, inner)
                return
        self.editor.replace(value, self._payload(value))

    def _into_mapping(self, value: Operand) -> bool:
        """Change the mapping that `json.dumps` gets by its name, so that nothing is left of the old one."""
        mapping, kind, encoder = encoded_text(value)
        if kind is not BodyKind.JSON or not isinstance(mapping.node, cst.Name):
            return False
        before = len(self.editor.edits)
        try:
            refuse_shared_text(self.editor, value)
            site = self.argv.run.at if self.trigger.job is None else None
            rewrite_json(self.editor, mapping_of(mapping, encoder), self.request, site)
        except Refusal:
            del self.editor.edits[before:]
            return False
        return True

    def _insert(self, index: int, items: list[tuple[str, str]]) -> None:
        if not items:
            return
        owner = self._word(index).owner
        layout, place = self._layout(index)
        span = layout.spans[place]
        gap = layout.gap(span) or " "
        written = "".join(f"{quoted(flag, self.quote)}, {code},{gap}" for flag, code in items)
        self.editor.edit(owner, Span(span.start, span.start), written)

    def _layout(self, index: int) -> tuple[MappingLayout, int]:
        """The list that an argument stands in, and its place there."""
        word = self.argv.words[index]
        layout = MappingLayout(word.owner)
        return layout, layout.spans.index(word.operand.module.outer(word.operand.node))

    def _remove(self, option: Option) -> None:
        start, end = self.argv.index_of(option.span.start), self.argv.index_of(option.span.end - 1)
        first, last = self._word(start), self._word(end)
        if option.clustered or first.owner.node is not last.owner.node:
            raise _shape_refusal()
        (layout, place), (_, stop) = self._layout(start), self._layout(end)
        if place == 0 or stop - place != end - start:
            raise _shape_refusal()
        span = Span(layout.spans[place].start, layout.spans[stop].end)
        lines = layout.own_lines(span)
        gone = lines or Span(layout.spans[place - 1].end, span.end)
        self.editor.edit(first.owner, gone, "", lines=lines is not None)


def _from(template: Template, lead: int) -> Template:
    return Marked.of(template).slice(lead) if lead else template


def _constant(code: str) -> str | None:
    """The JSON text of a payload that is known whole."""
    try:
        return json.dumps(ast.literal_eval(code), ensure_ascii=False)
    except (ValueError, SyntaxError):
        return None
