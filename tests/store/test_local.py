"""What is particular to local files: links, modes, failures half-way, things that are no files."""

from __future__ import annotations

import asyncio
import errno
import gc
import os
import socket
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ngio_collections._paths import as_url
from ngio_collections.errors import (
    ConflictError,
    DocumentAccessError,
    DocumentNotFoundError,
    ForbiddenError,
    LimitExceededError,
    PathError,
)
from ngio_collections.store import BlockingWrites, LocalStore, _atomic, _locks

FILES = LocalStore().blocking()


def _everything(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def _refused(store: BlockingWrites, url: str, error: type[Exception], match: str) -> None:
    """Whatever is asked of the store is refused."""
    for ask in (
        lambda: store.get(url),
        lambda: store.stat(url),
        lambda: store.put(url, b"new"),
        lambda: store.put(url, b"new", if_absent=True),
        lambda: store.delete(url),
    ):
        with pytest.raises(error, match=match) as refused:
            ask()
        assert refused.value.document == url  # type: ignore[attr-defined]


def _folder(path: Path) -> None:
    path.mkdir()


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


@pytest.mark.parametrize(
    ("make", "kind"),
    [(_folder, "a folder"), (os.mkfifo, "a named pipe"), (_socket, "a socket")],
)
def test_what_is_no_regular_file_is_refused_at_once(
    tmp_path: Path, make: Callable[[Path], None], kind: str
) -> None:
    make(tmp_path / "x")
    _refused(FILES, as_url(tmp_path / "x"), DocumentAccessError, f"is {kind}; expected a regular")
    assert _everything(tmp_path) == ["x"]


def test_a_device_is_no_document() -> None:
    with pytest.raises(DocumentAccessError, match="is a device"):
        FILES.get("file:///dev/zero")


def test_a_link_to_a_named_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "x").symlink_to("pipe")
    _refused(FILES, as_url(tmp_path / "x"), DocumentAccessError, "is a named pipe")


def test_a_url_that_is_no_file_says_who_could_read_it() -> None:
    _refused(FILES, "https://example.org/a.json", DocumentAccessError, "RouterStore")


def test_what_is_no_url_is_refused_with_a_root_too(tmp_path: Path) -> None:
    store = LocalStore(tmp_path).blocking()
    for read in (store.get, store.stat):
        with pytest.raises((DocumentAccessError, ForbiddenError)):
            read("no url")


@pytest.mark.parametrize("name", ["a%00b.json", "b" * 300 + ".json"])
def test_a_name_that_no_file_can_have_is_refused(tmp_path: Path, name: str) -> None:
    for store in (FILES, LocalStore(tmp_path).blocking()):
        _refused(
            store,
            f"{as_url(tmp_path)}/{name}",
            DocumentAccessError,
            "null|NUL|names no file|too long",
        )
    assert _everything(tmp_path) == []


def test_the_url_of_a_folder_names_no_file_to_write(tmp_path: Path) -> None:
    with pytest.raises(DocumentAccessError, match="names no file"):
        FILES.put(f"{as_url(tmp_path)}/new/", b"{}")
    assert _everything(tmp_path) == []


def test_a_file_in_the_place_of_a_folder_stays(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a file")
    url = as_url(tmp_path / "a" / "b.json")
    with pytest.raises(DocumentNotFoundError):
        FILES.get(url)
    with pytest.raises(DocumentAccessError, match="Not a directory"):
        FILES.put(url, b"{}")
    assert (tmp_path / "a").read_text() == "a file"
    assert _everything(tmp_path) == ["a"]


def test_a_name_as_long_as_names_can_be_is_written(tmp_path: Path) -> None:
    url = f"{as_url(tmp_path)}/{'n' * 255}"
    FILES.put(url, b"1")
    FILES.put(url, b"2")
    assert FILES.get(url).data == b"2"


def test_a_loop_of_links_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    for store in (FILES, LocalStore(tmp_path).blocking()):
        with pytest.raises(DocumentAccessError, match="symbolic links"):
            store.get(as_url(tmp_path / "a"))
        with pytest.raises(DocumentAccessError, match="symbolic links"):
            store.put(as_url(tmp_path / "a"), b"{}")
    assert _everything(tmp_path) == ["a", "b"]


def test_a_write_to_a_link_changes_the_file_that_it_points_to(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.json").write_text("old")
    (tmp_path / "link.json").symlink_to("real/a.json")
    url = as_url(tmp_path / "link.json")
    FILES.put(url, b"new", if_match=FILES.get(url).tag)
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real" / "a.json").read_text() == "new"
    (tmp_path / "real" / "a.json").unlink()
    FILES.put(url, b"again", if_absent=True)
    assert (tmp_path / "real" / "a.json").read_text() == "again"


@pytest.mark.parametrize("has_root", [False, True])
def test_a_link_is_not_deleted_and_neither_is_the_file_that_it_points_to(
    tmp_path: Path, has_root: bool
) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.json").write_text("{}")
    (tmp_path / "link.json").symlink_to("real/a.json")
    (tmp_path / "chain.json").symlink_to("link.json")
    (tmp_path / "folder").symlink_to("real")
    before = _everything(tmp_path)
    store = LocalStore(tmp_path if has_root else None)
    files = store.blocking()
    refusals: tuple[Callable[[str], object], ...] = (
        files.delete,
        lambda url: files.delete(url, if_match=files.stat(url).tag),
        store.check_delete,
        lambda url: asyncio.run(store.delete(url)),
    )
    for name in ("link.json", "chain.json"):
        url = as_url(tmp_path / name)
        store.check_write(url)
        for refused in refusals:
            with pytest.raises(ForbiddenError, match=r"is a symbolic link to .*real/a\.json, and"):
                refused(url)
        with pytest.raises(ConflictError):
            files.delete(url, if_match="another")
    assert _everything(tmp_path) == before
    files.delete(as_url(tmp_path / "folder" / "a.json"))  # The file has no other name there.
    assert "real/a.json" not in _everything(tmp_path)
    with pytest.raises(DocumentNotFoundError):
        files.delete(as_url(tmp_path / "link.json"))


def test_a_file_keeps_its_mode_when_it_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("old")
    path.chmod(0o640)
    FILES.put(as_url(path), b"new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_new_file_has_the_mode_that_the_umask_leaves(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        FILES.put(as_url(tmp_path / "a.json"), b"new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.json").stat().st_mode) == 0o640


def test_other_files_are_not_touched(tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text("other")
    before = other.stat()
    url = as_url(tmp_path / "a.json")
    FILES.put(url, b"1")
    FILES.put(url, b"2")
    FILES.delete(url)
    after = other.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert _everything(tmp_path) == ["other.json"]


def test_a_refused_write_makes_no_folders(tmp_path: Path) -> None:
    with pytest.raises(ConflictError):
        FILES.put(as_url(tmp_path / "a" / "b" / "c.json"), b"", if_match="a tag")
    assert _everything(tmp_path) == []


needs_modes = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="modes do not bind this user"
)


@needs_modes
def test_what_may_not_be_read_is_an_error_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("{}")
    path.chmod(0)
    with pytest.raises(DocumentAccessError, match="Permission denied"):
        FILES.get(as_url(path))


@needs_modes
def test_a_write_protected_file_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("old")
    path.chmod(0o444)
    with pytest.raises(DocumentAccessError, match="write-protected"):
        FILES.put(as_url(path), b"new")
    assert path.read_text() == "old"


def test_what_may_not_be_changed_is_not_deleted_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.json"
    path.write_text("old")
    # So it answers for a file of mode 444, unless it is the administrator who asks.
    monkeypatch.setattr(os, "access", lambda _, mode: mode != os.W_OK)
    with pytest.raises(DocumentAccessError, match="write-protected"):
        FILES.delete(as_url(path))
    assert path.read_text() == "old"


def test_what_the_system_refuses_is_an_error_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.json").write_text("{}")

    def refuse(*_: object) -> int:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(DocumentAccessError, match="cannot be read: Permission denied"):
        FILES.get(as_url(tmp_path / "a.json"))


# A write that fails.


def _fail(error: BaseException) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize("step", ["write", "fsync", "chmod", "utime", "replace"])
@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), DocumentAccessError),
        (KeyboardInterrupt(), KeyboardInterrupt),
    ],
    ids=["no-space", "interrupt"],
)
def test_a_write_that_is_interrupted_leaves_the_old_content(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    error: BaseException,
    raised: type[BaseException],
) -> None:
    path = tmp_path / "a.json"
    FILES.put(as_url(path), b"old")
    tag = FILES.get(as_url(path)).tag
    with monkeypatch.context() as patch:
        patch.setattr(os, step, _fail(error))
        with pytest.raises(raised):
            FILES.put(as_url(path), b"new")
    assert _everything(tmp_path) == ["a.json"]
    blob = FILES.get(as_url(path))
    assert (blob.data, blob.tag) == (b"old", tag)
    FILES.put(as_url(path), b"later", if_match=tag)  # No lock is left.


@pytest.mark.parametrize("change", ["put", "delete"])
def test_whoever_is_cancelled_waits_for_the_end_of_a_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """Or the file would change after the one who was cancelled has read it again."""
    begun, ended = threading.Event(), threading.Event()

    def slow(folder: str) -> None:
        begun.set()
        assert ended.wait(60)

    (tmp_path / "a.json").write_bytes(b"old")
    monkeypatch.setattr("ngio_collections.store._local.sync_folder", slow)
    store, url = LocalStore(tmp_path), as_url(tmp_path / "a.json")

    async def main() -> None:
        writing: Any = store.put(url, b"new") if change == "put" else store.delete(url)
        task = asyncio.create_task(writing)
        await asyncio.to_thread(begun.wait, 60)
        for _ in range(2):  # As impatient people do.
            task.cancel()
            await asyncio.sleep(0.01)
            assert not task.done()
        ended.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(main())
    assert _everything(tmp_path) == (["a.json"] if change == "put" else [])


def test_a_write_that_fails_after_it_was_cancelled_says_no_more_than_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    begun, ended = threading.Event(), threading.Event()

    def failing(folder: str) -> None:
        begun.set()
        assert ended.wait(60)
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("ngio_collections.store._local.sync_folder", failing)

    async def main() -> None:
        task = asyncio.create_task(LocalStore().put(as_url(tmp_path / "a.json"), b"new"))
        await asyncio.to_thread(begun.wait, 60)
        task.cancel()
        ended.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    gc.collect()
    assert caplog.text == ""


def test_a_write_in_pieces_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, bytes(data[:7])))
    FILES.put(as_url(tmp_path / "a.json"), b"0123456789" * 10)
    assert (tmp_path / "a.json").read_bytes() == b"0123456789" * 10


def test_content_is_flushed_before_the_rename_and_the_folder_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    fsync, replace = os.fsync, os.replace

    def log_fsync(file: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(file).st_mode) else "file")
        fsync(file)

    def log_replace(source: str, target: str) -> None:
        steps.append("rename")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", log_fsync)
    monkeypatch.setattr(os, "replace", log_replace)
    FILES.put(as_url(tmp_path / "a.json"), b"{}")
    assert steps == ["file", "rename", "folder"]
    FILES.put(as_url(tmp_path / "new" / "newer" / "a.json"), b"{}")
    assert steps[3:] == ["folder", "folder", "file", "rename", "folder"]


@pytest.mark.parametrize("code", [errno.EINVAL, errno.ENOTSUP])
def test_a_folder_that_cannot_be_flushed_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    monkeypatch.setattr(os, "fsync", _fail(OSError(code, "no")))
    _atomic.sync_folder(str(tmp_path))


def test_a_disk_that_refuses_to_flush_a_folder_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", _fail(OSError(errno.EIO, "Input/output error")))
    with pytest.raises(OSError, match="Input/output"):
        _atomic.sync_folder(str(tmp_path))


# Tags.


def test_a_file_that_another_program_changes_has_another_tag(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    tag = FILES.put(as_url(path), b"old")
    path.write_text("longer")
    with pytest.raises(ConflictError, match="has been changed since it was read"):
        FILES.put(as_url(path), b"new", if_match=tag)
    assert path.read_text() == "longer"


def test_a_clock_that_stands_still_makes_no_tag_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_atomic.time, "time_ns", lambda: 1_700_000_000_000_000_000)
    url = as_url(tmp_path / "a.json")
    tags = {FILES.put(url, b"same") for _ in range(50)}
    assert len(tags) == 50


def test_a_file_from_the_future_is_replaced_by_one_from_later(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("same")
    future = 4_000_000_000_000_000_000
    os.utime(path, ns=(future, future))
    tag = FILES.get(as_url(path)).tag
    assert FILES.put(as_url(path), b"same") != tag
    assert path.stat().st_mtime_ns > future


def test_a_file_system_with_coarse_times_makes_no_tag_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    utime = os.utime
    step = 2_000_000_000

    def coarse(path: str, ns: tuple[int, int]) -> None:
        utime(path, ns=(ns[0] // step * step, ns[1] // step * step))

    monkeypatch.setattr(os, "utime", coarse)
    url = as_url(tmp_path / "a.json")
    times = []
    for _ in range(5):
        FILES.put(url, b"same")
        times.append((tmp_path / "a.json").stat().st_mtime_ns)
    assert times == sorted(set(times))


# Files that have another size than they say.


def test_a_file_without_a_known_size_is_read_to_its_end() -> None:
    assert os.stat("/proc/self/status").st_size == 0
    blob = FILES.get("file:///proc/self/status")
    assert blob.data.startswith(b"Name:")
    assert blob.data.endswith(b"\n")


def test_a_file_without_a_known_size_is_read_up_to_the_limit() -> None:
    with pytest.raises(LimitExceededError):
        FILES.get("file:///proc/self/status", max_bytes=20)


def test_a_file_that_reads_in_pieces_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"0123456789" * 10)
    read = os.read
    monkeypatch.setattr(os, "read", lambda file, size: read(file, min(size, 7)))
    assert FILES.get(as_url(path)).data == b"0123456789" * 10
    assert FILES.get(as_url(path), max_bytes=100).data == b"0123456789" * 10


# A root.


@pytest.fixture(params=[True, False], ids=["fast", "portable"])
def confined(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> BlockingWrites:
    """A store with a root `in`, beside which there is a folder `out` with a file."""
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.json").write_text("secret")
    (tmp_path / "in" / "a.json").write_text("ours")
    if not request.param:
        monkeypatch.setattr(
            os.path, "isdir", lambda path: Path(path).is_dir() and path[:5] != "/proc"
        )
    store = LocalStore(tmp_path / "in").blocking()
    monkeypatch.undo()
    return store


def _assert_nothing_happened(tmp_path: Path) -> None:
    assert (tmp_path / "out" / "a.json").read_text() == "secret"
    assert _everything(tmp_path / "out") == ["a.json"]


def test_what_is_in_the_root_is_read_and_written(tmp_path: Path, confined: BlockingWrites) -> None:
    url = as_url(tmp_path / "in" / "a.json")
    assert confined.get(url).data == b"ours"
    confined.put(url, b"new")
    confined.put(as_url(tmp_path / "in" / "new" / "b.json"), b"new")
    assert _everything(tmp_path / "in") == ["a.json", "new", "new/b.json"]


@pytest.mark.parametrize(
    "name", ["out/a.json", "out/missing.json", "in-other/a.json", "in/%2e%2e/out/a.json", "."]
)
def test_what_is_outside_of_the_root_is_refused(
    tmp_path: Path, confined: BlockingWrites, name: str
) -> None:
    _refused(confined, f"{as_url(tmp_path)}/{name}", ForbiddenError, "outside of the root")
    _assert_nothing_happened(tmp_path)


@pytest.mark.parametrize("target", ["../out/a.json", "../out/missing.json", "/etc/passwd"])
def test_a_link_to_a_file_outside_is_refused(
    tmp_path: Path, confined: BlockingWrites, target: str
) -> None:
    (tmp_path / "in" / "link.json").symlink_to(target)
    _refused(confined, as_url(tmp_path / "in" / "link.json"), ForbiddenError, "leads to")
    _assert_nothing_happened(tmp_path)
    assert (tmp_path / "in" / "link.json").is_symlink()


@pytest.mark.parametrize("name", ["a.json", "missing.json", "new/folder/a.json"])
def test_a_link_to_a_folder_outside_is_refused(
    tmp_path: Path, confined: BlockingWrites, name: str
) -> None:
    (tmp_path / "in" / "folder").mkdir()
    (tmp_path / "in" / "folder" / "link").symlink_to(tmp_path / "out")
    url = as_url(tmp_path / "in" / "folder" / "link" / name)
    _refused(confined, url, ForbiddenError, "leads to")
    _assert_nothing_happened(tmp_path)


def test_a_link_to_a_link_outside_is_refused(tmp_path: Path, confined: BlockingWrites) -> None:
    (tmp_path / "in" / "one").symlink_to("two")
    (tmp_path / "in" / "two").symlink_to("../out")
    _refused(confined, as_url(tmp_path / "in" / "one" / "a.json"), ForbiddenError, "leads to")
    _assert_nothing_happened(tmp_path)


def test_a_link_that_stays_in_the_root_is_followed(
    tmp_path: Path, confined: BlockingWrites
) -> None:
    (tmp_path / "in" / "link.json").symlink_to("../in/a.json")
    url = as_url(tmp_path / "in" / "link.json")
    assert confined.get(url).data == b"ours"
    confined.put(url, b"new")
    assert (tmp_path / "in" / "a.json").read_text() == "new"


def test_a_folder_whose_name_begins_as_that_of_the_root_is_outside(
    tmp_path: Path, confined: BlockingWrites
) -> None:
    (tmp_path / "in-other").mkdir()
    (tmp_path / "in-other" / "a.json").write_text("secret")
    (tmp_path / "in" / "link").symlink_to("../in-other")
    _refused(confined, as_url(tmp_path / "in" / "link" / "a.json"), ForbiddenError, "leads to")


# Locks.


@pytest.fixture
def no_folder_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file system that locks files, but no folders; where its lock files are."""
    flock = _locks.fcntl.flock

    def files_only(descriptor: int, operation: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        flock(descriptor, operation)

    monkeypatch.setattr(_locks.fcntl, "flock", files_only)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    return temporary


def test_where_folders_cannot_be_locked_a_file_is(tmp_path: Path, no_folder_locks: Path) -> None:
    (tmp_path / "link").symlink_to(".")
    for folder in (tmp_path, tmp_path / "link"):
        url = as_url(folder / "a.json")
        FILES.put(url, b"{}")
        tag = FILES.get(url).tag
        FILES.put(url, b"[]", if_match=tag)
        with pytest.raises(ConflictError):
            FILES.put(url, b"[]", if_match=tag)
    assert len(_everything(no_folder_locks)) == 1
    assert _everything(tmp_path) == [
        "a.json",
        "link",
        "temporary",
        f"temporary/{_everything(no_folder_locks)[0]}",
    ]


def test_a_lock_file_that_is_a_link_is_not_followed(tmp_path: Path, no_folder_locks: Path) -> None:
    FILES.put(as_url(tmp_path / "a.json"), b"old")
    (lock,) = no_folder_locks.iterdir()
    lock.unlink()
    lock.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DocumentAccessError, match="symbolic links"):
        FILES.put(as_url(tmp_path / "a.json"), b"new")
    assert FILES.get(as_url(tmp_path / "a.json")).data == b"old"


def test_a_lock_that_fails_for_another_reason_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_locks.fcntl, "flock", _fail(OSError(errno.EIO, "Input/output error")))
    with pytest.raises(DocumentAccessError, match="Input/output error"):
        FILES.put(as_url(tmp_path / "a.json"), b"{}")
    assert _everything(tmp_path) == []


def test_a_root_that_is_no_text_at_all_is_not_the_working_directory(tmp_path: Path) -> None:
    with pytest.raises(PathError, match="the root is an empty text; give a folder"):
        LocalStore("")


def test_a_file_that_is_replaced_keeps_no_hard_links(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("old")
    (tmp_path / "b.json").hardlink_to(tmp_path / "a.json")
    FILES.put(as_url(tmp_path / "a.json"), b"new")
    assert (tmp_path / "b.json").read_text() == "old"


def test_a_repr_says_where_documents_may_be(tmp_path: Path) -> None:
    assert repr(LocalStore()) == "LocalStore()"
    assert repr(LocalStore(tmp_path)) == f"LocalStore({str(tmp_path)!r})"


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="nobody else may give files away"
)
def test_a_file_that_is_written_over_keeps_its_owner_group_and_mode(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("old")
    os.chown(path, 65_534, 65_533)
    path.chmod(0o2750)
    FILES.put(as_url(path), b"new")
    now = path.stat()
    assert (now.st_uid, now.st_gid, now.st_mode & 0o7777) == (65_534, 65_533, 0o2750)


def test_what_may_not_be_given_away_is_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not hasattr(os, "chown"):
        pytest.skip("files have no owner that could be changed")

    def refuse(*_: object) -> None:
        raise PermissionError

    path = tmp_path / "a.json"
    path.write_text("old")
    real = os.stat(path)
    monkeypatch.setattr(os, "chown", refuse)
    other = os.stat_result((*real[:4], real.st_uid + 1, real.st_gid + 1, *real[6:10]))
    _atomic._give_to_owner_of(other, str(path))
    FILES.put(as_url(path), b"new")
    assert path.read_text() == "new"
