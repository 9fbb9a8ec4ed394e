"""The request of v2 in the place of a call, for a person who writes it: what is not known stands in angle brackets.

Source: CircleCI API v2 reference, "Trigger a new pipeline", "Get job details", "Rerun a workflow" (2026).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from migrator.circleci.api.v1_url import RERUNS
from migrator.circleci.plan.decide import Decision, job_value
from migrator.circleci.plan.plan import SELECTOR, request_for
from migrator.circleci.plan.ready import assumed_plan
from migrator.model import Call, Endpoint, Literal, Span, Target, flatten, values

if TYPE_CHECKING:
    from migrator.model import Part, PipelineRequest, Slug, Template, V1Trigger

_ROOT = "https://circleci.com/api/v2"
_HOLE = re.compile(r"(?:\$?\{\{|[$#@%]?\{|\\\(|\$\()(.*?)(?:\}\}|\}|\))")  # `${x}`, `#{x}`, `\(x)`, `{x}`, `${{ x }}`
_SHORT = {"github": "gh", "bitbucket": "bb", "": "gh"}


def request_text(trigger: V1Trigger, request: PipelineRequest | None = None, *, is_open: bool = False) -> str:
    """The request in one clause; `request` has the names that the config has, else they are the usual ones.

    `is_open`: the call may send more build parameters than the trigger has.
    """
    project = _project(trigger.slug)
    if trigger.endpoint in RERUNS:
        return (
            f"get {_ROOT}/project/{project}/job/NUMBER, then POST {_ROOT}/workflow/ID/rerun with the ID that it names "
            "as latest_workflow."
        )
    body = json.dumps(_body(trigger, request or _usual(trigger), is_open=is_open), ensure_ascii=False)
    return (
        f"POST {body} to {_ROOT}/project/{project}/pipeline as `Content-Type: application/json`, with the token in the "
        "header `Circle-Token`, and expect status 201."
    )


def _usual(trigger: V1Trigger) -> PipelineRequest:
    """The request in the names that are chosen where nothing is taken."""
    call = Call("", Span(0, 0), 1, 1, 1, "", trigger)
    decision = Decision(call, Target.UNKNOWN, values(job_value(trigger).template) or (), ())
    return request_for(decision, assumed_plan((decision,)))


_OPEN = {"<each build parameter, in small letters>": "<its value>"}


def _body(trigger: V1Trigger, request: PipelineRequest, *, is_open: bool) -> dict[str, object]:
    body: dict[str, object] = {}
    if request.branch is not None:
        body["branch"] = told(request.branch.template)
    if request.tag is not None:
        body["tag"] = told(request.tag.template)
    parameters = {name: told(value.template) for name, value in request.parameters}
    if parameters and trigger.endpoint is Endpoint.JOB:
        named = {name: parameters[name] for name in sorted(parameters, key=lambda n: n != SELECTOR)}
        body["parameters"] = {**named, **(_OPEN if is_open else {})}
    return body


def told(template: Template) -> str:
    """Text to be read by a person: what is known only at run time stands in angle brackets."""
    return "".join(_told(part) for part in flatten(template))


def _told(part: Part) -> str:
    if isinstance(part, Literal):
        return part.text
    written = " ".join(part.source.split())
    inner = _HOLE.fullmatch(written)
    name = (inner[1] if inner else written).strip().lstrip("$*&@")
    return f"<{name}>"


def _project(slug: Slug) -> str:
    parts = [told(part) for part in (slug.vcs, slug.organization, slug.repository)]
    if parts[0] == "<?>":
        return "<PROJECT>"
    parts[0] = _SHORT.get(parts[0], parts[0])
    return "/".join(part for part in parts if part)
