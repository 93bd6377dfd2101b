"""Where the sections that rules come from can be read."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["section_url"]

_SITE: Final = "https://ngff.openmicroscopy.org/rfc"
_RFC_8: Final = re.compile(r"rfcs:rfc8:v1:(#?)([A-Za-z0-9-]+)")
_RFC_5: Final = re.compile(r"RFC-5: (\w+) metadata")


def section_url(rfc: str) -> str | None:
    """The address of a section, for people to open.

    Args:
        rfc: The section, as rules and findings name it.

    Returns:
        The address on the site of the RFCs, None for what is not there, such as our deviations.

    Examples:
        >>> section_url("rfcs:rfc8:v1:#metadata-storage")
        'https://ngff.openmicroscopy.org/rfc/8/versions/v1-2026-08/index.html#metadata-storage'
    """
    found = _RFC_8.fullmatch(rfc)
    if found is not None:
        # Labels become ids of HTML in lower case and with hyphens.
        anchor = found[2] if found[1] else f"rfcs-rfc8-v1-{found[2].lower()}"
        return f"{_SITE}/8/versions/v1-2026-08/index.html#{anchor}"
    if rfc.startswith("RFC-8 draft"):
        return f"{_SITE}/8/index.html"
    if rfc.startswith("RFC-5: "):
        found = _RFC_5.fullmatch(rfc)
        anchor = f"#{found[1].lower()}-metadata" if found is not None else ""
        return f"{_SITE}/5/index.html{anchor}"
    if rfc.startswith("OME-Zarr "):
        return "https://ngff.openmicroscopy.org/specifications/dev/index.html"
    return None
