"""The Numba engine: the reference backend, on the CPU."""

from spikemem.backends.numba_cpu.engine import make

__all__ = ["make"]
