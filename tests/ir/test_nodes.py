"""Every primitive: its documentation, its checks, and its way to JSON and back."""

import json
from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields, replace
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings

from spikemem.errors import FileError, InvalidInput
from spikemem.ir import (
    Cell,
    Explicit,
    FixedNumberPre,
    FixedProbability,
    IF_curr_delta,
    IF_curr_exp,
    Network,
    Normal,
    Numbers,
    PairSTDP,
    SpikeSourcePoisson,
    Threshold,
    Uniform,
    format_network,
    from_data,
    to_data,
)
from spikemem.ir.node import Unit, node_names, node_type
from spikemem.models import CA3CAM
from tests.ir.primitives import EXAMPLES
from tests.reference.strategies import networks

ALL = [node_type(name) for name in node_names()]


def through_json(value: Any) -> Any:
    return from_data(json.loads(json.dumps(to_data(value), allow_nan=False)))


def test_there_is_an_example_of_every_primitive() -> None:
    assert sorted({type(example).__name__ for example in EXAMPLES}) == list(node_names())


@pytest.mark.parametrize("kind", ALL)
def test_the_documentation_names_the_unit_of_every_field(kind: type[Any]) -> None:
    text = kind.__doc__ or ""
    assert not text.startswith(f"{kind.__name__}(")  # not the signature that dataclasses write
    hints = get_type_hints(kind, include_extras=True)
    units = {str(unit) for f in fields(kind) for unit in get_args(hints[f.name]) if isinstance(unit, Unit)}
    if issubclass(kind, Cell):
        units |= {kind.weight_unit} - {""}
    words = set(text.replace("(", " ").replace(")", " ").replace(",", " ").replace(".", " ").replace(";", " ").split())
    assert units <= words, f"{kind.__name__} does not say {units - words}"


@pytest.mark.parametrize("kind", [k for k in ALL if issubclass(k, Cell)])
def test_every_cell_says_its_equation_and_resting_state(kind: type[Cell]) -> None:
    assert any(sign in (kind.__doc__ or "") for sign in (".. math::", "probability ``", "Emits the spikes"))
    made: Any = next(example for example in EXAMPLES if type(example) is kind)
    rest = getattr(made, "v_rest", 0.0)
    assert [made.resting(v) for v in kind.state_variables] == [rest if v == "v" else 0.0 for v in kind.state_variables]


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_primitive_goes_to_json_and_back(example: Any) -> None:
    back = through_json(example)
    assert back == example
    assert type(back) is type(example)
    assert hash(back) == hash(example)
    assert repr(back) == repr(example)


@pytest.mark.parametrize("example", [e for e in EXAMPLES if fields(e)])
def test_a_primitive_is_frozen(example: Any) -> None:
    name = fields(example)[0].name
    with pytest.raises(FrozenInstanceError):
        setattr(example, name, getattr(example, name))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(networks())
def test_a_random_network_goes_to_json_and_back(network: Network) -> None:
    back = through_json(network)
    assert back == network
    assert format_network(back) == format_network(network)


def test_the_ca3_memory_goes_to_json_and_back() -> None:
    network = CA3CAM(cues=3, bits=4).network()
    assert through_json(network) == network
    assert through_json(network) != CA3CAM(cues=4, bits=4).network()


def test_data_of_another_format_is_refused() -> None:
    data = to_data(CA3CAM().network())
    with pytest.raises(FileError, match=r"^network data: format must be 1, got 2$"):
        from_data({**data, "format": 2})
    with pytest.raises(FileError, match=r"^network data: a record has no type: "):
        from_data({"size": 3})
    with pytest.raises(InvalidInput, match=r"^primitive 'IF_curr_expo' is unknown; did you mean 'IF_curr_exp'\?"):
        from_data({"type": "IF_curr_expo"})


WRONG: list[tuple[Callable[[], Any], str]] = [
    (lambda: IF_curr_exp(tau_m=0.0), "IF_curr_exp.tau_m: must be > 0, got 0.0"),
    (lambda: IF_curr_exp(cm=-0.5), "IF_curr_exp.cm: must be > 0, got -0.5"),
    (lambda: IF_curr_exp(tau_refrac=-1.0), "IF_curr_exp.tau_refrac: must be >= 0, got -1.0"),
    (lambda: IF_curr_exp(v_rest=float("nan")), "IF_curr_exp.v_rest: must be a finite number, got nan"),
    (lambda: IF_curr_exp(v_reset=-50.0), "IF_curr_exp.v_reset: must be below v_thresh = -50.0 mV, got -50.0"),
    (lambda: IF_curr_delta(v_thresh=-70.0), "IF_curr_delta.v_reset: must be below v_thresh = -70.0 mV, got -65.0"),
    (lambda: PairSTDP(w_min=2.0), "PairSTDP.w_min: must be <= w_max = 1.0, got 2.0"),
    (lambda: PairSTDP(A_plus=-1.0), "PairSTDP.A_plus: must be >= 0, got -1.0"),
    (
        lambda: PairSTDP(history=15),
        "PairSTDP.history: 15 has no meaning with update='online'; use update='deferred' or leave it out",
    ),
    (
        lambda: PairSTDP(update="deferred", delay="axonal"),
        "PairSTDP.delay: 'axonal' has no meaning with update='deferred'; use update='online' or leave it out",
    ),
    (lambda: PairSTDP(update="deferred", history=0), "PairSTDP.history: must be >= 1, got 0"),
    (lambda: FixedProbability(1.5), "FixedProbability.p_connect: must be <= 1, got 1.5"),
    (lambda: FixedNumberPre(0), "FixedNumberPre.n: must be >= 1, got 0"),
    (lambda: SpikeSourcePoisson(rate=-3.0), "SpikeSourcePoisson.rate: must be >= 0, got -3.0"),
    (lambda: Uniform(1.0, 0.5), "Uniform: high must be >= low, got low=1.0, high=0.5"),
    (lambda: Normal(0.0, 1.0, 2.0, 2.0), "Normal: low must be < high, got low=2.0, high=2.0"),
    (lambda: Numbers([1.0, float("inf")]), "Numbers: every element must be finite, got inf at [1]"),
]


@pytest.mark.parametrize(("make", "message"), WRONG, ids=[message for _, message in WRONG])
def test_a_wrong_value_is_refused_in_one_sentence(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        make()
    assert str(raised.value) == message


def untyped(kind: type[Any], *args: Any, **kwargs: Any) -> Callable[[], Any]:
    return lambda: kind(*args, **kwargs)


UNTYPED: list[tuple[Callable[[], Any], str]] = [
    (untyped(IF_curr_exp, tau=3.0), "IF_curr_exp: unknown parameter 'tau'; did you mean 'tau_m'? valid: "),
    (untyped(IF_curr_exp, cm="1"), "IF_curr_exp.cm: must be a number, got '1'"),
    (untyped(IF_curr_exp, cm=True), "IF_curr_exp.cm: must be a number, got True"),
    (untyped(PairSTDP, update="lazy"), "PairSTDP.update: must be one of 'online' or 'deferred', got 'lazy'"),
    (untyped(FixedNumberPre), "FixedNumberPre.n: is required"),
    (untyped(Uniform, 1.0, 2.0, 3.0), "Uniform: takes at most 2 values (low, high), got 3"),
    (untyped(Uniform, 1.0, low=2.0, high=3.0), "Uniform.low: is given twice"),
    (untyped(Threshold, 0.0), "Threshold.value: must be > 0"),
]


@pytest.mark.parametrize(("make", "message"), UNTYPED, ids=[message for _, message in UNTYPED])
def test_a_wrong_call_is_refused_in_one_sentence(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        make()
    assert str(raised.value).startswith(message)
    assert "\n" not in str(raised.value)


def test_numbers_are_a_value() -> None:
    given = [[1.0, 0.0], [3.0, 4.0]]
    one, two = Numbers(given), Numbers([[1.0, -0.0], [3.0, 4.0]])
    assert one == two
    assert hash(one) == hash(two)
    assert one != Numbers([1.0, 0.0, 3.0, 4.0])
    with pytest.raises(ValueError, match="read-only"):
        one.array[0, 0] = 2.0
    with pytest.raises(AttributeError, match="read-only"):
        one.array = two.array
    assert replace(Explicit(one), numbers=two) == Explicit(one)
