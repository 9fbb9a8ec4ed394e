"""Which project a call aims at, seen from the repository that holds the call."""

from __future__ import annotations

from migrator.model import Expansion, Slug, Target, Template, flatten, static

# The platform's own names for the project that runs the job (docs: variables).
_OWN_ORGANIZATION = "CIRCLE_PROJECT_USERNAME"
_OWN_REPOSITORY = "CIRCLE_PROJECT_REPONAME"
_VCS = {"": "github", "gh": "github", "github": "github", "bb": "bitbucket", "bitbucket": "bitbucket"}


def canonical_slug(vcs: str, organization: str, repository: str) -> str:
    """A slug in one spelling, so that `gh/Acme/App` and `github/acme/app` are the same project."""
    return "/".join((_VCS.get(vcs.lower(), vcs.lower()), organization.lower(), repository.lower()))


def target_of(slug: Slug, own: tuple[str, ...]) -> Target:
    """Compare the call's slug with `own`, the canonical slugs of the repository's git remotes."""
    if not slug.repository:
        return Target.UNKNOWN
    organization, repository = static(slug.organization), static(slug.repository)
    own_organization = _reads(slug.organization, _OWN_ORGANIZATION)
    own_repository = _reads(slug.repository, _OWN_REPOSITORY)
    if own_organization and own_repository:
        return Target.THIS
    mine = [name.lower().split("/", 2) for name in own if name.count("/") == 2]
    if not mine:
        return Target.UNKNOWN
    organizations, repositories = {parts[1] for parts in mine}, {parts[2] for parts in mine}
    fits_organization = own_organization or (organization is not None and organization.lower() in organizations)
    fits_repository = own_repository or (repository is not None and repository.lower() in repositories)
    if fits_organization and fits_repository:
        return Target.THIS if _same_vcs(slug.vcs, mine) else Target.OTHER
    if repository is not None and not fits_repository:
        return Target.OTHER
    return Target.OTHER if organization is not None and not fits_organization else Target.UNKNOWN


def _reads(template: Template, variable: str) -> bool:
    parts = flatten(template)
    return len(parts) == 1 and isinstance(parts[0], Expansion) and parts[0].name == variable


def _same_vcs(vcs: Template, mine: list[list[str]]) -> bool:
    named = static(vcs) if vcs else ""
    return named is None or _VCS.get(named.lower(), named) in {parts[0] for parts in mine}
