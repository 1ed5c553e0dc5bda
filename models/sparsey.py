"""Sparsey: hierarchies of sparse codes that learn in one trial."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, model_validator

from spikemem.errors import InvalidInput, OperationError
from spikemem.language import (
    AllToAll,
    Bits,
    FadingOneShot,
    FromList,
    Index,
    Mac,
    Memory,
    MiniColumn,
    NetworkBuilder,
    Neurons,
    OneShot,
    OneToOne,
    Parameters,
    ReceptiveFields,
    Stimulus,
    Window,
    operation,
    parameter,
    pulse,
    window,
)

FRAME = 10
"""Steps from one frame of an episode to the next: level n chooses n steps after the input, its code reaches the next frame."""
MOST_LEVELS, MOST_FRAMES = 7, 4
REST = (MOST_FRAMES + 1) * FRAME
"""Steps after which nothing of what was shown is on its way any more, however long codes last."""
Fields = tuple[tuple[int, ...], ...]
Pixels = Annotated[Neurons, Bits("inputs")]
Label = Annotated[Neurons, Index("classes")]
Code = Annotated[Neurons, Bits("top_cells")]


class Level(Parameters):
    """A level: a grid of macs over the image, each with the field of what lies within ``radius`` of its centre below.

    Distances are in pixels, at every level. H inputs come from the macs of the level within ``side`` (0: the mac itself; None:
    no H inputs), D inputs from the macs above in whose field the mac lies.
    """

    rows: int = parameter(1, ge=1, doc="rows of macs")
    columns: int = parameter(1, ge=1, doc="macs of a row")
    modules: int = parameter(25, ge=1, doc="Q: competitive modules of a mac")
    cells: int = parameter(9, ge=1, doc="K: cells of a module")
    radius: float = parameter(12.0, gt=0, doc="radius of the field below")
    side: float | None = parameter(0.0, ge=0, doc="radius of the H field")
    down: bool = parameter(True, doc="whether D inputs come from the level above, if there is one")
    least: int = parameter(1, ge=1, doc="pi_minus: active U inputs at least")
    most: int | None = parameter(None, ge=1, doc="pi_plus: active U inputs at most")
    persistence: int = parameter(1, ge=1, le=MOST_FRAMES, doc="frames that a code lasts")

    @property
    def macs(self) -> int:
        """The number of macs."""
        return self.rows * self.columns

    def centres(self, height: int, width: int) -> list[tuple[float, float]]:
        """Return the centres of the macs, row by row, in pixels."""
        return [
            ((r + 0.5) * height / self.rows - 0.5, (c + 0.5) * width / self.columns - 0.5)
            for r in range(self.rows)
            for c in range(self.columns)
        ]


def _levels(value: Any) -> Any:
    if not isinstance(value, list | tuple):
        return value
    return tuple(Level(**level) if isinstance(level, dict) else level for level in value)


def _top(model: Sparsey) -> int:
    return len(model.levels)


def _label(model: Sparsey) -> Window:
    """The class, one step after the top level's code."""
    return window("class", at=_top(model) + 1.0)


def _pixels(model: Sparsey) -> Window:
    """The pixels that the first level's code stands for."""
    return window("pixel_on", at=3.0)


class Sparsey(Memory):
    """A hierarchy of sparse codes that stores each input in a single trial (Rinkus 2010, Front. Neuroanat. 4:17).

    Sources: also Rinkus 2014, Front. Comput. Neurosci. 8:160; Rinkus & Leveille 2017, arXiv:1710.07829. Each level is a grid of
    macs (:class:`spikemem.ir.Mac`), which map similar inputs to overlapping codes; synapses are binary and increased once
    (:class:`spikemem.ir.OneShot`). Classes are learned by increasing the synapses from the top level's code to the cell of the
    class: no labels where codes are chosen. The familiarity of what was shown last is the state variable G of ``level1``,
    ``level2``, ..., and of ``class``: where it is 0, the code is of no class, and the answer is by chance.

    ``learn`` and ``recognise`` are of single inputs. An episode is a row of ``learn_frame`` or ``recognise_frame``, each
    directly after the other, or of ``predict``, which shows nothing, so that codes follow from those before; ``wait(50)`` ends
    it: by then no code of it is on its way any more. After ``generate``, which gives the top level a code, ``predict`` brings
    up what that code stands for: downwards to the levels below, then on from there.

    Ours are: the grid and the fields by distance; ``opposites`` (a second input line for each pixel, active if the pixel is
    not); the pixels that a code stands for, read out by modules of two cells a pixel, on and off, which learn as classes do;
    timing; all default values that are not Mac's.
    """

    numerics: ClassVar[None] = None

    height: int = parameter(12, ge=1, doc="rows of pixels")
    width: int = parameter(12, ge=1, doc="pixels of a row")
    opposites: bool = parameter(False, doc="whether pixels that are off have active input lines, too")
    levels: Annotated[tuple[Level, ...], BeforeValidator(_levels)] = parameter(
        (Level(),), doc="the levels, lowest first"
    )
    classes: int = parameter(26, ge=1, doc="classes")
    reconstruct: bool = parameter(True, doc="whether the pixels of codes are learned")
    lambda_U: float = parameter(1.0, gt=0, doc="exponent of U with other inputs")
    lambda_H: float = parameter(1.0, gt=0, doc="exponent of H")
    lambda_D: float = parameter(1.0, gt=0, doc="exponent of D")
    lambda_first: float = parameter(1.0, gt=0, doc="exponent of U alone")
    G_minus: float = parameter(0.1, ge=0, lt=1, doc="familiarity up to which codes are drawn uniformly")
    gamma: float = parameter(2.0, gt=0, doc="exponent of the familiarity")
    chi: float = parameter(100.0, ge=0, doc="how much familiarity favours stored codes")
    back_off: float = parameter(0.0, ge=0, le=1, doc="familiarity below which H and D inputs are left out")
    hypotheses: int = parameter(
        0, ge=0, doc="codes that may fit alike for a mac to be heard; 0: macs do not count them"
    )
    freeze: float = parameter(1.0, ge=0, le=1, doc="share of increased synapses above which a cell learns no more")
    generative: bool = parameter(False, doc="whether the top level can be given codes")
    fade_after: float | None = parameter(
        None, gt=0, doc="ms after which what is not learned again begins to fade; None: never"
    )

    @model_validator(mode="after")
    def _check(self) -> Sparsey:
        if self.fade_after is not None and self.freeze < 1.0:
            raise InvalidInput(
                f"Sparsey.freeze: must be 1 with fade_after, since what fades makes room, got {self.freeze:g}"
            )
        if not 1 <= len(self.levels) <= MOST_LEVELS:
            raise InvalidInput(f"Sparsey.levels: must be 1 to {MOST_LEVELS} levels, got {len(self.levels)}")
        for n in range(len(self.levels)):
            for mac, field in enumerate(self.fields(n)):
                if not field:
                    raise InvalidInput(
                        f"Sparsey.levels[{n}].radius: nothing lies within {self.levels[n].radius:g} of mac {mac}"
                    )
        return self

    @property
    def inputs(self) -> int:
        """The number of pixels."""
        return self.height * self.width

    @property
    def top_cells(self) -> int:
        """The number of cells of the top level."""
        top = self.levels[-1]
        return top.macs * top.modules * top.cells

    def fields(self, level: int) -> Fields:
        """Return what lies below within the radius of each mac of a level: pixels, or macs."""
        own, below = self.levels[level], [(float(r), float(c)) for r in range(self.height) for c in range(self.width)]
        if level > 0:
            below = self.levels[level - 1].centres(self.height, self.width)
        return _near(own.centres(self.height, self.width), below, own.radius)

    def mac(self, level: Level) -> Mac:
        """Return the cells of a level."""
        return Mac(
            modules=level.modules, cells=level.cells, lambda_U=self.lambda_U, lambda_H=self.lambda_H, lambda_D=self.lambda_D,
            lambda_first=self.lambda_first, G_minus=self.G_minus, gamma=self.gamma, chi=self.chi, pi_minus=level.least,
            pi_plus=level.most, back_off=self.back_off, hypotheses=self.hypotheses,
            persistence=level.persistence, frame=float(FRAME), gate="in_learn", free="in_free",
        )  # fmt: skip

    def rule(self) -> OneShot | FadingOneShot:
        """Return the synapses between levels: learned once, they are gone at twice ``fade_after``, learned twice at 4 times."""
        if self.fade_after is None:
            return OneShot(freeze=self.freeze)
        ages = tuple(self.fade_after * k for k in (1.0, 1.5, 2.0))
        return FadingOneShot(ages=ages, stiff_ages=tuple(2.0 * age for age in ages))

    def build(self, net: NetworkBuilder) -> None:
        """Declare lines, levels, and the readout of classes and pixels."""
        pixel = net.input("in_pixel", self.inputs * (2 if self.opposites else 1))
        for gate in ("in_learn", "in_free", "in_teach"):
            net.input(gate, 1)
        label, target = net.input("in_class", self.classes), net.input("in_target", 2 * self.inputs)
        names = [
            net.population(f"level{n + 1}", level.macs * level.modules * level.cells, self.mac(level))
            for n, level in enumerate(self.levels)
        ]
        rule = self.rule()
        for n, (name, level) in enumerate(zip(names, self.levels, strict=True)):
            size, centres = level.modules * level.cells, level.centres(self.height, self.width)
            fields = self.fields(n)
            inputs = self._lines(fields) if n == 0 else _cells(fields, self.levels[n - 1])
            net.connect(
                names[n - 1] if n else pixel, name, ReceptiveFields(inputs, size), weight=0.0, delay=1.0, receptor="up",
                synapse=rule,
            )  # fmt: skip
            if level.side is not None:
                beside = _cells(_near(centres, centres, level.side), level)
                net.connect(
                    name, name, ReceptiveFields(beside, size, apart=level.cells), weight=0.0, delay=float(FRAME),
                    receptor="horizontal", synapse=rule,
                )  # fmt: skip
        for n, (lower, upper) in enumerate(pairwise(names)):
            if self.levels[n].down:
                above = _cells(_turned(self.fields(n + 1), self.levels[n].macs), self.levels[n + 1])
                size = self.levels[n].modules * self.levels[n].cells
                net.connect(
                    upper,
                    lower,
                    ReceptiveFields(above, size),
                    weight=0.0,
                    delay=FRAME - 1.0,
                    receptor="down",
                    synapse=rule,
                )
        if self.generative:
            net.connect(net.input("in_code", self.top_cells), names[-1], OneToOne(), weight=1.0, delay=1.0)
        classes = net.population("class", self.classes, Mac(modules=1, cells=self.classes, gate="in_teach"))
        net.connect(names[-1], classes, AllToAll(), weight=0.0, delay=1.0, receptor="up", synapse=OneShot())
        net.connect(label, classes, OneToOne(), weight=1.0, delay=1.0)
        pixels = net.population("pixel", 2 * self.inputs, Mac(modules=1, cells=2, gate="in_learn"))
        on = net.population("pixel_on", self.inputs, MiniColumn(1))
        if self.reconstruct:
            seen_by = _cells(_turned(self.fields(0), self.inputs), self.levels[0])
            net.connect(
                names[0], pixels, ReceptiveFields(seen_by, 2), weight=0.0, delay=1.0, receptor="up", synapse=OneShot()
            )
            net.connect(target, pixels, OneToOne(), weight=1.0, delay=1.0)
            net.connect(pixels, on, FromList(tuple((2 * p, p) for p in range(self.inputs))), weight=1.0, delay=1.0)

    def _lines(self, fields: Fields) -> Fields:
        """Return the input lines of pixels."""
        return tuple(own + tuple(p + self.inputs for p in own) for own in fields) if self.opposites else fields

    @operation(spacing=float(REST))
    def learn(self, pixels: Pixels, label: Label | None = None) -> Stimulus:
        """Show an input once, and learn it and its class."""
        return self._learned(pixels, label)

    @operation(spacing=float(REST), answers={"label": _label, "pixels": _pixels})
    def recognise(self, pixels: Pixels) -> Stimulus:
        """Show an input, or part of it, and ask for its class and for the pixels of the code that it brings up."""
        return self._shown(pixels)

    @operation(spacing=float(FRAME))
    def learn_frame(self, pixels: Pixels, label: Label | None = None) -> Stimulus:
        """Show the next frame of an episode and learn it."""
        return self._learned(pixels, label)

    @operation(spacing=float(FRAME), answers={"label": _label, "pixels": _pixels})
    def recognise_frame(self, pixels: Pixels) -> Stimulus:
        """Show the next frame of an episode."""
        return self._shown(pixels)

    @operation(spacing=float(FRAME), answers={"label": _label, "pixels": _pixels})
    def predict(self) -> Stimulus:
        """Show nothing: the next frame is what codes bring up that learned to follow those of the frame before."""
        stimulus = Stimulus({})
        for step in range(1, _top(self) + 1):
            stimulus += pulse(in_free=[0]).later(step)
        return stimulus

    @operation(spacing=float(FRAME))
    def generate(self, code: Code) -> Stimulus:
        """Give the top level a code: one cell of each module; ``predict`` tells what comes of it."""
        if not self.generative:
            raise OperationError("Sparsey.generate: codes can be given if generative=True, got generative=False")
        return pulse(in_code=code).later(_top(self) - 1)

    def _shown(self, pixels: Neurons) -> Stimulus:
        off = set(range(self.inputs)).difference(pixels) if self.opposites else ()
        return pulse(in_pixel=[*pixels, *(p + self.inputs for p in sorted(off))])

    def _learned(self, pixels: Neurons, label: Neurons | None) -> Stimulus:
        stimulus = self._shown(pixels)
        for step in range(1, max(_top(self), 2) + 1):
            stimulus += pulse(in_learn=[0]).later(step)
        if self.reconstruct:
            on = set(pixels)
            stimulus += pulse(in_target=[2 * p + (p not in on) for p in range(self.inputs)]).later(1)
        if label is not None:
            stimulus += pulse(in_class=label).later(_top(self)) + pulse(in_teach=[0]).later(_top(self) + 1)
        return stimulus


def _near(centres: list[tuple[float, float]], points: list[tuple[float, float]], radius: float) -> Fields:
    """Return, for each centre, the points within ``radius``."""
    within = radius * radius * (1.0 + 1e-12)
    return tuple(
        tuple(k for k, (y, x) in enumerate(points) if (y - a) ** 2 + (x - b) ** 2 <= within) for a, b in centres
    )


def _cells(macs: Fields, level: Level) -> Fields:
    """Return the cells of macs of ``level``."""
    size = level.modules * level.cells
    return tuple(tuple(cell for mac in own for cell in range(mac * size, (mac + 1) * size)) for own in macs)


def _turned(fields: Fields, count: int) -> Fields:
    """Return, for each of ``count`` inputs, whose fields it lies in."""
    found: list[list[int]] = [[] for _ in range(count)]
    for k, field in enumerate(fields):
        for i in field:
            found[i].append(k)
    return tuple(tuple(own) for own in found)
