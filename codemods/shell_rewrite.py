"""Rewrite one trigger of a shell text: URL, data, content type, and a token that sat in the URL."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codemods.found import RewriteOptions
    from codemods.shell_sighting import Sighting
    from migrator.model import Edit, Note, PipelineRequest
    from migrator.syntax.shell import Script


def rewrite(
    script: Script, sighting: Sighting, request: PipelineRequest, options: RewriteOptions
) -> tuple[Edit, ...]:
    """The edits of the region's text that make the call send `request` to v2. Raises Refusal."""
    raise NotImplementedError


def remarks(
    script: Script, sighting: Sighting, request: PipelineRequest, options: RewriteOptions
) -> tuple[Note, ...]:
    """What has to be said about that rewrite."""
    return ()
