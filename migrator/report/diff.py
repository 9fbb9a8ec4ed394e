"""Changes as a patch that `git apply` and `patch -p1` take: byte for byte, in any encoding, with any line endings."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from migrator.model import Change

_CONTEXT = 3
_NO_NEWLINE = b"\n\\ No newline at end of file\n"
_ESCAPES = {7: "a", 8: "b", 9: "t", 10: "n", 11: "v", 12: "f", 13: "r", 34: '"', 92: "\\"}

# Old and new start and end of one stretch, counted in lines from 0, as difflib gives them.
_Opcode = tuple[str, int, int, int, int]


def patch(changes: Iterable[Change], prefix: str = "") -> bytes:
    """One patch for all changes. `prefix` (ending in `/`, or empty) goes before each path."""
    return b"".join(_file_patch(change, prefix + change.path) for change in changes)


def colored(content: bytes) -> bytes:
    """The patch with terminal colours, for eyes only: with them it does not apply."""
    return b"".join(_colored(line) for line in _lines(content))


def _colored(line: bytes) -> bytes:
    text = line.rstrip(b"\r\n")
    styles = {b"diff": "1", b"---": "1", b"+++": "1", b"@@": "36", b"-": "31", b"+": "32"}
    code = next((code for start, code in styles.items() if text.startswith(start)), None)
    return b"\x1b[%sm%s\x1b[0m%s" % (code.encode(), text, line[len(text) :]) if code and text else line


def _file_patch(change: Change, path: str) -> bytes:
    before, after = _lines(change.before), _lines(change.after)
    hunks = b"".join(_hunk(before, after, group) for group in _groups(before, after))
    if not hunks:
        return b""
    old, new = _quoted("a/" + path), _quoted("b/" + path)
    # git ends a name that has a blank in it with a tab, so that `patch` sees where it ends.
    tab = "\t" if " " in path else ""
    return f"diff --git {old} {new}\n--- {old}{tab}\n+++ {new}{tab}\n".encode() + hunks


def _lines(data: bytes) -> list[bytes]:
    """Lines with their ends; only a line feed ends one, as git counts."""
    *ended, last = data.split(b"\n")
    return [line + b"\n" for line in ended] + ([last] if last else [])


def _groups(before: Sequence[bytes], after: Sequence[bytes]) -> Iterator[list[_Opcode]]:
    """The differing stretches, each with its context; stretches whose contexts meet are one."""
    group: list[_Opcode] = []
    for opcode in _opcodes(before, after):
        tag, start, end, new_start, new_end = opcode
        is_last = (end, new_end) == (len(before), len(after))
        kept = min(end - start, _CONTEXT)
        if tag != "equal" or (group and not is_last and end - start <= 2 * _CONTEXT):
            group.append(opcode)
            continue
        if group:
            yield [*group, (tag, start, start + kept, new_start, new_start + kept)]
        group = [] if is_last else [(tag, end - kept, end, new_end - kept, new_end)]
    if group:
        yield group


def _opcodes(before: Sequence[bytes], after: Sequence[bytes]) -> Iterator[_Opcode]:
    """What difflib says; what both begin and end with is set aside first, it would take it a long time to see that."""
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    old_end, new_end = len(before) - tail, len(after) - tail
    if head:
        yield "equal", 0, head, 0, head
    matcher = SequenceMatcher(None, before[head:old_end], after[head:new_end], autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        yield tag, a + head, b + head, c + head, d + head
    if tail:
        yield "equal", old_end, len(before), new_end, len(after)


def _common(before: Sequence[bytes], after: Sequence[bytes]) -> int:
    count = 0
    for old, new in zip(before, after, strict=False):
        if old != new:
            break
        count += 1
    return count


def _hunk(before: Sequence[bytes], after: Sequence[bytes], group: list[_Opcode]) -> bytes:
    old = _range(group[0][1], group[-1][2])
    new = _range(group[0][3], group[-1][4])
    return f"@@ -{old} +{new} @@\n".encode() + b"".join(_body(before, after, group))


def _body(before: Sequence[bytes], after: Sequence[bytes], group: list[_Opcode]) -> Iterator[bytes]:
    for tag, old_start, old_end, new_start, new_end in group:
        if tag == "equal":
            yield from _marked(b" ", before[old_start:old_end])
            continue
        yield from _marked(b"-", before[old_start:old_end])
        yield from _marked(b"+", after[new_start:new_end])


def _marked(mark: bytes, lines: Iterable[bytes]) -> Iterator[bytes]:
    for line in lines:
        yield mark + (line if line.endswith(b"\n") else line + _NO_NEWLINE)


def _range(start: int, end: int) -> str:
    """A hunk's lines, counted from 1; of an empty stretch, the line before it (POSIX diff)."""
    length = end - start
    if length == 1:
        return str(start + 1)
    return f"{start + 1 if length else start},{length}"


def _quoted(path: str) -> str:
    """A path as git writes it in a patch: in C quotes with octal bytes when it is not plain ASCII."""
    data = path.encode("utf-8", "surrogateescape")
    if all(32 <= byte < 127 and byte not in b'"\\' for byte in data):
        return path
    return '"' + "".join(_escaped(byte) for byte in data) + '"'


def _escaped(byte: int) -> str:
    if byte in _ESCAPES:
        return "\\" + _ESCAPES[byte]
    return chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}"
