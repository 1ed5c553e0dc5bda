"""Arguments out of range: the function, the argument, the rule and the value in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from spikemem import sdr_theory
from spikemem.errors import InvalidInput
from spikemem.sdr_theory import over

NAN = float("nan")
# The arguments that every function takes: correct ones, to be replaced one by one.
VALID: dict[str, dict[str, Any]] = {
    "overlap_set_size": {"n": 100, "a": 40, "s": 20, "b": 3},
    "false_positive": {"n": 100, "a": 40, "s": 20, "theta": 10},
    "continued_false_positive": {"n": 100, "a": 40.5, "s": 20, "theta": 10},
    "false_negative": {"a": 40, "s": 20, "theta": 10, "v": 5},
    "union_bound": {"p": 0.1, "M": 5},
    "any_of": {"p": 0.1, "M": 5},
    "synapses_of_union": {"n": 100, "s": 20, "M": 5},
    "segment_union": {"n": 100, "a": 40, "s": 20, "theta": 10, "M": 5},
    "active_in_union": {"n": 100, "a": 40, "M": 5},
    "activity_union": {"n": 100, "a": 40, "s": 20, "theta": 10, "M": 5},
    "union_chance_overlap": {"n": 100, "a": 40, "M": 5},
    "segments_per_cell": {"n": 100, "a": 40, "sequences": 10, "length": 5},
    "sequence_network_jaccard": {"n": 100, "a": 40, "s": 20, "theta": 10, "sequences": 10, "length": 5},
    "noisy_prediction_jaccard": {"a": 40, "s": 20, "theta": 10, "v": 5},
    "fall_with_n": {"n": 100, "a": 40, "s": 20, "theta": 10, "factor": 2},
    "fall_with_theta": {"n": 100, "a": 40, "s": 20, "theta": 10},
    "large_n_limit": {"density": 0.1, "s": 20, "theta": 10},
    "decades_per_synapse": {"density": 0.1, "match": 0.5},
    "tail_bound": {"n": 100, "a": 40, "s": 20, "theta": 10},
}
# By argument: its rule in the functions above, where all have the same; and values that break it.
RULES: dict[str, tuple[str, list[Any]]] = {
    "n": ("a whole number >= 1", [0, -5, NAN, 100.0, 99.5, "100", None, True, Fraction(100), np.float64(100)]),
    "a": ("a whole number from 1 to 100 (n)", [101, 0, -1, NAN, 40.0, "40"]),
    "s": ("a whole number from 1 to 40 (a)", [41, 0, -1, NAN, 20.0]),
    "theta": ("a whole number from 1 to 20 (s)", [21, 0, -1, NAN, 10.5]),
    "b": ("a whole number from 0 to 20 (s)", [21, -1, NAN]),
    "v": ("a whole number from 0 to 40 (a)", [41, -1, NAN, 5.0]),
    "M": ("a whole number >= 1", [0, -1, NAN, 2.5]),
    "sequences": ("a whole number >= 1", [0, NAN]),
    "length": ("a whole number >= 1", [0, NAN]),
    "factor": ("a whole number >= 2", [1, NAN, 1.5]),
    "p": ("a number from 0 to 1", [-0.1, 1.5, NAN, float("inf"), 10**400, "0.5", None, True, 1j]),
    "density": ("a number from 0 to 1", [-0.1, 1.5, NAN]),
    "match": ("a number from 0 to 1", [-0.1, 1.5, NAN]),
}
# Where a rule is another function's or has another bound.
OWN_RULES: dict[tuple[str, str], tuple[str, list[Any]]] = {
    ("false_negative", "a"): ("a whole number >= 1", [0, NAN]),
    ("noisy_prediction_jaccard", "a"): ("a whole number >= 1", [0, NAN]),
    ("continued_false_positive", "a"): ("a number from 1 to 100 (n)", [100.5, 0.5, -1, NAN, float("inf"), "40"]),
    ("synapses_of_union", "s"): ("a whole number from 1 to 100 (n)", [101, 0]),
    ("large_n_limit", "s"): ("a whole number >= 1", [0, NAN]),
    ("fall_with_theta", "s"): ("a whole number from 2 to 40 (a)", [41, 1]),
    ("fall_with_theta", "theta"): ("a whole number from 1 to 19 (s - 1)", [20, 0]),
}
CASES = [
    (function, name, rule, value)
    for function, arguments in VALID.items()
    for name in arguments
    for rule, values in [OWN_RULES.get((function, name), RULES[name])]
    for value in values
]


def refusal(call: Callable[..., object], **arguments: Any) -> str:
    with pytest.raises(InvalidInput) as caught:
        call(**arguments)
    return str(caught.value)


def test_every_function_is_tried() -> None:
    plain = {"Chance", "ExactChance", "over"}
    assert set(VALID) == set(sdr_theory.__all__) - plain


@pytest.mark.parametrize("function", VALID)
def test_valid_arguments_are_accepted(function: str) -> None:
    assert getattr(sdr_theory, function)(**VALID[function]) >= 0


@pytest.mark.parametrize(("function", "name", "rule", "value"), CASES)
def test_arguments_out_of_range(function: str, name: str, rule: str, value: object) -> None:
    message = refusal(getattr(sdr_theory, function), **VALID[function] | {name: value})
    shown = f"{value!r}"[:80] + ("..." if len(f"{value!r}") > 80 else "")
    assert message == f"{function}: {name} must be {rule}, got {shown}"


def test_a_density_of_zero_has_no_rate() -> None:
    message = refusal(sdr_theory.decades_per_synapse, density=0, match=0.5)
    assert message == "decades_per_synapse: density must be a number above 0, up to 1, got 0"


def test_every_form_checks() -> None:
    expected = "false_positive: s must be a whole number from 1 to 5 (a), got 20"
    arguments = {"n": 100, "a": 5, "s": 20, "theta": 10}
    assert refusal(sdr_theory.false_positive.log10, **arguments) == expected
    assert refusal(sdr_theory.false_positive.exact, **arguments) == expected
    assert refusal(over, function=sdr_theory.false_positive, **arguments | {"a": [40, 5]}) == expected
