"""Shell functions that send triggers for their callers: followed, rewritten for all callers together, or refused."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from codemods.shell.write import shared as shell_shared
from migrator.model import Severity, Status, values
from tests.forms.test_forms import CONFIG
from tests.shell.support import API, codes, found, only, summary
from tests.test_cases import look

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.model import Report
    from tests.conftest import MakeRepository

BASE = "https://circleci.com/api/v1.1"
POST = f'post() {{ curl -fsS -u "$T:" -d "$2" {API}/$1; }}\n'
DEPLOY = "build_parameters[CIRCLE_JOB]=deploy"
CALL = f"post tree/main {DEPLOY}\n"
BY_URL = 'trigger() { curl -u "$T:" -d "build_parameters[CIRCLE_JOB]=$2" "$1"; }\n'
TRIGGER = f'trigger() {{ curl -u "$T:" -d "build_parameters[CIRCLE_JOB]=$1" {API}/tree/main; }}\n'


def looked(make: MakeRepository, script: str, **more: str) -> Report:
    """What the tool says about a repository with a script, rewriting what is unsafe, too."""
    files = {".circleci/config.yml": CONFIG, "ci/x.sh": script, **{f"ci/{name}.sh": more[name] for name in more}}
    return look(make(files, remote="https://github.com/acme/app.git"), unsafe=True)


def worst_codes(report: Report) -> list[list[str]]:
    """The codes of all warnings and errors, call by call."""
    return [[n.code for n in outcome.notes if n.severity is not Severity.INFO] for outcome in report.outcomes]


def after(report: Report, path: str = "ci/x.sh") -> str | None:
    """What the script would become, or None when it stays."""
    return next((change.after.decode() for change in report.changes if change.path == path), None)


FOLLOWED = {
    "path": (f'post() {{ curl -X POST "$1"; }}\npost {API}/tree/main', {"branch": "main"}),
    "variables": (
        f"BASE={API}\npost() {{\n  local url=$1\n  curl -s -X POST $BASE/$url\n}}\npost tree/main",
        {"branch": "main"},
    ),
    "path, below a text that is read": (
        f'read -r -d "" HELP <<EOM\nhelp\nEOM\npost() {{ curl -X POST "$1"; }}\npost {API}/tree/main',
        {"branch": "main"},
    ),
    "data": (POST + CALL, {"branch": "main", "job": "deploy"}),
    "shift": (
        f'post() {{ local p=$1; shift; curl -X "$1" {API}/$p; }}\npost tree/main POST',
        {"branch": "main"},
    ),
    "shift by two": (f"post() {{ shift 2; curl -X POST {API}/$1; }}\npost a b tree/main", {"branch": "main"}),
    "all arguments": (f'post() {{ curl "$@"; }}\npost -d job=x {API}', {"job": "x"}),
    "default that is not used": (
        f'post() {{ curl -X "${{2:-GET}}" {API}/$1; }}\npost tree/main POST',
        {"branch": "main"},
    ),
    "default that is used": (f'post() {{ curl -X "${{2:-POST}}" {API}/$1; }}\npost tree/main', {"branch": "main"}),
    "function of the caller": (
        POST + 'start() { post "tree/$1" "build_parameters[CIRCLE_JOB]=$2"; }\nstart main deploy',
        {"branch": "$1", "job": "$2"},
    ),
}


@pytest.mark.parametrize("name", FOLLOWED)
def test_arguments_of_the_caller_are_seen_in_the_function(name: str) -> None:
    text, expected = FOLLOWED[name]
    call = only(text)
    assert codes(call, Severity.ERROR) == []
    said = summary(call)
    assert {key: said.get(key) for key in ("branch", "job") if key in said} == expected


SILENT = {
    "GET": f'get() {{ curl "{API}/$1"; }}\nget tree/main',
    "method of the caller": f'api() {{ curl -X "$1" "{API}/$2"; }}\napi GET tree/main',
    "cancel": POST + 'post "$N/cancel"',
    "another function of that name in another program": "ssh host 'post tree/main job=x'",
    "no function": f"# {API}\npost tree/main build_parameters[CIRCLE_JOB]=deploy",
}


@pytest.mark.parametrize("name", SILENT)
def test_what_starts_nothing_is_silent(name: str) -> None:
    assert found(SILENT[name]) == ()


UNKNOWN = {
    "redefined": POST + POST.replace("$1", "$1/x") + CALL,
    "conditional shift": f'post() {{ [ $# -gt 2 ] && shift; curl -X POST "{API}/$1"; }}\npost tree/main',
    "shift in a loop": f'post() {{ while [ "$1" = -x ]; do shift; done; curl -X POST "{API}/$1"; }}\npost tree/main',
    "shift by what is not known": f'post() {{ shift $N; curl -X POST "{API}/$1"; }}\npost -x tree/main',
    "set": f'post() {{ set -- x "$@"; curl -X POST "{API}/$1"; }}\npost tree/main',
    "unset": POST + "unset -f post\n" + CALL,
    "called before": CALL + POST,
    "nested": f'outer() {{ inner() {{ curl -d "$2" "{API}/$1"; }}; }}\nouter tree/main build_parameters[CIRCLE_JOB]=x',
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_function_that_cannot_be_followed_is_never_rewritten(name: str, make_repository: MakeRepository) -> None:
    report = looked(make_repository, UNKNOWN[name])
    assert after(report) is None
    assert all(outcome.status is Status.MANUAL for outcome in report.outcomes)


UNSURE = {
    "words of a variable": POST + f'ARGUMENTS="tree/main {DEPLOY}"\npost $ARGUMENTS\n',
    "variable for the call": (
        f'post() {{ curl -X POST "$BASE/$1"; }}\nBASE={API}\nBASE=https://example.com post tree/main\n'
    ),
    "array": POST + f'arguments=(tree/main {DEPLOY})\npost "${{arguments[@]}}"\n',
}


@pytest.mark.parametrize("name", UNSURE)
def test_arguments_that_are_not_told_apart_are_not_guessed(name: str, make_repository: MakeRepository) -> None:
    report = looked(make_repository, UNSURE[name])
    assert after(report) is None
    assert all(outcome.status is Status.MANUAL for outcome in report.outcomes)


REFUSED = {
    "another caller": (POST + CALL + 'post "$N/cancel"\n', ["wrapper-shared"]),
    "a caller that is not known": (POST + CALL + 'post "$@"\n', ["wrapper-shared"]),
    "branches in the function": (
        f"{BY_URL}trigger {API}/tree/main deploy\ntrigger {API}/tree/feature%2Fx test\n",
        ["wrapper-differs"],
    ),
    "argument that is read twice": (
        f'post() {{ check "$1"; curl -u "$T:" -d "$2" "$1"; }}\npost {API}/tree/main {DEPLOY}\n',
        ["wrapper-argument"],
    ),
    "one request or another": (
        f'post() {{ if [ -n "$2" ]; then curl -d "$2" {API}/$1; else curl -X POST {API}/$1; fi; }}\n{CALL}',
        ["wrapper-function"],
    ),
    "a job that is not there": (POST + CALL + CALL.replace("deploy", "nothing"), ["wrapper-shared"]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_change_for_others_too_is_refused(name: str, make_repository: MakeRepository) -> None:
    text, expected = REFUSED[name]
    report = looked(make_repository, text)
    assert after(report) is None
    assert worst_codes(report)[0][:1] == expected
    assert {outcome.status for outcome in report.outcomes} == {Status.MANUAL}


def test_the_line_that_prevents_a_rewrite_is_named(make_repository: MakeRepository) -> None:
    report = looked(make_repository, f"{POST}{CALL}\npost 12/cancel\n")
    (note,) = (note for note in report.outcomes[0].notes if note.code == "wrapper-shared")
    assert "line 4" in note.message


def test_other_callers_do_not_matter_where_only_arguments_change(make_repository: MakeRepository) -> None:
    report = looked(
        make_repository,
        'api() { local path=$1; shift; curl -fsS -u "$T:" "$@" "https://circleci.com/api/$path"; }\n'
        "api v1.1/project/github/acme/app/tree/main -d build_parameters[CIRCLE_JOB]=deploy\n"
        "api v1.1/project/github/acme/app/12/cancel -X POST\n"
        'api "$@"\n',
    )
    text = after(report)
    assert text is not None
    assert report.outcomes[0].status is Status.SAFE
    first, second, third, last = text.splitlines()
    assert first.endswith('"https://circleci.com/api/$path"; }')
    assert second.startswith("api v2/project/gh/acme/app/pipeline -H 'Content-Type: application/json' -d '{")
    assert (third, last) == ("api v1.1/project/github/acme/app/12/cancel -X POST", 'api "$@"')


OPEN = {
    "all arguments run": '"$@"\n',
    "argument runs": 'command=$1\n"$command" tree/main\n',
    "exported": "export -f post\n",
    "trap": "trap post EXIT\n",
    "handed over": "retry post tree/main x\n",
    "xargs": "xargs post < list\n",
}


@pytest.mark.parametrize("name", OPEN)
def test_a_function_that_others_may_call_is_unsafe(name: str, make_repository: MakeRepository) -> None:
    report = looked(make_repository, POST + CALL + OPEN[name])
    assert worst_codes(report)[0] == ["wrapper-callers"]
    assert "/pipeline" not in str(after(report)).splitlines()[0]
    assert "post pipeline '{" in str(after(report))


RUNNERS = {
    "first argument": ('"$@"', [[]]),
    "behind a shift": ('shift; "$@"', [["wrapper-callers"]]),
}


@pytest.mark.parametrize("name", RUNNERS)
def test_a_function_that_runs_its_arguments(name: str, make_repository: MakeRepository) -> None:
    body, expected = RUNNERS[name]
    script = f"again() {{ {body}; }}\n{POST.replace('curl', 'again curl', 1)}{CALL}"
    assert worst_codes(looked(make_repository, script)) == expected


def test_a_file_that_reads_this_one_may_call_the_function(make_repository: MakeRepository) -> None:
    script = "#!/bin/sh\n" + POST + CALL
    other = '. "$(dirname "$0")/x.sh"\npost "$1"\n'
    assert worst_codes(looked(make_repository, script, other=other)) == [["wrapper-callers"]]


@pytest.mark.parametrize("other", ["./ci/x.sh\npost it\n", "post x\n", '. "./lib.sh"\npost x\n'])
def test_a_file_that_does_not_read_this_one_is_no_caller(other: str, make_repository: MakeRepository) -> None:
    assert worst_codes(looked(make_repository, POST + CALL, other=other)) == [[]]


def test_a_file_that_reads_it_through_another_is_a_caller(make_repository: MakeRepository) -> None:
    more = {"lib": ". ./ci/x.sh\n", "main": "source ci/lib.sh\npost tree/x\n"}
    assert worst_codes(looked(make_repository, POST + CALL, **more)) == [["wrapper-callers"]]


def test_jobs_are_those_that_the_callers_name(make_repository: MakeRepository) -> None:
    report = looked(make_repository, TRIGGER + "trigger deploy\ntrigger 'test'\n")
    (outcome,) = report.outcomes
    assert outcome.call.line == 1
    assert outcome.status is Status.SAFE
    assert "job-dynamic" not in [note.code for note in outcome.notes]
    config = next(change.after.decode() for change in report.changes if change.path.endswith("config.yml"))
    assert "run-deploy" in config
    assert "run-build" not in config


def test_jobs_are_seen_through_two_functions(make_repository: MakeRepository) -> None:
    script = POST + 'start() { post tree/main "build_parameters[CIRCLE_JOB]=$1"; }\nstart deploy\ntime start test\n'
    (outcome,) = looked(make_repository, script).outcomes
    assert (outcome.call.line, outcome.status) == (2, Status.SAFE)
    assert "job-dynamic" not in [note.code for note in outcome.notes]


def test_function_in_a_run_step(make_repository: MakeRepository) -> None:
    step = "".join(f"            {line}\n" for line in (POST + CALL).splitlines())
    config = CONFIG.replace(
        "      - run: echo built", f"      - run:\n          command: |\n{step}      - run: echo built"
    )
    report = look(make_repository({".circleci/config.yml": config}, remote="https://github.com/acme/app.git"))
    assert [outcome.status for outcome in report.outcomes] == [Status.SAFE]
    (change,) = report.changes
    assert 'post pipeline \'{"branch": "main"' in change.after.decode()


def test_function_in_a_recipe(make_repository: MakeRepository) -> None:
    recipe = f'deploy:\n\t@post() {{ curl -u "$$T:" -d "$$2" {API}/$$1; }}; post tree/main {DEPLOY}\n'
    files = {".circleci/config.yml": CONFIG, "Makefile": recipe}
    report = look(make_repository(files, remote="https://github.com/acme/app.git"))
    assert [outcome.status for outcome in report.outcomes] == [Status.SAFE]
    assert "post pipeline '{" in str(after(report, "Makefile"))
    assert '-d "$$2" https://circleci.com/api/v2/project/gh/acme/app/$$1' in str(after(report, "Makefile"))


@pytest.mark.parametrize("more", ['trigger "$JOB"\n', "trigger\n", '"$@"\n', "export -f trigger\n", "trigger 'a\"b'\n"])
def test_jobs_are_unknown_when_one_caller_is(more: str, make_repository: MakeRepository) -> None:
    report = looked(make_repository, f"{TRIGGER}trigger deploy\n{more}")
    assert "job-dynamic" in [note.code for note in report.outcomes[0].notes]


def test_recursion_is_not_followed_for_ever() -> None:
    text = f'post() {{ curl -d "$2" {API}/$1; post "$1" "$2"; }}\npost tree/main build_parameters[CIRCLE_JOB]=x\n'
    assert [each.call.line for each in found(text)] == [2]


def test_a_call_that_needs_unsafe_holds_the_others_back(make_repository: MakeRepository) -> None:
    script = POST.replace("github/acme/app", "$SLUG") + CALL + CALL.replace("deploy", "test")
    other = POST.replace(f"{API}", f"{BASE}/project/$3")
    script = other + CALL.strip() + " github/acme/app\n" + CALL.strip() + ' "$SLUG"\n'
    root = make_repository(
        {".circleci/config.yml": CONFIG, "ci/x.sh": script}, remote="https://github.com/acme/app.git"
    )
    report = look(root)
    assert {outcome.status for outcome in report.outcomes} == {Status.UNSAFE}
    assert "wrapper-waits" in worst_codes(report)[0]


def test_a_second_run_changes_nothing(make_repository: MakeRepository) -> None:
    script = POST + CALL
    files = {".circleci/config.yml": CONFIG, "ci/x.sh": script}
    root = make_repository(files, remote="https://github.com/acme/app.git")
    for change in look(root).changes:
        (root / change.path).write_bytes(change.after)
    again = look(root)
    assert (again.outcomes, again.changes) == ((), ())


LIB = (
    """#!/bin/sh
api() {
  local path=$1
  shift
  curl -fsS -u "$T:" "$@" "https://circleci.com/api/$path"
}
"""
    + POST
)
READING = {
    "from the root": ". ./ci/lib.sh",
    "beside the script": 'source "$(dirname "$0")/lib.sh"',
    "through a folder": '. "${BASH_SOURCE%/*}/../ci/lib.sh"',
    "through another file": ". ci/all.sh",
}


@pytest.mark.parametrize("name", READING)
def test_functions_of_a_file_that_is_read_are_followed(name: str, make_repository: MakeRepository) -> None:
    script = (
        f"#!/bin/bash\n{READING[name]}\napi v1.1/project/github/acme/app/tree/main -d {DEPLOY}\n"
        f"api v1.1/project/github/acme/app/12/cancel -X POST\n{CALL}"
    )
    report = looked(make_repository, script, lib=LIB, all=". ./ci/lib.sh\n")
    # The other call stays on v1.1, under which the config moves to 2.1.
    assert [(o.call.path, o.call.line, o.status) for o in report.outcomes] == [
        ("ci/x.sh", 3, Status.UNSAFE),
        ("ci/x.sh", 5, Status.MANUAL),
    ]
    assert worst_codes(report)[1] == ["wrapper-elsewhere"]
    assert [change.path for change in report.changes if change.path.endswith(".sh")] == ["ci/x.sh"]
    text = str(after(report)).splitlines()
    assert text[2].startswith("api v2/project/gh/acme/app/pipeline -H 'Content-Type: application/json' -d '{")
    assert [*text[:2], *text[3:]] == [line for line in script.splitlines() if "tree/main -d" not in line]


def test_calls_of_the_file_that_is_read_are_its_own(make_repository: MakeRepository) -> None:
    lib = LIB + f"curl -u $T: -d {DEPLOY} {API}\n"
    report = looked(make_repository, ". ./ci/lib.sh\napi v1.1/project/github/acme/app/12 -d a=b\n", lib=lib)
    assert [(o.call.path, o.call.line) for o in report.outcomes] == [("ci/lib.sh", 8)]


@pytest.mark.parametrize("reading", ['. "$LIB"', ". /opt/lib.sh", 'source "$(find_lib)"'])
def test_a_function_of_a_file_that_is_not_found_is_reported(reading: str, make_repository: MakeRepository) -> None:
    report = looked(make_repository, f'{reading}\n{CALL}log "{DEPLOY}"\n', lib=LIB)
    assert [(o.call.line, o.notes[0].code) for o in report.outcomes] == [(2, "wrapped-call")]


def test_one_of_two_files_is_not_chosen(make_repository: MakeRepository) -> None:
    files = {".circleci/config.yml": CONFIG, "ci/x.sh": f". ./lib.sh\n{CALL}", "ci/lib.sh": LIB, "lib.sh": LIB}
    report = look(make_repository(files), unsafe=True)
    assert [outcome.notes[0].code for outcome in report.outcomes] == ["wrapped-call"]


def test_a_caller_that_shows_nothing_is_reported_at_the_function(make_repository: MakeRepository) -> None:
    report = looked(make_repository, ". ./ci/lib.sh\npost tree/main\npost 12/cancel\n", lib=LIB)
    assert [(o.call.path, o.call.line, o.notes[0].code) for o in report.outcomes] == [
        ("ci/lib.sh", 7, "wrapper-elsewhere")
    ]
    assert "`ci/x.sh` (line 2)" in report.outcomes[0].notes[0].message


@pytest.mark.parametrize(
    "script", [". ./ci/lib.sh\npost 12/cancel\n", "post tree/main\n", ". ./ci/lib.sh\necho post\n"]
)
def test_other_uses_of_the_file_are_silent(script: str, make_repository: MakeRepository) -> None:
    assert looked(make_repository, script, lib=LIB).outcomes == ()


def test_the_effort_grows_with_the_calls_and_not_with_their_square(
    make_repository: MakeRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Counter[str]()
    real = shell_shared.assignments_of

    def counted(*args: Any) -> Iterator[Any]:
        asked["assignments"] += 1
        return real(*args)

    monkeypatch.setattr(shell_shared, "assignments_of", counted)
    post = f'go() {{ curl -u $T: -X POST -H \'Content-Type: application/json\' -d "$2" "{API}/$1"; }}\n'
    calls = [f'go tree/b{n} \'{{"build_parameters": {{"CIRCLE_JOB": "deploy"}}}}\'\n' for n in range(20)]
    report = looked(make_repository, post + "".join(calls))
    assert len(report.outcomes) == len(calls)
    assert after(report)
    assert asked["assignments"] <= 4 * len(calls)


@pytest.mark.parametrize("line", ["eval 'set -- b'", 'eval "$X"', 'eval "$(opts)"', "set -- b", "set b"])
def test_arguments_that_change_are_not_those_of_the_caller(line: str) -> None:
    call = f"curl -d build_parameters[CIRCLE_JOB]=$1 {API}/tree/main"
    for text, known in (
        (f"go() {{ {line}; {call}; }}\ngo deploy\n", None),
        (f"go() {{ {call}; }}\ngo deploy\n", ("deploy",)),
    ):
        job = only(text).trigger.job
        assert job is not None
        assert values(job.template) == known
