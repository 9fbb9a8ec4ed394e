"""URLs that a host hands to its shell texts as variables: `env:`, `variables:`, `environment:`, `ENV`, make's `export`.

The shell text alone says `curl -X POST "$URL"`, which could be any request. With the value in front it is read as what
it is; such a call is reported and never edited, because others may read the variable too.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.places.place import Host, read_only
from migrator.errors import ParseError
from migrator.syntax.programs.makefile import parse_makefile
from migrator.syntax.text.regions import Fixed, Joined

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.text.source import Source
    from migrator.syntax.yaml import Node

_API = "api/v1"
_NAME = re.compile(r"[A-Za-z_]\w*")
_VALUE = re.compile(r"[^\s\"'`\\]+")  # stands between double quotes as it is
_DOCKER = re.compile(r"^[ \t]*(?:ENV|ARG)[ \t]+(?P<name>[A-Za-z_]\w*)[ \t=]+[\"']?(?P<value>[^\s\"']+)", re.MULTILINE)
_MESSAGE = (
    "The URL is in the variable `{name}`, which is set outside of the command. Write it into the call, run this again."
)

_MAKE_SUFFIXES = frozenset({"", ".mk", ".make", ".am", ".in"})
_Given = tuple[str, str, int]


def with_variables(source: Source, hosts: tuple[Host, ...]) -> tuple[Host, ...]:
    """The texts, those with the variables in front that they use and do not set."""
    if _API not in source.text or not hosts:
        return hosts
    given = {name: (name, value, at) for name, value, at in _given(source) if _API in value and _VALUE.fullmatch(value)}
    return tuple(_with(host, list(given.values())) for host in hosts) if given else hosts


def _with(host: Host, given: list[_Given]) -> Host:
    text = host.region.text
    if "curl" not in text and "wget" not in text:
        return host
    used = [each for each in given if re.search(rf"\$\{{?{each[0]}\b", text) and not _sets(text, each[0])]
    if not used:
        return host
    parts = (*(Fixed(f'{name}="{value}"', at) for name, value, at in used), host.region)
    return replace(host, region=read_only(Joined(parts), "host-variable", _MESSAGE.format(name=used[0][0])))


def _sets(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w$]){name}=|\b(?:read|for)\b[^\n;]*\b{name}\b", text) is not None


def _given(source: Source) -> Iterator[_Given]:
    path = PurePosixPath(source.path)
    if path.suffix.lower() in {".yml", ".yaml"}:
        yield from _of_yaml(source.text)
    elif path.name.lower().startswith(("dockerfile", "containerfile")):
        for found in _DOCKER.finditer(source.text):
            yield found["name"], found["value"], found.start("value")
    elif path.suffix.lower() in _MAKE_SUFFIXES:
        for each in parse_makefile(source.text).assigned:
            yield each.name, each.value.strip(), each.start


def _of_yaml(text: str) -> Iterator[_Given]:
    """`NAME: value`, `- NAME=value`, and maps of `name` and `value`."""
    from migrator.syntax.yaml import NodeKind, get, parse
    from migrator.syntax.yaml.parse import documents

    for start, document in documents(text):
        try:
            root = parse(document)
        except ParseError:
            continue
        for node in root.walk():
            name, value = get(node, "name"), get(node, "value")
            pairs = [(key.value, each) for key, each in node.pairs]
            pairs += [(name.value, value)] if name is not None and value is not None else []
            for key, each in pairs:
                if each.kind is NodeKind.SCALAR and _NAME.fullmatch(key):
                    yield key, each.value, each.span.start + start
            for item in node.nodes:
                key, equals, rest = item.value.partition("=")
                if equals and _NAME.fullmatch(key):
                    yield key, rest.strip("\"'"), item.span.start + start


_ENVIRONMENTS = ("env", "environment", "variables")


def given_at(source: Source, at: int) -> dict[str, str]:
    """The variables that a host hands to what runs at a character of the file, with their values as written.

    In YAML those of every map around the place, the inner ones last; in a Dockerfile those above it; in a makefile all.
    """
    path = PurePosixPath(source.path)
    if path.suffix.lower() in {".yml", ".yaml"}:
        return _around(source.text, at)
    if path.name.lower().startswith(("dockerfile", "containerfile")):
        found = [each for each in _DOCKER.finditer(source.text) if each.start() < at]
        return {each["name"]: each["value"] for each in found}
    if path.suffix.lower() in {".mk", ".make"} or path.name.lower() in {"makefile", "gnumakefile"}:
        return {each.name: each.value.strip() for each in parse_makefile(source.text).assigned}
    return {}


def _around(text: str, at: int) -> dict[str, str]:
    from migrator.syntax.yaml import parse
    from migrator.syntax.yaml.parse import documents

    given: dict[str, str] = {}
    for start, document in documents(text):
        try:
            node: Node | None = parse(document)
        except ParseError:
            continue
        while node is not None and 0 <= at - start < len(document):
            given |= _of_map(node)
            below = (*(value for _, value in node.pairs), *node.nodes)
            node = next((each for each in below if each.start <= at - start < each.span.end), None)
    return given


def _of_map(node: Node) -> dict[str, str]:
    """What a map says under `env` and its like, and what it merges."""
    from migrator.syntax.yaml import get

    merged = [value.resolved() for key, value in node.pairs if key.value == "<<"]
    given = {name: text for each in merged for name, text in _of_map(each).items()}
    for key in _ENVIRONMENTS:
        value = get(node, key)
        for item in (value.resolved(), *value.resolved().nodes) if value is not None else ():
            name, text = get(item, "name"), get(item, "value")
            if name is not None and text is not None:
                given[name.value] = text.value
                continue
            given |= {each.value: held.resolved().value for each, held in item.pairs}
            if "=" in item.value:
                name_, _, text_ = item.value.partition("=")
                given[name_] = text_
    return given
