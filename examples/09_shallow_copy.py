"""A shallow copy: somebody else's images, with your labels and notes, in your own documents.

Nothing of theirs is copied or changed. Your document refers to their images, and says of each
what you have to say. Here a read-only store stands in for their server.
"""

import ngio_collections as ngc


def image(id: str, **attributes: object) -> dict:
    node = {"version": "0.9", "type": "multiscale", "id": id, "attributes": attributes, "nodes": []}
    return {"zarr_format": 3, "node_type": "group", "attributes": {"ome": node}}


THEIRS = "https://archive.example/idr"
theirs = ngc.MemoryStore(
    {
        f"{THEIRS}/{name}.zarr/zarr.json": image(name, **{"lab:organism": "mouse"})
        for name in ("kidney", "liver")
    }
)
ours = ngc.MemoryStore()
store = ngc.RouterStore({THEIRS: ngc.ReadOnly(theirs), "memory://ours": ours})

# A collection of ours that refers to each of their images, with attributes of our own. A
# reference takes the id and the type of what it leads to.
result = ngc.new_node("collection", id="result", name="Kidneys and livers")
for name in ("kidney", "liver"):
    original = ngc.open(f"{THEIRS}/{name}.zarr", store=store)
    stub = ngc.new_node(
        original.type,
        id=original.id,
        ref={"type": "zarr", "path": f"{THEIRS}/{name}.zarr"},
        attributes={"ours:quality": "good"},
    )
    result = result.add_ref(stub)

# Labels of ours, which say which image they come from. They lie beside our document.
for name in ("kidney", "liver"):
    labels = {"source": [{"id": name}]}
    where = {"type": "zarr", "path": f"./{name}_nuclei.zarr"}
    nuclei = ngc.new_node("multiscale", id=f"{name}_nuclei", ref=where)
    result = result.add_ref(nuclei.set_attr("labels", labels))
    group = ngc.new_node("multiscale", id=f"{name}_nuclei")
    ngc.create(f"memory://ours/{name}_nuclei.zarr", group, store=store)
ngc.create("memory://ours/result.json", result, store=store)
print(ngc.open("memory://ours/result.json", store=store))

# Seen as one tree. Their server is another origin, so it has to be allowed.
policy = ngc.AccessPolicy(origins=["https://archive.example"])
view = ngc.open_inlined("memory://ours/result.json", store=store, policy=policy)
print(dict(view.find("kidney").attributes), "from", view.report.origins)

# What is new goes into the document of the image, which is not ours: refused, and nothing is
# written. Said of the reference it is ours, and goes into our document.
edited = view.find("kidney").set_attr("ours:cells", 812)
try:
    ngc.save_tree(edited, store=store)
except ngc.ForbiddenError as error:
    print(error)
print(ngc.save_tree(edited, to="stub", store=store))

# A correction of something they say: it stands beside the reference, and counts before theirs.
edited = view.find("liver").set_attr("lab:organism", "rat")
ngc.save_tree(edited, to="stub", store=store)
view = ngc.open_inlined("memory://ours/result.json", store=store, policy=policy)
for node in view.children():
    print(node.id, dict(node.attributes))
print("written to their server:", [url for verb, url in theirs.log if verb == "put"])

# Prints:
# collection result "Kidneys and livers"
#   multiscale kidney [ours:quality] -> https://archive.example/idr/kidney.zarr
#   multiscale liver [ours:quality] -> https://archive.example/idr/liver.zarr
#   multiscale kidney_nuclei [labels] -> ./kidney_nuclei.zarr
#   multiscale liver_nuclei [labels] -> ./liver_nuclei.zarr
# {'lab:organism': 'mouse', 'ours:quality': 'good'} from ('memory://ours', 'https://archive.example')
# https://archive.example/idr/kidney.zarr/zarr.json: the store of this URL is read-only; nothing was changed
# wrote memory://ours/result.json
# kidney {'lab:organism': 'mouse', 'ours:quality': 'good'}
# liver {'lab:organism': 'rat', 'ours:quality': 'good'}
# kidney_nuclei {'labels': {'source': [{'id': 'kidney'}]}}
# liver_nuclei {'labels': {'source': [{'id': 'liver'}]}}
# written to their server: []
