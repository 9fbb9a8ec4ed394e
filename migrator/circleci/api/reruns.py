"""Reruns: v1.1 ran one build again by its number, v2 runs jobs of a workflow again, by their ids.

OpenAPI: `GET /project/{slug}/job/{number}` has `latest_workflow.id` and `number`; `GET /workflow/{id}/job` lists jobs
with `id` and `job_number`, page by page (`next_page_token`, `page-token`); `POST /workflow/{id}/rerun` takes `jobs`, of
which an empty list or none would mean the whole workflow, and `enable_ssh`, and answers 202 with `workflow_id`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from migrator.circleci.api.v1_url import RERUNS
from migrator.model import Endpoint, Note, Proof, RerunRequest, Severity, Verdict
from migrator.syntax.text.templates import has_marks

if TYPE_CHECKING:
    from migrator.circleci.api.v1_url import TriggerUrl
    from migrator.model import V1Trigger

ANSWERED = ("workflow_id",)
"""What v2 answers to a rerun, with status 202."""

ANSWERED_TEXT = f"`{ANSWERED[0]}`"
"""The same for a sentence."""

_HOST = re.compile(r"\A(?:[A-Za-z][A-Za-z0-9+.-]*:/*)?(?:[^/?#@]*@)?(?P<host>[^/?#:]*)")
_CLOUD = frozenset({"circleci.com", "www.circleci.com", "app.circleci.com"})
_RESTS_ON = (
    "The rewrite rests on v2 running the job again in its workflow, alone, as v1.1 ran the build: whether jobs that "
    "require it run too, and whether a build that v1.1 started has a workflow, is not documented."
)


def rerun_for(trigger: V1Trigger) -> RerunRequest | None:
    """The rerun that does what the call asks for; None for a call that starts something new."""
    return RerunRequest(trigger.endpoint is Endpoint.SSH) if trigger.endpoint in RERUNS else None


def assumption() -> Note:
    """What every rewritten rerun rests on."""
    return Note("rerun-endpoint", Severity.WARNING, _RESTS_ON)


def server_note(url: TriggerUrl) -> Note | None:
    """On CircleCI Server, the endpoints have never been there (CircleCI docs: API v1 migration guide for Server)."""
    found = _HOST.match(url.url.text)
    host = found["host"].lower() if found else ""
    if url.endpoint not in RERUNS or not host or has_marks(host) or host in _CLOUD:
        return None
    message = (
        f"CircleCI Server has never had this endpoint: if {host} is one, the call failed, and its rewrite will not."
    )
    return Note("rerun-on-server", Severity.WARNING, message)


def rerun_proof(trigger: V1Trigger) -> Proof:
    """What can be told offline about a rewritten rerun: that it asks for the job; not what CircleCI makes of that."""
    detail = "the call looks its job up and asks v2 to run it again; what CircleCI runs then cannot be proved offline"
    return Proof(str(trigger.endpoint), Verdict.UNKNOWN, detail)
