"""What holds for every conversion: nothing is lost, nothing is touched, and it comes back."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import ngio_collections as ngc
from tests.conversion.hierarchies import (
    ENTRY,
    ROOT,
    Hierarchy,
    broken,
    hierarchies,
    moderate,
    require_targets,
    require_valid,
    require_whole_ledger,
    store_of,
)

WAYS = st.fixed_dictionaries(
    {},
    optional={
        "layout": st.sampled_from(["wide", "tall"]),
        "documents": st.sampled_from(["one", "per-well", "per-image"]),
        "name": st.sampled_from(["Tuesday", "image"]),
        "check_arrays": st.booleans(),
    },
)


@given(hierarchies, WAYS)
@moderate
def test_what_is_right_is_converted_completely_into_valid_documents(
    hierarchy: Hierarchy, ways: dict[str, Any]
) -> None:
    store = hierarchy.store()
    conversion = ngc.convert(ROOT, store=store, **ways)
    assert conversion.url == ENTRY
    assert conversion.is_complete, conversion.problems
    assert conversion.root.to_json() == ngc.open_inlined(ENTRY, store=store).to_json()
    require_valid(conversion, store)
    require_whole_ledger(conversion, store)
    require_targets(conversion, store)


@given(hierarchies, WAYS)
@moderate
def test_what_was_converted_goes_back_to_what_it_was(
    hierarchy: Hierarchy, ways: dict[str, Any]
) -> None:
    conversion = ngc.convert(ROOT, store=hierarchy.store(), **ways)
    back = ngc.to_ome_zarr(conversion.root, hierarchy.version)
    groups = {path.replace("%20", " "): group for path, group in hierarchy.groups.items()}
    assert set(back) == set(groups)
    for path, attributes in groups.items():
        assert back[path] == attributes


@given(hierarchies, WAYS)
@moderate
def test_ids_are_unique_in_the_collection_and_the_same_each_time(
    hierarchy: Hierarchy, ways: dict[str, Any]
) -> None:
    one = ngc.convert(ROOT, store=hierarchy.store(), **ways)
    other = ngc.convert(ROOT, store=hierarchy.store(), **ways)
    ids = [node.id for node in one.root.walk()]
    assert ids == [node.id for node in other.root.walk()]
    assert len(set(ids)) == len(ids)


@given(broken(), WAYS)
@moderate
def test_whatever_is_wrong_the_rest_is_converted_and_the_ledger_is_whole(
    documents: dict[str, Any], ways: dict[str, Any]
) -> None:
    store = store_of(documents)
    before = {url: store.read(url) for url in store.urls()}
    try:
        conversion = ngc.convert(ROOT, store=store, **ways)
    except (ngc.DocumentNotFoundError, ngc.NotJsonError, ngc.NotOmeError):
        assert store.urls() == list(before)
        return
    assert {url: store.read(url) for url in before} == before
    require_valid(conversion, store)
    require_whole_ledger(conversion, store)
    require_targets(conversion, store)
    assert all(entry.reason for entry in conversion.ledger)


@given(hierarchies, WAYS)
@moderate
def test_converting_again_writes_nothing(hierarchy: Hierarchy, ways: dict[str, Any]) -> None:
    store = hierarchy.store()
    first = ngc.convert(ROOT, store=store, **ways)
    before = {url: store.read(url) for url in store.urls()}
    again = ngc.convert(ROOT, store=store, **ways)
    assert again.written == ()
    assert sorted(again.skipped) == sorted(first.written)
    assert {url: store.read(url) for url in store.urls()} == before
    assert again.root.to_json() == first.root.to_json()
