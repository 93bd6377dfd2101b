"""Reading and writing through a resolver: stores, policies, limits, and the report.

A store is where documents are: files, a zip, memory, a server. A policy says which documents
a reference may lead to, limits how many. A resolver has the verbs of the library with all
three, so that they need not be said each time. A store in memory stands in for two servers.
"""

import ngio_collections as ngc


def image(id: str, path: str) -> dict:
    return {"type": "multiscale", "id": id, "path": {"type": "zarr", "path": path}}


def document(id: str, *nodes: dict) -> dict:
    return {"ome": {"version": "0.9", "type": "collection", "id": id, "nodes": list(nodes)}}


def group(id: str) -> dict:
    node = {"version": "0.9", "type": "multiscale", "id": id, "nodes": []}
    return {"zarr_format": 3, "node_type": "group", "attributes": {"ome": node}}


server = ngc.MemoryStore(
    {
        "https://lab.example/plate.json": document(
            "plate",
            image("ours", "./images/ours.zarr"),
            image("theirs", "https://elsewhere.example/theirs.zarr"),
            image("secret", "file:///etc/secret.zarr"),
            image("lost", "./images/lost.zarr"),
        ),
        "https://lab.example/images/ours.zarr/zarr.json": group("ours"),
        "https://elsewhere.example/theirs.zarr/zarr.json": group("theirs"),
    }
)
PLATE = "https://lab.example/plate.json"

# By default a reference in a document of a server may lead to that server only. Whatever is
# not followed stays a reference, and the report says why. Nothing is hidden.
lab = ngc.Resolver(server)
root = lab.open_inlined(PLATE)
print(root)
for record in root.report.unfollowed:
    print(f"{record.kind}: {record.target} (declared at {record.pointer})")

# Allow the other server. Local files stay out of reach for a document from the web.
policy = ngc.AccessPolicy(origins=["https://elsewhere.example"])
root = ngc.Resolver(server, policy).open_inlined(PLATE)
print(root.report.origins)
print([record.kind for record in root.report.unfollowed])

# A sandbox: no reference may leave this folder of the server.
policy = ngc.AccessPolicy(root="https://lab.example/images")
print(policy.refusal(PLATE, "https://lab.example/images/ours.zarr/zarr.json"))
print(policy.refusal(PLATE, "https://lab.example/other.zarr/zarr.json"))

# Limits hold before memory is gone: of documents, nodes, depth, and bytes.
careful = ngc.Resolver(server, limits=ngc.Limits(documents=1))
root = careful.open_inlined(PLATE)
print(*{record.cause for record in root.report.unfollowed if record.kind == "limit"})

# With `on_error="raise"` the first reference that cannot be followed is an error.
try:
    lab.open_inlined(PLATE, on_error="raise")
except ngc.UnresolvedReferenceError as error:
    print(str(error).partition(": https")[0])

# Several stores as one: notes of our own beside images that nobody may change.
notes = ngc.MemoryStore()
both = ngc.Resolver(ngc.RouterStore({"memory://notes": notes, "https:": ngc.ReadOnly(server)}))
both.create("memory://notes/ours.json", ngc.new_node("collection", id="notes"))
print(notes.urls())
try:
    both.save(both.open(PLATE).rename("Mine now"))
except ngc.ForbiddenError as error:
    print(error)

# Local files: a store with a root never reads or writes outside of it, links or not.
try:
    ngc.open("../somewhere.json", store=ngc.LocalStore(root="."))
except ngc.ForbiddenError as error:
    print(type(error).__name__, "outside of the root")

# Prints:
# collection plate
#   multiscale ours
#   multiscale theirs -> https://elsewhere.example/theirs.zarr
#   multiscale secret -> file:///etc/secret.zarr
#   multiscale lost -> ./images/lost.zarr
# forbidden: https://elsewhere.example/theirs.zarr/zarr.json (declared at /ome/nodes/1)
# forbidden: file:///etc/secret.zarr/zarr.json (declared at /ome/nodes/2)
# missing: https://lab.example/images/lost.zarr/zarr.json (declared at /ome/nodes/3)
# ('https://lab.example', 'https://elsewhere.example')
# ['forbidden', 'missing']
# None
# is outside of https://lab.example/images, which references must not leave
# is not read: the limit documents=1 is reached; raise it with Limits(...)
# https://lab.example/plate.json#/ome/nodes/1: forbidden
# ['memory://notes/ours.json']
# https://lab.example/plate.json: the store of this URL is read-only; nothing was changed
# ForbiddenError outside of the root
