"""Axes, levels, scales and sizes of images."""

from __future__ import annotations

from typing import Any

import pytest

import ngio_collections as ngc
from tests.read import samples


@pytest.fixture
def image() -> ngc.Node:
    return samples.image("i", names="czyx", scale=(1.0, 2.0, 0.5, 0.25))


def test_the_levels_come_in_the_order_of_the_document(image: ngc.Node) -> None:
    assert [level.id for level in image.levels()] == ["i_level_0", "i_level_1", "i_level_2"]


def test_the_axes_have_name_type_and_unit(image: ngc.Node) -> None:
    assert image.axes == (
        ("c", "channel", None),
        ("z", "space", "micrometer"),
        ("y", "space", "micrometer"),
        ("x", "space", "micrometer"),
    )
    assert image.axes[1].unit == "micrometer"


def test_a_level_has_the_axes_of_its_image(image: ngc.Node) -> None:
    assert image.levels()[1].axes == image.axes


def test_the_scale_of_a_level_has_a_number_for_each_axis(image: ngc.Node) -> None:
    assert image.scale() == (1.0, 2.0, 0.5, 0.25)
    assert image.scale(2) == (4.0, 8.0, 2.0, 1.0)
    assert image.scale(-1) == image.scale(2)
    assert image.levels()[2].scale() == image.scale(2)


def test_the_translation_is_zero_where_there_is_only_a_scale(image: ngc.Node) -> None:
    assert image.translation() == (0.0, 0.0, 0.0, 0.0)
    assert image.translation(1) == (0.5, 1.0, 0.25, 0.125)


def test_the_size_of_pixels_is_given_for_the_axes_of_space(image: ngc.Node) -> None:
    size = image.pixel_size
    assert size == {
        "z": (2.0, "micrometer"),
        "y": (0.5, "micrometer"),
        "x": (0.25, "micrometer"),
    }
    assert str(size["z"]) == "2 micrometer"


def test_the_size_of_mirrored_pixels_is_positive() -> None:
    assert samples.image("i", scale=(-2.0, 1.0, 1.0)).pixel_size["z"].value == 2.0


def test_the_axes_are_those_of_the_system_that_the_levels_lead_to() -> None:
    image = samples.image("i", names="yx", scale=(1.0, 1.0))
    systems = [samples.system("other", "zyx"), samples.system("i_physical", "yx")]
    image = image.set_attr("coordinateSystems", systems)
    assert [axis.name for axis in image.axes] == ["y", "x"]


def test_a_level_may_be_placed_by_its_image() -> None:
    bare = ngc.new_node("singlescale", id="l", ref={"type": "zarr", "path": "./0"})
    placed = {**samples.scale_step([2.0, 3.0]), **samples.ends("l", "s")}
    other = {**samples.scale_step([9.0, 9.0]), **samples.ends("elsewhere", "s")}
    attributes = {
        "coordinateSystems": [samples.system("s", "yx")],
        "coordinateTransformations": [other, placed],
    }
    image = ngc.new_node("multiscale", id="i", attributes=attributes, children=[bare])
    assert image.scale() == (2.0, 3.0)
    assert image.levels()[0].axes == image.axes


def test_the_transformation_of_a_level_counts_before_that_of_its_image() -> None:
    image = samples.image("i", count=1)
    placed = {**samples.scale_step([9.0] * 3), **samples.ends("i_level_0", "i_physical")}
    assert image.set_attr("coordinateTransformations", [placed]).scale() == (2.0, 0.5, 0.25)


def test_references_may_be_bare_ids_as_in_the_draft() -> None:
    placed = {**samples.scale_step([2.0, 3.0]), "input": "l", "output": "s"}
    level = ngc.new_node("singlescale", id="l", attributes={"coordinateTransformations": [placed]})
    systems = {"coordinateSystems": [samples.system("s", "yx"), samples.system("r", "zyx")]}
    image = ngc.new_node("multiscale", attributes=systems, children=[level])
    assert image.scale() == (2.0, 3.0)


def test_several_steps_are_put_together() -> None:
    shift = {"type": "translation", "translation": [1.0, 10.0]}
    inner = {"type": "sequence", "transformations": [shift, samples.scale_step([2.0, 3.0])]}
    steps = [samples.scale_step([5.0, 7.0]), inner, {"type": "identity"}, shift]
    placed = {"type": "sequence", "transformations": steps, **samples.ends("l", "s")}
    level = ngc.new_node("singlescale", id="l", attributes={"coordinateTransformations": [placed]})
    systems = {"coordinateSystems": [samples.system("s", "yx")]}
    image = ngc.new_node("multiscale", attributes=systems, children=[level])
    assert image.scale() == (10.0, 21.0)
    assert image.translation() == (3.0, 40.0)


def test_an_image_without_placed_levels_has_the_axes_of_its_only_system() -> None:
    bare = ngc.new_node("singlescale", id="l", ref={"type": "zarr", "path": "./0"})
    systems = {"coordinateSystems": [samples.system("s", "yx")]}
    image = ngc.new_node("multiscale", attributes=systems, children=[bare])
    assert [axis.name for axis in image.axes] == ["y", "x"]
    assert image.levels()[0].axes == image.axes


def test_which_of_two_systems_it_is_is_not_guessed() -> None:
    systems = [samples.system("s", "yx"), samples.system("r", "zyx")]
    image = ngc.new_node("multiscale", attributes={"coordinateSystems": systems})
    with pytest.raises(ngc.MissingAttributeError, match=r"'s', 'r'"):
        _ = image.axes


def test_levels_may_lead_to_a_system_of_what_is_around_their_image() -> None:
    placed = {**samples.scale_step([2.0, 3.0]), **samples.ends("l", "world")}
    level = ngc.new_node("singlescale", id="l", attributes={"coordinateTransformations": [placed]})
    image = ngc.new_node("multiscale", id="i", children=[level])
    inner = ngc.new_node("collection", id="c", children=[image])
    world = {"coordinateSystems": [samples.system("world", "yx")]}
    root = ngc.new_node("collection", id="r", attributes=world, children=[inner])
    (found,) = root.images()
    assert [axis.name for axis in found.axes] == ["y", "x"]
    assert ngc.transform_between(found.levels()[0], (root, "world"))([1, 1]).tolist() == [2, 3]


def test_reading_follows_edits() -> None:
    image = samples.image("i")
    edited = image.levels()[0].set_attr(
        "coordinateTransformations",
        [{**samples.scale_step([9.0, 8.0, 7.0]), **samples.ends("i_level_0", "i_physical")}],
    )
    assert edited.scale() == (9.0, 8.0, 7.0)
    assert image.scale() == (2.0, 0.5, 0.25)
    assert len(edited.levels()[2].remove().levels()) == 2


def test_the_systems_of_an_image_and_of_a_scene_are_listed() -> None:
    scene = {"coordinateSystems": [samples.system("w", "yx")], "coordinateTransformations": []}
    node = ngc.new_node("collection", id="c", attributes={"scene": scene})
    (world,) = node.coordinate_systems
    assert (world.id, world.name, world.node, str(world)) == ("w", None, node, "'w' (y, x)")
    assert [s.id for s in samples.image("i").coordinate_systems] == ["i_physical"]


# -- in many documents ----------------------------------------------------------------------


@pytest.fixture
def lab() -> ngc.Resolver:
    lab = ngc.Resolver(ngc.MemoryStore())
    written = lab.create("memory://lab/image.zarr", samples.image("image"))
    root = ngc.new_node("collection", id="all").add_ref(written.ref_stub(id="shown"))
    lab.create("memory://lab/all.json", root)
    return lab


def test_an_inlined_image_is_read_where_it_stands(lab: ngc.Resolver) -> None:
    image = lab.open_inlined("memory://lab/all.json").find("shown")
    assert image is not None
    assert image.scale(1) == (4.0, 1.0, 0.5)
    assert image.array_url == "memory://lab/image.zarr/image/0"


def test_a_reference_says_that_its_document_has_to_be_opened(lab: ngc.Resolver) -> None:
    image = lab.open("memory://lab/all.json").find("shown")
    assert image is not None
    with pytest.raises(ngc.UnresolvedReferenceError, match="open_inlined") as caught:
        image.levels()
    assert "memory://lab/all.json#/ome/nodes/0" in str(caught.value)
    with pytest.raises(ngc.UnresolvedReferenceError, match=r"image\.zarr"):
        _ = image.axes


def test_a_reference_that_was_not_followed_says_where_the_reason_is(lab: ngc.Resolver) -> None:
    lab.delete("memory://lab/image.zarr")
    image = lab.open_inlined("memory://lab/all.json").find("shown")
    assert image is not None
    with pytest.raises(ngc.UnresolvedReferenceError, match=r"node\.report"):
        image.scale()


def test_a_reference_may_correct_the_systems_of_its_image(lab: ngc.Resolver) -> None:
    nanometres = [{"name": n, "type": "space", "unit": "nanometer"} for n in "zyx"]
    systems = [{"id": "image_physical", "axes": nanometres}]
    root = lab.open("memory://lab/all.json")
    shown = root.find("shown")
    assert shown is not None
    lab.save(shown.set_attr("coordinateSystems", systems))
    image = lab.open_inlined("memory://lab/all.json").find("shown")
    assert image is not None
    assert image.pixel_size["x"] == (0.25, "nanometer")


def test_a_reference_with_a_system_has_its_axes(lab: ngc.Resolver) -> None:
    root = lab.open("memory://lab/all.json")
    shown = root.find("shown")
    assert shown is not None
    edited = shown.set_attr("coordinateSystems", [samples.system("image_physical", "yx")])
    stub = edited.find("shown")
    assert stub is not None
    assert [axis.name for axis in stub.axes] == ["y", "x"]


def test_levels_with_documents_of_their_own_are_read(lab: ngc.Resolver) -> None:
    placed = {
        **samples.scale_step([3.0, 4.0]),
        "input": {"id": "l"},
        "output": {"id": "s", "path": {"type": "zarr", "path": ".."}},
    }
    level = ngc.new_node("singlescale", id="l", attributes={"coordinateTransformations": [placed]})
    lab.create("memory://lab/b.zarr/0", level)
    stub = ngc.new_node("singlescale", id="l0", ref={"type": "zarr", "path": "./0"})
    systems = {"coordinateSystems": [samples.system("s", "yx")]}
    image = ngc.new_node("multiscale", id="i", attributes=systems, children=[stub])
    lab.create("memory://lab/b.zarr", image)
    opened = lab.open_inlined("memory://lab/b.zarr", levels=True)
    assert opened.scale() == (3.0, 4.0)
    assert opened.levels()[0].array_url == "memory://lab/b.zarr/0"
    with pytest.raises(ngc.MissingAttributeError, match="levels=True"):
        lab.open("memory://lab/b.zarr").scale()
    alone = lab.open("memory://lab/b.zarr/0")
    assert alone.array_url == "memory://lab/b.zarr/0"
    with pytest.raises(ngc.UnresolvedReferenceError, match=r"b\.zarr/zarr\.json"):
        alone.scale()


# -- wrong documents ------------------------------------------------------------------------


def test_a_node_that_is_no_image_has_no_levels() -> None:
    with pytest.raises(ngc.InvalidAttributeError, match="read from a multiscale"):
        ngc.new_node("collection", id="c").levels()


def test_a_level_that_is_not_there_is_refused() -> None:
    image = samples.image("i")
    with pytest.raises(ngc.NodeNotFoundError, match=r"no level 3; .* has 3 of them"):
        image.scale(3)
    with pytest.raises(ngc.NodeNotFoundError, match="is one level"):
        image.levels()[0].scale(1)
    with pytest.raises(ngc.NodeNotFoundError, match="has no levels"):
        ngc.new_node("multiscale", id="i").scale()


def wrong(transformations: Any, systems: Any = None) -> ngc.Node:
    given = [samples.system("s", "yx")] if systems is None else systems
    level = {
        "type": "singlescale",
        "id": "l",
        "attributes": {"coordinateTransformations": transformations},
    }
    node = {
        "type": "multiscale",
        "id": "i",
        "attributes": {"coordinateSystems": given},
        "nodes": [level],
    }
    return samples.tree({"type": "collection", "nodes": [node]})


SCALE = {**samples.scale_step([1.0, 1.0]), **samples.ends("l", "s")}
AT = r"memory://lab/a\.json#/nodes/0/nodes/0/attributes/coordinateTransformations"


@pytest.mark.parametrize(
    ("transformations", "words"),
    [
        ("none", AT + r": .* the string \"none\" there; expected an array"),
        ([], AT + r": .* an empty array there; expected exactly one `scale`"),
        ([SCALE, SCALE], AT + r": .* expected exactly one"),
        ([7], AT + r"/0: .* the number 7 there"),
        ([{**SCALE, "scale": "2"}], AT + r"/0/scale: .* expected an array of numbers"),
        ([{**SCALE, "scale": [1, True]}], AT + r"/0/scale/1: .* has true there"),
        ([{**SCALE, "scale": [1, 10**400]}], AT + r"/0/scale/1: .* a float can hold"),
        ([{**SCALE, "scale": [1.0]}], AT + r"/0/scale: .* 1 numbers there; .* the 2 axes"),
        ([{**SCALE, "type": "affine"}], AT + r"/0: .* `scale`.* transform_between"),
        ([{**SCALE, "type": None}], AT + "/0: "),
        ([{**SCALE, "type": "sequence"}], AT + r"/0/transformations: .* null there"),
        ([{**SCALE, "output": 5}], AT + r"/0/output: .* expected a Reference such as"),
        ([{**SCALE, "output": {"id": "i"}}], AT + r"/0/output: .* a coordinate system"),
    ],
)
def test_wrong_transformations_are_refused_with_their_place(
    transformations: Any, words: str
) -> None:
    image = wrong(transformations).find("i")
    assert image is not None
    with pytest.raises(ngc.InvalidAttributeError, match=words):
        image.scale()


def test_an_output_that_is_missing_or_leads_nowhere_is_refused() -> None:
    image = wrong([{**SCALE, "output": None}]).find("i")
    assert image is not None
    with pytest.raises(ngc.MissingAttributeError, match=AT + "/0: .* has no `output`"):
        image.scale()
    image = wrong([{**SCALE, "output": {"id": "nothing"}}]).find("i")
    assert image is not None
    with pytest.raises(ngc.UnresolvedReferenceError, match=AT + "/0/output: nothing has the id"):
        image.scale()


@pytest.mark.parametrize(
    ("systems", "words"),
    [
        ({}, r"/attributes/coordinateSystems: .* an empty object"),
        ([1], r"/attributes/coordinateSystems/0: .* the number 1"),
        ([{"id": "s", "axes": {}}], r"/coordinateSystems/0/axes: .* an array of an axis"),
        ([{"id": "s", "axes": [{"name": 1}]}], r"/axes/0/name: .* a string"),
        ([{"id": "s", "axes": [{"name": "x", "unit": 1}]}], r"/axes/0/unit: .* a string"),
        ([{"id": "s", "axes": [{"name": "x", "type": []}]}], r"/axes/0/type: .* an empty array"),
    ],
)
def test_wrong_systems_are_refused_with_their_place(systems: Any, words: str) -> None:
    image = wrong([SCALE], systems).find("i")
    assert image is not None
    with pytest.raises(ngc.InvalidAttributeError, match=words):
        _ = image.axes


def test_a_system_without_axes_and_an_axis_without_a_name_are_refused() -> None:
    for systems, key in (([{"id": "s"}], "axes"), ([{"id": "s", "axes": [{}]}], "name")):
        image = wrong([SCALE], systems).find("i")
        assert image is not None
        with pytest.raises(ngc.MissingAttributeError, match=f"has no `{key}`"):
            _ = image.axes


# -- where the pixels are -------------------------------------------------------------------


def test_the_arrays_of_local_images_are_local_paths(tmp_path: Any) -> None:
    image = ngc.create(tmp_path / "a b.json", samples.image("i"))
    assert image.array_paths[1] == str(tmp_path / "i" / "1")
    assert image.levels()[1].array_url.endswith("/i/1")
    assert image.levels()[1].array_paths == image.array_paths[1:2]


def test_the_arrays_of_remote_images_are_addresses() -> None:
    node = samples.image("i").to_json()
    image = samples.tree(node, "https://example.org/plate.zarr/zarr.json")
    assert image.array_paths[0] == "https://example.org/plate.zarr/i/0"


def test_the_query_of_an_address_is_kept() -> None:
    place = {"type": "zarr", "path": "https://lab.org/a.zarr/0?token=1"}
    level = samples.tree({"type": "singlescale", "path": place})
    assert level.array_url == "https://lab.org/a.zarr/0?token=1"
    slash = {"type": "zarr", "path": "./a.zarr/0/"}
    level = samples.tree({"type": "singlescale", "path": slash})
    assert level.array_url == "memory://lab/a.zarr/0"


@pytest.mark.parametrize(
    ("field", "error", "words"),
    [
        ({}, ngc.MissingAttributeError, "has no `path`"),
        ({"path": "./0"}, ngc.InvalidAttributeError, "a Path object of the type `zarr`"),
        ({"path": {"type": "json", "path": "./l.json"}}, ngc.UnresolvedReferenceError, "inlined"),
        ({"path": {"type": "lab:x", "path": "./0"}}, ngc.PathError, r"#/path: .*extension"),
        ({"path": {"type": "zarr", "path": ""}}, ngc.PathError, "names no file"),
    ],
)
def test_a_level_without_an_array_says_what_is_wrong(
    field: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        _ = samples.tree({"type": "singlescale", "id": "l", **field}).array_url


def test_a_relative_path_in_no_document_leads_nowhere() -> None:
    with pytest.raises(ngc.PathError, match="a tree in no document"):
        _ = samples.image("i").array_url


@pytest.mark.parametrize("level", ["0", None, 1.0, True, False, [0], b"0"])
def test_what_is_no_position_of_a_level_is_a_type_error(image: ngc.Node, level: Any) -> None:
    for call in (image.scale, image.translation, image.open_array):
        with pytest.raises(TypeError, match="by its position, a whole number, not"):
            call(level)


def test_a_level_may_be_asked_for_by_any_whole_number(image: ngc.Node) -> None:
    class One:
        def __index__(self) -> int:
            return 1

    assert image.scale(One()) == image.scale(1)  # type: ignore[arg-type]
