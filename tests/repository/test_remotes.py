"""Remotes as project slugs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from migrator.repository.remotes import project_slugs, slug_as_spelled
from tests.conftest import git

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeRepository


@pytest.mark.parametrize(
    ("url", "slug"),
    [
        ("git@github.com:Acme/App.git", "github/acme/app"),
        ("git@github.com:acme/app", "github/acme/app"),
        ("github.com:acme/app.git", "github/acme/app"),
        ("git@github.com:/acme/app.git", "github/acme/app"),
        ("org-1234@github.com:acme/app.git", "github/acme/app"),
        ("git@github.com-work:acme/app.git", "github/acme/app"),
        ("ssh://git@github.com/acme/app.git", "github/acme/app"),
        ("ssh://git@ssh.github.com:443/acme/app.git", "github/acme/app"),
        ("git+ssh://git@github.com/acme/app", "github/acme/app"),
        ("https://github.com/acme/app", "github/acme/app"),
        ("https://github.com/acme/app.git/", "github/acme/app"),
        ("https://www.github.com/acme/app.js.git", "github/acme/app.js"),
        ("https://user:secret@github.com/acme/app.git", "github/acme/app"),
        ("HTTPS://GitHub.com/acme/app", "github/acme/app"),
        ("git://github.com/acme/app.git", "github/acme/app"),
        ("https://github.example.com/acme/app.git", "github/acme/app"),
        ("git@bitbucket.org:acme/app.git", "bitbucket/acme/app"),
        ("https://ada@bitbucket.org/acme/app.git", "bitbucket/acme/app"),
        ("ssh://git@altssh.bitbucket.org:443/acme/app.git", "bitbucket/acme/app"),
        ("git@gitlab.com:acme/app.git", None),
        ("https://gitlab.com/github.com/app.git", None),
        ("https://notgithub.com/acme/app.git", None),
        ("https://bitbucket.example.com/scm/acme/app.git", None),
        ("https://github.com/acme", None),
        ("https://github.com/acme/app/extra", None),
        ("/srv/git/github.com/app.git", None),
        ("../acme/app", None),
        ("file:///srv/github.com:acme/app", None),
        ("", None),
    ],
)
def test_slug_of_a_url(url: str, slug: str | None) -> None:
    spelled = slug_as_spelled(url)
    assert (None if spelled is None else spelled.lower()) == slug


def test_origin_comes_first_and_no_project_twice(make_repository: MakeRepository) -> None:
    root = make_repository({}, remote="git@github.com:ada/app.git")
    git(root, "remote", "add", "also", "https://github.com/ada/App.git")
    git(root, "remote", "add", "a-upstream", "https://github.com/acme/app.git")
    git(root, "remote", "add", "elsewhere", "https://gitlab.com/acme/app.git")
    assert project_slugs(str(root)) == ("github/ada/app", "github/acme/app")


def test_the_longest_shorthand_wins(make_repository: MakeRepository) -> None:
    root = make_repository({}, remote="gh:acme/app")
    git(root, "config", "url.https://gitlab.com/.insteadOf", "g")
    git(root, "config", "url.git@github.com:.insteadOf", "gh:")
    assert project_slugs(str(root)) == ("github/acme/app",)


def test_remotes_are_read_where_git_refuses_the_repository(
    make_repository: MakeRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_repository({}, remote="git@github.com:acme/app.git")
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert project_slugs(str(root)) == ("github/acme/app",)


def test_no_repository_no_projects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert project_slugs(str(tmp_path)) == ()
    monkeypatch.setenv("PATH", "/nowhere")
    assert project_slugs(str(tmp_path)) == ()
