"""Several threads work on the same version at once."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator

import pytest

from ngio_collections.graph import Node, as_tree, new_node
from tests.graph.samples import flat, text_of

_THREADS = 6
_EDITS = 60


@pytest.fixture(autouse=True)
def _switch_often() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def _together(work: Callable[[int], object]) -> list[object]:
    """Do work in several threads that begin at the same moment."""
    results: list[object] = [None] * _THREADS
    gate = threading.Barrier(_THREADS)

    def run(number: int) -> None:
        gate.wait()
        try:
            results[number] = work(number)
        except BaseException as error:  # noqa: BLE001
            results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(_THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def _ids(root: Node) -> list[str | None]:
    return [node.id for node in root.children()]


@pytest.mark.parametrize("start", ["parsed", "appended", "empty"])
def test_threads_that_append_to_one_version_get_their_own_children(start: str) -> None:
    root = as_tree(flat(3) if start != "empty" else {"type": "collection"}).root
    if start == "appended":
        root = root.add(new_node("image", id="shared"))
    old = _ids(root)
    before = text_of(root)

    def append(thread: int) -> list[Node]:
        versions = [root]
        for number in range(_EDITS):
            versions.append(versions[-1].add(new_node("image", id=f"{thread}-{number}")))
        return versions

    for thread, versions in enumerate(_together(append)):
        assert isinstance(versions, list), versions
        for number, version in enumerate(versions):
            assert _ids(version) == old + [f"{thread}-{n}" for n in range(number)]
        assert versions[-1].find(f"{thread}-{_EDITS - 1}") is not None
        assert versions[-1].find(f"{(thread + 1) % _THREADS}-0") is None
    assert text_of(root) == before


def test_a_version_that_is_read_while_others_grow_stays_as_it_is() -> None:
    root = as_tree(flat(2)).root.add(new_node("image", id="shared"))
    before = text_of(root)

    def work(thread: int) -> bool:
        newest = root
        for number in range(_EDITS):
            if thread % 2:
                newest = newest.add(new_node("image", id=f"{thread}-{number}"))
            elif _ids(root) != ["0", "1", "shared"] or len(root.tree) != 4:
                return False
        return True

    assert _together(work) == [True] * _THREADS
    assert text_of(root) == before


def test_indexes_are_built_once_or_several_times_but_rightly() -> None:
    for _ in range(20):
        root = as_tree(flat(500)).root

        def read(thread: int, root: Node = root) -> tuple[object, ...]:
            found = root.find(str(thread))
            assert found is not None
            return len(root.tree), found.pointer, len(list(root.children())), root.find("absent")

        expected = [(501, f"/nodes/{thread}", 500, None) for thread in range(_THREADS)]
        assert _together(read) == expected
