"""The table of docs/nengo.md: Nengo's memories beside the oracle. ``python -m tests.nengo.page`` prints it."""

from __future__ import annotations

import numpy as np

from spikemem.layers import SoftmaxAttention, SoftmaxAttentionParameters
from tests.layers.support import Array, Layer, directions, first_choices

D_K, D_V, ITEMS = 16, 8, 16
HEAD = (
    "memory", "found", "error", "state bits", "neurons", "synapses", "write: updates", "write: spikes", "read: spikes",
    "read: sops", "latency (ms)",
)  # fmt: skip


def apart(count: int, most: float = 0.5) -> Array:
    """Keys of length 1 with overlaps below ``most``."""
    kept: list[Array] = []
    for key in directions(1, "apart", 10_000, D_K):
        if len(kept) < count and all(abs(key @ k) < most for k in kept):
            kept.append(key)
    return np.array(kept)


def layers() -> list[tuple[str, Layer]]:
    """What is compared, empty, by name."""
    # Imported here, as pytest looks for doctests in this file where nengo is not installed, too.
    from spikemem.nengo import AssociativeMemory, AssociativeMemoryParameters, PESVoja, PESVojaParameters

    return [
        ("SoftmaxAttention, β = 30", SoftmaxAttention(SoftmaxAttentionParameters(d_k=D_K, d_v=D_V, beta=30.0))),
        ("AssociativeMemory", AssociativeMemory(AssociativeMemoryParameters(d_k=D_K, d_v=D_V))),
        ("PESVoja", PESVoja(PESVojaParameters(d_k=D_K, d_v=D_V))),
        ("PESVoja, PES alone", PESVoja(PESVojaParameters(d_k=D_K, d_v=D_V, voja_rate=0.0))),
    ]


def row(name: str, layer: Layer) -> tuple[str, ...]:
    """What a memory of 16 pairs brings up, holds, and took for the last write and, in the mean, for a read."""
    keys, values = apart(ITEMS), directions(1, "values", ITEMS, D_V)
    written = [layer.write(k, v) for k, v in zip(keys, values, strict=True)][-1]
    found = [layer.read(k) for k in keys]
    away = np.mean([np.linalg.norm(f.value - v) for f, v in zip(found, values, strict=True)])
    right = int((first_choices(layer, keys, values) == np.arange(ITEMS)).sum())
    holds = layer.footprint()
    waits = [f.latency_ms for f in found if f.latency_ms is not None]
    return (
        name, f"{right} of {ITEMS}", f"{away:.2f}", f"{holds.state_bits:,}", f"{holds.neurons:,}", f"{holds.synapses:,}",
        f"{written.weight_updates:,}", f"{written.spikes:,}", f"{np.mean([f.cost.spikes for f in found]):,.0f}",
        f"{np.mean([f.cost.sops for f in found]):,.0f}", f"{np.mean(waits):.0f}" if waits else "-",
    )  # fmt: skip


def rows() -> list[tuple[str, ...]]:
    """The rows of the table."""
    return [row(name, layer) for name, layer in layers()]


def table(lines: list[tuple[str, ...]]) -> str:
    """Rows as Markdown."""
    return "\n".join(f"| {' | '.join(line)} |" for line in [HEAD, tuple("---" for _ in HEAD), *lines])


if __name__ == "__main__":
    print(table(rows()))
