"""The second opinion on ledgers finds what is wrong with one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.conversion.accounting import Nowhere, at, documents, leaves, mistakes
from tests.writers.surveys import (
    AxisFacts,
    ImageFacts,
    LevelFacts,
    Survey,
    WellFacts,
    aligned,
    differences,
)

SOURCE = {"plate": {"rows": [{"name": "A"}], "a/b": [], "name": None}, "lab": 1}
TARGET = {"ome": {"name": "plate", "attributes": {"ome-zarr:plate": {"a/b": [], "name": None}}}}


class Entry(NamedTuple):
    source: str
    pointer: str
    outcome: str
    target: str | None = None
    target_pointer: str | None = None
    key: str | None = None
    reason: str = "for a reason"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".zattrs").write_text(json.dumps(SOURCE))
    (tmp_path / "out.json").write_text(json.dumps(TARGET))
    return tmp_path


def right(root: Path) -> list[Entry]:
    source, target = (root / ".zattrs").as_uri(), (root / "out.json").as_uri()
    kept = "/ome/attributes/ome-zarr:plate"
    return [
        Entry(source, "/plate/rows", "mapped", target, "/ome/name"),
        Entry(source, "/plate/a~1b", "kept", target, f"{kept}/a~1b", "ome-zarr:plate"),
        Entry(source, "/plate/name", "kept", target, f"{kept}/name", "ome-zarr:plate"),
        Entry(source, "/lab", "refused"),
    ]


def found(root: Path, entries: list[Entry]) -> list[str]:
    return list(mistakes(root, entries, documents(root)))


def test_a_right_ledger_has_no_mistakes(root: Path) -> None:
    assert found(root, right(root)) == []


@pytest.mark.parametrize("number", range(4))
def test_a_field_without_an_entry_is_found(root: Path, number: int) -> None:
    entries = right(root)
    del entries[number]
    (mistake,) = found(root, entries)
    assert "0 entries say what became of it" in mistake


def test_a_document_without_an_entry_is_found(root: Path) -> None:
    assert found(root, []) == [".zattrs: no entry at all"]


def test_an_entry_that_is_there_twice_or_covers_another_is_found(root: Path) -> None:
    entries = right(root)
    assert any("2 entries" in mistake for mistake in found(root, [*entries, entries[0]]))
    above = entries[0]._replace(pointer="/plate")
    assert any("2 entries say" in mistake for mistake in found(root, [*entries, above]))


@pytest.mark.parametrize(
    ("number", "wrong", "says"),
    [
        (0, {"target_pointer": "/ome/nowhere"}, "and not there"),
        (0, {"target": None}, "mapped to no document"),
        (0, {"outcome": "moved"}, "the outcome is 'moved'"),
        (1, {"target_pointer": "/ome/name"}, "became 'plate'"),
        (1, {"key": None}, "under the key None"),
        (1, {"key": "plate"}, "under the key 'plate'"),
        (3, {"reason": " "}, "without a reason"),
        (3, {"pointer": "/lob", "outcome": "mapped"}, "mapped, and not there"),
    ],
)
def test_an_entry_that_says_what_is_not_so_is_found(
    root: Path, number: int, wrong: dict[str, Any], says: str
) -> None:
    entries = right(root)
    entries[number] = entries[number]._replace(**wrong)
    assert any(says in mistake for mistake in found(root, entries))


def test_leaves_are_scalars_and_what_is_empty() -> None:
    assert list(leaves(SOURCE)) == ["/plate/rows/0/name", "/plate/a~1b", "/plate/name", "/lab"]
    assert at(SOURCE, "/plate/a~1b") == []
    assert at(SOURCE, "/plate/rows/1") is Nowhere


IMAGE = ImageFacts((AxisFacts("y", "space", "meter"),), (LevelFacts("0", (2.0,)),))
THEIRS = Survey(
    images={"A/1/0": IMAGE},
    labels={"A/1/0/labels/n": IMAGE},
    rows=("A",),
    columns=("1",),
    acquisitions=((0, "x"),),
    wells=(WellFacts("A", "1", (("0", 0),)),),
)
OURS = Survey(
    images={"A/1/0/0": ImageFacts(IMAGE.axes, (LevelFacts("A/1/0/0", (2.0,), (0.0,)),))},
    labels={"A/1/0/labels/n/0": ImageFacts(IMAGE.axes, (LevelFacts("A/1/0/labels/n/0", (2.0,)),))},
    rows=("A",),
    columns=("1",),
    acquisitions=((0, "x"),),
    wells=THEIRS.wells,
)


def test_surveys_that_agree_have_no_differences() -> None:
    assert list(differences(THEIRS, OURS, frozenset())) == []
    assert aligned(OURS, THEIRS).labels == THEIRS.labels
    assert Survey.from_json(json.loads(json.dumps(THEIRS.to_json()))) == THEIRS


def changed(**other: Any) -> Survey:
    return Survey(**{**vars(OURS), **other})


@pytest.mark.parametrize(
    "other",
    [
        changed(images={}),
        changed(labels={}),
        changed(labels={**OURS.labels, "A/1/0/x/0": OURS.images["A/1/0/0"]}),
        changed(rows=("B",)),
        changed(columns=()),
        changed(acquisitions=((0, None),)),
        changed(wells=()),
        changed(wells=(WellFacts("A", "1", (("0", None),)),)),
        changed(wells=(WellFacts("A", "1", (("1", 0),)),)),
        changed(wells=(WellFacts("A", "2", (("0", 0),)),)),
        changed(images={"A/1/0/0": ImageFacts((), OURS.images["A/1/0/0"].levels)}),
        changed(images={"A/1/0/0": ImageFacts(IMAGE.axes, (LevelFacts("A/1/0/0", (1.0,)),))}),
        changed(
            images={"A/1/0/0": ImageFacts(IMAGE.axes, (LevelFacts("A/1/0/0", (2.0,), (1.0,)),))}
        ),
        changed(images={"A/1/0/0": ImageFacts(IMAGE.axes, (LevelFacts("A/1/0/s0", (2.0,)),))}),
    ],
)
def test_surveys_that_disagree_have_differences(other: Survey) -> None:
    assert list(differences(THEIRS, other, frozenset())) != []


def test_what_a_library_is_silent_about_makes_no_difference() -> None:
    assert list(differences(THEIRS, changed(labels={}), frozenset({"labels"}))) == []
    other = changed(wells=(WellFacts("A", "1", (("1", 0),)),))
    assert list(differences(THEIRS, other, frozenset({"wells.images"}))) == []
