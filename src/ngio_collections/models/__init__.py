"""Typed, frozen values for everything that RFC-8 defines, in our profile `ngio`.

The models of the other profiles are in `ngio_collections.models.rfc8_v1_2026_08` and
`ngio_collections.models.rfc8_draft_2026_04`, with the same names.
"""

from __future__ import annotations

from ngio_collections._generated.ngio_v1_2026_08 import models as _ngio
from ngio_collections._generated.ngio_v1_2026_08.models import *  # noqa: F403
from ngio_collections._generated.rfc8_draft_2026_04 import models as rfc8_draft_2026_04
from ngio_collections._generated.rfc8_v1_2026_08 import models as rfc8_v1_2026_08
from ngio_collections._model_base import ABSENT, Absent, FrozenModel

__all__ = ["ABSENT", "Absent", "FrozenModel", "rfc8_draft_2026_04", "rfc8_v1_2026_08"]
__all__ += _ngio.__all__
