"""Check a collection: all of it, a part of it, a view of many documents, and one edit.

Nothing that you open is checked by itself. `validate` looks at what you give it and says
what breaks the rules of RFC-8, or your own.
"""

from collections.abc import Iterator

import ngio_collections as ngc


def well(name: str, row: str, dose: float) -> ngc.Node:
    place = {"row": {"id": row}, "column": {"id": "c1"}}
    return ngc.new_node("collection", id=name, attributes={"well": place, "lab:dose": dose})


layout = {"rows": [{"id": "rA"}, {"id": "rB"}], "columns": [{"id": "c1"}]}
wells = [well("A1", "rA", 0.5), well("B1", "rB", -1.0), well("C1", "rC", 2.0)]
plate = ngc.new_node("collection", id="plate", attributes={"plate": layout}, children=wells)

# The whole tree. A finding says which node it is about, what is wrong and what to do.
for finding in ngc.validate(plate):
    print(finding.path, "|", finding.rule, "|", finding.found)
print("fix:", finding.fix.partition(";")[0])

# A part of it, with the rules that matter now. What is around it still counts.
print(len(ngc.validate(plate.find("C1"), rules="hcs")), "finding in C1")
print(len(ngc.validate(plate.find("A1"), rules="hcs")), "findings in A1")


# A rule of your own is a function with a name that has a prefix of yours.
@ngc.rule("lab:dose-positive", on="attributes/lab:dose", level="MUST", fix="Write it in mg.")
def dose_positive(subject: ngc.Subject, _: ngc.Context) -> Iterator[ngc.Violation]:
    """A dose is more than nothing."""
    if not subject.value > 0:
        yield ngc.Violation(f"the dose is {subject.value}", "a positive number")


rules = ngc.rules() - ["sibling-names"] | dose_positive
findings = ngc.validate(plate, rules=rules)
print([finding.rule for finding in findings])

# After an edit only what it can have changed is looked at again.
edited = plate.find("B1").set_attr("lab:dose", 0.1)
change = ngc.validate_changes(plate, edited, rules=rules)
print(change.checked, "node looked at:", [finding.rule for finding in change.resolved], "is gone")
print(len(change.update(findings)), "finding left")

# In a view of several documents, references between them are checked as well: here a well
# says that it is in a row of another document, where that is the id of a column.
ngc.create("plate.json", ngc.new_node("collection", id="plate", attributes={"plate": layout}))
path = {"type": "json", "path": "./plate.json"}
place = {"row": {"id": "c1", "path": path}, "column": {"id": "c1", "path": path}}
alone = ngc.new_node("collection", id="A1", attributes={"well": place})
ngc.create("well.json", alone)
screen = ngc.new_node("collection", id="screen")
for name, id in (("plate", "plate"), ("well", "A1"), ("lost", "lost")):
    link = {"type": "json", "path": f"./{name}.json"}
    screen = screen.add(ngc.new_node("collection", id=id, ref=link))
ngc.create("screen.json", screen)

for finding in ngc.validate(ngc.open_inlined("screen.json")):
    print(finding.document.rpartition("/")[2], finding.rule, finding.pointer)

# Prints:
# plate / C1 | well-position | `row` refers to `rC`
# fix: Use the ids that the plate declares
# 1 finding in C1
# 0 findings in A1
# ['lab:dose-positive', 'well-position']
# 1 node looked at: ['lab:dose-positive'] is gone
# 1 finding left
# screen.json path-target /ome/nodes/2
# well.json well-position /ome/attributes/well/row
