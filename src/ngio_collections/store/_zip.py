"""Documents in OME-Zarr zip files (RFC-9)."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote, unquote

from ngio_collections._paths import as_url, normalised
from ngio_collections.errors import (
    DocumentAccessError,
    DocumentNotFoundError,
    LimitExceededError,
    PathError,
)
from ngio_collections.store._local import LocalStore
from ngio_collections.store._protocols import Blob, BlockingReads, Stat
from ngio_collections.store._threads import in_thread

if TYPE_CHECKING:
    import zipfile

__all__ = ["ZipStore"]

_ENCRYPTED = 0x1
# RFC-9 wants entries stored as they are. Of what other tools write, deflate alone is read:
# the standard library inflates it in steps, so that a limit holds before memory is used.
_METHODS = {0: "stored", 8: "deflate"}


class ZipStore:
    """The documents of a zip file, such as an OME-Zarr zip file (`.ozx`, RFC-9); read-only.

    The URL of a document is that of the zip file, a slash, and the name of the entry:
    `file:///data/plate.ozx/A/1/zarr.json`. The archive is opened once, and its directory is
    read then: a file that is put in its place later is not seen. Where it has several entries
    of one name, the last one counts. Several threads and tasks can read at once.

    Args:
        path: The zip file.

    Raises:
        DocumentNotFoundError: There is no such file.
        DocumentAccessError: It cannot be read, or is no zip file.

    Attributes:
        url: The URL of the zip file.

    Example:
        >>> import tempfile
        >>> from ngio_collections.store import ZipStore
        >>> document = b'{"zarr_format": 3, "node_type": "group"}'
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     url = ZipStore.write(f"{folder}/image.ozx", [("zarr.json", document)])
        ...     with ZipStore(f"{folder}/image.ozx") as store:
        ...         store.blocking().get(f"{url}/zarr.json").data == document
        True
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.url = as_url(path)
        self._archive = _Archive(self.url, os.fspath(path))

    def __repr__(self) -> str:
        return f"<ZipStore of {self.url}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the zip file; nothing can be read from this store afterwards."""
        self._archive.close()

    def urls(self) -> list[str]:
        """The URLs of all entries that are no folders, in the order of the archive.

        They are in the normal form of this library, as in reports and as `document_url` of nodes.
        Only the URL of a name that no normal form can say, such as `a/../b`, is not; `get` takes
        it as it is.
        """
        return self._archive.urls()

    def blocking(self) -> BlockingReads:
        """The same store without an event loop."""
        return self._archive

    async def get(self, url: str, *, max_bytes: int | None = None) -> Blob:
        """Read an entry in a thread.

        Args:
            url: Its URL.
            max_bytes: How large it may be when it is inflated.

        Returns:
            Its content and its tag, which is made of its checksum and its size.

        Raises:
            DocumentNotFoundError: There is no such entry, or it is in another zip file.
            DocumentAccessError: It is encrypted, damaged, or compressed in an unknown way.
            LimitExceededError: It is larger than `max_bytes`; nothing was inflated.
        """
        return await in_thread(self._archive.get, url, max_bytes=max_bytes)

    async def stat(self, url: str) -> Stat:
        """The size and the tag of an entry, without reading it.

        Raises:
            DocumentNotFoundError: There is no such entry, or it is in another zip file.
        """
        return self._archive.stat(url)

    @staticmethod
    def write(
        path: str | os.PathLike[str],
        documents: Iterable[tuple[str, bytes]],
        *,
        version: str | None = None,
        comment: Mapping[str, Any] | None = None,
    ) -> str:
        """Write a new OME-Zarr zip file, all of it or none of it.

        It is what RFC-9 requires and recommends: the root of the archive is that of the
        hierarchy; no compression; the `zarr.json` of the root is the first entry, the other
        `zarr.json` files follow breadth-first, then all else in the order given; ZIP64 end
        records; and an archive comment that says so. Equal documents give equal files. The
        contents are held in memory, twice for a moment.

        Args:
            path: Where; the name should end in `.ozx`.
            documents: Names and contents of the entries, `zarr.json` of the root among them.
            version: The version of OME-Zarr, for the comment. Without it, it is that of the
                root's `attributes.ome.version`, if there is one.
            comment: What else is to be in the comment, beside its key `ome`.

        Returns:
            The URL of the zip file.

        Raises:
            ConflictError: There is a file already; it is not touched.
            PathError: There is no `zarr.json` at the root, or a name is no name of an entry,
                or is there twice.
            DocumentAccessError: The system refuses it.
        """
        from ngio_collections.store._ozx import archive_of  # noqa: PLC0415

        url = as_url(path)
        archive = archive_of(dict(comment or {}), version, documents)
        LocalStore().blocking().put(url, archive, if_absent=True)
        return url


class _Archive:
    """The work of a `ZipStore`, blocking."""

    def __init__(self, url: str, path: str) -> None:
        from zipfile import BadZipFile, ZipFile  # noqa: PLC0415

        self._url = url
        try:
            if not stat.S_ISREG(os.stat(path).st_mode):  # Opening a named pipe would wait.
                raise DocumentAccessError("is no regular file; expected a zip file", url)
            self._zip: zipfile.ZipFile | None = ZipFile(path)
        except FileNotFoundError as error:
            raise DocumentNotFoundError("there is no such file", url) from error
        except OSError as error:
            raise DocumentAccessError(f"cannot be read: {error.strerror}", url) from error
        except (BadZipFile, NotImplementedError, ValueError) as error:
            raise DocumentAccessError(f"is no zip file that can be read: {error}", url) from error

    def close(self) -> None:
        """Close the zip file."""
        archive, self._zip = self._zip, None
        if archive is not None:
            archive.close()

    def urls(self) -> list[str]:
        """The URLs of all entries that are no folders."""
        names = dict.fromkeys(entry.filename for entry in self._opened(self._url).infolist())
        return [self._url_of(name) for name in names if not name.endswith("/")]

    def _url_of(self, name: str) -> str:
        """The URL of an entry: in the normal form, if that still is the URL of this entry."""
        quoted = quote(name)
        url = f"{self._url}/{quoted}"
        if quoted == name:
            return url
        try:
            found = normalised(url)
        except PathError:
            return url
        is_same = found.startswith(f"{self._url}/") and self._name(found) == name
        return found if is_same else url

    def _name(self, url: str) -> str:
        return unquote(url[len(self._url) + 1 :])

    def get(self, url: str, *, max_bytes: int | None = None) -> Blob:
        """Read an entry."""
        archive = self._opened(url)
        entry = self._entry(url, archive)
        if max_bytes is not None and entry.file_size > max_bytes:
            raise LimitExceededError(
                f"has {entry.file_size:,} bytes; at most {max_bytes:,} are to be read (max_bytes)",
                url,
            )
        if entry.flag_bits & _ENCRYPTED:
            raise DocumentAccessError("is encrypted, which RFC-9 does not allow", url)
        if entry.compress_type not in _METHODS:
            raise DocumentAccessError(
                f"is compressed with method {entry.compress_type}; expected 0 (none) or 8"
                " (deflate)",
                url,
            )
        return Blob(_content(archive, entry, url), _tag_of(entry))

    def stat(self, url: str) -> Stat:
        """The size and the tag of an entry."""
        entry = self._entry(url, self._opened(url))
        return Stat(entry.file_size, _tag_of(entry))

    def _opened(self, url: str) -> zipfile.ZipFile:
        if self._zip is None:
            raise DocumentAccessError(f"cannot be read: the ZipStore of {self._url} is closed", url)
        return self._zip

    def _entry(self, url: str, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
        if not url.startswith(f"{self._url}/"):  # Names are keys: there is nothing to lead out of.
            raise DocumentNotFoundError(f"is not in the zip file {self._url}", url)
        name = self._name(url)
        try:
            entry = archive.getinfo(name)
        except KeyError:
            raise DocumentNotFoundError("there is no such entry in the zip file", url) from None
        if name.endswith("/"):
            raise DocumentAccessError("is a folder; expected a document", url)
        return entry


def _tag_of(entry: zipfile.ZipInfo) -> str:
    return f"{entry.CRC:08x}-{entry.file_size:x}"


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, url: str) -> bytes:
    """Inflate an entry, no further than the size that the directory gives."""
    from zipfile import BadZipFile  # noqa: PLC0415
    from zlib import error as DeflateError  # noqa: N812, PLC0415

    try:
        with archive.open(entry) as stream:
            data = stream.read(entry.file_size)
            # At the end the checksum is compared; more than the directory says is never given.
            stream.read(1)
    except (BadZipFile, DeflateError, EOFError, OSError, ValueError, RuntimeError) as error:
        raise DocumentAccessError(f"is damaged: {error}", url) from error
    if len(data) != entry.file_size:
        raise DocumentAccessError(
            f"is damaged: it ends after {len(data):,} of {entry.file_size:,} bytes", url
        )
    return data
