"""Locks of folders, between threads and between processes."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

__all__ = ["locked_folder"]

# What file systems say that cannot lock a folder; EBADF is that of NFS.
_CANNOT_LOCK: Final = frozenset(
    {errno.ENOLCK, errno.EBADF, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}
)
_NO_LINK: Final = getattr(os, "O_NOFOLLOW", 0)


@contextmanager
def locked_folder(folder: str) -> Iterator[None]:
    """Hold the exclusive lock of a folder.

    The lock is that of the system on the folder itself, so nothing is left behind, and the
    lock of a process that dies is released. Where the file system cannot lock folders (NFS,
    Windows), a file in the folder for temporary files stands for it; that works between the
    processes of one machine only, and the file stays.

    Args:
        folder: The folder; it exists.

    Raises:
        OSError: The folder cannot be opened, or not be locked for another reason.
    """
    descriptor = _open_locked(folder)
    try:
        yield
    finally:
        _unlock(descriptor)


if sys.platform == "win32":

    def _open_locked(folder: str) -> int:
        descriptor = _open_lock_file(folder)
        while True:
            try:
                msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
            except OSError as error:
                if error.errno != errno.EDEADLOCK:  # It gives up after ten seconds.
                    os.close(descriptor)
                    raise
            else:
                return descriptor

    def _unlock(descriptor: int) -> None:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
        finally:
            os.close(descriptor)

else:

    def _open_locked(folder: str) -> int:
        try:
            return _locked(os.open(folder, os.O_RDONLY | os.O_DIRECTORY))
        except OSError as error:
            if error.errno not in _CANNOT_LOCK:
                raise
        return _locked(_open_lock_file(folder))

    def _locked(descriptor: int) -> int:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    def _unlock(descriptor: int) -> None:
        try:
            # Closing would not do: a process that was forked meanwhile has the descriptor too.
            fcntl.flock(descriptor, fcntl.LOCK_UN)
        finally:
            os.close(descriptor)


def _open_lock_file(folder: str) -> int:
    """Open the file that stands for a folder; it is made if there is none yet."""
    import hashlib  # noqa: PLC0415  Seldom needed.
    import tempfile  # noqa: PLC0415

    name = os.fsencode(os.path.normcase(os.path.realpath(folder)))
    key = hashlib.sha256(name).hexdigest()[:32]
    path = os.path.join(tempfile.gettempdir(), f"ngio-collections-{key}.lock")
    try:
        return os.open(path, os.O_RDWR | _NO_LINK)
    except FileNotFoundError:
        pass
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _NO_LINK, 0o666)
    except FileExistsError:  # Somebody else was faster.
        return os.open(path, os.O_RDWR | _NO_LINK)
    os.chmod(path, 0o666)  # noqa: S103  Other users write to the same folder.
    return descriptor
