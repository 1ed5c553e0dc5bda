"""The table of docs/memory_layers.md: what each layer holds, costs and forgets. ``python -m tests.layers.page`` prints it."""

from __future__ import annotations

from typing import Any

import numpy as np

from spikemem import layers
from spikemem.layers import MemoryLayer, PatternParameters
from spikemem.rng import generator

D, ITEMS = 64, 32
EXTRA: dict[str, dict[str, Any]] = {"SupervisedDense": {"classes": ITEMS}}
HEAD = (
    "layer", "state bits", "neurons", "synapses", "write: updates", "write: macs", "read: sops", "read: macs", "read: steps",
    "forgets by",
)  # fmt: skip


def kinds() -> list[type[MemoryLayer[Any]]]:
    """Every layer that the package exports, in the order of their names."""
    named = [getattr(layers, name) for name in layers.__all__]
    return [c for c in named if isinstance(c, type) and issubclass(c, MemoryLayer) and c is not MemoryLayer]


def row(kind: type[MemoryLayer[Any]]) -> tuple[str, ...]:
    """What a layer of 64 numbers a key holds after 32 items, what the last write took and then a read."""
    pattern = issubclass(kind.takes, PatternParameters)
    sizes: dict[str, Any] = {"N": D} if pattern else {"d_k": D, "d_v": D}
    layer = kind(kind.takes(**sizes, **EXTRA.get(kind.__name__, {})))
    traits, written = layer.traits, None
    drawn = generator(1, "page").choice([-1.0, 1.0], (3, ITEMS, D)) / (1.0 if traits.keys.allowed else np.sqrt(D))
    keys, values, contexts = drawn[0], np.sign(drawn[1]), np.sign(drawn[2])
    if "0" in traits.keys.rule:  # 0 or 1, or numbers >= 0: eight active
        keys = np.array([np.isin(np.arange(D), generator(1, "key", k).choice(D, 8, False)) for k in range(ITEMS)]) * 1.0
        values = keys[::-1] if traits.values.allowed else values
    options = [
        {name: value for name, value in (("context", contexts[k]), ("label", k)) if name in traits.needs}
        for k in range(ITEMS)
    ]
    for k in range(ITEMS if traits.recall == "in-context" else 0):
        written = layer.write(keys[k], None if traits.auto else values[k], **options[k])
    asked = {name: 0 if name == "label" else v for name, v in options[3].items() if name in traits.read_options}
    query = np.eye(D)[3] if traits.recall == "parametric" else keys[3]
    read, holds = layer.read(query, **asked).cost, layer.footprint()
    return (
        kind.__name__, f"{holds.state_bits:,}", f"{holds.neurons:,}", f"{holds.synapses:,}",
        *((f"{written.weight_updates:,}", f"{written.macs:,}") if written else ("-", "-")),
        f"{read.sops:,}", f"{read.macs:,}", str(read.steps), ", ".join(sorted(layer.modes)) or "-",
    )  # fmt: skip


def table() -> str:
    """The rows as Markdown."""
    lines = [HEAD, tuple("---" for _ in HEAD), *map(row, kinds())]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    print(table())
