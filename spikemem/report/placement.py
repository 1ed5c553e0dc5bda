"""Where a network would stand on SpiNNaker boards: as tables, and what of it will not do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.table import Table

from spikemem.backends.pynn import misled
from spikemem.backends.pynn.load import percent

_COARSE = 0.05
"""Relative error of a weight that is worth a word (ours)."""


def problems(placed: Mapping[str, Any]) -> list[str]:
    """Return what may change results or does not fit, each with what to change."""
    return [*_weights(placed), *misled.in_words(placed), *_delays(placed), *_load(placed)]


def _weights(placed: Mapping[str, Any]) -> Iterator[str]:
    for row in placed["weights"]:
        where = f"projection {row['projection']}"
        onto = f"the {row['receptor']} weights onto {row['target']}"
        if row["saturating"]:
            yield (
                f"{where}: {row['saturating']} weights saturate at {row['capacity']:.6g}, the largest is "
                f"{row['largest_weight']:.6g}; lower {onto}"
            )
        coarse = [v for v in row["values"] if v["weight"] and abs(v["held"] - v["weight"]) > _COARSE * v["weight"]]
        if coarse:
            worst = max(coarse, key=lambda v: abs(v["held"] - v["weight"]) / v["weight"])
            yield (
                f"{where}: a weight of {worst['weight']:.6g} becomes {worst['held']:.6g}, for the steps are "
                f"{row['resolution']:.6g}; lower the largest of {onto}"
            )
        if row["largest_sum"] > row["capacity"]:
            yield (
                f"{where}: the weights onto one neuron sum to {row['largest_sum']:.6g}, which saturates at "
                f"{row['capacity']:.6g} if they arrive in one step; lower {onto} or spread their delays"
            )


def _delays(placed: Mapping[str, Any]) -> Iterator[str]:
    for row in placed["delays"]:
        if row["extended"]:
            extensions = sum(1 for core in placed["cores"] if core["kind"].startswith("DelayExtension"))
            yield (
                f"population {row['population']}: delays of {row['longest_steps']} steps are longer than the "
                f"{row['without_extension_steps']} that its cores hold, which takes delay extensions ({extensions} cores in "
                "all); shorten them to save those"
            )


def _load(placed: Mapping[str, Any]) -> Iterator[str]:
    buffer, machine = placed["incoming_spike_buffer"], placed["machine"]
    for name, peak in placed["input_peaks"].items():
        if peak > buffer:
            yield (
                f"population {name}: fires {peak} spikes in one step, and a core's buffer holds {buffer}; spread the stimulus "
                "over more steps, or slow down with time_scale_factor"
            )
    yield from _busy(placed["load"], placed["dt_ms"] * placed["time_scale_factor"])
    for table in placed["routing"]:
        if table["entries"] > machine["routing_entries_of_a_chip"]:
            yield (
                f"chip {table['x']},{table['y']}: needs {table['entries']} routing entries before compression, and has "
                f"{machine['routing_entries_of_a_chip']}; use fewer populations or cores"
            )
    real = placed["dt_ms"] * placed["time_scale_factor"]
    if real < 1.0:
        yield (
            f"run: a step of {placed['dt_ms']:g} ms in {real:g} ms of real time is faster "
            "than boards can be expected to be; give time_scale_factor in the hardware file"
        )


def _busy(load: Mapping[str, Any], real: float) -> Iterator[str]:
    worst = {row["population"]: row for row in sorted(load["cores"], key=lambda row: row["peak_events"])}
    for name, row in worst.items():
        if row["share"] > 1.0:
            yield (
                f"population {name}: an estimated {row['peak_events']} synaptic events reach a core in step "
                f"{row['peak_step']}, and {load['events_of_a_step']:g} are taken to fit into {real:g} ms of real time; "
                "spread the stimulus over more steps, or slow down with time_scale_factor"
            )


def machine_line(placed: Mapping[str, Any]) -> str:
    """Return the whole in a sentence."""
    machine = placed["machine"]
    entries = max((t["entries"] for t in placed["routing"]), default=0)
    return (
        f"{placed['network']}: {placed['cores_used']} of {machine['cores']} cores, on {placed['chips_used']} of "
        f"{machine['chips']} chips, beside {placed['system_cores']} cores of the system; at most "
        f"{entries} of {machine['routing_entries_of_a_chip']} routing entries; "
        f"at most {max((s['bytes'] for s in placed['sdram']), default=0) / 2**20:.2f} of "
        f"{machine['sdram_bytes_of_a_chip'] / 2**20:.0f} MiB SDRAM of a chip"
    )


def populations_table(placed: Mapping[str, Any]) -> Table:
    """Return a row a population: its cores, neurons a core, SDRAM a core."""
    table = Table(title="cores")
    for column in (
        "population", "cores", "neurons a core", "SDRAM a core (KiB)", "longest delay (steps)", "peak events a step",
        "share of budget", "peak packets a step",
    ):  # fmt: skip
        table.add_column(column)
    loads = placed["load"]["cores"]
    longest = {row["population"]: row["longest_steps"] for row in placed["delays"]}
    for name in dict.fromkeys(core["population"] for core in placed["cores"]):
        own = [core for core in placed["cores"] if core["population"] == name]
        neurons, sdram = [c["neurons"] for c in own], [c["sdram_bytes"] / 1024 for c in own]
        table.add_row(
            name, str(len(own)), _range(min(neurons), max(neurons), "d"), _range(min(sdram), max(sdram), ".1f"),
            str(longest.get(name, "")), *_peaks([row for row in loads if row["population"] == name]),
        )  # fmt: skip
    return table


def _peaks(loads: Sequence[Mapping[str, Any]]) -> tuple[str, str, str]:
    if not loads:
        return "", "", ""
    events, share, packets = (max(row[key] for row in loads) for key in ("peak_events", "share", "peak_packets"))
    return str(events), percent(share), str(packets)


def weights_table(placed: Mapping[str, Any]) -> Table:
    """Return a row a projection: what 16 bits make of its weights."""
    table = Table(title="weights in 16 bits")
    for column in ("projection", "largest", "step", "largest error", "saturating", "as held"):
        table.add_column(column)
    for row in placed["weights"]:
        held = ", ".join(f"{v['weight']:.6g} as {v['held']:.6g}" for v in row["values"][:3])
        more = ", ..." if len(row["values"]) > 3 else ""
        numbers = (f"{row[k]:.6g}" for k in ("largest_weight", "resolution", "largest_error"))
        table.add_row(row["projection"], *numbers, str(row["saturating"]), held + more)
    return table


def _range(least: float, most: float, form: str) -> str:
    return f"{least:{form}}" if least == most else f"{least:{form}} to {most:{form}}"
