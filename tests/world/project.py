"""A project: a real bare repository behind the fake CircleCI, and a working tree to commit from."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.world.git import GitError, git, raw

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CONFIG = ".circleci/config.yml"
"""Where CircleCI reads a project's config."""

_PROVIDERS = {"gh": "github", "bb": "bitbucket"}


@dataclass(frozen=True, slots=True)
class ProjectSlug:
    """A project's name: provider, organization, repository."""

    provider: str
    organization: str
    repository: str

    @classmethod
    def of(cls, provider: str, organization: str, repository: str) -> ProjectSlug:
        """The slug with the provider's short form written out."""
        return cls(_PROVIDERS.get(provider, provider), organization, repository)

    def __str__(self) -> str:
        """As in a v2 path, with the short provider."""
        short = {full: short for short, full in _PROVIDERS.items()}
        return f"{short.get(self.provider, self.provider)}/{self.organization}/{self.repository}"


class Project:
    """A repository made of the files of `source`; its first commit is there, and nothing has run."""

    def __init__(self, slug: ProjectSlug, source: Path, root: Path, default_branch: str = "main") -> None:
        """`root` gets the bare repository and the working tree; a `.git` in `source` is not taken along."""
        self.slug = slug
        self.default_branch = default_branch
        self.bare = root / "origin.git"
        self.tree = root / "tree"
        shutil.copytree(source, self.tree, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        git(self.tree, "init", "-q", "-b", default_branch)
        self._commits = 0
        self._labels: dict[str, str] = {}
        self._commit("")
        git(root, "clone", "-q", "--bare", str(self.tree), str(self.bare))
        git(self.tree, "remote", "add", "origin", str(self.bare))

    def commit(self, branch: str, files: Mapping[str, str | None], message: str = "") -> str:
        """Commit to `branch`, made from the default branch when new; None deletes a file. Returns the SHA."""
        self.switch(branch)
        for path, text in files.items():
            _write(self.tree / path, text)
        sha = self._commit(message)
        git(self.tree, "push", "-q", "origin", branch)
        return sha

    def tag(self, name: str, ref: str) -> str:
        """Tag `ref` (a branch or a commit) and return the SHA."""
        git(self.tree, "tag", name, ref)
        git(self.tree, "push", "-q", "origin", f"refs/tags/{name}")
        return git(self.tree, "rev-parse", f"{name}^{{commit}}")

    def switch(self, branch: str) -> None:
        """Have `branch` in the working tree."""
        if self.resolve(branch=branch) is None:
            git(self.tree, "checkout", "-q", "-b", branch, self.default_branch)
        elif git(self.tree, "symbolic-ref", "--short", "HEAD") != branch:
            git(self.tree, "checkout", "-q", branch)

    def resolve(self, *, branch: str | None = None, tag: str | None = None, revision: str | None = None) -> str | None:
        """The SHA of a revision, a tag or a branch, the first that is given; None when there is no such thing."""
        if revision is not None:
            return self._parse(revision)
        if tag is not None:
            return self._parse(f"refs/tags/{tag}")
        name = branch if branch is not None else self.default_branch
        return self._parse(f"refs/{name}" if name.startswith("pull/") else f"refs/heads/{name}")

    def read(self, commit: str, path: str = CONFIG) -> str | None:
        """The text of a file in a commit; None when it is not there."""
        try:
            return raw(self.bare, "show", f"{commit}:{path}").decode()
        except GitError:
            return None

    def labels(self) -> dict[str, str]:
        """Every commit's SHA with its subject, which is the same in two worlds that made the same commits."""
        if len(self._labels) != self._commits:
            log = git(self.bare, "log", "--all", "--format=%H %s")
            self._labels = dict(line.split(" ", 1) for line in log.splitlines())
        return self._labels

    def plain(self, text: str) -> str:
        """A text with commits' SHAs replaced by their subjects."""
        for sha, subject in self.labels().items():
            text = text.replace(sha, f"<{subject}>")
        return text

    def skips(self, commit: str) -> bool:
        """Whether the commit asks for no pipeline, near the start of title or body. CircleCI docs: skip-build."""
        parts = git(self.bare, "log", "-1", "--format=%s%x00%b", commit).split("\0")
        return any(mark in part[:250] for part in parts for mark in ("[ci skip]", "[skip ci]"))

    def _commit(self, message: str) -> str:
        self._commits += 1
        git(self.tree, "add", "--all", "--force")
        git(self.tree, "commit", "-q", "--allow-empty", "-m", f"commit {self._commits} {message}".strip())
        return git(self.tree, "rev-parse", "HEAD")

    def _parse(self, ref: str) -> str | None:
        try:
            return git(self.bare, "rev-parse", "--verify", "-q", "--end-of-options", f"{ref}^{{commit}}")
        except GitError:
            return None


def _write(path: Path, text: str | None) -> None:
    if text is None:
        path.unlink()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
