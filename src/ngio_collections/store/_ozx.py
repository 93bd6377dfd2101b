"""Making OME-Zarr zip files (RFC-9).

What is followed is the text of RFC-9 with the archive comment that has `zipFile`, and, where
older texts of it want more, them as well:

| RFC-9 | here |
|---|---|
| the root of the archive is that of the hierarchy, and holds a `zarr.json` | refused otherwise |
| no compression, no encryption, one volume, nothing before the first entry | so it is |
| no extra fields but ZIP64, timestamps, owners | none |
| `zarr.json` entries first in the directory, that of the root first of all, then breadth-first | so it is, and in the file as well (older texts) |
| ZIP64 end records, whatever the size | written |
| a comment in UTF-8 with `ome.version` and `ome.zipFile.centralDirectory.jsonFirst` | written; the version where it is known; no NUL at its end (one older text) |
"""  # noqa: E501

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterable
from typing import Any, Final

from ngio_collections._json import JsonSyntaxError, dumps_bytes, loads
from ngio_collections.errors import PathError

__all__ = ["archive_of"]

_ROOT: Final = "zarr.json"
_TIME: Final = (1980, 1, 1, 0, 0, 0)  # The first that a zip file can hold.
_REGULAR_FILE: Final = 0o100644 << 16
_LONGEST_COMMENT: Final = 0xFFFF

# The records at the end of a zip file: APPNOTE 4.3.14 to 4.3.16.
_END: Final = struct.Struct("<4s4H2LH")
_END64: Final = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64: Final = struct.Struct("<4sLQL")


def archive_of(
    comment: dict[str, Any], version: str | None, documents: Iterable[tuple[str, bytes]]
) -> bytes:
    """The content of an OME-Zarr zip file.

    Args:
        comment: What is to be in the archive comment beside `ome`.
        version: The version of OME-Zarr; None for that of the root.
        documents: Names and contents.

    Raises:
        PathError: There is no `zarr.json` at the root, or a name is no name of an entry, or
            is there twice, or the comment is too long.
    """
    contents = _checked(documents)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(contents, key=_breadth_first):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.create_system = 3
            entry.external_attr = _REGULAR_FILE
            archive.writestr(entry, contents[name])
    ome: dict[str, Any] = {"zipFile": {"centralDirectory": {"jsonFirst": True}}}
    if version is None:
        version = _version_of(contents[_ROOT])
    if version is not None:
        ome = {"version": version, **ome}
    text = dumps_bytes({**comment, "ome": ome})
    if len(text) > _LONGEST_COMMENT:
        raise PathError(f"the comment has {len(text):,} bytes; a zip file holds 65,535")
    return _with_end_records(file.getbuffer(), text)


def _checked(documents: Iterable[tuple[str, bytes]]) -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    for name, data in documents:
        if not name or "\\" in name or "\0" in name or {"", ".", ".."} & set(name.split("/")):
            raise PathError(
                f"{name!r} is no name of an entry of a zip file; expected a relative path such as"
                " 'labels/zarr.json'"
            )
        if name in contents:
            raise PathError(f"{name!r} is there twice; expected each name once")
        contents[name] = data
    if _ROOT not in contents:
        raise PathError("there is no 'zarr.json' at the root of the archive, which RFC-9 requires")
    return contents


def _breadth_first(name: str) -> tuple[bool, int, list[str]]:
    """The `zarr.json` files level by level; all others after them, in the order given."""
    folders = name.split("/")
    if folders.pop() != _ROOT:
        return True, 0, []
    return False, len(folders), folders


def _version_of(root: bytes) -> str | None:
    try:
        value = loads(root)
    except JsonSyntaxError:
        return None
    for key in ("attributes", "ome", "version"):
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else None


def _with_end_records(archive: memoryview, comment: bytes) -> bytes:
    """End a zip file without comment with ZIP64 records and a comment.

    The standard library writes the ZIP64 records for large archives only.
    """
    signature, *numbers, _ = _END.unpack(archive[-_END.size :])
    _, _, _, count, size, offset = numbers
    end = len(archive) - _END.size
    locator = end - _LOCATOR64.size
    if locator >= 0 and bytes(archive[locator : locator + 4]) == b"PK\6\7":
        records = b""
    else:
        records = _END64.pack(b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, offset)
        records += _LOCATOR64.pack(b"PK\6\7", 0, end, 1)
    return b"".join((archive[:end], records, _END.pack(signature, *numbers, len(comment)), comment))
