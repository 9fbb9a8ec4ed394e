"""Requests that data describes without a program: Ansible's `uri`, API destinations, schedulers, saved requests.

Sources: Ansible docs (`ansible.builtin.uri`), Azure Pipelines (InvokeRESTAPI), AWS CloudFormation (AWS::Events::
ApiDestination), Postman collection format 2.1, READMEs of actions that make requests.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.programs.bodies import sent
from codemods.programs.fields import BESIDE, Body, body_of_json
from codemods.programs.requests import job_in_text
from migrator.circleci.api.v1_url import trigger_url
from migrator.errors import ParseError
from migrator.model import Endpoint, Expansion, Literal, Span, V1Trigger, Value
from migrator.syntax.json import json_strings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from migrator.model import Part, Template
    from migrator.syntax.yaml import Node

_HOLE = re.compile(r"\$\{\{.*?\}\}|\{\{.*?\}\}|\$\{\w+\}|\$\(\w+\)|\$\w+")
_ADDRESS = re.compile(rf"(?:https?:|/|{_HOLE.pattern})(?:{_HOLE.pattern}|\S)*")  # all of a text is a URL
_JSON = re.compile(r"\s*\{.*build_parameters", re.DOTALL)
_URLS = frozenset({"url", "uri", "endpoint", "invocationendpoint"})
_METHODS = frozenset({"method", "httpmethod", "http_method", "http-method", "verb"})
# Recorded traffic and what a fake server answers with: nothing of it is sent.
_RECORDED = frozenset({"http_interactions", "recorded_with", "interactions", "originalRequest", "entries", "cassette"})

_MANY = 100  # leaves before and behind one: a file of data may be one list

_Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class DataLeaf:
    """A text in data: the keys and indexes that lead to it, and where it stands."""

    path: _Path
    value: str
    span: Span


def described(text: str, *, is_json: bool) -> Iterator[tuple[Span, V1Trigger, bool]]:
    """Each request that posts to a trigger, with where its URL stands, and whether all that it sends is known.

    Text that is no such data has none.
    """
    try:
        if is_json and _is_recorded(text):
            return
        for start, leaves in [(0, _json(text))] if is_json else list(_yaml(text)):
            for leaf, trigger, is_known in _requests(leaves):
                yield Span(leaf.span.start + start, leaf.span.end + start), trigger, is_known
    except ParseError:
        return


def _is_recorded(text: str) -> bool:
    """Whether a JSON text has a request beside its answer: the rule of a fake server."""
    root = json.loads(text) if '"request"' in text and '"response"' in text else None
    maps = [root, *(root.values() if isinstance(root, dict) else root or ())]
    lists = [each for value in maps if isinstance(value, list) for each in value]
    pairs = [each for each in (*maps, *lists) if isinstance(each, dict) and "request" in each]
    return any(isinstance(each.get("response"), dict) for each in pairs)  # Postman keeps a list of them


def _json(text: str) -> list[DataLeaf]:
    found = json_strings(text)
    return [DataLeaf(s.path, text[s.start : s.end].replace("\\/", "/"), Span(s.start, s.end)) for s in found]


def _yaml(text: str) -> Iterator[tuple[int, list[DataLeaf]]]:
    from migrator.syntax.yaml import parse
    from migrator.syntax.yaml.parse import documents

    for start, document in documents(text):
        yield start, list(_leaves(parse(document), ()))


def _leaves(node: Node, path: _Path) -> Iterator[DataLeaf]:
    from migrator.syntax.yaml import NodeKind

    if node.kind is NodeKind.SCALAR:
        yield DataLeaf(path, node.value, node.span)
    for key, value in node.pairs:
        yield from _leaves(value, (*path, key.value))
    for index, item in enumerate(node.nodes):
        yield from _leaves(item, (*path, index))


def _requests(leaves: list[DataLeaf]) -> Iterator[tuple[DataLeaf, V1Trigger, bool]]:
    """The texts that are the URL of a trigger, where the method, or something that only a trigger sends, is beside."""
    is_postman = any(leaf.path[:1] == ("item",) for leaf in leaves)
    for index, leaf in enumerate(leaves):
        if "project/" not in leaf.value or any(key in _RECORDED for key in leaf.path):
            continue
        if not leaf.path or isinstance(leaf.path[-1], int) or not _ADDRESS.fullmatch(leaf.value.strip()):
            continue
        url = trigger_url(_with_known(template_of(leaf.value.strip()), leaves))
        beside, around = _near(leaves, index, 1), _near(leaves, index, 2)
        if url is None or not (url.sure or _is_circleci(leaf, around)):
            continue
        if not is_postman and any(each.path[len(leaf.path) - 2] == "response" for each in around if len(leaf.path) > 1):
            continue  # a request beside its answer: the rule of a fake server
        always = url.endpoint is not Endpoint.JOB and str(leaf.path[-1]).lower() in _URLS
        if always or _posts(leaf, beside, around):
            branch = Value(url.branch) if url.branch is not None else None
            job = _job(beside) or _job(around)
            trigger = V1Trigger(url.endpoint, url.api_version, url.slug, branch, job=job, build_num=url.build_num)
            body = _body(beside) if len(beside) < _MANY and len(leaf.path) > 1 else None
            known = sent(trigger, body) if body is not None else None
            yield leaf, known or trigger, known is not None


def _body(beside: list[DataLeaf]) -> Body | None:
    """The body that stands beside an address, as a map or as one text in JSON; None for none, or several."""
    found = [body_of_json(list(template_of(leaf.value)), 0, 0) for leaf in beside if _JSON.match(leaf.value)]
    inside = [leaf for leaf in beside if leaf.path[-2:-1] == ("build_parameters",)]
    if inside:
        around = inside[0].path[:-2]
        parameters = tuple((str(leaf.path[-1]), Value(template_of(leaf.value))) for leaf in inside)
        others = (leaf for leaf in beside if leaf.path[:-1] == around and leaf.path[-1] in BESIDE)
        one = all(leaf.path[:-2] == around for leaf in inside) and all(name != "<<" for name, _ in parameters)
        members = tuple((str(leaf.path[-1]), Value(template_of(leaf.value))) for leaf in others)
        found.append(Body(0, 0, parameters if one else None, members))
    return found[0] if len(found) == 1 else None


def _is_circleci(leaf: DataLeaf, around: list[DataLeaf]) -> bool:
    """Whether an address whose root is a variable is one of CircleCI: by that variable's name, or by what is sent."""
    first = leaf.value.strip().partition("/project/")[0].lower()
    return "circle" in first or any("build_parameters" in (*each.path, each.value) for each in around)


def _with_known(template: Template, leaves: list[DataLeaf]) -> Template:
    """The template with the variable that it begins with, where one text of the same data is its value."""
    name = re.search(r"[A-Za-z_]\w*", template[0].source) if template and isinstance(template[0], Expansion) else None
    if name is None:
        return template
    found = {leaf.value for leaf in leaves if leaf.path and leaf.path[-1] == name[0]}
    address = next(iter(found)) if len(found) == 1 else ""
    return (Literal(address.rstrip("/")), *template[1:]) if address.startswith("http") else template


def _near(leaves: list[DataLeaf], index: int, depth: int) -> list[DataLeaf]:
    """The leaves, in order, below the map that is `depth` steps above one of them."""
    around = leaves[index].path[:-depth]
    first = last = index
    while index - first < _MANY and first > 0 and leaves[first - 1].path[: len(around)] == around:
        first -= 1
    while last - index < _MANY and last + 1 < len(leaves) and leaves[last + 1].path[: len(around)] == around:
        last += 1
    return leaves[first : last + 1]


def _posts(leaf: DataLeaf, beside: list[DataLeaf], around: list[DataLeaf]) -> bool:
    """By the method in the same map, or in the one around it; without any by the data."""
    for depth, near in ((1, beside), (2, around)):
        methods = [x for x in near if x.path[:-1] == leaf.path[:-depth] and str(x.path[-1]).lower() in _METHODS]
        if methods:
            return any(each.value.strip().upper() == "POST" for each in methods)
    near = beside if len(leaf.path) > 1 else []
    return any("build_parameters" in each.value or "build_parameters" in each.path for each in near)


def _job(leaves: Iterable[DataLeaf]) -> Value | None:
    for leaf in leaves:
        if leaf.path[-1] == "CIRCLE_JOB":
            return Value(template_of(leaf.value))
        if (job := job_in_text(leaf.value)) is not None:
            return job
    return None


def template_of(text: str) -> Template:
    """A text with the templates that services replace in it."""
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
