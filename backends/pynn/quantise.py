"""Weights as SpiNNaker's synapses hold them: 16 bits, on a scale that sPyNNaker chooses for each population and receptor."""

from __future__ import annotations

import numpy as np

from spikemem.ir.values import FloatArray

LARGEST = 0xFFFF


def quantise(weights: FloatArray, scale: float) -> FloatArray:
    """Return what a synapse holds of each weight: the nearest multiple of ``1/scale``, at most 65535 of them.

    >>> quantise(np.array([3.3, 0.0, 1e9]), 4096.0).tolist()
    [3.300048828125, 0.0, 15.999755859375]
    """
    held: FloatArray = np.minimum(np.rint(np.abs(weights) * scale), LARGEST) / scale
    return held
