"""Paths and URLs of documents: the one place that computes with them. Pure.

Documents are addressed by absolute URLs in one normal form (RFC 3986, section 6.2), so
that two addresses of one document are the same text:

- the scheme is in lower case, and so is a host; default ports are dropped. The authority of
  `s3://bucket` and the like is the name of something, not a host, and is kept;
- dot segments are removed, and `..` above the root stays at the root;
- what a URL cannot hold (spaces, letters beyond ASCII, a backslash) is percent-encoded as
  UTF-8, with hexadecimal digits in upper case, and what need not be encoded is not. On the
  web that is all that servers must agree on; elsewhere also `%2B` and `+` are the same;
- file URLs are `file:///folder/a.json`, `file:///C:/folder/a.json` for a drive, and
  `file://server/share/a.json`. A POSIX name that looks like a drive is written `/C%3A/`.

Fragments are refused, since a document is a whole file. Queries are kept for `http` and
`https` and refused elsewhere, where `?` is a character of a name, written `%3F`.
"""

from __future__ import annotations

import os
import re
import reprlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple, NoReturn, Self, TypeAlias
from urllib.parse import quote, unquote, unquote_to_bytes

from ngio_collections.errors import PathError

__all__ = [
    "Rebasing",
    "as_url",
    "file_name",
    "folder",
    "is_within",
    "local_path",
    "metadata_url",
    "normalised",
    "origin",
    "path_to",
    "paths_in",
    "raw_path",
    "rebased",
    "rebased_path",
    "relative",
    "resolve",
    "zarr_child",
    "zarr_path",
]

Pointer: TypeAlias = tuple[str | int, ...]
"""A JSON Pointer in parts: keys of objects and positions in arrays."""

_METADATA: Final = "zarr.json"
_PATH_TYPES: Final = frozenset({"zarr", "json"})
_ARRAY_TYPES: Final = frozenset(
    {"affine", "coordinates", "displacements", "rotation", "scale", "translation"}
)
"""The transformations of RFC-5 that may keep their numbers in an array at `path`."""

_WEB: Final = frozenset({"http", "https"})
_HOSTED: Final = _WEB | {"file", "ftp", "ftps", "sftp", "smb", "ssh"}
"""The schemes whose authority is the name of a computer, which has no upper and lower case."""
_DEFAULT_PORTS: Final = {"http": "80", "https": "443"}

_UNRESERVED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_IN_SEGMENTS: Final = _UNRESERVED | frozenset("!$&'()*+,;=:@")

# Relative paths that need nothing but to be put behind the folder of their document. The
# first character of a segment is no dot, so that no segment can be `.` or `..`.
_PLAIN_SEGMENT: Final = r"[A-Za-z0-9_~!$&'()*+,;=@-][A-Za-z0-9_~!$&'()*+,;=@.-]*"
_plain: Final = re.compile(rf"(?:\./)?({_PLAIN_SEGMENT}(?:/{_PLAIN_SEGMENT})*)").fullmatch

_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")
"""One letter is a drive of Windows, never a scheme."""
_DRIVE: Final = re.compile(r"[A-Za-z]:[\\/]")
_DRIVE_IN_FILE_URL: Final = re.compile(r"/{0,3}([A-Za-z]:)(?=[\\/]|\Z)")
_DRIVE_IN_PATH: Final = re.compile(r"/[A-Za-z]:(?=/|\Z)")
_NO_DRIVE_IN_PATH: Final = re.compile(r"/[A-Za-z]%3A(?=/|\Z)")
_TRIPLET: Final = re.compile(r"%[0-9A-Fa-f]{2}")
_ILLEGAL_IN_PATH: Final = re.compile(r"[^A-Za-z0-9._~!$&'()*+,;=:@/%-]|%(?![0-9A-Fa-f]{2})")
_ILLEGAL_IN_QUERY: Final = re.compile(r"[^A-Za-z0-9._~!$&'()*+,;=:@/?%-]|%(?![0-9A-Fa-f]{2})")
_HOST: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~!$&'()*+,;=-]*)(?::([0-9]{0,5}))?")

_NO_WINDOWS_NAME: Final = re.compile(
    r"[\\:]|[. ]\Z|^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *(?:\.|\Z)",
    re.IGNORECASE,
)

_SHORT: Final = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 160


def _shown(value: object) -> str:
    """Short words for a value, however large it is."""
    return _SHORT.repr(value)


# --- The normal form -------------------------------------------------------------------


class _Url(NamedTuple):
    """A URL in its normal form. `path` begins with a slash; `query` with `?` or is empty."""

    scheme: str
    authority: str
    path: str
    query: str = ""

    @property
    def text(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}{self.query}"

    @property
    def drive(self) -> str:
        """`/C:` where the path is on a drive of Windows, else empty."""
        is_local = self.scheme == "file" and not self.authority
        return self.path[:3] if is_local and _DRIVE_IN_PATH.match(self.path) else ""

    @property
    def volume(self) -> tuple[str, str, str]:
        """What a relative path cannot lead out of."""
        return self.scheme, self.authority, self.drive

    @property
    def folder(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path[: self.path.rindex('/') + 1]}"


def normalised(url: str) -> str:
    """Write an absolute URL in the normal form of this library.

    Args:
        url: An absolute URL.

    Returns:
        The normal form; every function of this module that gives a URL gives it like this.

    Raises:
        PathError: It is no absolute URL, or not one of a document.

    Examples:
        >>> normalised("HTTPS://Example.org:443/a/%7Eme/x/../b c.json")
        'https://example.org/a/~me/b%20c.json'
    """
    return _parsed(url).text


_PLAIN_FILE: Final = re.compile(r"file://(?:/(?!\.\.?(?:/|\Z))[A-Za-z0-9_.-]+)+").fullmatch
"""URLs of files in their normal form, in which every character stands for itself."""


@lru_cache(maxsize=1024)
def _parsed(url: str) -> _Url:
    """Take an absolute URL apart and normalise it."""
    if _PLAIN_FILE(url):
        return _Url("file", "", url[7:])
    match = _SCHEME.match(url)
    if match is None:
        raise PathError(
            f"{_shown(url)} is no absolute URL; expected for example 'https://...' or 'file:///...'"
        )
    scheme, rest = match[1].lower(), url[match.end() :]
    if scheme == "file":
        rest = _with_authority(rest, url)
    if not rest.startswith("//"):
        raise PathError(
            f"{_shown(url)} reads as a URL of the scheme {match[1]!r} without '//'; write "
            f"'{match[1]}://...' for a URL, or put './' in front for a file of this name"
        )
    rest, query = _without_extras(rest[2:], scheme, url)
    authority, _, path = rest.partition("/")
    try:
        authority = _clean_authority(authority, scheme, url)
        return _Url(scheme, authority, _clean_path("/" + path, scheme, authority), query)
    except UnicodeEncodeError:
        raise _not_text(url) from None


def _with_authority(rest: str, url: str) -> str:
    """The forms of file URLs (RFC 8089, and `file://C:/` of RFC-8) as `//host/path`."""
    drive = _DRIVE_IN_FILE_URL.match(rest)
    if drive is not None:
        return f"///{drive[1]}{rest[drive.end() :]}".replace("\\", "/")
    if rest.startswith("/"):
        return rest if rest.startswith("//") else "//" + rest
    raise PathError(
        f"{_shown(url)} is a file URL without an absolute path; "
        "expected 'file:///...', or a relative path without 'file:'"
    )


def _without_extras(text: str, scheme: str, whole: str) -> tuple[str, str]:
    """Split the query off; refuse what cannot be part of the address of a document."""
    if "#" in text:
        raise PathError(
            f"{_shown(whole)} has a fragment, and a document is a whole file; "
            "write '%23' for a '#' in a name"
        )
    text, mark, query = text.partition("?")
    if not mark:
        return text, ""
    if scheme not in _WEB:
        raise PathError(
            f"{_shown(whole)} has a query, which only http and https have; "
            "write '%3F' for a '?' in a name"
        )
    # A query is the business of the server (signatures are made of its text), so that its
    # encoding is kept as it is.
    try:
        return text, mark + _ILLEGAL_IN_QUERY.sub(_escaped, query)
    except UnicodeEncodeError:
        raise _not_text(whole) from None


def _not_text(text: str) -> PathError:
    return PathError(f"{_shown(text)} holds half of a UTF-16 pair, which is no character")


def _escaped(match: re.Match[str]) -> str:
    # Bytes of a local file name that are no UTF-8 are lone surrogates in Python.
    return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "surrogateescape"))


def _unescape(plain: frozenset[str]) -> Callable[[re.Match[str]], str]:
    """Make what decodes the given characters and leaves the others encoded."""
    table = {f"%{number:02X}": chr(number) for number in range(128) if chr(number) in plain}

    def replace(match: re.Match[str]) -> str:
        triplet = match[0].upper()
        return table.get(triplet, triplet)

    return replace


_UNESCAPE_WEB: Final = _unescape(_UNRESERVED)
_UNESCAPE_FILE: Final = _unescape(_IN_SEGMENTS - {":"})
_UNESCAPE: Final = _unescape(_IN_SEGMENTS)


def _clean_authority(authority: str, scheme: str, url: str) -> str:
    """Normalise the authority; refuse what is none."""
    if scheme not in _HOSTED:
        name = _TRIPLET.sub(_UNESCAPE_WEB, _ILLEGAL_IN_PATH.sub(_escaped, authority))
        _refuse_dots(name, url)
        return name
    user, at, host = authority.rpartition("@")
    match = _HOST.fullmatch(_TRIPLET.sub(_UNESCAPE_WEB, host))
    if match is None or "\\" in user or int(match[2] or 0) > 65535:
        what = "host" if host.isascii() else "xn--host (the ASCII form of its name)"
        raise PathError(
            f"{_shown(url)} names its host as {_shown(authority)}; expected '{scheme}://{what}/' "
            f"or '{scheme}://{what}:port/'"
        )
    name, port = match[1].lower(), str(int(match[2])) if match[2] else ""
    if not name and (scheme in _WEB or at or port):
        raise PathError(f"{_shown(url)} names no host; expected '{scheme}://host/...'")
    _refuse_dots(name, url)
    if scheme == "file" and name == "localhost" and not at and not port:
        return ""
    user = _TRIPLET.sub(_UNESCAPE_WEB, _ILLEGAL_IN_PATH.sub(_escaped, user))
    return f"{user}{at}{name}" + (f":{port}" if port and port != _DEFAULT_PORTS.get(scheme) else "")


def _refuse_dots(name: str, url: str) -> None:
    # Some backends join the authority with the path, where dots would lead out of a folder,
    # and to Windows the host `.` stands for its devices.
    if name in {".", ".."}:
        raise PathError(f"{_shown(url)} has {name!r} in the place of a host or a bucket")


def _clean_path(path: str, scheme: str, authority: str) -> str:
    """Normalise an absolute path: its encoding, then its dot segments."""
    path = _ILLEGAL_IN_PATH.sub(_escaped, path)
    if scheme == "file":
        return _clean_file_path(path, is_local=not authority)
    if "%" in path:
        path = _TRIPLET.sub(_UNESCAPE_WEB if scheme in _WEB else _UNESCAPE, path)
    return _without_dots(path)


def _clean_file_path(path: str, *, is_local: bool) -> str:
    """Normalise the path of a file URL, where several slashes are one, as for the system."""
    if "%" in path:
        path = _TRIPLET.sub(_UNESCAPE_FILE, path)
    if "//" in path:
        path = re.sub("//+", "/", path)
    path = _without_dots(path, has_drives=is_local)
    if is_local and _DRIVE_IN_PATH.match(path):
        path = path[:2].upper() + (path[2:] if len(path) > 3 else ":/")
    if "%3A" in path:
        start = 5 if is_local and _NO_DRIVE_IN_PATH.match(path) else 0
        path = path[:start] + path[start:].replace("%3A", ":")
    return path


def _without_dots(path: str, *, has_drives: bool = False) -> str:
    """Remove dot segments (RFC 3986, section 5.2.4); a drive is a root of its own."""
    if "/." not in path:
        return path
    segments = path.split("/")[1:]
    if segments[-1] in {".", ".."}:
        segments.append("")
    kept: list[str] = []
    for segment in segments:
        if segment == "..":
            if kept and not (has_drives and len(kept) == 1 and _DRIVE_IN_PATH.match("/" + kept[0])):
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    return "/" + "/".join(kept)


# --- What people type, and what the system knows ----------------------------------------


def as_url(location: str | os.PathLike[str], *, base: str | None = None) -> str:
    r"""Make the URL of what a person typed.

    URLs stay URLs, in their normal form. Everything else is a local path, whose characters
    stand for themselves: `a#1%.json` is the name of a file. The Windows forms `C:\a`, `C:/a`
    and `\\server\share\a` are recognised on every system. `~` is not expanded, and `..` is
    taken away without a look at symbolic links.

    Args:
        location: A URL or a local path.
        base: The folder that a relative path counts from, as a path or a URL; the working
            directory if it is not given.

    Returns:
        The normal form, without trailing slashes unless it is a root.

    Raises:
        PathError: It is empty or no text, or a URL that cannot be one of a document.

    Examples:
        >>> as_url("plate/a b.json", base="/data")
        'file:///data/plate/a%20b.json'
        >>> as_url("S3://bucket/x/../plate.zarr/")
        's3://bucket/plate.zarr'
        >>> as_url(r"C:\data\a.json")
        'file:///C:/data/a.json'
    """
    given: object = os.fspath(location)
    if not isinstance(given, str) or not given:
        raise PathError(f"the location is {_shown(given)}; expected a path or a URL as text")
    text = given
    match = _SCHEME.match(text)
    if match is not None and (text.startswith("//", match.end()) or match[1].lower() == "file"):
        url = _parsed(text)
    elif match is not None and text.startswith("/", match.end()):
        raise PathError(
            f"{_shown(text)} looks like a URL that lost a slash, as in a pathlib.Path; give "
            f"'{match[1]}://...' as text, or put './' in front for a folder of this name"
        )
    else:
        url = _parsed(_local_url(text, base))
    path = url.path.rstrip("/")
    return url._replace(path=f"{path}/" if path == url.drive else path).text


def _local_url(text: str, base: str | None) -> str:
    """The URL of a local path, not yet normalised."""
    windows = _windows_url(text)
    if windows is not None:
        return windows
    on_windows = os.name == "nt"
    if on_windows:
        text = text.replace("\\", "/")
        if text.startswith("//"):
            return "file:" + _quoted(text)
        if text[1:2] == ":" and text[0].isalpha():
            raise PathError(
                f"{_shown(text)} counts from the working directory of a drive; "
                f"write it in full, as in '{text[:2]}/folder/file'"
            )
    if text.startswith("/") and base is None and not on_windows:
        return "file://" + _quoted(text)
    start = _parsed(as_url(base if base is not None else os.getcwd()))  # noqa: PTH109
    if text.startswith("/"):
        return f"file://{start.drive}{_quoted(text)}"
    folder_path = start.path.rstrip("/")
    quoted = _quoted(text, colon="" if start.scheme == "file" else ":")
    return f"{start.scheme}://{start.authority}{folder_path}/{quoted}"


def _windows_url(text: str) -> str | None:
    """The URL of a Windows path, recognised by its form; None if it has not that form."""
    if text.startswith("\\\\"):
        if text.startswith("\\\\?\\UNC\\"):
            text = "\\\\" + text[8:]
        elif text.startswith("\\\\?\\") and _DRIVE.match(text, 4):
            text = text[4:]
        elif text[2:4] in {"?\\", ".\\"}:
            raise PathError(f"{_shown(text)} is a device of Windows, not a file")
        if text.startswith("\\\\"):
            return "file:" + _quoted(text.replace("\\", "/"))
    if _DRIVE.match(text):
        return f"file:///{text[:2]}" + _quoted(text[2:].replace("\\", "/"))
    return None


def _quoted(text: str, colon: str = "") -> str:
    """Encode a local path: every character stands for itself.

    Colons too, so that a folder `/C:/` of POSIX is not read as a drive.
    """
    if "\0" in text:
        raise PathError(f"{_shown(text)} holds a NUL character, which no file name can hold")
    try:
        return quote(text, safe=f"/!$&'()*+,;=@~{colon}", errors="surrogateescape")
    except UnicodeEncodeError:
        raise _not_text(text) from None


def local_path(url: str) -> str:
    r"""Give the local path of a file URL, the inverse of `as_url`.

    Args:
        url: A file URL.

    Returns:
        An absolute path of this system: on Windows `C:\data\a.json` or `\\server\share\a`.

    Raises:
        PathError: It has another scheme, or is a file that this system cannot name: on
            another host, on a drive where there are none, with a slash or a NUL in a name.

    Examples:
        >>> local_path("file:///data/a%20b.json")
        '/data/a b.json'
    """
    # Most files have simple names, and reading many of them should cost reading them.
    if _PLAIN_FILE(url) and os.name == "posix":
        return url[7:]
    parsed = _parsed(url)
    if parsed.scheme != "file":
        raise PathError(f"{parsed.text} is no local file; expected a URL of the scheme 'file'")
    if os.name == "nt":
        return _windows_path(parsed)
    if parsed.authority:
        raise PathError(
            f"{parsed.text} is on the host {parsed.authority!r}, which this system reaches only "
            "where it is mounted; give the path of the mounted folder"
        )
    if parsed.drive:
        raise PathError(
            f"{parsed.text} is on a drive of Windows, and this system has none; give the path "
            "of the folder where the drive is mounted"
        )
    return raw_path(parsed.text)


def _windows_path(parsed: _Url) -> str:
    """The path of a file URL on Windows; refuses the names that Windows reads otherwise."""
    if not parsed.drive and not parsed.authority:
        raise PathError(f"{parsed.text} has no drive; expected 'file:///C:/...'")
    path = raw_path(parsed.text)[len(parsed.drive) :]
    for segment in path.split("/"):
        if _NO_WINDOWS_NAME.search(segment):
            raise PathError(
                f"{parsed.text} has the name {_shown(segment)}, which is no file on Windows: it "
                "holds a backslash or a colon, ends with a dot or a space, or is a device"
            )
    start = parsed.drive[1:] or f"\\\\{parsed.authority}"
    return start + path.replace("/", "\\")


def raw_path(url: str) -> str:
    """Give the path of a URL without its encoding, for backends that count in plain names.

    Args:
        url: An absolute URL.

    Returns:
        The path behind the authority, with its leading slash.

    Raises:
        PathError: A name in it holds a slash or a NUL, so that it would be another path.

    Examples:
        >>> raw_path("s3://bucket/plate/a%20b.json")
        '/plate/a b.json'
    """
    path = _parsed(url).path
    if "%" not in path:
        return path
    for code, what in (("%2F", "a slash"), ("%00", "a NUL character")):
        if code in path:
            raise PathError(f"{url} has {what} in a name ({code}), which no file name can hold")
    return _decoded(path)


def _decoded(text: str) -> str:
    return unquote_to_bytes(text).decode("utf-8", "surrogateescape")


def zarr_child(group_url: str, path: str) -> str:
    """Give the URL of a group or an array by its Zarr path within a group.

    A Zarr path is made of names, each of which stands for itself: `a#1%` is a name, while in
    a path of RFC-8, which is a URL, it would have to be encoded.

    Args:
        group_url: The URL of the group, without a slash at its end.
        path: The path; slashes around it do not count, and `..` leads out of the group.

    Returns:
        The URL in its normal form, without a slash at its end. Cost: about a microsecond for
        a plain path.

    Raises:
        PathError: It is empty, or no URL can be made of it.

    Examples:
        >>> zarr_child("file:///data/plate.zarr", "A/1/0")
        'file:///data/plate.zarr/A/1/0'
        >>> zarr_child("file:///data/image.zarr/labels/a b", "../..")
        'file:///data/image.zarr'
    """
    simple = _plain(path)
    if simple is not None:
        return f"{group_url}/{simple[1]}"
    if not path.strip("/"):
        raise PathError(f"the path {_shown(path)} names nothing; expected one such as '0'")
    return _parsed(f"{group_url}/{_quoted(path.strip('/'))}").text.rstrip("/")


def zarr_path(group_url: str, url: str) -> str:
    """Give the Zarr path that leads from a group to a group or an array; undoes `zarr_child`.

    Args:
        group_url: The URL of the group, without a slash at its end.
        url: Where the path leads.

    Returns:
        The path, without a dot at its beginning unless it leads out of the group.

    Raises:
        PathError: One of them is no absolute URL, or no path leads from one to the other.

    Examples:
        >>> zarr_path("file:///data/plate.zarr", "file:///data/plate.zarr/A/a%20b")
        'A/a b'
    """
    path = relative(f"{group_url}/", url)
    if _SCHEME.match(path):
        raise PathError(f"no path leads from {group_url} to {url}")
    return _decoded(path.removeprefix("./"))


# --- Paths in documents -----------------------------------------------------------------


@lru_cache(maxsize=1024)
def _folder(url: str) -> str:
    return _parsed(url).folder


def resolve(base_url: str | None, path: str) -> str:
    r"""Resolve a path string of a document (RFC 3986, section 5; RFC-8, "Path interface").

    Relative paths are URL references: `a%20b.json` and `a b.json` name the same file, and
    a backslash is a character of a name. A Windows path with a drive or a server is taken
    as the file that it names.

    Args:
        base_url: The URL of the document that holds the path; None if it has none.
        path: The path string.

    Returns:
        The absolute URL in its normal form. Cost: about a microsecond for a plain path.

    Raises:
        PathError: It is empty, has a fragment or a query where there is none, is no URL, or
            is relative and there is nothing that it could count from.

    Examples:
        >>> resolve("https://example.org/plate/plate.json", "../images/a b.zarr")
        'https://example.org/images/a%20b.zarr'
    """
    simple = _plain(path)
    if simple is not None and base_url is not None:
        return _folder(base_url) + simple[1]
    try:
        return _resolved(base_url, path).text
    except PathError as error:
        raise _in_document(base_url, str(error)) from None


def _in_document(base_url: str | None, problem: str) -> PathError:
    return PathError(problem if base_url is None else f"{base_url}: {problem}")


def _resolved(base_url: str | None, path: str) -> _Url:
    """Resolve whatever is not plain."""
    if path.startswith(("?", "#")) or not path:
        raise PathError(f"the path {_shown(path)} names no file; expected './file' or a URL")
    absolute = _windows_url(path) or (path if _SCHEME.match(path) else None)
    if absolute is not None:
        return _parsed(absolute)
    if base_url is None:
        raise PathError(
            f"the path {_shown(path)} is relative, and the document that holds it has no "
            "address; write it as a URL, or open the document from a file"
        )
    base = _parsed(base_url)
    if path.startswith("//"):
        return _parsed(f"{base.scheme}:{path}")
    path, query = _without_extras(path, base.scheme, path)
    if not path.startswith("/"):
        path = base.path[: base.path.rindex("/") + 1] + path
    elif base.drive and not _DRIVE_IN_PATH.match(path):
        path = base.drive + path
    try:
        return _Url(
            base.scheme, base.authority, _clean_path(path, base.scheme, base.authority), query
        )
    except UnicodeEncodeError:
        raise _not_text(path) from None


def metadata_url(base_url: str | None, path: Mapping[str, Any]) -> str:
    """Find the document that a Path object of RFC-8 leads to.

    Args:
        base_url: The URL of the document that holds the Path object; None if it has none.
        path: The Path object: `type` is `json` for a JSON file, `zarr` for a Zarr group or
            array, whose metadata is in its `zarr.json`.

    Returns:
        The URL of the metadata. Cost: about a microsecond for a plain path.

    Raises:
        PathError: It is no Path object, has a type that nothing here resolves, or its path
            cannot be resolved.

    Examples:
        >>> metadata_url("file:///data/plate.json", {"type": "zarr", "path": "./B/03"})
        'file:///data/B/03/zarr.json'
    """
    try:
        kind, where = path["type"], path["path"]
    except (KeyError, TypeError):
        _refuse(base_url, path)
    if not isinstance(where, str):
        _refuse(base_url, path)
    if kind == "zarr":
        simple = _plain(where)
        if simple is not None and base_url is not None:
            return f"{_folder(base_url)}{simple[1]}/{_METADATA}"
        url = _parsed(resolve(base_url, where))
        return url._replace(path=f"{url.path.rstrip('/')}/{_METADATA}").text
    if kind != "json":
        _refuse(base_url, path)
    return resolve(base_url, where)


def _refuse(base_url: str | None, path: object) -> NoReturn:
    """Say what is wrong with a Path object."""
    expected = "expected an object with `type` ('zarr' or 'json') and `path`"
    if not isinstance(path, Mapping):
        raise _in_document(base_url, f"{_shown(path)} is no path; {expected}")
    for key in ("type", "path"):
        if key not in path:
            raise _in_document(base_url, f"the path {_shown(path)} has no `{key}`; {expected}")
        if not isinstance(path[key], str):
            raise _in_document(
                base_url, f"the path has the `{key}` {_shown(path[key])}, which is no string"
            )
    kind: str = path["type"]
    prefix, colon, name = kind.partition(":")
    if prefix and colon and name:
        raise _in_document(
            base_url,
            f"the path type {_shown(kind)} is an extension that nothing here resolves; "
            f"what it leads to ({_shown(path['path'])}) must be opened with its own software",
        )
    raise _in_document(
        base_url,
        f"the path type {_shown(kind)} is unknown; expected 'zarr', 'json', or an extension "
        "with a prefix, as in 'myorg:zip'",
    )


def relative(base_url: str, url: str) -> str:
    """Write the path string that leads from a document to a URL, the inverse of `resolve`.

    Args:
        base_url: The URL of the document that will hold the path.
        url: Where the path leads.

    Returns:
        The shortest relative path, which begins with a dot; the URL itself where it has
        another scheme, host, bucket or drive.

    Raises:
        PathError: One of them is no absolute URL.

    Examples:
        >>> relative("file:///data/plate/plate.json", "file:///data/plate/B/03.json")
        './B/03.json'
        >>> relative("file:///data/plate/plate.json", "file:///data/raw.zarr")
        '../raw.zarr'
    """
    below = _below(base_url, url)
    if below is not None:
        return "./" + below
    base, target = _parsed(base_url), _parsed(url)
    if base.volume != target.volume:
        return target.text
    here = base.path.split("/")[:-1]
    there = target.path.split("/")
    shared = 0
    for one, other in zip(here, there[:-1], strict=False):
        if one != other:
            break
        shared += 1
    ups = ["."] if shared == len(here) else [".."] * (len(here) - shared)
    rest = there[shared:]
    if rest == [""] and not target.query:
        return "/".join(ups)
    return "/".join(ups + rest) + target.query


def _below(base_url: str, url: str) -> str | None:
    """The short way for most URLs: the plain path from the folder of a document down to it."""
    start = _folder(base_url)
    simple = _plain(url, len(start)) if url.startswith(start) else None
    return None if simple is None else simple[1]


def path_to(base_url: str, document_url: str) -> dict[str, str]:
    """Write the Path object that leads from a document to another, as `metadata_url` reads it.

    Args:
        base_url: The URL of the document that will hold it.
        document_url: The URL of the other document.

    Returns:
        A path of type `zarr` to the group or array if the document is a `zarr.json`, else
        one of type `json`.

    Raises:
        PathError: One of them is no absolute URL.

    Examples:
        >>> path_to("file:///data/plate.json", "file:///data/B/03/zarr.json")
        {'type': 'zarr', 'path': './B/03'}
    """
    below = _below(base_url, document_url)
    if below is not None:
        group, slash, name = below.rpartition("/")
        if name != _METADATA:
            return {"type": "json", "path": "./" + below}
        if group or not _folder(base_url).endswith("//"):
            return {"type": "zarr", "path": f".{slash}{group}"}
    url = _parsed(document_url)
    group, _, name = url.path.rpartition("/")
    # Behind an empty name there is no group that a path could lead to: its trailing slashes
    # do not count.
    if name != _METADATA or group.endswith("/"):
        return {"type": "json", "path": relative(base_url, document_url)}
    target = url._replace(path=group + "/")
    # From inside of a group its path is `.` or `..`, which stand for the form with a slash.
    if group != url.drive and not is_within(_folder(base_url), target.text):
        target = url._replace(path=group)
    return {"type": "zarr", "path": relative(base_url, target.text)}


# --- Paths anywhere in JSON ---------------------------------------------------------------


def rebased_path(path: str, old: str, new: str) -> str:
    """Write a path string that counts from one document so that it counts from another.

    Args:
        path: A path string in the document `old`.
        old: The URL of the document that it counts from.
        new: The URL of the document that it shall count from.

    Returns:
        A path string that leads to the same place; the same one if it leads there from
        everywhere, as absolute URLs do, or if it cannot be understood.

    Raises:
        PathError: `old` or `new` is no absolute URL.

    Examples:
        >>> rebased_path("./a.zarr", "file:///x/all.json", "file:///x/sub/one.json")
        '../a.zarr'
    """
    rebasing = Rebasing.between(old, new)
    return path if rebasing is None else rebasing(path)


class Rebasing:
    """Writes path strings that count from one folder so that they count from another.

    It is for many paths of one document; see `rebased_path`.

    Args:
        old: The URL of the folder that they count from.
        new: The URL of the folder that they shall count from.

    Attributes:
        lead: What takes the place of the `./` that a path begins with, whatever follows but
            `shared`; None if that depends on it in other ways.
        shared: The first name on the way back, if the way leads up; empty if not. A path that
            begins with it can be written shorter.
    """

    __slots__ = ("_lead", "_new", "_old", "lead", "shared")

    def __init__(self, old: str, new: str) -> None:
        self._old = old
        self._new = new
        self._lead, self.shared = _lead(old, new)
        # In `file:///C:/...`, but not in relative paths, a backslash is a slash.
        self.lead = None if self._lead.startswith("file:") else self._lead

    @classmethod
    def between(cls, old: str, new: str) -> Self | None:
        """The one between the folders of two documents; None if that is the same folder."""
        start, end = _folder(old), _folder(new)
        return None if start == end else cls(start, end)

    def __call__(self, path: str) -> str:
        """The path string that leads to the same place."""
        simple = _plain(path)
        if simple is not None and simple[1].partition("/")[0] != self.shared:
            return self._lead + simple[1]
        is_back = bool(self.shared) and path[2:].partition("/")[0] == self.shared
        if self.lead is not None and path.startswith("./") and not is_back:
            # What follows is read from the same folder, and stays as somebody wrote it.
            return self.lead + path[2:]
        target = _target(self._old, path)
        if target is None or (target == _target(self._new, path) and not path.startswith(".")):
            return path
        # A relative path may happen to lead there from both (`../a/0`, in the folder a); it is
        # written as anybody would write it there.
        return relative(self._new, target)

    def within(self, value: Any) -> Any:
        """A JSON value with all of its paths written like that; see `rebased`."""
        return _with_paths(value, self)

    def of_folder(self, path: str) -> str | None:
        """What a path string that ends with a slash becomes, whatever comes behind the slash.

        Returns:
            None if what comes behind it matters.
        """
        simple = _plain(path[:-1])
        if simple is None or simple[1].partition("/")[0] == self.shared:
            return None
        return f"{self._lead}{simple[1]}/"


def _target(base_url: str, path: str) -> str | None:
    """Where a path leads; None if it cannot be understood."""
    try:
        return resolve(base_url, path)
    except PathError:
        return None


@lru_cache(maxsize=256)
def _lead(old: str, new: str) -> tuple[str, str]:
    """What to put in front of plain paths that move from one document to another.

    The second value is the first name on the way back, empty if there is none.
    """
    start = _folder(old)
    path = relative(new, start)
    lead = path if path.endswith("/") else path + "/"
    is_up = not lead.replace("../", "")
    return lead, _folder(new)[len(start) :].partition("/")[0] if is_up else ""


def _is_path(value: Mapping[str, Any], types: frozenset[str]) -> bool:
    kind = value.get("type")
    return isinstance(kind, str) and kind in types and isinstance(value.get("path"), str)


_SCALARS: Final = frozenset({str, int, float, bool, type(None)})
_NODE, _TRANSFORMATIONS, _FOREIGN = range(3)
"""What a value is a part of: a node, transformations where RFC-8 has them, data of others."""
_TYPES_IN: Final = (_PATH_TYPES, _PATH_TYPES | _ARRAY_TYPES, _PATH_TYPES)
"""The types of objects whose `path` is one, by what they are a part of."""


def _part(key: Any, above: int) -> int:
    """What the value of a key is a part of."""
    if type(key) is not str:
        return above
    if ":" in key:
        return _FOREIGN
    return _TRANSFORMATIONS if key == "coordinateTransformations" and above == _NODE else above


def _members(value: Any) -> list[tuple[Any, Any]]:
    """The keys or positions of a container and the values that may be containers too."""
    kind = type(value)
    if kind is dict:
        pairs: Any = value.items()
    elif kind in _SCALARS:
        return []
    elif isinstance(value, Mapping):
        pairs = value.items()
    elif isinstance(value, Sequence) and not isinstance(value, (str, bytes, bytearray)):
        pairs = enumerate(value)
    else:
        return []
    return [(key, member) for key, member in pairs if type(member) not in _SCALARS]


def rebased(value: Any, old: str, new: str) -> Any:
    """Write all paths in a JSON value so that they count from another document.

    Rewritten are the Path objects of RFC-8 of type `zarr` and `json`, wherever they are, and
    below `coordinateTransformations` also the path strings of the RFC-5 transformations that
    keep their numbers in an array; but not in attributes with a prefix, of which nobody here
    knows what they mean. What counts from no document (absolute URLs) or cannot be understood
    stays as it is.

    Args:
        value: JSON: a node, its attributes, or any object of them.
        old: The URL of the document that its paths count from.
        new: The URL of the document that they shall count from.

    Returns:
        The value itself if nothing changes; else one that shares with it whatever is the
        same. The value is never changed. Cost: O(size), at any depth.

    Raises:
        PathError: `old` or `new` is no absolute URL.

    Examples:
        >>> node = {"id": "a", "path": {"type": "zarr", "path": "./a.zarr"}}
        >>> rebased(node, "file:///x/all.json", "file:///x/sub/one.json")
        {'id': 'a', 'path': {'type': 'zarr', 'path': '../a.zarr'}}
    """
    rebasing = Rebasing.between(old, new)
    return value if rebasing is None else rebasing.within(value)


def relativised(value: Any, url: str) -> Any:
    """Write absolute paths in a JSON value as relative ones, where they lead to neighbours.

    Args:
        value: JSON: a node, or any part of one.
        url: The URL of the document that it is to be in.

    Returns:
        The value itself if nothing changes; else one that shares with it whatever is the
        same. Paths to other hosts, and relative ones, stay as they are. Cost: O(size).

    Examples:
        >>> node = {"path": {"type": "zarr", "path": "file:///x/a.zarr"}}
        >>> relativised(node, "file:///x/sub/one.json")
        {'path': {'type': 'zarr', 'path': '../a.zarr'}}
    """

    def change(path: str) -> str:
        if ":" not in path:
            return path
        try:
            return relative(url, resolve(None, path))
        except PathError:
            return path

    return _with_paths(value, change)


def _with_paths(value: Any, change: Callable[[str], str]) -> Any:
    """A JSON value with other path strings; the same object if none of them changes."""
    # Every container with the number of its holder, its key there, and what it is a part of:
    # holders come first, so that going backwards what is in a container is ready before it.
    order: list[tuple[Any, int, Any, int]] = [(value, -1, None, _NODE)]
    copies: dict[int, Any] = {}
    for number, (item, _, _, part) in enumerate(order):
        order.extend([(member, number, key, _part(key, part)) for key, member in _members(item)])
        if (type(item) is dict or isinstance(item, Mapping)) and _is_path(item, _TYPES_IN[part]):
            path = change(item["path"])
            # The path to a group means the same with a slash at its end and without.
            if item["type"] == "zarr" and not item["path"].endswith("/"):
                path = path if path.endswith("//") or path == "/" else path.removesuffix("/")
            if path != item["path"]:
                copies[number] = {**item, "path": path}
    if not copies:
        return value
    for number in range(len(order) - 1, 0, -1):
        if number in copies:
            item, holder, key, _ = order[number]
            made = copies.pop(number)
            outer = order[holder][0]
            if holder not in copies:
                copies[holder] = dict(outer) if isinstance(outer, Mapping) else list(outer)
            copies[holder][key] = tuple(made) if isinstance(item, tuple) else made
    return tuple(copies[0]) if isinstance(value, tuple) else copies[0]


def paths_in(value: Any) -> Iterator[tuple[Pointer, Mapping[str, Any]]]:
    """Find the Path objects of RFC-8 of type `zarr` and `json` in a JSON value.

    Args:
        value: JSON: a document, a node, or any part of one.

    Yields:
        The place of a Path object, and the object, in the order of the document. Cost:
        O(size) for all of them, at any depth.

    Examples:
        >>> list(paths_in({"nodes": [{"path": {"type": "json", "path": "./a.json"}}]}))
        [(('nodes', 0, 'path'), {'type': 'json', 'path': './a.json'})]
    """
    # A place is linked to the one around it; only those that are given out are written down.
    stack: list[tuple[Any, Any]] = [(value, None)]
    while stack:
        item, place = stack.pop()
        if (type(item) is dict or isinstance(item, Mapping)) and _is_path(item, _PATH_TYPES):
            yield _pointer(place), item
        stack.extend([(member, (key, place)) for key, member in reversed(_members(item))])


def _pointer(place: Any) -> Pointer:
    parts: list[str | int] = []
    while place is not None:
        part, place = place
        parts.append(part)
    return tuple(reversed(parts))


# --- Questions about URLs -----------------------------------------------------------------


def origin(url: str) -> str:
    """Give where a URL leads to: the scheme with the host and port, or the bucket.

    Args:
        url: An absolute URL.

    Returns:
        For example `https://example.org:8080`, `s3://bucket`, or `file://` for local files.
        Names and passwords in front of a host are no part of it.

    Raises:
        PathError: It is no absolute URL.

    Examples:
        >>> origin("https://me@Example.org:8080/a.json")
        'https://example.org:8080'
    """
    start = url.find("://")
    end = url.find("/", start + 3)
    # The origins that are asked for are few, and they are asked for at every reference.
    return _origin(url if start < 0 or end < 0 else url[: end + 1])


@lru_cache(maxsize=256)
def _origin(url: str) -> str:
    parsed = _parsed(url)
    authority = parsed.authority
    if parsed.scheme in _HOSTED:
        authority = authority.rpartition("@")[2]
    return f"{parsed.scheme}://{authority}"


def is_within(url: str, root_url: str) -> bool:
    """Whether a URL is a root itself or below it, name by name.

    Both are normalised first, so that `..`, however it is written, cannot lead out. On the web
    and in buckets a slash may be encoded, or be a backslash, and servers differ in what such an
    address means; it is below no root if it would have a segment `..` for one of them.

    Args:
        url: An absolute URL.
        root_url: The URL of a folder, or of a document; a slash at its end does not matter.

    Returns:
        Whether it is; queries do not count.

    Raises:
        PathError: One of them is no absolute URL.

    Examples:
        >>> is_within("file:///data/plate/a.json", "file:///data/plate")
        True
        >>> is_within("file:///data/plate2/a.json", "file:///data/plate")
        False
    """
    root = _root(root_url)
    if url.startswith(root) and _plain(url, len(root)) is not None:
        return True
    parsed = _parsed(url)
    path = parsed.path if parsed.path.endswith("/") else parsed.path + "/"
    whole = parsed._replace(path=path, query="").text
    return whole.startswith(root) and (parsed.scheme == "file" or not _hides_dots(whole, len(root)))


_MOST_DECODED: Final = 4
"""So often servers behind each other may decode a path."""
_HIDDEN_DOTS: Final = re.compile(r"(?:\A|[/\\])\.\.(?:[/\\;]|\Z)")


def _hides_dots(text: str, start: int) -> bool:
    """Whether the rest of a path has a segment `..` once it is decoded."""
    if "%" not in text and ";" not in text:
        return False
    rest = text[start:]
    for _ in range(_MOST_DECODED):
        rest = unquote(rest)
        if _HIDDEN_DOTS.search(rest):
            return True
    return False


@lru_cache(maxsize=256)
def _root(url: str) -> str:
    """What all URLs below a root begin with."""
    parsed = _parsed(url)
    return parsed._replace(path=parsed.path.removesuffix("/") + "/", query="").text


def folder(url: str) -> str:
    """Give the URL of the folder that holds a document, with a slash at its end.

    Args:
        url: An absolute URL; one that ends with a slash is its own folder.

    Returns:
        The URL of the folder.

    Raises:
        PathError: It is no absolute URL.

    Examples:
        >>> folder("https://example.org/plate/plate.json")
        'https://example.org/plate/'
    """
    return _folder(url)


def file_name(url: str) -> str:
    """Give the name of a document as people write it; empty for a folder.

    Args:
        url: An absolute URL.

    Returns:
        The last segment of the path without its encoding.

    Raises:
        PathError: It is no absolute URL.

    Examples:
        >>> file_name("file:///data/a%20b.json")
        'a b.json'
    """
    return _decoded(_parsed(url).path.rpartition("/")[2])
