"""The memory of one tree, in a process of its own: `python -m benchmarks._memory FILE`.

Linux only. The peak is that of `/proc`, not of `resource`, which a process inherits from
the one that started it.
"""

from __future__ import annotations

import gc
import json
import sys
from pathlib import Path

from benchmarks._trees import loads
from ngio_collections.graph import as_tree

__all__ = ["REFERENCES", "STATUS", "resident"]

STATUS = Path("/proc/self/status")
REFERENCES = Path("/proc/self/clear_refs")
"""Writing 5 there makes the peak of the process what it has now."""


def resident(field: str = "VmRSS") -> int:
    """A field of the status of the process, `VmRSS` (resident) or `VmHWM` (its peak).

    Returns:
        Bytes; 0 where the system is not Linux.
    """
    if not STATUS.is_file():
        return 0
    for line in STATUS.read_text(encoding="ascii").splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value.removesuffix("kB")) * 1024
    raise LookupError(field)


def main(file: Path) -> dict[str, int]:
    """Open a document step by step.

    Args:
        file: The JSON of its root node.

    Returns:
        Bytes after each step.
    """
    found = {"before": resident()}
    gc.disable()
    document = loads(file.read_bytes())
    gc.enable()
    found |= {"parsed": resident(), "parsed_peak": resident("VmHWM")}
    tree = as_tree(document)
    found["lazy"] = resident()
    len(tree)
    tree.find("")
    found |= {"indexed": resident(), "indexed_peak": resident("VmHWM")}
    for _ in tree.root.walk():
        pass
    found["walked"] = resident()
    return found


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
