"""The web page of a pipeline, in place of the web page of a build.

`https://circleci.com/gh/ORG/REPO/NUMBER` is the page of a job; a pipeline's is
`https://app.circleci.com/pipelines/github/ORG/REPO/NUMBER` (CircleCI docs: pipelines). CircleCI Server has other pages.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.shell.write import emit
from codemods.shell.write.emit import unsafe_parts
from codemods.shell.write.url import UrlChange, edit_text
from migrator.errors import Refusal
from migrator.model import Edit, Expansion, Literal, Value, flatten, static
from migrator.syntax.shell.resolve import template
from migrator.syntax.shell.types import Quote
from migrator.syntax.text.templates import Marked, width

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from migrator.circleci.api.v1_url import TriggerUrl
    from migrator.model import Slug, Template
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Use, Word, WordPiece

_HOST = re.compile(r"\A(?:https?:/*)?(?:[^/?#@]*@)?(?:www\.)?circleci\.com(?::443)?/", re.IGNORECASE)
_JOB_PAGE = re.compile(
    r"https?://(?:www\.)?(?:circleci\.com|app\.circleci\.com/jobs)/(gh|github|bb|bitbucket)/([^/\s]+(?:/[^/\s]+)?)/\Z"
)
_PAGES = "https://app.circleci.com/pipelines"
_LONG = {"gh": "github", "github": "github", "bb": "bitbucket", "bitbucket": "bitbucket", "": "github"}
# What may follow a number without making another page of the address.
_BEHIND = re.compile(r"(?![\w/?#&=%~+-])")


@dataclass(frozen=True, slots=True)
class Address:
    """The address of a pipeline without its number, as the inside of a jq string; `given` are values for `--arg`."""

    text: Template
    given: tuple[tuple[str, Template], ...] = ()


def is_cloud(url: TriggerUrl) -> bool:
    """Whether the call goes to circleci.com for certain: the pages of other hosts are not known."""
    return _HOST.match(url.url.text) is not None


def shown_address(slug: Slug) -> str:
    """The address for a message, with NUMBER for the pipeline's number."""
    vcs = static(slug.vcs) if slug.vcs else ""
    known = _LONG.get(vcs.lower(), "") if vcs is not None else ""
    first, _, rest = str(slug).partition("/")
    return f"{_PAGES}/{known or first}/{rest}/NUMBER" if rest else f"{_PAGES}/{first}/NUMBER"


def address_of(slug: Slug, script: Script, use: Use, taken: Iterable[str] = ()) -> Address:
    """The address of the call's pipelines, to stand at `use`. `taken`: names that jq knows already. Raises Refusal."""
    names = set(taken)
    text: list[Literal | Expansion] = [Literal(f"{_PAGES}/")]
    given: list[tuple[str, Template]] = []
    parts = {"vcs" if slug.organization else "slug": _vcs(slug), "org": slug.organization, "repo": slug.repository}
    for name, part in parts.items():
        if not part:
            continue
        if not any(unsafe_parts(Value(part), script)):
            for piece in part:
                if isinstance(piece, Expansion):
                    emit.expansion(piece, script, use, Quote.DOUBLE)
            text += [_quoted(piece) for piece in part]
        else:
            own = next(new for new in (name, f"pipeline_{name}") if new not in names)
            emit.double_quoted(part, script, use)
            given.append((own, part))
            text.append(Literal(f"\\(${own})"))
        text.append(Literal("/"))
    return Address(tuple(text), tuple(given))


def _vcs(slug: Slug) -> Template:
    known = static(slug.vcs) if slug.vcs else ""
    if known is None:
        return slug.vcs
    return (Literal(_LONG[known.lower()]),)


def _quoted(piece: Literal | Expansion) -> Literal | Expansion:
    """Literal text as the inside of a jq string."""
    return Literal(json.dumps(piece.text, ensure_ascii=False)[1:-1]) if isinstance(piece, Literal) else piece


def page_in_program(before: str, after: str, slug: Slug) -> str | None:
    """The text in front of a number in a jq string, for the page of the pipeline; None when it is no page of a job.

    Raises Refusal when it is the page of a job, and not one that can be changed.
    """
    page = _JOB_PAGE.search(before)
    if page is None:
        _no_page(before)
        return None
    if not _BEHIND.match(after) or not _same_project((Literal(page[2]),), slug):
        raise Refusal("url-shape", "The address is not that of the project's builds.")
    return f"{before[: page.start()]}{_PAGES}/{_LONG[page[1]]}/{page[2]}/"


def page_in_word(script: Script, word: Word, piece: WordPiece, use: Use, slug: Slug) -> tuple[Edit, ...] | None:
    """The edits that make the page of a pipeline of the page of a job whose number is a piece of the word.

    None when the number does not stand in the address of a job. Raises Refusal when it does and cannot be changed.
    """
    parts = template(script, word, use)
    at = sum(width(part) for part in parts[: word.pieces.index(piece)])
    marked = Marked.of(parts)
    page = _JOB_PAGE.search(marked.text[:at])
    if page is None:
        _no_page(marked.text[:at])
        return None
    behind = marked.text[at + 1 :]
    named = (*marked.slice(page.start(2), page.end(2)),)
    if not _BEHIND.match(behind) or not _same_project(named, slug):
        raise Refusal("url-shape", "The address is not that of the project's builds.")
    change = UrlChange(page.start(), page.end(1), f"{_PAGES}/{_LONG[page[1]]}")
    return edit_text(script, word, parts, [change], use)


def _no_page(before: str) -> None:
    """Raise Refusal when the text looks like the address of something at CircleCI that is not a build's page."""
    if re.search(r"circleci\.com[^\s\"']*\Z", before):
        raise Refusal("url-shape", "The address is not that of the project's builds.")


def _same_project(named: Template, slug: Slug) -> bool:
    wanted = (*slug.organization, *((Literal("/"), *slug.repository) if slug.repository else ()))
    return _plain(named) == _plain(wanted)


def _plain(text: Template) -> str:
    return "".join(_pieces(text)).lower()


def _pieces(text: Template) -> Iterator[str]:
    for part in flatten(text):
        yield part.text if isinstance(part, Literal) else f"\0{part.name or part.source}\0"
