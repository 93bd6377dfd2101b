"""What became of every field of every source document.

A hundred thousand documents have millions of fields, so entries are made when somebody looks
at them. What is kept for each document is short: images that are written alike share theirs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from ngio_collections._mapping import KEPT, MAPPED, REFUSED

__all__ = ["CONSEQUENCE", "Ledger", "LedgerEntry", "Note", "Page", "Place", "escaped", "members"]


CONSEQUENCE: Final = "cannot be converted without"
"""How the reason of a field begins that was refused because of another one."""


def escaped(key: str) -> str:
    """A key as a part of a JSON Pointer."""
    if "~" in key or "/" in key:
        return key.replace("~", "~0").replace("/", "~1")
    return key


class LedgerEntry(NamedTuple):
    """What became of one field of a source document, with everything below it.

    Attributes:
        source: The address of the source document.
        pointer: The JSON Pointer of the field in it; empty for the document as a whole.
        outcome: `mapped`: RFC-8 has a field for it; `kept`: it is in the result as it was, or
            stays in the source, because it is no metadata of the image; `refused`: it could
            not be converted.
        target: The address of the document that it is in now, if it is in one.
        target_pointer: Where it is in that document.
        key: The attribute that keeps it as it was, if one does.
        reason: Why; for what was refused also what was found and what was expected.
    """

    source: str
    pointer: str
    outcome: str
    target: str | None
    target_pointer: str | None
    key: str | None
    reason: str

    @property
    def is_consequence(self) -> bool:
        """Whether the field was refused only because another one was, which has an entry."""
        return self.outcome == REFUSED and self.reason.startswith(CONSEQUENCE)

    def __str__(self) -> str:
        place = f"{self.source}#{self.pointer}" if self.pointer else self.source
        if self.outcome == REFUSED:
            return f"{place}: {self.reason}"
        where = "" if self.target is None else f" to {self.target}#{self.target_pointer}"
        return f"{place}: {self.outcome}{where}"

    def to_json(self) -> dict[str, Any]:
        """The entry as JSON, without what it does not have."""
        return {name: value for name, value in self._asdict().items() if value is not None}


class Place:
    """Where a node is in the documents that are written; known once they are put together."""

    __slots__ = ("pointer", "url")

    def __init__(self) -> None:
        self.url = ""
        self.pointer = ""


class Note(NamedTuple):
    """An entry without the addresses, which many documents have in common.

    Attributes:
        pointer: Of the field, in the source document.
        outcome: `mapped`, `kept` or `refused`.
        at: Where it is now, as a pointer from the node; None if it is nowhere.
        key: The attribute that keeps it.
        reason: Why.
    """

    pointer: str
    outcome: str
    at: str | None
    key: str | None
    reason: str


_Part = tuple[Place | None, tuple[Note, ...]]


def members(value: Any) -> list[tuple[str, Any]]:
    """What is in a container, by the parts of pointers."""
    if isinstance(value, dict):
        return [(escaped(key), item) for key, item in value.items()]
    if isinstance(value, list):
        return [(str(number), item) for number, item in enumerate(value)]
    return []


def _value_at(value: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        value = dict(members(value)).get(step)
    return value


class Page:
    """The notes about one source document.

    Attributes:
        url: The address of the document.
        value: What was read of it, where that is not everything.
        dropped: The pointers of fields that could not be read, and why.
    """

    __slots__ = ("_notes", "_parts", "dropped", "url", "value")

    def __init__(self, url: str) -> None:
        self.url = url
        self.value: Any = None
        self.dropped: Mapping[str, str] = {}
        self._notes: list[tuple[Place | None, Note]] = []
        self._parts: list[_Part] = []

    def mapped(self, pointer: str, place: Place, at: str, reason: str, key: str = "") -> None:
        """Note that a field is now a field of RFC-8."""
        for part in self._intact(pointer) if self.dropped else (pointer,):
            self._notes.append((place, Note(part, MAPPED, at, key or None, reason)))

    def kept(self, pointer: str, place: Place | None, at: str, key: str, reason: str) -> None:
        """Note that a field is kept as it was; without a place, in the source."""
        if place is None:
            self._notes.append((None, Note(pointer, KEPT, None, key or None, reason)))
            return
        for part in self._intact(pointer) if self.dropped else (pointer,):
            where = at + part.removeprefix(pointer)
            self._notes.append((place, Note(part, KEPT, where, key or None, reason)))

    def refused(self, pointer: str, reason: str) -> None:
        """Note that a field could not be converted."""
        if self.dropped:
            inside = next(iter(self._dropped_in(pointer)), None)
            if pointer in self.dropped:
                reason = self.dropped[pointer]
            elif inside is not None and not reason.startswith(CONSEQUENCE):
                reason = f"{reason} ({inside} {self.dropped[inside]})"
        self._notes.append((None, Note(pointer, REFUSED, None, None, reason)))

    def _dropped_in(self, pointer: str) -> list[str]:
        return [one for one in self.dropped if one.startswith(f"{pointer}/")]

    def dropped_of(self, pointer: str) -> list[str]:
        """The fields of an object that could not be read."""
        length = len(pointer) + 1
        return [one for one in self._dropped_in(pointer) if "/" not in one[length:]]

    def _intact(self, pointer: str) -> Iterator[str]:
        """The parts of a field that were read whole; the others are noted as refused."""
        dropped = self._dropped_in(pointer)
        for one in dropped:
            self.refused(one, self.dropped[one])
        stack = [(pointer, _value_at(self.value, pointer))]
        while stack:
            at, value = stack.pop()
            if not any(one.startswith(f"{at}/") for one in dropped):
                yield at
                continue
            stack += [(f"{at}/{step}", item) for step, item in members(value)]

    def mark(self) -> int:
        """A state that the page can be taken back to."""
        return len(self._notes)

    def take_back(self, mark: int) -> None:
        """Forget what was noted since."""
        del self._notes[mark:]

    def close(self, shared: dict[tuple[Note, ...], tuple[Note, ...]]) -> None:
        """Take no more room than is needed: notes that another page has are shared with it."""
        by_place: dict[int, tuple[Place | None, list[Note]]] = {}
        for place, note in self._notes:
            by_place.setdefault(id(place), (place, []))[1].append(note)
        for place, notes in by_place.values():
            made = tuple(notes)
            self._parts.append((place, shared.setdefault(made, made)))
        self._notes = []

    def replace(self, pointer: str, notes: tuple[Note, ...]) -> None:
        """Put several notes in the place of one that is about the source alone."""
        for number, (place, known) in enumerate(self._parts):
            if place is None and any(note.pointer == pointer for note in known):
                others = tuple(note for note in known if note.pointer != pointer)
                self._parts[number] = (place, others + notes)
                return

    def __iter__(self) -> Iterator[LedgerEntry]:
        assert not self._notes
        for place, notes in self._parts:
            for note in notes:
                if place is None or note.at is None:
                    target = pointer = None
                else:
                    target, pointer = place.url, place.pointer + note.at
                yield LedgerEntry(
                    self.url, note.pointer, note.outcome, target, pointer, note.key, note.reason
                )

    def count(self) -> Counter[str]:
        """How many fields had which outcome."""
        return Counter(note.outcome for _, notes in self._parts for note in notes)

    def refusals(self) -> Iterator[LedgerEntry]:
        """What could not be converted."""
        for place, notes in self._parts:
            if place is None and any(note.outcome == REFUSED for note in notes):
                yield from (entry for entry in self if entry.outcome == REFUSED)
                return


_SHOWN: Final = 20


class Ledger:
    """What became of every field of every source document.

    Iterating gives a `LedgerEntry` for each field, document by document, in the order of
    reading. No field is in it twice, and none is missing: where an entry is about an array or
    an object, it is about everything in there.
    """

    __slots__ = ("_pages",)

    def __init__(self, pages: Sequence[Page]) -> None:
        self._pages = tuple(pages)

    def __iter__(self) -> Iterator[LedgerEntry]:
        for page in self._pages:
            yield from page

    def __len__(self) -> int:
        """How many entries there are. Cost: O(source documents)."""
        return sum(page.count().total() for page in self._pages)

    @property
    def documents(self) -> tuple[str, ...]:
        """The source documents, in the order of reading."""
        return tuple(page.url for page in self._pages)

    def of(self, document: str) -> tuple[LedgerEntry, ...]:
        """The entries of one source document, by its address."""
        return tuple(entry for page in self._pages if page.url == document for entry in page)

    def refusals(self) -> Iterable[LedgerEntry]:
        """What could not be converted."""
        for page in self._pages:
            yield from page.refusals()

    def counts(self) -> dict[str, int]:
        """How many fields were mapped, kept and refused."""
        total: Counter[str] = Counter({MAPPED: 0, KEPT: 0, REFUSED: 0})
        for page in self._pages:
            total.update(page.count())
        return dict(total)

    def __repr__(self) -> str:
        counts = ", ".join(f"{number:,} {name}" for name, number in self.counts().items())
        return f"<Ledger of {len(self._pages):,} documents: {counts}>"

    def __str__(self) -> str:
        lines = [str(entry) for _, entry in zip(range(_SHOWN), self, strict=False)]
        more = len(self) - len(lines)
        return "\n".join([*lines, *([f"... {more:,} more"] if more > 0 else [])])
