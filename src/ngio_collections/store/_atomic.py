"""Replacing a file so that there is always the old one or the new one. No URLs, no policy."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import time
from collections.abc import Iterator
from typing import Final

__all__ = ["make_folders", "replace", "staged", "sync_folder", "tag_of"]

_NEW_FILE: Final = (
    os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
)
# File systems keep times in steps of 1 ns, 100 ns (NTFS), 1 s (HFS+) or 2 s (FAT).
_TIME_STEPS: Final = (0, 1_000, 1_000_000, 1_000_000_000, 2_000_000_000)
# What systems say that cannot flush a folder; on Windows a folder cannot even be opened.
_CANNOT_SYNC: Final = frozenset({errno.EINVAL, errno.EBADF, errno.ENOTSUP, errno.EOPNOTSUPP})


def tag_of(status: os.stat_result) -> str:
    """The tag of a file: it is another one for every file that `replace` puts in its place."""
    return f"{status.st_ino:x}-{status.st_mtime_ns:x}-{status.st_size:x}"


@contextlib.contextmanager
def staged(folder: str, data: bytes) -> Iterator[str]:
    """Write a file to disk under a name of its own, and remove it unless it is renamed.

    Args:
        folder: Where; on the same file system as the file that it is to replace.
        data: Its content.

    Yields:
        Its path. The name says nothing of the target's, which may be as long as names can be.

    Raises:
        OSError: It cannot be written; nothing is left of it.
    """
    path = os.path.join(folder, f".ngio-{os.urandom(8).hex()}.tmp")
    try:
        descriptor = os.open(path, _NEW_FILE, 0o666)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        yield path
    finally:
        with contextlib.suppress(OSError):  # After a rename there is nothing left to remove.
            os.unlink(path)


def replace(temporary: str, target: str, before: os.stat_result | None) -> os.stat_result:
    """Put a staged file in the place of another one, or where there is none.

    Args:
        temporary: The staged file.
        target: Its place.
        before: What is known of the file that it replaces, whose mode it keeps, and whose owner
            and group as far as this process may give files away.

    Returns:
        What is known of the new file.

    Raises:
        OSError: It cannot be renamed; what was there stays.
    """
    if before is not None:
        _give_to_owner_of(before, temporary)
        os.chmod(temporary, stat.S_IMODE(before.st_mode))  # Giving it away takes some bits.
    status = _set_later_than(before, temporary)
    os.replace(temporary, target)
    return status


def _give_to_owner_of(before: os.stat_result, path: str) -> None:
    """Give a file to the owner and the group of another one, as far as that is allowed."""
    if not hasattr(os, "chown"):  # On Windows a new file has those of its folder.
        return
    now = os.stat(path)
    if now.st_gid != before.st_gid:
        with contextlib.suppress(PermissionError):
            os.chown(path, -1, before.st_gid)
    if now.st_uid != before.st_uid:
        with contextlib.suppress(PermissionError):
            os.chown(path, before.st_uid, -1)


def _set_later_than(before: os.stat_result | None, path: str) -> os.stat_result:
    """Give a file a time of change that no earlier file in its place had.

    The clock that the system stamps files with stands still for milliseconds, in which a
    document can be written twice. The second one may get the inode of the one before the
    first, and with the same size it would have its tag as well.
    """
    earliest = 0 if before is None else before.st_mtime_ns + 1
    moment = max(time.time_ns(), earliest)
    for step in _TIME_STEPS:
        os.utime(path, ns=(moment + step, moment + step))
        status = os.stat(path)
        if status.st_mtime_ns >= earliest:
            break
    return status


def make_folders(folder: str) -> None:
    """Make a folder and those above it, each flushed to disk.

    Raises:
        OSError: One of them cannot be made, or there is something else in its place.
    """
    missing = []
    above = folder
    while not os.path.isdir(above) and above not in missing:  # A drive is above itself.
        missing.append(above)
        above = os.path.dirname(above)
    for path in reversed(missing):
        try:
            os.mkdir(path)
        except FileExistsError:
            if not os.path.isdir(path):
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path) from None
        sync_folder(os.path.dirname(path))


def sync_folder(folder: str) -> None:
    """Flush the names in a folder to disk, where the system can do that.

    Raises:
        OSError: The disk refuses it.
    """
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _CANNOT_SYNC:
            raise
    finally:
        os.close(descriptor)
