"""A plate in one document: rows, columns, wells, fields of view, two acquisitions.

The plate says in its attribute `plate` which rows, columns and acquisitions there are. Wells
refer to a row and a column by id, images to an acquisition.
"""

import ngio_collections as ngc
from ngio_collections.models import AcquisitionAttribute, PlateAttribute, WellAttribute

ROWS, COLUMNS, ACQUISITIONS, FIELDS = "AB", ("01", "02", "03"), ("day_1", "day_2"), 2

plate_attribute = {
    "rows": [{"id": f"row_{row}", "name": row} for row in ROWS],
    "columns": [{"id": f"column_{column}", "name": column} for column in COLUMNS],
    "acquisitions": [{"id": acquisition} for acquisition in ACQUISITIONS],
}


def field(well: str, acquisition: str, number: int) -> ngc.Node:
    id = f"{well}_{acquisition}_{number}"
    return ngc.new_node(
        "multiscale",
        id=id,
        ref={"type": "zarr", "path": f"./images/{id}.zarr"},
        attributes={"acquisition": {"id": acquisition}},
    )


def well(row: str, column: str) -> ngc.Node:
    name = f"{row}{column}"
    fields = [field(name, day, number) for day in ACQUISITIONS for number in range(FIELDS)]
    return ngc.new_node(
        "collection",
        id=name,
        name=f"Well {name}",
        attributes={"well": {"row": {"id": f"row_{row}"}, "column": {"id": f"column_{column}"}}},
        children=fields,
    )


plate = ngc.new_node(
    "collection",
    id="plate",
    name="Dose response",
    attributes={"plate": plate_attribute},
    children=[well(row, column) for row in ROWS for column in COLUMNS],
)
plate = ngc.create("plate.json", plate)
print(len(plate.tree), "nodes in plate.json")
print(plate.find("A01"))

# Does it keep the rules of RFC-8? Every well must name a row and a column that there is.
print(ngc.validate_document({"ome": plate.to_json()}))
lost = plate.find("A01").set_attr("well", {"row": {"id": "row_Z"}, "column": {"id": "column_01"}})
for finding in ngc.validate_document({"ome": lost.to_json()}):
    print(finding.rule, finding.pointer)

# What is in the plate, as typed values.
attribute = plate[PlateAttribute]
print([row.name for row in attribute.rows], [column.name for column in attribute.columns])

# All images of the second day in column 02.
for node in plate.find_all(has="well"):
    if node[WellAttribute].column.id == "column_02":
        fields = [one for one in node.children() if one[AcquisitionAttribute].id == "day_2"]
        print(node.name, [one.id for one in fields])

# Metadata for wells, all at once: a transaction makes one new tree of many edits.
with plate.edit() as tx:
    for node in plate.find_all(has="well"):
        column = COLUMNS.index(node[WellAttribute].column.id.removeprefix("column_"))
        tx[node].set_attr("lab:dose", 10.0**-column)
ngc.save(tx.result)
print({n.id: n.get_attr("lab:dose") for n in ngc.open("plate.json").walk(has="lab:dose")})

# Prints:
# 31 nodes in plate.json
# collection A01 "Well A01" [well]
#   multiscale A01_day_1_0 [acquisition] -> ./images/A01_day_1_0.zarr
#   multiscale A01_day_1_1 [acquisition] -> ./images/A01_day_1_1.zarr
#   multiscale A01_day_2_0 [acquisition] -> ./images/A01_day_2_0.zarr
#   multiscale A01_day_2_1 [acquisition] -> ./images/A01_day_2_1.zarr
# []
# well-position /ome/nodes/0/attributes/well/row
# ['A', 'B'] ['01', '02', '03']
# Well A02 ['A02_day_2_0', 'A02_day_2_1']
# Well B02 ['B02_day_2_0', 'B02_day_2_1']
# {'A01': 1.0, 'A02': 0.1, 'A03': 0.01, 'B01': 1.0, 'B02': 0.1, 'B03': 0.01}
