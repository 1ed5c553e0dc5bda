"""How one-shot synapses fade, compiled, and read from outside: the equations are those of FadingOneShot."""

from __future__ import annotations

from typing import Any

import numpy as np

from spikemem.backends.numba_cpu.kernel import part
from spikemem.backends.numba_cpu.stage import Build, Field, View
from spikemem.ir.fading_one_shot import FadingOneShot

# Header fields of all one-shot synapses. WEIGHTS: byte[synapses]; MOST: the greatest. SCHEDULE: const_whole[count of ages,
# weights, ages of stiffness 0, of stiffness 1], -1 for synapses that do not fade. RISEN_AT: whole32[synapses], the step in
# which each was learned last; STIFFNESS: byte[synapses].
(WEIGHTS, MOST, SCHEDULE, RISEN_AT, STIFFNESS, OWN) = range(6)
NONE: tuple[Field, ...] = (-1, -1, -1)
"""The fields from SCHEDULE on of synapses that do not fade."""
PERMANENT = 2


@part
def weight_at(age: Any, stiffness: Any, h: Any, m: Any) -> Any:
    """Return the weight of a synapse that was learned ``age`` steps ago."""
    count, weights = m.const_whole[h[SCHEDULE]], h[SCHEDULE] + 1
    if stiffness == PERMANENT:
        return m.const_whole[weights]
    ages = weights + count + 1 + stiffness * count
    for k in range(count):
        if age < m.const_whole[ages + k]:
            return m.const_whole[weights + k]
    return m.const_whole[weights + count]


@part
def fade(t: Any, h: Any, m: Any, synapse: Any) -> Any:
    """Set a synapse's weight to that of step t."""
    if m.byte[h[WEIGHTS] + synapse] > 0:
        age = t - m.whole32[h[RISEN_AT] + synapse]
        weight = weight_at(age, m.byte[h[STIFFNESS] + synapse], h, m)
        m.byte[h[WEIGHTS] + synapse] = weight
        if weight == 0:
            m.byte[h[STIFFNESS] + synapse] = 0
    return 0


@part
def learn_again(t: Any, h: Any, m: Any, synapse: Any) -> Any:
    """Increase a synapse to the full weight, and make it stiffer if it has that already."""
    fade(t, h, m, synapse)
    if m.byte[h[WEIGHTS] + synapse] == h[MOST] and m.byte[h[STIFFNESS] + synapse] < PERMANENT:
        m.byte[h[STIFFNESS] + synapse] += np.uint8(1)
    m.byte[h[WEIGHTS] + synapse] = h[MOST]
    m.whole32[h[RISEN_AT] + synapse] = t
    return 0


def fading_fields(rule: FadingOneShot, name: str, synapses: int, build: Build) -> tuple[Field, ...]:
    """Lay out how synapses fade, and what each remembers; return the fields from SCHEDULE on."""
    add = build.layout.add
    return (
        add(
            f"{name}/schedule", "const_whole",
            np.array([len(rule.ages), *rule.weights, *_in_steps(rule, build.network.dt).reshape(-1)]),
        ),
        add(f"{name}/risen_at", "whole32", np.zeros(synapses)),
        add(f"{name}/stiffness", "byte", np.zeros(synapses)),
    )  # fmt: skip


def weights_now(rule: FadingOneShot, name: str, view: View, dt: float, now: int) -> Any:
    """Return the weights that synapses would send with in step ``now``, in the shape in which they are stored."""
    stored, stiffness = view(f"{name}/weights"), view(f"{name}/stiffness").reshape(-1)
    age = now - view(f"{name}/risen_at").reshape(-1)
    never = np.full((1, len(rule.ages)), np.iinfo(np.int64).max)
    ages = np.concatenate([_in_steps(rule, dt), never])[stiffness]
    faded = np.array(rule.weights)[(age[:, None] >= ages).sum(axis=1)]
    return np.where(stored > 0, faded.reshape(stored.shape), 0)


def _in_steps(rule: FadingOneShot, dt: float) -> Any:
    """Return the ages in steps, (stiffness, age)."""
    return np.maximum(1, np.round(np.array([rule.ages, rule.stiff_ages]) / dt)).astype(np.int64)
