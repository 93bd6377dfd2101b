"""Inlining: many documents as one tree. Who wins, how deep, and what was not followed.

A node that carries a `path` is called a stub: its content is in another document, the
target. `open` leaves stubs alone, `open_inlined` puts the content in their place.
"""

import ngio_collections as ngc

COHORT, PATIENT, SCAN = (f"https://lab.example/{name}.json" for name in ("cohort", "p1", "scan"))


def document(type: str, id: str, attributes: dict, *nodes: dict) -> dict:
    node = {"version": "0.9", "type": type, "id": id, "attributes": attributes}
    return {"ome": {**node, "nodes": list(nodes)}}


def stub(type: str, id: str, name: str, path: str, attributes: dict) -> dict:
    where = {"type": "json", "path": path}
    return {"type": type, "id": id, "name": name, "path": where, "attributes": attributes}


store = ngc.MemoryStore(
    {
        COHORT: document(
            "collection",
            "cohort",
            {},
            stub("collection", "first", "Patient 1", "./p1.json", {"lab:age": 52}),
            stub("collection", "second", "Patient 2", "./p2.json", {}),
        ),
        PATIENT: document(
            "collection",
            "patient",
            {"lab:age": 51, "lab:sex": "f"},
            stub("multiscale", "brain", "Brain", "./scan.json", {}),
            stub("collection", "back", "All patients", "./cohort.json", {}),
        ),
        SCAN: document("multiscale", "scan", {"lab:tesla": 3}),
    }
)

print("--- one document")
print(ngc.open(COHORT, store=store))
print("--- all documents")
root = ngc.open_inlined(COHORT, store=store)
print(root)

# The node in the place of a stub keeps the id and the name of the stub. Attributes are put
# together key by key, and where both have one the stub wins.
first = root.find("first")
print(first.id, first.name, dict(first.attributes))
# Nothing is lost: the node knows what the stub said, and which documents both came from.
print(dict(first.stub["attributes"]), "in", first.declared_in)
print("the content is in", first.document_url)

print("--- what was not followed")
for record in root.report.unfollowed:
    print(f"{record.kind}: {record.pointer} -> {record.target}")
print("failures:", [record.kind for record in root.report.failures])  # An end is no failure.

print("--- not so deep")
shallow = ngc.open_inlined(COHORT, depth=1, store=store)
brain = shallow.find("brain")
print(brain.is_reference, [record.kind for record in shallow.report.unfollowed])
# A reference can be opened when it is needed.
print(ngc.open_ref(brain, store=store).get_attr("lab:tesla"), "tesla")

print("--- other rules for attributes")
for wins in ("stub", "target", "forbid"):
    strategy = ngc.Inlining(attributes=wins)
    first = ngc.open_inlined(COHORT, strategy=strategy, store=store).find("first")
    print(wins, dict(first.attributes), "stays a stub" if first.is_reference else "inlined")

# The tree as one document. Ids of inlined documents get the id of their place in front, so
# that no two are alike, and every reference still leads where it led.
ngc.save_inlined(root, "https://lab.example/all.json", store=store)
print("--- in one document")
print([node.id for node in ngc.open("https://lab.example/all.json", store=store).walk()])

# Prints:
# --- one document
# collection cohort
#   collection first "Patient 1" [lab:age] -> ./p1.json
#   collection second "Patient 2" -> ./p2.json
# --- all documents
# collection cohort
#   collection first "Patient 1" [lab:age, lab:sex]
#     multiscale brain "Brain" [lab:tesla]
#     collection back "All patients" -> ./cohort.json
#   collection second "Patient 2" -> ./p2.json
# first Patient 1 {'lab:age': 52, 'lab:sex': 'f'}
# {'lab:age': 52} in https://lab.example/cohort.json
# the content is in https://lab.example/p1.json
# --- what was not followed
# cycle: /ome/nodes/1 -> https://lab.example/cohort.json
# missing: /ome/nodes/1 -> https://lab.example/p2.json
# failures: ['missing']
# --- not so deep
# True ['depth', 'depth', 'missing']
# 3 tesla
# --- other rules for attributes
# stub {'lab:age': 52, 'lab:sex': 'f'} inlined
# target {'lab:age': 51, 'lab:sex': 'f'} inlined
# forbid {'lab:age': 52} stays a stub
# --- in one document
# ['cohort', 'first', 'first--brain', 'first--back', 'second']
