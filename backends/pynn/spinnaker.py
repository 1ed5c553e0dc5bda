"""The backend ``spinnaker``: sPyNNaker, in a process of its own, on boards that exist or that are only mapped."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import warnings
from codecs import getincrementaldecoder
from collections.abc import Callable, Mapping, Sequence
from math import exp
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from spikemem.backend import Backend, RunOptions, StepEvents
from spikemem.backends.pynn import misled, rules, spinnaker_rules
from spikemem.backends.pynn.boards import check_size, named, too_large
from spikemem.backends.pynn.describe import Description, Dialect
from spikemem.backends.pynn.job import JOB, RESULT, Job, Result
from spikemem.backends.pynn.load import estimate, load_line
from spikemem.backends.pynn.phases import Phase, PhaseReader
from spikemem.backends.pynn.preflight import preflight
from spikemem.backends.pynn.program import Outcome, PyNNProgram
from spikemem.backends.pynn.software_board import MACHINE_OPTIONS, software_board
from spikemem.backends.pynn.translate import CELLS
from spikemem.errors import HardwareError, InvalidInput, SpikememWarning, Unsupported
from spikemem.hardware import Board
from spikemem.ir.cell import Cell
from spikemem.ir.if_curr_delta import IF_curr_delta
from spikemem.ir.lowered import LoweredNetwork
from spikemem.ir.pair_stdp import FREE, PairSTDP
from spikemem.ir.synapse import Static
from spikemem.ir.values import FloatArray
from spikemem.passes.legalize import Abilities

_HARDWARE = ("spinnman", "spalloc")
"""The modules whose errors are about a machine that does not do what it should."""
_MAPPING = ("pacman", "spinn_machine", "spynnaker", "spinn_front_end_common", "spinn_utilities")


def _gain(cell: Cell, dt: float) -> float:
    """A weight w (mV) of IF_curr_delta is a current to sPyNNaker, ``W/dt`` for one step.

    ``V = alpha - e (alpha - V)`` with e = exp(-dt/tau_m), alpha = v_rest + R W/dt and R = tau_m/cm moves the membrane by
    ``R W (1 - e)/dt``; ours moves it by ``w e``.
    """
    if not isinstance(cell, IF_curr_delta):
        return 1.0
    e = exp(-dt / cell.tau_m)
    return e * dt / ((cell.tau_m / cell.cm) * (1.0 - e))


def _amplitude(rule: PairSTDP, gain: float) -> float:
    """Additive amplitudes are weights to sPyNNaker 7, not fractions of w_max."""
    return gain * (rule.w_max if rule.amplitude == "fraction_of_w_max" else 1.0)


DIALECT = Dialect(
    lag=lambda cell: 0, gain=_gain, unscaled=lambda cell: 1.0, amplitude=_amplitude, lead=0, first=0, stamp=0
)


NOT_TIMED = (
    "a board in software does not model timing: what hardware cannot do in time, and packets that it drops, do not show"
)


def configuration(board: Board, address: str | None = None) -> str:
    """Return what sPyNNaker is configured with; the rest are its defaults. ``address``: that of a board in software."""
    machine: dict[str, object] = {"version": board.version, "virtual_board": board.virtual}
    if board.software:
        machine |= MACHINE_OPTIONS
    if address or board.address:
        machine["machine_name"] = address or board.address
    if board.server:
        machine["spalloc_server"] = board.server
    lines = [f"{name} = {value}" for name, value in machine.items()]
    return "\n".join(["[Machine]", *lines, "", "[Mode]", "mode = Production", ""])


class SpinnakerProgram(PyNNProgram):
    """One trial. On a virtual board it can be mapped, and not run."""

    backend = "spinnaker"
    dialect = DIALECT

    def __init__(self, network: LoweredNetwork, options: RunOptions) -> None:
        super().__init__(network, options)
        if not isinstance(options.hardware, Board):
            raise InvalidInput("backend spinnaker: its hardware file must be one of SpiNNaker boards")
        options.hardware.check("backend spinnaker")
        self._board = options.hardware
        self.log = ""
        """What sPyNNaker printed last."""
        self.watch: Callable[[Phase], None] = lambda phase: None
        """Called with what sPyNNaker is doing, as it goes."""
        self.pace: tuple[float, float] | None = None
        """Of a board in software: how many ms it ran, and in how many seconds."""
        self.placement: dict[str, Any] = {}
        """Where sPyNNaker would put the network, once it is rehearsed."""
        self._ran_as: Mapping[str, Any] = {}

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was mapped and not run would do otherwise than told; of a board in software, how its cores might be loaded."""
        if not self._ran_as:
            return (
                tuple(f"backend spinnaker: {said}" for said in misled.in_words(self.placement))
                if self.placement
                else ()
            )
        if not self._board.software:
            return ()
        load = estimate(self.network, self._events, self._placed(self._ran_as, self._now, self._events))
        return (f"backend spinnaker: {NOT_TIMED}; {load_line({'load': load})}",)

    def _placed(self, placement: Mapping[str, Any], steps: int, feed: Mapping[str, StepEvents]) -> dict[str, Any]:
        return {
            "network": self.network.name, "steps": steps, "dt_ms": self.network.dt, **placement,
            "time_scale_factor": self._board.time_scale_factor, "input_peaks": peaks(feed),
        }  # fmt: skip

    def rehearse(self, steps: int) -> str:
        """Map the run onto a virtual board like the one chosen, and keep the placement as sPyNNaker says it is.

        Raises :class:`Unsupported` with sPyNNaker's reason if the network does not fit.
        """
        virtual = Board(
            version=self._board.version, boards=self._board.boards, virtual=True,
            time_scale_factor=self._board.time_scale_factor,
        )  # fmt: skip
        feed = self.feed(steps)
        placed = self._worker(self.describe(feed), steps, virtual).placement or {}
        self.placement = self._placed(placed, steps, feed)
        return (
            f"sPyNNaker placed it on {placed['cores_used']} cores of {placed['chips_used']} chips of a virtual board; "
            "spikemem deploy shows where"
        )

    def _execute(self, description: Description, steps: int) -> Outcome:
        if self._board.virtual:
            raise Unsupported(
                "backend spinnaker: a virtual board maps a network and computes nothing; instead: spikemem deploy, which "
                "reports the mapping, or the hardware file of a board"
            )
        self.log = ""
        if self._board.software:
            result = self._in_software(description, steps)
        else:
            preflight(self._board, self.placement.get("cores_used", 0))
            result = self._worker(description, steps, self._board)
        self._ran_as = result.placement or {}
        self.notes = (*misled.in_words(self._ran_as), *result.warnings)
        # What was mapped before has been reported: that is what a rehearsal is for.
        for warning in result.warnings if self.placement else self.notes:
            warnings.warn(f"backend spinnaker: {warning}", SpikememWarning, stacklevel=2)
        assert result.outcome is not None
        return result.outcome

    def _in_software(self, description: Description, steps: int) -> Result:
        with software_board(self._board.version) as running:
            try:
                result = self._worker(description, steps, self._board, running.address)
            except HardwareError as error:
                said = running.said()
                if not said:
                    raise
                raise HardwareError(f"backend spinnaker: {named(self._board)}: {said[0]}") from error
            self.pace = running.pace()
        return result

    def _state(self, population: str, variable: str, values: FloatArray) -> FloatArray:
        return values

    def _worker(self, description: Description, steps: int, board: Board, address: str | None = None) -> Result:
        with TemporaryDirectory(prefix="spikemem-") as name:
            folder = Path(name)
            boards = board.boards if board.version == 5 and not (board.address or address) else None
            job = Job(description, steps, boards, board.time_scale_factor)
            (folder / JOB).write_bytes(pickle.dumps(job))
            (folder / ".spynnaker.cfg").write_text(configuration(board, address))
            self.log = _run_worker(folder, self.watch)
            path = folder / RESULT
            if not path.is_file():
                raise HardwareError(
                    f"backend spinnaker: sPyNNaker ended without a result; it said last: {_last(self.log)}"
                )
            result: Result = pickle.loads(path.read_bytes())
        if result.error is not None:
            _raise(self.network.name, board, *result.error)
        return result


def _run_worker(folder: Path, watch: Callable[[Phase], None]) -> str:
    """Run the process in ``folder``, its home; return what it printed. It does not outlive this call."""
    home = Path.home()
    environment = {
        "XDG_CACHE_HOME": str(home / ".cache"), **os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder / ".config"),
        "XDG_CONFIG_DIRS": str(folder / ".config"), "PYTHONUNBUFFERED": "1", "MPLBACKEND": "agg",
        "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
    }  # fmt: skip
    environment.pop("PROGRESS_GOOD_TERMINAL", None)  # its bars would go back to the beginning of their line
    process = subprocess.Popen(
        [sys.executable, "-m", "spikemem.backends.pynn.worker", str(folder)], cwd=folder, env=environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    printed, phases = [], PhaseReader()
    decoder = getincrementaldecoder("utf-8")("replace")
    try:
        assert process.stdout is not None
        # As it comes: the marks of a phase are not ended by a line's end until the phase is.
        while piece := os.read(process.stdout.fileno(), 1 << 16):
            printed.append(decoder.decode(piece))
            for phase in phases.feed(printed[-1]):
                watch(phase)
        process.wait()
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if process.stdout is not None:
            process.stdout.close()
    return "".join(printed)


def _last(log: str) -> str:
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    return lines[-1] if lines else "nothing"


def _raise(network: str, board: Board, module: str, name: str, message: str) -> None:
    """Raise what sPyNNaker's error means to a user."""
    what, package = " ".join(message.split()), module.partition(".")[0]
    if name == "TooLarge":
        raise too_large(network, board, what)
    if name == "SharedExtension":
        raise Unsupported(f"backend spinnaker: {network} cannot be mapped onto {named(board)}: {what}")
    if package in _HARDWARE:
        raise HardwareError(f"backend spinnaker: {named(board)} failed: {what} ({name})")
    if package in _MAPPING:
        raise Unsupported(f"backend spinnaker: sPyNNaker cannot map {network} onto {named(board)}: {what} ({name})")
    if module == "builtins" and name in ("OSError", "TimeoutError", "ConnectionError", "ConnectionRefusedError"):
        raise HardwareError(f"backend spinnaker: {named(board)} failed: {what} ({name})")
    raise RuntimeError(f"sPyNNaker failed: {module}.{name}: {message}")


class SpinnakerBackend(Backend):
    """SpiNNaker boards, or virtual ones."""

    def __init__(self) -> None:
        self.abilities = ABILITIES

    @property
    def tools(self) -> str:
        """What is needed beside the packages."""
        return "sPyNNaker; boards are examined when spikemem deploy or run names one"

    def programs(self, network: LoweredNetwork, options: RunOptions, count: int) -> Sequence[SpinnakerProgram]:
        """Return the programs."""
        return [SpinnakerProgram(network, options) for _ in range(count)]


ABILITIES = Abilities(
    "spinnaker", ("spinnaker",), tuple(CELLS), (Static, PairSTDP),
    (spinnaker_rules.stdp, rules.refractoriness, rules.initial_currents("its scale has not been compared with sPyNNaker's")),
    {name: spinnaker_rules.CONVENTIONS[name][0] for name in FREE},
    check_size,
)  # fmt: skip


def make() -> SpinnakerBackend:
    """Return the backend ``spinnaker``."""
    return SpinnakerBackend()


def peaks(feed: Mapping[str, StepEvents]) -> dict[str, int]:
    """Return the most spikes that each source fires in one step."""
    return {
        name: max((int((steps == s).sum()) for s in set(steps.tolist())), default=0)
        for name, (steps, _) in feed.items()
    }
