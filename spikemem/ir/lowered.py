"""The lowered network: plain arrays and named primitives, the same bits for every backend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from spikemem.errors import NetworkError, choices
from spikemem.ir.cell import Cell, Receptor
from spikemem.ir.dendrite import Branch, on_soma
from spikemem.ir.numerics import Numerics
from spikemem.ir.synapse import Synapse
from spikemem.ir.values import FloatArray


@dataclass(frozen=True, eq=False)
class Dense:
    """Every pre to every post neuron, no index. ``weights``: (pre, post) float64, or one number for all."""

    weights: FloatArray | float
    allow_self_connections: bool = True


@dataclass(frozen=True, eq=False)
class Sparse:
    """Rows by pre neuron: targets of i are ``targets[indptr[i]:indptr[i+1]]``, ascending; ``weights`` alike, or one number."""

    indptr: npt.NDArray[np.int64]
    targets: npt.NDArray[np.int32]
    weights: FloatArray | float


@dataclass(frozen=True, eq=False)
class Bucket:
    """The synapses of a projection that have one delay, in steps."""

    delay: int
    layout: Dense | Sparse


@dataclass(frozen=True, eq=False)
class LoweredPopulation:
    """A population with its per-neuron arrays: ``i_offset`` (nA) and ``initial`` values by state variable."""

    name: str
    size: int
    cell: Cell
    i_offset: FloatArray
    initial: Mapping[str, FloatArray]
    branch: Branch | None = None


@dataclass(frozen=True, eq=False)
class LoweredProjection:
    """A projection as delay buckets, shortest delay first."""

    name: str
    pre: str
    post: str
    receptor: Receptor
    synapse: Synapse
    buckets: tuple[Bucket, ...]


@dataclass(frozen=True, eq=False)
class Connections:
    """The synapses of one projection as a list: int32 ``pre`` and ``post``, float64 ``weight``, ``delay`` in ms."""

    pre: npt.NDArray[np.int32]
    post: npt.NDArray[np.int32]
    weight: FloatArray
    delay: FloatArray

    def matrix(self, pre: int, post: int) -> FloatArray:
        """Return the weights as a (pre, post) array, NaN where there is no synapse."""
        dense = np.full((pre, post), np.nan)
        dense[self.pre, self.post] = self.weight
        return dense


@dataclass(frozen=True, eq=False)
class LoweredNetwork:
    """What a backend is given: ``dt`` in ms, the numerics, the seed, populations and projections in declared order."""

    name: str
    dt: float
    numerics: Numerics
    seed: int
    populations: tuple[LoweredPopulation, ...]
    projections: tuple[LoweredProjection, ...]

    def population(self, name: str) -> LoweredPopulation:
        """Return the population called ``name``; raise :class:`NetworkError` with the valid names when there is none."""
        for population in self.populations:
            if population.name == name:
                return population
        raise NetworkError(
            f"{self.name}: population {name!r} is unknown; {choices(name, [p.name for p in self.populations])}"
        )

    def dendrites(self, soma: str) -> list[LoweredPopulation]:
        """Return the populations of dendrites on ``soma``, one a zone, in their order."""
        return [p for p in self.populations if p.branch is not None and p.branch.soma == soma]

    def verify(self) -> LoweredNetwork:
        """Return the network itself if its arrays fit their populations; raise :class:`NetworkError` if not."""
        sizes = {p.name: p.size for p in self.populations}
        for projection in self.projections:
            for bucket in projection.buckets:
                _verify_bucket(
                    f"projection {projection.name}",
                    bucket,
                    sizes[projection.pre],
                    sizes[projection.post],
                    projection.synapse.least_weight,
                )
                projection.synapse.verify_weights(f"projection {projection.name}", _used_weights(bucket.layout))
        for population in self.populations:
            for name, values in {"i_offset": population.i_offset, **population.initial}.items():
                if values.shape != (population.size,) or not np.isfinite(values).all():
                    raise NetworkError(f"population {population.name}: {name} must be {population.size} finite numbers")
        return self

    def digest(self) -> str:
        """Return a digest of everything that a run depends on but its state: by it a saved state knows its network."""
        digest = blake2b(self.describe().encode(), digest_size=16)
        for population in self.populations:
            digest.update(repr(population.cell).encode() + population.i_offset.tobytes())
        for projection in self.projections:
            digest.update(repr((projection.receptor, projection.synapse)).encode())
            for bucket in projection.buckets:
                digest.update(np.asarray(bucket.layout.weights).tobytes())
                if isinstance(bucket.layout, Sparse):
                    digest.update(bucket.layout.indptr.tobytes() + bucket.layout.targets.tobytes())
        return digest.hexdigest()

    def describe(self) -> str:
        """Return the lowered network as text: each projection by layout, delay in steps and number of synapses."""
        lines = [f"lowered {self.name}  dt={self.dt} ms  numerics={self.numerics}  seed={self.seed}"]
        lines += [
            f"  population {p.name}[{p.size}]  {type(p.cell).__name__}{on_soma(p.branch)}" for p in self.populations
        ]
        for p in self.projections:
            for b in p.buckets:
                kind, count = (
                    type(b.layout).__name__,
                    synapses(b, self.population(p.pre).size, self.population(p.post).size),
                )
                one = "one weight" if isinstance(b.layout.weights, float) else "own weights"
                lines.append(f"  projection {p.name}  {kind}  delay={b.delay} steps  {count} synapses, {one}")
        return "\n".join(lines) + "\n"


def synapses(bucket: Bucket, pre: int, post: int) -> int:
    """Return the number of synapses in ``bucket`` between populations of ``pre`` and ``post`` neurons."""
    match bucket.layout:
        case Dense(allow_self_connections=allowed):
            return pre * post - (0 if allowed else min(pre, post))
        case Sparse(targets=targets):
            return int(targets.size)


def connection_list(bucket: Bucket, pre: int, post: int, dt: float, weights: FloatArray | None = None) -> Connections:
    """Return the synapses of ``bucket`` as a list by pre, then post; ``weights`` (bucket's layout) replace the initial ones."""
    layout = bucket.layout
    match layout:
        case Dense():
            i, j = np.divmod(np.arange(pre * post, dtype=np.int64), post)
            keep = np.ones(i.size, dtype=bool) if layout.allow_self_connections else i != j
        case Sparse():
            i = np.repeat(np.arange(pre, dtype=np.int64), np.diff(layout.indptr))
            j = layout.targets.astype(np.int64)
            keep = np.ones(i.size, dtype=bool)
    source = layout.weights if weights is None else weights
    w = np.full(i.size, source) if isinstance(source, float) else np.asarray(source, dtype=np.float64).reshape(-1)
    delay = np.full(int(keep.sum()), bucket.delay * dt)
    return Connections(i[keep].astype(np.int32), j[keep].astype(np.int32), w[keep], delay)


def _used_weights(layout: Dense | Sparse) -> FloatArray:
    """Return the weights of the synapses that there are: a dense layout also has places for self-connections left out."""
    weights = np.asarray(layout.weights)
    if isinstance(layout, Sparse) or layout.allow_self_connections or weights.ndim == 0:
        return weights
    return weights[~np.eye(*weights.shape, dtype=np.bool_)]


def _verify_bucket(where: str, bucket: Bucket, pre: int, post: int, least: float) -> None:
    layout = bucket.layout
    if bucket.delay < 1:
        raise NetworkError(f"{where}: delay must be at least 1 step, got {bucket.delay}")
    if isinstance(layout, Sparse):
        good = layout.indptr.shape == (pre + 1,) and int(layout.indptr[-1]) == layout.targets.size
        if not good or (layout.targets.size and not 0 <= int(layout.targets.min()) <= int(layout.targets.max()) < post):
            raise NetworkError(f"{where}: row pointers or targets do not fit populations of {pre} and {post} neurons")
    if not isinstance(layout.weights, float):
        shape = (pre, post) if isinstance(layout, Dense) else (layout.targets.size,)
        if layout.weights.shape != shape:
            raise NetworkError(f"{where}: weights must have shape {shape}, got {layout.weights.shape}")
        if not np.isfinite(layout.weights).all() or (layout.weights < least).any():
            raise NetworkError(f"{where}: weights must be finite and >= {least:g}")
    elif not (least <= layout.weights and np.isfinite(layout.weights)):
        raise NetworkError(f"{where}: weight must be finite and >= {least:g}, got {layout.weights}")
