"""Files of options that curl reads (`-K`, `.curlrc`): a request whose options stand a line each.

Source: curl man page, `--config`: one option a line, with or without dashes; behind it a blank, `=` or `:`; quotes with
backslash escapes; `#` begins a comment; `next` begins another request.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from codemods.places.place import Host, HostKind, read_only
from migrator.syntax.shell.curl import CURL_FLAGS, CURL_SHORT, CURL_WITH_VALUE
from migrator.syntax.text.regions import Fixed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.text.source import Source

_LINE = re.compile(
    r"^[ \t]*(?P<dash>-{0,2})(?P<name>[A-Za-z][\w.-]*)(?:[ \t]*[=:][ \t]*|[ \t]+|(?=\r?$))"
    r"(?P<value>\"(?:[^\"\\]|\\.)*\"|[^\r\n]*)",
    re.MULTILINE,
)
_URL = re.compile(r"^[ \t]*(?:--)?url[ \t]*[=: ][ \t]*\"?https?:", re.MULTILINE)
_CODE = re.compile(r"[{}();]\s*$|^\s*(?:def|class|import|from|function|const|let|var|package|<\?php)\b", re.MULTILINE)
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "v": "\v"}
_MESSAGE = "curl reads this request from a file of options (`-K`). Write the request of v2 into it by hand."


def is_options(text: str) -> bool:
    """Whether a text is one of options: it names a URL as curl reads it, and is no program."""
    return _URL.search(text) is not None and holds_options(text)


def holds_options(text: str) -> bool:
    """Whether a text is one of options, whatever they say, and no program."""
    if _CODE.search(text):
        return False
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return all((found := _LINE.match(line)) is not None and _is_option(found) for line in lines)


def _is_option(found: re.Match[str]) -> bool:
    """Whether a line begins with an option that curl has."""
    name = found["name"]
    if found["dash"] == "-":
        return name[0] in CURL_SHORT
    return name in CURL_WITH_VALUE or name.removeprefix("no-") in CURL_FLAGS


def commands(text: str) -> Iterator[tuple[int, str]]:
    """Each request of such a file as a command line, with where its first option stands."""
    start = 0
    words: list[str] = []
    for found in _LINE.finditer(
        re.sub(r"^[ \t]*#[^\n]*", lambda comment: " " * len(comment[0]), text, flags=re.MULTILINE)
    ):
        if found["name"] == "next":
            yield start, shlex.join(("curl", *words))
            words = []
            continue
        start = start if words else found.start("name") - len(found["dash"])
        words += _option(found)
    if words:
        yield start, shlex.join(("curl", *words))


def _option(found: re.Match[str]) -> tuple[str, ...]:
    dash = found["dash"] if found["dash"] == "-" else "--"
    value = found["value"].strip()
    if value.startswith('"'):
        value = re.sub(r"\\(.)", lambda escape: _ESCAPES.get(escape[1], escape[1]), value[1:-1])
    option = f"{dash}{found['name']}"
    return (option, value) if value else (option,)


def _find(source: Source) -> tuple[Host, ...]:
    found = commands(source.text)
    return tuple(Host(read_only(Fixed(text, start), "curl-file", _MESSAGE)) for start, text in found)


CURL_FILE = HostKind("options of curl", lambda source: is_options(source.text), _find)
