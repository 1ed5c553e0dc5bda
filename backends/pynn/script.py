"""A description as a plain PyNN script that runs without spikemem."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from spikemem.backends.pynn.describe import Description, PlasticitySpec, PopulationSpec, ProjectionSpec

_INLINE = 12
"""Connections of a projection, or spikes of a source, that are written into the script; more go to the file beside it."""


@dataclass(frozen=True)
class Target:
    """What is particular about a simulator's script: how it is imported, set up and run, and why."""

    module: str
    setup: str
    why: tuple[str, ...]
    silent: bool


TARGETS: Mapping[str, Target] = {
    "nest": Target(
        "import pyNN.nest as sim",
        'sim.setup(timestep=DT, min_delay=DT, max_delay={max_delay!r}, spike_precision="on_grid", verbosity="error")',
        (
            "NEST moves the membrane of IF_curr_exp and IF_cond_exp one step after a spike has arrived, not in that step.",
            "So the delays onto them are one step shorter than the model's, and sources whose synapses are not plastic",
            "fire one step early, with delays one step longer. SpiNNaker needs neither: there the delays are the model's own.",
            "Weights onto IF_curr_delta are multiplied by exp(-dt/tau_m): NEST adds them after the decay, the model before it.",
            "NEST refuses spikes in its first steps, so the model's step 0 is NEST's step FIRST; until then all neurons rest.",
            "A spike carries the time at the end of its step; the times that this script writes are the model's.",
        ),
        True,
    ),
    "spinnaker": Target(
        "from spynnaker import pyNN as sim",
        "sim.setup(timestep=DT, min_delay=DT)",
        (
            "Delays are the model's own: a spike acts, and may fire its target, in the step in which it arrives. (NEST acts",
            "one step later, so scripts for NEST have shorter ones.)",
            "Weights w onto IF_curr_delta are currents for one step: w e dt/(R (1 - e)), e = exp(-dt/tau_m), R = tau_m/cm.",
            "sPyNNaker holds weights in 16 bits; spikemem deploy shows what becomes of them.",
            "The board is named in ~/.spynnaker.cfg, or in spynnaker.cfg beside this script.",
        ),
        False,
    ),
}


def script(
    description: Description, steps: int, target: str, version: str, data: str, spikes: str
) -> tuple[str, dict[str, npt.NDArray[Any]]]:
    """Return the script's text and the arrays that it reads from the file ``data``; it writes its spikes to ``spikes``."""
    kind = TARGETS[target]
    arrays: dict[str, npt.NDArray[Any]] = {}
    lines = [*_head(description, steps, kind, target, version, data, spikes)]
    for population in description.populations:
        lines += _population(population, kind, arrays)
    lines.append("")
    for projection in description.projections:
        lines += _projection(projection, arrays)
    lines += ["", *_run(description, kind), "", _WRITE, ""]
    return "\n".join(lines), arrays


def _head(
    description: Description, steps: int, kind: Target, target: str, version: str, data: str, spikes: str
) -> Iterator[str]:
    yield f'"""{description.name} in PyNN, for {target}. Written by spikemem {version}; runs without it.'
    yield ""
    yield from kind.why
    yield ""
    yield f"Writes {spikes}: time_ms, population, neuron."
    yield '"""'
    yield from ("", "import csv", "from pathlib import Path", "", "import numpy as np", kind.module, "")
    yield f"DT = {description.dt!r}  # ms"
    yield f"STEPS = {steps}"
    yield f"FIRST = {description.first}  # the simulator's step that is the model's step 0"
    yield f"STAMP = {description.stamp}  # steps from a spike to the time that it carries"
    yield "HERE = Path(__file__).parent"
    yield f"DATA = np.load(HERE / {data!r})"
    yield f"SPIKES = HERE / {spikes!r}"
    yield from ("", kind.setup.format(max_delay=description.max_delay), "", "p = {}")


def _population(spec: PopulationSpec, kind: Target, arrays: dict[str, npt.NDArray[Any]]) -> Iterator[str]:
    if spec.spike_times is not None:
        yield f"p[{spec.label!r}] = sim.Population("
        yield f"    {spec.size}, sim.SpikeSourceArray(spike_times={_times(spec, arrays)}),"
        yield f"    label={spec.label!r},"
        yield ")"
        return
    given = {**spec.parameters, "i_offset": 0.0} if kind.silent else spec.parameters
    parameters = ", ".join(f"{name}={_value(f'{spec.label}.{name}', v, arrays)}" for name, v in given.items())
    v = repr(spec.parameters["v_rest"]) if kind.silent else _value(f"{spec.label}.v", spec.initial["v"], arrays)
    yield f"p[{spec.label!r}] = sim.Population("
    yield f"    {spec.size}, sim.{spec.cell}({parameters}),"
    yield f'    initial_values={{"v": {v}}}, label={spec.label!r},'
    yield ")"
    yield f'p[{spec.label!r}].record("spikes")'


def _times(spec: PopulationSpec, arrays: dict[str, npt.NDArray[Any]]) -> str:
    times = list(spec.spike_times or ())
    count = sum(len(own) for own in times)
    if count <= _INLINE:
        return repr(times) if count else "[]"
    arrays[f"{spec.label}.times"] = np.concatenate([np.asarray(own, dtype=np.float64) for own in times])
    arrays[f"{spec.label}.ends"] = np.cumsum([len(own) for own in times])
    at = f"DATA['{spec.label}.times'], DATA['{spec.label}.ends'][:-1]"
    return f"[t.tolist() for t in np.split({at})]"


def _value(name: str, value: Any, arrays: dict[str, npt.NDArray[Any]]) -> str:
    numbers = np.asarray(value, dtype=np.float64)
    if np.unique(numbers).size == 1:
        return repr(float(numbers.flat[0]))
    arrays[name] = numbers
    return f"DATA[{name!r}]"


def _projection(spec: ProjectionSpec, arrays: dict[str, npt.NDArray[Any]]) -> Iterator[str]:
    rows = np.column_stack([spec.pre, spec.post, spec.weights])
    listed = f"DATA[{spec.label!r}]"
    if spec.pre.size <= _INLINE:
        listed = repr([(int(i), int(j), float(w)) for i, j, w in rows])
    else:
        arrays[spec.label] = rows
    yield f"# {spec.label}"
    yield "sim.Projection("
    yield f"    p[{spec.source!r}], p[{spec.target!r}],"
    yield f'    sim.FromListConnector({listed}, column_names=["weight"]),'
    yield f"    {_synapse(spec.plasticity, spec.delay)}, receptor_type={spec.receptor!r},"
    yield ")"


def _synapse(rule: PlasticitySpec | None, delay: float) -> str:
    if rule is None:
        return f"sim.StaticSynapse(delay={delay!r})"
    kind = "Additive" if rule.dependence == "additive" else "Multiplicative"
    timing = (
        f"tau_plus={rule.tau_plus!r}, tau_minus={rule.tau_minus!r}, A_plus={rule.A_plus!r}, A_minus={rule.A_minus!r}"
    )
    return (
        f"sim.STDPMechanism(timing_dependence=sim.SpikePairRule({timing}), "
        f"weight_dependence=sim.{kind}WeightDependence(w_min={rule.w_min!r}, w_max={rule.w_max!r}), delay={delay!r})"
    )


def _run(description: Description, kind: Target) -> Iterator[str]:
    if not kind.silent:
        yield "sim.run(STEPS * DT)"
        return
    neurons = [s for s in description.populations if s.spike_times is None]
    yield "sim.run((FIRST - 1) * DT)  # and one step more: PyNN's first run is longer than asked for"
    for spec in neurons:
        offset = np.asarray(spec.parameters["i_offset"], dtype=np.float64)
        if offset.any():
            yield f"p[{spec.label!r}].set(i_offset={offset.tolist()!r})"
        yield f"p[{spec.label!r}].node_collection.set(V_m={spec.initial['v'].tolist()!r})"
    yield "sim.run((STEPS + 2) * DT)  # one more, since PyNN may leave out the spikes of its last time by rounding"


_WRITE = """with open(SPIKES, "w", newline="") as file:
    rows = csv.writer(file)
    rows.writerow(["time_ms", "population", "neuron"])
    for name, population in p.items():
        if "Source" in type(population.celltype).__name__:
            continue
        for neuron, train in enumerate(population.get_data("spikes").segments[0].spiketrains):
            for time in np.asarray(train.magnitude):
                step = round(float(time) / DT) - FIRST - STAMP
                if 0 <= step < STEPS:
                    rows.writerow([step * DT, name, neuron])
sim.end()"""
