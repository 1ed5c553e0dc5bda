"""A live memory: operations one after the other, answers at once, saved and loaded bit for bit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from spikemem.backend import Cost, WeightForm
from spikemem.backend import backend as find_backend
from spikemem.checks import milliseconds
from spikemem.errors import FileError, InvalidInput, OperationError, Unsupported, choices
from spikemem.hdf5 import read_checkpoint, read_provenance, write_answers, write_checkpoint, write_provenance
from spikemem.hdf5_file import new_file, open_file
from spikemem.ir.lowered import Connections
from spikemem.language.memory import Memory
from spikemem.language.protocol import Call, Scheduled, check_free, events, plan
from spikemem.passes.discretize import whole_steps
from spikemem.provenance import provenance
from spikemem.recording import Answer, Spikes, in_ms
from spikemem.session import Setup, answer, kept, resolve, start
from spikemem.simulate import advance
from spikemem.stimuli import Stimuli, to_steps


class LiveMemory:
    """A model in a running backend. Every operation of the model is a method: ``memory.learn(cue=3, content=[4, 5])``.

    Time stands still between operations: each begins at the earliest time that the model allows, or ``at`` a given one (ms),
    and runs until its answer is complete and the next may begin.
    """

    def __init__(self, model: Memory, setup: Setup) -> None:
        self.model = model
        self.setup = setup
        self._program = start(model, setup)
        if not self._program.stepwise:
            raise Unsupported(
                f"backend {setup.backend} runs whole protocols only; give the operations to spikemem.run as one protocol, "
                "or open the memory on numba or brian2"
            )
        self._last: Scheduled | None = None
        self._answers: list[Answer] = []

    @property
    def now_ms(self) -> float:
        """The time of the next step, ms."""
        return self._program.now * self.setup.dt

    @property
    def answers(self) -> tuple[Answer, ...]:
        """The answers since the memory was opened or loaded, oldest first."""
        return tuple(self._answers)

    @property
    def cost(self) -> Cost:
        """What all operations took so far."""
        return self._program.cost

    def __getattr__(self, name: str) -> Callable[..., Answer]:
        """Return the model's operation ``name`` as a function of its arguments and of ``at`` (ms)."""
        if name.startswith("_") or "model" not in self.__dict__:
            raise AttributeError(name)
        try:
            self.model.operation(name)
        except OperationError as error:
            if name not in self.model.cannot and name != "forget":
                raise AttributeError(str(error)) from None

        def operate(*unnamed: object, at: float | None = None, **arguments: Any) -> Answer:
            if unnamed:
                known = ", ".join(f"{argument}=..." for argument in self.model.operation(name).parameters)
                raise OperationError(f"{type(self.model).__name__}.{name}: give each argument by its name: {known}")
            return self.operate(name, at=at, **arguments)

        return operate

    def operate(self, name: str, /, *, at: float | None = None, **arguments: Any) -> Answer:
        """Do operation ``name`` and return its answer; raise :class:`OperationError` if it cannot be done, or not yet."""
        dt, owner = self.setup.dt, f"{type(self.model).__name__}.{name}"
        earliest = max(self._program.now, self._last.free if self._last else 0)
        self.model.operation(name)
        what = f"{owner}: at"
        begin = earliest if at is None else whole_steps(milliseconds(what, at), dt, what)
        if self._last is not None:
            check_free(self.model, self._last, name, begin, dt, earliest)
        if begin < self._program.now:
            raise OperationError(
                f"{owner} at {begin * dt:g} ms: that time has passed; the memory is at {self.now_ms:g} ms"
            )
        scheduled = plan(self.model, Call(begin * dt, name, kept(arguments)), begin, dt, {})
        advance(self._program, begin, begin)  # what happens until then is not of this operation
        self._program.forget_spikes()
        before = self._program.cost
        self._program.stimulate(events(scheduled.stimulus))
        end = max(scheduled.free, scheduled.last_answer(dt) + 1)
        advance(self._program, end, end)
        self._last = scheduled
        made = answer(scheduled, self.model, self._program.spikes(), dt, self._program.cost - before)
        self._answers.append(made)
        return made

    def wait(self, ms: float) -> None:
        """Let ``ms`` pass with no input."""
        until = self._program.now + whole_steps(milliseconds("wait", ms), self.setup.dt, "wait")
        advance(self._program, until, until)

    def stimulate(self, stimulus: Stimuli, duration_ms: float) -> dict[str, Spikes]:
        """Let ``duration_ms`` pass under spikes from outside; return the spikes of all populations in that time.

        ``stimulus`` maps spike sources to (times_ms, neurons), times as of :attr:`now_ms`, from it on; spikes later than the
        end of ``duration_ms`` are kept until their time comes.
        """
        program, dt = self._program, self.setup.dt
        begin = program.now
        until = begin + whole_steps(milliseconds("stimulate: duration_ms", duration_ms), dt, "stimulate: duration_ms")
        given = to_steps(stimulus, dt)
        if given:
            program.stimulate(given)
        program.forget_spikes()
        advance(program, until, until)
        return in_ms(program.spikes(begin), dt)

    def state(self) -> dict[str, npt.NDArray[np.generic]]:
        """Return all that the rest of the run depends on, but the spacing after the last operation, as named arrays."""
        return self._program.save_state()

    def restore(self, state: Mapping[str, npt.NDArray[np.generic]]) -> None:
        """Go on from what :meth:`state` returned, of this memory or of another of the same model, setup and seed.

        Raises :class:`FileError` if it is of another network. The next operation may begin at once.
        """
        self._program.load_state(state)
        self._last = None

    def weights(self, projection: str, form: WeightForm = "stored") -> Connections:
        """Return a projection's synapses as they are now, ``stored`` or ``effective``."""
        return self._program.weights(projection, form)

    def variable(self, population: str, name: str) -> npt.NDArray[np.float64]:
        """Return a state variable of every neuron of a population as it is now."""
        return self._program.variable(population, name)

    def synaptic(self, projection: str, name: str = "weights") -> npt.NDArray[Any]:
        """Return a state variable of a projection's synapses (``weights``, ``tags``, ...) as the program holds it.

        The shape is (pre, post) where all are connected. Raises :class:`InvalidInput` for one that is no state.
        """
        return self._synaptic(projection, name)[1]

    def set_synaptic(self, projection: str, name: str, values: npt.NDArray[Any]) -> None:
        """Put ``values``, of the shape that :meth:`synaptic` returns, in the place of a state variable of synapses."""
        where, held = self._synaptic(projection, name)
        given = np.asarray(values)
        if given.shape != held.shape:
            raise InvalidInput(f"set_synaptic: {projection} {name} must have the shape {held.shape}, got {given.shape}")
        self._program.load_state({**self.state(), where: given.astype(held.dtype)})

    def _synaptic(self, projection: str, name: str) -> tuple[str, npt.NDArray[Any]]:
        state, prefix = self.state(), f"projection/{projection}/"
        valid = [array.removeprefix(prefix) for array in state if array.startswith(prefix)]
        if not valid:
            known = {p.name: None for p in self._program.network.projections}
            raise InvalidInput(f"projection {projection!r} has no state; {choices(projection, known)}")
        if name not in valid:
            raise InvalidInput(f"projection {projection}: {name!r} is no state of it; {choices(name, valid)}")
        return prefix + name, state[prefix + name]

    def __deepcopy__(self, memo: object) -> LiveMemory:
        """Return another memory in the same state, its answers apart."""
        copy = LiveMemory(self.model, self.setup)
        copy._program.load_state(self.state())
        copy._last = self._last
        return copy

    def save(self, path: str | Path) -> None:
        """Write the memory to an HDF5 file, from which :func:`load` goes on bit for bit, spikes in flight included."""
        with new_file(Path(path)) as file:
            write_checkpoint(file, self._program.save_state())
            write_answers(file, self.answers)
            last = None if self._last is None else {
                "at": self._last.call.at, "do": self._last.call.do, "arguments": {
                    name: value if isinstance(value, int) else [int(v) for v in value]
                    for name, value in self._last.call.arguments.items() if value is not None
                },
            }  # fmt: skip
            write_provenance(file, {**provenance(self.model, self.setup), "last_operation": last})


def open_memory(
    model: Memory,
    *,
    backend: str = "numba",
    numerics: str | None = None,
    hardware: str | None = None,
    seed: int = 1,
    dt: float | None = None,
    weight_precision: str | None = None,
    decompose: Sequence[str] = (),
) -> LiveMemory:
    """Return ``model`` as a live memory, empty; the choices are those of :func:`spikemem.run`."""
    setup = resolve(
        model,
        backend=backend,
        numerics=numerics,
        hardware=hardware,
        seed=seed,
        dt=dt,
        weight_precision=weight_precision,
        decompose=decompose,
    )
    if not isinstance(model, Memory):
        raise OperationError(
            f"open: {model.name} is a network and has no operations; give a memory model, or use spikemem.run"
        )
    return LiveMemory(model, setup)


def load_memory(path: str | Path, model: type[Memory] | None = None, *, backend: str | None = None) -> LiveMemory:
    """Return the memory that :meth:`LiveMemory.save` wrote to ``path``, to go on where it was.

    ``model`` is its class, needed only if it cannot be imported from where it was defined. ``backend`` is where it goes on, by
    default where it was saved; backends that run step by step take over each other's memories. Raises :class:`FileError` for a
    file that is missing, damaged or of another program, or that holds a state that does not fit the model.
    """
    path = Path(path)
    if backend is not None:
        find_backend(backend)
    with open_file(path) as file:
        source, state = read_provenance(file), read_checkpoint(file)
    try:
        kind = model or _import_model(path, source["model"]["class"])
        made = kind(**source["model"]["parameters"])
        memory = open_memory(
            made,
            backend=backend or source["backend"],
            numerics=source["numerics"],
            seed=source["seed"],
            dt=source["dt_ms"],
            weight_precision=source["weight_precision"],
            decompose=source.get("decompose", ()),
        )
        last = source["last_operation"]
        if last is not None:
            made_call = Call(last["at"], last["do"], last["arguments"])
            memory._last = plan(made, made_call, whole_steps(last["at"], source["dt_ms"], "at"), source["dt_ms"], {})
        memory._program.load_state(state)
    except (AttributeError, KeyError, TypeError) as error:
        raise FileError(f"{path}: is damaged: its provenance lacks or garbles {error}") from None
    except (InvalidInput, FileError) as error:
        if str(error).startswith(str(path)):
            raise
        owner = model.__name__ if model else source["model"]["class"].rpartition(":")[2]
        raise FileError(f"{path}: does not fit {owner}: {error}") from None
    return memory


def _import_model(path: Path, reference: str) -> type[Memory]:
    module, _, name = reference.partition(":")
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError):
        raise FileError(
            f"{path}: its model {reference} cannot be imported; pass the class: spikemem.load(path, model=...)"
        ) from None
    if not (isinstance(found, type) and issubclass(found, Memory)):
        raise FileError(f"{path}: its model {reference} is no memory model")
    return found
