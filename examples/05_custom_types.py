"""Types of your own: attributes and nodes that RFC-8 does not know.

Names with a prefix, such as `lab:quality`, are free to use. Software that does not know
them keeps them as they are; software that does reads them as values of its own classes.
"""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Self

import ngio_collections as ngc


# An attribute type is any class with a `key` and a `from_json`. There is nothing to register.
@dataclass(frozen=True)
class Quality:
    """How good an image is."""

    key: ClassVar[str] = "lab:quality"
    focus: float
    by: str = "nobody"

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """Make a value of the JSON of the attribute."""
        if not 0 <= value["focus"] <= 1:
            raise ValueError(f"focus is between 0 and 1, not {value['focus']}")
        return cls(**value)


def image(id: str, quality: Quality) -> ngc.Node:
    path = {"type": "zarr", "path": f"./{id}.zarr"}
    return ngc.new_node("multiscale", id=id, ref=path, attributes={Quality.key: asdict(quality)})


root = ngc.new_node(
    "collection",
    id="screen",
    children=[image("a", Quality(0.9, by="Ada")), image("b", Quality(0.4))],
)
sharp = root.find_all(where=lambda node: Quality in node and node[Quality].focus > 0.5)
print([node.id for node in sharp], "judged by", sharp[0][Quality].by)
try:
    _ = root.find("b").set_attr(Quality.key, {"focus": 7}).find("b")[Quality]
except ngc.InvalidAttributeError as error:
    print(str(error).partition(": ")[2])


# A node type is a class with `from_json`, registered under its name. This one stands for a
# table of spots, with its file among its own fields.
@dataclass(frozen=True)
class SpotTable:
    """A table of spots beside the images."""

    id: str
    file: str
    columns: tuple[str, ...]

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """Make a value of the JSON of a node."""
        return cls(value["id"], value["lab:file"], tuple(value["attributes"]["lab:columns"]))


ngc.register_node_type("lab:spot_table", SpotTable)

table = {
    "type": "lab:spot_table",
    "id": "spots",
    "lab:file": "./spots.parquet",
    "attributes": {"lab:columns": ["image", "y", "x"]},
}
ngc.create("screen.json", root.add(ngc.as_tree(table).root))
print(ngc.open("screen.json").find("spots").to_model())


# The `nodes` of such a type are its own business, unless it is registered as a container.
ngc.register_node_type("lab:session", container=True)
session = ngc.new_node("lab:session", id="monday", children=[image("c", Quality(0.8))])
root = ngc.open("screen.json").add(session)
print(root)
print([node.id for node in root.walk(has=Quality.key)])

# Prints:
# ['a'] judged by Ada
# the attribute 'lab:quality' is not as its type says: focus is between 0 and 1, not 7
# SpotTable(id='spots', file='./spots.parquet', columns=('image', 'y', 'x'))
# collection screen
#   multiscale a [lab:quality] -> ./a.zarr
#   multiscale b [lab:quality] -> ./b.zarr
#   lab:spot_table spots [lab:columns]
#   lab:session monday
#     multiscale c [lab:quality] -> ./c.zarr
# ['a', 'b', 'c']
