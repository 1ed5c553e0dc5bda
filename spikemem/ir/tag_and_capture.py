"""TagAndCapture: a three-factor rule; activity and an error set tags, and a later signal makes weights of them."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan
from typing import TYPE_CHECKING, Annotated

import numpy as np
import numpy.typing as npt
from annotated_types import Ge, Lt
from pydantic import BeforeValidator

from spikemem.errors import NetworkError
from spikemem.ir.node import Fraction, NonNegative, Positive, Real, as_tuples, node, plain
from spikemem.ir.synapse import Synapse

if TYPE_CHECKING:
    from spikemem.ir.network import Population

Bound = Annotated[float, BeforeValidator(plain)]
Window = Annotated[tuple[Real, ...], BeforeValidator(as_tuples)]


@node
class TagAndCapture(Synapse):
    r"""Three-factor learning with synaptic tags (Fremaux & Gerstner 2016, Front. Neural Circuits 9:85).

    Every synapse has a weight w and a tag m (tagging and capture: Frey & Morris 1997, Nature 385:533). In the learn part of
    step t, after delivery, integration and firing,

    .. math::
        m_{ij} &\leftarrow m_{ij} + \eta\, e_i\, x_j && \text{where the gate of neuron i is open,} \\
        w_{ij} &\leftarrow \mathrm{clip}(\rho\, w_{ij} + m_{ij},\, w_{min},\, w_{max}), \quad
        m_{ij} \leftarrow \mu\, m_{ij} && \text{then, where its capture is,}

    with eta = ``rate``, rho = ``retain``, mu = ``momentum``.

    - x_j = ``window[a]``, one number a step, a being the steps since the last spike of pre neuron j *arrived* at the synapse
      (0: it arrives in step t); 0 beyond the window, and before the first spike.
    - Without a ``teacher`` e_i is 1 if neuron i spikes in t, else 0. A ``teacher`` is a population of 2 n_post neurons, of
      which neuron i says + and neuron n_post + i says -: then e_i = [i says +] - [i says -] - ``prediction`` u_i, a dendritic
      error (Urbanczik & Senn 2014, Neuron 81:521). u_i is the sum of the weights that arrive at i in t by this projection.
    - The spikes of ``gate`` and ``capture`` (None: the gate) in step t open it, without synapses. They have g neurons, where g
      divides n_post: neuron b opens the b-th n_post/g consecutive post neurons, so that a router may choose blocks.

    With prediction 1, and a capture after each key is shown and its value taught, that is the delta rule; with momentum and
    retain it is the matrix memory of Titans (Behrouz et al. 2024, arXiv:2501.00663). Keys have signs where pairs of lines
    stand for them: the lines of a key and its value in a step, the opposite lines and value in the next.

    The emitted weight is that of the pre spike's step, after that step's learning, also for d > dt, and u sums emitted weights.
    Weights may have either sign here: a signed weight stands for an excitatory and an inhibitory synapse, of which one is
    silent. Tags are 0 to begin with. A weight that a capture changes counts as an update, tags count none; in steps without
    open gates nothing is learned. Units: w, m, w_min, w_max, and rate times window in the target's weight unit (with a
    teacher, prediction has its inverse).
    """

    gate: str
    capture: str | None = None
    teacher: str | None = None
    rate: Positive = 1.0
    prediction: NonNegative = 0.0
    momentum: Annotated[float, BeforeValidator(plain), Ge(0.0), Lt(1.0)] = 0.0
    retain: Fraction = 1.0
    w_min: Bound = float("-inf")
    w_max: Bound = float("inf")
    window: Window = (1.0,)

    def __post_init__(self) -> None:
        if self.prediction > 0.0 and self.teacher is None:
            raise NetworkError(
                f"TagAndCapture.prediction: must be 0 without a teacher, whom it is taken from, got {self.prediction:g}"
            )
        if not any(self.window):
            raise NetworkError(f"TagAndCapture.window: must have a number that is not 0, got {self.window}")
        if isnan(self.w_min) or isnan(self.w_max) or self.w_min >= self.w_max:
            raise NetworkError(f"TagAndCapture.w_min: must be < w_max = {self.w_max:g}, got {self.w_min:g}")

    @property
    def captured_by(self) -> str:
        """The population that opens captures."""
        return self.gate if self.capture is None else self.capture

    @property
    def least_weight(self) -> float:
        """Return w_min."""
        return self.w_min

    def populations(self) -> tuple[str, ...]:
        """Return gate, capture and teacher, where named, each once."""
        named = (self.gate, self.capture, self.teacher)
        return tuple(dict.fromkeys(name for name in named if name is not None))

    def verify_weights(self, where: str, weights: npt.NDArray[np.float64]) -> None:
        """Raise :class:`NetworkError` unless every weight lies in [w_min, w_max]."""
        outside = weights[~((weights >= self.w_min) & (weights <= self.w_max))]  # also NaN
        if outside.size:
            raise NetworkError(
                f"{where}: initial weight must lie in TagAndCapture's w_min..w_max = {self.w_min:g}..{self.w_max:g}, "
                f"got {outside[0]:g}"
            )

    def verify_target(self, where: str, post: Population) -> None:
        """Raise :class:`NetworkError` unless ``post`` are neurons, and their unit allows the signs of the weights."""
        kind = type(post.cell).__name__
        if post.branch is not None or not {"excitatory", "inhibitory"} <= set(post.cell.receptors):
            raise NetworkError(
                f"{where}: TagAndCapture must end on neurons that take excitatory and inhibitory synapses; "
                f"{post.name} is a {kind}"
            )
        if post.cell.weight_unit == "uS" and self.w_min < 0.0:
            raise NetworkError(
                f"{where}: TagAndCapture's w_min must be >= 0 for conductances; {post.name} is a {kind}, "
                f"got {self.w_min:g}"
            )

    def verify_named(self, where: str, post: Population, named: Mapping[str, Population]) -> None:
        """Raise :class:`NetworkError` unless gate and capture divide ``post`` into blocks, and teachers are two a neuron."""
        for field, name in (("gate", self.gate), ("capture", self.captured_by)):
            if post.size % named[name].size:
                raise NetworkError(
                    f"{where}: TagAndCapture's {field} must have a number of neurons that divides the {post.size} of "
                    f"{post.name}; {name} has {named[name].size}"
                )
        if self.teacher is not None and named[self.teacher].size != 2 * post.size:
            raise NetworkError(
                f"{where}: TagAndCapture's teacher must have 2 neurons for each of the {post.size} of {post.name}; "
                f"{self.teacher} has {named[self.teacher].size}"
            )
