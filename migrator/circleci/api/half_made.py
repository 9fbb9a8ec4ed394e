"""Requests that are half moved to v2: they go to an address, or in a way, that neither API starts anything for.

Sources: API v1.1 reference; OpenAPI of v2, the paths below `/project/{project-slug}`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from migrator.circleci.api.v1_url import trigger_url
from migrator.circleci.api.v2_request import pipeline_url
from migrator.errors import Refusal
from migrator.model import source as written_as
from migrator.syntax.json import JsonObject
from migrator.syntax.text.templates import Marked, has_marks

if TYPE_CHECKING:
    from migrator.model import Template
    from migrator.syntax.request import HttpRequest

_PATH = re.compile(r"\A(?P<base>[^?#]*?)/api/(?P<version>v1|v1\.1|v2)/project/(?P<rest>[^?#]+)")
_PIPELINE = frozenset({"pipeline", "pipelines"})
_OF_V1 = frozenset({"tree", "build", "retry", "ssh"})
_FIELDS = frozenset({"branch", "tag", "parameters", "definition_id", "config", "checkout"})
RIGHT = "a pipeline is started by a POST to `/api/v2/project/gh/ORG/REPO/pipeline`"


def half_made(request: HttpRequest) -> str | None:
    """What is wrong with a request that only looks like one that starts a pipeline, in one sentence."""
    if len(request.urls) != 1 or request.unseen:
        return None
    url = request.urls[0]
    if pipeline_url(url) is not None:
        sent = not request.may_post and _says_what_to_start(request)
        return f"It is a {request.method}, which starts nothing: {RIGHT}." if sent else None
    if request.method != "POST" or not _is_none(url):
        return None
    address = written_as(url).partition("?")[0]
    return f"CircleCI has no address like `{address}`, and answers 404: {RIGHT}."


def _is_none(url: Template) -> bool:
    """Whether an address of CircleCI's is one that nothing is posted to."""
    text = Marked.of(url).text
    found = _PATH.match(text)
    if found is None or not ("circle" in found["base"].lower() or has_marks(found["base"])):
        return False
    segments = [each for each in re.split(r"/|%2[fF]", found["rest"]) if each]
    if found["version"] != "v2":
        ends = segments[-1] in _PIPELINE or segments[-2:] == ["pipeline", "run"]
        return ends and trigger_url(url) is None  # a branch, or a repository, may be called so
    if any(map(has_marks, segments[:3])) and len(segments) < 4:
        return False  # a variable may hold several parts
    tail = segments[3:]
    return segments[-1] in _PIPELINE or (bool(tail) and (tail[0] in _OF_V1 or tail[-1] in _OF_V1))


def _says_what_to_start(request: HttpRequest) -> bool:
    try:
        body = request.read()
    except Refusal:
        return '"parameters"' in request.code.replace("\\", "")
    if body is None or not isinstance(body.json, JsonObject):
        return False
    return any(written_as(name) in _FIELDS for name, _ in body.json.items)
