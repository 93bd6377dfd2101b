"""The published examples of the specification become collections."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import ngio_collections as ngc
from tests.conversion.accounting import documents, mistakes
from tests.conversion.checks import (
    State,
    as_json,
    broken_rules,
    lost_on_the_way_back,
    repeated_ids,
    state,
)
from tests.conversion.spec_examples import DATA, PART, REFUSED, WHOLE, write


@dataclass(frozen=True)
class Example:
    name: str
    source: Path
    before: State
    conversion: Any


@pytest.fixture(scope="module", params=[*WHOLE, *PART])
def example(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Example:
    source = tmp_path_factory.mktemp("example") / f"{request.param}.zarr"
    write({**WHOLE, **PART}[request.param], source)
    before = state(source)
    conversion = ngc.convert(source, source.parent / "entry.json")
    return Example(request.param, source, before, conversion)


def test_only_what_is_wrong_is_refused(example: Example) -> None:
    problems = [str(problem) for problem in example.conversion.problems]
    assert example.conversion.is_complete is (example.name in WHOLE), problems
    assert bool(problems) is (example.name in PART)


def test_the_documents_break_no_rule_of_either_profile(example: Example) -> None:
    assert list(broken_rules(example.conversion)) == []
    assert repeated_ids(example.conversion.root) == []


def test_the_source_is_bit_identical(example: Example) -> None:
    assert state(example.source) == example.before


def test_the_ledger_accounts_for_every_field_once(example: Example) -> None:
    sources = documents(example.source)
    assert sources
    assert list(mistakes(example.source, example.conversion.ledger, sources)) == []


def test_the_way_back_gives_the_original_metadata_but_what_was_refused(example: Example) -> None:
    root, sources = example.conversion.root, documents(example.source)
    lost = list(lost_on_the_way_back(root, sources, example.name[:3]))
    assert bool(lost) is (example.name in PART), lost


def test_acquisitions_that_a_plate_does_not_list_are_kept(tmp_path: Path) -> None:
    source = write(WHOLE["0.4-plate"], tmp_path / "plate.zarr")
    conversion = ngc.convert(source)
    (listed,) = conversion.root.acquisitions
    assert listed.id == "acquisition_1"
    images = [image for well in conversion.root.wells() for image in well.images()]
    assert [image.acquisition for image in images] == [None] * 4
    kept = [entry.key for entry in conversion.ledger if entry.pointer.endswith("/acquisition")]
    assert len(kept) == 4
    assert None not in kept


@pytest.mark.parametrize("name", REFUSED)
def test_an_image_of_another_version_is_refused(name: str, tmp_path: Path) -> None:
    source = write(REFUSED[name], tmp_path / "example.zarr")
    before = state(source)
    with pytest.raises(ngc.NotOmeError, match="cannot be converted"):
        ngc.convert(source, tmp_path / "entry.json")
    assert state(source) == before
    assert not (tmp_path / "entry.json").exists()


def test_every_example_is_in_a_hierarchy() -> None:
    used = {as_json(document) for files in (*WHOLE.values(), *PART.values(), *REFUSED.values())
            for document in files.values()}  # fmt: skip
    unused = []
    for file in sorted(DATA.glob("0*/*.json")):
        text = as_json(json.loads(file.read_bytes()))
        if text not in used:
            unused.append(f"{file.parent.name}/{file.stem}")
    assert unused == ["0.6.dev4/colors_properties"]  # Part of a label map, with others.
