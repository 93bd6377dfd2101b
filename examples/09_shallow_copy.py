"""A shallow copy: somebody else's images, with your labels and notes, in your own documents.

Nothing of theirs is copied or changed. Your document refers to their images, and says of each
what you have to say. Here a read-only store stands in for their server.
"""

import ngio_collections as ngc


def image(id: str, **attributes: object) -> dict:
    node = {"version": "0.9", "type": "multiscale", "id": id, "nodes": []}
    node["attributes"] = attributes
    return {"zarr_format": 3, "node_type": "group", "attributes": {"ome": node}}


THEIRS = "https://archive.example/idr"
theirs = ngc.MemoryStore(
    {
        f"{THEIRS}/{name}.zarr/zarr.json": image(name, **{"lab:organism": "mouse"})
        for name in ("kidney", "liver")
    }
)
ours = ngc.MemoryStore()
# Their server is another origin than our folder, so it has to be allowed.
lab = ngc.Resolver(
    store=ngc.RouterStore({THEIRS: ngc.ReadOnly(theirs), "memory://ours": ours}),
    policy=ngc.AccessPolicy(origins=["https://archive.example"]),
)
OURS = "memory://ours/result.json"

# A collection of ours. `ref_stub` makes a reference to a document that was opened or written:
# it takes over type, id and name, and where the document is, and can have attributes of its
# own. The path is written so that it counts from the document that it is added to.
result = ngc.new_node("collection", id="result", name="Kidneys and livers")
for name in ("kidney", "liver"):
    original = lab.open(f"{THEIRS}/{name}.zarr")
    result = result.add_ref(original.ref_stub(attributes={"ours:quality": "good"}))

    # Labels of ours lie beside our document, and say which image they come from.
    nuclei = ngc.new_node("multiscale", id=f"{name}_nuclei")
    nuclei = lab.create(f"memory://ours/{name}_nuclei.zarr", nuclei)
    labels = {"source": [result.find(name).ref()]}
    result = result.add_ref(nuclei.ref_stub(attributes={"labels": labels}))
lab.create(OURS, result)
print(lab.open(OURS))

# Seen as one tree: what they say and what we say, together.
view = lab.open_inlined(OURS)
print(dict(view.find("kidney").attributes), *view.report.origins)

# What is new goes into the document of the image, which is not ours: refused, and nothing is
# written. Said of the reference it is ours, and goes into our document.
edited = view.find("kidney").set_attr("ours:cells", 812)
try:
    lab.save_tree(edited)
except ngc.ForbiddenError as error:
    print(error.problem)
print(lab.save_tree(edited, to="stub"))

# A correction of something they say: it stands beside the reference, and counts before theirs.
edited = view.find("liver").set_attr("lab:organism", "rat")
lab.save_tree(edited, to="stub")
for node in lab.open_inlined(OURS).children():
    print(node.id, dict(node.attributes))
print("written to their server:", [url for verb, url in theirs.log if verb == "put"])

# Prints:
# collection result "Kidneys and livers"
#   multiscale kidney [ours:quality] -> https://archive.example/idr/kidney.zarr
#   multiscale kidney_nuclei [labels] -> ./kidney_nuclei.zarr
#   multiscale liver [ours:quality] -> https://archive.example/idr/liver.zarr
#   multiscale liver_nuclei [labels] -> ./liver_nuclei.zarr
# {'lab:organism': 'mouse', 'ours:quality': 'good'} memory://ours https://archive.example
# the store of this URL is read-only; nothing was changed
# wrote memory://ours/result.json
# kidney {'lab:organism': 'mouse', 'ours:quality': 'good'}
# kidney_nuclei {'labels': {'source': [{'id': 'kidney'}]}}
# liver {'lab:organism': 'rat', 'ours:quality': 'good'}
# liver_nuclei {'labels': {'source': [{'id': 'liver'}]}}
# written to their server: []
