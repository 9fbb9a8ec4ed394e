"""The words of version 2.1 configs, by the place where they stand.

Source: the JSON schema of CircleCI that check-jsonschema 0.39.0 ships, and the configuration reference (both read in
November 2026). A test reads the schema and says what it has gained. What is not in here is not known here: it is left
as it is, and is no reason to say that CircleCI refuses a config.
"""

from __future__ import annotations

_ALL = frozenset({"name", "when"})
_RUN = _ALL | {
    "auto_rerun_delay",
    "background",
    "command",
    "environment",
    "max_auto_reruns",
    "no_output_timeout",
    "path",
    "pwd",
    "shell",
    "teardown",
    "working_directory",
}

STEP_KEYS = {
    "add_ssh_keys": _ALL | {"fingerprints"},
    "attach_workspace": _ALL | {"at"},
    "checkout": _ALL | {"depth", "method", "path"},
    "deploy": _RUN,
    "install_signing_bundle": _ALL,
    "persist_to_workspace": _ALL | {"path", "paths", "root"},
    "restore_cache": _ALL | {"key", "keys"},
    "run": _RUN,
    "save_cache": _ALL | {"key", "paths"},
    "setup_remote_docker": _ALL
    | {"docker_layer_caching", "exclusive", "prefer_same_region", "resource_class", "reusable", "version"},
    "store_artifacts": _ALL | {"destination", "path"},
    "store_test_results": _ALL | {"path"},
    "with_tool_cache": frozenset({"steps", "tool"}),
}
"""The built-in steps, and what each may say."""

BUILT_IN = frozenset(STEP_KEYS)

IMAGE_KEYS = frozenset(
    {"auth", "aws_auth", "command", "entrypoint", "environment", "gcp_auth", "image", "name", "user"}
)
"""What a container of `docker` may say."""

MACHINES = ("docker", "machine", "macos", "windows", "resource_class")
EXECUTOR_KEYS = (*MACHINES, "shell", "working_directory", "environment")
"""What says where and how steps run, in a job or an executor."""

_BUILD_KEYS = frozenset({*EXECUTOR_KEYS, "circleci_ip_ranges", "executor", "parallelism", "retention", "steps"})
_OF_TYPE = {"build": _BUILD_KEYS, "release": {"plan_name", "validation"}, "lock": {"key"}, "unlock": {"key"}}
JOB_KEYS = frozenset({"branches", "description", "parameters", "type"}.union(*_OF_TYPE.values()))
"""What a job of any type may say; `branches` is left over from version 2."""

JOB_TYPES = frozenset({*_OF_TYPE, "approval", "no-op"})

WORKFLOW_KEYS = frozenset({"jobs", "max_auto_reruns", "triggers", "unless", "when"})
ENTRY_SETTINGS = ("serial-group", "override-with")
ENTRY_KEYS = frozenset(
    {"requires", "name", "context", "type", "filters", "matrix", "pre-steps", "post-steps", *ENTRY_SETTINGS}
)
"""What an entry of a workflow may say about a job, the job's own parameters aside."""

PARAMETER_KEYS = frozenset({"type", "default", "description", "enum"})
TOP_LEVEL = frozenset(
    {
        "commands",
        "display",
        "examples",
        "executors",
        "experimental",
        "functions",
        "job-groups",
        "jobs",
        "orbs",
        "parameters",
        "setup",
        "version",
        "workflows",
    }
)

PIPELINE_VALUES = tuple(
    f"pipeline.{name}"
    for name in (
        *("id", "number", "name", "in_setup", "integration_source", "trigger_source"),
        *("project.git_url", "project.id", "project.slug", "project.type", "schedule.id", "schedule.name"),
        *(
            "git.base_revision",
            "git.branch",
            "git.branch.is_default",
            "git.revision",
            "git.ssh_checkout_url",
            "git.tag",
        ),
        *("git.ssh_checkout_url", "git.repo_id", "git.repo_name", "git.repo_owner", "git.repo_url"),
    )
)
"""The pipeline values of the groups below (CircleCI docs: "Project values and variables", 2026; CircleCI CLI 1.0)."""

VALUE_GROUPS = frozenset({"pipeline", "pipeline.git", "pipeline.git.branch", "pipeline.project", "pipeline.schedule"})
"""The groups of which all values are known here; the others take what webhooks and triggers bring."""
