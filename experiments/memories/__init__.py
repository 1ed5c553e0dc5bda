"""The study compare-memories: Hebbian, dense, transformer and spiking memories at equal bits of mutable state.

A memory joins by one :class:`Entrant` in ``entrants.ENTRANTS``, a protocol by one entry in ``study.PROTOCOLS``.
"""
