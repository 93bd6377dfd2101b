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


def _bytes(field: str) -> int:
    """A field of the status of the process, `VmRSS` (resident) or `VmHWM` (its peak)."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
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
    found = {"before": _bytes("VmRSS")}
    gc.disable()
    document = loads(file.read_bytes())
    gc.enable()
    found |= {"parsed": _bytes("VmRSS"), "parsed_peak": _bytes("VmHWM")}
    tree = as_tree(document)
    found["lazy"] = _bytes("VmRSS")
    len(tree)
    tree.find("")
    found |= {"indexed": _bytes("VmRSS"), "indexed_peak": _bytes("VmHWM")}
    for _ in tree.root.walk():
        pass
    found["walked"] = _bytes("VmRSS")
    return found


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
