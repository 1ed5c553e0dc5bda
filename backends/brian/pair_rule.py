"""The pair rule itself as Brian2 code, shared by the deferred and the online forms: amounts, bounds, decaying traces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import brian2
import numpy as np

from spikemem.backends.brian.build import NEVER, Build
from spikemem.ir.lowered import Bucket, Connections, LoweredProjection, connection_list
from spikemem.ir.pair_stdp import PairSTDP
from spikemem.tally import Updates

NOW = "t_in_timesteps"


def constants(rule: PairSTDP, dt: float) -> dict[str, float]:
    """Return the rule's numbers by the names that its code uses."""
    a_plus, a_minus = rule.amplitudes
    return {
        "w_min": rule.w_min,
        "w_max": rule.w_max,
        "A_plus": a_plus,
        "A_minus": a_minus,
        "rate_plus": dt / rule.tau_plus,
        "rate_minus": dt / rule.tau_minus,
    }


def faded(trace: str, since: str, rate: str) -> str:
    """Return the expression of a trace that was ``trace`` at step ``since``."""
    return f"{trace} * exp(-({NOW} - {since}) * {rate})"


def grown(rule: PairSTDP, trace: str, since: str, rate: str) -> str:
    """Return the expression of a trace with one more event now."""
    return "1.0" if rule.pairing == "nearest" else f"{faded(trace, since, rate)} + 1.0"


def potentiated(rule: PairSTDP, trace: str, mask: str = "") -> str:
    """Return the expression of ``x`` after a post event that meets this pre trace; ``mask`` (0 or 1) says if it does."""
    room = " * (w_max - x)" if rule.weight_dependence == "multiplicative" else ""
    return f"x + {mask and mask + ' * '}(A_plus * ({trace}){room})"


def depressed(rule: PairSTDP, trace: str, mask: str = "") -> str:
    """Return the expression of ``x`` after a pre event that meets this post trace."""
    room = " * (x - w_min)" if rule.weight_dependence == "multiplicative" else ""
    return f"x - {mask and mask + ' * '}(A_minus * ({trace}){room})"


CLIP = "x = clip(x, w_min, w_max)"
EMIT = "w = x"


def connect(
    projection: LoweredProjection,
    bucket: Bucket,
    build: Build,
    pathways: Sequence[tuple[str, str, int, str]],
    initial: Mapping[str, float],
) -> Connections:
    """Make the plastic synapses of a bucket, if there are any, and return them as a list.

    ``pathways`` are (name, side, Brian2's delay in steps, code), in the order in which they act within a step; ``initial``
    gives the variables of a synapse, apart from its weight ``w``.
    """
    network = build.network
    found = connection_list(
        bucket, network.population(projection.pre).size, network.population(projection.post).size, 1.0
    )
    found = Connections(found.pre, found.post, build.stored(found.weight), found.delay * network.dt)
    if not found.pre.size:
        return found
    rule = projection.synapse
    assert isinstance(rule, PairSTDP)
    sides = {side: {name: code for name, s, _, code in pathways if s == side} for side in ("pre", "post")}
    synapses = brian2.Synapses(
        build.groups[projection.pre],
        build.groups[projection.post],
        "\n".join(f"{name} : 1" for name in ("w", *initial)),
        on_pre=sides["pre"] or None,
        on_post=sides["post"] or None,
        delay={name: delay * build.clock.dt for name, _, delay, _ in pathways},
        dtype={"w": np.float32} if build.single else None,
        namespace=constants(rule, network.dt),
        clock=build.clock,
        name=build.synapses_name(projection.name, bucket.delay),
    )
    synapses.connect(i=found.pre, j=found.post)
    for order, (name, *_) in enumerate(pathways):
        getattr(synapses, name).order = order
    build.keep(synapses, "w", found.weight)
    for name, value in initial.items():
        build.keep(synapses, name, np.full(found.pre.size, value))
    build.objects.append(synapses)
    return found


def row_updates(projection: LoweredProjection, found: Connections, build: Build) -> Updates:
    """Return the updates of a rule that changes every weight of a pre neuron when that fires."""
    pre = build.network.population(projection.pre).size
    return Updates(projection.pre, 0, np.bincount(found.pre, minlength=pre).astype(np.int64))


def is_known(steps: Any) -> Any:
    """Return where events have happened."""
    return steps > NEVER / 2
