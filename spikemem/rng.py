"""All randomness of spikemem: counter-based generators keyed by seed and name.

The same seed and names give the same bits on every backend, whatever was drawn before and on whatever thread.
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np

from spikemem.checks import whole_number


def check_seed(seed: int) -> int:
    """Return ``seed`` as an int, or raise :class:`InvalidInput` unless it is a whole number >= 0."""
    return whole_number("seed", seed)


def generator(seed: int, *names: str | int) -> np.random.Generator:
    """Return the Philox generator of ``(seed, names)`` (Salmon et al. 2011, *Parallel random numbers: as easy as 1, 2, 3*).

    The 128-bit key is the BLAKE2b hash of the seed and the names, so streams of different names are independent.

    >>> bool(generator(1, "weights").random() == generator(1, "weights").random())
    True
    >>> bool(generator(1, "weights").random() == generator(1, "delays").random())
    False
    """
    text = "\x1f".join([str(check_seed(seed)), *(str(name) for name in names)])
    digest = blake2b(text.encode(), digest_size=16).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest, "little")))
