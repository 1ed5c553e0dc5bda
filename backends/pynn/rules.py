"""What NEST computes otherwise than spikemem, found before anything runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from spikemem.ir.if_curr_delta import IF_curr_delta
from spikemem.ir.network import Network, Projection, Steps
from spikemem.ir.pair_stdp import PairSTDP
from spikemem.ir.spike_source import SpikeSource, SpikeSourcePoisson
from spikemem.ir.values import Explicit, Normal, Uniform
from spikemem.passes.legalize import Lack

_SOURCES = (SpikeSource, SpikeSourcePoisson)
CONVENTIONS = {
    "update": ("deferred", "NEST changes a weight when its pre neuron fires"),
    "history": (None, "NEST remembers every post spike that is still needed"),
    "coincidence": ("neither", "NEST lets a pair with dt = 0 change nothing"),
    "order": ("potentiate_first", "NEST potentiates before it depresses"),
    "pairing": ("all-to-all", "stdp_synapse pairs all spikes with all"),
    "delay": ("dendritic", "NEST takes all of a delay to be dendritic"),
    "depression_delay": ("same", "NEST delays the post spike for both updates"),
    "depress_by": ("latest", "NEST depresses by the trace of all post spikes"),
    "clip": ("each", "NEST clips after every change"),
    "w_min": (0.0, "NEST's least weight is 0"),
}
"""Field, the value that NEST's stdp_synapse has, and why."""


def other_conventions(where: str, rule: PairSTDP, own: Mapping[str, tuple[object, str]]) -> Iterator[Lack]:
    """Yield the fields of ``rule`` that have not the target's ``own`` values."""
    for name, (value, reason) in own.items():
        if getattr(rule, name) != value:
            yield Lack(where, f"PairSTDP {name}={getattr(rule, name)!r}", reason, f"{name}={value!r}")


def stdp(network: Network) -> Iterator[Lack]:
    """Yield the plasticity conventions that are not those of NEST's stdp_synapse."""
    taus: dict[str, float] = {}
    for projection in network.projections:
        rule, where = projection.synapse, f"projection {projection.name}"
        if not isinstance(rule, PairSTDP):
            continue
        yield from other_conventions(where, rule, CONVENTIONS)
        if rule.A_plus == 0.0:
            yield Lack(where, "PairSTDP A_plus=0", "NEST gives A_minus as a fraction of A_plus", "a very small A_plus")
        if projection.receptor == "inhibitory":
            yield Lack(where, "PairSTDP of inhibitory synapses", "NEST clips weights to 0..w_max", "excitatory ones")
        target = network.population(projection.post).cell
        if not isinstance(target, IF_curr_delta):
            yield Lack(
                where, f"PairSTDP onto {type(target).__name__}",
                "what reaches its membrane within a step must leave NEST's pre neuron one step earlier, "
                "and its STDP would see that", "a target of IF_curr_delta, or backend numba or brian2",
            )  # fmt: skip
        tau = taus.setdefault(projection.post, rule.tau_minus)
        if tau != rule.tau_minus:
            yield Lack(
                where, f"PairSTDP tau_minus={rule.tau_minus:g}", "in NEST it belongs to the target neuron",
                f"tau_minus={tau:g}, as on the other projections to {projection.post}",
            )  # fmt: skip


def delays(network: Network) -> Iterator[Lack]:
    """Yield delays of one step between neurons whose membrane NEST moves one step after a spike arrives."""
    plastic = {p.pre for p in network.projections if isinstance(p.synapse, PairSTDP)}
    for projection in network.projections:
        pre, post = (network.population(name).cell for name in (projection.pre, projection.post))
        early = isinstance(pre, _SOURCES) and projection.pre not in plastic
        if not early and not isinstance(post, IF_curr_delta) and _least(projection, network.dt) < 1.5 * network.dt:
            yield Lack(
                f"projection {projection.name}", f"delay of {network.dt:g} ms",
                f"NEST moves the membrane of {type(post).__name__} one step after a spike arrives, and has no delay of 0",
                f"a delay of at least {2 * network.dt:g} ms",
            )  # fmt: skip


def refractoriness(network: Network) -> Iterator[Lack]:
    """Yield refractory times that are no whole number of steps: NEST and sPyNNaker round them up, we to the nearest."""
    for population in network.populations:
        tau = getattr(population.cell, "tau_refrac", 0.0)
        steps = tau / network.dt
        if abs(steps - round(steps)) > 1e-9:
            yield Lack(
                f"population {population.name}", f"tau_refrac={tau:g} ms",
                f"the target rounds up to whole steps of {network.dt:g} ms", f"tau_refrac={round(steps) * network.dt:g}",
            )  # fmt: skip


def initial_currents(reason: str) -> Callable[[Network], Iterator[Lack]]:
    """Return the rule that yields synaptic currents and conductances that are to be there at the start."""

    def rule(network: Network) -> Iterator[Lack]:
        for population in network.populations:
            for name, value in population.initial_values:
                if name != "v" and value != 0.0:
                    yield Lack(
                        f"population {population.name}", f"initial {name}", reason,
                        f"{name} = 0, and a spike source that brings it about",
                    )  # fmt: skip

    return rule


def _least(projection: Projection, dt: float) -> float:
    delay = projection.delay
    match delay:
        case Steps(drawn=None):
            return delay.count * dt
        case Steps(drawn=drawn):
            return _smallest(drawn)
    return _smallest(delay)


def _smallest(delay: float | Uniform | Normal | Explicit | None) -> float:
    match delay:
        case Uniform() | Normal():
            return delay.low
        case Explicit():
            return float(delay.numbers.array.min(initial=float("inf")))
    return float(delay or 0.0)
