"""From OME-Zarr as it is today to a collection, and back, without touching a pixel.

`convert` reads the metadata of a plate, image or scene and writes JSON documents beside it.
Every image becomes a node with its own metadata whose levels point at the arrays as they are.
"""

import json
from pathlib import Path

import ngio_collections as ngc


def write_group(path: str, attributes: dict) -> None:
    """Write a group of Zarr 2, as OME-Zarr 0.4 uses it."""
    folder = Path(path)
    folder.mkdir(parents=True)
    (folder / ".zgroup").write_text('{"zarr_format": 2}')
    (folder / ".zattrs").write_text(json.dumps(attributes))


def write_image(path: str, **more: object) -> None:
    """Write an image with one level; only its metadata, as nothing else is read."""
    axes = [{"name": name, "type": "space", "unit": "micrometer"} for name in "yx"]
    steps = [{"type": "scale", "scale": [0.325, 0.325]}]
    level = {"path": "0", "coordinateTransformations": steps}
    image = {"version": "0.4", "axes": axes, "datasets": [level], "type": "mean"}
    write_group(path, {"multiscales": [image], **more})
    Path(path, "0").mkdir()
    Path(path, "0", ".zarray").write_text("{}")


# A plate with two wells, two acquisitions and a label image.
wells = [{"path": f"A/{n}", "rowIndex": 0, "columnIndex": n - 1} for n in (1, 2)]
acquisitions = [{"id": 0, "name": "before", "starttime": 1700000000}, {"id": 1, "name": "after"}]
columns = [{"name": "1"}, {"name": "2"}]
plate = {"name": "Screen 7", "rows": [{"name": "A"}], "columns": columns, "wells": wells}
write_group("screen.zarr", {"plate": {**plate, "acquisitions": acquisitions, "field_count": 1}})
for well in wells:
    fields = [{"path": str(number), "acquisition": number} for number in (0, 1)]
    write_group(f"screen.zarr/{well['path']}", {"well": {"images": fields}})
    for field in fields:
        write_image(f"screen.zarr/{well['path']}/{field['path']}", omero={"channels": []})
write_group("screen.zarr/A/1/0/labels", {"labels": ["nuclei"]})
colors = [{"label-value": 1, "rgba": [255, 0, 0, 255]}]
write_image("screen.zarr/A/1/0/labels/nuclei", **{"image-label": {"colors": colors}})

# One document beside the plate. Images of one acquisition are grouped.
conversion = ngc.convert("screen.zarr", layout="tall")
print(conversion.ledger.counts())
for node in conversion.root.walk(type="multiscale"):
    print(" ", node.id)

# The labels know the image that they were made from.
nuclei = conversion.root.find("A_1_0_nuclei")
source = nuclei.get_attr("labels")["source"][0]
print(ngc.follow(nuclei, source).id)

# What RFC-8 has no field for is kept as it was.
print(dict(conversion.root.get_attr("ome-zarr:acquisitions")["acquisition_0"]))

# A document for each well. What is up to date is not written again.
for _ in range(2):
    many = ngc.convert("screen.zarr", "wells.json", documents="per-well")
    print(len(many.written), "written,", len(many.skipped), "up to date")

# And back: the same metadata, for each group.
groups = ngc.to_ome_zarr(many.root, version="0.4")
before = json.loads(Path("screen.zarr/A/1/0/.zattrs").read_text())
print(groups["A/1/0"] == before, len(groups), "groups")

# Prints:
# {'mapped': 65, 'kept': 16, 'refused': 0}
#   A_1_0
#   A_1_0_nuclei
#   A_1_1
#   A_2_0
#   A_2_1
# A_1_0
# {'starttime': 1700000000}
# 3 written, 0 up to date
# 0 written, 3 up to date
# True 9 groups
