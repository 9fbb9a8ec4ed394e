"""A config that is there and cannot be parsed: CircleCI refuses it, and with it every pipeline."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from migrator.errors import ParseError
from migrator.model import Proof, Target, Verdict
from migrator.planning.project import HERE, config_key
from migrator.repository.roots import CONFIG_PATH

if TYPE_CHECKING:
    from migrator.planning.project import Project
    from migrator.verifying.result import CheckedCall


def refusal_of(project: Project) -> Proof | None:
    """Why the config of a project starts nothing; None for one that can be parsed, and where there is none.

    YAML parsers agree on what they refuse, but for tabs behind text: there it is `unknown`.
    """
    from migrator.syntax.yaml import load

    source = project.sources.get(config_key(HERE))
    if project.config is not None or source is None:
        return None
    try:
        load(source.text)
    except ParseError as error:
        line = [*source.text.split("\n"), ""][error.line - 1]
        verdict = Verdict.UNKNOWN if "\t" in line.lstrip() and not line.startswith("\t") else Verdict.DIFFERS
        what = f"{CONFIG_PATH} cannot be parsed in line {error.line} ({error.message})"
        return Proof("pipeline", verdict, f"{what}, so that every pipeline fails")
    return None


def under(refusal: Proof | None, call: CheckedCall) -> CheckedCall:
    """A call that starts something in a project whose config is refused, if that is so."""
    if refusal is None or call.target is Target.OTHER:
        return call
    return replace(call, proofs=(refusal,))
