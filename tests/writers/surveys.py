"""What there is in an OME-Zarr hierarchy, in words that every library can be asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

_FACTS = ("axes", "type", "unit", "levels", "scale", "translation")
_SILENT = {
    # It has no word for label maps.
    "ngff-zarr": frozenset({"labels"}),
    # It writes plates, but cannot be asked for wells; of label maps it knows the names.
    "ome-zarr-io": frozenset(
        {"wells", "rows", "columns", "acquisitions", *(f"labels.{fact}" for fact in _FACTS)}
    ),
}


def silent(writer: str) -> frozenset[str]:
    """What a library does not say of what it wrote; see `differences`."""
    return _SILENT.get(writer, frozenset())


@dataclass(frozen=True)
class AxisFacts:
    """An axis; `type` and `unit` are None where there is none."""

    name: str
    type: str | None = None
    unit: str | None = None


@dataclass(frozen=True)
class LevelFacts:
    """A level: the address of its array in its image, and where its pixels are."""

    path: str
    scale: tuple[float, ...] | None
    translation: tuple[float, ...] | None = None


@dataclass(frozen=True)
class ImageFacts:
    """An image or a label map."""

    axes: tuple[AxisFacts, ...]
    levels: tuple[LevelFacts, ...]


@dataclass(frozen=True)
class WellFacts:
    """A well: names of row and column, and its images with their acquisitions."""

    row: str
    column: str
    images: tuple[tuple[str, int | None], ...]


@dataclass(frozen=True)
class Survey:
    """What a library found in a hierarchy; paths count from its root, and are "" there."""

    images: Mapping[str, ImageFacts] = field(default_factory=dict)
    labels: Mapping[str, ImageFacts] = field(default_factory=dict)
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    acquisitions: tuple[tuple[int, str | None], ...] = ()
    wells: tuple[WellFacts, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, sorted where order means nothing."""
        plain = asdict(self)
        for key in ("images", "labels"):
            plain[key] = dict(sorted(plain[key].items()))
        plain["wells"] = sorted(plain["wells"], key=lambda well: (well["row"], well["column"]))
        return plain

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Survey:
        """The survey that `to_json` made."""
        return cls(
            images={path: _image(facts) for path, facts in plain["images"].items()},
            labels={path: _image(facts) for path, facts in plain["labels"].items()},
            rows=tuple(plain["rows"]),
            columns=tuple(plain["columns"]),
            acquisitions=tuple((number, name) for number, name in plain["acquisitions"]),
            wells=tuple(
                WellFacts(
                    well["row"],
                    well["column"],
                    tuple((path, number) for path, number in well["images"]),
                )
                for well in plain["wells"]
            ),
        )


def _image(plain: Mapping[str, Any]) -> ImageFacts:
    return ImageFacts(
        axes=tuple(AxisFacts(**axis) for axis in plain["axes"]),
        levels=tuple(
            LevelFacts(level["path"], _vector(level["scale"]), _vector(level["translation"]))
            for level in plain["levels"]
        ),
    )


def _vector(plain: list[float] | None) -> tuple[float, ...] | None:
    return None if plain is None else tuple(plain)


def aligned(ours: Survey, theirs: Survey) -> Survey:
    """Our survey, in which images go by the paths of their arrays, with the paths of theirs.

    RFC-8 knows nodes and arrays, and no groups of OME-Zarr: each image of ours is the one of
    theirs below whose group its arrays are. What is below none of them keeps its path.
    """
    groups = sorted({*theirs.images, *theirs.labels}, key=len, reverse=True)
    kinds: dict[str, dict[str, ImageFacts]] = {"images": {}, "labels": {}}
    for kind, found in kinds.items():
        for path, image in getattr(ours, kind).items():
            group = next((one for one in groups if f"{path}/".startswith(_below(one))), None)
            if group is None or group in found:
                found[path] = image
            else:
                start = len(_below(group))
                levels = [replace(level, path=level.path[start:]) for level in image.levels]
                found[group] = replace(image, levels=tuple(levels))
    return replace(ours, **kinds)  # type: ignore[arg-type]


def _below(group: str) -> str:
    return f"{group}/" if group else ""


def differences(theirs: Survey, ours: Survey, silent: frozenset[str]) -> Iterator[str]:
    """What the two surveys do not agree on, a sentence each.

    Args:
        theirs: What the library that wrote the hierarchy found.
        ours: What we found, by the paths of arrays.
        silent: What their library has no word about: names of fields of the facts, as
            `"labels"`, or `"wells.images"`.
    """
    one, two = _flat(theirs), _flat(aligned(ours, theirs))
    for place in sorted(one.keys() | two.keys()):
        if _kind(place) in silent or place[0] in silent:
            continue
        if place not in one:
            yield f"{place}: only we have {two[place]!r}"
        elif place not in two:
            yield f"{place}: only they have {one[place]!r}"
        elif not _same(one[place], two[place]):
            yield f"{place}: they have {one[place]!r}, we have {two[place]!r}"


def _flat(survey: Survey) -> dict[tuple[str, ...], Any]:
    facts: dict[tuple[str, ...], Any] = {}
    for kind in ("images", "labels"):
        for path, image in getattr(survey, kind).items():
            facts[kind, path, "axes"] = [(axis.name,) for axis in image.axes]
            facts[kind, path, "type"] = [axis.type for axis in image.axes]
            facts[kind, path, "unit"] = [axis.unit for axis in image.axes]
            facts[kind, path, "levels"] = [level.path for level in image.levels]
            for number, level in enumerate(image.levels):
                facts[kind, path, "scale", str(number)] = level.scale
                facts[kind, path, "translation", str(number)] = level.translation
    for well in survey.wells:
        facts["wells", f"{well.row}/{well.column}", "images"] = [path for path, _ in well.images]
        facts["wells", f"{well.row}/{well.column}", "acquisitions"] = [
            number for _, number in well.images
        ]
    for name in ("rows", "columns", "acquisitions"):
        facts[(name,)] = list(getattr(survey, name))
    return facts


def _kind(place: tuple[str, ...]) -> str:
    return place[0] if len(place) == 1 else f"{place[0]}.{place[2]}"


def _same(one: Any, two: Any) -> bool:
    """Equal; a translation by nothing is the same as none."""
    if one is None or two is None:
        other = two if one is None else one
        return other is None or (isinstance(other, tuple) and not any(other))
    return bool(one == two)
