"""A plate in many documents: one for the plate, one for each well.

Wells that are documents of their own can be written, moved and given away one by one. A
large plate opens in no time, because only what is needed is read.
"""

from pathlib import Path

import ngio_collections as ngc

ROWS, COLUMNS = "AB", ("01", "02")


def well(row: str, column: str) -> ngc.Node:
    name = f"{row}{column}"
    image = {"type": "zarr", "path": f"./images/{name}.zarr"}
    return ngc.new_node(
        "collection",
        id=name,
        attributes={"well": {"row": {"id": row}, "column": {"id": column}}},
        children=[ngc.new_node("multiscale", id=f"{name}_cells", ref=image)],
    )


attribute = {
    "rows": [{"id": row} for row in ROWS],
    "columns": [{"id": column} for column in COLUMNS],
}
wells = [well(row, column) for row in ROWS for column in COLUMNS]
plate = ngc.new_node("collection", id="plate", attributes={"plate": attribute}, children=wells)

# Begin with one document, and take the wells out of it, one by one. `externalize` writes the
# new document and gives a plate with a reference in the place of the well.
plate = ngc.create("plate/plate.json", plate)
for name in ("A01", "A02", "B01", "B02"):
    plate = ngc.externalize(plate.find(name), f"plate/wells/{name}.json")
ngc.save(plate)
print(*sorted(path.as_posix() for path in Path("plate").rglob("*.json")), sep="\n")
print(ngc.open("plate/plate.json"))

# In the well, paths count from its own folder now, and what it refers to in the plate got a
# path to the plate. So every reference leads where it led before.
a01 = ngc.open("plate/wells/A01.json")
print(a01.find("A01_cells").ref_path["path"])
print(dict(a01.get_attr("well")["row"]))

# One tree of all documents. The images were never written, which the report says.
view = ngc.open_inlined("plate/plate.json")
print(view.find("A01"))
print(len(view.report.documents), "documents;", {r.kind for r in view.report.unfollowed})

# Write the images, as the metadata of Zarr groups, and every link leads somewhere.
axes = [{"name": name, "type": "space", "unit": "micrometer"} for name in "yx"]
for well_node in view.children():
    systems = [{"id": "physical", "axes": axes}]
    image = ngc.new_node(
        "multiscale", id=f"{well_node.id}_cells", attributes={"coordinateSystems": systems}
    )
    ngc.create(f"plate/images/{well_node.id}.zarr", image)
report = ngc.check_links("plate/plate.json")
print(len(report.documents), "documents,", len(report.failures), "broken links")

# A document that others refer to can move: every reference to it is mended.
saved = ngc.relocate(
    "plate/wells/B02.json", "plate/failed/B02.json", documents=["plate/plate.json"]
)
print(len(saved.written), "documents written")
print(ngc.open("plate/plate.json").find("B02").ref_path["path"])
print(len(ngc.check_links("plate/plate.json").failures), "broken links")

# And back: a well becomes a part of the plate again.
plate = ngc.embed(ngc.open("plate/plate.json").find("A01"))
print(plate.find("A01"))
print(dict(plate.find("A01").get_attr("well")["row"]))

# Prints:
# plate/plate.json
# plate/wells/A01.json
# plate/wells/A02.json
# plate/wells/B01.json
# plate/wells/B02.json
# collection plate [plate]
#   collection A01 -> ./wells/A01.json
#   collection A02 -> ./wells/A02.json
#   collection B01 -> ./wells/B01.json
#   collection B02 -> ./wells/B02.json
# ../images/A01.zarr
# {'id': 'A', 'path': {'path': '../plate.json', 'type': 'json'}}
# collection A01 [well]
#   multiscale A01_cells -> ../images/A01.zarr
# 5 documents; {'missing'}
# 9 documents, 0 broken links
# 2 documents written
# ./failed/B02.json
# 0 broken links
# collection A01 [well]
#   multiscale A01_cells -> ./images/A01.zarr
# {'id': 'A'}
