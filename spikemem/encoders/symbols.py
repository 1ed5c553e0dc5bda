"""SymbolCode: symbols as random bits."""

from __future__ import annotations

from functools import cached_property
from typing import Any, final

import numpy as np
import numpy.typing as npt
from pydantic import model_validator

from spikemem.encoders.encoder import Encoder, Pattern
from spikemem.errors import InvalidInput
from spikemem.language.arguments import Index
from spikemem.parameters import parameter
from spikemem.rng import generator

_SYMBOL = Index("symbols")


@final
class SymbolCode(Encoder[int]):
    """Symbol k of ``symbols`` as a Bernoulli code: each of ``cells`` bits is on with chance ``density``.

    The bits are drawn once and for all. Random contents are those with which the capacity of associative memories is
    reckoned (Willshaw, Buneman & Longuet-Higgins 1969, Nature 222:960). Two symbols share about density^2 cells bits,
    whatever they mean: nothing is near anything.

    Decoding gives the symbol whose bits c are most like those given, g: that with the greatest |c & g| / |c | g| (Jaccard),
    the first of several. Nothing is lost of a symbol's own bits; codes that are equal or empty are refused when the encoder
    is made.

    >>> code = SymbolCode(symbols=5, cells=30, density=0.2)
    >>> code.encode(2), code.decode(code.encode(2)), code.decode(code.encode(2)[:2])
    ((13, 18, 28), 2, 2)
    """

    symbols: int = parameter(26, ge=1, doc="symbols, 0 .. symbols - 1")
    cells: int = parameter(256, ge=1, doc="bits")
    density: float = parameter(0.1, gt=0.0, lt=1.0, doc="chance that a bit is on")
    seed: int = parameter(1, ge=0, doc="seed of the bits")

    @model_validator(mode="after")
    def _check(self) -> SymbolCode:
        if len({code.tobytes() for code in self.codes}) < self.symbols or not self.codes.any(axis=1).all():
            raise InvalidInput(
                f"SymbolCode: {self.cells} cells at density {self.density:g} give {self.symbols} symbols codes of which two "
                "are equal or one is empty; give more cells, another density or another seed"
            )
        return self

    @property
    def bits(self) -> int:
        """The cells."""
        return self.cells

    @cached_property
    def codes(self) -> npt.NDArray[np.bool_]:
        """The bits of each symbol, (symbols, cells)."""
        return generator(self.seed, "encoders", "symbols").random((self.symbols, self.cells)) < self.density

    def _pattern(self, where: str, value: Any) -> Pattern:
        (symbol,) = _SYMBOL.check(where, "symbol", value, self.symbols)
        code: Pattern = self.codes[symbol].copy()
        return code

    def _value(self, where: str, pattern: Pattern) -> int:
        shared = (self.codes & pattern).sum(axis=1)
        if not shared.any():
            raise InvalidInput(f"{where}: content shares no bit with the code of any of the {self.symbols} symbols")
        return int(np.argmax(shared / (self.codes | pattern).sum(axis=1)))
