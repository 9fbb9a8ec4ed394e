"""What `POST …/pipeline/run` needs beyond `POST …/pipeline`: a definition, and a slug of three real segments.

OpenAPI: `POST /project/{provider}/{organization}/{project}/pipeline/run`; `github` as a provider is in the schema, and
has been seen refused, so that only `gh`, `bb` and `circleci` are written.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from migrator.circleci.api.v1_url import VCS
from migrator.errors import Refusal
from migrator.model import static

if TYPE_CHECKING:
    from migrator.model import PipelineRequest, V1Trigger


def for_run(request: PipelineRequest, trigger: V1Trigger, definition: str | None, *, writes: bool) -> PipelineRequest:
    """The request as one for `pipeline/run`. `writes`: the codemod can write it. Raises Refusal."""
    if not writes:
        message = "A call of this kind is only written for `/pipeline`: leave `--endpoint` as it is, or do it by hand."
        raise Refusal("endpoint-unsupported", message)
    if definition is None:
        message = "The pipeline definition of the project that the call starts is not known. Plan its checkout along."
        raise Refusal("definition-unknown", message)
    if trigger.slug.vcs and static(trigger.slug.vcs) not in VCS:
        message = "`/pipeline/run` takes `gh` and `bb` for certain, and the call names its provider only when it runs."
        raise Refusal("provider-unknown", message)
    return replace(request, definition=definition)
