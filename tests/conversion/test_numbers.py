"""Numbers that JSON does not have cost the field that they are in, and no more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import ngio_collections as ngc
from ngio_collections._json import JsonLossError
from ngio_collections.conversion._numbers import loads_most
from tests.conversion.accounting import at, documents, leaves, mistakes
from tests.conversion.checks import broken_rules
from tests.conversion.samples import IMAGE, Source, causes, image, level
from tests.conversion.snapshots import Snapshot, snapshot

NAN = float("nan")
WHOLE = [
    snapshot("ome-zarr", "image-with-labels-0.5"),
    snapshot("ngff-zarr", "plate-0.4"),
    snapshot("ngff-zarr", "scene-0.6"),
    snapshot("ngff-zarr", "several-systems-0.6"),
    snapshot("yaozarrs", "series-0.5"),
]


@pytest.fixture(params=["0.4", "0.5"])
def source(request: pytest.FixtureRequest) -> Source:
    return Source(request.param)


def test_a_limit_of_a_channel_that_is_no_number_costs_itself_alone(source: Source) -> None:
    window = {"start": NAN, "end": 9, "min": 0}
    omero = {"channels": [{"label": "DAPI", "window": window}, {"label": "GFP"}], "id": 1}
    store = source.image(IMAGE, image(level("0"), level("1")), omero=omero).store()
    conversion = ngc.convert(IMAGE, store=store)
    prefix = "" if source.version == "0.4" else "/attributes/ome"
    at_start = f"{prefix}/omero/channels/0/window/start"
    assert causes(conversion) == [(at_start, "is NaN, which is no number of JSON")]
    assert [node.name for node in conversion.root.children()] == ["0", "1"]
    kept = {"channels": [{"label": "DAPI", "window": {"end": 9, "min": 0}}, {"label": "GFP"}]}
    assert conversion.root.get_attr("ome-zarr:omero") == {**kept, "id": 1}
    pointers = {e.pointer: e.target_pointer for e in conversion.ledger if "/omero" in e.pointer}
    assert pointers == {
        at_start: None,
        f"{prefix}/omero/channels/0/label": "/ome/attributes/ome-zarr:omero/channels/0/label",
        f"{prefix}/omero/channels/0/window/end": (
            "/ome/attributes/ome-zarr:omero/channels/0/window/end"
        ),
        f"{prefix}/omero/channels/0/window/min": (
            "/ome/attributes/ome-zarr:omero/channels/0/window/min"
        ),
        f"{prefix}/omero/channels/1": "/ome/attributes/ome-zarr:omero/channels/1",
        f"{prefix}/omero/id": "/ome/attributes/ome-zarr:omero/id",
    }


def test_a_list_with_one_is_refused_whole_and_says_what_is_in_it(source: Source) -> None:
    store = source.image(IMAGE, image(level("0", NAN), level("1"), type=[1, NAN])).store()
    conversion = ngc.convert(IMAGE, store=store)
    scale, kind = sorted(causes(conversion))
    assert scale[0].endswith("/datasets/0/coordinateTransformations")
    assert scale[1].endswith("scale holds NaN, which is no number of JSON)")
    assert kind[0].endswith("/multiscales/0/type")
    assert kind[1] == "holds NaN, which is no number of JSON"
    assert [node.name for node in conversion.root.children()] == ["0", "1"]


def test_what_is_needed_is_refused_with_all_that_needs_it() -> None:
    group = Source().image(IMAGE, image(), image(axes=NAN))
    conversion = ngc.convert(IMAGE, store=group.store())
    ((pointer, reason),) = causes(conversion)
    assert pointer == "/attributes/ome/multiscales/1/axes"
    assert reason == "is NaN, which is no number of JSON"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[NaN]", "it holds NaN, and not in the field of an object"),
        ("-Infinity", "it holds -Infinity"),
        ('{"a": NaN,\n "b": }', "Expecting value at line 2, column 7"),
        ('{"a": 1, "b"', "at line 1, column 13"),
    ],
)
def test_what_cannot_be_read_at_all_says_where(text: str, words: str) -> None:
    store = ngc.MemoryStore({f"{IMAGE}/zarr.json": text})
    with pytest.raises(ngc.NotOmeError, match="is not JSON") as caught:
        ngc.convert(IMAGE, store=store)
    assert words in str(caught.value)


def test_what_cannot_be_kept_is_dropped_with_its_pointer() -> None:
    digits = "1" * 5000
    text = f'{{"a/b": Infinity, "c": [{{"d": NaN, "e": 1}}, 2], "f": 1e999, "g": {digits}}}'
    value, dropped = loads_most(text.encode())
    assert value == {"c": [{"e": 1}, 2]}
    assert {pointer: words.partition(",")[0] for pointer, words in dropped.items()} == {
        "/a~1b": "is Infinity",
        "/c/0/d": "is NaN",
        "/f": "is 1e999",
        "/g": "is an integer of 5",
    }
    assert loads_most(b'{"a": [{"d": NaN}, NaN], "b": []}').dropped.keys() == {"/a"}


def damaged(document: Any) -> Iterator[tuple[str, Any]]:
    """A document with no number in the place of each value that holds no others, or is a list."""
    every = dict.fromkeys(leaves(document))
    above = {one.rpartition("/")[0] for one in every}
    for pointer in sorted({*every, *above} - {""}):
        changed = json.loads(json.dumps(document))
        around, _, key = pointer.rpartition("/")
        holder = at(changed, around)
        place = int(key) if isinstance(holder, list) else key.replace("~1", "/").replace("~0", "~")
        holder[place] = NAN
        yield pointer, changed


@pytest.mark.parametrize("whole", WHOLE, ids=str)
def test_wherever_one_is_the_ledger_accounts_for_every_field_once(
    whole: Snapshot, tmp_path: Path
) -> None:
    source = whole.copy(tmp_path)
    target = tmp_path / "entry.json"
    tried = 0
    for name, document in documents(source).items():
        for pointer, changed in damaged(document):
            (source / name).write_text(json.dumps(changed))
            try:
                conversion = ngc.convert(source, target, overwrite=True)
            except ngc.NotOmeError:
                continue  # Nothing is left.
            tried += 1
            assert list(mistakes(source, conversion.ledger, {name: changed})) == [], pointer
            is_in_source = "consolidated_metadata" in pointer or pointer.count("/") == 1
            assert conversion.is_complete <= is_in_source, pointer
            assert list(broken_rules(conversion)) == [], pointer
        (source / name).write_text(json.dumps(document))
    assert tried > 20


@pytest.mark.parametrize("inside", ["", '"NaN": NaN, '])
def test_a_key_that_is_there_twice_is_refused(inside: str) -> None:
    with pytest.raises(JsonLossError, match="has a key twice"):
        loads_most(f'{{{inside}"omero": {{"id": 1, "name": "a", "id": 2}}}}'.encode())
