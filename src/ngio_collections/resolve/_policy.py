"""What may be read: which documents, and how much of them (RFC-8, "Security")."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from ngio_collections import _paths
from ngio_collections.errors import ForbiddenError, PathError

__all__ = ["AccessPolicy", "Limits"]

ANY: Final = "*"


_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]+")
_ADDRESS: Final = re.compile(rf"{_SCHEME.pattern}://", re.IGNORECASE)
_HOST: Final = re.compile(r"[A-Za-z0-9.-]+(:\d+)?")


def _origin(name: object) -> str:
    """An origin as somebody gave it, in its normal form.

    What has no scheme would be a local path, and allow all local files.
    """
    if name == ANY:
        return ANY
    if not isinstance(name, str) or _ADDRESS.match(name) is None:
        advice = f"; write 'https://{name}'" if _is_host(name) else ""
        raise PathError(
            f"the origin {name!r:.60} has no scheme{advice}; expected one such as "
            "'https://example.org', 'file://' for all local files, or '*' for all origins"
        )
    if ANY in name:
        raise PathError(
            f"the origin {name!r:.60} has a `*`, and origins are compared as a whole; give each "
            "of them, or '*' alone for all"
        )
    return _paths.origin(_paths.as_url(name))


def _is_host(name: object) -> bool:
    return isinstance(name, str) and _HOST.fullmatch(name) is not None


def _scheme(name: object) -> str:
    """A scheme as somebody gave it, in lower case."""
    if not isinstance(name, str):
        raise TypeError(f"a scheme is a text such as 'https', not {name!r:.60}")
    if _SCHEME.fullmatch(name.lower()) is None:
        found = _SCHEME.match(name.lower())
        advice = found[0] if found else "https"
        raise ValueError(f"{name!r:.60} is no scheme; write {advice!r:.60}")
    return name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPolicy:
    """Which documents a reference may lead to.

    By default a reference in a local document may lead to local files, and one in a remote
    document to the same origin (scheme, host and port); everything else is refused, and the
    report says so. It is the document that a reference is in that counts, however it was
    reached: a remote one leads to no local file unless `file://` is among the origins. The
    document that was asked for by its address is always read.

    Attributes:
        root: A folder or an address that no reference may leave, if there is one.
        origins: Origins that may be read from as well, such as `https://example.org`;
            `*` for all, `file://` for all local files. Of a longer address the origin counts.
        schemes: The schemes that may be used, such as `https`; all if None.

    Raises:
        PathError: An origin is no address, a bare host for example; or the root is no path and
            no address.
        ValueError: A scheme is none.

    Examples:
        >>> import ngio_collections as ngc
        >>> policy = ngc.AccessPolicy(origins=["https://example.org"])
        >>> policy.refusal("file:///data/plate.json", "https://example.org/a/zarr.json") is None
        True
        >>> print(policy.refusal("file:///data/plate.json", "https://elsewhere.org/a/zarr.json"))
        is on another origin (https://elsewhere.org); allow it with AccessPolicy(origins=[...])
    """

    root: str | os.PathLike[str] | None = None
    origins: Collection[str] = ()
    schemes: Collection[str] | None = None

    def __post_init__(self) -> None:
        given = (ANY,) if self.origins == ANY else self.origins
        for names in (given, () if self.schemes is None else self.schemes):
            if isinstance(names, str) or not isinstance(names, Collection):
                raise TypeError("origins and schemes are lists: origins=['https://example.org']")
        root = None if self.root is None else _paths.as_url(self.root)
        object.__setattr__(self, "root", root)
        object.__setattr__(self, "origins", frozenset(map(_origin, given)))
        if self.schemes is not None:
            object.__setattr__(self, "schemes", frozenset(map(_scheme, self.schemes)))

    def refusal(self, document: str, url: str) -> str | None:
        """Why a document may not be read; None if it may.

        Args:
            document: The document that a reference is in.
            url: The document that it leads to.

        Returns:
            The reason, as the rest of a sentence.
        """
        origin = _paths.origin(url)
        root = self.root
        if root is None and self.schemes is None and origin == _paths.origin(document):
            return None  # As nearly all references are.
        scheme = url.partition(":")[0]
        if self.schemes is not None and scheme not in self.schemes:
            return f"uses the scheme {scheme}, and allowed are: {', '.join(sorted(self.schemes))}"
        if isinstance(root, str) and origin == _paths.origin(root):
            if _paths.is_within(url, root):
                return None
            return f"is outside of {root}, which references must not leave"
        if root is None and origin == _paths.origin(document):
            return None
        if origin in self.origins or ANY in self.origins:
            return None
        if isinstance(root, str):
            return (
                f"is on another origin ({origin}) than {root}, which references must not leave; "
                "allow it with AccessPolicy(origins=[...])"
            )
        return f"is on another origin ({origin}); allow it with AccessPolicy(origins=[...])"

    @property
    def folder(self) -> str | None:
        """The root as a local folder, that links must not lead out of either, if it is one."""
        root = self.root
        if not isinstance(root, str) or not root.startswith("file:"):
            return None
        return _paths.local_path(root)

    def require(self, document: str, url: str) -> None:
        """Refuse a document that may not be read because of a reference in another one.

        Raises:
            ForbiddenError: It may not be read.
        """
        refusal = self.refusal(document, url)
        if refusal is not None:
            raise ForbiddenError(refusal, url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is read before it is too much, by the verbs that take `limits`.

    Verbs that take none, as `save` and `relocate`, read the documents that they are given, or that
    they write over, whole.

    Attributes:
        documents: How many documents.
        nodes: How many nodes the tree may have. Documents that several references lead to
            count each time.
        depth: How many documents may lie inside of each other.
        document_bytes: The size of one document.
        total_bytes: The size of all of them.
    """

    documents: int = 1_000_000
    nodes: int = 10_000_000
    depth: int = 10_000
    document_bytes: int = 1 << 30
    total_bytes: int = 4 << 30

    def __post_init__(self) -> None:
        for name in ("documents", "nodes", "depth", "document_bytes", "total_bytes"):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise ValueError(f"the limit {name} is a number from 1 on, not {value!r}")
