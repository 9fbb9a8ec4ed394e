"""Find and rewrite calls of a text the way the planner does, with parameter names that are easy to compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.found import RewriteOptions
from codemods.shell.caller import find
from migrator.model import Endpoint, PipelineRequest, Severity, Value, literal, source, worst
from migrator.syntax.text.source import Source, VerbatimRegion, apply_edits

if TYPE_CHECKING:
    from typing import Literal

    from codemods.found import Found
    from migrator.model import Call, Edit, Note, Template, V1Trigger

API = "https://circleci.com/api/v1.1/project/github/acme/app"
NEW = "https://circleci.com/api/v2/project/gh/acme/app/pipeline"


def found(text: str, *, templated: bool = False) -> tuple[Found, ...]:
    """Every call of a shell text."""
    return find(Source("ci/deploy.sh", text), VerbatimRegion(text), templated=templated)


def only(text: str, *, templated: bool = False) -> Call:
    """The one call of a shell text."""
    (call,) = (each.call for each in found(text, templated=templated))
    return call


def codes(call: Call, *severities: Severity) -> list[str]:
    """The codes of the call's notes, of some severities only when given."""
    return [note.code for note in call.notes if not severities or note.severity in severities]


def written(template: Template | None) -> str | None:
    """A template as its author wrote it."""
    return None if template is None else source(template)


def summary(call: Call) -> dict[str, object]:
    """What a call asks for, as text, without what it leaves out."""
    trigger = call.trigger
    values = {"branch": trigger.branch, "tag": trigger.tag, "revision": trigger.revision, "job": trigger.job}
    said: dict[str, object] = {name: source(value.template) for name, value in values.items() if value is not None}
    said |= {"project": str(trigger.slug), "auth": trigger.auth.value}
    if trigger.endpoint is not Endpoint.JOB:
        said["endpoint"] = trigger.endpoint.value
    if trigger.parameters:
        said["parameters"] = {name: source(value.template) for name, value in trigger.parameters}
    return said


def request(trigger: V1Trigger) -> PipelineRequest:
    """A request that carries all of a trigger under names that are easy to compare."""
    branch = None if trigger.tag is not None else trigger.branch
    if trigger.endpoint is Endpoint.PIPELINE:
        return PipelineRequest(branch, trigger.tag)
    parameters = [("run_job", trigger.job or Value(literal("build")))]
    parameters += [(name.lower(), value) for name, value in trigger.parameters]
    if trigger.revision is not None:
        parameters.append(("revision", trigger.revision))
    return PipelineRequest(branch, trigger.tag, tuple(parameters))


def rewritten(text: str, *, json: Literal["splice", "jq"] = "splice", templated: bool = False) -> str:
    """The text with every call rewritten that has no error. Raises Refusal."""
    calls = [each for each in found(text, templated=templated) if worst(each.call.notes) is not Severity.ERROR]
    options = RewriteOptions(json, frozenset(each.call.span for each in calls))
    edits: list[Edit] = []
    for each in calls:
        edits += each.writer.post(request(each.call.trigger), options).edits
    return apply_edits(text, edits)


def remarks(text: str, *, json: Literal["splice", "jq"] = "splice", templated: bool = False) -> list[Note]:
    """What is said about the rewrites."""
    options = RewriteOptions(json)
    return [
        note
        for each in found(text, templated=templated)
        for note in each.writer.post(request(each.call.trigger), options).notes
    ]
