"""A whole migration of several repositories against a revision: a call into another one is compared by its configs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.planning.support import CONFIG, migrator

if TYPE_CHECKING:
    from pathlib import Path


def test_a_call_into_another_repository_is_compared_with_that(clones: Path) -> None:
    migrator(clones, "apply", "tools", "app")
    together = migrator(clones, "verify", "--against", "HEAD", "tools", "app")
    assert together.status == 0, together.out
    assert "release.sh:2:1  v2  deploy  proved" in together.out
    alone = migrator(clones, "verify", "--against", "HEAD", "tools")
    assert alone.status == 1
    assert "what it starts is decided by the config of github/acme/app" in alone.out


def test_what_the_other_config_lost_differs(clones: Path) -> None:
    migrator(clones, "apply", "tools", "app")
    config = clones / "app" / CONFIG
    config.write_text(config.read_text().replace("- deploy:", "- test:"))
    ran = migrator(clones, "verify", "--against", "HEAD", "tools", "app")
    assert ran.status == 7
    assert "deploy  differs" in ran.out
