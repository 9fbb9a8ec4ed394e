"""The values that flow through the tool: spans, templates, calls, requests, plans. No behaviour beyond reading them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from migrator.template import Expansion as Expansion
from migrator.template import Literal as Literal
from migrator.template import Part as Part
from migrator.template import Span as Span
from migrator.template import Template as Template
from migrator.template import flatten as flatten
from migrator.template import literal as literal
from migrator.template import source as source
from migrator.template import static as static
from migrator.template import told as told
from migrator.template import values as values

if TYPE_CHECKING:
    from collections.abc import Iterable


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


@dataclass(frozen=True, slots=True)
class Objection:
    """What makes v2 refuse a request or ignore a part of it, in one sentence; `sure`: for certain."""

    text: str
    sure: bool = True
    encoded: bool = False


@dataclass(frozen=True, slots=True)
class ShownToken:
    """How a request shows its token; `auth` is None when that cannot be seen.

    `template` is the token, empty when it cannot be seen. `faults` say what keeps CircleCI from taking it.
    """

    auth: Auth | None = None
    template: Template = ()
    faults: tuple[Objection, ...] = ()


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
class Value:
    """A value that a request carries. `exact`: the original call encoded it for every text it can become."""

    template: Template
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Slug:
    """A project as v1.1 spells it in a path; `vcs` is empty for v1, which knows GitHub only.

    Where one variable holds several parts, it stands in the first of them and the others are empty.
    """

    vcs: Template
    organization: Template
    repository: Template

    def __str__(self) -> str:
        """The slug as written, with `github` where v1 leaves it out."""
        parts = (self.vcs or literal("github"), self.organization, self.repository)
        return "/".join(source(part) for part in parts if part)

    def told(self) -> str:
        """The slug for a sentence: with the values of variables that always have the same one."""
        parts = (self.vcs or literal("github"), self.organization, self.repository)
        return "/".join(told(part) for part in parts if part)


@dataclass(frozen=True, slots=True)
class V1Trigger:
    """One v1/v1.1 request that starts or reruns builds: what it asks for, free of how it is written.

    `job` is None where the call names none: v1.1 then runs the job called `build`.
    `build_num` is set for `retry` and `ssh` only; `optional` names build parameters that the call sends only sometimes.
    `token` is how the call shows its token, where that was looked at closely, and `objections` say what else is wrong
    with the request for either API. `filled` is what it sends that only the run shows and that is never empty,
    `host` the host that it goes to, empty where only the run shows that.
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
    optional: frozenset[str] = frozenset()
    token: ShownToken | None = field(default=None, compare=False, repr=False)
    objections: tuple[Objection, ...] = field(default=(), compare=False, repr=False)
    filled: frozenset[str] = field(default=frozenset(), compare=False, repr=False)
    host: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class GivenProject:
    """A place that runs a script and gives it a project as an argument: `organization/repository`, or what it says."""

    path: str
    line: int
    project: str


@dataclass(frozen=True, slots=True)
class Call:
    """A v1/v1.1 trigger found in a file. Lines and columns count from 1; `span` is in characters of the file's text.

    `given` are places of other files that run the script and say in its arguments which project to start. `unread`: it
    may send more than the trigger says.
    """

    path: str
    span: Span
    line: int
    column: int
    end_line: int
    codemod: str
    trigger: V1Trigger
    notes: tuple[Note, ...] = ()
    reply_fields: tuple[str, ...] = ()
    given: tuple[GivenProject, ...] = ()
    unread: bool = False


@dataclass(frozen=True, slots=True)
class ParameterNames:
    """Which pipeline parameter carries what: `selector` the job, `revision` a commit.

    `variables` are pairs of a build parameter and the pipeline parameter that carries it.
    """

    selector: str | None = None
    variables: tuple[tuple[str, str], ...] = ()
    revision: str | None = None

    def carrier(self, variable: str) -> str | None:
        """The pipeline parameter that carries a build parameter; None for one that the call does not send."""
        return dict(self.variables).get(variable)


@dataclass(frozen=True, slots=True)
class PipelineRequest:
    """The body of `POST /api/v2/project/{slug}/pipeline`: a branch or a tag or neither, and the parameters in order.

    `names` says what each parameter carries. With a `definition`, the id of a pipeline definition, it is one of
    `POST …/pipeline/run`.
    """

    branch: Value | None = None
    tag: Value | None = None
    parameters: tuple[tuple[str, Value], ...] = ()
    definition: str | None = None
    names: ParameterNames = ParameterNames()


@dataclass(frozen=True, slots=True)
class RerunRequest:
    """The body of `POST /api/v2/workflow/{id}/rerun` for one job, which is looked up by its number; `ssh`: with SSH."""

    ssh: bool = False


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

    `revision` is the name of the parameter that carries a commit, when a caller sends one. `served`: somebody has given
    the config all of it already, in whatever form, so that it stays as it is.
    """

    selector: str
    idle: str
    jobs: tuple[JobPlan, ...]
    parameters: tuple[str, ...] = ()
    revision: str | None = None
    served: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One file before and after, as bytes."""

    path: str
    before: bytes
    after: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """A call with the decision about it. `written` says that the planned changes hold its rewrite.

    `project` is the project that it starts something in, canonically spelled, where that is known.
    """

    call: Call
    status: Status
    target: Target
    notes: tuple[Note, ...]
    written: bool = False
    proofs: tuple[Proof, ...] = ()
    project: str | None = None


class Verdict(StrEnum):
    """What a comparison of the old and the new world says."""

    PROVED = "proved"
    DIFFERS = "differs"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Proof:
    """One comparison: what was compared, the verdict, and for any other verdict than `proved` what or why.

    `claim` is what `proved` stands for, as a clause.
    """

    subject: str
    verdict: Verdict
    detail: str = ""
    claim: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that may hold calls and could not be read or parsed."""

    path: str
    line: int
    note: Note


@dataclass(frozen=True, slots=True)
class Report:
    """All that one run found out about one root, before anything is written.

    `ordinary` are the proofs about everything that runs without the migrated calls: pushes, tags, schedules. `remarks`
    are nobody's work: comments that hide nothing, calls that text only shows. `elsewhere`: the calls stand in files
    that are not here; they are planned for and stay as they are, and `written` says that the config has what they need.
    `kept` says why a config of version 2 that was to move to 2.1 by itself stays as it is.
    """

    root: str
    files_searched: int
    outcomes: tuple[Outcome, ...] = ()
    problems: tuple[Problem, ...] = ()
    changes: tuple[Change, ...] = ()
    ordinary: tuple[Proof, ...] = ()
    remarks: tuple[Problem, ...] = ()
    elsewhere: bool = False
    kept: str = ""


def worst(notes: Iterable[Note]) -> Severity:
    """The gravest severity among the notes; `info` when there are none."""
    severities = {note.severity for note in notes}
    if Severity.ERROR in severities:
        return Severity.ERROR
    return Severity.WARNING if Severity.WARNING in severities else Severity.INFO
