"""Variables that a call reads are assigned in the new script as they were in the old one."""

from __future__ import annotations

import pytest

from tests.verifying.support import V1, compared, faults, files, migrated

CONFIG = """
version: 2.1
jobs:
  release:
    docker: [{image: cimg/base:2024.01}]
    steps: [{run: 'echo "$VERSION"'}]
workflows:
  main:
    jobs: [release]
"""
SENT = '-d "build_parameters[CIRCLE_JOB]=release" -d "build_parameters[VERSION]=$VERSION"'
CALL = f'curl -u "$T:" {SENT} {V1}/tree/main'
PLACES = {
    "a shell script": ("ci/release.sh", "#!/bin/bash\n", ""),
    "a step of another service": (
        ".github/workflows/release.yml",
        "on: push\njobs:\n  release:\n    runs-on: ubuntu-latest\n    steps:\n      - run: |\n",
        "          ",
    ),
}


def written(place: str, *lines: str) -> tuple[str, str]:
    """The path and the text of a file that holds the lines as shell text."""
    path, head, indent = PLACES[place]
    return path, head + "".join(f"{indent}{line}\n" for line in lines)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("opening", ["cat <<EOF > build.env", "cat > build.env <<EOF", "cat <<EOF >> build.env"])
def test_a_here_document_assigns_nothing(place: str, opening: str) -> None:
    """`<<` is a here-document wherever CircleCI's templates are not: `<<EOF >>` is no template there."""
    path, text = written(place, opening, "VERSION=$VERSION", "EOF", CALL)
    old = {**files(CONFIG), path: text}
    new = migrated(old)
    assert new[path] != text
    assert faults(compared(old, new)) == []


@pytest.mark.parametrize("place", PLACES)
def test_another_value_is_told(place: str) -> None:
    """The same call after a change of what it sends is not what it was."""
    path, text = written(place, CALL)
    old = {**files(CONFIG), path: text}
    new = migrated(old)
    assert faults(compared(old, new)) == []
    indent = PLACES[place][2]
    changed = new[path].replace(f"{indent}curl", f"{indent}VERSION=$(git describe)\n{indent}curl")
    assert [fault for fault in faults(compared(old, {**new, path: changed})) if "VERSION" in fault]


MADE = """jq -n '{build_parameters: {CIRCLE_JOB: "release", VERSION: env.VERSION}}'"""
JQ = f'curl -u "$T:" --json "$({MADE})" {V1}/tree/main'


@pytest.mark.parametrize(
    ("before", "is_known"),
    [("", True), ("export VERSION=$1", True), ("VERSION=$1\nexport VERSION", True), ("VERSION=$1", False)],
)
def test_the_environment_of_jq(before: str, is_known: bool) -> None:
    """`env.VERSION` is the script's variable where that is exported; where it is not, nobody knows."""
    old = files(CONFIG, go=f"{before}\n{JQ}\n")
    new = migrated(old)
    assert (new["go.sh"] != old["go.sh"]) is is_known
    if is_known:
        assert faults(compared(old, new)) == []
