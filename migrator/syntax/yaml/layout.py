"""How a YAML file is laid out: its indentation, its lists, its line endings, and where a new line may stand."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from migrator.model import Edit, Span
from migrator.syntax.text.source import newline_of
from migrator.syntax.yaml.nodes import Node, NodeKind, column_of
from migrator.syntax.yaml.scalars import next_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True)
class YamlLayout:
    """The habits of one file.

    `step` is how far a map stands inside its parent map, `dash` how far a list does, and `mark` a dash with the blanks
    behind it.
    """

    step: int = 2
    dash: int = 2
    eol: str = "\n"
    mark: str = "- "


def layout_of(text: str, root: Node) -> YamlLayout:
    """The habits that most places of the file have."""
    steps: Counter[int] = Counter()
    dashes: Counter[int] = Counter()
    marks: Counter[int] = Counter()
    for node in root.walk():
        marks.update(_blanks(text, node))
        for _, value in node.pairs:
            if node.flow or value.flow or value.column < node.column:
                continue
            if value.kind is NodeKind.MAP:
                steps[value.column - node.column] += 1
            elif value.kind is NodeKind.SEQ:
                dashes[value.column - node.column] += 1
    step = steps.most_common(1)[0][0] if steps else 2
    dash = dashes.most_common(1)[0][0] if dashes else step
    return YamlLayout(step, dash, newline_of(text), "-" + " " * (marks.most_common(1)[0][0] if marks else 1))


def _blanks(text: str, node: Node) -> Iterator[int]:
    """How many blanks stand between the dash and each item of a block list."""
    for item in node.nodes if not node.flow else ():
        dash = text.rfind("-", 0, item.start)
        between = text[dash + 1 : item.start]
        if between and not between.strip(" "):
            yield len(between)


def last_leaf(node: Node) -> Node:
    """The scalar, alias or flow collection that a block collection ends with; the node itself when it is none."""
    while not node.flow and node.items:
        node = max(node.pairs[-1], key=lambda part: part.span.end) if node.pairs else node.nodes[-1]
    return node


def line_after(text: str, node: Node) -> int:
    """The start of the line behind a node: what stands behind the node on its last line, a comment, stays with it."""
    leaf = last_leaf(node)
    end = content_end(text, leaf)
    return end if end and text[end - 1] in "\r\n" else next_line(text, end)


def comments_above(text: str, line: int, column: int | None = None) -> int:
    """The line of the first of the comments that stand right above a line: those at `column`, where one is given."""
    while line:
        before = text.rfind("\n", 0, line - 1) + 1
        body = text[before : line - 1].lstrip(" ")
        if not body.startswith("#") or column not in (None, line - 1 - before - len(body)):
            break
        line = before
    return line


def past_comments(text: str, index: int, column: int) -> int:
    """The line behind the comments from line `index` on that stand at `column` or deeper, over blank lines."""
    after = index
    while index < len(text):
        following = next_line(text, index)
        line = text[index:following].strip()
        if line and _comment_column(text[index:following]) < column:
            return after
        index = following
        if line:
            after = index
    return after


def _comment_column(line: str) -> int:
    """Where a comment stands, -1 for other lines. Code that is commented out at the margin counts as code."""
    body = line.lstrip(" \t")
    if not body.startswith("#"):
        return -1
    code = body.lstrip("#")
    if code.startswith("  "):
        return len(line) - len(code.lstrip(" "))
    return len(line) - len(body)


def insert_lines(text: str, node: Node, index: int, lines: Iterable[str], eol: str) -> Iterator[Edit]:
    """Edits that put lines before the line that starts at `index`, or behind the last line, which may lack its end.

    `node` ends before `index`. When it ends a file with a block scalar that has no line end, the value keeps none.
    """
    block = eol.join(lines)
    if index < len(text) or text.endswith(("\n", "\r")) or not text:
        yield Edit(Span(index, index), block + eol)
        return
    leaf = last_leaf(node)
    if leaf.style in ("|", ">") and leaf.span.end == len(text):
        yield from _strip(text, leaf)
    yield Edit(Span(index, index), eol + block)


def _strip(text: str, leaf: Node) -> Iterator[Edit]:
    header = _header(text, leaf)
    if "-" in header:
        return
    start = leaf.span.start
    if "+" in header:
        at = start + header.index("+")
        yield Edit(Span(at, at + 1), "-")
    else:
        yield Edit(Span(start + 1, start + 1), "-")


def _header(text: str, leaf: Node) -> str:
    return text[leaf.span.start : next_line(text, leaf.span.start)].split("#")[0].strip()


def content_end(text: str, node: Node) -> int:
    """Where a node ends without the blank lines that a block scalar at its end takes in but does not keep."""
    leaf = last_leaf(node)
    end = leaf.span.end
    if leaf.style in ("|", ">") and "+" not in _header(text, leaf):
        while end > leaf.span.start and text[end - 1] in " \t\r\n":
            end -= 1
    return end


def is_spaced(text: str, node: Node) -> bool:
    """Whether blank lines stand between the pairs of a block map."""
    pairs = node.pairs
    return any(_has_blank_line(text, one[1], two[0]) for one, two in pairwise(pairs))


def _has_blank_line(text: str, before: Node, after: Node) -> bool:
    index, end = line_after(text, before), after.start - column_of(text, after.start)
    return any(not line.strip() for line in text[index:end].splitlines())


def is_blank_line(text: str, index: int) -> bool:
    """Whether the line that starts at `index` is there and blank."""
    return index < len(text) and not text[index : next_line(text, index)].strip()
