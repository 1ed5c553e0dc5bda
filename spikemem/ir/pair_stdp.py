"""Pair-based spike-timing-dependent plasticity with every convention spelt out."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from spikemem.errors import NetworkError
from spikemem.ir.node import Count, Ms, NonNegative, node
from spikemem.ir.synapse import Synapse

FREE = ("coincidence", "history")
"""What a target may choose itself if the rule is portable."""


@node
class PairSTDP(Synapse):
    r"""Pair STDP: potentiate when post follows pre, depress when pre follows post (PyNN: STDPMechanism, SpikePairRule).

    With the pre spike's time u and the post spike's time p, *both as the synapse sees them*, traces
    :math:`r = \sum e^{-(t-u)/\tau_+}` and :math:`o = \sum e^{-(t-p)/\tau_-}`:

    - at a post event: ``w += A_plus f_+(w) r``; at a pre event: ``w -= A_minus f_-(w) o``;
    - ``additive``: f_+ = f_- = 1 (weight units), or both w_max when ``amplitude="fraction_of_w_max"``;
    - ``multiplicative``: f_+ = w_max - w, f_- = w - w_min (A without unit);
    - w is clipped to [w_min, w_max].

    Conventions, each a field, the same under every numerics:

    - ``delay``: how the projection's delay d enters. ``dendritic``: a post spike at p acts at p + d, a pre spike at its own
      time (sPyNNaker, NEST). ``axonal``: a pre spike acts at u + d, a post spike at its own time. ``ignored``: both at
      their own time (sPyNNaker's backprop_delay=False).
    - ``depression_delay``: ``same``, or ``ignored``: the post spike that depresses is taken at its own time although
      potentiation sees it delayed.
    - ``coincidence``: what a pair with dt = 0 does: ``depress``, ``potentiate``, ``both`` or ``neither``.
    - ``order``: which of the two updates comes first when pre and post events meet in a step.
    - ``pairing``: ``all-to-all`` traces add up; ``nearest`` traces are reset to 1 by each spike.
    - ``update``: ``online``: each event changes the weight in its step. ``deferred``: the weight changes only when the pre
      neuron fires at t (SpiNNaker): first by all post events p with last_pre < p <= t, in order, with the pre trace at
      last_pre, then by one depression with the trace of a post event, then the weight is emitted.
    - ``history``: deferred only: how many last events of its own a post neuron remembers; None: all of them.
    - ``depress_by``: deferred only: ``latest``: depress by the most recent post event, whether or not it lies after
      last_pre; ``latest_since_pre``: only if it lies after last_pre.
    - ``clip``: ``each`` after every change, or ``end``, once, after all changes of an update.

    ``portable`` declares that the model's function depends neither on ``coincidence`` nor on ``history``, so that a target with
    others may take its own (the pass ``Conventions``).

    The emitted weight is that of the pre spike's step, also for d > dt. Units: tau_* ms; w_min, w_max and (additive)
    A_* in the target's weight unit, or all in threshold units with ``unit="threshold"``.
    Sources: Song, Miller & Abbott 2000 (additive), van Rossum et al. 2000 (multiplicative), Morrison et al. 2008 (pairing),
    Jin et al. 2010 (deferred update).
    """

    tau_plus: Ms = 20.0
    tau_minus: Ms = 20.0
    A_plus: NonNegative = 0.01
    A_minus: NonNegative = 0.012
    w_min: NonNegative = 0.0
    w_max: NonNegative = 1.0
    weight_dependence: Literal["additive", "multiplicative"] = "additive"
    amplitude: Literal["absolute", "fraction_of_w_max"] = "absolute"
    delay: Literal["dendritic", "axonal", "ignored"] = "dendritic"
    depression_delay: Literal["same", "ignored"] = "same"
    coincidence: Literal["depress", "potentiate", "both", "neither"] = "depress"
    order: Literal["potentiate_first", "depress_first"] = "potentiate_first"
    pairing: Literal["all-to-all", "nearest"] = "all-to-all"
    update: Literal["online", "deferred"] = "online"
    history: Count | None = None
    depress_by: Literal["latest", "latest_since_pre"] = "latest"
    clip: Literal["each", "end"] = "each"
    unit: Literal["weight", "threshold"] = "weight"
    portable: bool = False

    def __post_init__(self) -> None:
        if self.w_min > self.w_max:
            raise NetworkError(f"PairSTDP.w_min: must be <= w_max = {self.w_max}, got {self.w_min}")
        online, deferred = self.update == "online", self.update == "deferred"
        wrong = {
            "history": online and self.history is not None,
            "depress_by": online and self.depress_by != "latest",
            "clip": online and self.clip != "each",
            "depression_delay": online and self.depression_delay != "same",
            "delay": deferred and self.delay == "axonal",
            "order": deferred and self.order != "potentiate_first",
        }
        for name, is_wrong in wrong.items():
            if is_wrong:
                other = "deferred" if online else "online"
                raise NetworkError(
                    f"PairSTDP.{name}: {getattr(self, name)!r} has no meaning with update={self.update!r}; "
                    f"use update={other!r} or leave it out"
                )

    def in_threshold_units(self) -> bool:
        """Return whether unit is "threshold"."""
        return self.unit == "threshold"

    def scaled(self, unit: float) -> PairSTDP:
        """Return the rule in the target's weight unit, ``unit`` being the weight that just fires it."""
        absolute = self.weight_dependence == "additive" and self.amplitude == "absolute"
        factor = unit if absolute else 1.0
        return replace(
            self,
            w_min=self.w_min * unit,
            w_max=self.w_max * unit,
            A_plus=self.A_plus * factor,
            A_minus=self.A_minus * factor,
            unit="weight",
        )

    def verify_weights(self, where: str, weights: npt.NDArray[np.float64]) -> None:
        """Raise :class:`NetworkError` unless every weight lies in [w_min, w_max]."""
        outside = weights[(weights < self.w_min) | (weights > self.w_max)]
        if outside.size:
            raise NetworkError(
                f"{where}: initial weight must lie in PairSTDP's w_min..w_max = {self.w_min:g}..{self.w_max:g}, "
                f"got {outside[0]:g}"
            )

    @property
    def amplitudes(self) -> tuple[float, float]:
        """A_plus and A_minus as they enter the equations: times w_max where they are fractions of it."""
        fraction = self.weight_dependence == "additive" and self.amplitude == "fraction_of_w_max"
        scale = self.w_max if fraction else 1.0
        return self.A_plus * scale, self.A_minus * scale
