"""A damaged migration is caught, whatever the damage: every mutant that runs anything differently is not proved."""

from __future__ import annotations

import os
import tomllib
import zlib
from pathlib import Path

import pytest

from tests.verifying.mutants import config_mutants, config_of, is_harmless
from tests.verifying.oracle import observably_different
from tests.verifying.support import compared, faults, migrated, read

CASES = sorted(path.parent for path in (Path(__file__).parent.parent / "cases").glob("*/case.toml"))
EVERY = max(1, 8 // int(os.environ.get("MIGRATOR_EFFORT", "1")))
"""One mutant in so many is tried; with MIGRATOR_EFFORT=8 all of them are."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_mutants_of_a_migrated_case_are_caught(case: Path) -> None:
    slug = tomllib.loads((case / "case.toml").read_text())["slug"]
    old = read(case / "before")
    new = migrated(old, slug)
    if new == old:
        pytest.skip("nothing is migrated")
    sound, config = faults(compared(old, new, slug)), config_of(new)
    missed, tried = [], 0
    for name, mutant in config_mutants(new):
        if zlib.crc32(name.encode()) % EVERY or is_harmless(name, config):
            continue
        tried += 1
        if faults(compared(old, mutant, slug)) == sound and (event := observably_different(new, mutant)):
            missed.append(f"{name}: {event}")
    assert not missed
    assert tried >= 5
