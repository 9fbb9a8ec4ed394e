"""Which CircleCI projects a repository is, told by its git remotes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from migrator.errors import UsageError
from migrator.repository.git import ask

if TYPE_CHECKING:
    from collections.abc import Sequence


def project_slugs(root: str) -> tuple[str, ...]:
    """The projects that the repository's remotes are, canonically spelled (`github/acme/app`), `origin` first."""
    return tuple(dict.fromkeys(slug.lower() for slug in spelled_slugs(root)))


def spelled_slugs(root: str) -> tuple[str, ...]:
    """The same in the letters of the remotes (`github/Acme/App`): an API may tell large ones from small ones."""
    urls = _settings(root)
    remotes = [(key != "remote.origin.url", value) for key, value in urls if key.startswith("remote.")]
    shorthands = [(value, key[len("url.") : -len(".insteadof")]) for key, value in urls if key.startswith("url.")]
    slugs = [slug_as_spelled(_expanded(url, shorthands)) for _, url in sorted(remotes)]
    return tuple(dict.fromkeys(slug for slug in slugs if slug))


def _settings(root: str) -> list[tuple[str, str]]:
    wanted = ("config", "-z", "--get-regexp", r"^(remote\..*\.url|url\..*\.insteadof)$")
    ((_, out, _),) = ask(root, wanted)
    if b"remote." not in out:  # the file can be read even where git refuses the repository
        ((_, out, _),) = ask("/", (*wanted[:2], "-f", os.path.join(root, ".git", "config"), *wanted[2:]))
    pairs = (entry.partition(b"\n") for entry in out.split(b"\0") if entry)
    return [(os.fsdecode(key), os.fsdecode(value)) for key, _, value in pairs]


def _expanded(url: str, shorthands: Sequence[tuple[str, str]]) -> str:
    """The URL with the longest matching `url.<base>.insteadOf` put in (git-config)."""
    fitting = [pair for pair in shorthands if url.startswith(pair[0])]
    if not fitting:
        return url
    short, base = max(fitting, key=lambda pair: len(pair[0]))
    return base + url[len(short) :]


_SPELLINGS = {"gh": "github", "bb": "bitbucket"}


def named_slug(text: str) -> str:
    """A slug that a person wrote (`gh/Acme/App`), canonically spelled. Raises UsageError for anything else."""
    vcs, *names = text.strip().lower().split("/")
    vcs = _SPELLINGS.get(vcs, vcs)
    if vcs not in ("github", "bitbucket", "circleci") or len(names) != 2 or not all(names):
        raise UsageError(f"{text!r} is no project slug", hint="write it like github/acme/app")
    return "/".join((vcs, *names))


def slug_as_spelled(url: str) -> str | None:
    """The project slug of a remote's URL: ssh, https, git or scp form, at GitHub or Bitbucket; None for anything else.

    An ssh alias such as `github.com-work` counts as its host, and so does GitHub Enterprise at `github.<domain>`.
    """
    _, has_scheme, rest = url.strip().partition("://")
    if has_scheme:
        host, _, path = rest.partition("/")
        host = host.rpartition("@")[2].partition(":")[0]
    else:
        host, colon, path = url.strip().partition(":")
        if not colon or "/" in host:
            return None
        host = host.rpartition("@")[2]
    vcs = _provider(host.lower())
    parts = path.strip("/").removesuffix(".git").split("/")
    if vcs is None or len(parts) != 2 or not all(parts):
        return None
    return "/".join((vcs, *parts))


def _provider(host: str) -> str | None:
    labels = host.removeprefix("www.").removeprefix("ssh.").removeprefix("altssh.").split(".")
    name = labels[0]
    if name == "github" and len(labels) > 1:
        return "github"
    return "bitbucket" if name == "bitbucket" and labels[1:] and labels[1].partition("-")[0] == "org" else None
