"""Whatever becomes of documents: a Reference that led to something leads there still."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

import ngio_collections as ngc
from ngio_collections.errors import InvalidEditError
from ngio_collections.resolve._produce import decoded_id, encoded_id
from tests.resolve.graphs import contents, moderate
from tests.resolve.referring import Things, leads, referring, unresolved

OUT = st.sampled_from(("memory://lab/p/q/out.json", "memory://lab/out/x/zarr.json"))
ENTRY = "memory://lab/p/q/all.json"


@moderate
@given(
    referring(),
    OUT,
    st.sampled_from(("namespaced", "structural", "strict")),
    st.sampled_from(("stub", "target", "forbid")),
)
def test_references_lead_to_the_same_thing_in_the_produced_document(
    documents: dict[str, bytes], out: str, ids: str, wins: str
) -> None:
    store = ngc.MemoryStore(documents)
    before = leads(Things(documents))
    root = ngc.open_inlined(ENTRY, store=store, strategy=ngc.Inlining(attributes=wins))
    try:
        ngc.save_inlined(root, out, ids=ids, store=store)
    except InvalidEditError:
        assert ids == "strict"
        assert contents(store) == documents
        return
    after = Things({**documents, out: store.read(out)})
    assert unresolved(after, out, before) == []
    if ids != "structural":  # They are in each of the documents.
        assert len(set(after.ids(out))) == len(after.ids(out))
    assert {url: store.read(url) for url in documents} == documents


@moderate
@given(st.lists(st.text(), min_size=1))
def test_the_parts_of_a_namespaced_id_can_be_told_apart(parts: list[str]) -> None:
    assume(all(parts))
    assert decoded_id("--".join(map(encoded_id, parts))) == tuple(parts)
