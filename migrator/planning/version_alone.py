"""Move a config to version 2.1 for its own sake: one that no call of the run starts anything in.

With `--only config` such a config is rewritten all the same, when pushes, tags and schedules are proved to run as
before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.config.rewrite import modernized
from migrator.circleci.proof.equivalence import Worlds
from migrator.circleci.proof.ordinary import prove_ordinary
from migrator.circleci.runs.config import ConfigView, as_mapping
from migrator.errors import ParseError, Refusal
from migrator.model import Change, Severity, Status, Verdict
from migrator.planning.project import Here, config_key

if TYPE_CHECKING:
    from migrator.model import Proof
    from migrator.planning.project import Project
    from migrator.settings import Settings
    from migrator.syntax.text.source import Source


@dataclass(frozen=True, slots=True)
class VersionMove:
    """The change of the config, with its proof; without a change `kept` says why there is none."""

    changes: tuple[Change, ...] = ()
    proofs: tuple[Proof, ...] = ()
    kept: str = ""


def move_alone(project: Project, home: str, settings: Settings) -> VersionMove:
    """The move of the repository's config, where it is asked for and no call aims at the config."""
    key, config = config_key(home), project.configs.get(Here(home))
    if settings.only != "config" or config is None or config.version not in ("2", "2.0"):
        return VersionMove()
    if key in project.context or any(site.goal == Here(home) for site in project.sites):
        return VersionMove()
    return _moved(project.sources[key], config, settings)


def _moved(source: Source, config: ConfigView, settings: Settings) -> VersionMove:
    from migrator.syntax.yaml import load

    try:
        rewrite = modernized(source.text)
        after = ConfigView(as_mapping(load(rewrite.text)))
    except (Refusal, ParseError) as refusal:
        return VersionMove(kept=refusal.message)
    proofs = prove_ordinary(Worlds(config, after))
    doubts = [note for _, note in rewrite.notes if note.severity is not Severity.INFO]
    failed = [proof for proof in proofs if proof.verdict is not Verdict.PROVED]
    if failed:
        first = failed[0]
        return VersionMove(proofs=proofs, kept=f"that the same runs is not proved ({first.subject}: {first.detail}).")
    if doubts and not settings.allows(Status.UNSAFE, doubts):
        return VersionMove(proofs=proofs, kept=f"{doubts[0].message} With --unsafe it is moved.")
    return VersionMove((Change(source.path, source.encode(source.text), source.encode(rewrite.text)),), proofs)
