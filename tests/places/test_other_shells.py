"""Text that another kind of shell runs is found, and never rewritten as if it were a POSIX shell's."""

from __future__ import annotations

import pytest

from codemods import find_calls
from codemods.found import RewriteOptions
from migrator.errors import Refusal
from migrator.model import Edit, PipelineRequest, Span
from migrator.syntax.text.source import Source

CALL = "curl -u tok -d build_parameters[CIRCLE_JOB]=deploy https://circleci.com/api/v1.1/project/github/acme/app"
GITHUB = ".github/workflows/x.yml"
CONFIG = ".circleci/config.yml"
OTHER = {
    "a Windows image": ("Dockerfile", f"FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN {CALL}\n"),
    "a Containerfile": ("Containerfile", f"FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN {CALL}\n"),
    "a Windows runner": (GITHUB, f"jobs:\n  a:\n    runs-on: windows-latest\n    steps:\n      - run: {CALL}\n"),
    "a matrix with Windows": (
        GITHUB,
        (
            "jobs:\n  a:\n    strategy: {matrix: {os: [ubuntu-latest, windows-latest]}}\n"
            f"    runs-on: ${{{{ matrix.os }}}}\n    steps:\n      - run: {CALL}\n"
        ),
    ),
    "defaults": (GITHUB, f"defaults: {{run: {{shell: pwsh}}}}\njobs:\n  a:\n    steps:\n      - run: {CALL}\n"),
    "a Windows pool": ("azure-pipelines.yml", f"pool: {{vmImage: windows-latest}}\nsteps:\n  - script: {CALL}\n"),
    "a task": (
        "azure-pipelines.yml",
        f"steps:\n  - task: PowerShell@2\n    inputs:\n      script: {CALL}\n",
    ),
    "tags": (".gitlab-ci.yml", f"a:\n  tags: [saas-windows-medium-amd64]\n  script:\n    - {CALL}\n"),
    "a makefile": ("Makefile", f"SHELL := pwsh.exe\ngo:\n\t{CALL}\n"),
    "a crontab": ("crontab", f"SHELL=/usr/bin/fish\n0 3 * * * {CALL}\n"),
    "a job's shell": (
        CONFIG,
        (
            "version: 2.1\njobs:\n  a:\n    machine: true\n    shell: powershell.exe -ExecutionPolicy Bypass\n"
            f"    steps:\n      - run: {CALL}\n"
        ),
    ),
    "an executor": (
        CONFIG,
        f"version: 2.1\njobs:\n  a:\n    executor: win/default\n    steps:\n      - run: {CALL}\n",
    ),
}
STEP = (
    "version: 2.1\njobs:\n  a:\n    machine: true\n    steps:\n"
    "      - run:\n          shell: {shell}\n          command: {call}\n"
)
STEPS = [
    "powershell.exe",
    "pwsh",
    "cmd.exe",
    "/usr/bin/python3",
    "/usr/bin/fish",
    "su -s /bin/bash app",
    "nix-shell --run",
]
POSIX = {
    "a step of its own": (
        GITHUB,
        f"jobs:\n  a:\n    runs-on: windows-latest\n    steps:\n      - shell: bash\n        run: {CALL}\n",
    ),
    "another job": (
        GITHUB,
        (
            "jobs:\n  w:\n    runs-on: windows-latest\n    steps: [{run: dir}]\n"
            f"  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: {CALL}\n"
        ),
    ),
    "bash.exe": (CONFIG, STEP.format(shell="bash.exe", call=CALL)),
    "a makefile of bash": ("Makefile", f"SHELL := /bin/bash\ngo:\n\t{CALL}\n"),
    "a parameter": (CONFIG, STEP.format(shell="<< parameters.shell >>", call=CALL)),
}


def refusal(path: str, text: str) -> str:
    """Why the one call of a file cannot be edited; empty where it can."""
    (found,) = find_calls(Source(path, text))
    try:
        found.region.edits((Edit(Span(0, 4), "wget"),))
    except Refusal as refused:
        return refused.code
    return ""


@pytest.mark.parametrize("name", OTHER)
def test_another_shell_is_named(name: str) -> None:
    assert refusal(*OTHER[name]) == "other-shell"


@pytest.mark.parametrize("shell", STEPS)
def test_a_step_with_another_shell_is_found(shell: str) -> None:
    assert refusal(CONFIG, STEP.format(shell=shell, call=CALL)) == "other-shell"


@pytest.mark.parametrize("name", POSIX)
def test_a_posix_shell_is_read(name: str) -> None:
    assert refusal(*POSIX[name]) == ""


ANSIBLE = "- ansible.builtin.command: curl -u tok {data} https://circleci.com/api/v1.1/project/github/acme/app\n"


@pytest.mark.parametrize(
    ("data", "refused"),
    [
        ("-d build_parameters[CIRCLE_JOB]=deploy", ""),
        ('--data-urlencode "build_parameters[V]={{ v }}"', "other-shell"),
    ],
)
def test_a_module_without_a_shell_gets_nothing_for_one(data: str, refused: str) -> None:
    """Ansible's `command` splits words itself (Ansible documentation: command module, 2026)."""
    (found,) = find_calls(Source("roles/a/tasks/main.yml", ANSIBLE.format(data=data)))
    request = PipelineRequest(parameters=tuple((name.lower(), v) for name, v in found.call.trigger.parameters))
    edits = found.writer.post(request, RewriteOptions()).edits
    if not refused:
        assert found.region.edits(edits)
        return
    with pytest.raises(Refusal) as raised:
        found.region.edits(edits)
    assert raised.value.code == refused
