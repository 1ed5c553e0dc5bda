"""Programs of the Numba engine, and their bits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from spikemem.backend import Backend, Program, RunOptions, StepEvents, WeightForm, backend
from spikemem.ir import Network, Numerics
from spikemem.ir.lowered import LoweredNetwork
from spikemem.passes import lower
from tests.reference.interpreter import Spike

FORMS: tuple[WeightForm, ...] = ("stored", "effective")
Bits = dict[str, npt.NDArray[Any]]


def engine() -> Backend:
    return backend("numba")


def lowered(network: Network, numerics: Numerics = "exact", seed: int = 1) -> LoweredNetwork:
    return lower(network, engine().abilities, numerics, seed)


def started(
    network: Network, stimulus: Mapping[str, Sequence[Spike]] | None = None, *, numerics: Numerics = "exact",
    seed: int = 1, options: RunOptions | None = None,
) -> Program:  # fmt: skip
    """Return a program at step 0 with its stimulus."""
    program = engine().compile(lowered(network, numerics, seed), options or RunOptions())
    program.stimulate(as_events(stimulus or {}))
    return program


def as_events(stimulus: Mapping[str, Sequence[Spike]]) -> dict[str, StepEvents]:
    return {name: events(spikes) for name, spikes in stimulus.items()}


def events(spikes: Iterable[Spike]) -> StepEvents:
    table = np.array(list(spikes), dtype=np.int64).reshape(-1, 2)
    return table[:, 0].copy(), table[:, 1].astype(np.int32)


def as_spikes(found: StepEvents) -> list[Spike]:
    return list(zip(found[0].tolist(), found[1].tolist(), strict=True))


def outcome(program: Program, populations: Iterable[str] | None = None) -> Bits:
    """Return all that can be read from ``program``, spikes apart: weights, state variables, cost and time."""
    network = program.network
    kept = {p.name for p in network.populations} if populations is None else set(populations)
    bits: Bits = {"now": np.array([program.now])}
    for projection in network.projections:
        if projection.pre in kept:
            for form in FORMS:
                found = program.weights(projection.name, form)
                for column in ("pre", "post", "weight", "delay"):
                    bits[f"{projection.name} {form} {column}"] = getattr(found, column)
    for population in network.populations:
        if population.name in kept:
            for variable in population.cell.state_variables:
                bits[f"{population.name} {variable}"] = program.variable(population.name, variable)
    return bits


def fired(*programs: Program) -> dict[str, list[Spike]]:
    """Return the spikes of programs that ran one after the other."""
    parts = [program.spikes() for program in programs]
    return {name: [spike for part in parts for spike in as_spikes(part[name])] for name in parts[0]}


def assert_same_bits(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """Compare arrays by their bytes: the sign of a zero counts."""
    assert found.keys() == wanted.keys()
    for name, value in wanted.items():
        got, want = np.asarray(found[name]), np.asarray(value)
        assert (got.dtype, got.shape) == (want.dtype, want.shape), name
        assert got.tobytes() == want.tobytes(), f"{name}: {got} is not {want}"
