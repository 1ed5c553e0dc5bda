"""The pair rule itself, shared by the online and the deferred kernel: amounts, bounds, decaying traces."""

from __future__ import annotations

from math import exp
from typing import Any

import numpy as np

from spikemem.backends.numba_cpu.delivery import OWN
from spikemem.backends.numba_cpu.kernel import LONG_AGO, part
from spikemem.backends.numba_cpu.stage import Build, Field
from spikemem.ir.pair_stdp import PairSTDP

# Header fields of every plastic stage. RULE: const_real[w_min, w_max, A_plus, A_minus, dt/tau_plus, dt/tau_minus].
# TABLE_*: const_real, exp(-k dt/tau) for k < TABLE. Flags are 0 or 1.
RULE, TABLE, TABLE_PLUS, TABLE_MINUS, MULTIPLICATIVE, NEAREST, DENDRITIC, WITH_PRE, WITH_POST, RULE_OWN = range(
    OWN, OWN + 10
)
_TABLE_SIZE = 1024


def rule_header(rule: PairSTDP, name: str, build: Build) -> tuple[Field, ...]:
    """Reserve the rule's constants and return its fields."""
    dt = build.network.dt
    add = build.layout.add
    steps = range(_TABLE_SIZE)
    numbers = (rule.w_min, rule.w_max, *rule.amplitudes, dt / rule.tau_plus, dt / rule.tau_minus)
    return (
        add(f"{name}/rule", "const_real", np.array(numbers)),
        _TABLE_SIZE,
        add(f"{name}/decay_plus", "const_real", np.array([exp(-k * (dt / rule.tau_plus)) for k in steps])),
        add(f"{name}/decay_minus", "const_real", np.array([exp(-k * (dt / rule.tau_minus)) for k in steps])),
        int(rule.weight_dependence == "multiplicative"),
        int(rule.pairing == "nearest"),
        int(rule.delay == "dendritic"),
        int(rule.coincidence in ("potentiate", "both")),
        int(rule.coincidence in ("depress", "both")),
    )


def no_events(size: int) -> Any:
    """Return the steps of ``size`` events that have not happened."""
    return np.full(size, LONG_AGO)


@part
def decay_plus(steps: Any, h: Any, m: Any) -> Any:
    """Return exp(-steps dt/tau_plus)."""
    return m.const_real[h[TABLE_PLUS] + steps] if steps < h[TABLE] else exp(-steps * m.const_real[h[RULE] + 4])


@part
def decay_minus(steps: Any, h: Any, m: Any) -> Any:
    """Return exp(-steps dt/tau_minus)."""
    return m.const_real[h[TABLE_MINUS] + steps] if steps < h[TABLE] else exp(-steps * m.const_real[h[RULE] + 5])


@part
def potentiated(w: Any, trace: Any, h: Any, m: Any) -> Any:
    """Return w after a post event that meets this pre trace, before clipping."""
    amount = m.const_real[h[RULE] + 2] * trace
    return w + (amount * (m.const_real[h[RULE] + 1] - w) if h[MULTIPLICATIVE] != 0 else amount)


@part
def depressed(w: Any, trace: Any, h: Any, m: Any) -> Any:
    """Return w after a pre event that meets this post trace, before clipping."""
    amount = m.const_real[h[RULE] + 3] * trace
    return w - (amount * (w - m.const_real[h[RULE]]) if h[MULTIPLICATIVE] != 0 else amount)


@part
def clipped(w: Any, h: Any, m: Any) -> Any:
    """Return w within [w_min, w_max]."""
    return min(max(w, m.const_real[h[RULE]]), m.const_real[h[RULE] + 1])


@part
def grown_trace(trace: Any, decay: Any, h: Any) -> Any:
    """Return a neuron's trace after one more spike of its own."""
    return 1.0 if h[NEAREST] != 0 else trace * decay + 1.0
