"""One request that starts a v2 pipeline: what it asks for, free of how it is written.

OpenAPI: `POST /project/{project-slug}/pipeline`; without `Content-Type: application/json` the body is ignored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from migrator.model import Value

if TYPE_CHECKING:
    from migrator.model import Slug, Template


ANSWERED = ("id", "number", "state", "created_at")
"""What v2 answers to a new pipeline, with status 201 (CircleCI API v2 reference, "Trigger a new pipeline", 2026)."""

REFUSED = ("message",)
"""What it answers where it refuses."""

ANSWERED_TEXT = f"{', '.join(f'`{name}`' for name in ANSWERED[:-1])} and `{ANSWERED[-1]}`"
"""The same for a sentence."""


MAX_VALUE = 512
MAX_PARAMETERS = 100
"""Limits of v2 pipeline parameters: characters a value, parameters a pipeline (OpenAPI; docs: pipeline-variables)."""


def v2_branch(name: str) -> str:
    """A branch of v1.1 as v2 calls it: v1.1 calls a pull request `pull/12`, v2 `pull/12/head`.

    Source: OpenAPI of v2, "Trigger a new pipeline" (2026).
    """
    match name.split("/"):
        case ["pull", number] if number.isdigit():
            return f"{name}/head"
    return name


@dataclass(frozen=True, slots=True)
class Bare:
    """A value that stands in the JSON without quotes around it: only the run shows what it is.

    `types` are the types that it can have, as JSON calls them, where the program tells; none where it does not.
    """

    template: Template
    types: frozenset[str] = frozenset()


Parameter: TypeAlias = Value | Bare | bool | int
"""What is sent for a pipeline parameter."""


@dataclass(frozen=True, slots=True)
class V2Request:
    """The project, a branch or a tag or neither, and the parameters in order.

    `is_json` says whether the request declares its body to be JSON; None when that cannot be seen. `problem` says in
    one sentence why the body cannot be read, or would be refused; the rest says nothing unless it `is_read`. `optional`
    names the parameters that the call sends only sometimes; None when that was not looked at.
    """

    slug: Slug
    branch: Value | None = None
    tag: Value | None = None
    parameters: tuple[tuple[str, Parameter], ...] = ()
    is_json: bool | None = True
    problem: str = ""
    optional: frozenset[str] | None = None
    is_read: bool = True
