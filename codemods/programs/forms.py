"""HTML forms that post to a trigger, in pages and in templates of pages. Source: HTML standard (`form`)."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

from codemods.programs.data import template_of
from migrator.circleci.api.v1_url import trigger_url
from migrator.model import Span, V1Trigger, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

_JOB = "build_parameters[CIRCLE_JOB]"


class _Forms(HTMLParser):
    """The forms of a page: where each stands, its address, its fields."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[tuple[int, int], str, str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form or one of its fields."""
        values = {name: value or "" for name, value in attrs}
        if tag == "form" and values.get("method", "").lower() == "post":
            self.found.append((self.getpos(), self.get_starttag_text() or "", values.get("action", ""), {}))
        elif tag in {"input", "select", "button"} and self.found and "name" in values:
            self.found[-1][3][values["name"]] = values.get("value", "")


def forms(text: str) -> Iterator[tuple[Span, V1Trigger]]:
    """Each form that posts to a trigger, with where its tag stands."""
    if "<form" not in text.lower() or "project/" not in text:
        return
    parser = _Forms()
    parser.feed(text)
    starts = [0]
    for row in text.split("\n"):  # what the parser counts as a line
        starts.append(starts[-1] + len(row) + 1)
    for (line, column), tag, action, fields in parser.found:
        url = trigger_url(template_of(action.strip()))
        if url is None or not url.sure:
            continue
        start = starts[line - 1] + column
        job = fields.get(_JOB)
        branch = Value(url.branch) if url.branch is not None else None
        asked = Value(template_of(job)) if job else None
        version = url.api_version or "v1.1"
        trigger = V1Trigger(url.endpoint, version, url.slug, branch, job=asked, build_num=url.build_num)
        yield Span(start, start + len(tag)), trigger
