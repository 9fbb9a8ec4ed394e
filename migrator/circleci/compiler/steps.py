"""Expand steps: commands, `when`/`unless` steps, `steps` parameters, down to built-in steps; and read `environment:`.

CircleCI docs: reusing-config, "Authoring reusable commands" and "Defining conditional steps"; set-environment-variable:
a map, a list of `KEY=VALUE` or of maps, or a single `KEY=VALUE`. Values become text; what becomes of null and of whole
numbers with more than six digits is not sure, so such values stay unclear.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.circleci.compiler.calls import Frame, entered
from migrator.circleci.compiler.evaluate import decided, negated, truth
from migrator.circleci.compiler.expr import Expr, Unclear, render, shown, text_of
from migrator.circleci.compiler.logic import parse_statement
from migrator.circleci.compiler.model import CompileError, Step, UnknownError
from migrator.circleci.compiler.namespace import Definition, OpaqueDefinition, find
from migrator.circleci.compiler.template import settled
from migrator.circleci.compiler.vocabulary import BUILT_IN

if TYPE_CHECKING:
    from collections.abc import Mapping


EXPONENTIAL_FROM = 10**6


def environment_of(declared: object) -> dict[str, str]:
    """The variables as text. Raises CompileError."""
    match declared:
        case None | "":
            return {}
        case str() if "=" in declared:
            name, _, value = declared.partition("=")
            return {name: value}
        case list():
            merged: dict[str, str] = {}
            for item in declared:
                merged |= environment_of(item)
            return merged
        case dict():
            return {str(name): _text(str(name), value) for name, value in declared.items()}
    raise CompileError("environment: expected type: Mapping")


def merged_environment(*layers: object) -> dict[str, str]:
    """The variables of several declarations, the later ones on top."""
    merged: dict[str, str] = {}
    for layer in layers:
        merged |= environment_of(layer)
    return merged


def with_environment(settings: Mapping[str, object]) -> dict[str, object]:
    """Settings whose `environment`, if they have one, is in the one form of a map of texts."""
    if "environment" not in settings:
        return dict(settings)
    return {**settings, "environment": environment_of(settings["environment"])}


def _text(name: str, value: object) -> str:
    match value:
        case None:
            return shown(Unclear("null"))
        case int() if not isinstance(value, bool) and abs(value) >= EXPONENTIAL_FROM:
            return shown(Unclear(str(value)))
        case str() | bool() | int() | float():
            return text_of(value)
    if isinstance(value, Expr):
        return shown(value)
    raise CompileError(f"environment: value of {name} must be a string")


# CircleCI docs: config 2.0 read these as the steps they are synonyms of, and 2.1 no longer does.
_SYNONYMS = {"shell": "run", "setup_docker_engine": "setup_remote_docker"}
_SCRIPTS = ("run", "deploy")


def expand(steps: object, frame: Frame) -> tuple[Step, ...]:
    """The built-in steps that a list of steps comes to, in order. Raises CompileError and UnknownError."""
    if isinstance(steps, str):
        steps = frame.substitute(steps)
    match steps:
        case None:
            return ()
        case tuple():
            return steps  # the value of a `steps` parameter, expanded where it was written
        case list():
            return tuple(step for item in steps for step in _expand_one(item, frame))
        case dict():
            return _expand_one(steps, frame)
    if isinstance(steps, Expr):
        raise UnknownError(f"the steps {render(steps)} are not known")
    raise CompileError("steps: expected type: List")


def _expand_one(step: object, frame: Frame) -> tuple[Step, ...]:
    if isinstance(step, str):
        return _named(str(frame.substitute(step)), None, frame)
    if isinstance(step, dict) and len(step) == 1:
        name, body = next(iter(step.items()))
        return _of_one_key(str(frame.substitute(name)), body, frame)
    if isinstance(step, dict) and not frame.namespace.templated:
        return (Step("opaque", _settings(step)),)  # version 2 tolerates it; what it then does is not documented
    raise CompileError("Each step must be a string or a map with exactly one key")


def _of_one_key(name: str, body: object, frame: Frame) -> tuple[Step, ...]:
    if frame.namespace.templated:
        match name, body:
            case (("when" | "unless"), dict()):
                return _conditional(body, frame, opposite=name == "unless")
            case "steps", _:
                return expand(body, frame)
            case "with_tool_cache", {"steps": steps, **rest} if find(frame.namespace, "command", name) is None:
                return _around(name, arguments_of(rest), expand(steps, frame), frame)
    return _named(name, body, frame)


def _around(name: str, arguments: Mapping[str, object], inner: tuple[Step, ...], frame: Frame) -> tuple[Step, ...]:
    """Steps that a step holds, between marks of where it begins and ends."""
    settings = _settings(frame.substitute(dict(arguments)))
    return (Step(name, {**settings, "at": "start"}), *inner, Step(name, {**settings, "at": "end"}))


def _conditional(body: Mapping[str, object], frame: Frame, *, opposite: bool) -> tuple[Step, ...]:
    if "condition" not in body or "steps" not in body or len(body) > 2:
        raise CompileError("A conditional step takes a condition and steps")
    condition = truth(parse_statement(body["condition"]), frame.scope)
    if opposite:
        condition = negated(condition)
    if decided(condition) is False:
        if not isinstance(body["steps"], str):
            frame.substitute(body["steps"])  # an undeclared parameter is an error in steps that are left out, too
        return ()
    steps = expand(body["steps"], frame)
    if decided(condition) or not steps:
        return steps
    return (Step("when", {"condition": render(condition), "steps": steps}),)


def _named(name: str, arguments: object, frame: Frame) -> tuple[Step, ...]:
    if not frame.namespace.templated:
        return (_built_in(_SYNONYMS.get(name, name), arguments),)
    command = find(frame.namespace, "command", name)
    match command:
        # A command may bear a built-in step's name, and then uses that step inside.
        case Definition() if not (name in BUILT_IN and frame.is_inside(command)):
            return _call(command, arguments, frame)
        case OpaqueDefinition(orb, _):
            return (_opaque(orb, name, arguments, frame),)
    prefix = name.partition("/")[0]
    if name not in BUILT_IN and (name in _SYNONYMS or prefix in frame.namespace.orbs):
        raise CompileError(f"Cannot find a definition for command named {name}")
    reference = frame.namespace.functions.get(prefix)
    if reference is not None:
        return (Step("opaque", {"function": reference, "name": name, "arguments": _written(arguments, frame)}),)
    if name not in BUILT_IN:
        # A name that is not there, or a step that CircleCI has and that is not known here.
        return (Step("opaque", {"name": name, "arguments": _written(arguments, frame)}),)
    return (_built_in(name, frame.substitute(arguments)),)


def _call(command: Definition, arguments: object, frame: Frame) -> tuple[Step, ...]:
    if frame.is_inside(command):
        raise CompileError(f"Command '{command.name}' calls itself")
    try:
        return expand(command.body.get("steps"), entered(command, arguments_of(arguments), frame, expand))
    except CompileError as error:
        raise error.inside(f"Error calling command: '{command.name}'") from error


def arguments_of(arguments: object) -> dict[str, object]:
    """Arguments as they are written after a name: a map, or nothing. Raises CompileError."""
    match arguments:
        case None:
            return {}
        case dict():
            return {str(name): value for name, value in arguments.items()}
    raise CompileError("Arguments: expected type: Mapping")


def _opaque(orb: str, name: str, arguments: object, frame: Frame) -> Step:
    """A step of a registry orb."""
    return Step("opaque", {"orb": orb, "name": name, "arguments": _written(arguments, frame)})


def _written(arguments: object, frame: Frame) -> object:
    """The arguments of an opaque step: as they are written, but local commands among them are expanded."""
    return opaque_arguments(arguments, frame) if isinstance(arguments, dict) else settled(frame.substitute(arguments))


def opaque_arguments(arguments: Mapping[str, object], frame: Frame) -> dict[str, object]:
    """The arguments given to what is not known; a list that calls local commands is taken for steps."""
    return {str(name): _opaque_argument(value, frame) for name, value in arguments.items()}


def _opaque_argument(value: object, frame: Frame) -> object:
    if isinstance(value, list) and any(_calls_command(item, frame) for item in value):
        return expand(value, frame)
    return settled(frame.substitute(value))


def _calls_command(item: object, frame: Frame) -> bool:
    name = next(iter(item)) if isinstance(item, dict) and len(item) == 1 else item
    return isinstance(name, str) and isinstance(find(frame.namespace, "command", name), Definition)


def _built_in(name: str, arguments: object) -> Step:
    settings = _settings(arguments)
    if name not in BUILT_IN:
        return Step("opaque", {"name": name, "arguments": settings})
    if name in _SCRIPTS and "command" not in settings:
        raise CompileError(f"Step '{name}': required key [command] not found")
    return Step(name, settings)


def _settings(arguments: object) -> dict[str, object]:
    match arguments:
        case None:
            return {}
        case dict():
            known = settled(with_environment(arguments))
            assert isinstance(known, dict)
            return known
        case str():
            return {"command": arguments}
        case bool() | int() | float():
            return {"command": settled(Unclear(str(arguments)))}
    if isinstance(arguments, Expr):
        return {"command": settled(arguments)}
    raise CompileError("A step takes a string or a map")
