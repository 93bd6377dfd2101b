"""Bringing documents, and trees of them, from the older draft to the newer revision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ngio_collections.document import open_envelope, parse_document
from ngio_collections.errors import UnknownProfileError
from ngio_collections.graph import Node
from ngio_collections.mend._fix import Fix
from ngio_collections.mend._fixes import apply_fixes
from ngio_collections.mend._patching import upward
from ngio_collections.mend._proposals import Known
from ngio_collections.mend._upgrading import LEFT, Undecided, upgrade_steps
from ngio_collections.resolve._contents import contents

__all__ = ["Upgrade", "upgrade"]

NEWEST: Final = "v1-2026-08"
_PROFILES: Final = ("rfc8", "ngio")


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What brings a document or a tree to a newer revision.

    Attributes:
        to: The revision.
        steps: What changes, in the order in which it is applied.
        undecided: What is left to a person.
        result: The upgraded document, or the root of the upgraded tree.
    """

    to: str
    steps: tuple[Fix, ...]
    undecided: tuple[Undecided, ...]
    result: Any = field(compare=False, repr=False)

    def operations(self, document: str | None = None) -> list[Mapping[str, Any]]:
        """All steps in one document as one JSON Patch (RFC 6902)."""
        return [
            operation
            for step in self.steps
            if step.document == document
            for operation in step.operations
        ]

    def to_json(self) -> dict[str, Any]:
        """The steps, and what was left, as plain JSON."""
        return {
            "to": self.to,
            "steps": [step.to_json() for step in self.steps],
            "undecided": [one.to_json() for one in self.undecided],
        }

    def __str__(self) -> str:
        lines = [str(step) for step in self.steps]
        lines += [f"{o.document or ''}#{o.pointer}: {o.rule}: {o.reason}" for o in self.undecided]
        return "\n".join(lines) or f"is as {self.to} wants it"


def upgrade(
    source: Node | Mapping[str, Any] | bytes | str,
    to: str = NEWEST,
    *,
    version: str | None = None,
    url: str | None = None,
) -> Upgrade:
    """Find out how a document of the draft of April 2026 is written in the newer revision.

    Nothing is changed. References that are bare ids become objects, coordinate systems and
    nodes that have a name alone get an id, the scale and the translation of a level become
    one sequence, and what a collection says of space moves into a `scene`. What breaks a MUST
    of the newer revision after that, in the profile `rfc8` or `ngio`, is listed with the reason.

    Args:
        source: A node, whose whole tree is upgraded, each document for itself; or a document,
            parsed or as JSON text.
        to: The revision.
        version: What the root of each document is to say as its version. By default it stays:
            which version means this revision, the RFC does not say.
        url: The address of a document that is no node.

    Returns:
        The steps, what was left, and the result, which is a value of its own.

    Raises:
        NotJsonError: The text is not JSON.
        NotOmeError: The document holds no node.
        UnknownProfileError: Nothing can be upgraded to such a revision.
        ValueError: The version is empty.

    Examples:
        >>> import ngio_collections as ngc
        >>> raw = {"type": "multiscale", "id": "raw", "name": "Raw",
        ...        "path": {"type": "zarr", "path": "./raw.zarr"}}
        >>> nuclei = {**raw, "id": "nuclei", "name": "Nuclei"}
        >>> nuclei["attributes"] = {"labels": {"source": ["raw"]}}
        >>> well = {"type": "collection", "version": "0.8", "id": "A01", "name": "A01",
        ...         "nodes": [raw, nuclei]}
        >>> found = ngc.upgrade({"ome": well})
        >>> print(found)
        #/ome/nodes/1/attributes/labels/source/0: reference-object: Write the reference to 'raw' \
as an object.
        >>> found.result["ome"]["nodes"][1]["attributes"]
        {'labels': {'source': [{'id': 'raw'}]}}
    """
    if version == "":
        raise ValueError("the version is empty; leave it out to keep what the document says")
    if to != NEWEST:
        raise UnknownProfileError(f"documents are upgraded to {NEWEST}, and not to {to!r}")
    if not isinstance(source, Node):
        document = parse_document(source, url)
        open_envelope(document, url)
        steps, left, made = _upgraded(document, url, version)
        return Upgrade(to, tuple(steps), tuple(left), made)
    every: list[Fix] = []
    undecided: list[Undecided] = []
    for content in contents(source.tree).values():
        steps, left, _ = _upgraded(content.document, content.url, version)
        every += steps
        undecided += left
    return Upgrade(to, tuple(every), tuple(undecided), apply_fixes(source, every))


def _upgraded(
    document: Any, url: str | None, version: str | None
) -> tuple[list[Fix], list[Undecided], Any]:
    """The steps for one document, and all that is left, what the rule engine finds included."""
    if not isinstance(open_envelope(document, url).node, dict):
        return [], _remaining(document, url), document  # There is nothing to be upgraded.
    steps, left, made = upgrade_steps(document, Known(url), version)
    known = {(one.rule, one.pointer) for one in left}
    left += [one for one in _remaining(made, url) if not _is_said(one, known)]
    return steps, left, made


def _is_said(one: Undecided, known: set[tuple[str, str]]) -> bool:
    """Whether something has been said of a place, or of what it is in."""
    return any((one.rule, place) in known for place in upward(one.pointer))


def _remaining(document: Any, url: str | None) -> list[Undecided]:
    """What breaks a MUST of the newer revision, in either profile."""
    # Here, since only the rule engine needs further packages.
    from ngio_collections.validation import validate_document  # noqa: PLC0415

    found: dict[tuple[str, str], Undecided] = {}
    for profile in _PROFILES:
        for finding in validate_document(document, profile=profile, revision=NEWEST, url=url):
            if finding.level == "MUST":
                inside = (
                    LEFT["scene-endpoint-path"] if "/attributes/scene/" in finding.pointer else ""
                )
                reason = f"{LEFT.get(finding.rule, inside)} {finding.message}".strip()
                one = Undecided(finding.rule, url, finding.pointer, reason)
                found.setdefault((finding.rule, finding.pointer), one)
    return list(found.values())
