"""A million segments in NumPy, as one would write it: ``numpy_segments rows|gather SHARE STEPS``."""

from __future__ import annotations

import json
import sys
import time

import numpy as np
import numpy.typing as npt

from benchmarks import segments_network as b

Bits = npt.NDArray[np.bool_]


def main(way: str, share: float, steps: int) -> None:
    """Build, run and print."""
    begin = time.perf_counter()
    sources = b.sources()
    starts, targets = b.rows(sources)
    cells = b.active_cells(share, steps)
    active = np.zeros(b.CELLS, dtype=np.bool_)
    spikes, theta = 0, b.theta(share)
    built = time.perf_counter()
    for now in cells[1:-1]:
        if way == "gather":
            active[:] = False
            active[now] = True
            reached: Bits = active[sources].sum(axis=1, dtype=np.uint8) >= theta
        else:
            hit = np.concatenate([targets[starts[i] : starts[i + 1]] for i in now])
            reached = np.bincount(hit, minlength=b.SEGMENTS) >= theta
        spikes += np.flatnonzero(reached).size
    done = time.perf_counter()
    bytes_per_synapse = sources.itemsize if way == "gather" else targets.itemsize + starts.nbytes / targets.size
    print(
        json.dumps({
            "build_s": built - begin, "run_s": done - built, "steps": steps, "spikes": spikes,
            "bytes_per_synapse": bytes_per_synapse,
        })
    )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]))
