"""What a backend cannot do is listed, all of it, before anything runs."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from spikemem.errors import NetworkError, Unsupported
from spikemem.ir import IF_curr_delta, IF_curr_exp, Network, PairSTDP, Population, SpikeSource, Static
from spikemem.models import CA3CAM
from spikemem.passes import Abilities, Lack, Legalize, Pass, Place, lower
from tests.engine.support import engine


def no_large_populations(network: Network) -> Iterator[Lack]:
    for p in network.populations:
        if p.size > 9:
            yield Lack(f"population {p.name}", f"{p.size} neurons", "at most 9 fit a core", "two populations")


POOR = Abilities("poor", ("exact",), (SpikeSource, IF_curr_delta), (Static,), (no_large_populations,))


def test_all_lacks_are_listed_by_name_with_an_alternative() -> None:
    network = CA3CAM(cues=2, bits=10).network()
    with pytest.raises(Unsupported) as raised:
        lower(network, POOR, "spinnaker", seed=1)
    head, *lines = str(raised.value).split("\n")
    assert head == "backend poor cannot run ca3-cam:"
    cells = [p.name for p in network.populations if isinstance(p.cell, IF_curr_exp)]
    plastic = [p.name for p in network.projections if isinstance(p.synapse, PairSTDP)]
    large = [p.name for p in network.populations if p.size == 10]
    wanted = ["  - run: numerics 'spinnaker': not offered; instead: exact"]
    none = "the backend has no rule for it; instead:"
    wanted += [f"  - population {name}: IF_curr_exp: {none} IF_curr_delta, SpikeSource" for name in cells]
    wanted += [f"  - projection {name}: PairSTDP: {none} Static" for name in plastic]
    wanted += [f"  - population {name}: 10 neurons: at most 9 fit a core; instead: two populations" for name in large]
    assert lines == wanted
    assert (len(cells), len(plastic), len(large)) == (10, 2, 6)
    assert raised.value.exit_code == 4


def test_what_the_backend_can_do_passes_unchanged() -> None:
    network = CA3CAM().network()
    assert Legalize(engine().abilities, "spinnaker")(network) is network


@dataclass(frozen=True)
class Spoil(Pass):
    """A pass with a defect: it makes a network that contradicts itself."""

    def rewrite(self, network: Network) -> Network:
        return replace(network, populations=())


def test_a_network_is_verified_before_and_after_each_pass() -> None:
    network = CA3CAM().network()
    with pytest.raises(NetworkError, match=r"population 'in_cue' is unknown"):
        Spoil()(network)
    twice = replace(network, populations=(*network.populations, Population("in_cue", 1, SpikeSource())))
    with pytest.raises(NetworkError, match=r"^ca3-cam: population name 'in_cue' is used 2 times"):
        Legalize(engine().abilities, "spinnaker")(twice)


@pytest.mark.parametrize(("threads", "trials"), [(1, 5), (2, 5), (3, 7), (8, 3), (2, 0)])
def test_every_trial_is_placed_once_and_evenly(threads: int, trials: int) -> None:
    shares = Place(threads)(trials).shares
    assert sorted(k for share in shares for k in share) == list(range(trials))
    assert len(shares) == max(1, min(threads, trials))
    sizes = [len(share) for share in shares]
    assert max(sizes) - min(sizes) <= 1
