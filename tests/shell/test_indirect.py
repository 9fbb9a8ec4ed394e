"""Variables that something else than an assignment in the script changes: nothing is taken for known then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from migrator.model import Status, static, values
from tests.shell.support import API, codes, only, summary
from tests.shell.test_functions import after, looked, worst_codes

if TYPE_CHECKING:
    from tests.conftest import MakeRepository

JOB = f'curl -u "$T:" -d build_parameters[CIRCLE_JOB]=$job {API}'
ARRAY = f'args=(-d job=x)\n{{}}\ncurl -u "$T:" "${{{{args[@]}}}}" {API}'

CHANGED = {
    "printf": """set_to() { printf -v "$1" %s "$2"; }\njob=deploy\nset_to job test\n""",
    "read": """ask() { read -r "$1"; }\njob=deploy\nask job\n""",
    "eval": """job=deploy\neval "job=test"\n""",
    "reference": """set_to() { local -n to=$1; to=$2; }\njob=deploy\nset_to job test\n""",
    "reference by name": """job=deploy\ndeclare -n to=job\nto=test\n""",
    "local variable of a caller": f"""job=deploy\nsend() {{ {JOB}; }}\nrun() {{ local job=test; send; }}\nrun\n""",
}


@pytest.mark.parametrize("text", CHANGED.values(), ids=CHANGED)
def test_a_job_that_is_changed_in_another_way_is_not_known(text: str) -> None:
    call = only(text if "curl" in text else text + JOB)
    assert summary(call)["job"] == "$job"
    assert call.trigger.job is not None
    assert values(call.trigger.job.template) is None


@pytest.mark.parametrize("change", ["unset 'args[0]'", "add() { local -n to=$1; to+=(-d job=y); }\nadd args"])
def test_an_array_that_is_changed_in_another_way_is_not_known(change: str) -> None:
    assert codes(only(ARRAY.format(change))) == ["array-arguments"]


def test_a_variable_that_a_file_changes_is_not_known(make_repository: MakeRepository) -> None:
    script = f"job=deploy\n. ./ci/env.sh\n{JOB}\n"
    (outcome,) = looked(make_repository, script, env='[ -z "$1" ] || job=$1\n').outcomes
    assert "job-dynamic" in [note.code for note in outcome.notes]


def test_a_variable_that_a_file_gives_another_text_has_that_text(make_repository: MakeRepository) -> None:
    script = f"job=deploy\n. ./ci/env.sh\n{JOB}\n"
    (outcome,) = looked(make_repository, script, env="job=test\n").outcomes
    assert outcome.call.trigger.job is not None
    assert static(outcome.call.trigger.job.template) == "test"


def test_a_variable_that_a_file_gives_first_is_the_one_of_the_script(make_repository: MakeRepository) -> None:
    script = f". ./ci/env.sh\njob=deploy\n{JOB}\n"
    (outcome,) = looked(make_repository, script, env="job=test\n").outcomes
    assert "job-dynamic" not in [note.code for note in outcome.notes]


def test_a_call_waits_for_files_that_read_the_reply_of_its_function(make_repository: MakeRepository) -> None:
    script = f'start() {{\n  curl -u "$T:" -d "build_parameters[CIRCLE_JOB]=$1" {API}\n}}\n'
    report = looked(make_repository, script, a=". ./x.sh\n# jq .build_num\nstart deploy | jq -r .build_url\n")
    assert worst_codes(report) == [[]]
    assert report.outcomes[0].status is Status.SAFE
    assert "reply-waits" in [note.code for note in report.outcomes[0].notes]


def test_a_branch_that_a_function_encodes_is_not_sent_as_it_is() -> None:
    encode = "enc() { jq -rn --arg x \"$1\" '$x|@uri'; }\n"
    text = f'{encode}b=$(enc feature/x)\ncurl -u "$T:" -d job=deploy "{API}/tree/$b"\n'
    assert codes(only(text)) == ["encoded-branch"]


@pytest.mark.parametrize("behind", ["{} || e", "{} && e", "! {} || e", "J=1 {} || e", "# c\n\n{} || d", "d && {}"])
def test_a_call_on_the_line_behind_a_long_pipe_is_found(behind: str) -> None:
    call = only("a | b | c\n" + behind.format(f"curl -d job=x {API}") + "\n")
    assert codes(call) == []


@pytest.mark.parametrize("words", ["$(options job)", "`options job`", "-d job=x $(options)"])
def test_what_a_command_prints_may_be_data(words: str) -> None:
    assert codes(only(f'curl -u "$T:" {words} {API}/tree/main')) == ["array-arguments"]


def test_a_part_of_urls_that_other_files_read_stays(make_repository: MakeRepository) -> None:
    script = f"BASE={API[: API.index('/project')]}\ngo() {{ curl -d job=deploy $BASE/project/github/acme/app; }}\n"
    report = looked(make_repository, script, a=". ./ci/x.sh\ngo\ncurl -s $BASE/project/github/acme/app/1\n")
    text = after(report)
    assert text is not None
    assert text.startswith("BASE=https://circleci.com/api/v1.1\n")
    assert "curl -H 'Content-Type: application/json'" in text


def test_a_path_that_has_a_part_only_sometimes_is_not_taken_for_a_project() -> None:
    assert codes(only(f'curl -d job=x "{API}${{B:+/tree/main}}"')) == ["unresolved-url"]
    assert codes(only(f'curl -d job=x "{API.removesuffix("/app")}${{R:+/$R}}/tree/main"')) == ["unresolved-url"]
