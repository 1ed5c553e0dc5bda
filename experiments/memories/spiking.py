"""Entrants that run as spikes."""

from __future__ import annotations

from functools import partial

from spikemem.experiments.memories.codes import Cells, Lines, Patterns, SignedPairs
from spikemem.experiments.memories.entrants import PRECISION, Choice, Entrant, Fitted, Order
from spikemem.experiments.memories.kept import BINARY
from spikemem.experiments.memories.running import (
    Cam,
    CamParameters,
    Macrocolumn,
    MacrocolumnParameters,
    Recogniser,
    RecogniserParameters,
)
from spikemem.layers.spiking.memory_neurons import MemoryNeuronPairs, MemoryNeuronPairsParameters, Transfer

DAMAGED = "damaged keys"
VALUES = "values"
REPLAY = "replay"
FILLS_UP = {REPLAY: "a pair that is written again takes another slot, of which there are too few"}
RACES = 8
"""Races that the exponential memory neurons hold for an answer."""
LONG_KEY, KEY_SIGNS, SYNAPSES = 256, 4, 20


def _memory_neurons(transfer: Transfer, races: int, order: Order, choice: Choice) -> Fitted:
    slots = order.bits // (4 * order.d)  # two lines a sign of key and value
    parameters = MemoryNeuronPairsParameters(
        d_k=order.d, d_v=order.d, slots=slots, transfer=transfer, races=races, **choice
    )
    layer = MemoryNeuronPairs(parameters, order.seed, order.backend)
    return Fitted(layer, SignedPairs(order.d, order.d), slots, full="first", again=True)


def _cam(order: Order, choice: Choice) -> Fitted:
    signs = int(choice["value signs"])
    content = order.d // signs * 2**signs
    cues = order.bits // (2 * PRECISION * content)
    layer = Cam(CamParameters(d_k=cues, d_v=content), order.seed, order.backend)
    return Fitted(layer, Lines(0, order.d, cues, signs), cues, full="first")


def _macrocolumn(order: Order, choice: Choice) -> Fitted:
    code = Patterns(order.d // 2, order.d)
    size, modules = code.length + code.d, int(choice["modules"])
    cells = order.bits // (
        modules * (6 * size + 1)
    )  # onto a cell 2 lines a sign, from it 2 onto each line, 1 onto the class
    parameters = MacrocolumnParameters(N=size, modules=modules, cells=cells, lambda_first=choice["lambda"])
    return Fitted(Macrocolumn(parameters, order.seed, order.backend), code)


def _recogniser(order: Order, choice: Choice) -> Fitted:
    code = Cells(LONG_KEY, order.d, KEY_SIGNS)
    inputs = code.length // KEY_SIGNS * 2**KEY_SIGNS
    address = (inputs - 1).bit_length()
    parameters = RecogniserParameters(N=inputs, synapses=SYNAPSES, theta=int(choice["theta"]))
    layer = Recogniser(parameters, order.seed, order.backend)
    return Fitted(layer, code, order.bits // (SYNAPSES * address), number_bits=address, full="first")


SPIKING = (
    Entrant(
        "memory neurons, exp", BINARY, partial(_memory_neurons, "exponential", RACES),
        "binary synapses from and onto lines, two a sign", grid={"beta": (0.1, 0.2, 0.4)}, spiking=True,
        cannot=FILLS_UP,
    ),
    Entrant(
        "memory neurons, winner", BINARY, partial(_memory_neurons, "winner", 1),
        "binary synapses from and onto lines, two a sign", spiking=True, cannot=FILLS_UP,
    ),
    Entrant(
        "CA3", BINARY, _cam, "two plastic projections of reals", spiking=True, grid={"value signs": (2.0, 4.0)},
        cannot={DAMAGED: "its cue is one line, which is there or not, and not the signs of a key"},
    ),
    Entrant(
        "Sparsey", BINARY, _macrocolumn, "binary synapses onto codes and from codes", spiking=True,
        grid={"modules": (8.0, 16.0), "lambda": (8.0, 24.0)},
    ),
    Entrant(
        "SDR neuron", BINARY, _recogniser, "the cells that synapses come from", spiking=True, answers="known",
        grid={"theta": (8.0, 12.0)}, cannot={VALUES: "it says whether a key is known, and brings up nothing"},
    ),
)  # fmt: skip
