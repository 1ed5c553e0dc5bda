"""Items of memories with one-hot cues: contents at cues, and the right answers."""

from __future__ import annotations

from spikemem.language import Ask, Association


class CueItems(Association):
    """Contents of ``bits`` lines at ``cues`` one-hot cues, stored by ``learn(cue, content)`` and recalled by ``recall(cue)``.

    With ``query``, ``recall(content)`` answers with all cues that share a bit. ``complete`` and ``forget`` name the operations
    that find the cues that share most bits, with what is stored under them, and that erase; None: the model has none.
    """

    def __init__(
        self, cues: int, bits: int, *, query: bool = True, complete: str | None = None, forget: str | None = None
    ) -> None:
        super().__init__(cues, bits)
        self._complete, self._forget = complete, forget
        more = {"any": query, "best": complete is not None, "forget": forget is not None}
        self.acts = frozenset(("store", "address", *(act for act, can in more.items() if can)))

    def storing(self, address: int, pattern: frozenset[int]) -> Ask:
        """Learn the content under the cue."""
        return Ask("learn", {"cue": address, "content": tuple(sorted(pattern))})

    def by_address(self, address: int) -> Ask:
        """Recall by the cue: the whole content, or nothing."""
        return Ask("recall", {"cue": address}, {"content": self.stored.get(address, frozenset())})

    def by_fragment(self, fragment: frozenset[int], best: bool) -> Ask:
        """Recall the cues that share a bit, or complete to the best match: its cues and all that is stored under them."""
        content = {"content": tuple(sorted(fragment))}
        if best and self._complete is not None:
            cues = self.nearest(fragment)
            return Ask(self._complete, content, {"content": self.joined(cues), "cues": cues})
        if best or "any" not in self.acts:
            return super().by_fragment(fragment, best)
        return Ask("recall", content, {"cues": self.sharing(fragment)})

    def forgetting(self, address: int) -> Ask:
        """Forget what is under the cue."""
        if self._forget is None:
            return super().forgetting(address)
        return Ask(self._forget, {"cue": address})
