"""Brian2: its runtime and its C++ standalone device."""

from spikemem.backends.brian.engine import make_cpp, make_runtime

__all__ = ["make_cpp", "make_runtime"]
