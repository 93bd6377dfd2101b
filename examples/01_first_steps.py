"""First steps: write a collection, open it, find something, change it, save it.

A collection is a small JSON document that says which images belong together. It holds no
pixels: each node has a type, an id and perhaps a name, and says where its content is.

    python 01_first_steps.py

writes `tuesday.json` into the folder that you are in.
"""

from pathlib import Path

import ngio_collections as ngc

# A collection of two images. An image is a node of the type `multiscale`; `ref` says where
# its Zarr group is, counted from the document that the node will be in.
tuesday = ngc.new_node(
    "collection",
    id="tuesday",
    name="Images of Tuesday",
    children=[
        ngc.new_node("multiscale", id="cells", ref={"type": "zarr", "path": "./cells.zarr"}),
        ngc.new_node("multiscale", id="nuclei", ref={"type": "zarr", "path": "./nuclei.zarr"}),
    ],
)
ngc.create("tuesday.json", tuesday)

# What was written is plain JSON, and whoever knows RFC-8 can read it.
print(*Path("tuesday.json").read_text(encoding="utf-8").splitlines()[:7], sep="\n")

# Opening gives the root node. Printing a node shows what is below it.
root = ngc.open("tuesday.json")
print(root)
for image in root.walk(type="multiscale"):
    print(image.id, "is at", image.ref_path["path"])

# Nodes never change. An edit gives the root of a new tree, and the old tree stays.
nuclei = root.find("nuclei")
edited = nuclei.set_attrs({"lab:checked": True, "lab:by": "Ada"})
print("before:", dict(nuclei.attributes))
print("after: ", dict(edited.find("nuclei").attributes))
print("changed:", ngc.diff(root, edited))

# Several edits in one go: all of them are made, or none.
with edited.edit() as tx:
    tx["cells"].rename("Cells, 20x")
    tx["nuclei"].rename("Nuclei, 20x")
    tx["nuclei"].drop_attrs("lab:by")
edited = tx.result

# Saving writes the document if its content changed, and only then.
print("first save: ", len(ngc.save(edited).written), "document")
print("second save:", len(ngc.save(edited).written), "documents")

# If somebody else has changed the file since you read it, nothing is overwritten.
mine, theirs = ngc.open("tuesday.json"), ngc.open("tuesday.json")
ngc.save(theirs.rename("Their name"))
try:
    ngc.save(mine.rename("My name"))
except ngc.ConflictError as error:
    print("refused: it", error.problem.partition(",")[0])
print("in the file:", ngc.open("tuesday.json").name)

# Prints:
# {
#   "ome": {
#     "type": "collection",
#     "version": "0.9",
#     "id": "tuesday",
#     "name": "Images of Tuesday",
#     "nodes": [
# collection tuesday "Images of Tuesday"
#   multiscale cells -> ./cells.zarr
#   multiscale nuclei -> ./nuclei.zarr
# cells is at ./cells.zarr
# nuclei is at ./nuclei.zarr
# before: {}
# after:  {'lab:checked': True, 'lab:by': 'Ada'}
# changed: ~ <Node multiscale 'nuclei'>: lab:checked set, lab:by set
# first save:  1 document
# second save: 0 documents
# refused: it was changed by somebody else since it was read
# in the file: Their name
