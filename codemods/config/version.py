"""Move a config from version 2 or 2.0 to 2.1, which pipeline parameters and `when` need (CircleCI docs)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.config.text.nodes import Config, Passed
from migrator.errors import Refusal
from migrator.syntax.yaml.api import Kind, construct, own
from migrator.syntax.yaml.change import set_text
from migrator.syntax.yaml.patch import patch

if TYPE_CHECKING:
    from migrator.model import ConfigPlan


def is_legacy(text: str) -> bool:
    """Whether the config is of version 2 or 2.0. Raises Refusal for a config of no version that is known."""
    version = Config(text).data.get("version")
    match version:
        case None:
            raise Refusal(
                "version-missing", "The config names no version. Only configs of version 2 or 2.1 can be migrated."
            )
        case bool() | dict() | list():
            pass
        case _ if str(version) in ("2", "2.0"):
            return True
        case _ if str(version) == "2.1":
            return False
    raise Refusal("version-unknown", f"The config's version is `{version}`. Only 2, 2.0 and 2.1 can be migrated.")


def bump(text: str, plan: ConfigPlan) -> Passed:  # noqa: ARG001 - all passes have one signature
    """Say `2.1` where the config says its version, in the quotes that are there. Raises Refusal for an alias."""
    config = Config(text)
    pair = own(config.root, "version")
    if pair is None or pair[1].kind is not Kind.SCALAR:
        raise Refusal("config-anchor", "The config's version comes from an alias or a merge. Move it to 2.1 by hand.")
    node = pair[1]
    after = patch(text, set_text(node, "2.1"))
    assert str(construct(own(Config(after).root, "version")[1])) == "2.1"  # type: ignore[index]
    return Passed(after)
