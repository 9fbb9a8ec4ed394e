"""Calls and configs for tests of the domain, without files."""

from __future__ import annotations

from typing import Any

from migrator.circleci.plan.decide import Decision, decide
from migrator.circleci.runs.config import ConfigView
from migrator.model import Call, Endpoint, Expansion, Literal, Slug, Span, V1Trigger, Value
from migrator.syntax.yaml import load

OWN = ("github/acme/app",)


def value(text: str) -> Value:
    """`$X` is an expansion, anything else a literal."""
    return Value((Expansion(text, text[1:]),) if text.startswith("$") else (Literal(text),))


def call(
    job: str | None = "deploy",
    *,
    endpoint: Endpoint = Endpoint.JOB,
    project: str = "acme/app",
    parameters: dict[str, str] | None = None,
    **refs: str,
) -> Call:
    """A call of `project`; `refs` are branch, tag and revision."""
    organization, repository = project.split("/")
    slug = Slug((Literal("github"),), value(organization).template, value(repository).template)
    sent = tuple((name, value(text)) for name, text in (parameters or {}).items())
    given: dict[str, Any] = {name: value(text) for name, text in refs.items()}
    trigger = V1Trigger(endpoint, "v1.1", slug, job=value(job) if job else None, parameters=sent, **given)
    return Call("x.sh", Span(0, 1), 1, 1, 1, "shell", trigger)


def config(text: str) -> ConfigView:
    """A config from its text."""
    data = load(text)
    assert isinstance(data, dict)
    return ConfigView(data)


def decided(view: ConfigView, *calls: Call) -> list[Decision]:
    """The decisions about calls of the repository that holds the config."""
    return [decide(one, view, OWN) for one in calls]
