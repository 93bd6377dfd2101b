"""Mending documents: fixes of findings, and the way from the older draft to the newer text.

`_patching`, `_reading`, `_naming`, `_meaning`, `_steps`, `_proposals`, `_together`, `_rounds`
and `_upgrading` work on parsed JSON alone and need no other package; the rest asks the rule
engine what is wrong.
"""

from __future__ import annotations

from ngio_collections.mend._fix import Fix
from ngio_collections.mend._fixes import apply_fixes, fixes
from ngio_collections.mend._upgrade import Upgrade, upgrade
from ngio_collections.mend._upgrading import Undecided

__all__ = ["Fix", "Undecided", "Upgrade", "apply_fixes", "fixes", "upgrade"]
