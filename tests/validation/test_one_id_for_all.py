"""Documents in which very many things have one id are checked in linear time, and rightly."""

from __future__ import annotations

from typing import Any

import ngio_collections as ngc
from tests.graph.effort import calls_of


def _document(images: int, *, wrong: int = -1) -> dict[str, Any]:
    """Images that all call their system `physical`, as some viewers write them."""
    axes = [{"name": name, "type": "space", "unit": "micrometer"} for name in "yx"]

    def level(image: int) -> dict[str, Any]:
        ends = {"input": {"id": f"i{image}_0"}, "output": {"id": "physical"}}
        scale = [{"type": "scale", "scale": [1, 1], **ends}]
        attributes = {"coordinateTransformations": scale}
        return {"type": "singlescale", "id": f"i{image}_0", "attributes": attributes}

    def system(image: int) -> dict[str, Any]:
        return {"id": "other" if image == wrong else "physical", "axes": axes}

    nodes = [
        {
            "type": "multiscale",
            "id": f"i{image}",
            "attributes": {"coordinateSystems": [system(image)]},
            "nodes": [level(image)],
        }
        for image in range(images)
    ]
    return {"ome": {"type": "collection", "id": "all", "version": "0.9", "nodes": nodes}}


def test_each_repetition_is_one_finding() -> None:
    found = ngc.validate_document(_document(100))
    assert [one.rule for one in found] == ["unique-ids"] * 99
    assert found[-1].pointer == "/ome/nodes/99/attributes/coordinateSystems/0/id"


def test_a_level_that_leads_to_the_system_of_another_image_is_still_seen() -> None:
    found = ngc.validate_document(_document(100, wrong=70))
    rules = {one.rule: one for one in found}
    assert set(rules) == {"unique-ids", "level-output"}
    assert rules["level-output"].pointer.startswith("/ome/nodes/70/nodes/0/")


def test_the_effort_grows_with_the_document() -> None:
    documents = [_document(images) for images in (150, 300)]
    small, large = (calls_of(lambda d=d: ngc.validate_document(d)) for d in documents)
    assert large < 2.3 * small


def test_an_edit_is_checked_as_the_whole_tree_is() -> None:
    old = ngc.as_tree(_document(40)["ome"], "file:///lab/all.json").root
    image = old.find("i7")
    assert image is not None
    new = image.set_attr("coordinateSystems", [{"id": "mine", "axes": []}]).tree.root
    change = ngc.validate_changes(old, new)
    assert change.update(ngc.validate(old)) == ngc.validate(new)
    assert "level-output" in {one.rule for one in change.introduced}
