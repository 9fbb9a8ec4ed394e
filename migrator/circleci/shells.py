"""Whether a job's steps run in bash: only bash reads `$BASH_ENV` (CircleCI docs: set-environment-variable)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.circleci.config import ConfigView, as_mapping

if TYPE_CHECKING:
    from migrator.circleci.config import Data

_SMALL_IMAGES = ("alpine", "busybox")


def without_bash(config: ConfigView, job: str) -> str | None:
    """Why the job's steps may not run in bash, in words, or None. CircleCI takes bash where the image has it."""
    body = as_mapping(config.jobs.get(job))
    shared = _executor(config, body)
    for shell in (body.get("shell", shared.get("shell")), *_step_shells(body)):
        if isinstance(shell, str) and "bash" not in shell:
            return f"its shell is {shell}"
    images = body.get("docker", shared.get("docker"))
    image = as_mapping(images[0]).get("image") if isinstance(images, list) and images else None
    if isinstance(image, str) and any(word in image for word in _SMALL_IMAGES):
        return f"the image {image} may not have it"
    return None


def _executor(config: ConfigView, body: Data) -> Data:
    executor = body.get("executor")
    name = executor if isinstance(executor, str) else as_mapping(executor).get("name")
    return as_mapping(as_mapping(config.data.get("executors")).get(str(name)))


def _step_shells(body: Data) -> list[object]:
    steps = body.get("steps")
    return [as_mapping(as_mapping(step).get("run")).get("shell") for step in steps] if isinstance(steps, list) else []
