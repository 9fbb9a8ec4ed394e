"""The values that flow through the tool: spans, templates, calls, requests, plans. No behaviour beyond reading them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Endpoint(StrEnum):
    """What a v1/v1.1 request starts."""

    JOB = "job"
    PIPELINE = "pipeline"
    RETRY = "retry"
    SSH = "ssh"


class Auth(StrEnum):
    """How a call shows its token."""

    BASIC = "basic"
    HEADER = "header"
    QUERY = "query"
    USERINFO = "userinfo"
    NONE = "none"


class Target(StrEnum):
    """Which project a call starts something in, seen from the repository that holds the call."""

    THIS = "this"
    OTHER = "other"
    UNKNOWN = "unknown"


class Status(StrEnum):
    """What the tool would do with a call."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    MANUAL = "manual"
    IGNORED = "ignored"


class Severity(StrEnum):
    """How much a note matters: an `error` makes a call manual, a `warning` makes it unsafe, an `info` neither."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of characters of one text."""

    start: int
    end: int

    def __contains__(self, index: int) -> bool:
        """Whether `index` lies in the range."""
        return self.start <= index < self.end

    def overlaps(self, other: Span) -> bool:
        """Whether the two ranges share a character."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """The replacement of one span of the original text; an empty span inserts."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something said about a call: a stable code, and one sentence for the person who reads it."""

    code: str
    severity: Severity
    message: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Literal:
    """Text that is the same in every run. `span` is where it stands, when it stands there character by character."""

    text: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Expansion:
    """Text that is known only at run time.

    `source` is the expansion as written (`$X`, `${X:-y}`, `$(date)`, `<< parameters.x >>`, a Python expression);
    `name` the variable, when the source reads one variable and nothing else; `resolved` its value as a template, when it
    is assigned exactly once; `values` every value it can take, when those are known (a loop over literal words).
    """

    source: str
    name: str | None = None
    span: Span | None = None
    resolved: Template | None = None
    values: tuple[str, ...] | None = None


Part = Literal | Expansion
Template = tuple[Part, ...]


def literal(text: str) -> Template:
    """The template of a text without expansions."""
    return (Literal(text),)


def flatten(template: Template) -> Template:
    """The template with every expansion that is assigned once replaced by what is assigned, to the bottom."""
    return tuple(_flat_parts(template))


def _flat_parts(template: Template) -> Iterator[Part]:
    for part in template:
        if isinstance(part, Expansion) and part.resolved is not None:
            yield from _flat_parts(part.resolved)
        else:
            yield part


def values(template: Template) -> tuple[str, ...] | None:
    """Every text that the template can become, in order and without repeats, or None when that is not known.

    An expansion that occurs twice takes the same value in both places.
    """
    parts = flatten(template)
    choices: dict[str, tuple[str, ...]] = {}
    for part in parts:
        if isinstance(part, Expansion):
            if part.values is None:
                return None
            choices[part.source] = part.values
    texts: dict[str, None] = {}
    for chosen in product(*choices.values()):
        binding = dict(zip(choices, chosen, strict=True))
        texts["".join(p.text if isinstance(p, Literal) else binding[p.source] for p in parts)] = None
    return tuple(texts)


def static(template: Template) -> str | None:
    """The one text that the template always becomes, or None."""
    known = values(template)
    return known[0] if known is not None and len(known) == 1 else None


def source(template: Template) -> str:
    """The template as its author wrote it: literals verbatim, expansions as their source."""
    return "".join(part.text if isinstance(part, Literal) else part.source for part in template)


@dataclass(frozen=True, slots=True)
class Value:
    """A value that a request carries. `exact`: the original call encoded it for every text it can become."""

    template: Template
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Slug:
    """A project as v1.1 spells it in a path; `vcs` is empty for v1, which knows GitHub only."""

    vcs: Template
    organization: Template
    repository: Template

    def __str__(self) -> str:
        """The slug as written, with `github` where v1 leaves it out."""
        parts = (self.vcs or literal("github"), self.organization, self.repository)
        return "/".join(source(part) for part in parts)


@dataclass(frozen=True, slots=True)
class V1Trigger:
    """One v1/v1.1 request that starts or reruns builds: what it asks for, free of how it is written.

    `job` is None where the call names none: v1.1 then runs the job called `build`.
    `build_num` is set for `retry` and `ssh` only.
    """

    endpoint: Endpoint
    api_version: str
    slug: Slug
    branch: Value | None = None
    tag: Value | None = None
    revision: Value | None = None
    job: Value | None = None
    parameters: tuple[tuple[str, Value], ...] = ()
    auth: Auth = Auth.NONE
    build_num: Template | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A v1/v1.1 trigger found in a file. Lines and columns count from 1; `span` is in characters of the file's text."""

    path: str
    span: Span
    line: int
    column: int
    end_line: int
    codemod: str
    trigger: V1Trigger
    notes: tuple[Note, ...] = ()
    reply_fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PipelineRequest:
    """The body of `POST /api/v2/project/{slug}/pipeline`: a branch or a tag or neither, and the parameters in order."""

    branch: Value | None = None
    tag: Value | None = None
    parameters: tuple[tuple[str, Value], ...] = ()


class Presence(StrEnum):
    """Whether the callers of a job send a thing."""

    NEVER = "never"
    SOMETIMES = "sometimes"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Variable:
    """A build parameter: the environment variable that the job sees, and the pipeline parameter that carries it."""

    name: str
    parameter: str


@dataclass(frozen=True, slots=True)
class JobPlan:
    """How one job is started through the API.

    `job` is its key under `jobs:`; `workflow` the generated workflow's name; `always` the variables that every call
    that can start the job sends, `sometimes` the others; `in_environment` says that only callers start the job, so that
    `always` may stand in its `environment:`; `tags` that a call starts it on a tag.
    """

    job: str
    workflow: str
    always: tuple[Variable, ...] = ()
    sometimes: tuple[Variable, ...] = ()
    in_environment: bool = False
    revision: Presence = Presence.NEVER
    tags: bool = False


@dataclass(frozen=True, slots=True)
class ConfigPlan:
    """What a config must get: the selector enum (`idle` first and default), the string parameters, the jobs.

    `revision` is the name of the parameter that carries a commit, when a caller sends one.
    """

    selector: str
    idle: str
    jobs: tuple[JobPlan, ...]
    parameters: tuple[str, ...] = ()
    revision: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One file before and after, as bytes."""

    path: str
    before: bytes
    after: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """A call with the decision about it. `written` says that the planned changes hold its rewrite."""

    call: Call
    status: Status
    target: Target
    notes: tuple[Note, ...]
    written: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that may hold calls and could not be read or parsed."""

    path: str
    line: int
    note: Note


@dataclass(frozen=True, slots=True)
class Report:
    """All that one run found out about one root, before anything is written."""

    root: str
    files_searched: int
    outcomes: tuple[Outcome, ...] = ()
    problems: tuple[Problem, ...] = ()
    changes: tuple[Change, ...] = field(default=())


def worst(notes: Iterable[Note]) -> Severity:
    """The gravest severity among the notes; `info` when there are none."""
    severities = {note.severity for note in notes}
    if Severity.ERROR in severities:
        return Severity.ERROR
    return Severity.WARNING if Severity.WARNING in severities else Severity.INFO
