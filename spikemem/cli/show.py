"""``spikemem show``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from spikemem.backend import backend
from spikemem.cli.options import Json, Set, print_json
from spikemem.errors import InvalidInput
from spikemem.experiment import find_model
from spikemem.experiment.load import apply_change
from spikemem.ir import format_network, to_data
from spikemem.passes import lower


def show(
    model: Annotated[str, typer.Argument(help="A model's name, or module:Class of your own.")],
    changes: Set = None,
    lowered: Annotated[
        bool, typer.Option("--lowered", help="As the Numba engine is given it, after the passes.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Print a model's network, one line a population and one a projection; --set cues=6 changes a parameter."""
    parameters: dict[str, Any] = {}
    for change in changes or []:
        apply_change(parameters, change.removeprefix("parameters."))
    made = find_model(model)(**parameters)
    network = made.network()
    if lowered and as_json:
        raise InvalidInput("show: give either --lowered or --json, not both")
    if lowered:
        abilities = backend("numba").abilities
        print(lower(network, abilities, made.numerics or abilities.numerics[0], seed=1).describe(), end="")
    elif as_json:
        print_json(to_data(network))
    else:
        print(format_network(network), end="")
