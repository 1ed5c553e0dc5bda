"""Slow, obvious pair STDP: every trace is summed anew from the complete list of the events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

from spikemem.ir import PairSTDP


@dataclass
class Synapse:
    """One synapse: neuron ``pre`` to neuron ``post`` over ``delay`` steps, with its stored weight."""

    pre: int
    post: int
    delay: int
    weight: float


def potentiated(rule: PairSTDP, weight: float, by: float) -> float:
    """Return the weight after ``A_plus f_+(w) r`` with r = ``by``, not clipped."""
    if rule.weight_dependence == "multiplicative":
        return weight + rule.A_plus * (rule.w_max - weight) * by
    factor = rule.w_max if rule.amplitude == "fraction_of_w_max" else 1.0
    return weight + rule.A_plus * factor * by


def depressed(rule: PairSTDP, weight: float, by: float) -> float:
    """Return the weight after ``A_minus f_-(w) o`` with o = ``by``, not clipped."""
    if rule.weight_dependence == "multiplicative":
        return weight - rule.A_minus * (weight - rule.w_min) * by
    factor = rule.w_max if rule.amplitude == "fraction_of_w_max" else 1.0
    return weight - rule.A_minus * factor * by


def clipped(rule: PairSTDP, weight: float) -> float:
    return min(rule.w_max, max(rule.w_min, weight))


def trace(rule: PairSTDP, events: Sequence[int], now: int, tau: float, dt: float, *, with_now: bool) -> float:
    """Return the trace at step ``now`` of the ascending ``events``, with or without an event of step ``now`` itself."""
    seen = [event for event in events if event < now or (with_now and event == now)]
    if rule.pairing == "nearest":
        seen = seen[-1:]
    return sum(exp(-(now - event) * dt / tau) for event in seen)


def update_online(
    rule: PairSTDP, synapse: Synapse, pre_spikes: Sequence[int], post_spikes: Sequence[int], now: int, dt: float
) -> None:
    """Apply what the events of step ``now`` do; the spike lists (steps, ascending) include the spikes of ``now``."""
    pre_events = [u + synapse.delay if rule.delay == "axonal" else u for u in pre_spikes]
    post_events = [p + synapse.delay if rule.delay == "dendritic" else p for p in post_spikes]
    # A pair with dt = 0 potentiates if r contains the pre event of now, and depresses if o contains the post event.
    r = trace(rule, pre_events, now, rule.tau_plus, dt, with_now=rule.coincidence in ("potentiate", "both"))
    o = trace(rule, post_events, now, rule.tau_minus, dt, with_now=rule.coincidence in ("depress", "both"))
    turns = ("potentiate", "depress") if rule.order == "potentiate_first" else ("depress", "potentiate")
    for turn in turns:
        if turn == "potentiate" and now in post_events:
            synapse.weight = clipped(rule, potentiated(rule, synapse.weight, r))
        if turn == "depress" and now in pre_events:
            synapse.weight = clipped(rule, depressed(rule, synapse.weight, o))


def _remembered(rule: PairSTDP, post_spikes: Sequence[int]) -> Sequence[int]:
    return post_spikes if rule.history is None else post_spikes[-rule.history :]


def _delay(rule: PairSTDP, synapse: Synapse) -> int:
    return synapse.delay if rule.delay == "dendritic" else 0


def _pending(
    rule: PairSTDP, synapse: Synapse, last: int, post_spikes: Sequence[int], now: int, *, up_to_now: bool
) -> list[int]:
    """Return the post events since the pre spike at ``last`` that have not potentiated yet and may at ``now``."""
    events = [p + _delay(rule, synapse) for p in _remembered(rule, post_spikes)]
    # Where dt = 0 potentiates, an event that meets a pre spike is left to the next update, whose trace has that spike.
    first = last if rule.coincidence in ("potentiate", "both") else last + 1
    return [event for event in events if first <= event and (event <= now if up_to_now else event < now)]


def _after_pending(
    rule: PairSTDP, synapse: Synapse, pre_spikes: Sequence[int], post_spikes: Sequence[int], now: int, dt: float,
    *, up_to_now: bool,
) -> float:  # fmt: skip
    weight = synapse.weight
    if not pre_spikes:
        return weight
    last = pre_spikes[-1]
    r = trace(rule, pre_spikes, last, rule.tau_plus, dt, with_now=True)
    for event in _pending(rule, synapse, last, post_spikes, now, up_to_now=up_to_now):
        weight = potentiated(rule, weight, r * exp(-(event - last) * dt / rule.tau_plus))
        if rule.clip == "each":
            weight = clipped(rule, weight)
    return weight


def update_deferred(
    rule: PairSTDP, synapse: Synapse, pre_spikes: Sequence[int], post_spikes: Sequence[int], now: int, dt: float
) -> None:
    """Catch up as the pre neuron fires at ``now``; ``pre_spikes`` come without that spike, ``post_spikes`` up to it."""
    pair_at_0 = rule.coincidence
    weight = _after_pending(
        rule, synapse, pre_spikes, post_spikes, now, dt, up_to_now=pair_at_0 in ("depress", "neither")
    )
    late = 0 if rule.depression_delay == "ignored" else _delay(rule, synapse)
    latest_allowed = now if pair_at_0 in ("depress", "both") else now - 1
    earliest_allowed = pre_spikes[-1] + 1 if rule.depress_by == "latest_since_pre" and pre_spikes else 0
    able = [p for p in _remembered(rule, post_spikes) if earliest_allowed <= p + late <= latest_allowed]
    if able:
        p = able[-1]
        o = trace(rule, post_spikes, p, rule.tau_minus, dt, with_now=True)
        weight = depressed(rule, weight, o * exp(-(now - p - late) * dt / rule.tau_minus))
    synapse.weight = clipped(rule, weight)


def effective(
    rule: PairSTDP, synapse: Synapse, pre_spikes: Sequence[int], post_spikes: Sequence[int], now: int, dt: float
) -> float:
    """Return the weight after step ``now`` with all pending post events applied; the spikes are those up to ``now``."""
    if rule.update == "online":
        return synapse.weight
    return clipped(rule, _after_pending(rule, synapse, pre_spikes, post_spikes, now, dt, up_to_now=True))
