"""SDRClassifier: one neuron a class, which grows a dendritic segment for each pattern that it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import model_validator

from spikemem.errors import InvalidInput
from spikemem.language import (
    AllToAll,
    Ask,
    Association,
    Bits,
    HebbianPermanence,
    Index,
    Memory,
    MiniColumn,
    NetworkBuilder,
    Neurons,
    OneToOne,
    Segment,
    Stimulus,
    Unconnected,
    operation,
    parameter,
    pulse,
    window,
)

DEPOLARISED, PROBE = 0.6, 0.5
"""Neither fires a neuron alone, both together do (ours)."""

Pattern = Annotated[Neurons, Bits("inputs")]
Label = Annotated[Neurons, Index("classes")]


class SDRClassifier(Memory):
    """A classifier of sparse patterns by active dendrites, learned in one trial (after Ahmad & Hawkins 2016, arXiv:1601.00720).

    To learn, the class's neuron fires just after the pattern and grows a segment with ``synapses`` synapses to its cells (all
    of them if it has no more), unless one of its segments matches already: then that one is reinforced. A pattern belongs to
    every class whose neuron has a segment with at least ``theta`` active synapses. The publication's classifier has one
    segment a pattern, each with a synapse to every active cell; that a neuron is asked by a probe that drives it half way
    is ours.
    """

    numerics: ClassVar[None] = None
    cannot: ClassVar[Mapping[str, str]] = {
        "forget": "its synapses do not decay; a full classifier (room) replaces the segment that was reinforced longest ago"
    }

    inputs: int = parameter(1024, ge=1, doc="cells n of the patterns")
    classes: int = parameter(10, ge=1, doc="classes: one neuron each")
    synapses: int = parameter(20, ge=1, doc="synapses s of a segment at most")
    theta: int = parameter(12, ge=1, le=255, doc="active synapses that make a segment spike")
    theta_match: int = parameter(18, ge=1, le=255, doc="active synapses at which no new segment grows")
    room: int = parameter(1000, ge=1, doc="segments of all neurons at most: so many patterns")

    @model_validator(mode="after")
    def _check(self) -> SDRClassifier:
        for name in ("theta", "theta_match"):
            if getattr(self, name) > self.synapses:
                raise InvalidInput(
                    f"SDRClassifier.{name}: must be <= synapses = {self.synapses}, got {getattr(self, name)}"
                )
        return self

    def build(self, net: NetworkBuilder) -> None:
        """Declare the patterns' lines, the teacher, the probe, and the neurons with their dendrites."""
        cells, teacher = net.input("in_pattern", self.inputs), net.input("in_label", self.classes)
        net.input("in_learn", 1)
        probe = net.input("in_probe", 1)
        neurons = net.population("class", self.classes, MiniColumn(1))
        segments = net.dendrites(
            "segments", neurons, Segment(theta=self.theta, plateau=1.0, current=DEPOLARISED), room=self.room
        )
        rule = HebbianPermanence(
            theta_match=self.theta_match, connected=0.5, initial=1.0, increment=0.0, decrement=0.0, punishment=0.0,
            new_synapses=self.synapses, most_synapses=self.synapses, most_segments=self.room, gate="in_learn",
        )  # fmt: skip
        net.connect(cells, segments, Unconnected(), weight=1.0, delay=1.0, synapse=rule)
        net.connect(teacher, neurons, OneToOne(), weight=1.0, delay=1.0)
        net.connect(probe, neurons, AllToAll(), weight=PROBE, delay=1.0)

    @operation(spacing=6.0)
    def learn(self, pattern: Pattern, label: Label) -> Stimulus:
        """Show a pattern, and fire the neuron of its class two steps later."""
        return pulse(in_pattern=pattern) + pulse(in_label=label).later(1) + pulse(in_learn=[0]).later(2)

    @operation(spacing=6.0, answers={"classes": window("class", at=2.0)})
    def classify(self, pattern: Pattern) -> Stimulus:
        """Show a pattern, and ask all neurons."""
        return pulse(in_pattern=pattern) + pulse(in_probe=[0]).later(1)

    @classmethod
    def sized(cls, items: int, bits: int) -> SDRClassifier:
        """Return one of ``items`` classes and ``bits`` cells, with segments as by default."""
        return cls(inputs=bits, classes=items)

    def association(self) -> ClassItems:
        """Items are patterns of classes; a fragment asks for the class of the best match."""
        return ClassItems(self.classes, self.inputs)


class ClassItems(Association):
    """Patterns of classes: the address is the class, and what was learned for a class stays learned."""

    acts = frozenset(("store", "best"))

    def storing(self, address: int, pattern: frozenset[int]) -> Ask:
        """Learn the pattern for the class."""
        return Ask("learn", {"pattern": tuple(sorted(pattern)), "label": address})

    def by_fragment(self, fragment: frozenset[int], best: bool) -> Ask:
        """Ask for the class of the best match."""
        if not best:
            return super().by_fragment(fragment, best)
        return Ask("classify", {"pattern": tuple(sorted(fragment))}, {"classes": self.nearest(fragment)})
