"""Measurements of speed and memory, against Brian2 and NEST in the same run: ``python -m benchmarks``."""
