"""Random OME-Zarr: images, labels, plates and containers, right and wrong, as documents."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from hypothesis import settings
from hypothesis import strategies as st

from ngio_collections import Conversion, DocumentNotFoundError, MemoryStore, validate_document
from tests.graph.samples import values

EXAMPLES: Final = int(os.environ.get("NGIO_CONVERT_EXAMPLES", "60"))
"""How many random hierarchies each law is tried on."""

moderate: Final = settings(max_examples=EXAMPLES)

ROOT: Final = "memory://lab/data/plate.ome.zarr"
ENTRY: Final = "memory://lab/data/plate.json"
VERSIONS: Final = ("0.4", "0.5", "0.6")
PROFILES: Final = ("ngio", "rfc8")


@dataclass
class Hierarchy:
    """Groups with their attributes and arrays, by their path below the root."""

    version: str
    groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    arrays: set[str] = field(default_factory=set)
    is_consolidated: bool = False

    def add(self, path: str, ome: dict[str, Any], others: Mapping[str, Any] | None = None) -> None:
        """Add a group; its attributes are as its version has them."""
        if self.version == "0.4":
            self.groups[path] = {**(others or {}), **ome}
        else:
            self.groups[path] = {**(others or {}), "ome": {"version": self.version, **ome}}

    def documents(self) -> dict[str, Any]:
        """The metadata documents by address."""
        out: dict[str, Any] = {}
        for path, attributes in self.groups.items():
            group = f"{ROOT}/{path}".rstrip("/")
            if self.version == "0.4":
                out[f"{group}/.zgroup"] = {"zarr_format": 2}
                out[f"{group}/.zattrs"] = attributes
            else:
                kind = {"zarr_format": 3, "node_type": "group"}
                out[f"{group}/zarr.json"] = {**kind, "attributes": attributes}
        for path in sorted(self.arrays):
            name = ".zarray" if self.version == "0.4" else "zarr.json"
            out[f"{ROOT}/{path}/{name}"] = {"zarr_format": 2 if self.version == "0.4" else 3}
        if self.is_consolidated:
            self._consolidate(out)
        return copy.deepcopy(out)

    def _consolidate(self, documents: dict[str, Any]) -> None:
        """Add copies of all documents to those of the root, as Zarr does."""
        root = f"{ROOT}/"
        names = {url: url.removeprefix(root).replace("%20", " ") for url in documents}
        if self.version == "0.4":
            copies: dict[str, Any] = {name: documents[url] for url, name in names.items()}
            documents[f"{ROOT}/.zmetadata"] = {"metadata": copies}
            return
        paths = {name.removesuffix("/zarr.json"): documents[url] for url, name in names.items()}
        del paths["zarr.json"]
        documents[f"{ROOT}/zarr.json"]["consolidated_metadata"] = {"metadata": paths}

    def store(self) -> MemoryStore:
        """A store that holds the documents."""
        return MemoryStore(
            {url: json.dumps(document) for url, document in self.documents().items()}
        )


NAMES: Final = st.sampled_from(["0", "1", "nuclei", "a b", "ü", "x/y", "#1%", "\u2028"])
KEYS: Final = st.sampled_from(["lab", "ex:field", "", "a/b~c", "*", "ünï", "discrete", "source"])
NUMBERS: Final = st.one_of(
    st.integers(1, 9), st.floats(1e-3, 1e3), st.sampled_from([0.1, 0.65, 1.0, 2])
)
EXTRAS: Final = st.dictionaries(KEYS, values(), max_size=2)


@st.composite
def _axes(draw: st.DrawFn) -> list[dict[str, Any]]:
    names = draw(st.sampled_from(["yx", "zyx", "czyx", "tczyx", "xy"]))
    axes = []
    for name in names:
        kind = {"c": "channel", "t": "time"}.get(name, "space")
        axis: dict[str, Any] = {"name": name}
        axis |= draw(st.fixed_dictionaries({}, optional={"type": st.sampled_from([kind, None])}))
        units = st.sampled_from(["micrometer", "second", None])
        axis |= draw(st.fixed_dictionaries({}, optional={"unit": units}))
        extras = draw(
            st.dictionaries(st.sampled_from(["ex:a", "orientation"]), values(), max_size=1)
        )
        axes.append({**extras, **axis})
    return axes


@st.composite
def _steps(draw: st.DrawFn, length: int) -> list[dict[str, Any]]:
    vectors = st.lists(NUMBERS, min_size=length, max_size=length)
    steps: list[dict[str, Any]] = [{"type": "scale", "scale": draw(vectors)}]
    if draw(st.booleans()):
        steps.append({"type": "translation", "translation": draw(vectors)})
    if draw(st.integers(0, 9)) == 0:
        steps.append({"type": "identity"})
    return steps


@st.composite
def _newer(
    draw: st.DrawFn, axes: list[dict[str, Any]], datasets: list[dict[str, Any]]
) -> dict[str, Any]:
    """An image with coordinate systems of its own."""
    names = draw(
        st.lists(st.sampled_from(["physical", "a b", "ü"]), unique=True, min_size=1, max_size=2)
    )
    system = st.fixed_dictionaries({"axes": st.just(axes)}, optional={"ex:s": values()})
    systems = [{**draw(system), "name": name} for name in names]
    axis = st.fixed_dictionaries({}, optional={"discrete": st.booleans(), "longName": st.just("X")})
    systems[0]["axes"] = [{**one, **draw(axis)} for one in axes]
    output = draw(st.sampled_from([{"name": names[0]}, names[0]]))
    for level in datasets:
        steps = level["coordinateTransformations"]
        whole = {"type": "sequence", "transformations": steps}
        whole = draw(st.sampled_from([whole, {"type": "identity"}])) if len(steps) > 1 else steps[0]
        entry = draw(st.sampled_from([{"path": level["path"]}, level["path"]]))
        level["coordinateTransformations"] = [{**whole, "input": entry, "output": output}]
    image: dict[str, Any] = {"coordinateSystems": systems, "datasets": datasets}
    optional = {"name": st.sampled_from(["image", ""]), "coordinateTransformations": values()}
    return {**image, **draw(st.fixed_dictionaries({}, optional=optional))}


@st.composite
def _multiscale(draw: st.DrawFn, version: str, path: str, arrays: set[str]) -> dict[str, Any]:
    axes = draw(_axes())
    paths = draw(
        st.lists(
            st.sampled_from(["0", "1", "s 2", "a/b", "./3", "4/"]),
            unique=True,
            min_size=1,
            max_size=3,
        )
    )
    datasets = []
    for name in paths:
        arrays.add(f"{path}/{name.removeprefix('./').strip('/')}".lstrip("/").replace(" ", "%20"))
        level = {"path": name, "coordinateTransformations": draw(_steps(len(axes)))}
        datasets.append(
            {**draw(st.dictionaries(st.just("ex:level"), values(), max_size=1)), **level}
        )
    if version == "0.6":
        return draw(_newer(axes, datasets))
    image: dict[str, Any] = {"axes": axes, "datasets": datasets}
    if version == "0.4":
        image |= draw(st.fixed_dictionaries({}, optional={"version": st.just("0.4")}))
    optional = {
        "name": st.sampled_from(["image", "0", "", "ü"]),
        "type": st.just("gaussian"),
        "metadata": values(),
        "coordinateTransformations": _steps(len(axes)),
    }
    image |= draw(st.fixed_dictionaries({}, optional=optional))
    return {**draw(EXTRAS), **image} if draw(st.booleans()) else image


@st.composite
def _add_image(
    draw: st.DrawFn, into: Hierarchy, path: str, *, labels: bool = True, is_label: bool = False
) -> None:
    count = 2 if draw(st.integers(0, 9)) == 0 else 1
    images = [draw(_multiscale(into.version, path, into.arrays)) for _ in range(count)]
    ome: dict[str, Any] = {"multiscales": images}
    ome |= draw(st.fixed_dictionaries({}, optional={"omero": values()}))
    if is_label and draw(st.booleans()):
        ome["image-label"] = draw(_image_label())
    others = draw(st.dictionaries(st.sampled_from(["lab", "ex:x"]), values(), max_size=1))
    into.add(
        path, {**draw(st.dictionaries(st.just("unknown"), values(), max_size=1)), **ome}, others
    )
    if labels and draw(st.booleans()):
        names = draw(st.lists(st.sampled_from(["nuclei", "a/b", "c d"]), unique=True, max_size=2))
        lab = f"{path}/labels".lstrip("/")
        into.add(
            lab, {"labels": names}, draw(st.dictionaries(st.just("ex:l"), values(), max_size=1))
        )
        for name in names:
            inside = f"{lab}/{name}".replace(" ", "%20")
            draw(_add_image(into, inside, labels=False, is_label=True))


@st.composite
def _image_label(draw: st.DrawFn) -> dict[str, Any]:
    labels = st.integers(0, 5) | st.sampled_from([1.5, -1])
    part = st.integers(0, 255)
    color = st.fixed_dictionaries(
        {"label-value": labels},
        optional={"rgba": st.lists(part, min_size=4, max_size=4), "ex": values()},
    )
    known = st.fixed_dictionaries(
        {"label-value": labels}, optional={"area": values(), "class": values()}
    )
    return draw(
        st.fixed_dictionaries(
            {},
            optional={
                "colors": st.lists(color, max_size=4),
                "properties": st.lists(known, max_size=4),
                "source": st.sampled_from(
                    [{"image": "../../"}, {"image": "../.."}, {"image": "elsewhere"}, {}, {"a": 1}]
                ),
                "version": st.just("0.4"),
                "ex:label": values(),
            },
        )
    )


@st.composite
def images(draw: st.DrawFn) -> Hierarchy:
    """An image, with labels or without."""
    made = Hierarchy(draw(st.sampled_from(VERSIONS)))
    draw(_add_image(made, ""))
    return made


@st.composite
def plates(draw: st.DrawFn) -> Hierarchy:
    """A plate with a few wells."""
    made = Hierarchy(draw(st.sampled_from(VERSIONS)))
    rows = draw(
        st.lists(st.sampled_from(["A", "B", "AA", "a"]), unique=True, min_size=1, max_size=2)
    )
    columns = draw(st.lists(st.sampled_from(["1", "02", "x"]), unique=True, min_size=1, max_size=2))
    entry = st.dictionaries(st.sampled_from(["ex:r", "id"]), values(), max_size=1)
    numbers = draw(st.lists(st.integers(0, 3), unique=True, max_size=3))
    acquisition = st.fixed_dictionaries(
        {},
        optional={
            "name": st.sampled_from(["first", "", "first"]),
            "maximumfieldcount": st.integers(1, 9),
            "starttime": st.integers(0, 10**12),
            "description": values(),
        },
    )
    wells = [(r, c) for r in range(len(rows)) for c in range(len(columns)) if draw(st.booleans())]
    listed = []
    for r, c in wells:
        well = {"path": f"{rows[r]}/{columns[c]}", "rowIndex": r, "columnIndex": c}
        if draw(st.integers(0, 9)) == 0:
            well.pop("rowIndex")
        listed.append({**well, **draw(st.dictionaries(st.just("ex:w"), values(), max_size=1))})
    plate: dict[str, Any] = {
        "rows": [{**draw(entry), "name": row} for row in rows],
        "columns": [{**draw(entry), "name": column} for column in columns],
        "wells": listed,
    }
    optional: dict[str, Any] = {
        "name": st.sampled_from(["P", ""]),
        "field_count": st.integers(1, 9),
    }
    if made.version == "0.4":
        optional["version"] = st.just("0.4")  # Older ones are refused.
    plate |= draw(st.fixed_dictionaries({}, optional=optional))
    if numbers or draw(st.booleans()):
        plate["acquisitions"] = [{**draw(acquisition), "id": number} for number in numbers]
    ome: dict[str, Any] = {"plate": {**plate, **draw(EXTRAS)}}
    if draw(st.booleans()):
        ome["bioformats2raw.layout"] = 3
        made.add("OME", {"series": [f"{rows[r]}/{columns[c]}/0" for r, c in wells]})
    made.add("", ome, draw(st.dictionaries(st.just("ex:p"), values(), max_size=1)))
    for r, c in wells:
        draw(_add_well(made, f"{rows[r]}/{columns[c]}", [*numbers, 7]))
    return made


@st.composite
def _add_well(draw: st.DrawFn, into: Hierarchy, path: str, numbers: list[int]) -> None:
    fields = []
    for name in draw(st.lists(st.sampled_from(["0", "1", "f 2"]), unique=True, max_size=3)):
        draw(_add_image(into, f"{path}/{name}".lstrip("/").replace(" ", "%20")))
        optional = {"acquisition": st.sampled_from(numbers), "ex:f": values()}
        fields.append({"path": name, **draw(st.fixed_dictionaries({}, optional=optional))})
    well = {"images": fields, **draw(st.dictionaries(st.just("ex:well"), values(), max_size=1))}
    into.add(path, {"well": well})


@st.composite
def containers(draw: st.DrawFn) -> Hierarchy:
    """What bioformats2raw writes, with a list of series or with numbers alone."""
    made = Hierarchy(draw(st.sampled_from(VERSIONS)))
    made.add("", {"bioformats2raw.layout": 3})
    numbers = [str(number) for number in range(draw(st.integers(1, 3)))]
    for number in numbers:
        draw(_add_image(made, number))
    kind = draw(st.sampled_from(["series", "OME without series", "no OME"]))
    if kind != "no OME":
        series = {"series": draw(st.permutations(numbers))} if kind == "series" else {}
        made.add("OME", series, draw(st.dictionaries(st.just("ex:o"), values(), max_size=1)))
    return made


@st.composite
def lists(draw: st.DrawFn) -> Hierarchy:
    """The labels of an image, or a well, on their own."""
    made = Hierarchy(draw(st.sampled_from(VERSIONS)))
    if draw(st.booleans()):
        draw(_add_well(made, "", [0]))
        return made
    made.add("", {"labels": ["nuclei"]})
    draw(_add_image(made, "nuclei", labels=False, is_label=True))
    return made


@st.composite
def scenes(draw: st.DrawFn) -> Hierarchy:
    """A scene of two images."""
    made = Hierarchy("0.6")
    arrays = made.arrays
    axes = [{"name": name, "type": "space"} for name in "zyx"]
    for tile in ("a", "b c"):
        level = {"path": "0", "coordinateTransformations": [{"type": "scale", "scale": [1, 2, 3]}]}
        arrays.add(f"{tile}/0".replace(" ", "%20"))
        made.add(tile.replace(" ", "%20"), {"multiscales": [draw(_newer(axes, [level]))]})
    system = made.groups["a"]["ome"]["multiscales"][0]["coordinateSystems"][0]["name"]
    other = made.groups["b%20c"]["ome"]["multiscales"][0]["coordinateSystems"][0]["name"]
    listed = []
    for _ in range(draw(st.integers(1, 3))):
        ends = {
            "input": {"path": "a", "name": system},
            "output": draw(
                st.sampled_from([{"name": "world"}, "world", {"path": "b c", "name": other}])
            ),
        }
        optional = {"name": st.just("A to B"), "ex:t": values()}
        more = draw(st.fixed_dictionaries({}, optional=optional))
        listed.append({**draw(_transformations()), **ends, **more})
    # Both images are in the collection only if they are named.
    listed.append(
        {"type": "identity", "input": {"path": "b c", "name": other}, "output": {"name": "world"}}
    )
    scene: dict[str, Any] = {
        "coordinateSystems": [{"name": "world", "axes": axes, **draw(EXTRAS)}],
        "coordinateTransformations": listed,
    }
    made.add("", {"scene": {**draw(EXTRAS), **scene}})
    return made


def _transformations() -> st.SearchStrategy[dict[str, Any]]:
    """Transformations from three axes to three axes."""
    vector = st.lists(NUMBERS, min_size=3, max_size=3)
    row = st.lists(NUMBERS, min_size=4, max_size=4)
    path = st.sampled_from(["coordinateTransformations/d", "./e", "f g"])
    simple = st.one_of(
        st.just({"type": "identity"}),
        st.builds(lambda v: {"type": "scale", "scale": v}, vector),
        st.builds(lambda v: {"type": "translation", "translation": v}, vector),
        st.builds(lambda r: {"type": "affine", "affine": r}, st.lists(row, min_size=3, max_size=3)),
        st.builds(lambda p: {"type": "affine", "path": p}, path),
        st.just({"type": "rotation", "rotation": [[0, -1, 0], [1, 0, 0], [0, 0, 1]]}),
        st.just({"type": "mapAxis", "mapAxis": [2, 0, 1]}),
        st.builds(lambda p: {"type": "displacements", "path": p, "interpolation": "linear"}, path),
        st.builds(lambda p: {"type": "coordinates", "path": p}, path),
        st.just(
            {
                "type": "sequence",
                "transformations": [
                    {"type": "projectAxis", "droppedInputs": [1]},
                    {"type": "projectAxis", "createdOutputs": [0]},
                ],
            }
        ),
    )
    part = st.just({"type": "scale", "scale": [2]})
    return st.recursive(
        simple,
        lambda inner: st.one_of(
            st.builds(
                lambda steps: {"type": "sequence", "transformations": steps},
                st.lists(inner, min_size=1, max_size=2),
            ),
            st.builds(lambda f, i: {"type": "bijection", "forward": f, "inverse": i}, inner, inner),
            st.builds(
                lambda p: {
                    "type": "byDimension",
                    "transformations": [
                        {"transformation": p, "inputAxes": [n], "outputAxes": [2 - n]}
                        for n in range(3)
                    ],
                },
                part,
            ),
        ),
        max_leaves=4,
    )


@st.composite
def _any(draw: st.DrawFn) -> Hierarchy:
    made = draw(st.one_of(images(), plates(), containers(), lists(), scenes()))
    made.is_consolidated = draw(st.booleans())
    return made


hierarchies: Final = _any()


# -- what is wrong ---------------------------------------------------------------


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container in a JSON value with every key or position in it."""
    stack = [value]
    while stack:
        item = stack.pop()
        keys: Any = ()
        if isinstance(item, dict):
            keys = list(item)
        elif isinstance(item, list):
            keys = range(len(item))
        for key in keys:
            yield item, key
            stack.append(item[key])


@st.composite
def broken(draw: st.DrawFn) -> dict[str, Any]:
    """Documents of which some are gone, no JSON, or wrong inside."""
    documents = copy.deepcopy(draw(hierarchies).documents())
    for _ in range(draw(st.integers(1, 4))):
        url = draw(st.sampled_from(sorted(documents)))
        places = list(_places(documents[url]))
        kind = draw(
            st.sampled_from(["gone", "no JSON", "other", "less", "wrong", "wrong", "wrong"])
        )
        if kind == "gone" and len(documents) > 1:
            del documents[url]
        elif kind == "no JSON":
            documents[url] = "{"
        elif kind == "other":
            documents[url] = draw(values())
        elif places:
            inside, key = places[draw(st.integers(0, len(places) - 1))]
            if kind == "less":
                del inside[key]
            else:
                inside[key] = draw(
                    values() | st.sampled_from(["0.1", "0", "../..", "/", 0, [{}], {}])
                )
    return documents


def store_of(documents: Mapping[str, Any]) -> MemoryStore:
    """A store of documents, some of which are no JSON."""
    return MemoryStore(
        {
            url: document if isinstance(document, str) else json.dumps(document)
            for url, document in documents.items()
        }
    )


# -- what must hold --------------------------------------------------------------


def leaves(value: Any, pointer: str = "") -> Iterator[str]:
    """The pointers of everything that has nothing in it."""
    members: list[tuple[str, Any]] = []
    if isinstance(value, dict):
        members = [(key.replace("~", "~0").replace("/", "~1"), item) for key, item in value.items()]
    elif isinstance(value, list):
        members = [(str(number), item) for number, item in enumerate(value)]
    if not members:
        yield pointer
    for key, item in members:
        yield from leaves(item, f"{pointer}/{key}")


def at(document: Any, pointer: str) -> Any:
    """What is at a pointer."""
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        document = document[int(key)] if isinstance(document, list) else document[key]
    return document


def require_whole_ledger(conversion: Conversion, store: MemoryStore) -> None:
    """Every leaf of every source document has one entry, its own or that of what it is in."""
    documents = conversion.ledger.documents
    assert len(set(documents)) == len(documents)
    for url in documents:
        entries = [entry.pointer for entry in conversion.ledger.of(url)]
        assert len(set(entries)) == len(entries), (url, sorted(entries))
        try:
            document = json.loads(store.read(url))
        except (DocumentNotFoundError, ValueError):
            assert entries == [""]
            continue
        known = set(entries)
        for leaf in leaves(document):
            parts = leaf.split("/")
            above = ["/".join(parts[:n]) for n in range(1, len(parts) + 1)]
            assert sum(place in known for place in above) == 1, (url, leaf, sorted(known))


def require_targets(conversion: Conversion, store: MemoryStore) -> None:
    """What was mapped or kept is where the ledger says; what was kept, as it was."""
    for entry in conversion.ledger:
        if entry.target is None:
            assert entry.outcome != "mapped"
            continue
        found = at(json.loads(store.read(entry.target)), entry.target_pointer or "")
        if entry.outcome == "kept":
            assert found == at(json.loads(store.read(entry.source)), entry.pointer)


def require_valid(conversion: Conversion, store: MemoryStore) -> None:
    """No document breaks a MUST, in any profile."""
    for url in (*conversion.written, *conversion.skipped):
        for profile in PROFILES:
            found = validate_document(store.read(url), url=url, profile=profile)
            assert [f for f in found if f.level == "MUST"] == []
