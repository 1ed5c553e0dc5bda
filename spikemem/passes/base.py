"""What a pass is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from spikemem.ir.network import Network


class Pass(ABC):
    """A change of the network. A subclass is final: a frozen dataclass whose fields are its options."""

    name: ClassVar[str]

    @abstractmethod
    def rewrite(self, network: Network) -> Network:
        """Return the changed network; ``network`` is verified, and so will be what is returned."""

    def __call__(self, network: Network) -> Network:
        """Verify, rewrite, verify."""
        return self.rewrite(network.verify()).verify()
