"""Suites: grids of conditions, each asked of a memory over several seeds, with criteria."""
