"""Whether a call is made under the conditions that the old one was made under, and whether it is made at all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from codemods.python.guards import guards
from codemods.shell.starts import guards_at
from migrator.model import Proof, Verdict
from migrator.syntax.text.guards import new_guards

if TYPE_CHECKING:
    from codemods.found import V2Caller
    from migrator.planning.project import Site
    from migrator.syntax.text.guards import Guard


def if_reached(proof: Proof, site: Site, caller: V2Caller) -> Proof:
    """The proof that a new call does what an old one did, unless other conditions decide on whether it is made."""
    proof = if_as_it_looks(proof, caller)
    before = _guards(site)
    if proof.verdict is not Verdict.PROVED or before is None:
        return proof
    added, lost = new_guards(before, caller.guards), new_guards(caller.guards, before)
    never = next((each for each in added if each.never), None)
    if never is not None:
        return Proof(proof.subject, Verdict.DIFFERS, f"the call is not reached: {never}")
    if added:
        return Proof(proof.subject, Verdict.UNKNOWN, f"the call is made only {_told(added)} now")
    if lost:
        return Proof(proof.subject, Verdict.UNKNOWN, f"the call was made only {_told(lost)} before")
    return proof


def if_as_it_looks(proof: Proof, caller: V2Caller) -> Proof:
    """The proof of a call, unless nobody knows what runs the text that it stands in."""
    if proof.verdict is not Verdict.PROVED or not caller.doubt:
        return proof
    return Proof(proof.subject, Verdict.UNKNOWN, f"{caller.doubt[0].lower()}{caller.doubt[1:]}")


def if_reached_at_all(proof: Proof, caller: V2Caller) -> Proof:
    """The proof of a call by itself, unless it is certain that the call is not made."""
    proof = if_as_it_looks(proof, caller)
    if proof.verdict is Verdict.PROVED and caller.slip:
        return Proof(proof.subject, Verdict.UNKNOWN, caller.slip)
    never = next((each for each in caller.guards if each.never), None)
    if proof.verdict is not Verdict.PROVED or never is None:
        return proof
    return replace(proof, verdict=Verdict.UNKNOWN, detail=f"the call is not reached: {never}", claim="")


def _guards(site: Site) -> tuple[Guard, ...] | None:
    """What had to hold for the old call; None for a call in a language of which that is not known."""
    call = site.decision.call
    if call.codemod == "python":
        return guards(site.source.text, call.line, call.column)
    if call.codemod != "shell":
        return None
    return guards_at(site.found.region, call.span.start, templated=site.found.templated)


def _told(found: tuple[Guard, ...]) -> str:
    return " and ".join(map(str, found))
