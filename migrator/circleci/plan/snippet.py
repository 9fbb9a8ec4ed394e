"""What the config of another project needs for a call, as YAML on one line, for a person who puts it there."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from migrator.circleci.api.v1_url import RERUNS
from migrator.circleci.runs import generated as names
from migrator.model import Endpoint, told, values

if TYPE_CHECKING:
    from migrator.model import Template, V1Trigger

_PLAIN = re.compile(r"[A-Za-z_][\w-]*\Z")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def sendable(trigger: V1Trigger) -> tuple[str, ...]:
    """The build parameters that a pipeline parameter may carry, each once."""
    fit = (name for name, _ in trigger.parameters if names.is_variable(name) and not names.is_platform_variable(name))
    return tuple(dict.fromkeys(name for name in fit if not names.is_secret(name)))


def config_snippet(trigger: V1Trigger, job: Template, selector: str = "run_job", idle: str = "none") -> str:
    """Parameters and workflows that run the job for the call, and nothing else of the config; empty for no job."""
    if trigger.endpoint is not Endpoint.JOB or trigger.endpoint in RERUNS:
        return ""
    jobs = values(job) or (f"<{told(job).strip('${}')}>",)
    taken = {selector, "revision"}
    declared = [f"{selector}: {{type: enum, enum: [{', '.join(map(_scalar, (idle, *jobs)))}], default: {idle}}}"]
    for name in sendable(trigger):
        parameter = names.parameter_name(name, taken)
        taken.add(parameter)
        declared.append(f'{parameter}: {{type: string, default: ""}}')
    if trigger.revision is not None:
        declared.append('revision: {type: string, default: ""}')
    flows = (_workflow(name, selector) for name in jobs)
    return f"`parameters: {{{', '.join(declared)}}}` and `workflows: {{{', '.join(flows)}}}`"


def _workflow(job: str, selector: str) -> str:
    when = f"{{equal: [{_scalar(job)}, << pipeline.parameters.{selector} >>]}}"
    return f"{_scalar(f'run-{job}')}: {{when: {when}, jobs: [{_scalar(job)}]}}"


def _scalar(text: str) -> str:
    """A text as YAML reads it back."""
    return text if _PLAIN.match(text) and text.lower() not in _WORDS else json.dumps(text, ensure_ascii=False)
