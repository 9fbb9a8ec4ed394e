"""What a codemod hands over: a call, where it lives, and how to rewrite it.

Finding and rewriting stay separate functions.
`rewrite` returns edits only. What has to be said about a rewrite depends on the request that was planned and on the
options, so `remarks` takes the same arguments and returns the notes; both come from one plan of the payload.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from migrator.model import Call, Edit, Note, PipelineRequest, RerunRequest, Span
    from migrator.syntax.text.source import Region


@dataclass(frozen=True, slots=True)
class RewriteOptions:
    """How payloads are written: `splice` puts expansions into the JSON text, `jq` encodes every one of them exactly.

    `together` are the spans of all calls of the file that are rewritten in the same go, this one included: only then a
    variable that several of them share is edited where it is assigned. Left out, only the call itself counts.
    `endpoint` is the one that calls of this repository get; `definition` the id of its own pipeline definition.
    """

    json: Literal["splice", "jq"] = "splice"
    together: frozenset[Span] = frozenset()
    endpoint: Literal["pipeline", "pipeline-run"] = "pipeline"
    definition: str | None = None


def no_remarks(request: PipelineRequest, options: RewriteOptions) -> tuple[Note, ...]:  # noqa: ARG001 - one signature
    """Nothing to say about any rewrite."""
    return ()


@dataclass(frozen=True, slots=True)
class Found:
    """A call found in `region`. `rewrite` gives edits of the region's text and may raise Refusal.

    `runs` says that it can also write a request for `/pipeline/run`; `rerun` writes what replaces a rerun, in the same
    way, and is None where that cannot be written. `shared` is a stretch of the region's text that other calls go
    through too: what is edited there must be the same for all of them. `templated`: `<< … >>` in the region's text is
    CircleCI 2.1 template syntax.
    """

    call: Call
    region: Region
    rewrite: Callable[[PipelineRequest, RewriteOptions], tuple[Edit, ...]]
    remarks: Callable[[PipelineRequest, RewriteOptions], tuple[Note, ...]] = no_remarks
    runs: bool = False
    rerun: Callable[[RerunRequest, RewriteOptions], tuple[Edit, ...]] | None = None
    shared: Span | None = None
    templated: bool = False
