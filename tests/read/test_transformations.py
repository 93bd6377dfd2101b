"""Maps between coordinate systems: each type of RFC-5, the laws, and the ways through a tree."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ngio_collections as ngc
from ngio_collections.read._maps import Field
from tests.read import samples


def scene(
    transformation: dict[str, Any] | list[dict[str, Any]],
    inputs: str = "ji",
    outputs: str = "yx",
    **more: str,
) -> ngc.Node:
    """A scene with the systems `in` and `out`, and a transformation from one to the other."""
    listed = transformation if isinstance(transformation, list) else [transformation]
    systems = {"in": inputs, "out": outputs, **more}
    value = {
        "coordinateSystems": [
            {"id": key, "axes": [{"name": name} for name in axes]} for key, axes in systems.items()
        ],
        "coordinateTransformations": [{**samples.ends("in", "out"), **one} for one in listed],
    }
    return samples.tree({"type": "collection", "id": "scene", "attributes": {"scene": value}})


def across(root: ngc.Node, start: str = "in", end: str = "out") -> ngc.PointMap:
    return ngc.transform_between((root, start), (root, end))


def affine(transformation: dict[str, Any], inputs: str = "ji", outputs: str = "yx") -> np.ndarray:
    found = across(scene(transformation, inputs, outputs))
    assert isinstance(found, ngc.Affine)
    return found.matrix[:-1]


def step(kind: str, value: Any = None) -> dict[str, Any]:
    return {"type": kind, **({} if value is None else {kind: value})}


def by_dimension(*parts: tuple[dict[str, Any], list[Any], list[Any]]) -> dict[str, Any]:
    made = [
        {"transformation": inner, "inputAxes": taken, "outputAxes": given}
        for inner, taken, given in parts
    ]
    return {"type": "byDimension", "transformations": made}


# -- the examples of RFC-5 and of the specification that came from it --------------------------


@pytest.mark.parametrize(
    ("transformation", "inputs", "outputs", "expected"),
    [
        (step("identity"), "ji", "yx", [[1, 0, 0], [0, 1, 0]]),
        (step("mapAxis", [0, 1]), "ji", "yx", [[1, 0, 0], [0, 1, 0]]),
        (step("mapAxis", [1, 0]), "ji", "yx", [[0, 1, 0], [1, 0, 0]]),
        (step("mapAxis", [1]), "ab", "x", [[0, 1, 0]]),
        (step("mapAxis", [1, 1, 0]), "ab", "zyx", [[0, 1, 0], [0, 1, 0], [1, 0, 0]]),
        (step("translation", [9, -1.42]), "ij", "xy", [[1, 0, 9], [0, 1, -1.42]]),
        (step("scale", [2, 3.12]), "ji", "yx", [[2, 0, 0], [0, 3.12, 0]]),
        (step("affine", [[1, 2, 3], [4, 5, 6]]), "ji", "yx", [[1, 2, 3], [4, 5, 6]]),
        (
            step("affine", [[1, 0, 0], [2, 3, 4], [5, 6, 7]]),
            "ij",
            "zyx",
            [[1, 0, 0], [2, 3, 4], [5, 6, 7]],
        ),
        (step("rotation", [[0, -1], [1, 0]]), "ij", "xy", [[0, -1, 0], [1, 0, 0]]),
        (
            {
                "type": "sequence",
                "transformations": [step("translation", [0.1, 0.9]), step("scale", [2, 3])],
            },
            "ij",
            "xy",
            [[2, 0, 0.2], [0, 3, 2.7]],
        ),
        (
            by_dimension((step("translation", [-1.0]), [1], [1]), (step("scale", [2.0]), [0], [0])),
            "ji",
            "yx",
            [[2, 0, 0], [0, 1, -1]],
        ),
        (
            by_dimension(
                (step("translation", [0.5, 1.5]), [3, 2], [1, 2]), (step("scale", [2]), [1], [0])
            ),
            "ljki",
            "zyx",
            [[0, 2, 0, 0, 0], [0, 0, 0, 1, 0.5], [0, 0, 1, 0, 1.5]],
        ),
        (
            {"type": "projectAxis", "createdOutputs": [0, 1]},
            "ij",
            "czyx",
            [[0, 0, 0], [0, 0, 0], [1, 0, 0], [0, 1, 0]],
        ),
        (
            {"type": "projectAxis", "droppedInputs": [0], "createdOutputs": [0]},
            "cij",
            "zyx",
            [[0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]],
        ),
        (
            {"type": "bijection", "forward": step("scale", [2, 4]), "inverse": step("identity")},
            "ji",
            "yx",
            [[2, 0, 0], [0, 4, 0]],
        ),
    ],
)
def test_a_transformation_is_the_matrix_that_rfc_5_says(
    transformation: dict[str, Any], inputs: str, outputs: str, expected: Any
) -> None:
    np.testing.assert_allclose(affine(transformation, inputs, outputs), expected)


def test_older_spellings_go_by_the_names_of_axes() -> None:
    renamed = {"type": "mapAxis", "mapAxis": {"x": "j", "y": "i"}}
    np.testing.assert_array_equal(affine(renamed), [[0, 1, 0], [1, 0, 0]])
    part = {"transformation": step("scale", [3]), "input_axes": ["i"], "output_axes": ["y"]}
    other = {"type": "translation", "translation": [5], "input_axes": [0], "output_axes": [1]}
    listed = {"type": "byDimension", "transformations": [part, other]}
    np.testing.assert_array_equal(affine(listed), [[0, 3, 0], [1, 0, 5]])


def test_the_inverse_of_a_bijection_is_the_one_that_is_given() -> None:
    listed = {"type": "bijection", "forward": step("scale", [2, 2]), "inverse": step("identity")}
    back = across(scene(listed), "out", "in")
    assert isinstance(back, ngc.Affine)
    np.testing.assert_array_equal(back.matrix, np.eye(3))
    inner = {"type": "sequence", "transformations": [listed, step("translation", [1, 1])]}
    moved = across(scene(inner), "out", "in")([[1.0, 3.0]])
    np.testing.assert_array_equal(moved, [[0.0, 2.0]])


# -- maps ---------------------------------------------------------------------------------------


def test_many_points_are_mapped_at_once() -> None:
    found = across(scene(step("scale", [2, 3])))
    points = np.arange(24.0).reshape(3, 4, 2)
    np.testing.assert_array_equal(found(points), points * [2, 3])
    assert (found.inputs, found.outputs, found.is_affine) == (2, 2, True)


@pytest.mark.parametrize("points", [1.0, [1.0, 2.0, 3.0], [[1.0], [2.0]]])
def test_points_with_another_number_of_coordinates_are_refused(points: Any) -> None:
    with pytest.raises(ValueError, match="2 coordinates here"):
        across(scene(step("identity")))(points)


def test_a_matrix_is_given_to_other_software_and_cannot_be_changed() -> None:
    found = across(scene(step("translation", [1, 2])))
    assert isinstance(found, ngc.Affine)
    np.testing.assert_array_equal(np.asarray(found), [[1, 0, 1], [0, 1, 2], [0, 0, 1]])
    np.asarray(found, dtype="float32")[0, 0] = 7
    with pytest.raises(ValueError, match="read-only"):
        found.matrix[0, 0] = 7
    assert found == ngc.Affine([[1, 0, 1], [0, 1, 2], [0, 0, 1]])
    assert found != ngc.Affine(np.eye(3))
    assert repr(found) == "<Affine [[1, 0, 1], [0, 1, 2], [0, 0, 1]]>"


@pytest.mark.parametrize("matrix", [[1.0], [[1, 2], [3, 4]], [[[1]]], []])
def test_what_is_no_matrix_in_homogeneous_coordinates_is_refused(matrix: Any) -> None:
    with pytest.raises(ValueError, match=r"last row|dimensions"):
        ngc.Affine(matrix)


def test_tiny_units_do_not_make_a_matrix_singular() -> None:
    scale = step("scale", [1e-9, 1e9])
    back = across(scene(scale), "out", "in")
    np.testing.assert_allclose(back([1e-9, 1e9]), [1.0, 1.0])


# -- laws ---------------------------------------------------------------------------------------

NUMBERS = st.floats(-100, 100, allow_nan=False).map(lambda x: round(x, 3))
FACTORS = NUMBERS.filter(lambda x: abs(x) > 0.01)


def rotation(angle: float) -> dict[str, Any]:
    cos, sin = np.cos(angle), np.sin(angle)
    return step("rotation", [[float(cos), float(-sin)], [float(sin), float(cos)]])


@st.composite
def matrices(draw: st.DrawFn) -> dict[str, Any]:
    """An affine that has an inverse: a triangle with factors on the diagonal."""
    a, b = draw(FACTORS), draw(FACTORS)
    return step("affine", [[a, draw(NUMBERS), draw(NUMBERS)], [0.0, b, draw(NUMBERS)]])


SIMPLE = st.one_of(
    st.just(step("identity")),
    st.permutations([0, 1]).map(lambda order: step("mapAxis", list(order))),
    st.tuples(NUMBERS, NUMBERS).map(lambda v: step("translation", list(v))),
    st.tuples(FACTORS, FACTORS).map(lambda v: step("scale", list(v))),
    st.floats(0, 6).map(rotation),
    matrices(),
)
ONE_AXIS = st.one_of(
    FACTORS.map(lambda x: step("scale", [x])), NUMBERS.map(lambda x: step("translation", [x]))
)


@st.composite
def split(draw: st.DrawFn) -> dict[str, Any]:
    taken, given = draw(st.permutations([0, 1])), draw(st.permutations([0, 1]))
    return by_dimension(*((draw(ONE_AXIS), [taken[n]], [given[n]]) for n in range(2)))


INVERTIBLE = st.recursive(
    st.one_of(SIMPLE, split()),
    lambda inner: st.lists(inner, min_size=1, max_size=3).map(
        lambda steps: {"type": "sequence", "transformations": steps}
    ),
    max_leaves=4,
)


def chain_of(transformations: list[dict[str, Any]]) -> ngc.Node:
    """Systems s0, s1, ... with a transformation from each to the next."""
    listed = [
        {**one, **samples.ends(f"s{n}", f"s{n + 1}")} for n, one in enumerate(transformations)
    ]
    names = {f"s{n}": "yx" for n in range(len(transformations) + 1)}
    return scene([{**step("identity"), **samples.ends("in", "in")}, *listed], **names)


def close(a: Any, b: Any) -> None:
    scale = max(1.0, float(np.abs(np.asarray(a)).max()), float(np.abs(np.asarray(b)).max()))
    np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-6 * scale)


@given(st.lists(INVERTIBLE, min_size=2, max_size=4), st.data())
def test_going_on_is_going_after_what_was_gone_before(
    transformations: list[dict[str, Any]], data: st.DataObject
) -> None:
    root = chain_of(transformations)
    graph = ngc.CoordinateGraph(root)
    places = st.integers(0, len(transformations))
    a, b, c = (f"s{data.draw(places)}" for _ in range(3))
    direct = graph.between((root, a), (root, c))
    through = graph.between((root, b), (root, c)) @ graph.between((root, a), (root, b))
    points = np.array(data.draw(st.tuples(NUMBERS, NUMBERS)))
    assert isinstance(direct, ngc.Affine)
    largest = np.abs(graph.between((root, a), (root, b))(points)).max() + 1.0
    norm = np.abs(graph.between((root, b), (root, c)).matrix).max() + 1.0  # type: ignore[attr-defined]
    np.testing.assert_allclose(direct(points), through(points), atol=1e-8 * largest * norm)


@given(INVERTIBLE, st.tuples(NUMBERS, NUMBERS))
def test_going_back_undoes_going(transformation: dict[str, Any], point: tuple[float, ...]) -> None:
    root = scene(transformation)
    there, back = across(root), across(root, "out", "in")
    close(back(there(point)), point)
    close((back @ there)(point), point)
    close(there.inverse()(there(point)), point)


@given(st.lists(SIMPLE, min_size=1, max_size=4), st.tuples(NUMBERS, NUMBERS))
def test_a_sequence_does_its_steps_in_order(
    steps: list[dict[str, Any]], point: tuple[float, ...]
) -> None:
    whole = across(scene({"type": "sequence", "transformations": steps}))
    moved = np.array(point)
    for one in steps:
        moved = across(scene(one))(moved)
    close(whole(point), moved)


@given(ONE_AXIS, ONE_AXIS, st.tuples(NUMBERS, NUMBERS))
def test_groups_of_axes_are_moved_on_their_own(
    first: dict[str, Any], second: dict[str, Any], point: tuple[float, float]
) -> None:
    whole = across(scene(by_dimension((first, [1], [0]), (second, [0], [1]))))
    alone = [across(scene(one, "a", "b")) for one in (first, second)]
    close(whole(point), [alone[0]([point[1]])[0], alone[1]([point[0]])[0]])


def test_the_system_that_one_starts_at_is_reached_without_moving() -> None:
    root = scene(step("scale", [2, 2]))
    assert across(root, "in", "in") == ngc.Affine(np.eye(3))


# -- through a tree -----------------------------------------------------------------------------


def test_levels_lead_to_the_system_of_their_image_and_to_each_other() -> None:
    image = samples.image("i")
    full, half, _ = image.levels()
    np.testing.assert_array_equal(
        ngc.transform_between(half, image)([[0, 0, 0], [1, 1, 1]]),
        [[1.0, 0.25, 0.125], [5.0, 1.25, 0.625]],
    )
    between = ngc.transform_between(half, full)
    np.testing.assert_allclose(between([1, 1, 1]), [2.5, 2.5, 2.5])
    physical = image.coordinate_systems[0]
    assert ngc.transform_between(half, physical) == ngc.transform_between(half, image)
    assert ngc.transform_between(full, full) == ngc.Affine(np.eye(4))


def test_the_pixels_of_a_level_are_a_system_of_their_own() -> None:
    image = samples.image("i")
    full = image.levels()[0]
    pixels = ngc.CoordinateGraph(image).system(full)
    assert [tuple(axis) for axis in pixels.axes] == [(n, "array", None) for n in "zyx"]
    assert pixels.is_array
    assert str(pixels) == "the pixels of 'i_level_0' (z, y, x)"
    np.testing.assert_array_equal(ngc.transform_between(pixels, image)([1, 1, 1]), [2, 0.5, 0.25])


def stitched(*, scene_at_root: bool = True) -> ngc.Node:
    """Two tiles and a world that both lead to, in one document."""
    world = {
        "coordinateSystems": [samples.system("world")],
        "coordinateTransformations": [
            {**step("translation", [0, 0, 100]), **samples.ends("a_physical", "world")},
            {**step("translation", [0, 50, 0]), **samples.ends("b_physical", "world")},
        ],
    }
    tiles = [samples.image("a"), samples.image("b")]
    if scene_at_root:
        return ngc.new_node("collection", id="r", attributes={"scene": world}, children=tiles)
    registration = ngc.new_node("collection", id="registration", attributes={"scene": world})
    return ngc.new_node("collection", id="r", children=[*tiles, registration])


@pytest.mark.parametrize("scene_at_root", [True, False])
def test_images_are_related_through_a_scene(scene_at_root: bool) -> None:
    root = stitched(scene_at_root=scene_at_root)
    a, b = root.find("a"), root.find("b")
    assert a is not None
    assert b is not None
    between = ngc.transform_between(a.levels()[0], b.levels()[0])
    assert isinstance(between, ngc.Affine)
    np.testing.assert_allclose(between([0, 0, 0]), [0, -100, 400])
    graph = ngc.CoordinateGraph(root)
    reached = [str(system.id) for system in graph.reachable(a)]
    assert reached[0] == "a_physical"
    levels = {f"{tile}_level_{number}" for tile in "ab" for number in range(3)}
    assert set(reached) == {"a_physical", "world", "b_physical"} | levels


def test_the_shortest_way_is_taken() -> None:
    more = {**step("translation", [1, 1]), **samples.ends("in", "middle")}
    on = {**step("translation", [1, 1]), **samples.ends("middle", "out")}
    root = scene([more, on, step("scale", [5, 5])], middle="yx")
    assert across(root)([1, 1]).tolist() == [5, 5]


def test_a_way_that_has_no_inverse_is_gone_around() -> None:
    flat = {**step("scale", [0, 1]), **samples.ends("out", "in")}
    first = {**step("translation", [1, 1]), **samples.ends("in", "middle")}
    on = {**step("translation", [1, 1]), **samples.ends("middle", "out")}
    root = scene([flat, first, on], middle="yx")
    assert across(root)([1, 1]).tolist() == [3, 3]


def test_scenes_relate_images_of_other_documents() -> None:
    """Two images with the same ids, and a scene that refers to the system of each by its path."""
    lab = ngc.Resolver(ngc.MemoryStore())
    stubs, listed = [], []
    for number, name in enumerate(("a", "b")):
        written = lab.create(f"memory://lab/{name}.zarr", samples.image("image"))
        stubs.append(written.ref_stub(id=name))
        start = {"id": "image_physical", "path": {"type": "zarr", "path": f"./{name}.zarr"}}
        move = step("translation", [0, 0, 10 * number])
        listed.append({**move, "input": start, "output": {"id": "world"}})
    world = {"coordinateSystems": [samples.system("world")], "coordinateTransformations": listed}
    root = ngc.new_node("collection", id="r", attributes={"scene": world}).add_ref(*stubs)
    lab.create("memory://lab/all.json", root)
    view = lab.open_inlined("memory://lab/all.json")
    a, b = view.images()
    np.testing.assert_array_equal(ngc.transform_between(a, b)([0, 0, 0]), [0, 0, -10])
    np.testing.assert_array_equal(
        ngc.transform_between(b.levels()[0], (view, "world"))([0, 0, 4]), [0, 0, 11]
    )
    asked = (view, {"id": "image_physical", "path": {"type": "zarr", "path": "./b.zarr"}})
    assert ngc.transform_between(b, asked) == ngc.Affine(np.eye(4))


def test_a_system_in_a_document_that_was_not_opened_is_not_reached() -> None:
    start = {"id": "image_physical", "path": {"type": "zarr", "path": "./b.zarr"}}
    root = scene({**step("identity"), "input": start})
    with pytest.raises(ngc.NoTransformationError, match=r"only 'in'.*Not taken: .*b\.zarr"):
        across(root)
    with pytest.raises(ngc.UnresolvedReferenceError, match=r"'image_physical' in memory://lab/b"):
        ngc.transform_between((root, start), (root, "in"))


def test_a_document_in_two_places_has_systems_in_both() -> None:
    lab = ngc.Resolver(ngc.MemoryStore())
    written = lab.create("memory://lab/a.json", stitched())
    stubs = [written.ref_stub(id=name) for name in ("one", "two")]
    lab.create("memory://lab/all.json", ngc.new_node("collection", id="all").add_ref(*stubs))
    view = lab.open_inlined("memory://lab/all.json")
    for part in view.children():
        a, b = part.images()
        assert ngc.transform_between(a, b)([0, 0, 0]).tolist() == [0, -50, 100]
    first, second = (part.images()[0] for part in view.children())
    with pytest.raises(ngc.NoTransformationError):
        ngc.transform_between(first, second)


def test_a_scene_may_name_an_image_for_its_system() -> None:
    image = samples.image("a")
    world = {
        "coordinateSystems": [samples.system("world")],
        "coordinateTransformations": [{**step("identity"), **samples.ends("a", "world")}],
    }
    root = ngc.new_node("collection", attributes={"scene": world}, children=[image])
    found = root.find("a")
    assert found is not None
    assert ngc.transform_between(found, (root, "world")).is_affine


def test_a_collection_may_have_its_systems_as_in_the_draft() -> None:
    systems = [samples.system("a", "yx"), samples.system("b", "yx")]
    listed = [{**step("translation", [1, 2]), "input": "a", "output": "b"}]
    attributes = {"coordinateSystems": systems, "coordinateTransformations": listed}
    root = ngc.new_node("collection", attributes=attributes)
    assert ngc.transform_between((root, "b"), (root, "a"))([1, 2]).tolist() == [0, 0]


def test_edits_count() -> None:
    root = stitched()
    moved = {**step("translation", [0, 0, 7]), **samples.ends("a_physical", "world")}
    value = root.attributes["scene"]
    edited = root.set_attr("scene", {**value, "coordinateTransformations": [moved]})
    a = edited.find("a")
    assert a is not None
    assert ngc.transform_between(a, (edited, "world"))([0, 0, 0]).tolist() == [0, 0, 7]
    with pytest.raises(ngc.NoTransformationError):
        ngc.transform_between(a, edited.images()[1])


def test_both_ends_are_looked_up_in_the_tree_of_the_first() -> None:
    root = stitched()
    edited = root.set_attr("lab:x", 1)
    a, b = root.find("a"), edited.find("b")
    assert a is not None
    assert b is not None
    assert ngc.transform_between(b, a).is_affine
    with pytest.raises(ngc.NodeNotFoundError, match="belongs to another tree"):
        ngc.transform_between(a, samples.image("c"))


# -- what cannot be done --------------------------------------------------------------------------


def test_no_way_says_what_is_reached_and_what_was_not_taken() -> None:
    flat = {**step("scale", [0, 1]), **samples.ends("out", "in")}
    own = {"type": "lab:warp", **samples.ends("in", "middle")}
    root = scene([flat, own], middle="yx", far="yx")
    with pytest.raises(ngc.NoTransformationError) as caught:
        across(root, "in", "far")
    text = str(caught.value)
    assert "no transformations lead from 'in' (j, i) to 'far' (y, x)" in text
    assert "one reaches only 'in' (j, i)" in text
    assert "#/attributes/scene/coordinateTransformations/0: a singular matrix" in text
    assert "coordinateTransformations/1: transformations of the extension type 'lab:warp'" in text


def test_many_systems_that_are_reached_are_counted() -> None:
    names = {f"s{n}": "yx" for n in range(40)}
    listed = [{**step("identity"), **samples.ends("in", name)} for name in names]
    root = scene(listed, **names)
    with pytest.raises(ngc.NoTransformationError, match="and 21 more"):
        across(root)


@pytest.mark.parametrize(
    "transformation",
    [
        step("scale", [0, 1]),
        step("mapAxis", [1, 1]),
        step("affine", [[1, 2, 0], [2, 4, 0]]),
        {"type": "projectAxis", "droppedInputs": [0], "createdOutputs": [0]},
        by_dimension((step("scale", [1]), [0], [0]), (step("scale", [1]), [0], [1])),
    ],
)
def test_what_loses_points_has_no_way_back(transformation: dict[str, Any]) -> None:
    root = scene(transformation)
    assert across(root).is_affine
    with pytest.raises(ngc.NoTransformationError, match="has no inverse"):
        across(root, "out", "in")


@pytest.mark.parametrize(
    ("transformation", "words"),
    [
        ({}, "/0: .* a transformation of RFC-5"),
        ({"type": "warp"}, "/0/type: .* the type 'warp' there; expected one of identity,"),
        (step("scale"), "/0: .* no `scale` there"),
        (step("scale", [1, "2"]), "/0/scale/1: .* the string"),
        (step("scale", [1]), "/0: .* a `scale` from 1 to 1 axes there; expected one from 2 to 2"),
        (step("translation", [1, 2, 3]), "/0: .* from 3 to 3 axes"),
        (step("mapAxis", [0, 2]), "/0/mapAxis/1: .* an index from 0 to 1"),
        (step("mapAxis", [0, 0.5]), "/0/mapAxis/1: .* 0.5 there"),
        (step("mapAxis", {}), "/0/mapAxis/0: .* null there"),
        (step("affine", []), "/0/affine: .* an empty array"),
        (step("affine", [[1, 2, 3], [1, 2]]), "/0/affine: .* rows of the lengths 3, 2"),
        (step("affine", [[1]]), "/0/affine: .* the shape"),
        (step("rotation", [[1, 2]]), "/0/rotation: .* as many rows as columns"),
        (step("sequence"), "/0/transformations: .* an array of transformations"),
        (
            {"type": "sequence", "transformations": [step("scale", [1, 1]), step("scale", [1])]},
            "/0/transformations/1: .* from 1 to 1 axes",
        ),
        ({"type": "bijection", "forward": step("identity")}, "/0: .* no `inverse`"),
        (
            {"type": "bijection", "forward": step("identity"), "inverse": step("scale", [1])},
            "/0/inverse: .* expected one from 2 to 2",
        ),
        ({"type": "byDimension"}, "/0/transformations: .* null"),
        (
            by_dimension((step("scale", [1]), [2], [0])),
            "/0/.*/inputAxes/0: .* an index from 0 to 1",
        ),
        (by_dimension((step("scale", [1]), [0], ["z"])), "/0/.*/outputAxes/0: .* the string"),
        (
            by_dimension((step("scale", [1]), [0], [0])),
            "/0/transformations: .* output axis 1",
        ),
        (
            by_dimension((step("scale", [1]), [0], [1]), (step("scale", [1]), [1], [1])),
            "/0/transformations/1/outputAxes: .* each output axis once",
        ),
        ({"type": "projectAxis"}, "/0: .* `droppedInputs`, `createdOutputs`, or both"),
        (
            {"type": "projectAxis", "droppedInputs": [0], "createdOutputs": [0, 0]},
            "/0/createdOutputs: .* each index once",
        ),
        ({"type": "projectAxis", "droppedInputs": [0]}, "/0: .* from 2 to 1 axes"),
    ],
)
def test_wrong_transformations_are_refused_with_their_place(
    transformation: Any, words: str
) -> None:
    root = scene({**step("identity")})
    value = {
        **root.attributes["scene"],
        "coordinateTransformations": [{**samples.ends("in", "out"), **transformation}],
    }
    start = "#/attributes/scene/coordinateTransformations"
    with pytest.raises(ngc.InvalidAttributeError, match=start + words):
        across(root.set_attr("scene", value))


def test_a_list_that_is_none_is_passed_over_and_noted() -> None:
    root = scene(step("identity"))
    value = {**root.attributes["scene"], "coordinateTransformations": [5]}
    with pytest.raises(ngc.NoTransformationError, match=r"Transformations/0: .* number 5"):
        across(root.set_attr("scene", value))


def test_transformations_inside_of_each_other_without_end_are_refused() -> None:
    inner: dict[str, Any] = step("identity")
    for _ in range(5000):
        inner = {"type": "sequence", "transformations": [inner]}
    with pytest.raises(ngc.InvalidAttributeError, match="inside of 64 others"):
        across(scene(inner))


def test_one_wrong_transformation_does_not_hide_the_others() -> None:
    root = scene([step("scale", [2, 2]), {"output": 7}, {"input": {"id": "gone"}}])
    assert across(root).is_affine


def test_what_is_no_system_is_refused() -> None:
    root = scene(step("identity"))
    graph = ngc.CoordinateGraph(root)
    with pytest.raises(ngc.UnresolvedReferenceError, match="no coordinate system has the id 'x'"):
        graph.system((root, "x"))
    with pytest.raises(ngc.MissingAttributeError, match=r"\(node, id\); it has: 'in', 'out'"):
        graph.system(root)
    with pytest.raises(ngc.InvalidAttributeError, match="a Reference such as"):
        graph.system((root, 7))  # type: ignore[arg-type]
    for wrong in ("in", None):
        with pytest.raises(TypeError, match="coordinate system"):
            ngc.transform_between(wrong, root)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="coordinate system"):
            ngc.transform_between((root, "in"), wrong)  # type: ignore[arg-type]
    gone = root.set_attr("scene", {})
    with pytest.raises(ngc.NodeNotFoundError, match="has no system 'in'"):
        ngc.CoordinateGraph(gone).system(root.coordinate_systems[0])


NOWHERE = [np.nan, np.inf, -np.inf]


@pytest.mark.parametrize("wrong", NOWHERE)
@pytest.mark.parametrize("is_nearest", [True, False])
@pytest.mark.parametrize("adds", [True, False])
def test_a_field_has_nothing_for_a_point_that_is_nowhere(
    wrong: float, is_nearest: bool, adds: bool
) -> None:
    samples = np.arange(8).reshape(2, 2, 2)
    to_index = ngc.Affine.identity(2)
    field = Field(lambda: samples, to_index, 2, adds=adds, is_nearest=is_nearest)
    found = field([[wrong, 0.0], [1.0, 1.0], [0.0, wrong]])
    assert np.isnan(found[[0, 2]]).all()
    assert found[1].tolist() == field([1.0, 1.0]).tolist()
    assert np.isfinite(found[1]).all()
    assert np.isnan(field([wrong, wrong])).all()
