"""One address for one document, and paths between documents that lead where they led."""

from __future__ import annotations

import copy
import os
import posixpath
from collections.abc import Callable
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from ngio_collections import _paths
from ngio_collections._frozen import freeze, thaw, view
from ngio_collections._paths import (
    as_url,
    file_name,
    folder,
    is_within,
    local_path,
    metadata_url,
    normalised,
    origin,
    path_to,
    paths_in,
    raw_path,
    rebased,
    rebased_path,
    relative,
    relativised,
    resolve,
)
from ngio_collections.errors import PathError

BASE = "https://h.org/a/b/doc.json"


@pytest.fixture
def on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the module believe that it runs on Windows."""

    class _WindowsOs:
        name = "nt"
        fspath = staticmethod(os.fspath)

        @staticmethod
        def getcwd() -> str:
            return "C:\\work"

    monkeypatch.setattr(_paths, "os", _WindowsOs)


@pytest.fixture
def in_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the working directory be `/work dir`."""
    monkeypatch.setattr(os, "getcwd", lambda: "/work dir")


def _ids(value: object) -> str:
    return repr(value)[:60]


# --- The normal form ---------------------------------------------------------------------

NORMAL = [
    ("HTTPS://Example.ORG/A", "https://example.org/A", "scheme and host have no case, paths have"),
    ("https://h.org", "https://h.org/", "no path is the root"),
    ("https://h.org:443/a", "https://h.org/a", "the default port"),
    ("http://h.org:80/a", "http://h.org/a", "the default port"),
    ("http://h.org:443/a", "http://h.org:443/a", "the default port of another scheme"),
    ("http://h.org:/a", "http://h.org/a", "an empty port"),
    ("http://h.org:08080/a", "http://h.org:8080/a", "a port is a number"),
    ("http://[::1]:80/a", "http://[::1]/a", "an IPv6 address"),
    ("http://[FE80::A]/a", "http://[fe80::a]/a", "an IPv6 address has no case"),
    ("https://Me:Pw@H.org/a", "https://Me:Pw@h.org/a", "names and passwords have case"),
    ("https://ex%61mple.org/", "https://example.org/", "an encoded letter in a host"),
    ("https://h.org/%7Ea/%2d", "https://h.org/~a/-", "unreserved characters are decoded"),
    ("https://h.org/%e9%2f%2b", "https://h.org/%E9%2F%2B", "others get upper-case digits"),
    ("https://h.org/a b/é", "https://h.org/a%20b/%C3%A9", "what is illegal is encoded"),
    ("https://h.org/100%/%zz/%4", "https://h.org/100%25/%25zz/%254", "a percent sign alone"),
    ("https://h.org/%2%35", "https://h.org/%2525", "decoded once only"),
    ("https://h.org/[1]|^`{}", "https://h.org/%5B1%5D%7C%5E%60%7B%7D", "illegal in a path"),
    ("https://h.org/a\\..\\b", "https://h.org/a%5C..%5Cb", "a backslash is no separator"),
    ("https://h.org/a/./b/../c", "https://h.org/a/c", "dot segments"),
    ("https://h.org/../../a", "https://h.org/a", "beyond the root is the root"),
    ("https://h.org/a/%2e%2E/b", "https://h.org/b", "encoded dots are dots"),
    ("https://h.org/a/.%2e/b", "https://h.org/b", "half encoded dots are dots"),
    ("https://h.org/a/%252e%252e/b", "https://h.org/a/%252e%252e/b", "encoded twice: a name"),
    ("https://h.org/a/..b/c../...", "https://h.org/a/..b/c../...", "dots inside of names"),
    ("https://h.org/a//b/", "https://h.org/a//b/", "an empty name is a name on the web"),
    ("https://h.org/a//../b", "https://h.org/a/b", "`..` takes an empty name away"),
    ("https://h.org/..//a", "https://h.org//a", "an empty name at the root"),
    ("https://h.org/a?X=%2f%7e b", "https://h.org/a?X=%2f%7e%20b", "a query keeps its encoding"),
    ("https://h.org?x", "https://h.org/?x", "a query behind the host"),
    ("https://h.org/a?", "https://h.org/a?", "an empty query is a query"),
    ("https://h.org/a?/../b", "https://h.org/a?/../b", "dots in a query are no segments"),
    ("S3://Bucket/Key%2bA", "s3://Bucket/Key+A", "a bucket is no host; a key is plain text"),
    ("s3://bucket", "s3://bucket/", "a bucket is a root"),
    ("s3://b/a//b", "s3://b/a//b", "a key may hold empty names"),
    ("memory://Store/a", "memory://Store/a", "a name in memory has case"),
    ("memory:///a", "memory:///a", "no authority at all"),
    ("abfs://box@account.example/a", "abfs://box@account.example/a", "a container"),
    ("FILE:///a", "file:///a", "the scheme has no case"),
    ("file:/a", "file:///a", "the short form of RFC 8089"),
    ("file://localhost/a", "file:///a", "this computer"),
    ("file://LocalHost/a", "file:///a", "this computer"),
    ("file://Server/share/A", "file://server/share/A", "another computer"),
    ("file:///a//b///c/", "file:///a/b/c/", "several slashes are one to the system"),
    ("file:////a", "file:///a", "several slashes are one to the system"),
    ("file:///root//../etc", "file:///etc", "as the system reads it"),
    ("file:///a%2Bb%3ac", "file:///a+b:c", "one file, one URL"),
    ("file:///a%2fb%00", "file:///a%2Fb%00", "kept, for `local_path` to refuse"),
    ("file://C:/a", "file:///C:/a", "the example of RFC-8"),
    ("file:C:/a", "file:///C:/a", "a drive is absolute"),
    ("file:/c:/a", "file:///C:/a", "a drive has no case"),
    ("file:///c:\\a\\b", "file:///C:/a/b", "a Windows path behind the scheme"),
    ("file:///C:", "file:///C:/", "a drive is a root"),
    ("file:///C:/../../a", "file:///C:/a", "beyond the drive is the drive"),
    ("file:///c%3A/a", "file:///c%3A/a", "a POSIX folder that looks like a drive"),
    ("file:///c%3A/a%3Ab", "file:///c%3A/a:b", "only the first name can look like a drive"),
    ("file:///x/../c%3a/a", "file:///c%3A/a", "the first name after normalisation"),
    ("file:///x/c%3A/a", "file:///x/c:/a", "not the first name"),
    ("file://server/c%3A/a", "file://server/c:/a", "another computer has no drives"),
]


@pytest.mark.parametrize(("url", "normal", "reason"), NORMAL, ids=_ids)
def test_an_address_has_one_normal_form(url: str, normal: str, reason: str) -> None:
    assert normalised(url) == normal, reason
    assert normalised(normal) == normal, "the normal form is normal"
    assert resolve(None, url) == normal, "a document may hold the URL as it is"
    assert resolve(BASE, url) == normal


NO_URLS = [
    ("", "no absolute URL"),
    ("a.json", "no absolute URL"),
    ("/a.json", "no absolute URL"),
    ("://a", "no absolute URL"),
    ("1a://b", "no absolute URL"),
    ("c:/a", "no absolute URL"),
    ("mailto:me", "without '//'"),
    ("http:a", "without '//'"),
    ("http:/a", "without '//'"),
    ("file:a.json", "without an absolute path"),
    ("file:", "without an absolute path"),
    ("https:///a", "names no host"),
    ("https://me@/a", "names no host"),
    ("https://:80/a", "names no host"),
    ("https://h.org:x/a", "names its host"),
    ("https://h.org:65536/a", "names its host"),
    ("https://h.org:٣/a", "names its host"),
    ("https://h org/a", "names its host"),
    ("https://good.org\\@evil.org/a", "names its host"),
    ("https://good.org\\.evil.org/a", "names its host"),
    ("https://h%2Forg/a", "names its host"),
    ("https://[::1/a", "names its host"),
    ("https://exämple.org/a", "xn--"),
    ("https://h.org/a#b", "write '%23'"),
    ("https://h.org#b", "write '%23'"),
    ("https://h.org/a?b#c", "write '%23'"),
    ("file:///a#b", "write '%23'"),
    ("file:///a?b", "write '%3F'"),
    ("s3://b/a?b", "write '%3F'"),
    ("local://../a", "in the place of a host"),
    ("local://%2e%2e/a", "in the place of a host"),
    ("file://./C:/a", "in the place of a host"),
    ("https://h.org/\ud800", "no character"),
    ("https://h.org/a?\ud800", "no character"),
    ("s3://\ud800/a", "no character"),
]


@pytest.mark.parametrize(("url", "problem"), NO_URLS, ids=_ids)
def test_what_is_no_address_of_a_document_is_refused(url: str, problem: str) -> None:
    with pytest.raises(PathError, match=problem):
        normalised(url)


def test_a_long_value_makes_a_short_message() -> None:
    with pytest.raises(PathError) as refused:
        normalised("x" * 100_000)
    assert len(str(refused.value)) < 400


# --- What people type ----------------------------------------------------------------------

TYPED = [
    ("/data/a.json", "file:///data/a.json", "an absolute path"),
    ("a.json", "file:///work%20dir/a.json", "counts from the working directory"),
    ("./a.json", "file:///work%20dir/a.json", "counts from the working directory"),
    (".", "file:///work%20dir", "the working directory"),
    ("..", "file:///", "above it"),
    ("../../../a", "file:///a", "above the root is the root"),
    ("/", "file:///", "the root keeps its slash"),
    ("//", "file:///", "the root keeps its slash"),
    ("/data//x/./../a/", "file:///data/a", "as short as it can be"),
    ("~/a", "file:///work%20dir/~/a", "a tilde is a name"),
    ("/a#1?2%20.json", "file:///a%231%3F2%2520.json", "characters stand for themselves"),
    ("/ä/\udcff", "file:///%C3%A4/%FF", "UTF-8, and bytes that are none"),
    ("/a\\b", "file:///a%5Cb", "a backslash is a character of a POSIX name"),
    ("a:b.json", "file:///work%20dir/a:b.json", "one letter and no slash: a name"),
    ("plate:1.json", "file:///work%20dir/plate:1.json", "a colon in a name"),
    ("/c:/x", "file:///c%3A/x", "a POSIX folder that looks like a drive"),
    ("./c:/x", "file:///work%20dir/c:/x", "a POSIX folder that looks like a drive"),
    (" a ", "file:///work%20dir/%20a%20", "spaces belong to names"),
    ("C:\\data\\a b.json", "file:///C:/data/a%20b.json", "a Windows path"),
    ("c:/data/a#1.json", "file:///C:/data/a%231.json", "a Windows path"),
    ("C:\\", "file:///C:/", "the root of a drive keeps its slash"),
    ("C:\\..\\..\\a\\", "file:///C:/a", "above the drive is the drive"),
    ("C:\\a/b\\..\\c", "file:///C:/a/c", "both kinds of slashes"),
    ("\\\\Server\\share\\A b", "file://server/share/A%20b", "a path on a server"),
    ("\\\\?\\C:\\a", "file:///C:/a", "the long form of a Windows path"),
    ("\\\\?\\UNC\\server\\share\\a", "file://server/share/a", "the long form with a server"),
    ("https://H.org/a/", "https://h.org/a", "a URL stays a URL"),
    ("https://h.org", "https://h.org/", "a root keeps its slash"),
    ("https://h.org/a/?q", "https://h.org/a?q", "a query stays"),
    ("s3://bucket/a%20b/", "s3://bucket/a%20b", "a URL is encoded already"),
    ("s3://bucket", "s3://bucket/", "a root keeps its slash"),
    ("memory://a/b", "memory://a/b", "a URL stays a URL"),
    ("file:///a/", "file:///a", "a URL stays a URL"),
    ("file:/a", "file:///a", "the short form of RFC 8089"),
    ("file://C:/", "file:///C:/", "the form of RFC-8"),
    (PurePosixPath("/a/b c"), "file:///a/b%20c", "a path object"),
    (PureWindowsPath("C:/a/b c"), "file:///C:/a/b%20c", "a path object of Windows"),
]


@pytest.mark.usefixtures("in_work")
@pytest.mark.parametrize(("location", "url", "reason"), TYPED, ids=_ids)
def test_what_people_type_becomes_a_url(
    location: str | os.PathLike[str], url: str, reason: str
) -> None:
    assert as_url(location) == url, reason
    assert normalised(url) == url
    assert as_url(url) == url


@pytest.mark.parametrize(
    ("location", "base", "url"),
    [
        ("a.json", "/data", "file:///data/a.json"),
        ("a.json", "/data/", "file:///data/a.json"),
        ("a.json", "/", "file:///a.json"),
        ("../a.json", "/data/x", "file:///data/a.json"),
        ("/a.json", "/data", "file:///a.json"),
        ("a#.json", "file:///data%20x", "file:///data%20x/a%23.json"),
        ("a#:b.json", "https://h.org/x", "https://h.org/x/a%23:b.json"),
        ("../a", "https://h.org", "https://h.org/a"),
        ("/a", "https://h.org/x", "file:///a"),
        ("a", "s3://bucket", "s3://bucket/a"),
        ("a", "C:\\data", "file:///C:/data/a"),
        ("/a", "C:\\data", "file:///C:/a"),
        ("a", "\\\\server\\share", "file://server/share/a"),
        ("https://h.org/a", "/data", "https://h.org/a"),
        ("c:/x", "/", "file:///C:/x"),
        ("./c:/x", "/", "file:///c%3A/x"),
    ],
)
def test_a_relative_path_counts_from_the_base(location: str, base: str, url: str) -> None:
    assert as_url(location, base=base) == url


@pytest.mark.usefixtures("in_work")
def test_the_base_may_be_relative_itself() -> None:
    assert as_url("a", base="b") == "file:///work%20dir/b/a"


def test_without_a_base_the_working_directory_counts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert local_path(as_url("a b.json")) == str(Path.cwd() / "a b.json")


@pytest.mark.parametrize(
    ("location", "problem"),
    [
        ("", "expected a path or a URL"),
        (b"/a", "expected a path or a URL"),
        ("/a\0b", "NUL"),
        ("/\ud800", "no character"),
        ("\\\\.\\COM1", "device"),
        ("\\\\?\\Volume{1}\\a", "device"),
        ("https:/h.org/a", "lost a slash"),
        (PurePosixPath("s3://bucket/a"), "lost a slash"),
        ("file:a", "without an absolute path"),
        ("https://h.org/a#b", "write '%23'"),
    ],
)
def test_what_cannot_be_an_address_is_refused_when_it_is_typed(location: Any, problem: str) -> None:
    with pytest.raises(PathError, match=problem):
        as_url(location)


@pytest.mark.usefixtures("on_windows")
@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("a\\b.json", "file:///C:/work/a/b.json"),
        ("..\\a.json", "file:///C:/a.json"),
        ("a/b c.json", "file:///C:/work/a/b%20c.json"),
        ("\\a", "file:///C:/a"),
        ("/a", "file:///C:/a"),
        ("d:\\a", "file:///D:/a"),
        ("//server/share/a", "file://server/share/a"),
        ("\\\\server\\share\\a", "file://server/share/a"),
        ("https://h.org/a", "https://h.org/a"),
    ],
)
def test_on_windows_backslashes_separate_names(location: str, url: str) -> None:
    assert as_url(location) == url


@pytest.mark.usefixtures("on_windows")
def test_a_path_that_counts_from_the_directory_of_a_drive_is_refused_on_windows() -> None:
    with pytest.raises(PathError, match="working directory of a drive"):
        as_url("C:a.json")


# --- Local paths ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("file:///", "/"),
        ("file:///a/b%20%23%25.json", "/a/b #%.json"),
        ("file://localhost/a", "/a"),
        ("file:///a/../b", "/b"),
        ("file:///%C3%A4/%FF", "/ä/\udcff"),
        ("file:///a%5Cb", "/a\\b"),
        ("file:///c%3A/a", "/c:/a"),
        ("file:///a/", "/a/"),
    ],
)
def test_a_file_url_has_a_local_path(url: str, path: str) -> None:
    assert local_path(url) == path


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("https://h.org/a", "no local file"),
        ("s3://b/a", "no local file"),
        ("file://server/a", "on the host 'server'"),
        ("file:///C:/a", "drive of Windows"),
        ("file:///a%2Fb", "a slash in a name"),
        ("file:///..%2f..%2fetc", "a slash in a name"),
        ("file:///a%00b", "a NUL character in a name"),
        ("a.json", "no absolute URL"),
    ],
)
def test_what_is_no_file_of_this_system_has_no_local_path(url: str, problem: str) -> None:
    with pytest.raises(PathError, match=problem):
        local_path(url)


@pytest.mark.usefixtures("on_windows")
@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("file:///C:/", "C:\\"),
        ("file:///c:/data/a%20b.json", "C:\\data\\a b.json"),
        ("file://Server/share/a", "\\\\server\\share\\a"),
        ("file:///C:/console/null.con", "C:\\console\\null.con"),
    ],
)
def test_on_windows_a_file_url_has_a_drive_or_a_server(url: str, path: str) -> None:
    assert local_path(url) == path
    assert as_url(path) == normalised(url)


@pytest.mark.usefixtures("on_windows")
@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("a%5C..%5Cb", "no file on Windows"),
        ("a:stream", "no file on Windows"),
        ("D:", "no file on Windows"),
        ("a.json.", "no file on Windows"),
        ("..%20", "no file on Windows"),
        ("nul", "no file on Windows"),
        ("Com1.json", "no file on Windows"),
        ("con%20.txt", "no file on Windows"),
        ("a%2Fb", "a slash in a name"),
    ],
)
def test_on_windows_names_that_mean_something_else_are_refused(name: str, problem: str) -> None:
    with pytest.raises(PathError, match=problem):
        local_path(f"file:///C:/data/{name}")


@pytest.mark.usefixtures("on_windows")
def test_on_windows_a_file_url_without_a_drive_is_refused() -> None:
    with pytest.raises(PathError, match="no drive"):
        local_path("file:///data/a.json")


def test_the_raw_path_is_what_backends_call_a_document() -> None:
    assert raw_path("s3://bucket/a%20b/%25.json") == "/a b/%.json"
    assert raw_path("s3://bucket") == "/"
    with pytest.raises(PathError, match="a slash in a name"):
        raw_path("s3://bucket/a%2F..%2Fb")


# --- Paths in documents --------------------------------------------------------------------

RFC_BASE = "http://a/b/c/d;p?q"

RFC_EXAMPLES = [  # RFC 3986, sections 5.4.1 and 5.4.2
    *(("g", "http://a/b/c/g"), ("./g", "http://a/b/c/g"), ("g/", "http://a/b/c/g/")),
    *(("/g", "http://a/g"), ("//g", "http://g/"), ("g?y", "http://a/b/c/g?y")),
    *((";x", "http://a/b/c/;x"), ("g;x", "http://a/b/c/g;x"), (".", "http://a/b/c/")),
    *(("./", "http://a/b/c/"), ("..", "http://a/b/"), ("../", "http://a/b/")),
    *(("../g", "http://a/b/g"), ("../..", "http://a/"), ("../../", "http://a/")),
    *(("../../g", "http://a/g"), ("../../../g", "http://a/g"), ("../../../../g", "http://a/g")),
    *(("/./g", "http://a/g"), ("/../g", "http://a/g"), ("g.", "http://a/b/c/g.")),
    *((".g", "http://a/b/c/.g"), ("g..", "http://a/b/c/g.."), ("..g", "http://a/b/c/..g")),
    *(("./../g", "http://a/b/g"), ("./g/.", "http://a/b/c/g/"), ("g/./h", "http://a/b/c/g/h")),
    *(("g/../h", "http://a/b/c/h"), ("g;x=1/./y", "http://a/b/c/g;x=1/y")),
    *(("g;x=1/../y", "http://a/b/c/y"), ("g?y/./x", "http://a/b/c/g?y/./x")),
    ("g?y/../x", "http://a/b/c/g?y/../x"),
    # Here we differ: a scheme of one letter would be a drive of Windows.
    ("g:h", "http://a/b/c/g:h"),
]


@pytest.mark.parametrize(("path", "url"), RFC_EXAMPLES)
def test_paths_are_resolved_as_the_examples_of_rfc_3986(path: str, url: str) -> None:
    assert resolve(RFC_BASE, path) == url


@pytest.mark.parametrize("path", ["", "?y", "#s", "g#s", "g?y#s", "g;x?y#s/../x", "g#s/./x"])
def test_a_path_without_a_file_or_with_a_fragment_is_refused_unlike_in_rfc_3986(path: str) -> None:
    with pytest.raises(PathError, match=r"^http://a/b/c/d;p\?q: .*(names no file|'%23')"):
        resolve(RFC_BASE, path)


RESOLVED = [
    (BASE, "./B/03/0.json", "https://h.org/a/b/B/03/0.json", "the plain case"),
    (BASE, "A01", "https://h.org/a/b/A01", "the plain case without a dot"),
    (BASE, "./a b.json", "https://h.org/a/b/a%20b.json", "what is illegal is encoded"),
    (BASE, "./a%20b%7e.json", "https://h.org/a/b/a%20b~.json", "encoded, and decoded"),
    (BASE, "ä/日.json", "https://h.org/a/b/%C3%A4/%E6%97%A5.json", "UTF-8"),
    (BASE, "a\\b.json", "https://h.org/a/b/a%5Cb.json", "a backslash is a character"),
    (BASE, "..\\..\\a", "https://h.org/a/b/..%5C..%5Ca", "it does not lead up"),
    (BASE, "./.hidden/x", "https://h.org/a/b/.hidden/x", "a dot in front of a name"),
    (BASE, "a/.", "https://h.org/a/b/a/", "a dot at the end"),
    (BASE, "x//y", "https://h.org/a/b/x//y", "an empty name"),
    (BASE, "x/%2e%2e/%2e%2E/y", "https://h.org/a/y", "encoded dots lead up"),
    (BASE, "../../../../etc", "https://h.org/etc", "never above the root"),
    (BASE, "/x.json", "https://h.org/x.json", "counts from the root"),
    (BASE, "//Other.org/x", "https://other.org/x", "another host, the same scheme"),
    (BASE, "x.json?sig=a%2fb", "https://h.org/a/b/x.json?sig=a%2fb", "a query on the web"),
    (BASE, "./a:b", "https://h.org/a/b/a:b", "a colon in a name"),
    (BASE, "2024:a", "https://h.org/a/b/2024:a", "no scheme begins with a digit"),
    (BASE, "C:\\a", "file:///C:/a", "a Windows path is a file"),
    (BASE, "c:/a%20b", "file:///C:/a%2520b", "a Windows path is no URL: no encoding in it"),
    (BASE, "\\\\server\\share\\a", "file://server/share/a", "a Windows path with a server"),
    (BASE, "S3://b/a", "s3://b/a", "an absolute URL"),
    (BASE, "100%", "https://h.org/a/b/100%25", "a percent sign alone"),
    (BASE, "a\n", "https://h.org/a/b/a%0A", "a line feed"),
    (BASE, " a", "https://h.org/a/b/%20a", "spaces belong to names"),
    ("https://h.org/a?x=/y/", "b", "https://h.org/b", "slashes in a query do not count"),
    ("https://h.org", "b", "https://h.org/b", "a base without a path"),
    ("HTTPS://H.org/x/../a", "b", "https://h.org/b", "the base is normalised"),
    ("file:///a/b.json", "//server/x", "file://server/x", "a host, so no local file"),
    ("file:///a/b.json", "//localhost/x", "file:///x", "this computer"),
    ("file:///a/b.json", "x//y", "file:///a/x/y", "several slashes are one to the system"),
    ("file:///a/b.json", "%2e%2e/%2e%2e/etc", "file:///etc", "encoded dots lead up"),
    ("file:///a/b.json", "c:d", "file:///a/c:d", "no drive: no slash"),
    ("file:///C:/a/b.json", "../../../x", "file:///C:/x", "never above the drive"),
    ("file:///C:/a/b.json", "/x", "file:///C:/x", "the root of the drive, as on Windows"),
    ("file:///C:/a/b.json", "/D:/x", "file:///D:/x", "another drive"),
    ("file:///C:/a/b.json", "d:\\x", "file:///D:/x", "another drive"),
    ("file://server/s/b.json", "../../x", "file://server/x", "never off the server"),
    ("s3://Bucket/a/b.json", "../../../x", "s3://Bucket/x", "never out of the bucket"),
    ("s3://bucket/a/b.json", "//other/x", "s3://other/x", "another bucket"),
]


@pytest.mark.parametrize(("base", "path", "url", "reason"), RESOLVED, ids=_ids)
def test_paths_in_documents_are_resolved(base: str, path: str, url: str, reason: str) -> None:
    assert resolve(base, path) == url, reason
    assert normalised(url) == url


@pytest.mark.parametrize(
    ("base", "path", "problem"),
    [
        (None, "./a.json", "has no address"),
        (None, "", "names no file"),
        ("file:///a/b.json", "a?b", r"^file:///a/b.json: 'a\?b' has a query.*'%3F'"),
        ("s3://b/c", "a#b", "^s3://b/c: 'a#b' has a fragment.*'%23'"),
        (BASE, "plate:1.json", "put './' in front"),
        (BASE, "urn:x:y", "without '//'"),
        (BASE, "file:x", "without an absolute path"),
        (BASE, "///x", "names no host"),
        (BASE, "\ud800", "no character"),
        ("b.json", "./a.json", "'b.json' is no absolute URL"),
        ("b.json", "../a.json", "'b.json' is no absolute URL"),
    ],
)
def test_what_cannot_be_resolved_is_refused(base: str | None, path: str, problem: str) -> None:
    with pytest.raises(PathError, match=problem):
        resolve(base, path)


@pytest.mark.parametrize(
    ("kind", "path", "url"),
    [
        ("json", "./B/0.json", "https://h.org/a/b/B/0.json"),
        ("json", "./B", "https://h.org/a/b/B"),
        ("json", "../B 1", "https://h.org/a/B%201"),
        ("zarr", "./B/03", "https://h.org/a/b/B/03/zarr.json"),
        ("zarr", "./B/03/", "https://h.org/a/b/B/03/zarr.json"),
        ("zarr", "./B/03///", "https://h.org/a/b/B/03/zarr.json"),
        ("zarr", "./B 3.zarr", "https://h.org/a/b/B%203.zarr/zarr.json"),
        ("zarr", ".", "https://h.org/a/b/zarr.json"),
        ("zarr", "..", "https://h.org/a/zarr.json"),
        ("zarr", "/", "https://h.org/zarr.json"),
        ("zarr", "./x?sig=1", "https://h.org/a/b/x/zarr.json?sig=1"),
        ("zarr", "s3://bucket", "s3://bucket/zarr.json"),
        ("zarr", "C:\\", "file:///C:/zarr.json"),
    ],
)
def test_a_path_object_leads_to_metadata(kind: str, path: str, url: str) -> None:
    assert metadata_url(BASE, {"type": kind, "path": path}) == url
    assert metadata_url(BASE, view({"path": path, "type": kind, "more": 1})) == url


def test_without_an_address_only_absolute_paths_lead_somewhere() -> None:
    absolute = {"type": "zarr", "path": "https://h.org/a.zarr"}
    assert metadata_url(None, absolute) == "https://h.org/a.zarr/zarr.json"
    for kind in ("zarr", "json"):
        with pytest.raises(PathError, match=r"^the path '\./a' is relative"):
            metadata_url(None, {"type": kind, "path": "./a"})


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        (None, "None is no path; expected an object"),
        ("./a.json", "'./a.json' is no path; expected an object"),
        ([], "is no path; expected an object"),
        ({}, "has no `type`"),
        ({"path": "./a"}, "has no `type`"),
        ({"type": "json"}, "has no `path`"),
        ({"type": None, "path": "./a"}, "`type` None, which is no string"),
        ({"type": ["zarr"], "path": "./a"}, "`type` .*, which is no string"),
        ({"type": "zarr", "path": None}, "`path` None, which is no string"),
        ({"type": "json", "path": 5}, "`path` 5, which is no string"),
        ({"type": "json", "path": ""}, "names no file"),
        ({"type": "zarr", "path": ""}, "names no file"),
        ({"type": "zarr", "path": "a#b"}, "'%23'"),
        ({"type": "Zarr", "path": "./a"}, "'Zarr' is unknown"),
        ({"type": "", "path": "./a"}, "'' is unknown"),
        ({"type": ":zip", "path": "./a"}, "':zip' is unknown"),
        ({"type": "zip:", "path": "./a"}, "'zip:' is unknown"),
        ({"type": "myorg:zip", "path": "./a"}, "is an extension that nothing here resolves"),
    ],
)
def test_what_is_no_path_object_is_refused_in_words(path: Any, problem: str) -> None:
    with pytest.raises(PathError, match=rf"^https://h\.org/a/b/doc\.json: .*{problem}"):
        metadata_url(BASE, path)


# --- The way back --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://h.org/a/b/x.json", "./x.json"),
        ("https://h.org/a/b/doc.json", "./doc.json"),
        ("https://h.org/a/b/x/y.json", "./x/y.json"),
        ("https://h.org/a/x.json", "../x.json"),
        ("https://h.org/x.json", "../../x.json"),
        ("https://h.org/c/x.json", "../../c/x.json"),
        ("https://h.org/a/b/", "."),
        ("https://h.org/a/", ".."),
        ("https://h.org/", "../.."),
        ("https://h.org/a/b", "../b"),
        ("https://h.org/a/b/x/", "./x/"),
        ("https://h.org/a/b/x:y", "./x:y"),
        ("https://h.org/a/b//x", ".//x"),
        ("https://h.org/a//x", "..//x"),
        ("https://h.org/a/b/x?q", "./x?q"),
        ("https://h.org/a/b/?q", "./?q"),
        ("https://h.org/a/bb/x", "../bb/x"),
        ("http://h.org/a/b/x", "http://h.org/a/b/x"),
        ("https://h.org:8/a/b/x", "https://h.org:8/a/b/x"),
        ("https://me@h.org/a/b/x", "https://me@h.org/a/b/x"),
        ("HTTPS://H.org/a/b/%7e", "./~"),
    ],
)
def test_a_relative_path_is_as_short_as_it_can_be(url: str, path: str) -> None:
    assert relative(BASE, url) == path
    assert resolve(BASE, path) == normalised(url)


@pytest.mark.parametrize(
    ("base", "url", "path"),
    [
        ("file:///C:/a.json", "file:///C:/", "."),
        ("file:///C:/a.json", "file:///C:/b", "./b"),
        ("file:///C:/a.json", "file:///D:/b", "file:///D:/b"),
        ("file:///C:/a.json", "file:///b", "file:///b"),
        ("file:///a.json", "file:///C:/b", "file:///C:/b"),
        ("file:///a.json", "file:///c%3A/b", "./c%3A/b"),
        ("file:///a.json", "file://server/b", "file://server/b"),
        ("file://server/a/b", "file://server/c/d", "../c/d"),
        ("s3://one/a", "s3://two/a", "s3://two/a"),
    ],
)
def test_a_relative_path_stays_on_its_volume(base: str, url: str, path: str) -> None:
    assert relative(base, url) == path
    assert path.startswith("file:///b") or resolve(base, path) == url


@pytest.mark.parametrize(
    ("url", "kind", "path"),
    [
        ("https://h.org/a/b/x.json", "json", "./x.json"),
        ("https://h.org/a/b/x.zarr/zarr.json", "zarr", "./x.zarr"),
        ("https://h.org/a/b/zarr.json", "zarr", "."),
        ("https://h.org/a/zarr.json", "zarr", ".."),
        ("https://h.org/zarr.json", "zarr", "../.."),
        ("https://h.org/c/zarr.json", "zarr", "../../c"),
        ("https://h.org/a/b/zarr.json/", "json", "./zarr.json/"),
        ("https://h.org/a/b/x//zarr.json", "json", "./x//zarr.json"),
        ("https://h.org/a/b/x/zarr.json?q", "zarr", "./x?q"),
        ("https://h.org/a/zarr.json?q", "zarr", "../?q"),
        ("https://h.org/zarr.json?q", "zarr", "../../?q"),
        ("https://other.org/zarr.json", "zarr", "https://other.org/"),
        ("https://other.org/x/zarr.json", "zarr", "https://other.org/x"),
        ("file:///C:/zarr.json", "zarr", "file:///C:/"),
        ("https://h.org/a/b/%7Aarr.json", "zarr", "."),
    ],
)
def test_a_path_object_is_of_the_type_of_its_document(url: str, kind: str, path: str) -> None:
    assert path_to(BASE, url) == {"type": kind, "path": path}
    assert metadata_url(BASE, {"type": kind, "path": path}) == normalised(url)


HOSTILE = st.one_of(
    st.sampled_from([".", "..", "...", "", "a", "b", "..a", "a..", "a.", ".a", "zarr.json"]),
    st.sampled_from(["C:", "c:", "c%3A", "a:b", "http:", "%2e%2e", "%2F", "%", "%25", "%zz", "~"]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/"), max_size=5),
    st.text("ab.:%\\ é2ef+@;", max_size=6),
)
ROOTS = st.sampled_from(
    [
        "https://h.org",
        "http://h.org:8080",
        "file://",
        "file:///C:",
        "file://srv",
        "s3://b",
        "mem://",
    ]
)


@st.composite
def _urls(draw: st.DrawFn, root: st.SearchStrategy[str] = ROOTS) -> str:
    """Normalised URLs with hostile names."""
    start = draw(root)
    names = draw(st.lists(HOSTILE, max_size=5))
    text = start + "".join("/" + name.replace("?", "%3F").replace("#", "%23") for name in names)
    query = draw(st.sampled_from(["", "", "?", "?q=a/../b"])) if start[:4] == "http" else ""
    return normalised(text + query)


@st.composite
def _neighbours(draw: st.DrawFn, count: int = 2) -> tuple[str, ...]:
    """URLs below one root, often with folders in common."""
    start = draw(ROOTS)
    return tuple(draw(_urls(st.just(start))) for _ in range(count))


@given(_urls())
def test_law_the_normal_form_is_normal(url: str) -> None:
    assert normalised(url) == url
    assert url.isascii()
    assert not {".", ".."} & set(url.partition("?")[0].split("/"))


@given(_neighbours() | st.tuples(_urls(), _urls()))
@example(("file:///a.json", "file:///c%3A/x"))
@example(("https://h.org/a/b", "https://h.org//a"))
def test_law_a_relative_path_leads_back(pair: tuple[str, str]) -> None:
    base, url = pair
    path = relative(base, url)
    assert resolve(base, path) == url
    assert path.startswith(".") or path == url


@given(_neighbours() | st.tuples(_urls(), _urls()), st.booleans())
@example(("https://h.org//", "https://h.org//"), True)
@example(("file:///a", "file:///zarr.json"), True)
def test_law_a_path_object_leads_back(pair: tuple[str, str], is_zarr: bool) -> None:
    base, url = pair
    if is_zarr:
        url = normalised(_as_folder(url) + "zarr.json")
    assert metadata_url(base, path_to(base, url)) == url


@given(st.lists(HOSTILE, min_size=1, max_size=4))
@example(["c:", "x"])
@example(["", "c:"])
def test_law_a_file_name_and_its_url_are_inverse(names: list[str]) -> None:
    path = "/" + "/".join(names)
    assume("\0" not in path)
    url = as_url(path)
    assert local_path(url) == "/" + posixpath.normpath(path).lstrip("/")
    assert as_url(local_path(url)) == url == normalised(url)
    assert as_url(url) == url


@given(st.binary(min_size=1, max_size=8))
def test_law_every_name_of_the_system_survives_whatever_its_bytes(name: bytes) -> None:
    assume(b"/" not in name and b"\0" not in name and name not in {b".", b".."})
    path = "/data/" + name.decode("utf-8", "surrogateescape")
    assert local_path(as_url(path)) == path
    assert file_name(as_url(path)) == path[6:]


@given(_urls(), HOSTILE)
def test_law_whatever_a_path_says_the_result_is_normal(base: str, path: str) -> None:
    try:
        url = resolve(base, path)
    except PathError:
        return
    assert normalised(url) == url


def _as_folder(url: str) -> str:
    path = url.partition("?")[0]
    return path if path.endswith("/") else path + "/"


PLAIN = st.from_regex(r"\A(\./)?([a-zA-Z0-9_~!$&'()*+,;=@.-]{1,3}/){0,3}[a-z0-9.-]{1,3}\Z")


@given(_urls(), PLAIN)
@example("https://h.org/a/b", "./a/..")
@example("https://h.org/a/b", "a/./b")
def test_law_the_short_way_for_plain_paths_leads_where_the_long_one_does(
    base: str, path: str
) -> None:
    assert resolve(base, path) == _paths._resolved(base, path).text
    # A query does not fit the plain form, and is no part of where the path leads.
    if base.startswith("http"):
        assert resolve(base, path) + "?" == resolve(base, path + "?")


_DOTTED = st.sampled_from((".", "..", "...", ".zattrs", "a.", "0", "C", "a b", ""))


@given(st.lists(_DOTTED, min_size=1, max_size=5).map("/".join))
def test_law_the_short_way_for_urls_of_plain_files_gives_the_normal_form(path: str) -> None:
    inside = f"1/2/3/4/5/{path}"
    # There is a character in a folder above that the short way does not know.
    long = normalised(f"file:///%20/{inside}")
    assert normalised(f"file:///{inside}") == long.replace("/%20", "")
    assert local_path(f"file:///{inside}") == local_path(long).replace("/ ", "")


# --- Paths anywhere in JSON ----------------------------------------------------------------

OLD, NEW = "file:///x/all.json", "file:///x/sub/one.json"


def _zarr(path: str) -> dict[str, Any]:
    return {"type": "zarr", "path": path}


@pytest.mark.parametrize(
    ("path", "moved"),
    [
        ("./a.zarr", "../a.zarr"),
        ("a.zarr", "../a.zarr"),
        ("./sub/a.zarr", "./a.zarr"),
        ("./sub/", "."),
        ("./.", "../."),
        ("./a/../b", "../a/../b"),
        ("../y/a b.json", "../../y/a%20b.json"),
        ("file:///x/a.zarr", "file:///x/a.zarr"),
        ("https://h.org/a", "https://h.org/a"),
        ("HTTPS://H.org/a", "HTTPS://H.org/a"),
        ("C:\\a", "C:\\a"),
        ("/x/a.zarr", "/x/a.zarr"),
        ("", ""),
        ("a#b", "a#b"),
        ("urn:x", "urn:x"),
    ],
)
def test_a_path_string_is_written_for_another_document(path: str, moved: str) -> None:
    assert rebased_path(path, OLD, NEW) == moved


@given(PLAIN, _neighbours() | st.tuples(_urls(), _urls()))
@example("./sub/a", (OLD, NEW))
@example("sub", (OLD, NEW))
@example("./subway/a", (OLD, NEW))
@example("./a", (NEW, OLD))
@example("./all/a", ("file:///x/y/a", "file:///x/z/b"))
@example("./.", ("https://h.org/", "http://h.org:8080/"))
@example("./.", (OLD, NEW))
@example("./a/..", (OLD, NEW))
def test_law_the_short_way_for_plain_paths_gives_the_shortest_path(
    path: str, pair: tuple[str, str]
) -> None:
    old, new = pair
    target = resolve(old, path)
    moved = rebased_path(path, old, new)
    assert resolve(new, moved) == target
    # Dots that somebody wrote after a `./` may stay.
    if not path.startswith("./") or {".", ".."}.isdisjoint(path[2:].split("/")):
        assert moved == (path if resolve(new, path) == target else relative(new, target))


def test_a_path_string_for_another_origin_is_absolute() -> None:
    assert rebased_path("./a", OLD, "https://h.org/b.json") == "file:///x/a"
    assert rebased_path("/a", "https://h.org/b.json", OLD) == "https://h.org/a"
    # Understood at the one end, and no path at all at the other.
    assert rebased_path("//", OLD, "https://h.org/b.json") == "file:///"
    assert rebased_path("a?q", "https://h.org/b.json", OLD) == "https://h.org/a?q"
    assert rebased_path("/a", "https://h.org/b.json", "https://h.org/c/d.json") == "/a"


def test_paths_are_rewritten_wherever_they_are() -> None:
    value = {
        "path": _zarr("./a.zarr"),
        "name": "./a.zarr",
        "nodes": [{"path": {"path": "./b.json", "more": _zarr("c"), "type": "json"}}, "./d", None],
        "attributes": {"myorg:thing": {"deep": [[_zarr("./e")]]}},
    }
    before = copy.deepcopy(value)
    assert rebased(value, OLD, NEW) == {
        "path": _zarr("../a.zarr"),
        "name": "./a.zarr",
        "nodes": [
            {"path": {"path": "../b.json", "more": _zarr("../c"), "type": "json"}},
            "./d",
            None,
        ],
        "attributes": {"myorg:thing": {"deep": [[_zarr("../e")]]}},
    }
    assert value == before


@pytest.mark.parametrize(
    "kind", ["affine", "coordinates", "displacements", "rotation", "scale", "translation"]
)
def test_the_path_strings_of_transformations_are_rewritten(kind: str) -> None:
    transformation = {"type": kind, "path": "./field", "input": "a"}
    moved = {"type": kind, "path": "../field", "input": "a"}
    for inner in ("transformations", "transformation", "forward"):
        as_string = _transforming({"type": "sequence", inner: [transformation]})
        expected = _transforming({"type": "sequence", inner: [moved]})
        assert rebased(as_string, OLD, NEW) == expected
        assert rebased({"nodes": [as_string]}, OLD, NEW) == {"nodes": [expected]}
    as_object = {"type": kind, "path": _zarr("./field")}
    assert rebased(as_object, OLD, NEW) == {"type": kind, "path": _zarr("../field")}


def _transforming(*items: Any) -> dict[str, Any]:
    """A node with transformations where RFC-8 has them."""
    attributes = {"coordinateTransformations": list(items)}
    return {"attributes": {**attributes, "scene": attributes}}


@pytest.mark.parametrize("kind", ["affine", "rotation", "scale"])
def test_what_looks_like_a_transformation_elsewhere_is_data_of_others(kind: str) -> None:
    odd: dict[str, Any] = {"type": kind, "path": "log 10"}
    for value in (
        odd,
        {"attributes": {"lab:curve": odd, "unknown": [odd]}},
        {"attributes": {"lab:curve": {"coordinateTransformations": [odd]}}},
        {"path": odd, "nodes": [odd]},
        _transforming({"type": "scale", "lab:curve": odd}),
    ):
        assert rebased(value, OLD, NEW) is value
        assert relativised(value, OLD) is value
    absolute = {**odd, "path": "file:///x/b"}
    foreign = {"lab:curve": absolute}
    assert relativised(foreign, OLD) is foreign
    moved = _transforming({**odd, "path": "./b"})
    assert relativised(_transforming(absolute), OLD) == moved
    mixed = {"lab:curve": {**odd, "more": _zarr("./a")}}
    assert rebased(mixed, OLD, NEW) == {"lab:curve": {**odd, "more": _zarr("../a")}}


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, 5, 1.5, "./a", [], {}, [1, "./a"], {"path": "./a"}, {"type": "zarr"}),
        {"type": "myorg:zip", "path": "./a"},
        {"type": "Zarr", "path": "./a"},
        {"type": ["zarr"], "path": "./a"},
        {"type": "zarr", "path": ["./a"]},
        {"type": "zarr", "path": None},
        {"type": "sequence", "path": "./a"},
        _zarr("https://h.org/a"),
        _zarr(""),
        _zarr("a#b"),
        {"nodes": [{"path": _zarr("/a")}]},
    ],
)
def test_what_counts_from_no_document_is_the_same_object_afterwards(value: Any) -> None:
    assert rebased(value, OLD, NEW) is value


def test_within_one_folder_nothing_is_looked_at() -> None:
    class _Untouchable(dict[str, Any]):
        def __getattribute__(self, name: str) -> Any:
            raise AssertionError(name)

    value = _Untouchable()
    assert rebased(value, OLD, "file:///x/other.json") is value
    assert rebased_path("a b", OLD, "file:///x/other.json") == "a b"


def test_what_does_not_change_is_shared() -> None:
    value: dict[str, Any] = {
        "kept": {"a": [1]},
        "path": _zarr("./a"),
        "list": [{"b": 1}, _zarr("./b")],
    }
    moved = rebased(value, OLD, NEW)
    assert moved["kept"] is value["kept"]
    assert moved["list"][0] is value["list"][0]
    assert moved["list"] is not value["list"]
    assert list(moved) == list(value)
    assert list(moved["path"]) == list(value["path"])


def test_a_value_that_is_used_twice_is_rewritten_in_both_places() -> None:
    shared = {"path": _zarr("./a")}
    moved = {"path": _zarr("../a")}
    assert rebased([shared, {"x": shared}], OLD, NEW) == [moved, {"x": moved}]


@pytest.mark.parametrize("made", [freeze, view, lambda value: value])
def test_read_only_values_are_rewritten_too(made: Callable[[Any], Any]) -> None:
    value = made({"nodes": [{"path": _zarr("./a")}, {"id": "b"}]})
    moved = rebased(value, OLD, NEW)
    assert thaw(moved) == {"nodes": [{"path": _zarr("../a")}, {"id": "b"}]}
    assert thaw(value) == {"nodes": [{"path": _zarr("./a")}, {"id": "b"}]}
    assert rebased(made({"a": [1]}), OLD, NEW) == made({"a": [1]})
    assert [place for place, _ in paths_in(value)] == [("nodes", 0, "path")]


def test_tuples_stay_tuples() -> None:
    assert rebased((1, (_zarr("./a"),)), OLD, NEW) == (1, (_zarr("../a"),))


def test_values_may_be_nested_at_any_depth() -> None:
    depth = 5_000
    value: Any = _zarr("./a")
    for level in range(depth):
        value = [value] if level % 2 else {"nodes": value}
    moved = rebased(value, OLD, NEW)
    [(place, found)] = paths_in(moved)
    assert found == _zarr("../a")
    assert len(place) == depth
    back = rebased(moved, NEW, OLD)
    assert [path for _, path in paths_in(back)] == [_zarr("./a")]


def test_an_address_that_is_none_is_refused() -> None:
    for old, new in ((OLD, "a.json"), ("a.json", NEW)):
        with pytest.raises(PathError, match=r"'a\.json' is no absolute URL"):
            rebased({}, old, new)
        with pytest.raises(PathError, match=r"'a\.json' is no absolute URL"):
            rebased_path("x", old, new)


def _targets(value: Any, base: str) -> list[str | None]:
    found: list[str | None] = []
    for _, path in paths_in(value):
        try:
            found.append(metadata_url(base, path))
        except PathError:
            found.append(None)
    return found


_PATHS = st.lists(HOSTILE, min_size=1, max_size=4).map("/".join) | _urls()
_JSON = st.recursive(
    st.builds(
        lambda kind, path: {"type": kind, "path": path}, st.sampled_from(["zarr", "json"]), _PATHS
    )
    | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab:", max_size=2), inner),
    max_leaves=8,
)


@given(_JSON, _neighbours() | st.tuples(_urls(), _urls()))
@example({"type": "zarr", "path": "//"}, ("file:///", "https://h.org/"))
def test_law_paths_lead_to_the_same_places_there_and_back(
    value: Any, pair: tuple[str, str]
) -> None:
    old, new = pair
    before = copy.deepcopy(value)
    moved = rebased(value, old, new)
    back = rebased(moved, new, old)
    assert value == before
    places = zip(_targets(value, old), _targets(moved, new), _targets(back, old), strict=True)
    for target, after, there_and_back in places:
        assert target is None or target == after == there_and_back


def test_paths_are_found_in_the_order_of_the_document() -> None:
    first, second, third = _zarr("1"), {"type": "json", "path": "2"}, _zarr("3")
    value: dict[str, Any] = {
        "b": [{"path": first}, 5, {"x": second}],
        "a": {"type": "affine", "path": "no"},
        "c": {**third, "more": {"d": _zarr("4")}},
        "e": {"type": "myorg:zip", "path": "no"},
    }
    assert list(paths_in(value)) == [
        (("b", 0, "path"), first),
        (("b", 2, "x"), second),
        (("c",), value["c"]),
        (("c", "more", "d"), _zarr("4")),
    ]
    assert list(paths_in(first)) == [((), first)]
    assert next(paths_in(first))[1] is first
    assert list(paths_in("text")) == []


# --- Questions about URLs ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://H.org/a/b?q", "https://h.org"),
        ("https://h.org:443/", "https://h.org"),
        ("https://h.org:8080/a", "https://h.org:8080"),
        ("https://me:pw@h.org/a", "https://h.org"),
        ("s3://Bucket/a", "s3://Bucket"),
        ("abfs://box@account/a", "abfs://box@account"),
        ("file:///a", "file://"),
        ("file://localhost/a", "file://"),
        ("file:///C:/a", "file://"),
        ("file://server/a", "file://server"),
        ("memory:///a", "memory://"),
    ],
)
def test_the_origin_is_the_scheme_with_the_host_or_the_bucket(url: str, expected: str) -> None:
    assert origin(url) == expected


@pytest.mark.parametrize(
    ("url", "root", "expected"),
    [
        ("file:///data/a.json", "file:///data", True),
        ("file:///data/a.json", "file:///data/", True),
        ("file:///data/x/%20.json", "file:///data", True),
        ("file:///data", "file:///data", True),
        ("file:///data/", "file:///data", True),
        ("file:///data", "file:///data/", True),
        ("file:///data2/a", "file:///data", False),
        ("file:///data.json", "file:///data", False),
        ("file:///", "file:///data", False),
        ("file:///a", "file:///", True),
        ("file:///data/../etc", "file:///data", False),
        ("file:///data/%2e%2e/etc", "file:///data", False),
        ("file:///data/x/%2E./.%2e/etc", "file:///data", False),
        ("file:///data//../../etc", "file:///data", False),
        ("file:///data/./x", "file:///data", True),
        ("file://server/data/x", "file:///data", False),
        ("file:///C:/data/x", "file:///c:/data", True),
        ("file:///D:/data/x", "file:///C:/", False),
        ("https://h.org.evil.org/x", "https://h.org", False),
        ("https://h.org@evil.org/x", "https://h.org", False),
        ("https://h.org:8080/x", "https://h.org", False),
        ("https://h.org:443/x", "https://h.org", True),
        ("http://h.org/x", "https://h.org", False),
        ("https://h.org/a?x", "https://h.org/a", True),
        ("https://h.org/b?/a/", "https://h.org/a", False),
        ("https://h.org/a/b", "https://h.org/a?x", True),
        ("s3://bucket/x", "s3://bucket", True),
        ("s3://bucket2/x", "s3://bucket", False),
        ("s3://Bucket/x", "s3://bucket", False),
        ("s3://bucket/a/x", "s3://bucket/a//", False),
        ("s3://bucket/a/", "s3://bucket/a//", False),
        ("s3://bucket/a//x", "s3://bucket/a/", True),
    ],
)
def test_within_a_root_is_what_is_below_it_name_by_name(
    url: str, root: str, expected: bool
) -> None:
    assert is_within(url, root) is expected


@given(_neighbours())
def test_law_within_a_root_is_what_a_path_reaches_without_going_up(pair: tuple[str, str]) -> None:
    root, url = pair
    path = relative(_as_folder(root), url)
    is_below = path == "." or path.startswith("./")
    is_itself = _as_folder(url) == _as_folder(root)
    # No relative path leads from the root of POSIX to a drive, which is below it all the same.
    is_drive = root == "file:///" and url.startswith(root)
    assert is_within(url, root) is (is_below or is_itself or is_drive)


@pytest.mark.parametrize(
    ("url", "where", "name"),
    [
        ("https://h.org/a/b%20c.json?x=/y", "https://h.org/a/", "b c.json"),
        ("https://h.org/a/", "https://h.org/a/", ""),
        ("https://h.org", "https://h.org/", ""),
        ("file:///a", "file:///", "a"),
        ("file:///C:/a", "file:///C:/", "a"),
        ("file:///x/%C3%A4%2Fb", "file:///x/", "ä/b"),
        ("s3://b/zarr.json", "s3://b/", "zarr.json"),
    ],
)
def test_a_document_has_a_folder_and_a_name(url: str, where: str, name: str) -> None:
    assert folder(url) == where
    assert file_name(url) == name


@pytest.mark.parametrize("function", [origin, folder, file_name, raw_path, local_path])
def test_a_question_about_what_is_no_url_is_refused(function: Callable[[str], str]) -> None:
    with pytest.raises(PathError, match=r"'a\.json' is no absolute URL"):
        function("a.json")
