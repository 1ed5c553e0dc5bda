"""What a suite says about capacity: the most items that were recalled, and the bits that a synapse holds then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from spikemem.suite.outcome import Outcome
from spikemem.suite.summary import ALL, Row

ENOUGH = 0.99
"""The share of right answers at which items count as held."""


def capacities(rows: Sequence[Row], outcomes: Mapping[str, Outcome]) -> list[dict[str, Any]]:
    """Return, for each set of conditions that differ by ``load`` alone, the largest load recalled up to :data:`ENOUGH`.

    A load counts only if all smaller ones are held as well; 0 where not even the smallest is. The bits that are held are
    those that so many items are worth (``Association.information``); a synapse has its share of them.
    """
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        if "load" in row.condition.keys and row.kind == ALL:
            rest = tuple((key, value) for key, value in row.condition.keys.items() if key != "load")
            groups.setdefault((row.grid, rest), []).append(row)
    made = []
    for (grid, rest), group in groups.items():
        held = 0
        for row in sorted(group, key=lambda row: int(row.condition.keys["load"])):
            if not row.measures["exact"].mean >= ENOUGH:
                break
            held = int(row.condition.keys["load"])
        keys, outcome = dict(rest), outcomes[group[0].condition.digest]
        bits, synapses = held * outcome.item_bits, outcome.synapses
        made.append({
            "grid": grid, **{name: keys[name] for name in ("items", "bits", "active")},
            "largest load asked": max(int(row.condition.keys["load"]) for row in group), "items held": held,
            "bits held": bits, "plastic synapses": synapses, "bits a synapse": bits / synapses if synapses else float("nan"),
        })  # fmt: skip
    return made
