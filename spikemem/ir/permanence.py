"""HebbianPermanence: synapses that are connected above a threshold, grown and pruned by learning."""

from __future__ import annotations

from typing import Annotated, ClassVar

from annotated_types import Le

from spikemem.errors import NetworkError
from spikemem.ir.node import Count, Fraction, Ms, node
from spikemem.ir.synapse import Synapse


@node
class HebbianPermanence(Synapse):
    r"""Synapses that grow, strengthen, weaken and vanish on dendrites (Hawkins & Ahmad 2016, Front. Neural Circuits 10:23).

    A synapse has a permanence P in [0, 1] and counts if P >= ``connected``. The rule acts in every step t in which neurons of
    the dendrites' soma population fire; it learns if the population ``gate`` fires too, or none is named, and else only chooses
    winners. It looks at the *last activity*: the pre neurons that fired in the latest earlier step, at most ``interval`` ms
    ago. A segment is *active* if it has spiked since that activity reached it, and *matching* if at least ``theta_match`` of
    its synapses, connected or not, are of neurons active then. Neurons compete in modules: the mini-columns of a ``MiniColumn``
    population, else each by itself.

    - A neuron that fires with an active segment was predicted: each of its active segments is *reinforced*.
    - A module that fires without one was not: of the segments of its neurons that fire, the best matching one, the first of
      those that match most, is reinforced; if none matches, a new one grows on that of the neurons that fire which has the
      fewest, the first of those. That neuron is the *winner* of the module; of one that was predicted, all that fire are.
    - Segments that are active or match, of modules that do not fire, predicted wrongly: their synapses of active neurons lose
      ``punishment``, those at 0 are pruned.

    Reinforced: synapses of active neurons gain ``increment``, the others lose ``decrement``, P is clipped to [0, 1], those at 0
    are pruned; then the segment grows synapses, of permanence ``initial``, to winners of the last activity (to all its neurons
    if pre is another population than the somata) that it has none from, until ``new_synapses`` of its synapses match. Which:
    each pre neuron and each segment have a place on a circle, drawn by the seed; the next winners round the circle are taken.
    A segment has ``most_synapses`` places; a synapse takes the first free one, and if all are taken that of the weakest synapse
    from a silent neuron, the first of those. Then the winners are chosen, and at last new segments grow, by module; a neuron or
    a dendrite population that is full replaces the segment that was grown or reinforced longest ago, the first of those. What
    is under way to a synapse that is pruned still counts; to a segment that is replaced, it is lost.

    The order in a step, the circle, and what is replaced are ours; the publication has no such detail. Its symbols: increment
    p+, decrement p-, punishment p--. Under float32 weights the amounts are rounded as P is. Units: interval ms.
    """

    theta_match: Count = 15
    connected: Fraction = 0.5
    initial: Fraction = 0.21
    increment: Fraction = 0.1
    decrement: Fraction = 0.1
    punishment: Fraction = 0.02
    new_synapses: Count = 32
    most_synapses: Annotated[Count, Le(255)] = 128
    most_segments: Count = 128
    interval: Ms = 2.0
    gate: str | None = None

    grows: ClassVar[bool] = True

    def populations(self) -> tuple[str, ...]:
        """Return the gate."""
        return () if self.gate is None else (self.gate,)

    def verify_room(self, where: str, dendrites: int) -> None:
        """Raise if the places of all synapses are more than 32 bits count."""
        if dendrites * self.most_synapses >= 2**31:
            raise NetworkError(
                f"{where}: room for dendrites x most_synapses must be < 2147483648, got {dendrites} x {self.most_synapses}"
            )

    def __post_init__(self) -> None:
        if self.new_synapses > self.most_synapses:
            raise NetworkError(
                f"HebbianPermanence.new_synapses: must be <= most_synapses = {self.most_synapses}, got {self.new_synapses}"
            )
        if self.theta_match > self.new_synapses:
            raise NetworkError(
                f"HebbianPermanence.theta_match: must be <= new_synapses = {self.new_synapses}, got {self.theta_match}"
            )
