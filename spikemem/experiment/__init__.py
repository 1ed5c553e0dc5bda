"""Experiments: TOML files that say which model, which parameters, which operations, how to run."""

from spikemem.experiment.load import (
    Experiment,
    experiment_names,
    find_model,
    is_study,
    load_experiment,
    read_experiment,
)
from spikemem.experiment.load_study import LoadedStudy, load_study
from spikemem.experiment.run import Choices, Prepared, prepare

__all__ = [
    "Choices",
    "Experiment",
    "LoadedStudy",
    "Prepared",
    "experiment_names",
    "find_model",
    "is_study",
    "load_experiment",
    "load_study",
    "prepare",
    "read_experiment",
]
