"""``spikemem board``."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from spikemem.backends.pynn.boards import CHIPS
from spikemem.backends.pynn.software_board import MACHINE_OPTIONS, software_board
from spikemem.cli.options import stdout
from spikemem.errors import InvalidInput, choices

_FILE = ".spynnaker.cfg"
_LOOK = 0.1


def board(
    version: Annotated[int, typer.Option(help="3 (4 chips) or 5 (48 chips).")] = 3,
    real_time: Annotated[
        bool,
        typer.Option("--real-time", help="Be no faster than a real board, for scripts whose only live part is input."),
    ] = False,
    timeout: Annotated[float | None, typer.Option(help="End after so many seconds.")] = None,
) -> None:
    """Start a SpiNNaker board in software for any PyNN script, print how to configure sPyNNaker, and keep it until Ctrl-C."""
    if version not in CHIPS:
        raise InvalidInput(f"board: version {version} is unknown; {choices(str(version), map(str, CHIPS))}")
    with software_board(version, real_time=real_time) as running, _ends_counted() as came:
        console = stdout()
        console.print(f"A board of {CHIPS[version]} chips answers at {running.address}. Its timing is not modelled.")
        console.print(f"For sPyNNaker, in {_FILE} of the home folder or of the script's:\n")
        console.print("\n".join(["[Machine]", f"version = {version}", f"machine_name = {running.address}"]))
        console.print("\n".join(f"{name} = {value}" for name, value in MACHINE_OPTIONS.items()))
        console.print("\nCtrl-C ends it.")
        console.file.flush()
        end = None if timeout is None else time.monotonic() + timeout
        while not came and (end is None or time.monotonic() < end):
            time.sleep(_LOOK)
        for sentence in running.said():
            console.print(sentence)


@contextmanager
def _ends_counted() -> Iterator[list[int]]:
    """Keep the signals that end a program in a list, in place of ending it."""
    came: list[int] = []
    before = {n: signal.signal(n, lambda number, frame: came.append(number)) for n in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
