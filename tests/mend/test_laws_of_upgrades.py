from __future__ import annotations

import json
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import ngio_collections as ngc
from tests.conformance.test_conformance import CASES
from tests.fuzz.corpus import DOCUMENTS, PROFILES, documents
from tests.mend.laws import Where, assert_nothing_else_changed, nodes, resolved
from tests.mend.plates import AXES, Shape, bare, plate, unique

DRAFT = {"profile": "rfc8", "revision": "draft-2026-04"}
NEW = [{"profile": profile, "revision": "v1-2026-08"} for profile in ("rfc8", "ngio")]

OPEN_QUESTIONS = {
    "level-input",
    "level-output",
    "level-transformation",
    "levels-one-output",
    "multiscale-coordinate-systems",
    "scene-object",
}
"""The rules of the newer revision that a document of the draft can break for good reason."""

SHAPES = st.builds(
    Shape,
    wells=st.integers(0, 3),
    labels=st.booleans(),
    scene=st.booleans(),
    levels=st.integers(0, 3),
    acquisitions=st.booleans(),
)


def musts(document: Any, **options: Any) -> set[tuple[str, str]]:
    found = ngc.validate_document(document, **options)
    return {(finding.rule, finding.pointer) for finding in found if finding.level == "MUST"}


def drafted(shape: Shape, random: Random) -> Any:
    """A plate as the draft of April 2026 wrote it, with its freedoms used at random."""
    document = plate(unique, shape)
    bare(document, random)
    for at, node in nodes(document["ome"]):
        node["name"] = "/".join(map(str, at)) or "plate"
        attributes = node.get("attributes", {})
        for key in ("row", "column"):
            if "well" in attributes:
                attributes["well"][key] = _bare(attributes["well"][key])
        if "acquisition" in attributes:
            attributes["acquisition"] = _bare(attributes["acquisition"])
        for system in attributes.get("coordinateSystems", ()):
            system["name"] = system["id"]
        scene = attributes.pop("scene", None)
        if scene is not None:
            attributes.update(scene)
            scene["coordinateSystems"][0]["name"] = "the well"
            scene["coordinateSystems"].append({"name": f"spare {random.random()}", "axes": AXES})
        if node["type"] == "singlescale":
            _place(attributes, random)
        if node["type"] == "collection" and "well" not in attributes and random.random() < 0.5:
            node.pop("id", None)
    return document


def _bare(value: Any) -> Any:
    return value["id"] if isinstance(value, dict) else value


def _place(attributes: Any, random: Random) -> None:
    """Place a level by a scale, a translation, or both."""
    scale = attributes["coordinateTransformations"][0]
    ends = {"input": scale["input"], "output": scale["output"]}
    translation = {"type": "translation", "translation": [random.random(), 3], **ends}
    choice = random.randrange(3)
    if choice == 1:
        attributes["coordinateTransformations"] = [translation]
    elif choice == 2:
        attributes["coordinateTransformations"].append(translation)


def placed(document: Any) -> list[tuple[Where, list[float]]]:
    """Where the levels of a document have the pixel (3, 5)."""
    found = []
    for at, node in nodes(document["ome"]):
        if node["type"] != "singlescale":
            continue
        point = [3.0, 5.0]
        steps = list(node["attributes"]["coordinateTransformations"])
        while steps:
            step = steps.pop(0)
            if step["type"] == "sequence":
                steps = step["transformations"] + steps
            elif step["type"] == "scale":
                point = [a * b for a, b in zip(point, step["scale"], strict=True)]
            else:
                point = [a + b for a, b in zip(point, step["translation"], strict=True)]
        found.append((at, point))
    return found


def without_scene(at: Where) -> Where:
    return tuple(part for part in at if part != "scene")


@settings(max_examples=80)
@given(shape=SHAPES, seed=st.integers(0, 2**16))
def test_a_plate_of_the_draft_becomes_one_without_findings_that_means_the_same(
    shape: Shape, seed: int
) -> None:
    document = drafted(shape, Random(seed))
    assert musts(document, **DRAFT) == set()
    text = json.dumps(document)
    upgrade = ngc.upgrade(document)
    assert json.dumps(document) == text
    assert upgrade.undecided == ()
    assert [musts(upgrade.result, **options) for options in NEW] == [set(), set()]
    assert upgrade.result["ome"]["version"] == document["ome"]["version"]
    assert placed(upgrade.result) == placed(document)
    before = {
        without_scene(at): {without_scene(target) for target in targets}
        for at, targets in resolved(document).items()
    }
    after = {
        without_scene(at): {without_scene(target) for target in targets}
        for at, targets in resolved(upgrade.result).items()
    }
    assert {len(targets) for targets in before.values()} <= {1}
    # The second transformation of a level is inside of the first now.
    assert after == {at: targets for at, targets in before.items() if at in after}
    assert ngc.upgrade(upgrade.result).steps == ()


def documents_of_the_draft() -> list[Any]:
    profile = next(p for p in PROFILES if p.revision.name == DRAFT["revision"])
    found = [case["document"] for case in CASES.values()]
    found += [case.document for case in documents(profile, DOCUMENTS // 2 or 600)]
    return found


def test_what_is_right_in_the_draft_is_right_after_the_upgrade_or_its_place_is_said() -> None:
    upgraded = complete = 0
    for document in documents_of_the_draft():
        try:
            if musts(document, **DRAFT):
                continue
        except ngc.DocumentError:
            continue
        upgrade = ngc.upgrade(document)
        upgraded += 1
        complete += not upgrade.undecided
        said = {(one.rule, one.pointer) for one in upgrade.undecided}
        for rule, pointer in {key for options in NEW for key in musts(upgrade.result, **options)}:
            assert any(rule == r and f"{pointer}/".startswith(f"{p}/") for r, p in said)
        assert all(len(one.reason) > 20 for one in upgrade.undecided)
        assert ngc.upgrade(upgrade.result).steps == ()
        assert_nothing_else_changed(document, upgrade.result, upgrade.steps, moved=False)
        # What the draft knows nothing of, it let pass.
        outside = [one for one in upgrade.undecided if "/attributes/scene" not in one.pointer]
        if '"scene"' not in json.dumps(document):
            assert {one.rule for one in outside} <= OPEN_QUESTIONS
    assert upgraded > 300
    assert complete > upgraded * 0.8


def test_documents_of_the_newer_revision_with_ids_stay_as_they_are() -> None:
    stayed = 0
    for case in CASES.values():
        if case["verdict"].get("ngio@v1-2026-08") == [] and "coordinate" not in str(case):
            upgrade = ngc.upgrade(case["document"])
            stayed += 1
            assert upgrade.result == case["document"]
    assert stayed > 50
