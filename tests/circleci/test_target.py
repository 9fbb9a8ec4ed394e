"""Which project a call aims at."""

from __future__ import annotations

import pytest

from migrator.circleci.target import target_of
from migrator.model import Expansion, Literal, Slug, Target, Template

OWN = ("github/acme/app",)
ORG: Template = (Expansion("$CIRCLE_PROJECT_USERNAME", "CIRCLE_PROJECT_USERNAME"),)
REPO: Template = (Expansion("${CIRCLE_PROJECT_REPONAME}", "CIRCLE_PROJECT_REPONAME"),)
SOMETHING: Template = (Expansion("$1"),)


def text(value: str) -> Template:
    return (Literal(value),)


@pytest.mark.parametrize(
    ("slug", "own", "target"),
    [
        (Slug(text("github"), ORG, REPO), (), Target.THIS),
        (Slug(text("gh"), text("Acme"), text("APP")), OWN, Target.THIS),
        (Slug((), text("acme"), text("app")), OWN, Target.THIS),
        (Slug(text("bitbucket"), text("acme"), text("app")), OWN, Target.OTHER),
        (Slug(text("github"), text("acme"), text("lib")), OWN, Target.OTHER),
        (Slug(text("github"), text("other"), text("app")), OWN, Target.OTHER),
        (Slug(text("github"), ORG, text("lib")), OWN, Target.OTHER),
        (Slug(text("github"), text("acme"), REPO), OWN, Target.THIS),
        (Slug(text("github"), SOMETHING, text("app")), OWN, Target.UNKNOWN),
        (Slug(text("github"), text("acme"), SOMETHING), OWN, Target.UNKNOWN),
        (Slug(text("github"), text("acme"), text("app")), (), Target.UNKNOWN),
        (Slug((), (), ()), OWN, Target.UNKNOWN),
        (Slug(SOMETHING, text("acme"), text("app")), OWN, Target.THIS),
        (Slug(text("github"), text("acme"), (Expansion("$R", "R", resolved=text("app")),)), OWN, Target.THIS),
    ],
)
def test_the_target_of_a_slug(slug: Slug, own: tuple[str, ...], target: Target) -> None:
    assert target_of(slug, own) is target
