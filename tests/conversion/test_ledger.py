"""How the ledger is read."""

from __future__ import annotations

import json

import ngio_collections as ngc
from tests.conversion.samples import IMAGE, LAB, PLATE, Source, convert, image, level


def test_the_ledger_counts_its_entries_and_gives_those_of_a_document() -> None:
    ledger = convert(Source().plate(), PLATE).ledger
    entries = list(ledger)
    assert len(ledger) == len(entries) == sum(ledger.counts().values())
    assert ledger.documents[0] == f"{PLATE}/zarr.json"
    assert [e for e in entries if e.source == f"{PLATE}/zarr.json"] == list(
        ledger.of(f"{PLATE}/zarr.json")
    )
    assert ledger.of(f"{LAB}/elsewhere") == ()
    assert "documents" in repr(ledger)
    assert str(ledger).endswith("more")


def test_documents_that_are_written_alike_share_their_notes() -> None:
    ledger = convert(Source().plate(fields=40), PLATE).ledger
    notes = {id(notes) for page in ledger._pages for _, notes in page._parts}
    assert len(notes) < 100 < len(ledger.documents) * 2


def test_an_entry_says_in_words_what_became_of_a_field() -> None:
    source = Source().image(IMAGE, image(type="mean"))
    conversion = convert(source)
    (kept,) = [entry for entry in conversion.ledger if entry.pointer.endswith("/type")][-1:]
    assert str(kept) == (
        f"{IMAGE}/zarr.json#/attributes/ome/multiscales/0/type: kept to "
        f"{LAB}/cells.json#/ome/attributes/ome-zarr:multiscale/type"
    )
    assert kept.to_json() == {
        "source": f"{IMAGE}/zarr.json",
        "pointer": "/attributes/ome/multiscales/0/type",
        "outcome": "kept",
        "target": f"{LAB}/cells.json",
        "target_pointer": "/ome/attributes/ome-zarr:multiscale/type",
        "key": "ome-zarr:multiscale",
        "reason": "RFC-8 does not say how levels were made.",
    }


def test_a_conversion_says_what_it_did_as_text_and_as_json() -> None:
    broken = image(level(), {"path": "1", "coordinateTransformations": []})
    conversion = convert(Source().image(IMAGE, broken))
    text = str(conversion)
    assert "1 documents read; fields: " in text
    assert "/datasets/1/coordinateTransformations: is an empty array" in text
    data = json.loads(json.dumps(conversion.to_json(ledger=True)))
    assert data["url"] == conversion.url
    assert [entry["outcome"] for entry in data["problems"]] == ["refused"]
    assert len(data["ledger"]) == len(conversion.ledger)
    assert "ledger" not in conversion.to_json()


def test_a_converted_document_is_read_as_any_other() -> None:
    store = Source().image(IMAGE).store()
    url = ngc.convert(IMAGE, store=store).url
    assert ngc.open(url, store=store).type == "multiscale"
