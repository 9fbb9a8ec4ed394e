"""What an export does not reach: settings that CircleCI itself reads, and jobs that deal with BASH_ENV themselves."""

from __future__ import annotations

import pytest

from tests.verifying.support import V1, checked, compared, faults, files, migrated, report

_CALL = f"curl -u $T: -d build_parameters[CIRCLE_JOB]=deploy -d build_parameters[TRACK]=beta {V1}/tree/main\n"
_REVISION = f"curl -u $T: -d build_parameters[CIRCLE_JOB]=deploy -d revision=$SHA {V1}/tree/main\n"
_KEY = "restore_cache: {key: 'v1-{{ .Environment.TRACK }}-x'}"
_DOCKER = "docker: [{image: cimg/base:1}]"


def _config(job: str, *, more: str = "", workflow: str = "deploy") -> str:
    return (
        f"version: 2.1\n{more}jobs:\n  other: {{{_DOCKER}, steps: [checkout]}}\n"
        f"  deploy:\n    {{{job}}}\nworkflows: {{main: {{jobs: [{workflow}]}}}}\n"
    )


def _codes(config: str, call: str = _CALL) -> set[str]:
    (outcome,) = report(files(config, go=call)).outcomes
    assert outcome.status == "safe" or any(note.severity != "info" for note in outcome.notes)
    return {note.code for note in outcome.notes if note.severity != "info"}


@pytest.mark.parametrize(
    "job",
    [
        f"{_DOCKER}, steps: [{_KEY}]",
        f"{_DOCKER}, steps: [restore_cache: {{keys: ['a', 'v1-{{{{.Environment.TRACK}}}}']}}]",
        f"{_DOCKER}, steps: [when: {{condition: << pipeline.parameters.p >>, steps: [{_KEY}]}}]",
        f"{_DOCKER}, steps: [cached]",
        f"{_DOCKER}, steps: [tools/cached]",
        f"{_DOCKER}, steps: [node/install: {{cache-key: 'v1-{{{{ .Environment.TRACK }}}}'}}]",
        f"{_DOCKER}, steps: [run: {{command: x, working_directory: src/$TRACK}}]",
        f"{_DOCKER}, working_directory: '~/${{TRACK}}', steps: [run: x]",
        "docker: [{image: cimg/base:1, auth: {username: $TRACK, password: $P}}], steps: [run: x]",
    ],
)
def test_what_circleci_itself_reads_is_never_safe(job: str) -> None:
    more = (
        f"parameters: {{p: {{type: boolean, default: false}}}}\ncommands: {{cached: {{steps: [{_KEY}]}}}}\n"
        f"orbs: {{node: circleci/node@5, tools: {{commands: {{cached: {{steps: [{_KEY}]}}}}}}}}\n"
    )
    found = _codes(_config(job, more=more))
    # A condition that is false by default leaves the step out of what v1.1 runs.
    assert "circleci-reads" in found or "when:" in job


@pytest.mark.parametrize(
    "job",
    [
        f"{_DOCKER}, steps: [restore_cache: {{key: 'v1-{{{{ .Environment.TRACKS }}}}'}}, run: 'echo $TRACK']",
        f"{_DOCKER}, steps: [run: {{command: x, environment: {{A: $TRACK}}}}]",
        f"{_DOCKER}, steps: [node/install: {{version: $TRACK}}]",
    ],
)
def test_what_a_shell_reads_or_nobody_stays_safe(job: str) -> None:
    assert not _codes(_config(job, more="orbs: {node: circleci/node@5}\n"))


def test_a_key_of_what_the_environment_says_is_no_safer() -> None:
    job = f"{_DOCKER}, shell: /bin/sh, steps: [{_KEY}]"
    assert _codes(_config(job, workflow="other")) == {"circleci-reads"}


def test_a_cache_key_that_reads_the_parameter_is_proved() -> None:
    old = files(_config(f"{_DOCKER}, steps: [{_KEY}]"), go=_CALL)
    new = migrated(old)
    (fault,) = faults(compared(old, new))
    assert "CircleCI itself reads TRACK in restore_cache of job deploy" in fault
    config = new[".circleci/config.yml"].replace("{{ .Environment.TRACK }}", "<< pipeline.parameters.track >>")
    by_call = compared(old, {**new, ".circleci/config.yml": config}).calls[0].proofs
    assert [proof.verdict for proof in by_call] == ["proved"]


@pytest.mark.parametrize("key", ["{{ .Revision }}", "{{ .Environment.CIRCLE_SHA1 }}"])
def test_a_key_of_the_commit_is_not_safe(key: str) -> None:
    job = f"{_DOCKER}, steps: [checkout, restore_cache: {{key: 'v1-{key}'}}]"
    assert _codes(_config(job), _REVISION) == {"not-proved"}


@pytest.mark.parametrize(
    ("job", "code"),
    [
        (f"{_DOCKER}, environment: {{BASH_ENV: '~/.bashrc'}}, steps: [run: x]", "shell-not-sh"),
        (f"{_DOCKER}, environment: [BASH_ENV: $HOME/.bashrc], steps: [run: x]", "shell-not-sh"),
        (f"{_DOCKER}, environment: {{BASH_ENV: ''}}, steps: [run: x]", "shell-not-sh"),
        (f"{_DOCKER}, environment: {{BASH_ENV: /etc/profile}}, steps: [run: x]", "needs-bash"),
        ("docker: [{image: cimg/base:1, environment: {BASH_ENV: '~/.bashrc'}}], steps: [run: x]", "shell-not-sh"),
        ("executor: android, steps: [run: x]", "shell-not-sh"),
        (f"{_DOCKER}, steps: [own]", "needs-bash"),
        (f"{_DOCKER}, steps: [run: 'echo A=1 > $BASH_ENV', run: x]", "needs-bash"),
        (f"{_DOCKER}, steps: [run: 'echo A=1 | tee \"${{BASH_ENV}}\"', run: x]", "needs-bash"),
        (f"{_DOCKER}, steps: [run: 'cp env $BASH_ENV', run: x]", "needs-bash"),
        (f"{_DOCKER}, steps: [run: {{command: x, environment: {{TRACK: alpha}}}}]", "needs-bash"),
    ],
)
@pytest.mark.parametrize("call", [_CALL, _REVISION])
def test_a_job_that_deals_with_bash_env_itself_is_not_safe(job: str, code: str, call: str) -> None:
    more = (
        "executors: {android: {docker: [{image: cimg/base:1}], environment: {BASH_ENV: '~/.bashrc'}}}\n"
        "commands: {own: {steps: [run: {command: x, environment: {BASH_ENV: ~/.bashrc}}]}}\n"
    )
    is_about_track = "TRACK: alpha" in job and call == _REVISION
    assert _codes(_config(job, more=more), call) == (set() if is_about_track else {code})


def test_what_only_calls_start_gets_it_in_its_environment() -> None:
    job = f"{_DOCKER}, environment: {{BASH_ENV: '~/.bashrc'}}, steps: [run: x]"
    assert not _codes(_config(job, workflow="other"))
    after = migrated(files(_config(job, workflow="other"), go=_CALL))[".circleci/config.yml"]
    assert "TRACK: << pipeline.parameters.track >>" in after
    assert "pre-steps" not in after


@pytest.mark.parametrize("line", ["echo A=1 >> $BASH_ENV", "source $BASH_ENV", "x | tee -a $BASH_ENV", "cat $BASH_ENV"])
def test_adding_to_the_file_is_safe(line: str) -> None:
    job = f"{_DOCKER}, steps: [run: '{line}', run: x]"
    assert not _codes(_config(job))
    assert checked(migrated(files(_config(job), go=_CALL))).calls[0].proofs[0].verdict == "proved"
