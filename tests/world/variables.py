"""The environment of a job: where each variable comes from, and which say nothing about the migration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.circleci.compiler.steps import environment_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.world.records import Build

_OF_THE_SHELL = {"_", "SHLVL", "OLDPWD"}
"""What a shell sets by itself, and differently from run to run."""


def visible(build: Build, node: int) -> dict[str, str]:
    """CircleCI's built-in variables that must be the same in both worlds."""
    checkout, slug = build.checkout, build.project.slug
    job = build.job
    variables = {
        "CI": "true",
        "CIRCLECI": "true",
        "CIRCLE_JOB": job.name if job else "",
        "CIRCLE_NODE_INDEX": str(node),
        "CIRCLE_NODE_TOTAL": str(job.parallelism if job else 1),
        "CIRCLE_PROJECT_USERNAME": slug.organization,
        "CIRCLE_PROJECT_REPONAME": slug.repository,
        "CIRCLE_REPOSITORY_URL": f"git@{slug.provider}.com:{slug.organization}/{slug.repository}.git",
        "CIRCLE_SHA1": checkout.commit,
        "CIRCLE_USERNAME": "somebody",
    }
    refs = {"CIRCLE_BRANCH": checkout.branch, "CIRCLE_TAG": checkout.tag}
    return variables | {name: value for name, value in refs.items() if value is not None}


def volatile(build: Build) -> dict[str, str]:
    """Built-in variables that differ from build to build, or that v1.1 jobs do not have."""
    number = {"CIRCLE_BUILD_NUM": str(build.number), "CIRCLE_BUILD_URL": f"https://circleci.com/{build.number}"}
    if build.workflow is None:
        return number
    return number | {
        "CIRCLE_WORKFLOW_ID": build.workflow.id,
        "CIRCLE_WORKFLOW_JOB_ID": build.id,
        "CIRCLE_PIPELINE_ID": build.workflow.pipeline.id,
    }


def layered(build: Build, node: int, settings: Mapping[str, str], contexts: Mapping[str, str]) -> dict[str, str]:
    """The environment before the steps, weakest first. CircleCI docs: env-vars, inject-environment-variables-with-api.

    Build parameters override neither the config nor the project's settings; the `environment` of a job, and that of
    its primary container, override even the built-ins.
    """
    job = build.job
    return {
        **build.injected,
        **settings,
        **contexts,
        **volatile(build),
        **visible(build, node),
        **(_of_the_image(job.executor) if job else {}),
        **(job.environment if job else {}),
    }


def _of_the_image(executor: Mapping[str, object]) -> dict[str, str]:
    """What the config sets on the primary container."""
    match executor.get("docker"):
        case [{"environment": declared}, *_]:
            return environment_of(declared)
        case _:
            return {}


def telling(seen: Mapping[str, str], background: Mapping[str, str]) -> dict[str, str]:
    """What a shell saw without what the world itself had put there: a masked built-in stays, and is told."""
    return {name: value for name, value in seen.items() if name not in _OF_THE_SHELL and background.get(name) != value}
