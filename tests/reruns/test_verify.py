"""What `verify` says of reruns: that they are there, and that nothing more can be told offline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemods import find_v2_reruns
from migrator.model import Verdict
from migrator.syntax.text.source import Source
from migrator.verifying.masked_steps import mask_calls
from tests.reruns.forms import CALL, FORMS
from tests.reruns.support import CONFIG
from tests.reruns.test_python import PROGRAMS
from tests.verifying.support import Files, checked, compared, faults, files, migrated

if TYPE_CHECKING:
    from codemods.found import V2Rerun

OFFLINE = "the call looks its job up and asks v2 to run it again; what CircleCI runs then cannot be proved offline"
STEP = CONFIG.replace("echo first", f"{CALL} > out; echo first")


def old(call: str = CALL) -> Files:
    return files(CONFIG, again=f"{call}\n")


def reruns(text: str) -> tuple[V2Rerun, ...]:
    return find_v2_reruns(Source("a.sh", text))


def test_a_planned_rerun_is_not_proved_and_no_difference() -> None:
    assert faults(checked(old())) == [f"retry: unknown: {OFFLINE}"]
    assert faults(checked(old(FORMS["ssh"]))) == [f"ssh: unknown: {OFFLINE}"]


def test_after_the_migration_nothing_is_left() -> None:
    assert checked(migrated(old())).calls == ()


@pytest.mark.parametrize("name", FORMS)
def test_a_rewritten_rerun_stands_for_the_old_call(name: str) -> None:
    before = old(FORMS[name])
    found = compared(before, migrated(before))
    assert {fault.partition(": ")[2] for fault in faults(found) if not fault.startswith("pipeline")} == {
        f"unknown: {OFFLINE}"
    }
    assert all(call.api == "v2" for call in found.calls)


def test_a_step_with_a_rerun_is_the_same_step() -> None:
    before = {".circleci/config.yml": STEP}
    after = migrated(before)
    assert before != after
    found = compared(before, after)
    assert faults(found) == [f"retry: unknown: {OFFLINE}"]
    assert all(proof.verdict is Verdict.PROVED for proof in found.ordinary)
    assert mask_calls(f"{CALL} > out\n") == mask_calls(migrated({"a.sh": f"{CALL} > out\n"})["a.sh"])


def test_what_differs() -> None:
    after = migrated(old())

    def told(name: str, new: str) -> list[str]:
        assert name in after["again.sh"]
        return faults(compared(old(), {**after, "again.sh": after["again.sh"].replace(name, new)}))

    assert told('"]}', '"], "enable_ssh": true}') == ["retry: differs: it opens SSH, and the old call did not"]
    whole = "retry: differs: it names no job, so that the whole workflow runs again"
    assert told("""["'"$job"'"]""", "[]") == [whole]
    assert told("gh/acme/app/job", "gh/acme/other/job") == [
        "retry: differs: it reruns a job of gh/acme/other, not of github/acme/app"
    ]


def test_calls_that_stay_go_or_come() -> None:
    assert faults(compared(old(), old())) == [
        "retry: unknown: it still calls v1.1, whose trigger endpoints are removed on 1 February 2027"
    ]
    (gone,) = faults(compared(old(), files(CONFIG, again="")))
    assert gone.startswith("retry: unknown: no call that stands in its place was found")
    assert faults(compared(files(CONFIG), migrated(old()))) == [
        "rerun: unknown: the rerun is new: no call of the older revision stands behind it"
    ]


def test_a_rerun_by_hand() -> None:
    (found,) = reruns('curl -X POST -d "$BODY" https://circleci.com/api/v2/workflow/$W/rerun\n')
    assert (found.project, found.jobs, found.ssh) == ("?", None, None)
    (found,) = reruns("curl -X POST https://circleci.com/api/v2/workflow/$W/rerun\n")
    assert (found.project, found.jobs, found.ssh) == ("?", False, False)
    assert reruns("curl https://circleci.com/api/v2/workflow/$W/job # /rerun\n") == ()


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_rewritten_python_rerun_stands_for_the_old_call(name: str) -> None:
    before = {**files(CONFIG), "a.py": PROGRAMS[name]}
    found = compared(before, migrated(before))
    assert {fault.partition(": ")[2] for fault in faults(found)} == {f"unknown: {OFFLINE}"}
    assert all(call.api == "v2" for call in found.calls)


def test_what_differs_in_python() -> None:
    before = {**files(CONFIG), "a.py": PROGRAMS["requests"]}
    after = migrated(before)

    def told(name: str, new: str) -> list[str]:
        assert name in after["a.py"]
        return faults(compared(before, {**after, "a.py": after["a.py"].replace(name, new)}))

    assert told('{"jobs": jobs}', '{"jobs": jobs, "enable_ssh": True}') == [
        "retry: differs: it opens SSH, and the old call did not"
    ]
    whole = "retry: differs: it names no job, so that the whole workflow runs again"
    assert told('{"jobs": jobs}', '{"jobs": []}') == [whole]
    assert told(', json={"jobs": jobs}', "") == [whole]
    assert told('{"jobs": jobs}', "body") == [f"retry: unknown: {OFFLINE}"]


def test_a_project_that_only_the_run_shows_is_no_difference() -> None:
    call = CALL.replace("github/acme/app", "$VCS/$ORG/$REPO")
    assert faults(compared(old(call), migrated(old(call)))) == [f"retry: unknown: {OFFLINE}"]
