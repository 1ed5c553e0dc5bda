"""Markov predictors of symbols: the baselines that a sequence memory is compared with."""

from __future__ import annotations

from collections import Counter, defaultdict, deque


class Markov:
    """Predicts what followed most often the longest context that occurred before, of at most ``order`` symbols.

    With ``order = 1`` it is a first-order Markov chain, else a variable-order one (as in Begleiter, El-Yaniv & Yona 2004,
    J. Artif. Intell. Res. 22:385, without smoothing). It learns as it goes.
    """

    def __init__(self, order: int) -> None:
        self._counts: dict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
        self._recent: deque[int] = deque(maxlen=order)

    def predicted(self) -> frozenset[int]:
        """Return the symbols that are most likely next: several if they are equally so, none if nothing is known."""
        recent = tuple(self._recent)
        for begin in range(len(recent)):
            counts = self._counts.get(recent[begin:])
            if counts:
                most = max(counts.values())
                return frozenset(symbol for symbol, count in counts.items() if count == most)
        return frozenset()

    def see(self, symbol: int) -> None:
        """Learn that ``symbol`` came."""
        recent = tuple(self._recent)
        for begin in range(len(recent)):
            self._counts[recent[begin:]][symbol] += 1
        self._recent.append(symbol)
