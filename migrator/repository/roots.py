"""From paths on the command line to the repositories they lie in."""

from __future__ import annotations

import os

from migrator.errors import UsageError
from migrator.repository.git import toplevel
from migrator.repository.needles import UnreadableFileError, read_regular

TYPE_CHECKING = False  # typing itself would take longer to import than git to search
if TYPE_CHECKING:
    from collections.abc import Iterable

CONFIG_PATH = ".circleci/config.yml"


class SearchScope:
    """What is to be searched below one root: folders and single files, relative to it; `""` is the root itself.

    No dataclass: importing those costs a clean `check` more than searching a small repository.
    """

    __slots__ = ("directories", "files", "root")

    def __init__(self, root: str, directories: Iterable[str] = (), files: Iterable[str] = ()) -> None:
        """`root` is absolute and free of symbolic links."""
        self.root = root
        self.directories = tuple(directories)
        self.files = tuple(files)

    @property
    def covers_all(self) -> bool:
        """Whether the whole root is to be searched."""
        return "" in self.directories

    def covers(self, path: str) -> bool:
        """Whether the path, relative to the root, is to be searched."""
        return path in self.files or any(_is_inside(path, folder) for folder in self.directories)


def scopes(paths: Iterable[str]) -> tuple[SearchScope, ...]:
    """Sort files, folders and repositories by the root they belong to, in the order in which the roots are first named.

    Raises UsageError for a path that does not exist or holds no files to search.
    """
    found: dict[str, SearchScope] = {}
    for path in paths:
        absolute = _existing(path)
        is_directory = os.path.isdir(absolute)
        root = root_of(absolute if is_directory else os.path.dirname(absolute))
        scope = found.setdefault(root, SearchScope(root))
        relative = os.path.relpath(absolute, root)
        if not is_directory:
            scope.files = tuple(dict.fromkeys((*scope.files, relative)))
            continue
        scope.directories = _outermost((*scope.directories, "" if relative == "." else relative))
    return tuple(found.values())


def _existing(path: str) -> str:
    if not os.path.exists(path):
        reason = "is a symbolic link to nothing" if os.path.islink(path) else "does not exist"
        raise UsageError(f"the path {path!r} {reason}", hint="name files, folders or repositories that are there")
    absolute = os.path.realpath(path)
    if os.path.isdir(absolute):
        if _is_bare(absolute):
            raise UsageError(f"{path!r} is a bare repository, it has no files", hint="clone it and name the clone")
    elif not os.path.isfile(absolute):
        raise UsageError(f"{path!r} is neither a file nor a folder", hint="name files, folders or repositories")
    return absolute


def _is_bare(directory: str) -> bool:
    inside = ("HEAD", "objects", "refs")
    return all(os.path.exists(os.path.join(directory, name)) for name in inside) and toplevel(directory) != directory


def root_of(directory: str) -> str:
    """The repository around a folder; without one the nearest folder with a CircleCI config; else the folder itself."""
    return toplevel(directory) or _project(directory) or directory


def _project(directory: str) -> str | None:
    while not os.path.isfile(os.path.join(directory, CONFIG_PATH)):
        parent = os.path.dirname(directory)
        if parent == directory:
            return None
        directory = parent
    return directory


def _outermost(directories: tuple[str, ...]) -> tuple[str, ...]:
    """The folders that no other of them holds, each once, in order."""

    unique = dict.fromkeys(directories)
    return tuple(inner for inner in unique if not any(_is_inside(inner, outer) for outer in unique))


def _is_inside(inner: str, outer: str) -> bool:
    return inner != outer and (not outer or inner.startswith(outer + "/"))


def old_version(root: str) -> str:
    """`2` or `2.0` where the root's config says on a line of its own that it is of that version; empty otherwise.

    A look that costs a clean `check` nothing: the config is not parsed for it.
    """
    try:
        data = read_regular(os.path.join(root, CONFIG_PATH)) or b""
    except UnreadableFileError:
        return ""
    for line in data.splitlines():
        key, colon, value = line.partition(b":")
        if colon and key.strip(b" \"'") == b"version" and not line.startswith(b" "):
            said = value.partition(b" #")[0].strip(b" \t\"'").decode(errors="replace")
            return said if said in ("2", "2.0") else ""
    return ""


def settings_file(root: str) -> tuple[str, bytes] | None:
    """Path and bytes of the file that holds the root's settings, or None when there is none. Raises UsageError.

    A `pyproject.toml` that does not speak of this tool at all is none.
    """
    own, shared = (os.path.join(root, name) for name in (".migrator.toml", "pyproject.toml"))
    has_own, data = os.path.isfile(own), _bytes(shared) if os.path.isfile(shared) else b""
    if not _has_table(data):
        return (own, _bytes(own)) if has_own else None
    if has_own:
        raise UsageError(f"both {own} and [tool.migrator] in {shared} hold settings", hint="keep one of them")
    return shared, data


def _has_table(data: bytes) -> bool:
    """Whether a pyproject.toml can have a table for this tool: a cheap look that only says yes too often."""
    bare = data.translate(None, b" \t\"'")
    return b"tool.migrator" in bare or (b"[tool]" in bare and b"migrator" in bare)


def _bytes(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror})", hint="make it readable") from error
