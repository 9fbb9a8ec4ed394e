"""Which bytes a file must hold before anything looks at it closer, and how one file is read for that."""

from __future__ import annotations

import errno
import os
import stat

TYPE_CHECKING = False  # typing itself would take longer to import than git to search
if TYPE_CHECKING:
    from collections.abc import Callable

# Every trigger's URL has `project/` in it, the path of the API before that, or both, unless it is put together from
# pieces; `build_parameters` also stands for its percent-encoded forms and for wrappers that get the URL from elsewhere.
_STRONG = (b"api/v1", b"build_parameters")
# Each of these is in half of all configs (`circleci/node`, `~/project/dist`) and nominates only together with a hint.
_WEAK = {
    b"project/": (b"v1.1", b"/v1", b"api/", b"/tree/", b"/build", b"/retry", b"/ssh", b"TOKEN", b"token", b"Token"),
    b"circlec": (
        b"v1.1",
        b"/v1",
        b"v1/",
        b'"v1"',
        b"'v1'",
        b"trigger_",
        b".trigger",
        b"retry",
        b"build_branch",
        b"Build",
        b"uses:",
        b"source",
        b"job:",
        b"circleci-trigger",
        b"trigger-circleci",
    ),
    b"circle-ci": (b"uses:", b"source", b"job:"),
    b"circle_ci_job": (b"trigger_circle_ci_job", b"uses:"),
    b"CircleCi": (b".build", b".retry"),  # the Ruby library, which Bundler loads: nothing else in the file names it
}
_UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}

# What Git LFS leaves in the place of a file that it has not fetched (its specification): nobody can look into that.
_POINTER = b"version https://git-lfs.github.com/spec/v1"
_SCRIPT_SIZE = 1 << 20

# A comment that hides a call: without one it is to be reported.
_IGNORE = b"migrator: ignore"

# What a search engine must look for: a file without any of these is of no use here. Byte order marks nominate UTF-16.
LITERALS = (*_STRONG, *_WEAK, *_UTF16, _IGNORE, _POINTER)

# git calls a file binary when one of its first 8000 bytes is NUL; so do we.
_HEAD = 8000
_MAPPED = 1 << 24
# Compressed or compiled: no call is in these in the clear, and half of them hold the bytes of a byte order mark.
_OPAQUE = tuple(
    f".{suffix}"
    for suffixes in (
        "png jpg jpeg gif webp ico bmp tif tiff psd pdf woff woff2 ttf otf eot mp3 mp4 mov avi webm ogg wav flac",
        "zip gz tgz bz2 xz zst 7z jar war whl pyc class o a so dylib dll exe wasm",
    )
    for suffix in suffixes.split()
)
_GONE = (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENXIO)


class UnreadableFileError(Exception):
    """A file may hold a call and cannot be read."""

    def __init__(self, code: str, message: str) -> None:
        """`code` is the stable code of the note this becomes; `message` says why and what to do, in two sentences."""
        super().__init__(message)
        self.code = code
        self.message = message


def is_opaque(path: str) -> bool:
    """Whether the file's name says that its text is compressed or compiled."""
    return path.lower().endswith(_OPAQUE)


def may_hold_call(data: bytes) -> bool:
    """Whether the bytes hold what every call has. Says yes too often, never no too often."""
    if any(literal in data for literal in _STRONG):
        return True
    return any(literal in data and any(hint in data for hint in hints) for literal, hints in _WEAK.items())


def is_of_use(data: bytes) -> bool:
    """Whether the bytes may hold a call, or a comment that hides one."""
    return may_hold_call(data) or _IGNORE in data


def read_candidate(path: str, *, named: bool = False) -> bytes | None:
    """The bytes of a file that may hold a call; None for all others, for what is no regular file, and for what is gone.

    Symbolic links are not followed. Binary files count only when they were `named` by the user.
    Raises UnreadableError.
    """
    return _open_and(path, _read_named if named else _read_text)


def read_regular(path: str) -> bytes | None:
    """The bytes of a file whatever they hold; None for what is no regular file or not there. Raises UnreadableError."""
    return _open_and(path, _whole)


def _open_and(path: str, read: Callable[[int], bytes | None]) -> bytes | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in _GONE:
            return None
        raise _unreadable(error) from error
    try:
        return read(descriptor) if stat.S_ISREG(os.fstat(descriptor).st_mode) else None
    except OSError as error:
        raise _unreadable(error) from error
    finally:
        os.close(descriptor)


def _read_text(descriptor: int) -> bytes | None:
    head = os.pread(descriptor, _HEAD, 0)
    if b"\0" in head and head[:2] not in _UTF16:
        return None
    return _read_named(descriptor)


def _read_named(descriptor: int) -> bytes | None:
    if _is_huge_and_empty(descriptor):
        return None
    data = _whole(descriptor)
    if encoding := _UTF16.get(data[:2]):
        _refuse_utf16(data.decode(encoding, "ignore").encode("utf-8", "ignore"))
    if data.startswith(_POINTER):
        _refuse_pointer(data)
    if not may_hold_call(data):
        return data if _IGNORE in data and _is_utf8(data) else None
    # Nobody can look into another encoding: saying so is worth an alarm only where a call is likely.
    return data if _is_utf8(data) or _is_call_likely(data) else None


def _refuse_pointer(data: bytes) -> None:
    """Say that a file is not here; what is too big to be a script is left alone."""
    size = next((line[5:] for line in data.splitlines() if line.startswith(b"size ")), b"")
    if size.isdigit() and int(size) <= _SCRIPT_SIZE:
        message = "The file is a pointer of Git LFS, its text is not here. Run `git lfs pull`, then run this again."
        raise UnreadableFileError("not-checked-out", message)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_call_likely(data: bytes) -> bool:
    return b"build_parameters" in data or (b"project/" in data and (b"circle" in data.lower() or b"api/v1" in data))


def _is_huge_and_empty(descriptor: int) -> bool:
    """Whether the file is too big to be read for nothing, and holds none of the literals."""
    if os.fstat(descriptor).st_size <= _MAPPED:
        return False
    from mmap import ACCESS_READ, mmap

    with mmap(descriptor, 0, access=ACCESS_READ) as mapped:
        return all(mapped.find(literal) < 0 for literal in (*_STRONG, *_WEAK))


def _whole(descriptor: int) -> bytes:
    chunks = []
    while chunk := os.read(descriptor, 1 << 20):
        chunks.append(chunk)
    return b"".join(chunks)


def _refuse_utf16(text: bytes) -> None:
    if _is_call_likely(text):
        message = "The file is UTF-16 and looks as if it held a call. Convert it to UTF-8, or look through it by hand."
        raise UnreadableFileError("undecodable", message)


def _unreadable(error: OSError) -> UnreadableFileError:
    message = f"The file cannot be read ({error.strerror}). Make it readable, or look through it by hand."
    return UnreadableFileError("unreadable", message)
