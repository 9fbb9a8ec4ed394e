"""What stands in the way of a build parameter: its name, its value, and what else sets a variable of that name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from migrator.circleci.api.v2_request import MAX_PARAMETERS, MAX_VALUE
from migrator.circleci.runs import generated as names
from migrator.circleci.runs.config import as_mapping
from migrator.model import Note, Severity, V1Trigger, Value, static
from migrator.template import shown, written_sources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.circleci.runs.config import ConfigView


_LONG = re.compile(
    r"(?:\$\(|`)\s*(?:cat|head|tail|sed|awk|curl|find|ls|grep|git\s+(?:log|show|diff|shortlog|ls-files|tag))\b|\$\(<"
    r"|\.read(?:_text|lines)?\(|check_output\(|getoutput\(|\.stdout\b|\.communicate\(|\.join\((?!\[)"
)  # text of files, logs, lists and other programs, which has any length

_PROSE = frozenset(
    {"BODY", "CHANGELOG", "CHANGES", "COMMENT", "DESCRIPTION", "MESSAGE", "MSG", "NOTES", "SUMMARY", "TEXT"}
)
"""Words of a name whose value people write at any length."""


def about_parameters(trigger: V1Trigger) -> Iterator[Note]:
    """What is to say about the names and values that a call sends, whatever job gets them."""
    for name, value in trigger.parameters:
        yield from _about_parameter(name, value)
    # The selector and the revision take a place each.
    number = len(trigger.parameters)
    if number > MAX_PARAMETERS - 2:
        yield _error("too-many-parameters", f"v2 takes {MAX_PARAMETERS} parameters; the call sends {number}.")


def _about_parameter(name: str, value: Value) -> Iterator[Note]:
    if not names.is_variable(name):
        yield _error("parameter-name", f"{name!r} is not a name that an environment variable can have.")
    elif names.is_platform_variable(name):
        yield _error("platform-variable", f"CircleCI sets {name} itself. Send the value under another name.")
    elif names.is_secret(name):
        yield _error(
            "secret-parameter",
            f"{name} looks like a secret, and pipeline parameters are shown in the web app and the API. Put it into a "
            "context or the project's settings and remove it from the call.",
        )
    else:
        yield from _about_shell(name)
    text = static(value.template)
    if text is not None and len(text) > MAX_VALUE:
        yield _error("value-too-long", f"{name} is {len(text)} characters long; v2 takes {MAX_VALUE}.")
    sources = [shown(text) for text in written_sources(value.template)]
    is_prose = not _PROSE.isdisjoint(name.upper().split("_"))
    if long := next((text for text in sources if is_prose or _LONG.search(text)), None):
        message = f"{name} is what `{long}` gives; v2 refuses the call when that is longer than {MAX_VALUE}."
        yield Note("value-length", Severity.INFO, message)


def _about_shell(name: str) -> Iterator[Note]:
    """Nothing that is set is overridden; what v1.1 made of variables that shell or image set is not documented."""
    if names.set_by_shell(name):
        yield _warning(
            "shell-sets-variable", f"Every shell has a {name} of its own, which stays: what is sent is lost."
        )
    elif names.set_by_image(name):
        message = f"Images often set {name}: where the job's does, that value stays, and what is sent is lost."
        yield _warning("image-sets-variable", message)


def about_environment(trigger: V1Trigger, jobs: tuple[str, ...], config: ConfigView) -> Iterator[Note]:
    """What is to say about variables that the config itself sets for a job."""
    for name, _ in trigger.parameters:
        setting = [job for job in jobs if name in config.environment_of(job) and not _is_handed_on(config, job, name)]
        if setting:
            yield _warning(
                "config-sets-variable",
                f"The config itself sets {name} for {', '.join(setting)}. CircleCI documents that this value wins over "
                "the one that a call sends; the rewrite keeps it so.",
            )


_CARRIED = re.compile(r"<<\s*pipeline\.parameters\.([a-z][a-z0-9_]*)\s*>>\Z")


def _is_handed_on(config: ConfigView, job: str, variable: str) -> bool:
    """Whether the job's environment says that the variable is a pipeline parameter, as an earlier run writes it."""
    environment = as_mapping(as_mapping(config.jobs.get(job)).get("environment"))
    found = _CARRIED.match(str(environment.get(variable, "")))
    declared = as_mapping(config.parameters.get(found[1])) if found else {}
    return declared.get("type") == "string" and declared.get("default") == ""


def _error(code: str, message: str) -> Note:
    return Note(code, Severity.ERROR, message)


def _warning(code: str, message: str) -> Note:
    return Note(code, Severity.WARNING, message)
