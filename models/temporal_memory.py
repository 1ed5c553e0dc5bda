"""TemporalMemory: sequences of sparse codes in mini-columns whose cells have active dendrites."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import model_validator

from spikemem.errors import InvalidInput
from spikemem.language import (
    AllToAll,
    FixedProbability,
    FromList,
    Grouped,
    HebbianPermanence,
    Index,
    Memory,
    MiniColumn,
    NetworkBuilder,
    Neurons,
    OneToOne,
    Patterns,
    Segment,
    Sequence,
    Stimulus,
    Unconnected,
    Window,
    operation,
    parameter,
    pulse,
    random_codes,
    window,
)

PERIOD = 2
"""Steps from one symbol to the next: cells fire, their spikes reach the dendrites, plateaus meet the next symbol."""
TO_CELLS = 2
"""Steps from a symbol's line to the cells, over the columns' relay."""
DEPOLARISED, PROBE = 0.6, 0.5
"""Neither fires a cell alone, both together do (ours)."""

Symbols = Annotated[Neurons, Sequence("symbols")]
Symbol = Annotated[Neurons, Index("symbols")]


def _predicted(model: TemporalMemory) -> Window:
    """The symbols that the probe brings out, three steps after it; the last symbol shown is there one step after it."""
    return window("symbol_out", at=3.0, echo_at=(1.0,), from_end=True)


def _replayed(model: TemporalMemory) -> Window:
    """The symbols that fire between the first and the last probe's; they are in their order in the answer's spikes."""
    return window("symbol_out", at=float(PERIOD + 4), until=float(PERIOD * model.replayed + 4), echo_at=(4.0,))


class TemporalMemory(Memory):
    """A memory of sequences in cells with active dendrites (Hawkins & Ahmad 2016, Front. Neural Circuits 10:23).

    A symbol drives ``active`` of the ``columns`` mini-columns, drawn by ``codes``. In a mini-column whose cells expect it only
    those fire that are depolarised; else all do. So the cells that fire say in which context a symbol came, and their
    dendrites learn what follows in it: sequences that share symbols stay apart. Learning (``HebbianPermanence``) is open only
    while sequences are learned.

    Defaults: Numenta's published simulations of discrete sequences, but for ``most_synapses`` (theirs 128) and ``room``, which
    bound the memory that a run takes (8 bytes a place in float32). How predictions are read is ours: a probe drives every
    cell half way, so that the depolarised ones fire; probes in a row replay a sequence. Stimuli of your own may drive
    mini-columns one by one (``in_column``, at the times of ``in_symbol``), and silence the cells of the lesion (``in_lesion``,
    a step after each symbol).
    """

    numerics: ClassVar[None] = None

    symbols: int = parameter(26, ge=1, doc="different symbols")
    columns: int = parameter(2048, ge=1, doc="mini-columns")
    cells: int = parameter(32, ge=1, doc="cells of a mini-column")
    active: int = parameter(40, ge=1, doc="mini-columns that a symbol drives")
    theta: int = parameter(15, ge=1, le=255, doc="connected active synapses that make a segment spike")
    theta_match: int = parameter(15, ge=1, le=255, doc="active synapses, connected or not, that make a segment match")
    new_synapses: int = parameter(32, ge=1, doc="synapses that a segment grows to have active")
    most_synapses: int = parameter(32, ge=1, doc="synapses of a segment at most")
    most_segments: int = parameter(128, ge=1, doc="segments of a cell at most")
    room: int = parameter(65536, ge=1, doc="segments of all cells at most")
    initial: float = parameter(0.21, ge=0, le=1, doc="permanence of a new synapse")
    connected: float = parameter(0.5, ge=0, le=1, doc="permanence from which a synapse counts")
    increment: float = parameter(0.1, ge=0, le=1, doc="p+: gain of active synapses of a segment that was right")
    decrement: float = parameter(0.1, ge=0, le=1, doc="p-: loss of its other synapses")
    punishment: float = parameter(0.02, ge=0, le=1, doc="p--: loss of active synapses of a segment that was wrong")
    lesion: float = parameter(0.4, ge=0, le=1, doc="share of the cells, drawn, that in_lesion silences")
    codes: int = parameter(1, ge=0, doc="seed of the symbols' codes")
    replayed: int = parameter(8, ge=1, doc="symbols that a replay goes on for")
    forgetting: int = parameter(40, ge=1, doc="times that a forgotten continuation fails to come")

    @model_validator(mode="after")
    def _check(self) -> TemporalMemory:
        if self.theta > self.most_synapses:
            raise InvalidInput(
                f"TemporalMemory.theta: must be <= most_synapses = {self.most_synapses}, got {self.theta}"
            )
        return self

    @property
    def rule(self) -> HebbianPermanence:
        """The learning rule."""
        return HebbianPermanence(
            theta_match=self.theta_match, connected=self.connected, initial=self.initial, increment=self.increment,
            decrement=self.decrement, punishment=self.punishment, new_synapses=self.new_synapses,
            most_synapses=self.most_synapses, most_segments=self.most_segments, interval=float(PERIOD), gate="in_learn",
        )  # fmt: skip

    def code_table(self) -> Patterns:
        """The mini-columns of each symbol, and of one more: that nothing known comes."""
        return random_codes(self.codes, self.symbols + 1, self.columns, self.active)

    def build(self, net: NetworkBuilder) -> None:
        """Declare lines, mini-columns, dendrites and the readout of symbols (which fires for those that come, too)."""
        symbol, nothing = net.input("in_symbol", self.symbols), net.input("in_nothing", 1)
        net.input("in_learn", 1)
        probe = net.input("in_probe", 1)
        own_code, lesion = net.input("in_column", self.columns), net.input("in_lesion", 1)
        column = net.population("column", self.columns, MiniColumn(1))
        cell = net.population("cell", self.columns * self.cells, MiniColumn(self.cells))
        basal = net.dendrites(
            "basal", cell, Segment(theta=self.theta, plateau=PERIOD - 1.0, current=DEPOLARISED), room=self.room
        )
        column_out = net.population("column_out", self.columns, MiniColumn(1))
        symbol_out = net.population("symbol_out", self.symbols, MiniColumn(1, theta=0.8 * self.active))

        *known, unknown = self.code_table()
        pairs = tuple((s, c) for s, code in enumerate(known) for c in code)
        net.connect(symbol, column, FromList(pairs), weight=1.0, delay=1.0)
        net.connect(nothing, column, FromList(tuple((0, c) for c in unknown)), weight=1.0, delay=1.0)
        net.connect(own_code, column, OneToOne(), weight=1.0, delay=1.0)
        net.inhibit(lesion, cell, FixedProbability(self.lesion), weight=2.0, delay=1.0)
        net.connect(column, cell, Grouped(1, self.cells), weight=1.0, delay=1.0)
        net.connect(probe, cell, AllToAll(), weight=PROBE, delay=1.0)
        net.connect(cell, basal, Unconnected(), weight=1.0, delay=1.0, synapse=self.rule)
        net.connect(cell, column_out, Grouped(self.cells, 1), weight=1.0, delay=1.0)
        net.connect(column_out, symbol_out, FromList(tuple((c, s) for s, c in pairs)), weight=1.0, delay=1.0)

    @operation(spacing=6.0, from_end=True)
    def learn(self, sequence: Symbols) -> Stimulus:
        """Show a sequence, and learn it."""
        shown = _shown(sequence)
        for k in range(len(sequence)):
            shown += pulse(in_learn=[0]).later(PERIOD * k + TO_CELLS)
        return shown

    @operation(spacing=8.0, from_end=True, answers={"symbols": _predicted})
    def predict(self, sequence: Symbols) -> Stimulus:
        """Show a sequence without learning, and ask for the symbols that may follow."""
        return _shown(sequence) + pulse(in_probe=[0]).later(PERIOD * len(sequence) + TO_CELLS - 1)

    @operation(spacing=8.0, from_end=True, answers={"symbols": _replayed})
    def replay(self, symbol: Symbol) -> Stimulus:
        """Show a symbol, then let the memory go on by itself."""
        shown = _shown(symbol)
        for k in range(1, self.replayed + 1):
            shown += pulse(in_probe=[0]).later(PERIOD * k + TO_CELLS - 1)
        return shown

    @operation(spacing=6.0, from_end=True)
    def forget(self, sequence: Symbols) -> Stimulus:
        """Show a sequence many times and have nothing known follow it, so that what followed is expected no more."""
        length = PERIOD * (len(sequence) + 1)
        once = (
            _shown(sequence)
            + pulse(in_nothing=[0]).later(length - PERIOD)
            + pulse(in_learn=[0]).later(length - PERIOD + TO_CELLS)
        )
        shown = once
        for k in range(1, self.forgetting):
            shown += once.later(k * (length + 2 * PERIOD))
        return shown


def _shown(sequence: Neurons) -> Stimulus:
    """Return the symbols' lines firing, one after the other."""
    shown = pulse(in_symbol=[sequence[0]])
    for k, symbol in enumerate(sequence[1:], 1):
        shown += pulse(in_symbol=[symbol]).later(PERIOD * k)
    return shown
