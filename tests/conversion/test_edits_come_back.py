"""What was edited comes back as it is now, and what was not as it was, whatever was kept."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ngio_collections as ngc
from tests.conversion.hierarchies import ROOT, Hierarchy, hierarchies, moderate
from tests.conversion.samples import AXES, IMAGE, PLATE, Source, convert, image, level

Edit = Callable[[Any], Any]


def entry_of(root: Any, path: str = "", version: str = "0.5") -> Any:
    """The first image of a group as it comes back."""
    return ngc.to_ome_zarr(root, version)[path]["ome"]["multiscales"][0]


def rescaled(node: Any, scale: list[float]) -> Any:
    """A level with another scale."""
    (old,) = node.get_attr("coordinateTransformations")
    plain = {"input": dict(old["input"]), "output": dict(old["output"])}
    return node.set_attr("coordinateTransformations", [{"type": "scale", "scale": scale, **plain}])


def test_a_name_that_was_made_up_does_not_come_back_but_one_that_was_given_does() -> None:
    root = convert(Source().image(IMAGE)).root
    assert "name" not in entry_of(root)
    assert entry_of(root.rename("Cells"))["name"] == "Cells"
    plate = Source().plate()
    del plate.documents[f"{PLATE}/zarr.json"]["attributes"]["ome"]["plate"]["name"]
    screen = convert(plate, PLATE).root
    assert "name" not in ngc.to_ome_zarr(screen)[""]["ome"]["plate"]
    renamed = ngc.to_ome_zarr(screen.rename("Screen 7"))
    assert renamed[""]["ome"]["plate"]["name"] == "Screen 7"


def test_the_name_of_the_source_comes_back_until_the_node_is_renamed() -> None:
    root = convert(Source().image(IMAGE, image(name="first")), name="other").root
    assert entry_of(root)["name"] == "first"
    assert entry_of(root.rename("new"))["name"] == "new"
    screen = convert(Source().plate(), PLATE, name="other").root
    assert ngc.to_ome_zarr(screen)[""]["ome"]["plate"]["name"] == "Screen"
    renamed = ngc.to_ome_zarr(screen.rename("new"))
    assert renamed[""]["ome"]["plate"]["name"] == "new"


def test_of_two_images_with_one_name_only_the_renamed_one_comes_back_renamed() -> None:
    entries = [image(level(str(number)), name="same") for number in range(2)]
    root = convert(Source().image(IMAGE, *entries)).root
    second = list(root.children())[1]
    back = ngc.to_ome_zarr(second.rename("other").tree.root)[""]["ome"]["multiscales"]
    assert [one["name"] for one in back] == ["same", "other"]


def test_a_scale_that_was_kept_comes_back_until_it_is_edited() -> None:
    step = {"type": "scale", "scale": [1, 2], "input": "0", "output": "physical"}
    datasets = [
        {"path": path, "coordinateTransformations": [{**step, "input": path}]} for path in "01"
    ]
    entry = {"coordinateSystems": [{"name": "physical", "axes": AXES}], "datasets": datasets}
    source = Source("0.6").image(IMAGE, entry)
    root = convert(source).root
    assert entry_of(root, version="0.6")["datasets"] == datasets
    edited = rescaled(next(iter(root.children())), [7, 8]).tree.root
    first, second = entry_of(edited, version="0.6")["datasets"]
    (found,) = first["coordinateTransformations"]
    assert found["scale"] == [7, 8]
    assert second == datasets[1]


def test_transformations_of_an_image_and_of_its_levels_come_back_together_or_not_at_all() -> None:
    outer = [{"type": "scale", "scale": [2, 2]}]
    entry = image(level("0"), level("1", 1), coordinateTransformations=outer)
    root = convert(Source().image(IMAGE, entry)).root
    assert entry_of(root) == entry
    back = entry_of(rescaled(next(iter(root.children())), [9, 9]).tree.root)
    assert "coordinateTransformations" not in back
    steps = [one["coordinateTransformations"] for one in back["datasets"]]
    assert steps == [[{"type": "scale", "scale": [9, 9]}], [{"type": "scale", "scale": [2, 2]}]]


def test_a_unit_that_was_null_comes_back_as_it_was_set() -> None:
    axes = [{**axis, "unit": None} for axis in AXES]
    root = convert(Source().image(IMAGE, {**image(), "axes": axes})).root
    assert entry_of(root)["axes"] == axes
    (system,) = copy.deepcopy(root.to_json()["attributes"]["coordinateSystems"])
    system["axes"][0]["unit"] = "nanometer"
    back = entry_of(root.set_attr("coordinateSystems", [system]))["axes"]
    assert [axis["unit"] for axis in back] == ["nanometer", None]


def test_what_becomes_known_of_labels_comes_back() -> None:
    source = Source().image(IMAGE).group(f"{IMAGE}/labels", {"labels": ["./n"]})
    source.image(f"{IMAGE}/labels/n")
    root = convert(source).root
    node = next(one for one in root.children() if "labels" in one.attributes)
    assert "image-label" not in ngc.to_ome_zarr(root)["labels/n"]["ome"]
    labels = {**copy.deepcopy(node.to_json()["attributes"]["labels"])}
    labels["labelAttributes"] = [{"labelValue": 1, "color": [1, 2, 3, 4]}]
    back = ngc.to_ome_zarr(node.set_attr("labels", labels).tree.root)
    assert back["labels"]["ome"]["labels"] == ["./n"]
    assert back["labels/n"]["ome"]["image-label"] == {
        "colors": [{"label-value": 1, "rgba": [1, 2, 3, 4]}],
        "source": {"image": "../../"},
    }


def test_a_row_that_was_renamed_while_groups_have_the_old_name_is_an_error() -> None:
    root = convert(Source().plate(), PLATE).root
    plate = copy.deepcopy(root.to_json()["attributes"]["plate"])
    plate["rows"][0]["name"] = "Z"
    with pytest.raises(ngc.InvalidEditError, match=r"at Z/01 of the plate, and its group at A/01"):
        ngc.to_ome_zarr(root.set_attr("plate", plate))


def test_a_path_that_never_named_its_row_comes_back() -> None:
    source = Source().plate()
    plate = source.documents[f"{PLATE}/zarr.json"]["attributes"]["ome"]["plate"]
    plate["rows"][0]["name"] = "Z"
    root = convert(source, PLATE).root
    assert ngc.to_ome_zarr(root)[""]["ome"]["plate"] == plate


@pytest.mark.parametrize("version", ["0.4", "0.5", "0.6"])
@pytest.mark.parametrize("steps", [["affine"], ["scale", "affine"], []])
def test_a_level_with_what_ome_zarr_has_no_word_for_is_an_error(
    version: str, steps: list[str]
) -> None:
    root = convert(Source().image(IMAGE)).root
    node = next(iter(root.children()))
    (old,) = node.get_attr("coordinateTransformations")
    known: dict[str, Any] = {
        "affine": {"type": "affine", "affine": [[1, 0, 0], [0, 1, 0]]},
        "scale": {"type": "scale", "scale": [1, 2]},
    }
    inner = [known[kind] for kind in steps]
    whole = inner[0] if len(inner) == 1 else {"type": "sequence", "transformations": inner}
    ends = {"input": dict(old["input"]), "output": dict(old["output"])}
    edited = node.set_attr("coordinateTransformations", [{**whole, **ends}])
    with pytest.raises(ngc.InvalidEditError, match="no word for"):
        ngc.to_ome_zarr(edited.tree.root, version)


def test_steps_of_a_level_come_back_as_a_scale_and_a_translation() -> None:
    root = convert(Source().image(IMAGE)).root
    node = next(iter(root.children()))
    (old,) = node.get_attr("coordinateTransformations")
    inner = [
        {"type": "translation", "translation": [1, 2]},
        {"type": "sequence", "transformations": [{"type": "scale", "scale": [3, 4]}]},
    ]
    ends = {"input": dict(old["input"]), "output": dict(old["output"])}
    whole = {"type": "sequence", "transformations": inner, **ends}
    back = entry_of(node.set_attr("coordinateTransformations", [whole]).tree.root)
    assert back["datasets"][0]["coordinateTransformations"] == [
        {"type": "scale", "scale": [3, 4]},
        {"type": "translation", "translation": [3, 8]},
    ]


def entries(groups: dict[str, Any]) -> list[tuple[str, int]]:
    """Every image of a hierarchy: the path of its group, and its position there."""
    return [
        (path, number)
        for path, group in sorted(groups.items())
        for number, _ in enumerate(group.get("ome", group).get("multiscales", ()))
    ]


def nodes_of(root: Any, path: str) -> list[Any]:
    """The images that a group became."""
    end = f"plate.ome.zarr/{path}".rstrip("/")
    return [
        node
        for node in root.walk(type="multiscale")
        if group_path(node).removeprefix("./").removeprefix("../") == end
    ]


def group_path(node: Any) -> str:
    """The path of the group of a node."""
    return str(node.get_attr("ome-zarr:group")["path"])


def edited_name(node: Any, entry: dict[str, Any]) -> Any:
    entry["name"] = "An edited name"
    return node.rename("An edited name")


def edited_unit(node: Any, entry: dict[str, Any]) -> Any:
    systems = copy.deepcopy(node.to_json()["attributes"]["coordinateSystems"])
    systems[0]["axes"][0]["unit"] = "parsec"
    there = entry["coordinateSystems"][0] if "coordinateSystems" in entry else entry
    there["axes"][0]["unit"] = "parsec"
    return node.set_attr("coordinateSystems", systems)


def edited_scale(node: Any, entry: dict[str, Any]) -> Any:
    level_node = next(iter(node.children()))
    dimensions = len(node.to_json()["attributes"]["coordinateSystems"][0]["axes"])
    was_outer = "axes" in entry and "coordinateTransformations" in entry
    step = entry["datasets"][0]["coordinateTransformations"]
    if was_outer:  # They count after those of the levels, all of which are written anew.
        del entry["coordinateTransformations"]
        for dataset in entry["datasets"]:
            del dataset["coordinateTransformations"]
    else:
        del entry["datasets"][0]["coordinateTransformations"]
    assert step
    return rescaled(level_node, [11.5] * dimensions)


EDITS = st.sampled_from([edited_name, edited_unit, edited_scale])
WAYS = st.fixed_dictionaries(
    {},
    optional={
        "layout": st.sampled_from(["wide", "tall"]),
        "documents": st.sampled_from(["one", "per-well"]),
        "name": st.just("Tuesday"),
        "check_arrays": st.just(False),
    },
)


def without_new_steps(groups: dict[str, Any], expected: dict[str, Any]) -> list[Any]:
    """Take the transformations away that were taken from what is expected; say which."""
    taken: list[Any] = []
    for path, number in entries(expected):
        was = expected[path].get("ome", expected[path])["multiscales"][number]
        now = groups[path].get("ome", groups[path])["multiscales"][number]
        for one, other in zip(was["datasets"], now["datasets"], strict=True):
            if "coordinateTransformations" not in one:
                taken.append(other.pop("coordinateTransformations"))
    return taken


@given(hierarchies, WAYS, EDITS, st.data())
@moderate
def test_one_edit_comes_back_and_nothing_else_is_different(
    hierarchy: Hierarchy, ways: dict[str, Any], edit: Any, data: st.DataObject
) -> None:
    known = entries(hierarchy.groups)
    if not known:
        return
    path, number = data.draw(st.sampled_from(known))
    root = ngc.convert(ROOT, store=hierarchy.store(), **ways).root
    expected = copy.deepcopy(hierarchy.groups)
    entry = expected[path].get("ome", expected[path])["multiscales"][number]
    node = nodes_of(root, path)[number]
    edited = edit(node, entry).tree.root
    expected = {path.replace("%20", " "): group for path, group in expected.items()}
    back = ngc.to_ome_zarr(edited, hierarchy.version)
    taken = without_new_steps(back, expected)
    assert back == expected
    if edit is edited_scale:
        (first, *_) = taken
        assert first[0]["scale"] == [11.5] * len(first[0]["scale"])
