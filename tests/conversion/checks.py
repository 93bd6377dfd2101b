"""What must hold of every conversion, whatever the source."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ngio_collections as ngc
from tests.conversion.accounting import path_of

PROFILES = ("ngio", "rfc8")

State = dict[str, tuple[str, int]]


def state(root: Path) -> State:
    """The content and the time of every file and folder, by path."""
    found = {}
    for path in sorted(root.rglob("*")):
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[path.relative_to(root).as_posix()] = (content, path.stat().st_mtime_ns)
    return found


def written(conversion: Any) -> dict[str, Any]:
    """The documents that were written, by address."""
    return {url: json.loads(path_of(url).read_bytes()) for url in conversion.written}


def broken_rules(conversion: Any) -> Iterator[str]:
    """What breaks a MUST in the documents that were written, in either profile."""
    for url, document in written(conversion).items():
        for profile in PROFILES:
            for finding in ngc.validate_document(document, url=url, profile=profile):
                if finding.level == "MUST":
                    yield f"{profile}: {finding.rule} {finding.pointer}: {finding.message}"


def failures(root: Any) -> list[Any]:
    """References of a collection that could not be followed; one document has none to follow."""
    return [] if root.report is None else list(root.report.failures)


def repeated_ids(root: Any) -> list[str]:
    """Ids that nodes of a collection share, over all of its documents."""
    seen: set[str] = set()
    return [node.id for node in root.walk() if node.id in seen or seen.add(node.id)]


def lost_on_the_way_back(root: Any, sources: dict[str, Any], version: str) -> Iterator[str]:
    """What `to_ome_zarr` does not give back as it was.

    Args:
        root: The root of the collection.
        sources: The documents of OME-Zarr that it was made from, by path.
        version: The version of those that do not say theirs.
    """
    originals: dict[str, dict[str, Any]] = {}
    for path, document in sources.items():
        attributes = document if path.endswith(".zattrs") else document["attributes"]
        own = attributes.get("ome", {"version": "0.4"}).get("version", version)[:3]
        originals.setdefault(own, {})[path.rpartition("/")[0]] = attributes
    every = {path: own for own, groups in originals.items() for path in groups}
    for own, groups in originals.items():
        back = ngc.to_ome_zarr(root, version=own)
        # A group without metadata, around labels, is no document of OME-Zarr.
        found = {path: attributes for path, attributes in back.items() if attributes}
        yield from (f"{own}: {path!r} is new" for path in found.keys() - every.keys())
        for path, attributes in groups.items():
            if path not in found:
                yield f"{own}: {path!r} is missing"
            elif as_json(found[path]) != as_json(attributes):
                yield f"{own}: {path!r} was {as_json(attributes)} and is {as_json(found[path])}"


def as_json(value: Any) -> str:
    """JSON as text; neither the order of keys nor how a number is written makes a difference."""
    whole = json.loads(json.dumps(value), parse_float=_number)
    return json.dumps(whole, ensure_ascii=False, sort_keys=True)


def _number(text: str) -> float | int:
    number = float(text)
    return int(number) if number.is_integer() else number
