"""What boards hold: known before anything is drawn or mapped, so that a network that is far too large is refused at once."""

from __future__ import annotations

from spikemem.errors import Unsupported
from spikemem.hardware import Board, Hardware
from spikemem.ir.network import Network, Population
from spikemem.ir.pair_stdp import PairSTDP
from spikemem.ir.spike_source import SpikeSource, SpikeSourcePoisson

CHIPS = {3: 4, 5: 48}
"""Of a board, by version."""
CORES_OF_A_CHIP = 16
"""Of 18, one runs the monitor and one more moves data; a few chips have one less."""
NEURONS_OF_A_CORE = 256
"""The longest row of synapses in sPyNNaker's population table, and so the most targets that a core can have."""
PLASTIC_ROW = 254
"""Plastic synapses of one pre neuron onto the neurons of one core that sPyNNaker can hold."""
PLASTIC_NEURONS_OF_A_CORE = 128
"""Where those rows would be too long (ours: half of what a core can have)."""


MEMORY_BYTES = 52_000
"""Of a core's own 64 KiB, for inputs and plastic neurons. On the board in software 53 thousand did; synapses take some."""
PLASTIC_NEURON_BYTES = 170
"""Of state and of the history of 15 spikes: about 157 to 182, seen of IF_curr_delta, IF_curr_exp and IF_cond_exp."""
_RING_ENTRIES, _INPUT_BYTES, _RECEPTORS = 1 << 14, 2, 2
"""sPyNNaker's limit of what a core keeps of inputs, in entries; their size; excitatory and inhibitory."""


def chips(board: Board) -> int:
    """Return how many chips a machine of these boards has."""
    return CHIPS[board.version] * board.boards


def named(board: Board) -> str:
    """Return what a sentence calls the machine."""
    if board.virtual:
        return f"a machine of {chips(board)} chips"
    if board.software:
        return f"the board in software of {chips(board)} chips"
    return f"the board at {board.address}" if board.address else f"the boards of {board.server}"


def too_large(network: str, board: Board, why: str) -> Unsupported:
    """Return the error that says that a network does not fit, and ``why``."""
    return Unsupported(
        f"backend spinnaker: {network} is too large for {named(board)}: {why}; "
        "instead: fewer neurons, or more boards (boards = ... in the hardware file)"
    )


def ring_steps(neurons: int, longest: int) -> int:
    """Return for how many steps a core keeps the inputs of so many neurons, if their longest delay is ``longest`` steps."""
    return min(max(2, _power(longest)), _RING_ENTRIES // (_power(neurons) * _RECEPTORS))


def memory_bytes(neurons: int, longest: int) -> int:
    """Return what the inputs and plastic neurons of a core take of its own memory."""
    ring = _INPUT_BYTES * _RECEPTORS * _power(neurons) * ring_steps(neurons, longest)
    return ring + PLASTIC_NEURON_BYTES * neurons


def _power(number: int) -> int:
    """Return the least power of two that is no less."""
    return 1 << (number - 1).bit_length()


def neurons_of_a_core(size: int, *, plastic: bool, longest: int = 1) -> int:
    """Return how many neurons of a population of ``size`` a core gets at most.

    ``plastic``: it has plastic synapses; ``longest``: its longest delay in steps. Cores given too many end before the run.
    """
    if not plastic:
        return min(size, NEURONS_OF_A_CORE)
    most = PLASTIC_NEURONS_OF_A_CORE if size > PLASTIC_ROW else size
    return next((n for n in range(most, 1, -1) if memory_bytes(n, longest) <= MEMORY_BYTES), 1)


def cores_needed(network: Network) -> int:
    """Return the fewest cores that the populations can stand on; sPyNNaker may take more for the rows of their synapses."""
    plastic = {p.post for p in network.projections if isinstance(p.synapse, PairSTDP)}
    return sum(_cores(p, p.name in plastic) for p in network.populations)


def _cores(population: Population, plastic: bool) -> int:
    if isinstance(population.cell, SpikeSource | SpikeSourcePoisson):
        return 1  # whatever its size: its spike times decide, and they are not known yet
    return -(-population.size // neurons_of_a_core(population.size, plastic=plastic))


def check_size(network: Network, hardware: Hardware) -> None:
    """Raise :class:`Unsupported` if the populations, as full as cores may be, need more cores than there are."""
    if not isinstance(hardware, Board):
        return  # refused with a sentence of its own
    offered, needed = chips(hardware) * CORES_OF_A_CHIP, cores_needed(network)
    if needed > offered:
        raise too_large(
            network.name,
            hardware,
            f"its populations need at least {needed} cores, and {chips(hardware)} chips have {offered}",
        )
