"""What the config of another project needs for a call, as YAML on one line, for a person who puts it there."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from migrator.circleci.api.v1_url import RERUNS
from migrator.circleci.runs import generated as names
from migrator.model import Endpoint, Variable, told, values

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    variables: list[Variable] = []
    for name in sendable(trigger):
        variables.append(Variable(name, names.parameter_name(name, taken)))
        taken.add(variables[-1].parameter)
        declared.append(f'{variables[-1].parameter}: {{type: string, default: ""}}')
    behind = ""
    if trigger.revision is not None:
        declared.append('revision: {type: string, default: ""}')
        behind = f", with `{_flow(names.checkout_revision_step('revision'))}` behind the `checkout` of the job"
    flows = (_workflow(name, selector, variables) for name in jobs)
    return f"`parameters: {{{', '.join(declared)}}}` and `workflows: {{{', '.join(flows)}}}`{behind}"


def _workflow(job: str, selector: str, variables: Sequence[Variable]) -> str:
    """The workflow; what is sent reaches the job as variables, by steps that do nothing where nothing is sent."""
    when = f"{{equal: [{_scalar(job)}, << pipeline.parameters.{selector} >>]}}"
    steps = ", ".join(_flow(names.optional_export_step(variable)) for variable in variables)
    entry = f"{{{_scalar(job)}: {{pre-steps: [{steps}]}}}}" if steps else _scalar(job)
    return f"{_scalar(f'run-{job}')}: {{when: {when}, jobs: [{entry}]}}"


def _flow(step: object) -> str:
    return json.dumps(step, ensure_ascii=False)


def _scalar(text: str) -> str:
    """A text as YAML reads it back."""
    return text if _PLAIN.match(text) and text.lower() not in _WORDS else json.dumps(text, ensure_ascii=False)
