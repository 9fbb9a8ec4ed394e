"""Rewrite a curl command that a Python program gives as a list: each argument where it stands."""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING

import libcst as cst

from codemods.python.commands.argv import restored
from codemods.python.write.payload import whole
from codemods.shell.read.body import data_options
from migrator.circleci.api.v1_request import TOKEN_FIELDS
from migrator.circleci.api.v1_url import trigger_url
from migrator.errors import Refusal
from migrator.model import Auth, Literal, Severity, Span, static
from migrator.syntax.python.edit_text import TextEditor
from migrator.syntax.python.editor import Editor
from migrator.syntax.python.imports import Imports, unused_imports
from migrator.syntax.python.layout import Layout
from migrator.syntax.python.spell import spelled
from migrator.syntax.python.splices import Splice, total
from migrator.syntax.python.strings import quote_style, quoted
from migrator.syntax.python.text import shape, text
from migrator.syntax.text.templates import Marked, percent_decoded

if TYPE_CHECKING:
    from codemods.found import RewriteOptions
    from codemods.python.commands.argv import Argv
    from codemods.shell.find.sighting import Sighting
    from migrator.model import Edit, PipelineRequest, Template, V1Trigger
    from migrator.syntax.shell.curl import Invocation, Option

_PLAIN = frozenset({"data", "data-ascii", "data-raw", "data-binary"})
_TYPE = "Content-Type: application/json"


def rewrite_argv(
    argv: Argv, sighting: Sighting, trigger: V1Trigger, request: PipelineRequest, options: RewriteOptions
) -> tuple[Edit, ...]:
    """The edits of the file's text that make the command send `request` to v2. Raises Refusal."""
    if sighting.invocation is None or sighting.url is None or sighting.url_option is None:
        raise Refusal("not-analysed", "The call cannot be analysed. Rewrite it by hand.")
    if any(note.severity is Severity.ERROR for note in sighting.notes):
        raise Refusal("not-analysed", "The call cannot be analysed. Rewrite it by hand.")
    module = argv.run.call.module
    editor = Editor(options.together | {module.span(argv.run.call.node)})
    job = _Job(argv, sighting, trigger, request, editor, sighting.invocation, sighting.url_option)
    job.write()
    edits = tuple(dict.fromkeys((*editor.edits, *job.imports.edits())))
    return (*edits, *unused_imports(module, edits))


def _shape_refusal() -> Refusal:
    return Refusal("argument-list", "The list of arguments is written in a way that cannot be edited. Do it by hand.")


class _Job:
    """One rewrite of a list."""

    def __init__(
        self,
        argv: Argv,
        sighting: Sighting,
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
        self.layout = Layout(self.words)
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
        code = whole(self.trigger, self.request, self.words)
        known = _constant(code)
        if known is not None:
            return quoted(known, "'")
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
        known = restored(self.argv, percent_decoded(token, plus=False))
        return [("-H", spelled((Literal("Circle-Token: "), *known), self.words))]

    def _content_type(self) -> list[tuple[str, str]]:
        headers = [h for h in self.invocation.all("header") if h.value is not None]
        declared = [h for h in headers if (h.value.lead if h.value else "").lower().startswith("content-type")]
        if not declared:
            needed = bool(data_options(self.invocation)) or not self._is_empty()
            return [("-H", quoted(_TYPE, self.quote))] if needed else []
        for header in declared:
            value = header.value.static if header.value is not None else None
            if value is None or "application/json" not in value.lower():
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
