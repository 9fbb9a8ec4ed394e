"""Which project a call aims at."""

from __future__ import annotations

import pytest

from migrator.circleci.api.target import is_project, named_project, target_of
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
        (Slug(text("github"), text("acme"), (Expansion("$R", "R", values=("app", "App")),)), OWN, Target.THIS),
        (Slug(text("github"), text("acme"), (Expansion("$R", "R", values=("app", "lib")),)), OWN, Target.OTHER),
        (Slug(text("github"), text("acme"), (Expansion("$R", "R", values=("api", "lib")),)), OWN, Target.OTHER),
    ],
)
def test_the_target_of_a_slug(slug: Slug, own: tuple[str, ...], target: Target) -> None:
    assert target_of(slug, own) is target


@pytest.mark.parametrize(
    ("slug", "own", "named"),
    [
        (Slug(text("gh"), text("Acme"), text("Lib")), (), "github/acme/lib"),
        (Slug((), text("acme"), text("lib")), (), "github/acme/lib"),
        (Slug(text("github"), ORG, text("lib")), OWN, "github/acme/lib"),
        (Slug(text("github"), ORG, text("lib")), ("github/fork/app", "github/acme/app"), "github/fork/lib"),
        (Slug(text("github"), ORG, text("lib")), (), None),
        (Slug(text("github"), text("acme"), SOMETHING), OWN, None),
        (Slug(text("github"), text("acme"), (Expansion("$R", "R", values=("lib", "app")),)), OWN, None),
        (Slug(text("bitbucket"), text("acme"), text("lib")), (), "bitbucket/acme/lib"),
    ],
)
def test_the_project_that_a_slug_names(slug: Slug, own: tuple[str, ...], named: str | None) -> None:
    assert named_project(slug, own) == named
    assert is_project(slug, own, ("github/acme/lib", "github/acme/elsewhere")) is (named == "github/acme/lib")
