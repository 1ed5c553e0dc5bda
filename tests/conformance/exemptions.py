"""What a backend does not support, and where it is not exact, as data: the feature as tests/conformance/cases.py calls it."""

from __future__ import annotations

from typing import NamedTuple


class Exemption(NamedTuple):
    """A refusal: ``feature`` is a case's whole name, or what it starts with; ``reason`` is part of what legalize says."""

    backend: str
    feature: str
    reason: str


class Tolerance(NamedTuple):
    """How far the state variables of a feature's cases may be from the reference's (mV, nA, uS), and why."""

    backend: str
    feature: str
    largest: float
    reason: str


ON_HOST = "synapses that learning makes are on the host, and a compiled program runs without it"

EXEMPTIONS: tuple[Exemption, ...] = (
    Exemption(
        "nest",
        "PairSTDP",
        "what reaches its membrane within a step must leave NEST's pre neuron one step earlier, and its STDP would see that",
    ),
    *(
        Exemption(backend, feature, "the backend has no rule for it")
        for feature in (
            "Segment",
            "MiniColumn",
            "HebbianPermanence",
            "AlphaDendrite",
            "PermanenceSTDP",
            "Mac",
            "OneShot",
            "FadingOneShot",
            "Race",
            "ResonateAndFire",
            "TagAndCapture",
        )
        for backend in ("nest", "spinnaker")
    ),
    Exemption("brian2-cpp", "HebbianPermanence", ON_HOST),
    Exemption("brian2-cuda", "HebbianPermanence", ON_HOST),
    Exemption("nest", "IF_curr_exp, currents at the start", "NEST starts without synaptic input"),
    Exemption("nest", "sPyNNaker's STDP", "NEST lets a pair with dt = 0 change nothing"),
    Exemption("spinnaker", "PairSTDP online", "SpiNNaker changes a weight when its pre neuron fires"),
    Exemption("spinnaker", "PairSTDP deferred", "a post neuron on SpiNNaker remembers its last 15 spikes"),
    Exemption("spinnaker", "NEST's STDP", "sPyNNaker depresses by a pair with dt = 0"),
    Exemption("spinnaker", "IF_curr_exp, currents at the start", "its scale has not been compared with sPyNNaker's"),
)

TOLERANCES: tuple[Tolerance, ...] = (
    Tolerance(
        "nest",
        "IF_cond_exp",
        0.05,
        "NEST's solver adapts its step, the reference takes one Runge-Kutta step of dt; spikes of the cases are the same",
    ),
)


def exemption(backend: str, feature: str) -> Exemption | None:
    """Return why ``backend`` need not pass the case of ``feature``, if it need not."""
    return next((e for e in EXEMPTIONS if e.backend == backend and feature.startswith(e.feature)), None)


def largest_difference(backend: str, feature: str) -> float:
    """Return how far state variables and weights may be from the reference's."""
    return next((t.largest for t in TOLERANCES if t.backend == backend and feature.startswith(t.feature)), 1e-6)
