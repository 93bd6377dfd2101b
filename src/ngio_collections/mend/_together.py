"""Documents that are mended together: what has to follow where one of them changes an id.

References with a path lead to an id of another document, and a node with a path and the root
of the document that it leads to are one node, so that both keep one id if they have it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from ngio_collections import _paths
from ngio_collections._contract import Pointer, json_pointer
from ngio_collections.errors import PathError
from ngio_collections.mend._fix import Fix, with_others
from ngio_collections.mend._meaning import Meanings, expected_group, group_of, shared_out
from ngio_collections.mend._naming import Taken
from ngio_collections.mend._patching import apply_operations, value_at
from ngio_collections.mend._reading import Declaration, Reading, Referring
from ngio_collections.mend._steps import Operation, give_id, refer_to, words
from ngio_collections.resolve._scan import is_stub

__all__ = ["Together", "find_fixes_together"]

Url: TypeAlias = "str | None"
Counting: TypeAlias = "Callable[[Url, Any], Collection[Any]]"
"""Gives the findings in a document."""

_SHOWN: Final = 3


class _Place(NamedTuple):
    """A reference with a path, and the document that holds it."""

    url: Url
    referring: Referring

    def __str__(self) -> str:
        return f"{self.url}#{json_pointer(self.referring.pointer)}"


class _Same(NamedTuple):
    """Something that has an id, in some document."""

    url: Url
    reading: Reading
    declared: Declaration


class _Free:
    """The ids that are taken in one document or in others; what is taken for one is so in all."""

    def __init__(self, own: Taken, others: Sequence[tuple[set[str], dict[str, Any]]], by: Any):
        self._own = own
        self._others = others
        self._by = by

    def __contains__(self, id: str, /) -> bool:
        return id in self._own or any(
            id in ids or reserved.get(id, self._by) != self._by for ids, reserved in self._others
        )

    def add(self, id: str, /) -> None:
        self._own.add(id)
        for _, reserved in self._others:
            reserved[id] = self._by


class Together:
    """Documents that refer to each other, as the fixes so far leave them.

    A fix moves no place: what moves whole nodes comes after everything else.

    Args:
        documents: Parsed documents by their addresses.
        nodeless: Addresses at which there is no node, so that nothing there has an id.

    Attributes:
        current: The documents.
    """

    def __init__(self, documents: Mapping[Url, Any], nodeless: Collection[str] = ()) -> None:
        self.current: dict[Url, Any] = dict(documents)
        self._nodeless = nodeless
        self._bases: dict[Url, Pointer] = {}
        self._stubs: dict[str, list[tuple[Url, Pointer]]] = {}
        self._places: dict[str, list[_Place]] = {}
        for url, document in self.current.items():
            self._note(url, Reading(document))
        self._barred: dict[tuple[Url, str], str] = {}
        self._forget()

    def _note(self, url: Url, reading: Reading) -> None:
        """Note what of a document leads to others."""
        self._bases[url] = reading.base
        for node in reading.nodes:
            target = _target(url, node.value.get("path"))
            if target in self.current and is_stub(dict(node.value), levels=False):
                self._stubs.setdefault(str(target), []).append((url, node.pointer))
        for place in reading.references:
            path = place.value.get("path") if isinstance(place.value, dict) else None
            target = _target(url, path)
            if target in self.current:
                self._places.setdefault(str(target), []).append(_Place(url, place))

    def _forget(self) -> None:
        """Forget what was found out about documents as they were."""
        self._readings: dict[Url, Reading] = {}
        self._ids: dict[Url, tuple[set[str], dict[str, Any]]] = {}
        self._referred: dict[Url, dict[Any, list[_Place]]] = {}

    def _reading(self, url: Url) -> Reading:
        if url not in self._readings:
            self._readings[url] = Reading(self.current[url])
        return self._readings[url]

    def in_order(self) -> list[Url]:
        """The documents, those that lead to the most others first.

        So a plate takes its wells with it in one go, and is not looked at again for each.
        """
        leading = Counter(url for stubs in self._stubs.values() for url, _ in stubs)
        return sorted(self.current, key=lambda url: -leading[url])

    # -- what is known before something is changed ---------------------------------

    def _referring(self, url: Url) -> dict[Any, list[_Place]]:
        """The references with a path to a document, by the id that they have now."""
        found = self._referred.get(url)
        if found is None:
            found = self._referred[url] = {}
            for place in self._places.get(url or "", ()):
                value = value_at(self.current[place.url], place.referring.pointer)
                id_ = value.get("id") if isinstance(value, dict) else None
                if type(id_) in (str, int):
                    now = place.referring._replace(value=value)
                    found.setdefault(id_, []).append(_Place(place.url, now))
        return found

    def ids_of_others(self, url: Url) -> set[str]:
        """The ids of a document that others refer to, whether it has them or not."""
        return {id_ for id_ in self._referring(url) if isinstance(id_, str)}

    def taken(self, ids: set[str], url: Url, reading: Reading, declared: Declaration) -> Taken:
        """What a new id must not be, where other documents have to follow."""
        others = self._same(url, reading, declared)[0]
        known = [self._taken_in(one, declared.value["id"]) for one in others]
        return _Free(ids, known, (url, declared.pointer)) if known else ids

    def _taken_in(self, one: _Same, old: Any) -> tuple[set[str], dict[str, Any]]:
        if one.url not in self._ids:
            ids = one.reading.ids() | self.ids_of_others(one.url)
            self._ids[one.url] = (ids, {})
        ids, reserved = self._ids[one.url]
        if isinstance(old, int) and not one.reading.declarations(str(old)):
            ids = ids - {str(old)}  # Only references that mean this one have it.
        return ids, reserved

    def undecided(self, url: Url, reading: Reading, declared: Declaration) -> list[str]:
        """What must be decided in other documents before something gets another id."""
        others, said = self._same(url, reading, declared)
        for one in (_Same(url, reading, declared), *others):
            if one.url != url or one.declared is not declared:
                said += self._shared(one)[1]
            said += self._meaning(one)[1]
        barred = self._barred.get((url, json_pointer((*declared.pointer, "id"))))
        return said if barred is None else [*said, barred]

    def _same(
        self, url: Url, reading: Reading, declared: Declaration
    ) -> tuple[list[_Same], list[str]]:
        """What is the same node in other documents, and where it may be in one that is not read."""
        id_ = declared.value.get("id")
        if declared.kind != "node" or _is_twice(reading, declared):
            return [], []
        found: dict[tuple[Url, Pointer], _Same] = {}
        said: list[str] = []
        todo = [(url, declared)]
        while todo:
            at, one = todo.pop()
            unread = self._unread(at, one)
            said += [] if unread is None else [unread]
            for key in self._linked(at, one):
                if key in found or key == (url, declared.pointer):
                    continue
                other = self._declared(*key)
                if other is None or not _is_same(other.declared.value.get("id"), id_):
                    continue
                if other.url == url:
                    return [], []  # The other of both keeps the id.
                found[key] = other
                todo.append((other.url, other.declared))
        return list(found.values()), said

    def _linked(self, url: Url, declared: Declaration) -> Iterator[tuple[Url, Pointer]]:
        """The root that a node leads to, and the nodes that lead to a root."""
        target = _leading(url, declared)
        if target in self.current:
            yield target, self._bases[target]
        if declared.pointer == self._bases[url]:
            yield from self._stubs.get(url or "", ())

    def _declared(self, url: Url, pointer: Pointer) -> _Same | None:
        reading = self._reading(url)
        found = reading.at.get(json_pointer(pointer))
        return None if found is None else _Same(url, reading, found)

    def _unread(self, url: Url, declared: Declaration) -> str | None:
        """What is said of a node that leads to a document that is not among these."""
        if not is_stub(dict(declared.value), levels=False):
            return None
        target = _leading(url, declared)
        if target in self.current or target in self._nodeless:
            return None
        path = declared.value["path"]
        shown = target or (path.get("path") if isinstance(path, dict) else path)
        return (
            f"The node leads to {shown!r:.200}, which is not among the documents that are mended, "
            "and may have this id as well."
        )

    def _shared(self, one: _Same) -> tuple[list[Referring], list[str]]:
        """The references within a document that mean something in it, and what is not clear."""
        id_, reading = one.declared.value["id"], one.reading
        if isinstance(id_, str):
            things, places = reading.declarations(id_), reading.referring(id_)
        else:
            things, places = _things(reading, id_), reading.meaning_number(str(id_))
        follows, unclear = shared_out(Meanings(things), places)
        said = unclear.said(one.declared, f"{id_!r:.80}")
        return follows.get(one.declared.pointer, []), [f"In {one.url}: {text}" for text in said]

    def _meaning(self, one: _Same) -> tuple[list[_Place], list[str]]:
        """The references of other documents that mean something, and what is not clear."""
        id_ = one.declared.value["id"]
        referring = self._referring(one.url)
        places = list(referring.get(id_, ()))
        if isinstance(id_, int) and not one.reading.declarations(str(id_)):
            places += referring.get(str(id_), ())
        if not places:
            return [], []
        things = _things(one.reading, id_)
        if len(things) == 1:
            return places, []
        group = group_of(one.declared)
        places = [place for place in places if expected_group(place.referring) == group]
        alike = [thing for thing in things if group_of(thing) == group]
        if len(alike) == 1 or not places:
            return places, []
        shown = ", ".join(str(place) for place in places[:_SHOWN])
        more = f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
        many = "s" if len(places) > 1 else ""
        number = f"{len(alike)} things with the id {id_!r:.80}"
        return [], [f"The reference{many} at {shown}{more} may mean any of {number}."]

    # -- changes -------------------------------------------------------------------

    def followed(self, url: Url, found: Iterable[Fix], check: Counting) -> list[Fix] | None:
        """Let other documents follow fixes of one, and take note of what becomes of all.

        Args:
            url: The document.
            found: Fixes that were found for it as it is now, in their order.
            check: Gives the findings in a document.

        Returns:
            The fixes with what they change elsewhere. None if that would lead to findings in
            other documents: then those fixes leave something to decide, and are to be found
            again.
        """
        reading = self._reading(url)
        fixes = [self._with_others(url, reading, fix) for fix in found]
        changed: dict[Url, list[Mapping[str, Any]]] = {}
        for fix in fixes:
            for there, operations in fix.patches().items():
                changed.setdefault(there, []).extend(operations)
        after = {there: self._after(there, some) for there, some in changed.items()}
        worse = [there for there in after if there != url and self._is_worse(there, after, check)]
        for fix in fixes:
            for there in fix.elsewhere.keys() & set(worse):
                self._barred[(url, fix.pointer)] = (
                    f"Letting {there} follow this would lead to findings there."
                )
        if not worse:
            self.current.update(after)
        self._forget()
        return None if worse else fixes

    def is_barred(self, url: Url, fix: Fix) -> bool:
        """Whether a fix would lead to findings in other documents."""
        return (url, fix.pointer) in self._barred

    def _after(self, url: Url, operations: list[Mapping[str, Any]]) -> Any:
        return apply_operations(self.current[url], operations, url)

    def _is_worse(self, url: Url, after: Mapping[Url, Any], check: Counting) -> bool:
        now = set(check(url, after[url]))
        return not now <= set(check(url, self.current[url])) if now else False

    def _with_others(self, url: Url, reading: Reading, fix: Fix) -> Fix:
        holder, _, key = fix.pointer.rpartition("/")
        declared = reading.at.get(holder) if key == "id" else None
        made = next((o["value"] for o in fix.operations if _sets(o, fix.pointer)), None)
        if declared is None or made is None or type(declared.value.get("id")) not in (str, int):
            return fix
        patches: dict[Url, list[Operation]] = {}
        others = self._same(url, reading, declared)[0]
        for one in others:
            follows, _ = self._shared(one)
            changed = [place for place in follows if place.id != made]
            patches.setdefault(one.url, []).extend(give_id(one.declared, made, changed))
        for one in (_Same(url, reading, declared), *others):
            for place in self._meaning(one)[0]:
                if place.referring.value["id"] != made:
                    patches.setdefault(place.url, []).extend(refer_to(place.referring, made))
        number = len([there for there in patches if there != url])
        also = f", also in {words(number, 'other document')}" if number else ""
        return with_others(fix, patches, f"{fix.title}{also}") if patches else fix


def _sets(operation: Mapping[str, Any], pointer: str) -> bool:
    return bool(operation["op"] == "replace" and operation["path"] == pointer)


def _is_same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def _things(reading: Reading, id: Any) -> list[Declaration]:
    """What has an id, which may be a number."""
    if isinstance(id, str):
        return reading.declarations(id)
    return [one for one in reading.declared if _is_same(one.value.get("id"), id)]


def _is_twice(reading: Reading, declared: Declaration) -> bool:
    """Whether another node with the same id leads to the same document, and keeps the id."""
    path, id_ = declared.value.get("path"), declared.value.get("id")
    if path is None or not isinstance(id_, str):
        return False
    return any(
        one.pointer != declared.pointer and one.value.get("path") == path
        for one in reading.declarations(id_)
    )


def _leading(url: Url, declared: Declaration) -> str | None:
    """The document that a node leads to; None if it leads to none."""
    is_leading = declared.kind == "node" and is_stub(dict(declared.value), levels=False)
    return _target(url, declared.value.get("path")) if is_leading else None


def _target(url: Url, path: Any) -> str | None:
    if not isinstance(path, dict):
        return None
    try:
        return _paths.metadata_url(url, path)
    except PathError:
        return None


_MOVING: Final = "metadata-storage"
"""The rule whose fixes move all places of a document."""


def find_fixes_together(
    together: Together, find: Callable[[Url], list[Fix]], check: Counting
) -> tuple[Fix, ...]:
    """Find out what can be mended in documents that may refer to each other.

    Args:
        together: The documents; they become those with all fixes but the moving ones.
        find: Finds the fixes of one of them as it is now: safe ones first.
        check: Gives the findings in a document.

    Returns:
        Safe fixes, then the others, then those that move whole nodes.
    """
    fixes: list[Fix] = []
    left: dict[Url, list[Fix]] = {}
    todo = dict.fromkeys(together.in_order())
    while todo:
        url = next(iter(todo))
        found = find(url)
        made = together.followed(url, (fix for fix in found if _is_first(fix)), check)
        if made is None:
            continue
        del todo[url]
        fixes += made
        left[url] = [fix for fix in found if not _is_first(fix)]
        # What another document could not do before it may be able to do now.
        todo.update(
            dict.fromkeys(there for fix in made for there in fix.elsewhere if left.get(there))
        )
    moving = [fix for some in left.values() for fix in some if fix.safe]
    return (*fixes, *_undecided(together, left, find, check), *moving)


def _undecided(
    together: Together,
    left: Mapping[Url, list[Fix]],
    find: Callable[[Url], list[Fix]],
    check: Counting,
) -> list[Fix]:
    """The fixes that leave something to decide."""
    fixes: list[Fix] = []
    for url, some in left.items():
        # Documents before this one may have changed it, and what is to be decided.
        again = find(url) if any(not fix.safe for fix in some) else []
        made = None
        while made is None:
            wanted = [fix for fix in again if not fix.safe and not together.is_barred(url, fix)]
            made = together.followed(url, wanted, check)
        fixes += made
    return fixes


def _is_first(fix: Fix) -> bool:
    return fix.safe and fix.rule != _MOVING
