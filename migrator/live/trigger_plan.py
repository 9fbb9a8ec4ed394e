"""Plan one v2 trigger from the command line: the names of its parameters, and the body that says it."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from migrator.circleci.api.v2_request import MAX_PARAMETERS, MAX_VALUE
from migrator.circleci.plan.plan import IDLE, SELECTOR, carries
from migrator.circleci.runs import generated as names
from migrator.circleci.runs.config import as_mapping
from migrator.circleci.runs.generated import selects
from migrator.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from migrator.circleci.runs.config import ConfigView

LONGEST_NAME = 128
"""Parameters of one pipeline, and the characters of their names and values (API v2 reference)."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What to start: a job, or just a pipeline; on a branch, a tag or the default branch; with pairs NAME and VALUE."""

    job: str | None = None
    branch: str | None = None
    tag: str | None = None
    parameters: tuple[tuple[str, str], ...] = ()


def pairs(texts: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """`NAME=VALUE` in two, each name once. Raises UsageError."""
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError(f"--param {name or '='} has no value", hint="write --param NAME=VALUE")
        if name in found:
            raise UsageError(f"--param {name} is there twice", hint="leave one of them out")
        found[name] = value
    return tuple(found.items())


def parameters_of(wish: Wish, config: ConfigView | None) -> dict[str, str | int | bool]:
    """The pipeline parameters for the wish, in the names of the config, or by the rule that names them without one.

    Raises UsageError for what the config does not declare: v2 would refuse it, or run nothing.
    """
    sent: dict[str, str | int | bool] = {}
    if wish.job is not None:
        sent[_selector(wish.job, config)] = wish.job
    for name, value in wish.parameters:
        parameter = _declared(name, config) if config else _by_rule(name, sent)
        if parameter in sent:
            raise UsageError(f"two values would be sent as {parameter}", hint="leave --job or one --param out")
        sent[parameter] = _typed(parameter, value, config)
    for parameter, sent_value in sent.items():
        _check_limits(parameter, sent_value)
    if len(sent) > MAX_PARAMETERS:
        raise UsageError(f"v2 takes {MAX_PARAMETERS} parameters, not {len(sent)}", hint="put several values into one")
    return sent


def secrets(wish: Wish) -> Iterator[str]:
    """The names that speak of secrets: pipeline parameters are shown to everyone who sees the project."""
    return (name for name, _ in wish.parameters if names.is_secret(name))


def _selector(job: str, config: ConfigView | None) -> str:
    """The parameter that starts the job: the one that the generated workflow for it asks."""
    if config is None:
        return SELECTOR
    conditions = [as_mapping(body).get("when") for body in config.workflows.values()]
    for name in config.parameters:
        if selects(name, job) in conditions:
            return name
    startable = [
        choice for name in config.parameters for choice in _choices(config, name) if selects(name, choice) in conditions
    ]
    close = get_close_matches(job, startable, n=1)
    hint = f"did you mean {close[0]}?" if close else f"it starts {', '.join(startable)}" if startable else None
    raise UsageError(
        f"the config in this checkout has no workflow that starts the job {job} alone",
        hint=hint or "make one with `migrator apply --only config`, or send your own parameters with --param",
    )


def _choices(config: ConfigView, name: str) -> list[str]:
    choices = as_mapping(config.parameters.get(name)).get("enum")
    return [str(choice) for choice in choices if choice != IDLE] if isinstance(choices, list) else []


def _declared(name: str, config: ConfigView) -> str:
    """The parameter that carries a variable in the config, or that has the very name."""
    carriers = [parameter for parameter in config.parameters if carries(config, parameter, name)]
    if carriers or name in config.parameters:
        return carriers[0] if carriers else name
    close = get_close_matches(names.parameter_name(name, ()), list(config.parameters), n=1)
    raise UsageError(
        f"the config in this checkout declares no pipeline parameter for {name}, so v2 would refuse it",
        hint=f"did you mean {close[0]}?" if close else "declare it, merge that, and try again",
    )


def _by_rule(name: str, taken: Iterable[str]) -> str:
    """The name that the migration gives a build parameter; what is a parameter's name already stays as it is."""
    return name if name == name.lower() else names.parameter_name(name, tuple(taken))


def _typed(parameter: str, value: str, config: ConfigView | None) -> str | int | bool:
    """The value as the type that the config declares; v2 takes no text for a boolean or an integer."""
    declared = as_mapping(config.parameters.get(parameter)) if config else {}
    match declared.get("type"):
        case "boolean" if value in {"true", "false"}:
            return value == "true"
        case "integer" if value.removeprefix("-").isascii() and value.removeprefix("-").isdigit():
            return int(value)
        case "boolean" | "integer" as kind:
            wanted = "true or false" if kind == "boolean" else "a number"
            raise UsageError(f"{parameter} is declared as {kind}, and {value!r} is none", hint=f"give {wanted}")
        case "enum" if value not in (choices := _members(declared.get("enum"))):
            raise UsageError(f"{parameter} cannot be {value!r}", hint=f"it is one of {', '.join(choices)}")
    return value


def _members(choices: object) -> list[str]:
    return [str(choice) for choice in choices] if isinstance(choices, list) else []


def _check_limits(parameter: str, value: str | int | bool) -> None:
    if len(parameter) > LONGEST_NAME:
        raise UsageError(f"the parameter name {parameter[:20]}… is longer than {LONGEST_NAME} characters")
    if len(str(value)) > MAX_VALUE:
        raise UsageError(
            f"the value of {parameter} has {len(str(value))} characters, and v2 takes {MAX_VALUE}",
            hint="put it into a file of the repository, or into a project variable",
        )


def plain_body(wish: Wish, parameters: dict[str, str | int | bool]) -> dict[str, object]:
    """The body of `POST /project/{slug}/pipeline`."""
    return {**_ref(wish), **({"parameters": parameters} if parameters else {})}


def run_body(wish: Wish, parameters: dict[str, str | int | bool], definition: str | None) -> dict[str, object]:
    """The body of `POST /project/…/pipeline/run`: config and checkout are of the same ref (API v2 reference)."""
    ref = _ref(wish)
    return {
        **({"definition_id": definition} if definition else {}),
        **({"config": ref, "checkout": dict(ref)} if ref else {}),
        **({"parameters": parameters} if parameters else {}),
    }


def _ref(wish: Wish) -> dict[str, str]:
    if wish.tag is not None:
        return {"tag": wish.tag}
    return {} if wish.branch is None else {"branch": wish.branch}
