"""What was saved of a tree before, which later saves of any of its versions count from."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from ngio_collections.document import Source
from ngio_collections.errors import ConflictError
from ngio_collections.graph import NodeTree, Raw, Segment
from ngio_collections.graph._pmap import PersistentMap
from ngio_collections.graph._state import Change, Ref
from ngio_collections.resolve._layers import Split
from ngio_collections.resolve._moves import Elsewhere

__all__ = ["Memory", "Place", "look_at", "memory_of", "saving"]

_LOCK: Final = threading.Lock()


class Place(NamedTuple):
    """Where a document is in a tree.

    Attributes:
        ref: The root of the tree, or a node in the place of a reference.
        layer: Of the documents of such a node, the number of the one that is meant, if it is a
            reference and nothing else; -1 for the one that begins here.
    """

    ref: Ref
    layer: int = -1


@dataclass(slots=True, eq=False)
class Memory:
    """What was saved of a tree; all of its versions share it, by their first document.

    Attributes:
        saved: The changes of the version that was saved as a whole last.
        segment: What its root was then.
        behind: Where documents begin that may say something else than that version: they were
            written since, in saves of parts, or were not in it.
        splits: The inlined nodes that were changed.
        pending: Where documents begin that differ from those in the store although no edit
            changed them, in a tree that was made of other ones.
        elsewhere: What was in other documents than it was read in.
        moved: The nodes that are elsewhere than they were read.
        built: The nodes that were built for each document, by the place where it begins, as
            far as they are what its next version begins with.
        edited: Where the documents begin that were ever built.
        planned: All places of documents that were ever planned, by the document.
        is_saving: Whether a save is under way.
    """

    saved: PersistentMap[int, tuple[Ref, Change]] = field(default_factory=PersistentMap)
    segment: Segment | None = None
    behind: dict[int, Ref] = field(default_factory=dict)
    splits: dict[int, Split] = field(default_factory=dict)
    pending: list[Ref] = field(default_factory=list)
    elsewhere: Elsewhere = Elsewhere({}, {})  # noqa: RUF009 - nobody changes it.
    moved: dict[int, Ref] = field(default_factory=dict)
    built: dict[int, dict[int, Raw]] = field(default_factory=dict)
    edited: set[int] = field(default_factory=set)
    planned: dict[str, dict[tuple[int, int], Place]] = field(default_factory=dict)
    is_saving: bool = False


@contextmanager
def saving(tree: NodeTree) -> Iterator[None]:
    """A save of a tree, as long as it takes.

    Two at once would each count from what was there before the other, so that the documents
    would say what no version says.

    Raises:
        ConflictError: Another save of it, or of another of its versions, is under way.
    """
    memory = memory_of(tree)
    with _LOCK:
        if memory.is_saving:
            raise ConflictError(
                "is being saved by another call, from this tree or another version of it; wait "
                "for its end, and save again",
                tree.url or "",
            )
        memory.is_saving = True
    try:
        yield
    finally:
        memory.is_saving = False


def look_at(tree: NodeTree, places: Iterable[Ref]) -> None:
    """Let saves of a tree look at documents although no edit changed them.

    Args:
        tree: A tree that is made of other documents than those in the store.
        places: The root, or nodes in the place of a reference, whose documents differ.
    """
    memory_of(tree).pending.extend(places)


def memory_of(tree: NodeTree) -> Memory:
    """What was saved of the versions of a tree; a new one of a tree that has no document."""
    source = tree.segment.source
    if not isinstance(source, Source):
        return Memory()
    if source.memory is None:
        source.memory = Memory()
    memory: Memory = source.memory
    return memory
