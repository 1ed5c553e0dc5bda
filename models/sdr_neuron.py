"""SDRNeuron: one neuron with many dendritic segments, each of which recognises a pattern."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import model_validator

from spikemem.errors import InvalidInput
from spikemem.language import (
    Bits,
    Grouped,
    IF_curr_delta,
    Memory,
    NetworkBuilder,
    Neurons,
    Patterns,
    Segment,
    Stimulus,
    Subsamples,
    Threshold,
    operation,
    parameter,
    pulse,
    window,
)

SOMA = IF_curr_delta(cm=1.0, tau_m=10.0, tau_refrac=1.0, v_rest=-65.0, v_reset=-65.0, v_thresh=-50.0)
Pattern = Annotated[Neurons, Bits("inputs")]


class SDRNeuron(Memory):
    """A neuron with active dendrites that recognises sparse patterns (Ahmad & Hawkins 2016, arXiv:1601.00720).

    Each segment stores one pattern by ``synapses`` of its cells, drawn at random, and spikes when at least ``theta`` of them
    are active in one step; the neuron fires if any of its segments does. A pattern is recognised though some of its cells are
    silent or others are active, and a random one is taken for it with the probability ``spikemem.sdr_theory.false_positive``.
    The publication has no learning rule and no model of how dendrites drive the soma; that one spike of a segment fires the
    neuron is its OR, in our neuron, and its segments take no notice of the neuron's own spikes: so the model is decomposed
    into threshold neurons where segments are lacking. The default patterns, 8 of 40 cells that follow each other, are ours.
    """

    numerics: ClassVar[None] = None
    cannot: ClassVar[Mapping[str, str]] = {
        "learn": "its segments hold the patterns that it is made with; SDRClassifier learns",
        "forget": "its segments hold the patterns that it is made with; make it without the pattern",
    }

    inputs: int = parameter(2048, ge=1, doc="cells n of the population that it listens to")
    synapses: int = parameter(20, ge=1, doc="synapses s of a segment: so many cells of its pattern, drawn by the seed")
    theta: int = parameter(12, ge=1, le=255, doc="active synapses that make a segment spike")
    patterns: Patterns = parameter(
        tuple(tuple(range(200 * k, 200 * k + 40)) for k in range(8)), doc="the patterns, one a segment: lists of cells"
    )

    @model_validator(mode="after")
    def _check(self) -> SDRNeuron:
        if not self.patterns:
            raise InvalidInput("SDRNeuron.patterns: must hold at least one pattern, is empty")
        if self.theta > self.synapses:
            raise InvalidInput(f"SDRNeuron.theta: must be <= synapses = {self.synapses}, got {self.theta}")
        for k, pattern in enumerate(self.patterns):
            self._check_pattern(f"SDRNeuron.patterns[{k}]", pattern)
        return self

    def _check_pattern(self, where: str, pattern: tuple[int, ...]) -> None:
        for cell, count in Counter(pattern).items():
            if count > 1:
                raise InvalidInput(f"{where}: cell {cell} is given {count} times; give each once")
            if not 0 <= cell < self.inputs:
                raise InvalidInput(f"{where}: cell {cell} is out of range 0..{self.inputs - 1} (inputs={self.inputs})")
        if len(pattern) < self.synapses:
            raise InvalidInput(f"{where}: must hold at least synapses = {self.synapses} cells, holds {len(pattern)}")

    def build(self, net: NetworkBuilder) -> None:
        """Declare the input cells, the neuron, its segments and what they do to it."""
        cells = net.input("in_pattern", self.inputs)
        neuron = net.population("neuron", 1, SOMA)
        segments = net.dendrites(
            "segments", neuron, Segment(theta=self.theta, reset_by_soma=False), per_neuron=len(self.patterns)
        )
        net.connect(cells, segments, Subsamples(self.patterns, self.synapses), weight=1.0, delay=2.0)
        net.connect(segments, neuron, Grouped(len(self.patterns), 1), weight=Threshold(1.5), delay=2.0)

    @operation(spacing=6.0, answers={"neuron": window("neuron", at=4.0), "segments": window("segments", at=2.0)})
    def recognise(self, pattern: Pattern) -> Stimulus:
        """Show a pattern for one step: the segments that match spike, and then the neuron."""
        return pulse(in_pattern=pattern)
