"""Models and documents: typed values from JSON, and the two kinds of files.

Nodes give their attributes as plain JSON. Models give the same as typed values that are
checked, can be hashed, and cannot be changed by accident.
"""

import json
from pathlib import Path

import ngio_collections as ngc
from ngio_collections.models import ABSENT, CoordinateSystemsAttribute, LabelsAttribute

# An image and the nuclei that were found in it. `physical` is what the pixels are measured in.
axes = [{"name": name, "type": "space", "unit": "micrometer"} for name in "yx"]
cells = ngc.new_node(
    "multiscale",
    id="cells",
    attributes={"coordinateSystems": [{"id": "physical", "axes": axes}]},
)
labels = {
    "source": [{"id": "cells"}],
    "labelAttributes": [{"labelValue": 1, "color": [230, 159, 0, 255], "lab:class": "mitotic"}],
}
nuclei = ngc.new_node(
    "multiscale",
    id="nuclei",
    attributes={
        "coordinateSystems": [{"id": "nuclei_physical", "axes": axes}],
        "labels": labels,
    },
)
root = ngc.new_node("collection", id="sample", children=[cells, nuclei])

# An attribute as a value of its type: `in` asks for it, brackets read it.
for image in root.walk(type="multiscale"):
    (system,) = image[CoordinateSystemsAttribute]
    print(image.id, [axis.name for axis in system.axes], LabelsAttribute in image)
found = root.find("nuclei")[LabelsAttribute]
(entry,) = found.label_attributes
print("label", entry.label_value, "has the color", entry.color)

# What a model has no field for is kept. Absent is not null: it is a value of its own.
print("kept:", dict(entry.extra))
model = root.to_model()
print(type(model).__name__, "without a name:", model.name is ABSENT)

# A value that is not what its type says gives an error that names node and place.
wrong = root.find("nuclei").set_attr("labels", {"source": ["cells"]})
try:
    wrong.find("nuclei")[LabelsAttribute]
except ngc.InvalidAttributeError as error:
    print(str(error).partition(": 1 validation error")[0])

# The same node in both kinds of documents: a JSON file of its own, and the metadata of a
# Zarr group. What does not end in `.json` is a Zarr group.
ngc.create("sample.json", root)
ngc.create("sample.zarr", root)
print(list(json.loads(Path("sample.json").read_text(encoding="utf-8"))))
group = json.loads(Path("sample.zarr/zarr.json").read_text(encoding="utf-8"))
print(list(group), list(group["attributes"]))

# Whatever else is in the file stays there when the node is saved.
group["attributes"]["microscope"] = "Ada's"
Path("sample.zarr/zarr.json").write_text(json.dumps(group), encoding="utf-8")
ngc.save(ngc.open("sample.zarr").set_attr("lab:checked", True))
group = json.loads(Path("sample.zarr/zarr.json").read_text(encoding="utf-8"))
print(group["attributes"]["microscope"], group["attributes"]["ome"]["attributes"])

# Opening never checks; `validate_document` does, and gives every finding at once.
document = {"ome": {**root.to_json(), "version": "0.9"}}
print(len(ngc.validate_document(document)), "findings")
document["ome"]["nodes"][0]["id"] = "all cells"
for finding in ngc.validate_document(document):
    print(finding.level, finding.rule, finding.pointer)

# Prints:
# cells ['y', 'x'] False
# nuclei ['y', 'x'] True
# label 1 has the color (230, 159, 0, 255)
# kept: {'lab:class': 'mitotic'}
# Collection without a name: True
# the node 'nuclei' at /nodes/1: the attribute 'labels' is not as its type says
# ['ome']
# ['zarr_format', 'node_type', 'attributes'] ['ome']
# Ada's {'lab:checked': True}
# 0 findings
# MUST node-id /ome/nodes/0/id
# MUST external-reference-path /ome/nodes/1/attributes/labels/source/0
