"""Hide token values, told by their shape and by where they stand. An expansion is no value: `$TOKEN` stays readable.

Everything printed goes through here but one thing: the patch of `migrator diff` holds the files' own lines, since a
patch with other lines cannot be applied. `migrator diff` says on stderr when such a patch holds a token.
"""

from __future__ import annotations

import re

STARS = "***"

# A literal run: no blank, quote or bracket, and no start of an expansion or a placeholder in any language.
_LITERAL = r"(?![%:*])[^\s\"'`$<>{}()\[\]&;,\\@]+"
_RANDOM = r"(?=[A-Za-z0-9_\-]*\d)[A-Za-z0-9_\-]{16,}"
_SHAPES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # CircleCI's own prefixes of personal and project tokens.
        r"()\bCCI(?:PAT|PRJ)_\w+",
        # The header and the query field, in any quoting: `Circle-Token: x`, `?circle-token=x`, `"circle-token": "x"`.
        # Without quotes around the value, a quoted name may also stand before an expression: `{"circle-token": token}`.
        rf"(circle-token\\?[\"']\]?\s*[=:,]\s*\\?[\"']){_LITERAL}",
        rf"(circle-token\\?[\"']\]?\s*[=:,]\s*){_RANDOM}\b(?!\()",
        rf"(circle-token\s*[=:,]\s*\\?[\"']?){_LITERAL}",
        rf"(authorization\\?[\"']?\s*[=:,]\s*\\?[\"']?(?:basic|bearer|token)\s+){_LITERAL}",
        # curl's user, with the colon that v1.1 wants or long enough to be a token.
        rf"((?:^|\s)(?:-[a-z]*u|--user)[\s=]*\\?[\"']?)(?:(?![%*=])[^\s\"'`$<>{{}}:\\@]+(?=:)|{_RANDOM})",
        rf"(\bauth\s*=\s*\(\s*[\"']){_LITERAL}",
        # A user in a URL.
        r"(://)[^\s/\"'`$<>{}@*]+(?=@)",
        # An assignment to something that calls itself a secret.
        rf"((?:token|secret|passw(?:or)?d|api_?key)\w*\\?[\"']?\s*[=:]\s*\\?[\"']?){_RANDOM}\b(?!\()",
    )
)


def redact(text: str) -> str:
    """The text with `***` for every token value in it. What surrounds the values stays as it is."""
    for shape in _SHAPES:
        text = shape.sub(rf"\g<1>{STARS}", text)
    return text


def redact_value(name: str, value: str) -> str:
    """The value of a parameter, hidden when its name or its shape says that it is a secret."""
    return redact(f"{name}={value}")[len(name) + 1 :]
