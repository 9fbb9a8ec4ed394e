"""Turns ruamel.yaml's events into nodes, and its marks into exact spans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from migrator.errors import ParseError
from migrator.model import Span
from migrator.syntax.yaml.nodes import Node, NodeKind, column_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLANK = " \t\r\n"
_ANCHOR_ENDS = _BLANK + ",[]{}"  # a tag is a URI, which may hold these
_MAX_DEPTH = 200


class Builder:
    """Builds the tree of one text; used once."""

    def __init__(self, text: str) -> None:
        """`text` is a whole file without a byte order mark."""
        self._text = text
        self._anchors: dict[str, Node] = {}
        self._events = self._content(text)

    def build(self) -> Node:
        """The root node. Raises ParseError for what is not one well-formed document."""
        try:
            event = next(self._events, None)
            if event is None:
                raise ParseError("the file holds no YAML document", 1)
            root = self._node(event, 0, 0)
            if (extra := next(self._events, None)) is not None:
                raise self._error("the file holds more than one YAML document", extra)
        except (YAMLError, ValueError, OverflowError) as error:  # the last two: escapes that name no character
            raise _parse_error(error) from error
        return root

    def _content(self, text: str) -> Iterator[Event]:
        documents = 0
        for event in YAML(typ="safe", pure=True).parse(text):
            match event:
                case DocumentStartEvent():
                    documents += 1
                    if documents > 1:
                        raise self._error("the file holds more than one YAML document", event)
                case AliasEvent() | ScalarEvent() | MappingStartEvent() | SequenceStartEvent():
                    yield event
                case MappingEndEvent() | SequenceEndEvent():
                    yield event

    def _node(self, event: Event, empty_at: int, depth: int) -> Node:
        if depth > _MAX_DEPTH:
            raise self._error("the YAML is nested too deeply", event)
        match event:
            case AliasEvent():
                return self._alias(event)
            case ScalarEvent():
                node = self._scalar(event, empty_at)
            case MappingStartEvent():
                node = self._map(event, depth)
            case SequenceStartEvent():
                node = self._seq(event, depth)
            case _:
                raise self._error("unexpected YAML event", event)
        if node.anchor is not None:
            self._anchors[node.anchor] = node
        return node

    def _alias(self, event: AliasEvent) -> Node:
        start, end = event.start_mark.index, event.end_mark.index
        name = str(event.anchor)
        target = self._anchors.get(name)
        span = Span(start, end)
        return Node(NodeKind.ALIAS, span, start, _line(event), column_of(self._text, start), value=name, target=target)

    def _scalar(self, event: ScalarEvent, empty_at: int) -> Node:
        start, end = event.start_mark.index, event.end_mark.index
        has_properties = event.anchor is not None or event.tag is not None
        if start == end and not has_properties:
            start = end = empty_at
        content = self._skip_properties(start, end) if has_properties else start
        if event.style in ("|", ">") or start == end:
            end = max(end, content)
        return Node(
            NodeKind.SCALAR,
            Span(content, end),
            start,
            _line(event),
            column_of(self._text, content),
            event.anchor,
            event.tag,
            event.style or "",
            event.value,
        )

    def _map(self, event: MappingStartEvent, depth: int) -> Node:
        self._open(event)
        content = self._collection_start(event)
        pairs: list[tuple[Node, Node]] = []
        last = content + 1
        while not isinstance(item := next(self._events), MappingEndEvent):
            key = self._node(item, item.start_mark.index, depth + 1)
            value = self._node(next(self._events), self._after_key(key), depth + 1)
            pairs.append((key, value))
            last = max(key.span.end, value.span.end)
        end = item.end_mark.index if event.flow_style else last
        return self._collection(NodeKind.MAP, event, Span(content, end), pairs=tuple(pairs))

    def _seq(self, event: SequenceStartEvent, depth: int) -> Node:
        self._open(event)
        content = self._collection_start(event)
        nodes: list[Node] = []
        last = content
        while not isinstance(item := next(self._events), SequenceEndEvent):
            node = self._node(item, self._after_dash(last), depth + 1)
            nodes.append(node)
            last = node.span.end
        end = item.end_mark.index if event.flow_style else last
        return self._collection(NodeKind.SEQ, event, Span(content, end), nodes=tuple(nodes))

    def _open(self, event: MappingStartEvent | SequenceStartEvent) -> None:
        """While a collection is read its anchor names nothing: an alias inside it would never end."""
        if event.anchor is not None:
            self._anchors.pop(event.anchor, None)

    def _collection(
        self,
        kind: NodeKind,
        event: MappingStartEvent | SequenceStartEvent,
        span: Span,
        pairs: tuple[tuple[Node, Node], ...] = (),
        nodes: tuple[Node, ...] = (),
    ) -> Node:
        return Node(
            kind,
            span,
            event.start_mark.index,
            _line(event),
            column_of(self._text, span.start),
            event.anchor,
            event.tag,
            flow=bool(event.flow_style),
            pairs=pairs,
            nodes=nodes,
        )

    def _collection_start(self, event: MappingStartEvent | SequenceStartEvent) -> int:
        start: int = event.start_mark.index
        if event.anchor is None and event.tag is None:
            return start
        return self._skip_properties(start, len(self._text))

    def _skip_properties(self, index: int, end: int) -> int:
        while index < end:
            index = self._skip_blanks(index, end)
            if index >= end or self._text[index] not in "&!":
                return min(index, end)
            ends = _BLANK if self._text[index] == "!" else _ANCHOR_ENDS
            while index < end and self._text[index] not in ends:
                index += 1
        return end

    def _skip_blanks(self, index: int, end: int) -> int:
        while index < end:
            char = self._text[index]
            if char == "#":
                index = _line_end(self._text, index)
            elif char in _BLANK:
                index += 1
            else:
                return index
        return end

    def _after_key(self, key: Node) -> int:
        """Where an empty value of `key` stands: behind the colon, or behind a key that has none."""
        index = key.span.end
        while index < len(self._text) and self._text[index] in " \t":
            index += 1
        return index + 1 if self._text[index : index + 1] == ":" else key.span.end

    def _after_dash(self, last: int) -> int:
        """Where an empty item stands: behind its dash."""
        index = self._skip_blanks(last, len(self._text))
        return index + 1 if self._text[index : index + 1] == "-" else last

    def _error(self, message: str, event: Event) -> ParseError:
        return ParseError(message, _line(event))


def _line_end(text: str, index: int) -> int:
    ends = [end for char in "\r\n" if (end := text.find(char, index)) >= 0]
    return min(ends, default=len(text))


def _line(event: Event) -> int:
    line: int = event.start_mark.line
    return line + 1


def _parse_error(error: Exception) -> ParseError:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    return ParseError(str(problem), mark.line + 1 if mark is not None else 1)
