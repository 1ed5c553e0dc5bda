"""A network as text: one line a population, one a projection. The text is the golden test."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints

from spikemem.ir.dendrite import on_soma
from spikemem.ir.network import Network, Population, Projection, Steps
from spikemem.ir.node import Unit

_LISTED = 6
"""Elements of a list that are printed."""


def format_network(network: Network) -> str:
    r"""Return the text of ``network``.

    >>> format_network(Network("empty", 1.0, (), ()))
    'network empty  dt=1.0 ms\n'
    """
    lines = [f"network {network.name}  dt={network.dt} ms"]
    lines += [f"  {_population(p)}" for p in network.populations]
    lines += [f"  {_projection(network, p)}" for p in network.projections]
    return "\n".join(lines) + "\n"


def format_node(value: Any) -> str:
    """Return ``Name(field=value unit, ...)`` for a primitive; fields at their defaults are left out, and long lists cut.

    >>> from spikemem.ir.if_curr_exp import IF_curr_exp
    >>> format_node(IF_curr_exp(tau_m=10.0))
    'IF_curr_exp(tau_m=10.0 ms)'
    """
    if isinstance(value, tuple) and len(value) > _LISTED:
        return f"({', '.join(map(format_node, value[:_LISTED]))}, ... {len(value)} in all)"
    if not is_dataclass(value) or isinstance(value, type):
        return str(value)
    hints = get_type_hints(type(value), include_extras=True)
    parts = [
        f"{f.name}={format_node(getattr(value, f.name))}{_unit(hints[f.name])}"
        for f in fields(value)
        if getattr(value, f.name) != f.default
    ]
    return f"{type(value).__name__}({', '.join(parts)})"


def _unit(hint: Any) -> str:
    return next((f" {extra}" for extra in get_args(hint) if isinstance(extra, Unit)), "")


def _population(population: Population) -> str:
    initial = "".join(f"  {name}(0)={format_node(value)}" for name, value in population.initial_values)
    place = on_soma(population.branch)
    return f"population {population.name}[{population.size}]  {format_node(population.cell)}{place}{initial}"


def _projection(network: Network, projection: Projection) -> str:
    held = projection.synapse.holds
    unit = network.population(projection.post).cell.weight_unit if held == "weight" else f"({held})"
    weight = format_node(projection.weight)
    weight = f"{weight} {unit}" if isinstance(projection.weight, float | int) else weight
    return (
        f"projection {projection.name}  {projection.pre} -> {projection.post}  {format_node(projection.connector)}  "
        f"{projection.receptor}  weight={weight}  delay={_delay(projection)}  {format_node(projection.synapse)}"
    )


def _delay(projection: Projection) -> str:
    delay = projection.delay
    if isinstance(delay, Steps):
        return f"{delay.count} steps" if delay.drawn is None else f"steps of {format_node(delay.drawn)} ms"
    return f"{format_node(delay)} ms"
