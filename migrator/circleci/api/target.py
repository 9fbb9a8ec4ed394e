"""Which project a call aims at, seen from the repository that holds the call."""

from __future__ import annotations

from itertools import product

from migrator.model import Expansion, Slug, Target, Template, flatten, static, values

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
        known = set(projects_of(slug, own)) if own else set()
        return (Target.THIS if known <= set(own) else Target.OTHER) if known else Target.UNKNOWN
    organization, repository = _known(slug.organization), _known(slug.repository)
    own_organization = _reads(slug.organization, _OWN_ORGANIZATION)
    own_repository = _reads(slug.repository, _OWN_REPOSITORY)
    if own_organization and own_repository:
        return Target.THIS
    mine = [name.lower().split("/", 2) for name in own if name.count("/") == 2]
    if not mine:
        return Target.UNKNOWN
    organizations, repositories = {parts[1] for parts in mine}, {parts[2] for parts in mine}
    fits_organization = own_organization or (organization is not None and organization <= organizations)
    fits_repository = own_repository or (repository is not None and repository <= repositories)
    if fits_organization and fits_repository:
        return Target.THIS if _same_vcs(slug.vcs, mine) else Target.OTHER
    if repository is not None and not fits_repository:
        return Target.OTHER
    return Target.OTHER if organization is not None and not fits_organization else Target.UNKNOWN


def _known(template: Template) -> set[str] | None:
    """Every text that a part of a slug can be, in small letters, when that is known."""
    texts = values(template)
    return None if texts is None else {text.lower() for text in texts}


def _reads(template: Template, variable: str) -> bool:
    parts = flatten(template)
    return len(parts) == 1 and isinstance(parts[0], Expansion) and parts[0].name == variable


def _same_vcs(vcs: Template, mine: list[list[str]]) -> bool:
    named = static(vcs) if vcs else ""
    return named is None or _VCS.get(named.lower(), named) in {parts[0] for parts in mine}


def is_project(slug: Slug, own: tuple[str, ...], names: tuple[str, ...]) -> bool:
    """Whether a call of the project `own` is, in every run, for the project known by the slugs `names`."""
    organizations = _texts(slug.organization, _OWN_ORGANIZATION, [name.lower().split("/")[1:2] for name in own])
    repositories = _texts(slug.repository, _OWN_REPOSITORY, [name.lower().split("/")[2:3] for name in own])
    if not organizations or not repositories:
        return False
    theirs = [name.lower().split("/", 2) for name in names if name.count("/") == 2]
    return any(
        set(organizations) == {parts[1]} and set(repositories) == {parts[2]} and _same_vcs(slug.vcs, [parts])
        for parts in theirs
    )


def _texts(template: Template, variable: str, own: list[list[str]]) -> list[str]:
    """What a part of a slug can be, in small letters; of the project's own parts the first remote's counts."""
    if _reads(template, variable):
        return next(iter(own), [])
    return [text.lower() for text in values(template) or ()]


def projects_of(slug: Slug, own: tuple[str, ...]) -> tuple[str, ...]:
    """Every project that a call of the project `own` can be for, canonically spelled; none when that is not known."""
    organizations = _texts(slug.organization, _OWN_ORGANIZATION, [name.split("/")[1:2] for name in own])
    repositories = _texts(slug.repository, _OWN_REPOSITORY, [name.split("/")[2:3] for name in own])
    systems = values(slug.vcs) if slug.vcs else ("github",)
    # Where one variable holds several parts, it stands in the first of them.
    known = [systems or (), organizations if slug.organization else ("",), repositories if slug.repository else ("",)]
    slugs = ["/".join(filter(None, parts)).split("/") for parts in product(*known)]
    if any(len(parts) != len(known) or not all(parts) for parts in slugs):
        return ()
    return tuple(dict.fromkeys(canonical_slug(*parts) for parts in slugs))


def named_project(slug: Slug, own: tuple[str, ...]) -> str | None:
    """The project that a call of the project `own` is for, canonically spelled; None when that is not known."""
    organizations = _texts(slug.organization, _OWN_ORGANIZATION, [name.split("/")[1:2] for name in own])
    repositories = _texts(slug.repository, _OWN_REPOSITORY, [name.split("/")[2:3] for name in own])
    vcs = static(slug.vcs) if slug.vcs else ""
    if len(organizations) != 1 or len(repositories) != 1 or vcs is None:
        return None
    return canonical_slug(vcs, organizations[0], repositories[0])
