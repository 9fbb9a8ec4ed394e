"""Requests that YAML describes without a shell: Ansible's `uri`, steps that take a URL and a method. Reported only.

Sources: Ansible docs (`ansible.builtin.uri`), Azure Pipelines (InvokeRESTAPI), README of actions that make requests.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from migrator.circleci.endpoints import trigger_url
from migrator.errors import ParseError
from migrator.model import Endpoint, Expansion, Literal, Span, V1Trigger, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.model import Part, Template
    from migrator.syntax.yaml import Node

_HOLE = re.compile(r"\$\{\{.*?\}\}|\{\{.*?\}\}|\$\{\w+\}|\$\(\w+\)|\$\w+")
_URLS = frozenset({"url", "uri", "endpoint"})


def yaml_requests(text: str) -> Iterator[tuple[Span, V1Trigger]]:
    """Each request that posts to a trigger, with where its URL stands. Files that are not YAML have none."""
    from migrator.syntax.yaml import parse
    from migrator.syntax.yaml_documents import documents

    for start, document in documents(text):
        try:
            root = parse(document)
        except ParseError:
            continue
        for node in root.walk():
            for found, trigger in _request(node):
                yield Span(found.span.start + start, found.span.end + start), trigger


def _request(node: Node) -> Iterator[tuple[Node, V1Trigger]]:
    """The request that a map is: a URL, and the method or something that only a trigger sends."""
    values = {key.value.lower(): value for key, value in node.pairs}
    for name in _URLS & values.keys():
        address = values[name]
        url = trigger_url(_template(address.value))
        if url is not None and url.sure and (url.endpoint is not Endpoint.JOB or _posts(node, values)):
            branch = Value(url.branch) if url.branch is not None else None
            trigger = V1Trigger(url.endpoint, url.api_version, url.slug, branch, build_num=url.build_num)
            yield address, trigger


def _posts(node: Node, values: dict[str, Node]) -> bool:
    method = values.get("method") or values.get("httpmethod")
    return (method is not None and method.value.strip().upper() == "POST") or any(
        "build_parameters" in each.value for each in node.walk()
    )


def _template(text: str) -> Template:
    parts: list[Part] = []
    at = 0
    for found in _HOLE.finditer(text):
        if found.start() > at:
            parts.append(Literal(text[at : found.start()]))
        parts.append(Expansion(found[0]))
        at = found.end()
    if at < len(text):
        parts.append(Literal(text[at:]))
    return tuple(parts)
