"""Studies of sparse distributed representations: the published tables, by theory and by simulated segments.

Every study sets the equations of :mod:`spikemem.sdr_theory` beside what segments of a network do when random patterns are
shown to them (Ahmad & Hawkins 2016, arXiv:1601.00720; Hawkins & Ahmad 2016, Front. Neural Circuits 10:23). The printed values
are those of the publications' simulation scripts, and of their equations to as many digits.
"""
