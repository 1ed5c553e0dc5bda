"""Experiments: TOML files that say which model, which parameters, which operations, how to run."""

from spikemem.experiment.load import Experiment, experiment_names, find_model, load_experiment
from spikemem.experiment.run import Choices, Prepared, prepare

__all__ = ["Choices", "Experiment", "Prepared", "experiment_names", "find_model", "load_experiment", "prepare"]
