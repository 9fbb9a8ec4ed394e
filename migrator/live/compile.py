"""Ask CircleCI's own compiler: `POST /api/v3/configs/compile`, and what Server has in its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.circleci.compiler import EventKind
from migrator.circleci.runs.config import as_mapping
from migrator.errors import ApiError, ParseError
from migrator.live.client import path, plain

if TYPE_CHECKING:
    from migrator.circleci.compiler import Event
    from migrator.circleci.runs.config import Data
    from migrator.live.client import Client

_NOBODY = "00000000-0000-0000-0000-000000000001"
_NO_COMMIT = "0" * 40
_UNREADABLE = "update migrator: it does not know this answer of the compiler"


@dataclass(frozen=True, slots=True)
class Compiled:
    """What the compiler made of a config: the data of the compiled one, or None and what it complains about."""

    data: Data | None
    errors: tuple[str, ...] = ()


def compile_config(client: Client, text: str, event: Event, organization: str) -> Compiled:
    """Compile the config for an event; `organization` is an id, empty when not known. Raises AuthError and ApiError."""
    values = pipeline_values(event)
    if client.host.is_cloud:
        return _v3(client, text, event, values, organization)
    return _server(client, text, event, values, organization)


def pipeline_values(event: Event) -> dict[str, object]:
    """The pipeline values of an event, as the CLI makes them up for its own compilations; parameters are among them."""
    is_push = event.kind is EventKind.PUSH
    return {
        "pipeline.id": _NOBODY,
        "pipeline.number": 1,
        "pipeline.project.git_url": "",
        "pipeline.project.type": "github",
        "pipeline.git.branch": event.branch or "",
        "pipeline.git.branch.is_default": False,
        "pipeline.git.tag": event.tag or "",
        "pipeline.git.revision": _NO_COMMIT,
        "pipeline.git.base_revision": _NO_COMMIT if is_push else "",
        "pipeline.trigger_source": "webhook" if is_push else "api",
        "pipeline.trigger.type": "github_oauth" if is_push else "api",
        "pipeline.event.name": "push" if is_push else "api",
        "pipeline.schedule.name": "",
        "pipeline.schedule.id": "",
        **{f"pipeline.parameters.{name}": value for name, value in event.parameters.items()},
    }


def _v3(client: Client, text: str, event: Event, values: dict[str, object], organization: str) -> Compiled:
    """The endpoint refuses unknown members, and answers 200 to a config that is wrong (CircleCI CLI)."""
    attributes = {"config": text, "pipeline_parameters": dict(event.parameters), "pipeline_values": values}
    data: dict[str, object] = {"attributes": {name: value for name, value in attributes.items() if value}}
    if organization:
        data["references"] = {"org": {"id": organization}}
    match client.ask(path("v3", "configs", "compile"), {"data": data}):
        case {"data": {"attributes": {"outcome": "succeeded", "compiled_config": str(compiled)}}}:
            return Compiled(_read(compiled))
        case {"data": {"attributes": {"outcome": str()}}, **rest}:
            messages = as_mapping(rest.get("meta")).get("messages")
            return Compiled(None, _complaints(messages, "title"))
    raise ApiError("the compiler of CircleCI answered something else than a compilation", hint=_UNREADABLE)


def _server(client: Client, text: str, event: Event, values: dict[str, object], organization: str) -> Compiled:
    """What CircleCI's CLI used before v3."""
    options: dict[str, object] = {"pipeline_parameters": dict(event.parameters), "pipeline_values": values}
    if organization:
        options["owner_id"] = organization
    body = {"config_yaml": text, "options": {name: value for name, value in options.items() if value}}
    match client.ask(path("v2", "compile-config-with-defaults"), body):
        case {"valid": True, "output-yaml": str(compiled)}:
            return Compiled(_read(compiled))
        case {"valid": False, **rest}:
            return Compiled(None, _complaints(rest.get("errors"), "message"))
    raise ApiError("the compiler of CircleCI answered something else than a compilation", hint=_UNREADABLE)


def _complaints(messages: object, name: str) -> tuple[str, ...]:
    listed = messages if isinstance(messages, list) else []
    texts = (as_mapping(message).get(name) for message in listed)
    return tuple(plain(text) for text in texts if isinstance(text, str)) or ("it does not compile",)


def _read(compiled: str) -> Data:
    from migrator.syntax.yaml import load

    try:
        return as_mapping(load(compiled))
    except ParseError as error:
        raise ApiError(f"the compiled config cannot be read ({error.message})", hint=_UNREADABLE) from error
