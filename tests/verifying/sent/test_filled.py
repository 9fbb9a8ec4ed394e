"""A value that cannot be empty when a call is made is not taken for empty: each script is run without and with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import needs
from tests.shell.loopback import serving
from tests.verifying.support import V1, compared, faults, files, migrated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.shell.loopback import Loopback

pytestmark = needs("bash", "curl")
OLD = """
    version: 2.1
    jobs:
      build: {docker: [{image: cimg/base:2024.01}], steps: [run: make]}
      deploy: {docker: [{image: cimg/base:2024.01}], steps: [run: make $STAGE]}
    workflows: {ci: {jobs: [build]}}
    """
NEW = """
    version: 2.1
    parameters: {stage: {type: string, default: ""}}
    jobs:
      build: {docker: [{image: cimg/base:2024.01}], steps: [run: make]}
      deploy:
        docker: [{image: cimg/base:2024.01}]
        environment: {STAGE: << pipeline.parameters.stage >>}
        steps: [run: make $STAGE]
    workflows:
      ci: {unless: << pipeline.parameters.stage >>, jobs: [build]}
      deploy: {when: << pipeline.parameters.stage >>, jobs: [deploy]}
    """
V2 = "https://circleci.com/api/v2/project/gh/acme/app/pipeline"
BEFORE = f"curl -s -u $T: -d build_parameters[CIRCLE_JOB]=deploy -d build_parameters[STAGE]=VALUE {V1}/tree/main\n"
AFTER = f"""curl -s -u $T: --json '{{"branch": "main", "parameters": {{"stage": "'"VALUE"'"}}}}' {V2}\n"""
FILLED = {
    "at the call": ("", "${1:?usage}"),
    "in an assignment": ("stage=${1:?usage: go.sh STAGE}\n", "$stage"),
    "with a default": ("stage=${1:-beta}\n", "$stage"),
    "checked by a colon": (': "${STAGE:?}"\n', "$STAGE"),
    "checked by several": ('set -eu\n: "${T:?}" "${STAGE:?}"\n', "${STAGE}"),
    "exported": ('export STAGE="${1:?}"\n', "$STAGE"),
    "checked by a test": ('[ -n "$1" ] || exit 1\n', "$1"),
    "checked by a test, negated": ('if [ -z "$STAGE" ]; then echo no >&2; exit 2; fi\n', "$STAGE"),
    "checked in double brackets": ("[[ -z $1 ]] && exit 1\n", "$1"),
    "given to a name first": ('stage=$1\n[ -n "$stage" ] || exit 1\n', "$stage"),
    "given to a name first, by a colon": ('stage="$1"\n: "${stage:?}"\n', "${stage}"),
    "one of several": ('stage=$1\nif [ -z "$T" ] || [ -z "$stage" ]; then exit 1; fi\n', "$stage"),
    "both in double brackets": ('if [[ -z "$STAGE" || -z "$T" ]]; then exit 64; fi\n', "$STAGE"),
    "given in several places": ('stage=\n[ "$1" ] && stage=$1\n[ -n "$stage" ] || exit 1\n', "$stage"),
    "checked by a function": ('die() { exit 1; }\n[ "$1" ] || die\n', "$1"),
}
OPEN = {
    "not checked": ("", "$1"),
    "given by a function": ('take() { stage=$1; }\nstage=x\n[ -n "$stage" ] || exit 1\ntake\n', "$stage"),
    "one or the other": ('if [ -z "$T" ] && [ -z "$1" ]; then exit 1; fi\n', "$1"),
    "both, or another": ('[ -n "$1" ] && [ "$T" ] || [ "$T" ] || exit 1\n', "$1"),
    "checked before it is given": ('[ -n "$STAGE" ] || exit 1\nSTAGE=$1\n', "$STAGE"),
    "given again": ('stage=$1\n[ -n "$stage" ] || exit 1\nstage=$2\n', "$stage"),
    "only set": ("stage=${1?usage}\n", "$stage"),
    "under set -u": ("set -u\n", "$STAGE"),
    "with an open default": ("stage=${1:-$STAGE}\n", "$stage"),
    "another one is checked": (': "${T:?}"\n', "$STAGE"),
    "checked in a subshell": ('( : "${STAGE:?}" )\n', "$STAGE"),
    "checked and moved": ('[ -n "$1" ] || exit 1\nshift\n', "$1"),
    "checked and read again": (': "${STAGE:?}"\n. ./env\n', "$STAGE"),
    "checked sometimes": ('if [ "$T" = x ]; then : "${STAGE:?}"; fi\n', "$STAGE"),
    "checked behind": ("", "$STAGE"),
}


@pytest.fixture(name="loopback", scope="module")
def _loopback(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    with serving(tmp_path_factory.mktemp("loopback")) as loopback:
        (loopback.home / "env").write_text("STAGE=\n")
        yield loopback


def _faults(head: str, value: str) -> list[str]:
    old, new = (head + call.replace("VALUE", value) for call in (BEFORE, AFTER))
    return faults(compared(files(OLD, go=old), files(NEW, go=new)))


def _bodies(loopback: Loopback, head: str, value: str) -> list[bytes]:
    script = (head + AFTER.replace("VALUE", value)).replace("https:", "http:")
    given = [(words, stage) for words in ("''", "", "x ''") for stage in ("", "x")]
    runs = (loopback.run("bash", f"set -- {words}\n{script}", {"T": "tok", "STAGE": stage}) for words, stage in given)
    return [request.body for sent in runs for request in sent]


@pytest.mark.parametrize("name", FILLED)
def test_what_is_never_empty(loopback: Loopback, name: str) -> None:
    assert not any(b'"stage": ""' in body for body in _bodies(loopback, *FILLED[name]))
    assert not _faults(*FILLED[name])


@pytest.mark.parametrize("name", OPEN)
def test_what_may_be_empty(loopback: Loopback, name: str) -> None:
    assert any(b'"stage": ""' in body for body in _bodies(loopback, *OPEN[name]))
    assert any("is empty)" in line for line in _faults(*OPEN[name])), _faults(*OPEN[name])


def test_what_is_checked_has_nothing_to_do_with_the_plan() -> None:
    """The rewrite of the tool keeps an unset variable unset, checked or not."""
    for head, value in (FILLED["at the call"], OPEN["not checked"]):
        old = files(OLD, go=head + BEFORE.replace("VALUE", value))
        assert not faults(compared(old, migrated(old)))


def test_what_only_an_empty_value_would_show_is_not_known() -> None:
    """Nobody may ever make the call without the value: no difference that is certain."""
    found = _faults(*OPEN["not checked"])
    assert found
    assert all("unknown" in line or "differs" not in line for line in found), found
