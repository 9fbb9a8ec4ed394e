"""Hide token values, told by their shape and by where they stand. An expansion is no value: `$TOKEN` stays readable.

Everything printed goes through here but one thing: the patch of `migrator diff` holds the files' own lines, since a
patch with other lines cannot be applied. `migrator diff` says on stderr when such a patch holds a token.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

STARS = "***"

# A literal run: no blank, quote or bracket, and no start of an expansion or a placeholder in any language.
_LITERAL = r"(?![%:*])[^\s\"'`$<>{}()\[\]&;,\\@]+"
_RANDOM = r"(?=[A-Za-z0-9_\-]*\d)[A-Za-z0-9_\-]{16,}"
_USER = r"(?![%:*])[^\s\"'`$<>{}()\[\]&;,\\@:]+"
_QUOTE = r"(?:\\?[fbru]?\\?[\"'])"
# What gives a name its value: `=`, `:`, make's `:=`, `?=` and `+=`, Ruby's `=>`; and what may close the name before it.
_GIVEN = r"\\?[\"']?\]?\\?[\"']?\s*(?:[:?+]{0,2}=>?|:)\s*"
_NAMED = r"(?:token|secret|passw(?:or)?d|api_?key|access_?key|private_?key|credential)"
_SHAPES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # CircleCI's own prefixes of personal and project tokens.
        r"()\bCCI(?:PAT|PRJ)_\w+",
        # The header and the query field, in any quoting: `Circle-Token: x`, `?circle-token=x`, `"circle-token": "x"`.
        # Without quotes around the value, a quoted name may also stand before an expression: `{"circle-token": token}`.
        rf"(circle-token\\?[\"']\]?\s*(?:=>?|[:,])\s*{_QUOTE})(?!\w+\\?[\"']\s*:){_LITERAL}",
        rf"(circle-token\\?[\"']\]?\s*(?:=>?|[:,])\s*){_RANDOM}\b(?!\()",
        rf"(circle-token\s*[=:,]\s*\\?[\"']?){_LITERAL}",
        rf"(authorization\\?[\"']?\s*[=:,]\s*\\?[\"']?(?:basic|bearer|token)\s+){_LITERAL}",
        # curl's user, with the colon that v1.1 wants or long enough to be a token; also in a list of arguments.
        rf"((?:^|\s)(?:-[a-z]*u|--user)[\s=]*\\?[\"']?)(?:(?![%*=])[^\s\"'`$<>{{}}:\\@]+(?=:)|{_RANDOM})",
        rf"([\"'](?:-[a-z]*u|--user|--http-user)\\?[\"']\s*,\s*{_QUOTE}){_USER}",
        rf"([\"'](?:--user|--http-user)=){_USER}",
        # The user of basic authorization: a pair, an object, a function that encodes it, a key of its own.
        rf"(\bauth{_GIVEN}[\(\[{{]\s*{_QUOTE}){_USER}",
        rf"(\b\w*basic_?auth\w*\(\s*(?:\w+\s*=\s*)?{_QUOTE}){_USER}",
        rf"((?:\bbtoa|b64encode|base64_?encode(?:64)?|encode64|Buffer\.from|\.encodeToString)\(\s*{_QUOTE}){_USER}",
        rf"(\b(?:echo|printf)\s+(?:-n\s+)?[\"']?){_RANDOM}(?=:?[\"']?\s*\|\s*(?:base64|openssl))",
        rf"(\b\w*user(?:_?name)?{_GIVEN}\\?[\"']?){_RANDOM}\b(?!\()",
        # A client that is made with its token.
        rf"(\bnew\s+\w*circle\w*\(\s*{_QUOTE}|\b(?:\w+\.)?(?:Api|\w*circle\w*)\(\s*{_QUOTE}){_RANDOM}\b",
        # A user in a URL.
        r"(://)[^\s/\"'`$<>{}@*]+(?=@)",
        # An assignment to something that calls itself a secret, also without a sign: `ENV TOKEN x`, `setx TOKEN x`.
        rf"({_NAMED}\w*{_GIVEN}{_QUOTE}?){_RANDOM}\b(?!\()",
        rf"(\b(?:env|arg|set|setenv|setx)\s+\w*{_NAMED}\w*\s+\\?[\"']?){_RANDOM}\b",
        # A record with the name and the value in fields of their own, in either order.
        rf"(\"(?:key|name)\"\s*:\s*\"[^\"]*{_NAMED}[^\"]*\"\s*,\s*(?:\"\w+\"\s*:\s*\"[^\"]*\"\s*,\s*)*\"value\"\s*:\s*\"){_LITERAL}",
        rf"(\"value\"\s*:\s*\"){_LITERAL}(?=\"\s*,\s*(?:\"\w+\"\s*:\s*\"[^\"]*\"\s*,\s*)*\"(?:key|name)\"\s*:\s*\"[^\"]*{_NAMED})",
        rf"(\b(?:key|name):\s*[\"']?[\w-]*{_NAMED}[\w-]*[\"']?\s*,?\s*value:\s*[\"']?){_RANDOM}\b",
    )
)


def redact(text: str) -> str:
    """The text with `***` for every token value in it. What surrounds the values stays as it is."""
    for shape in _SHAPES:
        text = shape.sub(rf"\g<1>{STARS}", text)
    return text


def redact_lines(lines: Iterable[str]) -> list[str]:
    """The lines, each as it was but for values: a record may have a secret's name on the line before its value."""
    return redact("\n".join(lines)).split("\n")


def redact_patch(text: str) -> str:
    """The same for a patch, whose lines begin with a mark that is none of the file's: `-URL=…` is no option."""
    lines = text.split("\n")
    marks = ["" if line.startswith(("+++ ", "--- ")) or line[:1] not in {"+", "-", " "} else line[0] for line in lines]
    inner = redact_lines(line[len(mark) :] for line, mark in zip(lines, marks, strict=True))
    return "\n".join(mark + line for line, mark in zip(inner, marks, strict=True))


def redact_value(name: str, value: str) -> str:
    """The value of a parameter, hidden when its name or its shape says that it is a secret."""
    return redact(f"{name}={value}")[len(name) + 1 :]
