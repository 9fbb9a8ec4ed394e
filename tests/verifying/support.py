"""Little repositories in memory: migrate them, verify them, and tell what a verification says."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

from migrator.model import Verdict
from migrator.planning.analyse import analyse
from migrator.repository.discovery import Discovery
from migrator.repository.roots import CONFIG_PATH
from migrator.settings import Settings
from migrator.verifying.verify import verify, verify_all_against

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from migrator.model import Proof, Report
    from migrator.verifying.result import Verification

Files = dict[str, str]
SLUG = "github/acme/app"
V1 = "https://circleci.com/api/v1.1/project/github/acme/app"
V2 = "https://circleci.com/api/v2/project/gh/acme/app/pipeline"


def files(config: str, **scripts: str) -> Files:
    """A config, and scripts by name (`deploy` is `deploy.sh`)."""
    return {
        CONFIG_PATH: dedent(config),
        **{f"{name}.sh": "#!/bin/bash\n" + dedent(text) for name, text in scripts.items()},
    }


def read(folder: Path) -> Files:
    """The text files of a folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            try:
                found[path.relative_to(folder).as_posix()] = data.decode()
            except UnicodeDecodeError:
                continue
    return found


def discovered(content: Mapping[str, str], slug: str = SLUG) -> Discovery:
    """The files as discovery hands them over."""
    candidates = tuple(sorted((path, text.encode()) for path, text in content.items()))
    return Discovery("/repository", len(candidates), candidates, slugs=(slug,))


def report(content: Mapping[str, str], slug: str = SLUG, *, unsafe: bool = True) -> Report:
    """What the engine says about the files."""
    return analyse(discovered(content, slug), Settings(unsafe=unsafe))


def migrated(content: Files, slug: str = SLUG) -> Files:
    """The files with everything rewritten that can be."""
    return {**content, **{change.path: change.after.decode() for change in report(content, slug).changes}}


def checked(content: Files, slug: str = SLUG) -> Verification:
    """`migrator verify`."""
    return verify(discovered(content, slug), Settings())


def compared(old: Files, new: Files, slug: str = SLUG) -> Verification:
    """`migrator verify --against`."""
    (found,) = verify_all_against([(discovered(old, slug), discovered(new, slug), Settings())])
    return found


def told(proofs: tuple[Proof, ...] | list[Proof]) -> list[str]:
    """The proofs in one line each."""
    return [f"{proof.subject}: {proof.verdict}" + (f": {proof.detail}" if proof.detail else "") for proof in proofs]


def faults(found: Verification) -> list[str]:
    """What is not proved."""
    return told([proof for proof in found.proofs() if proof.verdict is not Verdict.PROVED])
