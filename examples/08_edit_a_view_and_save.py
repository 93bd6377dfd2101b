"""Edit an inlined view, and save exactly the documents that changed.

A view is many documents as one tree. You edit it wherever you like, and `save_tree` finds
out which documents that concerns, and writes those.
"""

from pathlib import Path

import ngio_collections as ngc


def well(name: str) -> ngc.Node:
    image = ngc.new_node("multiscale", id=f"{name}_cells", attributes={"lab:focus": 0.5})
    return ngc.new_node("collection", id=name, children=[image])


# A plate with 50 wells, each a document of its own. The plate says of each how it was treated.
names = [f"{row}{column:02}" for row in "ABCDE" for column in range(1, 11)]
stubs = []
for name in names:
    written = ngc.create(f"wells/{name}.json", well(name))
    stubs.append(written.ref_stub(attributes={"lab:dose": 1}))
ngc.create("plate.json", ngc.new_node("collection", id="plate").add_ref(*stubs))


def stamps() -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in Path().rglob("*.json")}


def names_of(saved: ngc.Saved) -> list[str]:
    return [url.rpartition("/")[2] for url in saved.written]


view = ngc.open_inlined("plate.json")
print(len(view.report.documents), "documents,", len(view.tree), "nodes")

# Two edits, of nodes in two documents.
before = stamps()
edited = view.find("A03_cells").set_attr("lab:focus", 0.9)
edited = edited.find("D07_cells").set_attr("lab:focus", 0.1)
saved = ngc.save_tree(edited)
after = stamps()
print("written:", sorted(names_of(saved)))
print("touched:", sorted(name for name in after if after[name] != before[name]))

# A node in the place of a reference is made of two: the stub in the plate, and the root of
# the well's document. A change goes to where the attribute is already, so the dose goes to the
# plate. What is new goes to the well, unless you say otherwise with `to`.
edited = edited.find("B02").set_attr("lab:dose", 5)
print("dose:", names_of(ngc.save_tree(edited)))
edited = edited.find("B02").set_attr("lab:cell_line", "HeLa")
print("cell line:", names_of(ngc.save_tree(edited)))
edited = edited.find("B02").set_attr("lab:seen", True)
print("seen:", names_of(ngc.save_tree(edited, to="stub")))
print("plate:", dict(ngc.open("plate.json").find("B02").attributes))
print("well: ", dict(ngc.open("wells/B02.json").attributes))

# A moved node is taken out of one document and put into another. The innermost is written
# first, so that there is no moment at which a reference leads nowhere.
image = edited.find("C01_cells")
edited = image.move(edited.find("C02"))
print("moved:", sorted(names_of(ngc.save_tree(edited))))

# Nobody's work is lost: if somebody else wrote one of the documents meanwhile, nothing at all
# is written. Open the view again, and repeat the edits.
ngc.save(ngc.open("wells/E10.json").rename("Somebody else's"))
edited = edited.find("E01_cells").set_attr("lab:focus", 0.7)
edited = edited.find("E10").rename("Mine")
before = stamps()
try:
    ngc.save_tree(edited, to="target")
except ngc.ConflictError as error:
    print("conflict:", (error.document or "").rpartition("/")[2])
print("nothing written:", stamps() == before)
edited = ngc.open_inlined("plate.json").find("E01_cells").set_attr("lab:focus", 0.7)
print("again:", names_of(ngc.save_tree(edited)))

# Prints:
# 51 documents, 101 nodes
# written: ['A03.json', 'D07.json']
# touched: ['A03.json', 'D07.json']
# dose: ['plate.json']
# cell line: ['B02.json']
# seen: ['plate.json']
# plate: {'lab:dose': 5, 'lab:seen': True}
# well:  {'lab:cell_line': 'HeLa'}
# moved: ['C01.json', 'C02.json']
# conflict: E10.json
# nothing written: True
# again: ['E01.json']
