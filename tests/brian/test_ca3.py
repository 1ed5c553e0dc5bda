"""The three CA3 experiments on Brian2: every recorded spike, and the Numba engine's weights."""

from functools import cache

import pytest

from spikemem import Recording
from spikemem.experiment import Choices, load_experiment, prepare
from tests.brian.support import assert_same_recording, needs
from tests.models.test_ca3_cam import POPULATIONS, RECORDED, spikes
from tests.reference.ca3_network import recorded

EXPERIMENTS = (*RECORDED, "ca3-stress")


@cache
def experiment(name: str, backend: str) -> Recording:
    return prepare(load_experiment(name), Choices(backend)).run(None)


@pytest.mark.parametrize("backend", ["brian2", "brian2-cpp"])
@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_gives_every_spike_and_weight(name: str, backend: str) -> None:
    needs(backend)
    found = experiment(name, backend)
    assert_same_recording(found, experiment(name, "numba"))
    assert found.wrong == experiment(name, "numba").wrong
    if name in RECORDED:
        wanted = recorded(RECORDED[name][0])
        for population in POPULATIONS:
            assert spikes(found)[population] == wanted.get(population, []), population
