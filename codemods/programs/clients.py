"""Triggers through client libraries of the v1.1 API, where the names leave no doubt.

Sources: the libraries' READMEs: Ruby `circleci` (mtchavez), Go `go-circleci` (jszwedko), JavaScript `circleci-api` and
`circleci`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.model import Endpoint, Expansion, Slug, Span, V1Trigger
from migrator.syntax.programs.program import TokenKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.programs.text import ProgramText


@dataclass(frozen=True, slots=True)
class ClientLibrary:
    """A library: what a program must hold to use it, and its methods that start or rerun builds."""

    sign: str
    methods: dict[str, Endpoint]


_CLIENTS = (
    ClientLibrary(
        "jszwedko/go-circleci",
        {
            "Build": Endpoint.JOB,
            "ParameterizedBuild": Endpoint.JOB,
            "BuildOpts": Endpoint.JOB,
            "BuildByProject": Endpoint.PIPELINE,
            "RetryBuild": Endpoint.RETRY,
        },
    ),
    ClientLibrary(
        "CircleCi",
        {
            "build_branch": Endpoint.JOB,
            "build": Endpoint.JOB,
            "retry": Endpoint.RETRY,
        },
    ),
    ClientLibrary(
        "circleci-api",
        {
            "triggerBuild": Endpoint.JOB,
            "triggerBuildFor": Endpoint.JOB,
            "retry": Endpoint.RETRY,
            "retryBuild": Endpoint.RETRY,
        },
    ),
    ClientLibrary("'circleci'", {"startBuild": Endpoint.JOB, "retryBuild": Endpoint.RETRY}),
    ClientLibrary('"circleci"', {"startBuild": Endpoint.JOB, "retryBuild": Endpoint.RETRY}),
)
_UNKNOWN = Slug((Expansion("?"),), (), ())
_COMMON = frozenset({"Build", "build", "retry"})


def client_calls(program: ProgramText) -> Iterator[tuple[Span, V1Trigger]]:
    """The calls of such methods, with where each stands."""
    for client in _CLIENTS:
        if client.sign in program.text and _is_used(program, client):
            yield from _calls(program, client)


def _is_used(program: ProgramText, client: ClientLibrary) -> bool:
    """Whether the sign stands in the code, and not only in a comment."""
    return any(client.sign.strip("'\"") in token.text for token in program.read)


def _calls(program: ProgramText, client: ClientLibrary) -> Iterator[tuple[Span, V1Trigger]]:
    read = program.read
    owners = _owners(program)
    for index in range(2, len(read)):
        token = read[index]
        if (
            token.kind is not TokenKind.WORD
            or token.text not in client.methods
            or read[index - 1].text not in {".", "::"}
        ):
            continue
        if read[index - 2].kind is TokenKind.WORD and read[index - 2].text in {"func", "def"}:
            continue
        if token.text in _COMMON and not _is_owned(program, index, owners):
            continue
        yield Span(token.start, token.end), V1Trigger(client.methods[token.text], "v1.1", _UNKNOWN)


def _owners(program: ProgramText) -> frozenset[str]:
    """The names that are assigned something of the library."""
    read = program.read
    found: set[str] = set()
    for index in range(1, len(read) - 1):
        if read[index].text in {"=", ":="} and read[index - 1].kind is TokenKind.WORD:
            behind = [token.text for token in read[index + 1 : index + 6]]
            if any(text in {"CircleCi", "circleci", "CircleCI"} for text in behind):
                found.add(read[index - 1].text)
    return frozenset(found)


def _is_owned(program: ProgramText, index: int, owners: frozenset[str]) -> bool:
    """Whether the method is called on the library, or on a name that holds something of it."""
    chain: list[str] = []
    at = index - 1
    while at >= 0 and index - at < 40:
        token = program.read[at]
        if token.text in {";", "=", ":=", "{", "}"} or token.text in {"def", "do", "end", "if", "then"}:
            break
        chain.append(token.text)
        at -= 1
    return any(word in owners or word in {"CircleCi", "circleci"} for word in chain[:12])
