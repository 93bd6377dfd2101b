"""Read a plate typed: wells, images, labels, axes, sizes of pixels, pixels, tables.

Needs the extras numpy, zarr and arrow: `pip install "ngio-collections[numpy,zarr,arrow]"`.
"""

import zarr

import ngio_collections as ngc

AXES = [{"name": name, "type": "space", "unit": "micrometer"} for name in "yx"]


def image(id: str, **attributes: object) -> ngc.Node:
    """An image of two levels, and its pixels beside the document that it will be in."""
    levels = []
    for number, (shape, size) in enumerate((((60, 80), 0.5), ((30, 40), 1.0))):
        zarr.create_array(f"{id}.zarr/{number}", shape=shape, dtype="uint16", fill_value=number)
        placed = {"type": "scale", "scale": [size, size]}
        ends = {"input": {"id": f"{id}_{number}"}, "output": {"id": f"{id}_um"}}
        levels.append(
            ngc.new_node(
                "singlescale",
                id=f"{id}_{number}",
                ref={"type": "zarr", "path": f"./{id}.zarr/{number}"},
                attributes={"coordinateTransformations": [{**placed, **ends}]},
            )
        )
    attributes["coordinateSystems"] = [{"id": f"{id}_um", "axes": AXES}]
    return ngc.new_node("multiscale", id=id, attributes=attributes, children=levels)


def well(row: str, column: str) -> ngc.Node:
    raw, name = f"{row}{column}_raw", f"{row}{column}_nuclei"
    return ngc.new_node(
        "collection",
        id=f"{row}{column}",
        attributes={"well": {"row": {"id": row}, "column": {"id": f"c{column}"}}, "lab:dose": 0.5},
        children=[image(raw), image(name, labels={"source": [{"id": raw}]})],
    )


listed = {
    "rows": [{"id": "A", "name": "A"}, {"id": "B", "name": "B"}],
    "columns": [{"id": "c01", "name": "01"}, {"id": "c02", "name": "02"}],
}
# What relates the two images: the stage has moved by 1 mm between them.
ends = {"input": {"id": "A01_raw_um"}, "output": {"id": "B02_raw_um"}}
stage = {"coordinateTransformations": [{"type": "translation", "translation": [0, -1000], **ends}]}
plate = ngc.new_node(
    "collection",
    id="plate",
    attributes={"plate": listed, "scene": stage},
    children=[well("A", "01"), well("B", "02")],
)
ngc.create("plate.json", plate)

# From here on: what you do with a plate that you were given.
plate = ngc.open_inlined("plate.json")
print([f"{well.row}/{well.column}" for well in plate.wells()])
raw = plate["B/02"].images()[0]
print(raw.id, [axis.name for axis in raw.axes], raw.pixel_size["x"])
print("labels:", [label.id for label in raw.labels()])
print("scales:", [level.scale() for level in raw.levels()])

# Pixels are one call away; the array is one of zarr-python.
print("pixels:", raw.open_array(level=1).shape, raw.open_array(level=1)[0, 0])

# Where in the image of A/01 is pixel (10, 20) of the smaller level of B/02?
other = plate["A/01"].images()[0]
there = ngc.transform_between(raw.levels()[1], other.levels()[0])
print("from pixel to pixel:", there([10, 20]))
try:
    plate["B/2"]
except ngc.NodeNotFoundError as error:
    print("B/2:", str(error).partition("has ")[2])

# Tables, for polars, pandas or DuckDB, and a catalogue for BioFile Finder.
table = ngc.to_arrow(plate, {"dose": "lab:dose"})
print(table.num_rows, "rows;", table.column_names)
print(ngc.to_csv(plate).splitlines()[0])

# Prints:
# ['A/01', 'B/02']
# B02_raw ['y', 'x'] 0.5 micrometer
# labels: ['B02_nuclei']
# scales: [(0.5, 0.5), (1.0, 1.0)]
# pixels: (30, 40) 1
# from pixel to pixel: [  20. 2040.]
# B/2: no well at 'B/2'; did you mean 'B/02'?
# 15 rows; ['id', 'name', 'type', 'path', 'document', 'parent', 'parents', 'depth', 'dose']
# File ID,File Path,File Name,Type,Parents,Document,Plate,Well
