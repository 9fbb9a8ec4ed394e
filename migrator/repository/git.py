"""The only door to git: fixed commands, and a repository's own configuration can neither run programs nor hide files.

Kept free of heavy imports (`subprocess`, `dataclasses`, `re`): a clean `check` spends most of its time starting up.
"""

from __future__ import annotations

import os
import select

TYPE_CHECKING = False  # typing itself would take longer to import than git to search
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Status, standard output and standard error of one git command. 127: there is no git.
Answer = tuple[int, bytes, bytes]

_NO_GIT = 127
_COMMAND = (
    *("git", "--no-pager", "--literal-pathspecs", "--no-replace-objects"),
    *("-c", "core.fsmonitor=false"),  # a path to a hook that most commands would run
    *("-c", "submodule.recurse=false"),
    *("-c", "protocol.allow=never"),  # a partial clone must not fetch, through whatever program is configured
)
# Where git looks is decided here, not by a hook or an alias that runs the tool; tracing would look like a complaint.
_DROPPED = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_PREFIX", "GIT_TRACE")
_SET = {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}


def ask(root: str, *commands: Sequence[str | bytes], config: Mapping[str, str] | None = None) -> list[Answer]:
    """Run git commands side by side in `root` and return their answers in order.

    `config` holds settings that overrule the repository's. No failure raises: the status tells.
    """
    environment = _environment(config or {})
    running: list[_Child] = []
    try:
        running += (_Child(root, command, environment) for command in commands)
        _drain(running)
    except BaseException:
        for child in running:
            child.stop()
        raise
    return [child.answer() for child in running]


def _environment(config: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_DROPPED)}
    kept.update(_SET)
    if config:
        # Through the environment and not `-c`: a driver's name may hold an equals sign.
        count = kept.get("GIT_CONFIG_COUNT", "")
        first = int(count) if count.isdecimal() else 0
        for number, (key, value) in enumerate(config.items(), first):
            kept[f"GIT_CONFIG_KEY_{number}"], kept[f"GIT_CONFIG_VALUE_{number}"] = key, value
        kept["GIT_CONFIG_COUNT"] = str(first + len(config))
    return kept


class _Child:
    """One running git with the ends of its two pipes."""

    def __init__(self, root: str, command: Sequence[str | bytes], environment: Mapping[str, str]) -> None:
        self.pid: int | None = None
        self.chunks: dict[int, list[bytes]] = {}
        out, out_end = os.pipe()
        err, err_end = os.pipe()
        self.pipes = (out, err)
        self.chunks = {out: [], err: []}
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_DUP2, out_end, 1),
            (os.POSIX_SPAWN_DUP2, err_end, 2),
        ]
        try:
            self.pid = os.posix_spawnp("git", [*_COMMAND, "-C", root, *command], environment, file_actions=actions)
        except OSError as error:
            self.chunks[err].append(f"git: {error.strerror}".encode())
        finally:
            os.close(out_end)
            os.close(err_end)

    def answer(self) -> Answer:
        for pipe in self.pipes:
            os.close(pipe)
        status = _NO_GIT
        if self.pid is not None:
            status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        out, err = (b"".join(chunks) for chunks in self.chunks.values())
        return status, out, err

    def stop(self) -> None:
        for pipe in self.pipes:
            os.close(pipe)
        if self.pid is not None:
            os.kill(self.pid, 15)
            os.waitpid(self.pid, 0)


def _drain(running: Sequence[_Child]) -> None:
    """Read all pipes to their ends at once, so that no child waits for another's reader."""
    owners = {pipe: child for child in running for pipe in child.pipes}
    waiting = set(owners)
    while waiting:
        for pipe in select.select(tuple(waiting), (), ())[0]:
            data = os.read(pipe, 1 << 16)
            if data:
                owners[pipe].chunks[pipe].append(data)
                continue
            waiting.discard(pipe)


def toplevel(path: str) -> str | None:
    """The nearest folder at or above `path` that holds a `.git`, or None. Git is not asked: it may refuse to answer."""
    while True:
        if os.path.lexists(os.path.join(path, ".git")):
            return path
        parent = os.path.dirname(path)
        if parent == path:
            return None
        path = parent


def grep_and_list(root: str, literals: Sequence[bytes], directory: str) -> tuple[Answer, Answer]:
    """Tracked files below `directory` that hold a literal; and all files, tracked and untracked but not ignored.

    Of `git grep`: names, NUL-terminated; status 1 says none. No `-I`: it skips what `.gitattributes` calls binary.
    No `--untracked`: it obeys ignore rules for tracked files too. Of `git ls-files`: see `listed`.
    """
    patterns = [part for literal in literals for part in (b"-e", literal)]
    where = ("--", directory or ".")
    grep = ("-c", "grep.threads=4", "grep", "-l", "-z", "-F", "--no-color", "--no-textconv", "--no-recurse-submodules")
    listing = ("ls-files", "-z", "-v", "-s", "-o", "--exclude-standard", *where)
    found, files = ask(root, (*grep, *patterns, *where), listing)
    return found, files


def grep_stored(root: str, literals: Sequence[bytes], directory: str, revision: str = "") -> Answer:
    """Files below `directory` that hold a literal in the index, or in a commit; names, NUL-terminated, or a failure.

    A commit goes before each name, with a colon. Status 1 says none.
    """
    patterns = [part for literal in literals for part in (b"-e", literal)]
    options = ("-l", "-z", "-F", "--no-color", "--no-textconv", "--no-recurse-submodules")
    stored: list[str | bytes] = [*patterns, revision] if revision else ["--cached", *patterns]
    return ask(root, ("grep", *options, *stored, "--", directory or "."))[0]


def head(root: str) -> str | None:
    """The commit that is checked out, or would be; None when there is none yet."""
    ((status, out, _),) = ask(root, ("rev-parse", "--verify", "--quiet", "HEAD^{commit}"))
    return out.strip().decode() if status == 0 else None


def is_stored(root: str, path: str) -> bool:
    """Whether git has a file in its index or in the commit that is checked out."""
    return any(status == 0 for status, _, _ in ask(root, *(("cat-file", "-e", f"{at}:{path}") for at in ("", "HEAD"))))


def dirty(root: str, paths: Sequence[str]) -> tuple[str, ...] | None:
    """Of `paths` (relative to `root`), those with uncommitted changes; an untracked or ignored file has nothing else.

    None when git cannot say; empty outside of a repository, where nothing is committed at all.
    """
    if toplevel(root) is None or not paths:
        return ()
    command = ("status", "--porcelain=v1", "-z", "--no-renames", "--ignore-submodules=all")
    untracked = ("--untracked-files=all", "--ignored=matching", "--", *paths)
    where = ("rev-parse", "--show-prefix")
    (status, out, _), (_, prefix, _) = ask(root, (*command, *untracked), where, config=_without_filters(root))
    if status != 0:
        return None
    # git names files from the top of the repository, which `root` may be below.
    skip = len("XY ") + len(prefix.removesuffix(b"\n"))
    changed = {os.fsdecode(entry[skip:]) for entry in out.split(b"\0") if entry}
    return tuple(path for path in paths if path in changed)


def _without_filters(root: str) -> dict[str, str]:
    """Settings that switch off every content filter: `git status` would run their programs."""
    ((_, out, _),) = ask(root, ("config", "-z", "--name-only", "--get-regexp", r"^filter\."))
    drivers = {os.fsdecode(name).removeprefix("filter.").rpartition(".")[0] for name in out.split(b"\0") if name}
    off = {"clean": "", "smudge": "", "process": "", "required": "false"}
    return {f"filter.{driver}.{key}": value for driver in sorted(drivers) for key, value in off.items()}


def changed_since(root: str, revision: str) -> tuple[str, ...] | None:
    """Files (relative to `root`) that differ from where the work since `revision` began, and untracked ones.

    That is the merge base: what the revision itself got meanwhile is nobody's change here. None when git knows no such
    revision or cannot compare.
    """
    off = _without_filters(root)
    ((status, base, _),) = ask(root, ("merge-base", "--end-of-options", revision, "HEAD"))
    if status != 0:  # unrelated histories, or a shallow clone: the revision itself is the next best
        verify = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        ((status, base, _),) = ask(root, verify)
    if status != 0:
        return None
    commit = base.strip().decode()
    compare = ("diff", "--name-only", "-z", "--relative", "--no-ext-diff", "--no-textconv", "--diff-filter=d", commit)
    listing = ("ls-files", "-z", "-o", "--exclude-standard")
    (status, out, _), (listed, loose, _) = ask(root, (*compare, "--"), listing, config=off)
    if status != 0 or listed != 0:
        return None
    return tuple(dict.fromkeys(os.fsdecode(name) for name in (*out.split(b"\0"), *loose.split(b"\0")) if name))
