"""Rename the step types that 2.1 no longer knows (CircleCI config SDK: 2.1 caveats)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.config.text.nodes import Config, Passed, job_steps
from migrator.syntax.yaml.change import set_text
from migrator.syntax.yaml.patch import patch

if TYPE_CHECKING:
    from migrator.model import ConfigPlan

_RENAMED = {"setup_docker_engine": "setup_remote_docker", "shell": "run"}


def rename_steps(text: str, plan: ConfigPlan) -> Passed:  # noqa: ARG001 - all passes have one signature
    """Give the old step types their present names, at their definitions."""
    config = Config(text)
    sites = [site for job in config.jobs.values() for site in job_steps(config, job) if site.name in _RENAMED]
    operations = {id(site.name_node): set_text(site.name_node, _RENAMED[site.name]) for site in sites}
    return Passed(patch(text, *operations.values()))
