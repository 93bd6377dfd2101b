"""Every rule leads to the section that it comes from."""

from __future__ import annotations

import re

import pytest

import ngio_collections as ngc
from ngio_collections.report._places import node_pointer
from ngio_collections.report._sections import section_url

SECTIONS = sorted(
    {rule.rfc for name, at in ngc.profiles() for rule in ngc.rules(profile=name, revision=at)}
)


@pytest.mark.parametrize("rfc", SECTIONS)
def test_every_section_of_the_catalogue_has_an_address_but_those_of_our_deviations(
    rfc: str,
) -> None:
    url = section_url(rfc)
    if rfc.startswith("deviation:"):
        assert url is None
    else:
        assert url is not None
        assert re.fullmatch(r"https://ngff\.openmicroscopy\.org/[a-z0-9./-]+(#[a-z0-9-]+)?", url)


def test_labels_become_anchors_as_sphinx_writes_them() -> None:
    assert section_url("rfcs:rfc8:v1:singlescale-node-field-coordinateTransformations") == (
        "https://ngff.openmicroscopy.org/rfc/8/versions/v1-2026-08/index.html"
        "#rfcs-rfc8-v1-singlescale-node-field-coordinatetransformations"
    )
    assert section_url("RFC-5: axes metadata") == (
        "https://ngff.openmicroscopy.org/rfc/5/index.html#axes-metadata"
    )
    assert section_url("RFC-5: scale") == "https://ngff.openmicroscopy.org/rfc/5/index.html"


@pytest.mark.parametrize("rfc", ["", "our handbook", "rfcs:rfc8:v1:", "rfcs:rfc8:v1:a b"])
def test_other_sections_have_no_address(rfc: str) -> None:
    assert section_url(rfc) is None


@pytest.mark.parametrize(
    ("pointer", "node"),
    [
        ("", ""),
        ("/zarr_format", ""),
        ("/ome", "/ome"),
        ("/omelette", ""),
        ("/ome/nodes", "/ome"),
        ("/ome/nodes/3", "/ome/nodes/3"),
        ("/ome/nodes/3/nodes/10/attributes/nodes/1", "/ome/nodes/3/nodes/10"),
        ("/ome/nodes/x", "/ome"),
        ("/attributes/ome/nodes/0/id", "/attributes/ome/nodes/0"),
    ],
)
def test_the_node_of_a_place_is_the_innermost_one(pointer: str, node: str) -> None:
    assert node_pointer(pointer) == node
