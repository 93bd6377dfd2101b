"""The persistent map, compared with a dictionary."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ngio_collections.graph._pmap import Draft, PersistentMap


class Key:
    """A key whose hash is chosen, so that keys share slots, branches and buckets."""

    def __init__(self, name: str, hash_: int) -> None:
        self.name = name
        self.hash = hash_

    def __hash__(self) -> int:
        return self.hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and other.name == self.name

    def __repr__(self) -> str:
        return f"Key({self.name!r}, {self.hash})"


_HASHES = (0, 1, 16, 1 << 40, 1 << 60, (1 << 60) + 1, -2, -3, -(1 << 60), (1 << 61) - 2)
KEYS: tuple[Any, ...] = (
    *(Key(f"{hash_}-{n}", hash_) for hash_ in _HASHES for n in range(3)),
    *range(20),
    *(number << 40 for number in range(20)),
    "a",
    ("a", 1),
    1.0,  # Equals 1.
    True,  # So does this.
)
_KEYS = st.sampled_from(KEYS)
_CHOICE = st.integers(0, 10**6)


def _changes(old: dict[Any, Any], new: dict[Any, Any]) -> list[tuple[Any, Any, Any]]:
    """The definition of `PersistentMap.changes`."""
    keys = [*old, *(key for key in new if key not in old)]
    pairs = [(key, old.get(key), new.get(key)) for key in keys]
    return [(key, was, is_) for key, was, is_ in pairs if was is not is_]


def _sorted(changes: Any) -> list[tuple[int, int, int, int]]:
    return sorted((hash(key), KEYS.index(key), id(was), id(is_)) for key, was, is_ in changes)


class Maps(RuleBasedStateMachine):
    """Changes of any version that there was."""

    def __init__(self) -> None:
        super().__init__()
        self.versions: list[tuple[PersistentMap[Any, Any], dict[Any, Any]]] = [
            (PersistentMap(), {})
        ]

    def _branch(self, choice: int) -> tuple[PersistentMap[Any, Any], dict[Any, Any]]:
        map_, model = self.versions[-1 if choice % 3 else choice // 3 % len(self.versions)]
        return map_, dict(model)

    @rule(at=_CHOICE, key=_KEYS)
    def set(self, at: int, key: Any) -> None:
        map_, model = self._branch(at)
        model[key] = value = object()
        self.versions.append((map_.set(key, value), model))

    @rule(at=_CHOICE, key=_KEYS)
    def set_the_same_value_again(self, at: int, key: Any) -> None:
        map_, model = self._branch(at)
        if key in model:
            again = map_.set(key, model[key])
            assert list(map_.changes(again)) == []
            self.versions.append((again, model))

    @rule(at=_CHOICE, key=_KEYS)
    def drop(self, at: int, key: Any) -> None:
        map_, model = self._branch(at)
        had = key in model
        model.pop(key, None)
        dropped = map_.drop(key)
        assert (dropped is map_) is not had
        self.versions.append((dropped, model))

    @rule(at=_CHOICE, keys=st.lists(_KEYS, max_size=30))
    def update(self, at: int, keys: list[Any]) -> None:
        map_, model = self._branch(at)
        items = [(key, object()) for key in keys]
        model.update(items)
        self.versions.append((map_.update(iter(items)), model))

    @invariant()
    def every_version_is_its_dictionary(self) -> None:
        for map_, model in self.versions[-4:]:
            assert len(map_) == len(model)
            assert bool(map_) == bool(model)
            assert len(list(map_.items())) == len(model)
            assert dict(map_.items()) == model
            assert sorted(map(id, map_.values())) == sorted(map(id, model.values()))
            for key in KEYS:
                assert map_.get(key) is model.get(key)
                assert map_.get(key, 7) is model.get(key, 7)
                assert (key in map_) == (key in model)
        for map_, model in self.versions[:-4]:
            assert dict(map_.items()) == model

    @rule(one=_CHOICE, other=_CHOICE)
    def changes_are_those_of_the_definition(self, one: int, other: int) -> None:
        (old, old_model), (new, new_model) = self._branch(one), self._branch(other)
        assert _sorted(old.changes(new)) == _sorted(_changes(old_model, new_model))
        assert _sorted(new.changes(old)) == _sorted(_changes(new_model, old_model))
        assert list(old.changes(old)) == []


class TestMaps(Maps.TestCase):  # type: ignore[misc,valid-type]
    settings = settings(max_examples=40, stateful_step_count=25)


def test_many_keys_are_all_kept() -> None:
    map_: PersistentMap[int, int] = PersistentMap()
    for number in range(5000):
        map_ = map_.set(number << 40 | number % 7, number)
    assert len(map_) == 5000
    assert dict(map_.items()) == {number << 40 | number % 7: number for number in range(5000)}
    for number in range(0, 5000, 2):
        map_ = map_.drop(number << 40 | number % 7)
    assert sorted(map_.values()) == list(range(1, 5000, 2))


def test_changes_of_versions_that_share_their_history_look_at_little() -> None:
    compared = 0

    class Counted:
        def __init__(self, number: int) -> None:
            self.number = number

        def __hash__(self) -> int:
            return self.number * 2654435761

        def __eq__(self, other: object) -> bool:
            nonlocal compared
            compared += 1
            return isinstance(other, Counted) and other.number == self.number

    map_: PersistentMap[Counted, int] = PersistentMap()
    map_ = map_.update((Counted(number), number) for number in range(5000))
    newer = map_.set(Counted(17), -1)
    compared = 0
    assert [(was, is_) for _, was, is_ in map_.changes(newer)] == [(17, -1)]
    assert compared < 20


@given(
    before=st.lists(_KEYS, max_size=20),
    steps=st.lists(st.tuples(st.booleans(), st.lists(_KEYS, max_size=4)), max_size=8),
)
@settings(max_examples=60)
def test_a_draft_becomes_the_map_that_single_changes_give(
    before: list[Any], steps: list[tuple[bool, list[Any]]]
) -> None:
    base: PersistentMap[Any, Any] = PersistentMap()
    base = base.update((key, object()) for key in before)
    was = dict(base.items())
    draft: PersistentMap[Any, Any] = Draft(base)
    model = dict(was)
    for together, keys in steps:
        items = [(key, object()) for key in keys]
        model.update(items)
        if together:
            assert draft.update(iter(items)) is draft
        else:
            for key, value in items:
                assert draft.set(key, value) is draft
        assert dict(draft.items()) == model
        assert sorted(map(id, draft.values())) == sorted(map(id, model.values()))
        assert bool(draft) == bool(model)
        for key in KEYS:
            assert draft.get(key, 7) is model.get(key, 7)
            assert (key in draft) == (key in model)
    assert isinstance(draft, Draft)
    finished = draft.finish()
    assert dict(finished.items()) == model
    assert len(finished) == len(model)
    for key in KEYS:
        draft.set(key, None)
    assert dict(finished.items()) == model
    assert dict(base.items()) == was
