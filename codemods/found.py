"""What a codemod hands over: a call, where it stands, and what writes the new call in its place.

Finding and rewriting stay separate: a `Writer` is asked only once the request is planned.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NoReturn, Protocol

from migrator.errors import Refusal
from migrator.model import Note, Severity, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from migrator.circleci.api.v2_request import V2Request
    from migrator.model import Call, Edit, PipelineRequest, RerunRequest
    from migrator.syntax.text.guards import Guard
    from migrator.syntax.text.source import Region


@dataclass(frozen=True, slots=True)
class RewriteOptions:
    """How payloads are written: `splice` puts expansions into the JSON text, `jq` encodes every one of them exactly.

    `together` are the spans of all calls of the file that are rewritten in the same go, this one included: only then a
    variable that several of them share is edited where it is assigned. Left out, only the call itself counts.
    `endpoint` is the one that calls of this repository get; `definition` the id of its own pipeline definition.
    `kept`: the payload is put into the call by a program around it, and is changed there.
    """

    json: Literal["splice", "jq"] = "splice"
    together: frozenset[Span] = frozenset()
    endpoint: Literal["pipeline", "pipeline-run"] = "pipeline"
    definition: str | None = None
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Rewrite:
    """What replaces a call: edits of its region's text, and what has to be said about them.

    `relied` pairs an edit of text that another call of the same go reads or goes through with the place in the region
    where it does: that call must make the edit too, or replace what stands there.
    """

    edits: tuple[Edit, ...]
    notes: tuple[Note, ...] = ()
    relied: tuple[tuple[Edit, Span], ...] = ()


class Writer(Protocol):
    """Writes what replaces one call, in the call's own language."""

    @property
    def runs(self) -> bool:
        """Whether it can write a request for `/pipeline/run` too."""

    def post(self, new: PipelineRequest, options: RewriteOptions) -> Rewrite:
        """Make the call start a pipeline. Raises Refusal."""

    def rerun(self, new: RerunRequest, options: RewriteOptions) -> Rewrite:
        """Make the call rerun a job. Raises Refusal."""


@dataclass(frozen=True, slots=True)
class Unwritten:
    """The writer of calls that are only reported: it refuses everything, with one reason."""

    code: str
    message: str
    runs: bool = False

    def post(self, new: PipelineRequest, options: RewriteOptions) -> Rewrite:  # noqa: ARG002 - one signature
        """Raises Refusal."""
        raise Refusal(self.code, self.message)

    def rerun(self, new: RerunRequest, options: RewriteOptions) -> Rewrite:  # noqa: ARG002 - one signature
        """Raises Refusal."""
        raise Refusal(self.code, self.message)


@dataclass(frozen=True, slots=True)
class ByHand:
    """The writer of calls that are understood, and that a person changes: it refuses with what is to be sent."""

    code: str
    advice: Callable[[PipelineRequest], str]
    runs: bool = False

    def post(self, new: PipelineRequest, options: RewriteOptions) -> Rewrite:  # noqa: ARG002 - one signature
        """Raises Refusal."""
        raise Refusal(self.code, self.advice(new))

    def advise(self, new: PipelineRequest) -> Note:
        """What the person is told."""
        return Note(self.code, Severity.ERROR, self.advice(new))

    def rerun(self, new: RerunRequest, options: RewriteOptions) -> Rewrite:  # noqa: ARG002 - one signature
        """Raises Refusal."""
        raise Refusal(self.code, "Reruns are not written in this language. Write the two requests by hand.")


def refuse_rerun() -> NoReturn:
    """Say that a rerun cannot be written here. Raises Refusal."""
    raise Refusal("rerun", "What looks a job up and reruns it cannot be written at this place. Write it by hand.")


@dataclass(frozen=True, slots=True)
class Found:
    """A call found in `region`, and what writes its replacement there.

    `shared` is a stretch of the region's text that other calls go through too: what is edited there must be the same
    for all of them. `templated`: `<< … >>` in the region's text is CircleCI 2.1 template syntax.
    """

    call: Call
    region: Region
    writer: Writer
    shared: Span | None = None
    templated: bool = False

    def spans(self) -> tuple[Span, ...]:
        """Where the call stands in the file's text, and the text that it shares with other calls."""
        if self.shared is None:
            return (self.call.span,)
        first, last = self.region.locate(self.shared.start), self.region.locate(self.shared.end - 1)
        return (self.call.span, Span(first, last + 1))


@dataclass(frozen=True, slots=True)
class V2Caller:
    """A call that starts a v2 pipeline, and where it stands.

    Lines and columns count from 1, the span is in characters of the file's text. `assigned` are all assignments of the
    program around it, by variable, as they are written; `guards` is what has to hold for it to be made, and
    `doubt` says why it may not be the call that it looks like. `slip` is what it sends that looks like a mistake.
    """

    path: str
    span: Span
    line: int
    column: int
    end_line: int
    request: V2Request
    assigned: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False)
    guards: tuple[Guard, ...] = field(default=(), compare=False)
    doubt: str = field(default="", compare=False)
    slip: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class V2Rerun:
    """A call that reruns a job through v2, and where it stands, with the subshell that looks its job up, if any.

    `span` is in characters of the text, lines and columns count from 1. `project` is the project of the job as written,
    `?` where that is not seen, and `fixed` says that it is the same in every run; `jobs`: it names the jobs; `ssh`:
    with SSH. Both are None for a body that is not clear.
    """

    path: str
    span: Span
    line: int
    column: int
    project: str
    jobs: bool | None
    ssh: bool | None
    fixed: bool = False
