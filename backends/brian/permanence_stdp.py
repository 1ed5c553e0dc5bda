"""Rule of PermanenceSTDP: the permanence is the synapse's ``w``; what it emits goes through the target's delay line."""

from __future__ import annotations

from collections.abc import Mapping

import brian2
import numpy as np

from spikemem.backends.brian.alpha_dendrite import SOMA_EVENT
from spikemem.backends.brian.build import NEVER, SYNAPSE_RULES, Access, Array, Build, Held, Saved, SynapseRule
from spikemem.backends.brian.pair_rule import NOW, faded, row_updates
from spikemem.backends.brian.pair_state import from_saved, load_pre, save_pre, to_saved
from spikemem.ir.lowered import Bucket, Connections, LoweredProjection, connection_list
from spikemem.ir.permanence_stdp import PermanenceSTDP
from spikemem.passes.discretize import steps_between
from spikemem.tally import Updates

_LEARN = f"""after = {NOW} - last
meets = int(last >= 0) * int(after > dt_min) * int(after < dt_max)
grown = w + up * (r * exp(-(meets * after) * rate_pre)) + home * (z_target - {{z}})
w = meets * clip(grown, P_min, P_max) + (1 - meets) * w"""
_SEND = f"""w = clip(w - down, P_min, P_max)
r = {faded("r", "last", "rate_pre")} + 1.0
last = {NOW}
{{slot}}_post += int(w > P_theta) * w_mature"""


def _trace(projection: LoweredProjection, build: Build) -> tuple[str, str, str]:
    """Return the projection's names at the dendrite: its last spike's step, the trace of its spikes, and the trace's rate."""
    name = build.synapses_name(projection.name)
    return f"{name}_dap", f"{name}_z", f"{name}_rate_h"


def _extend(projection: LoweredProjection, build: Build) -> None:
    """Add to the dendrites the trace of their own spikes, and a delay line for what is emitted."""
    rule, extra = projection.synapse, build.additions[projection.post]
    assert isinstance(rule, PermanenceSTDP)
    for bucket in projection.buckets:
        extra.lengthen(projection.receptor, bucket.delay)
    step, trace, rate = _trace(projection, build)
    extra.variables |= {step: NEVER, trace: 0.0}
    extra.constants[rate] = build.network.dt / rule.tau_h
    extra.reset += [f"{trace} = {faded(trace, step, rate)} + 1.0", f"{step} = {NOW}"]


def _lower(projection: LoweredProjection, build: Build) -> tuple[Held, ...]:
    """Make the synapses, one set a delay."""
    return tuple(_bucket(projection, bucket, build) for bucket in projection.buckets)


def _bucket(projection: LoweredProjection, bucket: Bucket, build: Build) -> Held:
    rule, network, dt = projection.synapse, build.network, build.network.dt
    assert isinstance(rule, PermanenceSTDP)
    post = network.population(projection.post)
    assert post.branch is not None
    found = connection_list(bucket, network.population(projection.pre).size, post.size, 1.0)
    found = Connections(found.pre, found.post, build.stored(found.weight), found.delay * dt)
    columns = np.bincount(found.post, minlength=post.size).astype(np.int64)
    updates = (row_updates(projection, found, build), Updates(post.branch.soma, 0, columns))
    name = build.synapses_name(projection.name, bucket.delay)
    saved = _saved(projection, build, found, name)
    if not found.pre.size:
        return Held(bucket, found, None, None, updates, saved)
    step, trace, rate = _trace(projection, build)
    slot = build.additions[projection.post].slot(projection.receptor, bucket.delay)
    synapses = brian2.Synapses(
        build.groups[projection.pre],
        build.groups[projection.post],
        "w : 1\nr : 1\nlast : 1",
        on_pre=_SEND.format(slot=slot),
        on_post={"learn": _LEARN.format(z=faded(f"{trace}_post", f"{step}_post", rate))},
        on_event={"learn": SOMA_EVENT},
        dtype={"w": np.float32} if build.single else None,
        namespace={
            "up": rule.lambda_plus * rule.P_max, "down": rule.lambda_minus * rule.P_max, "home": rule.lambda_h * rule.P_max,
            "P_min": rule.P_min, "P_max": rule.P_max, "P_theta": rule.P_theta, "w_mature": rule.w_mature,
            "z_target": rule.z_target, "rate_pre": dt / rule.tau_pre, rate: dt / rule.tau_h,
            "dt_min": steps_between(rule.dt_min, dt), "dt_max": steps_between(rule.dt_max, dt),
        },
        clock=build.clock,
        name=name,
    )  # fmt: skip
    synapses.connect(i=found.pre, j=found.post)
    synapses.learn.order, synapses.pre.order = 0, 1
    build.keep(synapses, "w", found.weight)
    for variable, value in {"r": 0.0, "last": NEVER}.items():
        build.keep(synapses, variable, np.full(found.pre.size, value))
    build.objects.append(synapses)
    return Held(bucket, found, f"{name}.w", None, updates, saved)


def _saved(projection: LoweredProjection, build: Build, found: Connections, name: str) -> Saved:
    """Return how traces are saved."""
    group, (step, trace, _) = build.group_name(projection.post), _trace(projection, build)
    pre = build.network.population(projection.pre).size

    def save(access: Access) -> dict[str, Array]:
        return save_pre(access, name, found, pre) | {
            "last_dap": to_saved(access.read(f"{group}.{step}")),
            "dap_trace": access.read(f"{group}.{trace}"),
        }

    def load(access: Access, state: Mapping[str, Array]) -> None:
        load_pre(access, name, found, state)
        access.write(f"{group}.{step}", from_saved(state["last_dap"]))
        access.write(f"{group}.{trace}", state["dap_trace"])

    return Saved(save, load)


SYNAPSE_RULES[PermanenceSTDP] = SynapseRule(_extend, _lower)
