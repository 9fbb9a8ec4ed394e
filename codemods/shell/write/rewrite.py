"""Rewrite one trigger of a shell text: URL, data, content type, and a token that sat in the URL."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemods.found import Rewrite
from codemods.shell.content import data_options, header_text, takes_stdin, type_of
from codemods.shell.find.sighting import form_kind
from codemods.shell.write import payload as shell_payload
from codemods.shell.write.arguments import for_caller, is_given
from codemods.shell.write.carrier import carried, carrier_of
from codemods.shell.write.options import (
    OptionStyle,
    assignment,
    is_whole,
    refuse_out_of_reach,
    spot,
    style_of,
    token_of,
    unasked,
)
from codemods.shell.write.payload import SUBSTITUTED, layout_of
from codemods.shell.write.shared import editable_assignments, in_backticks
from codemods.shell.write.unset import emptied, in_front, refuse_assigning, required
from codemods.shell.write.url import edit_url
from migrator.errors import Refusal
from migrator.model import Auth, Edit, PipelineRequest, Span
from migrator.syntax.request import JSON_TYPE, LENGTHS, is_json_media
from migrator.syntax.shell.resolve import use_of
from migrator.syntax.shell.types import Quote, Use
from migrator.syntax.shell.unnamed import APART

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from codemods.found import RewriteOptions
    from codemods.shell.find.sighting import Scene, ShellSighting
    from codemods.shell.write.payload import JsonLayout, Payload
    from migrator.syntax.shell.curl import Invocation, Option
    from migrator.syntax.shell.types import Command, Word

_IN_BACKTICKS = re.compile(r"`|\\[\\$`]")


def rewrite(scene: Scene, sighting: ShellSighting, request: PipelineRequest, options: RewriteOptions) -> Rewrite:
    """The edits of the region's text that make the call send `request` to v2. Raises Refusal."""
    invocation = analysed(sighting)
    refuse_out_of_reach(invocation, touched(scene, sighting, invocation))
    job = CallEdits(scene, sighting, invocation, request, options)
    url = tuple(job.url())
    payload = shell_payload.plan(request, options, scene.script)
    refuse_assigning(value for _, value in payload.values())
    edits = list(dict.fromkeys((*url, *job.guarded(payload, job.data(payload)))))
    if in_backticks(sighting) and any(_IN_BACKTICKS.search(edit.text) for edit in edits):
        raise Refusal(
            "backticks", "Backticks would change the payload. Put `$(…)` around the call, then run this again."
        )
    newline = "\r\n" if "\r\n" in scene.script.view.region else "\n"
    notes = () if options.kept else shell_payload.notes(payload, scene.script, form_kind(sighting))
    given, use = [value for _, value in payload.values()], use_of(sighting.command)
    notes = (*notes, *emptied(given, scene.script, use, unset=scene.stops_at_unset))
    return Rewrite(tuple(Edit(edit.span, edit.text.replace("\n", newline)) for edit in edits), notes)


def analysed(sighting: ShellSighting) -> Invocation:
    """The call's options. Raises Refusal where the call is not understood."""
    if sighting.invocation is None or sighting.url is None or sighting.url_option is None:
        raise Refusal("not-analysed", "The call cannot be analysed. Rewrite it by hand.")
    return sighting.invocation


def touched(scene: Scene, sighting: ShellSighting, invocation: Invocation) -> tuple[Option, ...]:
    """The options that must change."""
    types = _content_types(scene, sighting, invocation)
    url = () if sighting.url_option is None else (sighting.url_option,)
    lengths = _headers(scene, sighting, invocation, LENGTHS)
    return (*data_options(invocation), *types, *lengths, *invocation.all("get"), *unasked(sighting), *url)


def _content_types(scene: Scene, sighting: ShellSighting, invocation: Invocation) -> tuple[Option, ...]:
    return _headers(scene, sighting, invocation, frozenset({"content-type"}))


def _headers(
    scene: Scene, sighting: ShellSighting, invocation: Invocation, names: frozenset[str]
) -> tuple[Option, ...]:
    named = ((header, header_text(scene.script, sighting.command, header)) for header in invocation.all("header"))
    return tuple(header for header, text in named if text.partition(":")[0].strip().lower() in names)


def _apart_from(command: Command, other: Command) -> Iterator[Span]:
    """What of another command runs in another process than the call, its here-document included."""
    blocks = [block for block in other.blocks if block not in command.blocks and block.kind in APART | {"pipeline"}]
    yield from (block.span for block in blocks)
    if other != command:
        documents = (redirect.heredoc for redirect in other.simple.redirects)
        yield from (document.span for document in documents if document is not None)


@dataclass(frozen=True, slots=True)
class CallEdits:
    """One rewrite. View positions become region positions when an edit is made."""

    scene: Scene
    sighting: ShellSighting
    invocation: Invocation
    request: PipelineRequest
    options: RewriteOptions

    def edit(self, span: Span, text: str) -> Edit:
        """An edit of the region's text at a span of the view."""
        return Edit(self.scene.script.view.back(span), text)

    def url(self) -> Iterator[Edit]:
        """The edits of the URL. Raises Refusal."""
        sighting, script = self.sighting, self.scene.script
        assert sighting.url is not None
        assert sighting.url_option is not None
        assert sighting.url_option.value is not None
        editable = editable_assignments(self.scene, sighting, self.options)
        run = self.request.definition is not None
        use = self._use(sighting.url_option)
        made = edit_url(script, sighting.url_option.value, sighting.url, use, editable, run=run)
        yield from made.here
        for edits in made.assigned.values():
            yield from edits

    def data(self, payload: Payload) -> Iterator[Edit]:
        """Data options, content type, token header, `-G`. Raises Refusal."""
        style = style_of(self.invocation)
        gone = (*self.invocation.all("get"), *unasked(self.sighting), *self._lengths())
        yield from (self._removal(option) for option in gone)
        # What the caller gives is the caller's own, and what the function says is everybody's.
        data = sorted(data_options(self.invocation), key=lambda option: not self._is_given(option))
        old = tuple(option for option in data if option.statement is None)
        yield from (self._removal(option) for option in data if option.statement is not None)
        yield from map(self._without, self.sighting.body.statements)
        yield from self._content_type()
        place = old[0] if old else None
        headers = list(self._new_headers(style, place, needs_body=bool(data) or self.has_body()))
        if old:
            yield from self._replaced(old, headers, payload, style)
        elif headers or self.has_body():
            place = self._behind()
            body = (style.data(self.body_word(payload, place), None),) if self.has_body() else ()
            yield self._added(place, [*headers, *body])

    def guarded(self, payload: Payload, edits: Iterable[Edit]) -> Iterator[Edit]:
        """The edits, and in front of each command that gets a body from `$(jq …)` what ends the script as before.

        The same goes for what stood in the call and now stands in another process, which pipes the body to it.
        """
        script = self.scene.script
        edits = list(edits)
        yield from self._piped(payload, edits)
        for edit in edits:
            yield edit
            if not payload.jq or SUBSTITUTED not in edit.text:
                continue
            at = script.view.forth(edit.span)
            given = self._for_caller(payload) if at is not None and is_given(script, at) else payload
            use = use_of(self.sighting.command)
            sources = required((v for _, v in given.values()), script, use, unset=self.scene.stops_at_unset)
            if sources and at is not None:
                yield self.edit(*in_front(script, at.start, sources))

    def _piped(self, payload: Payload, edits: Sequence[Edit]) -> Iterator[Edit]:
        script, command = self.scene.script, self.sighting.command
        places = [place for edit in edits if edit.text and (place := script.view.forth(edit.span)) is not None]
        apart = [span for other in script.commands for span in _apart_from(command, other)]
        if not any(at.start in span for at in places for span in apart):
            return
        given, unset = (value for _, value in payload.values()), self.scene.stops_at_unset
        sources = required(given, script, use_of(command), unset=unset)
        if sources:
            yield self.edit(*in_front(script, command.span.start, sources))

    def _is_given(self, option: Option | None) -> bool:
        """Whether the option stands in the arguments of the function's caller."""
        return option is not None and is_given(self.scene.script, spot(option))

    def _use(self, option: Option | None) -> Use:
        """Where what is written in place of the option is evaluated."""
        word = option.value if option is not None and not is_whole(option) else None
        return (word.use if word is not None else None) or use_of(self.sighting.command)

    def has_body(self) -> bool:
        """Whether the new call sends anything."""
        return self.request != PipelineRequest()

    def body_word(self, payload: Payload, at: Option | None, layout: JsonLayout | None = None) -> str:
        """What the new call sends, as one word in the place of an option. Raises Refusal."""
        payload = self._for_caller(payload) if self._is_given(at) else payload
        return shell_payload.as_word(payload, self.scene.script, self._use(at), layout)

    def _for_caller(self, payload: Payload) -> Payload:
        return replace(payload, request=for_caller(self.scene.script, payload.request))

    def _content_types(self) -> tuple[Option, ...]:
        return _content_types(self.scene, self.sighting, self.invocation)

    def _lengths(self) -> tuple[Option, ...]:
        """Headers that say how long the old body is: the client counts that itself."""
        return _headers(self.scene, self.sighting, self.invocation, LENGTHS)

    def _content_type(self) -> Iterator[Edit]:
        for option in self._content_types():
            text = header_text(self.scene.script, self.sighting.command, option)
            if option.value is not None and not is_json_media(type_of(text) or ""):
                yield self.edit(option.value.span, f"'Content-Type: {JSON_TYPE}'")

    def _new_headers(self, style: OptionStyle, place: Option | None, *, needs_body: bool) -> Iterator[str]:
        if self.sighting.trigger.auth in {Auth.QUERY, Auth.USERINFO} or unasked(self.sighting):
            yield style.header(token_of(self.scene.script, self.sighting, self._use(place)))
        if needs_body and not self._content_types() and not self.invocation.all("json"):
            yield style.header(f"'Content-Type: {JSON_TYPE}'")

    def _replaced(
        self, old: tuple[Option, ...], headers: list[str], payload: Payload, style: OptionStyle
    ) -> Iterator[Edit]:
        first = old[0]
        held = self._held(first, headers, payload, style) if not self.options.kept else None
        if held is not None:
            yield from held
            yield from (self._removal(option) for option in old if option.source is not first.source)
            return
        gap = self._gap(first)
        lead = " " if first.clustered and not is_whole(first) else ""
        in_place = self.in_place(first, payload) if len(old) == 1 else None
        if in_place is not None:
            yield from in_place
            if headers:
                text = lead + gap.join([*headers, ""])
                yield self.edit(Span(first.span.start, first.span.start), text)
            return
        written = style.data(self.body_word(payload, first, self._layout(first)), first)
        place = spot(first)
        yield self.edit(place, lead + gap.join([*headers, written]))
        yield from (self._removal(option) for option in old[1:] if spot(option) != place)
        if takes_stdin(first):
            yield from self._without_document()

    def _held(self, option: Option, headers: list[str], payload: Payload, style: OptionStyle) -> list[Edit] | None:
        """The edits that leave the payload in the variable which held all of the data, unquoted, or None."""
        script, source = self.scene.script, option.source
        write = assignment(script, self.sighting.command, option)
        if write is None or write.value is None or source is None:
            return None
        use = Use(write.span.start, write.blocks, 1)
        try:
            text = shell_payload.as_word(payload, script, use)
        except Refusal:
            return None
        name = script.text[source.span.start : source.span.end]
        call = " ".join([*headers, style.data(f'"{name}"', option)])
        return [self.edit(write.value.span, text), self.edit(source.span, call)]

    def _without_document(self) -> Iterator[Edit]:
        """The here-document that held the payload goes when the payload stands in the call."""
        text = self.scene.script.text
        for redirect in self.sighting.command.simple.redirects:
            if redirect.heredoc is not None:
                body = redirect.heredoc.span
                line_end = text.find("\n", body.end) + 1 or len(text)
                yield self.edit(Span(len(text[: redirect.span.start].rstrip(" \t")), redirect.span.end), "")
                yield self.edit(Span(body.start, line_end), "")

    def _layout(self, option: Option) -> JsonLayout | None:
        """How JSON text in the call is spread over lines."""
        if not self.sighting.body.is_json or option.value is None:
            return None
        return layout_of(self.scene.script.text[option.value.span.start : option.value.span.end])

    def in_place(self, option: Option, payload: Payload) -> list[Edit] | None:
        """The payload written where the old one stands outside of the call, when that is possible."""
        if self.options.kept:
            return []
        script = self.scene.script
        carrier = carrier_of(script, self.sighting.command, option)
        if carrier is None or option.value is None:
            return None
        if is_given(script, carrier.span):
            payload = self._for_caller(payload)
        elif not self.sighting.body.is_json:
            return None
        try:
            text = carried(script, carrier, payload)
        except Refusal:
            return None
        bare = option.value.lone is not None and option.value.lone.quote is Quote.NONE
        quoted = [self._quoted(option.value)] if bare else []
        return None if text is None else [*quoted, *(self.edit(span, written) for span, written in text)]

    def _quoted(self, word: Word) -> Edit:
        return self.edit(word.span, f'"{self.scene.script.text[word.span.start : word.span.end]}"')

    def _gap(self, option: Option) -> str:
        """What separates the option from the one before: also between the options that replace it."""
        before = self.scene.script.text[: spot(option).start]
        blank = before[len(before.rstrip(" \t\n\\")) :]
        return blank if "\n" in blank and not option.clustered else " "

    def _removal(self, option: Option) -> Edit:
        place = spot(option)
        if not is_whole(option) and self._continues(option):  # the dash belongs to the options behind it
            return self.edit(Span(place.start + 1, place.end), "")
        if option.clustered and not is_whole(option):
            return self.edit(place, "")
        if option.statement is not None:
            return self._without(option.statement)
        text = self.scene.script.text
        start = len(text[: place.start].rstrip(" \t\n\\"))
        return self.edit(Span(start, place.end), "")

    def _without(self, statement: Span) -> Edit:
        """A statement goes, with the semicolon behind it or the line that it is on."""
        text = self.scene.script.text
        behind = text[statement.end :].lstrip(" \t")
        if behind.startswith(";"):
            return self.edit(Span(statement.start, len(text) - len(behind[1:].lstrip(" \t"))), "")
        start = len(text[: statement.start].rstrip(" \t\n\\"))
        return self.edit(Span(start, statement.end), "")

    def _continues(self, option: Option) -> bool:
        """Whether other short options follow in the same word: then the dash stays."""
        following = any(o.clustered and o.span.start == option.span.end for o in self.invocation.options)
        return option.short and not option.clustered and following

    def _behind(self) -> Option | None:
        """The option beside which new ones go: in front of the URL when that is the last, else behind the last."""
        gone = self._lengths()
        here = [option for option in self.invocation.options if option.source is None and option not in gone]
        return here[-1] if here else None

    def _added(self, place: Option | None, options: list[str]) -> Edit:
        if place is not None and place.bare and len(self.invocation.options) > 1 and place == self.sighting.url_option:
            return self.edit(Span(place.span.start, place.span.start), self._gap(place).join([*options, ""]))
        last = place.span if place is not None else self.invocation.program.span
        gap = self._gap(place) if place is not None else " "
        return self.edit(Span(last.end, last.end), "".join(gap + option for option in options))
