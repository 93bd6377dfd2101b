"""Documents in local files."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from ngio_collections._paths import as_url, local_path
from ngio_collections.errors import (
    ConflictError,
    DocumentAccessError,
    DocumentError,
    DocumentNotFoundError,
    ForbiddenError,
    LimitExceededError,
    PathError,
)
from ngio_collections.store._atomic import make_folders, replace, staged, sync_folder, tag_of
from ngio_collections.store._locks import locked_folder
from ngio_collections.store._protocols import Blob, BlockingWrites, Stat
from ngio_collections.store._root import Root
from ngio_collections.store._threads import in_thread, in_thread_to_its_end

__all__ = ["LocalStore", "real_url"]

# Without O_NONBLOCK, opening a named pipe waits until somebody writes to it.
_READ: Final = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
)
_KINDS: Final = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


class LocalStore:
    """Documents in local files, addressed by `file:` URLs.

    A write goes to a temporary file beside the document, which is flushed to disk and then
    renamed: whoever reads gets the old content or the new one, also after a crash. So it is a
    new file: it has the mode of the old one, its owner and group as far as this process may
    give files to them, and neither its access control list nor its extended attributes; and
    where the old one had hard links, they keep the old content, as a file of their own.

    Conditional writes are atomic between all threads and processes that write through this
    class: from the check to the rename they hold the lock of the document's folder. Where a
    file system cannot lock folders, as NFS, that holds for the processes of one machine only.

    A process that is killed while it writes can leave a file `.ngio-*.tmp` in the folder. It
    is never read as a document, and can be deleted when nobody writes.

    A symbolic link stands for the file that it points to, for reading and for writing: `put`
    changes that file, and the link stays. `delete` refuses a link: the file behind it has a name
    of its own, by which others may use it.

    Args:
        root: The folder that documents must be in; links below it that lead out of it are
            refused, as is every other file. It guards against what a collection refers to,
            not against somebody who changes folders while they are being read. Without it,
            all files can be read and written.

    Raises:
        PathError: The root is an empty text.

    Example:
        >>> import tempfile
        >>> from ngio_collections.store import LocalStore
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     files = LocalStore(folder).blocking()
        ...     url = f"file://{folder}/zarr.json"
        ...     tag = files.put(url, b"{}", if_absent=True)
        ...     files.get(url).data
        b'{}'
    """

    def __init__(self, root: str | os.PathLike[str] | None = None) -> None:
        self._files = _LocalFiles(root)

    def __repr__(self) -> str:
        return "LocalStore()" if self.root is None else f"LocalStore({self.root!r})"

    @property
    def root(self) -> str | None:
        """The folder that documents must be in, None if they can be anywhere."""
        root = self._files.root
        return None if root is None else root.folder

    def blocking(self) -> BlockingWrites:
        """The same store without an event loop."""
        return self._files

    async def get(self, url: str, *, max_bytes: int | None = None) -> Blob:
        """Read a document in a thread.

        Args:
            url: Its `file:` URL.
            max_bytes: How large it may be.

        Returns:
            Its content and its tag, which is made of the inode, the time of change and the size.

        Raises:
            DocumentNotFoundError: There is no such file.
            DocumentAccessError: It is no regular file, or the system refuses it.
            ForbiddenError: It is outside of the root.
            LimitExceededError: It is larger than `max_bytes`; nothing was read.
        """
        return await in_thread(self._files.get, url, max_bytes=max_bytes)

    async def stat(self, url: str) -> Stat:
        """The size and the tag of a document; the errors are those of `get`."""
        return await in_thread(self._files.stat, url)

    def check_write(self, url: str) -> None:
        """Raise what a write would raise: no permission, no regular file, outside of the root."""
        self._files.check_write(url)

    def check_delete(self, url: str) -> None:
        """Raise what a delete would raise: as `check_write`, and also for a symbolic link."""
        self._files.check_delete(url)

    async def put(
        self, url: str, data: bytes, *, if_match: str | None = None, if_absent: bool = False
    ) -> str:
        """Write a document in a thread; folders that are missing are made.

        Whoever is cancelled meanwhile waits for the end of the write, which may have been made.

        Args:
            url: Its `file:` URL.
            data: Its content.
            if_match: The tag that it must have.
            if_absent: Whether there must be none yet.

        Returns:
            The tag of what was written.

        Raises:
            ConflictError: It has another tag, or is gone, or is there already.
            DocumentAccessError: There is no regular file in its place, it is write-protected,
                or the system refuses it.
            ForbiddenError: It is outside of the root.
        """
        put = self._files.put
        return await in_thread_to_its_end(put, url, data, if_match=if_match, if_absent=if_absent)

    async def delete(self, url: str, *, if_match: str | None = None) -> None:
        """Delete a document in a thread; who is cancelled waits for its end, as with `put`.

        Args:
            url: Its `file:` URL.
            if_match: The tag that it must have.

        Raises:
            ConflictError: It has another tag, or is gone.
            DocumentNotFoundError: There is no such file, and no tag was asked for.
            DocumentAccessError: It is no regular file, it is write-protected, or the system
                refuses it.
            ForbiddenError: It is outside of the root, or a symbolic link.
        """
        await in_thread_to_its_end(self._files.delete, url, if_match=if_match)


class _LocalFiles:
    """The work of a `LocalStore`, blocking."""

    def __init__(self, root: str | os.PathLike[str] | None) -> None:
        self.root = None if root is None else Root(root)

    def get(self, url: str, *, max_bytes: int | None = None) -> Blob:
        """Read a document."""
        root = self.root
        path = self._path_to_open(url)
        try:
            descriptor = os.open(path, _READ)
        except (OSError, ValueError) as error:
            if root is not None:
                root.resolved(url, path)  # That it is outside comes before what it is.
            raise _refusal(error, url, path) from error
        try:
            if root is not None:
                root.check_open(url, descriptor)
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise _not_a_file(status, url)
            size = status.st_size
            if max_bytes is not None and size > max_bytes:
                raise _too_large(size, max_bytes, url)
            # One more than there should be shows the end of the file without a second read.
            data = os.read(descriptor, size + 1)
            if len(data) != size:
                data = _read_on(descriptor, data, max_bytes, url)
        except OSError as error:
            raise _refusal(error, url, path) from error
        finally:
            os.close(descriptor)
        # The tag is older than the content: what is changed meanwhile has another one.
        return Blob(data, tag_of(status))

    def stat(self, url: str) -> Stat:
        """The size and the tag of a document."""
        path = self._path(url)
        try:
            status = os.stat(path)
        except (OSError, ValueError) as error:
            raise _refusal(error, url, path) from error
        if not stat.S_ISREG(status.st_mode):
            raise _not_a_file(status, url)
        return Stat(status.st_size, tag_of(status))

    def put(
        self, url: str, data: bytes, *, if_match: str | None = None, if_absent: bool = False
    ) -> str:
        """Write a document."""
        path = self._target(url)
        folder = os.path.dirname(path)
        with _changing(url):
            _check(url, path, if_match, if_absent)  # Nothing is made for what is refused anyway.
            make_folders(folder)
            with staged(folder, data) as temporary, locked_folder(folder):
                status = replace(temporary, path, _check(url, path, if_match, if_absent))
            sync_folder(folder)
        return tag_of(status)

    def check_write(self, url: str) -> None:
        """Raise what a write would raise, as far as that can be seen."""
        path = self._target(url)
        with _changing(url):
            _check(url, path, None, if_absent=False)
            folder = os.path.dirname(path)
            if os.path.isdir(folder) and not os.access(folder, os.W_OK | os.X_OK):
                raise DocumentAccessError("is in a folder that cannot be written to", url)

    def check_delete(self, url: str) -> None:
        """Raise what a delete would raise, as far as that can be seen."""
        self.check_write(url)
        _check_no_link(url)

    def delete(self, url: str, *, if_match: str | None = None) -> None:
        """Delete a document."""
        path = self._target(url)
        folder = os.path.dirname(path)
        with _changing(url):
            _check_deletable(url, path, if_match)
            _check_no_link(url)
            with locked_folder(folder):
                _check_deletable(url, path, if_match)
                os.unlink(path)
            sync_folder(folder)

    def _path_to_open(self, url: str) -> str:
        """The path of a document; links are looked for after opening it, if possible."""
        root = self.root
        if root is not None:
            root.check_url(url)
        path = _path(url)
        return path if root is None or root.knows_open_files else root.resolved(url, path)

    def _path(self, url: str) -> str:
        """The path of a document; with a root it is without links, and inside."""
        root = self.root
        if root is None:
            return _path(url)
        root.check_url(url)
        return root.resolved(url, _path(url))

    def _target(self, url: str) -> str:
        """The path that a write changes: that of the file that links lead to."""
        path = self._path(url)
        try:
            target = os.path.realpath(path) if os.path.islink(path) else path
        except (OSError, ValueError) as error:
            raise _refusal(error, url, path) from error
        if "\0" in target or not os.path.basename(target):
            raise DocumentAccessError("names no file; expected the URL of a document", url)
        return target


def _path(url: str) -> str:
    if not url.startswith("file:"):
        raise DocumentAccessError(
            "is no local file; expected a file: URL. A RouterStore sends other URLs to other"
            " stores",
            url,
        )
    try:
        return os.fspath(local_path(url))
    except PathError as error:
        raise DocumentAccessError(f"is no local file: {error}", url) from error


def real_url(url: str) -> str:
    """The address of a local file without links, as far as it is there; others as they are."""
    if not url.startswith("file:"):
        return url
    try:
        return as_url(os.path.realpath(local_path(url)))
    except (OSError, ValueError):  # What is no path leads nowhere else.
        return url


def _read_on(descriptor: int, data: bytes, max_bytes: int | None, url: str) -> bytes:
    """Read the rest of a file that has another size than it said."""
    pieces, size = [data], len(data)
    while piece := os.read(descriptor, 1 << 20):
        pieces.append(piece)
        size += len(piece)
        if max_bytes is not None and size > max_bytes:
            raise _too_large(size, max_bytes, url)
    if max_bytes is not None and size > max_bytes:
        raise _too_large(size, max_bytes, url)
    return b"".join(pieces)


def _check(url: str, path: str, if_match: str | None, if_absent: bool) -> os.stat_result | None:
    """What is known of the file that a write replaces; None if there is none."""
    try:
        status = os.stat(path)
    except FileNotFoundError as error:
        if if_match is not None:
            raise _gone(url) from error
        return None
    if not stat.S_ISREG(status.st_mode):
        raise _not_a_file(status, url)
    if if_absent:
        raise ConflictError("is there already; expected none, and nothing was written", url)
    _check_tag(url, status, if_match)
    _check_mode(url, path)
    return status


def _check_deletable(url: str, path: str, if_match: str | None) -> None:
    try:
        status = os.stat(path)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise (_missing(url) if if_match is None else _gone(url)) from error
    if not stat.S_ISREG(status.st_mode):
        raise _not_a_file(status, url)
    _check_tag(url, status, if_match)
    _check_mode(url, path)


def _check_no_link(url: str) -> None:
    """Refuse to delete what has another name, by which others may use it."""
    path = _path(url)
    if os.path.islink(path):
        raise ForbiddenError(
            f"is a symbolic link to {os.path.realpath(path)}, and that file would be deleted;"
            " give its own name, or remove the link alone, with os.unlink",
            url,
        )


def _check_mode(url: str, path: str) -> None:
    """Refuse a file whose mode says that it is not to be changed."""
    if not os.access(path, os.W_OK):
        raise DocumentAccessError("is write-protected; change its mode if it is to be changed", url)


def _check_tag(url: str, status: os.stat_result, if_match: str | None) -> None:
    if if_match is not None and (tag := tag_of(status)) != if_match:
        raise ConflictError(
            f"has been changed since it was read: its tag is {tag}, expected {if_match}; read it"
            " again, and make the change in what it is now",
            url,
        )


@contextmanager
def _changing(url: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        raise DocumentAccessError(f"cannot be changed: {_reason(error)}", url) from error


def _reason(error: OSError | ValueError) -> str:
    text = error.strerror if isinstance(error, OSError) else None
    return text or str(error)


def _refusal(error: OSError | ValueError, url: str, path: str) -> DocumentError:
    """The error of a file that cannot be opened."""
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return _missing(url)
    try:
        status = os.stat(path)  # A socket can be asked for its status, but not be opened.
    except (OSError, ValueError):
        pass
    else:
        if not stat.S_ISREG(status.st_mode):
            return _not_a_file(status, url)
    return DocumentAccessError(f"cannot be read: {_reason(error)}", url)


def _missing(url: str) -> DocumentNotFoundError:
    return DocumentNotFoundError("there is no such file", url)


def _gone(url: str) -> ConflictError:
    return ConflictError("is gone since it was read; nothing was changed", url)


def _not_a_file(status: os.stat_result, url: str) -> DocumentAccessError:
    kind = _KINDS.get(stat.S_IFMT(status.st_mode), "something else")
    return DocumentAccessError(f"is {kind}; expected a regular file", url)


def _too_large(size: int, max_bytes: int, url: str) -> LimitExceededError:
    return LimitExceededError(
        f"has at least {size:,} bytes; at most {max_bytes:,} are to be read (max_bytes)", url
    )
