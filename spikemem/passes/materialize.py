"""Draw everything random and lay out the synapses: the network as plain arrays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spikemem.errors import InvalidInput, NetworkError
from spikemem.ir.lowered import Bucket, Dense, LoweredNetwork, LoweredPopulation, LoweredProjection, Sparse
from spikemem.ir.network import Network, Population, Projection, Steps
from spikemem.ir.numerics import Numerics
from spikemem.ir.synapse import Static
from spikemem.ir.values import Drawn, FloatArray, Threshold, draw
from spikemem.rng import generator


@dataclass(frozen=True)
class Materialize:
    """Lower a verified, discretized network to arrays; each draw has its own generator, keyed by seed and name."""

    seed: int
    numerics: Numerics

    def __call__(self, network: Network) -> LoweredNetwork:
        """Return the lowered network, verified."""
        network.verify()
        sizes = {p.name: p.size for p in network.populations}
        return LoweredNetwork(
            name=network.name,
            dt=network.dt,
            numerics=self.numerics,
            seed=self.seed,
            populations=tuple(self._population(p) for p in network.populations),
            projections=tuple(
                self._projection(p, sizes[p.pre], sizes[p.post], network.dt) for p in network.projections
            ),
        ).verify()

    def _population(self, population: Population) -> LoweredPopulation:
        name, size, cell = population.name, population.size, population.cell
        given = dict(population.initial_values)
        initial = {
            variable: draw(
                given.get(variable, cell.resting(variable)), generator(self.seed, "initial", name, variable), size
            )
            for variable in cell.state_variables
        }
        i_offset: float | Drawn = getattr(cell, "i_offset", 0.0)
        offsets = draw(i_offset, generator(self.seed, "i_offset", name), size)
        return LoweredPopulation(name, size, cell, offsets, initial, population.branch)

    def _projection(self, projection: Projection, pre: int, post: int, dt: float) -> LoweredProjection:
        try:
            buckets = tuple(self._buckets(projection, pre, post, dt))
        except InvalidInput as error:
            raise NetworkError(f"projection {projection.name}: {error}") from None
        p = projection
        return LoweredProjection(p.name, p.pre, p.post, p.receptor, p.synapse, buckets)

    def _buckets(self, projection: Projection, pre: int, post: int, dt: float) -> Iterator[Bucket]:
        delay, weight = projection.delay, projection.weight
        if not isinstance(delay, Steps) or isinstance(weight, Threshold):
            raise NetworkError("run the passes discretize and threshold-units before materialize")
        weight_rng = generator(self.seed, "weight", projection.name)
        one_weight = (
            float(weight) if isinstance(weight, float | int) and isinstance(projection.synapse, Static) else None
        )
        dense = projection.connector.dense(pre, post)
        if dense is not None and delay.drawn is None:
            matrix = _matrix(weight, weight_rng, pre, post, dense[1]) if one_weight is None else one_weight
            yield Bucket(delay.count, Dense(matrix, allow_self_connections=dense[1]))
            return
        i, j = projection.connector.pairs(generator(self.seed, "connect", projection.name), pre, post)
        w = None if one_weight is not None else draw(weight, weight_rng, i.size)
        if delay.drawn is None:
            yield Bucket(delay.count, _sparse(i, j, w, one_weight, pre))
            return
        ms = draw(delay.drawn, generator(self.seed, "delay", projection.name), i.size)
        steps = np.maximum(delay.least, np.rint(ms / dt).astype(np.int64))
        for count in np.unique(steps) if steps.size else [delay.least]:
            own = steps == count
            yield Bucket(int(count), _sparse(i[own], j[own], None if w is None else w[own], one_weight, pre))


def _matrix(
    weight: float | Drawn, rng: np.random.Generator, pre: int, post: int, allow_self_connections: bool
) -> FloatArray:
    """Return one weight a pair, by pre, then post; the places of the pairs left out repeat a weight, and are never read."""
    if allow_self_connections:
        return draw(weight, rng, pre * post).reshape(pre, post)
    joined = ~np.eye(pre, post, dtype=bool)
    values = draw(weight, rng, int(joined.sum()))
    matrix = np.full((pre, post), values[0] if values.size else 0.0)
    matrix[joined] = values
    return matrix


def _sparse(
    i: npt.NDArray[np.int32], j: npt.NDArray[np.int32], w: FloatArray | None, one_weight: float | None, pre: int
) -> Sparse:
    """Return the pairs as rows by pre neuron, targets ascending; pairs given twice stay twice, in their order."""
    order = np.lexsort((j, i))
    indptr = np.zeros(pre + 1, dtype=np.int64)
    np.cumsum(np.bincount(i, minlength=pre), out=indptr[1:])
    weights = w[order] if w is not None else one_weight
    assert weights is not None  # one of the two is given
    return Sparse(indptr, j[order], weights)
