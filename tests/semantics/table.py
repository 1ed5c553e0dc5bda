"""The conventions of each target as data: what docs/semantics.md says, and the tests that show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Basis = Literal["run", "recorded", "code", "given", "refused"]
"""How a test shows its statement."""
BASES: dict[Basis, str] = {
    "run": "the target, or the backend on it, is run and does this",
    "recorded": "spikes that were recorded on a SpiNNaker board (Casanueva-Morato et al. 2024) come out so, and not otherwise",
    "code": "sPyNNaker's own Python code, imported, does this on the host; nothing has been run on a board",
    "given": "this is what the simulator is given",
    "refused": "another request is refused before anything runs; what the target would do is not shown",
}
DELAYS, WEIGHTS, PLASTICITY, RECORDED = (
    f"tests/semantics/test_{name}.py" for name in ("delays", "weights", "plasticity", "recorded")
)
NEST = "tests/pynn/test_nest.py"
COLUMNS = ("spikemem, Numba engine", "Brian2", "NEST through PyNN", "SpiNNaker through sPyNNaker")


@dataclass(frozen=True)
class Shown:
    """A test by its pytest node id, and how it shows what the cell says."""

    node: str
    basis: Basis


@dataclass(frozen=True)
class Cell:
    """A convention of a target, and what shows it."""

    statement: str
    tests: tuple[Shown, ...]


@dataclass(frozen=True)
class Row:
    """A convention and its cells, in the order of ``COLUMNS``."""

    convention: str
    cells: tuple[Cell, Cell, Cell, Cell]


@dataclass(frozen=True)
class Table:
    """The rows of a subject."""

    title: str
    rows: tuple[Row, ...]


def cell(statement: str, *tests: Shown) -> Cell:
    """Return a cell."""
    return Cell(statement, tests)


def run(file: str, name: str) -> Shown:
    """Return a test that runs the target."""
    return Shown(f"{file}::{name}", "run")


def given(file: str, name: str) -> Shown:
    """Return a test of what the simulator is given."""
    return Shown(f"{file}::{name}", "given")


def refused(file: str, name: str) -> Shown:
    """Return a test that anything else is refused."""
    return Shown(f"{file}::{name}", "refused")


def code(file: str, name: str) -> Shown:
    """Return a test of sPyNNaker's own code on the host."""
    return Shown(f"{file}::{name}", "code")


def recorded(change: str) -> Shown:
    """Return the test that the recorded spikes are lost by a change."""
    return Shown(f"{RECORDED}::test_the_recorded_spikes_are_those_of_the_convention[{change}]", "recorded")


def ours(statement: str, file: str, name: str) -> tuple[Cell, Cell]:
    """Return the cells of the engine and of Brian2 where they are the same, by one test of both."""
    return (
        cell(statement, run(file, name.replace("*", "numba"))),
        cell("the same", run(file, name.replace("*", "brian2"))),
    )


STEPS_AND_DELAYS = Table("Steps and delays", (
    Row("A spike of step t over a delay d moves the membrane", (
        cell("in step t + d", run(DELAYS, "test_a_spike_over_d_steps_moves_the_membrane_d_steps_later[IF_curr_exp-1-numba]")),
        cell(
            "in t + d + dt by its default schedule; in t + d as lowered",
            run(DELAYS, "test_brian2_itself_delivers_after_its_neurons_have_moved"),
            run(DELAYS, "test_a_spike_over_d_steps_moves_the_membrane_d_steps_later[IF_curr_exp-1-brian2]"),
        ),
        cell(
            "in t + d + dt (IF_curr_exp, IF_cond_exp), in t + d (IF_curr_delta)",
            run(DELAYS, "test_nest_itself_moves_currents_and_conductances_a_step_later"),
        ),
        cell("in t + d", recorded("nothing"), recorded("arrivals a step later")),
    )),
    Row("What is passed on", (
        cell("d", given(DELAYS, "test_what_is_lowered_has_the_delay_itself[numba]")),
        cell("d - dt", given(DELAYS, "test_brian2_is_given_a_step_less")),
        cell(
            "d - dt onto the first two; sources fire dt early and keep d",
            given(DELAYS, "test_nest_is_given_a_step_less_onto_what_it_moves_later"),
        ),
        cell("d", given(DELAYS, "test_spynnaker_is_given_the_delay_itself")),
    )),
    Row("Least delay", (
        *ours("dt", DELAYS, "test_the_least_delay_is_a_step[1.0-*]"),
        cell(
            "2 dt onto the first two, dt from sources",
            run(DELAYS, "test_nest_has_no_delay_of_zero_so_two_steps_are_the_least"),
            run(DELAYS, "test_from_sources_nest_has_a_delay_of_one_step"),
        ),
        cell("dt: shorter ones are made as long", code(DELAYS, "test_spynnaker_makes_shorter_delays_a_step_long")),
    )),
    Row("Time that a spike of step t carries", (
        cell("t dt", run(DELAYS, "test_a_spike_of_step_t_has_the_time_t_dt[numba]")),
        cell(
            "t dt", run(DELAYS, "test_a_spike_of_step_t_has_the_time_t_dt_in_brian2_itself"),
            run(DELAYS, "test_a_spike_of_step_t_has_the_time_t_dt[brian2]"),
        ),
        cell(
            "(t + 1) dt, and 3 steps of silence before step 0",
            run(DELAYS, "test_a_spike_of_nests_first_step_has_the_time_dt"),
            run(DELAYS, "test_nest_is_silent_for_three_steps_before_step_0"),
        ),
        cell("t dt", recorded("nothing")),
    )),
    Row("A source's times off the grid by rounding", (
        cell(
            "of the nearest step; refused if they are further off",
            run(DELAYS, "test_source_times_off_by_rounding_are_those_of_the_nearest_step[numba]"),
        ),
        cell(
            "by itself rounded down, within a thousandth of a step; given those of the nearest step",
            run(DELAYS, "test_brian2_itself_rounds_source_times_down_within_a_thousandth"),
            run(DELAYS, "test_source_times_off_by_rounding_are_those_of_the_nearest_step[brian2]"),
        ),
        cell(
            "rounded up, so they are given 1e-7 ms early", run(DELAYS, "test_nest_itself_rounds_source_times_up"),
            given(DELAYS, "test_nest_is_given_source_times_before_the_grid"),
        ),
        cell(
            "rounded down to microseconds, then up to a step",
            code(DELAYS, "test_spynnaker_rounds_source_times_down_to_microseconds_then_up"),
        ),
    )),
    Row("tau_refrac that is no whole number of steps", (
        cell("nearest", run(DELAYS, "test_refractory_times_are_of_the_nearest_number_of_steps[1.4-1-numba]")),
        cell(
            "by itself rounded down, and the spike's own step counted; nearest as lowered",
            run(DELAYS, "test_brian2s_own_refractory_times_are_rounded_down"),
            run(DELAYS, "test_refractory_times_are_of_the_nearest_number_of_steps[1.4-1-brian2]"),
        ),
        cell(
            "rounded up, so refused", run(DELAYS, "test_nest_itself_rounds_refractory_times_up"),
            refused(NEST, "test_a_refractory_time_that_would_be_rounded_otherwise_is_refused[1.4-1-nest]"),
        ),
        cell(
            "refused (its binaries are said to round up)",
            refused(NEST, "test_a_refractory_time_that_would_be_rounded_otherwise_is_refused[1.4-1-spinnaker]"),
        ),
    )),
))  # fmt: skip

WEIGHT = Table("Weights", (
    Row("Synaptic gain of IF_curr_exp", (
        *ours("by the numerics: `exact` or `spinnaker`", WEIGHTS, "test_the_gain_of_a_current_follows_the_numerics[exact-*]"),
        cell("`exact` only", run(WEIGHTS, "test_nest_itself_integrates_exactly_and_offers_nothing_else")),
        cell(
            "`spinnaker` only", recorded("nothing"), recorded("weights without sPyNNaker's factor"),
            refused("tests/pynn/test_spinnaker.py", "test_other_numerics_are_refused"),
        ),
    )),
    Row("IF_curr_delta: V after a weight w (mV)", (
        *ours("(V + w - v_inf) e + v_inf, e = exp(-dt/tau_m)", WEIGHTS, "test_a_weight_in_mv_decays_in_its_own_step[*]"),
        cell(
            "adds after the decay, so weights are passed on times e",
            run(WEIGHTS, "test_nest_itself_adds_a_weight_in_mv_after_the_decay"),
            given(WEIGHTS, "test_nest_is_given_weights_in_mv_that_have_decayed"),
        ),
        cell(
            "a current W/dt for one step, so W = w e dt/(R (1 - e))",
            given(WEIGHTS, "test_spynnaker_is_given_the_current_of_one_step_that_does_the_same"),
            code(WEIGHTS, "test_spynnakers_delta_input_is_scaled_by_the_step"),
        ),
    )),
    Row("Inhibitory weights", (
        *ours("magnitudes", WEIGHTS, "test_inhibitory_weights_are_magnitudes[IF_curr_exp-*]"),
        cell(
            "negative, but for conductances",
            run(WEIGHTS, "test_nest_wants_inhibitory_weights_negative_but_for_conductances"),
        ),
        cell(
            "magnitudes; given negative but for conductances, as PyNN has them",
            code(WEIGHTS, "test_spynnaker_takes_the_magnitude_of_a_weight"),
            given(WEIGHTS, "test_spynnaker_is_given_negative_inhibitory_weights_but_for_conductances"),
        ),
    )),
    Row("Precision", (
        *ours("float64, or float32 if asked", WEIGHTS, "test_weights_are_float64_or_float32_as_asked[*]"),
        cell("float64", run(WEIGHTS, "test_nest_itself_holds_weights_in_float64")),
        cell(
            "16 bits on a scale that `spikemem deploy` reports",
            code("tests/pynn/test_quantise.py", "test_the_conversion_of_spynnaker_gives_the_same_sixteen_bits"),
        ),
    )),
))  # fmt: skip

PAIR_STDP = Table("Pair STDP", (
    Row("Delay split", (
        cell(
            "a field; dendritic unless stated",
            run(PLASTICITY, "test_the_delay_is_split_as_the_field_says[dendritic-3-pre1-post1-0.5-numba]"),
            run(PLASTICITY, "test_the_delay_is_split_as_the_field_says[axonal-2-pre2-post2-0.5-numba]"),
            run(PLASTICITY, "test_the_delay_is_dendritic_unless_stated"),
        ),
        cell(
            "the same", run(PLASTICITY, "test_the_delay_is_split_as_the_field_says[dendritic-3-pre1-post1-0.5-brian2]"),
            run(PLASTICITY, "test_the_delay_is_split_as_the_field_says[axonal-2-pre2-post2-0.5-brian2]"),
        ),
        cell("dendritic", run(PLASTICITY, "test_nests_delay_is_dendritic")),
        cell(
            "dendritic", recorded("post spikes not delayed"),
            code(PLASTICITY, "test_spynnaker_takes_dendritic_delays_only_and_delays_the_post_spike"),
        ),
    )),
    Row("A pair with dt = 0", (
        *ours("a field", PLASTICITY, "test_a_pair_that_meets_does_what_the_field_says[depress--1-*]"),
        cell("changes nothing", run(PLASTICITY, "test_a_pair_that_meets_changes_nothing_in_nest")),
        cell("depresses", recorded("pairs with dt = 0 do nothing"), recorded("pairs with dt = 0 potentiate")),
    )),
    Row("Update", (
        *ours("online or deferred", PLASTICITY, "test_the_update_is_online_or_deferred[*]"),
        cell(
            "deferred to the pre spike", run(PLASTICITY, "test_nest_changes_a_weight_when_its_pre_neuron_fires"),
        ),
        cell(
            "deferred to the pre spike (Jin et al. 2010)",
            refused(PLASTICITY, "test_spynnaker_is_not_asked_for_what_it_has_not[update]"),
        ),
    )),
    Row("Post spikes remembered", (
        *ours("a field", PLASTICITY, "test_as_many_post_spikes_are_remembered_as_the_field_says[*]"),
        cell("all that are needed", run(PLASTICITY, "test_nest_remembers_all_post_spikes_that_are_needed")),
        cell(
            "15 (16 places, one of them always taken); the recordings need more than one",
            recorded("one post spike remembered"),
            refused(PLASTICITY, "test_spynnaker_is_not_asked_for_what_it_has_not[history of 16]"),
        ),
    )),
    Row("Clipping", (
        *ours("a field", PLASTICITY, "test_clipping_is_after_each_change_or_at_the_end[*]"),
        cell("after each change", run(PLASTICITY, "test_nest_clips_after_each_change")),
        cell("after each change", recorded("clipped at the end")),
    )),
    Row("Additive A_plus", (
        *ours("absolute, or a fraction of w_max", PLASTICITY, "test_additive_amplitudes_are_weights_or_fractions[*]"),
        cell("a fraction of w_max", run(PLASTICITY, "test_nests_additive_amplitude_is_a_fraction_of_w_max")),
        cell(
            "absolute (sPyNNaker 7)", code(PLASTICITY, "test_spynnaker_writes_additive_amplitudes_as_they_are"),
            recorded("amplitudes times w_max"),
        ),
    )),
    Row("Onto", (
        *ours("any cell", PLASTICITY, "test_a_plastic_synapse_may_be_onto_any_cell[IF_cond_exp-*]"),
        cell(
            "IF_curr_delta: onto others the membrane's delay would shift what STDP sees",
            refused(PLASTICITY, "test_nest_refuses_plastic_synapses_onto_what_it_moves_later"),
        ),
        cell(
            "IF_curr_exp, IF_curr_delta, IF_cond_exp", code(PLASTICITY, "test_spynnaker_maps_plastic_synapses_onto"),
        ),
    )),
))  # fmt: skip

TABLES = (STEPS_AND_DELAYS, WEIGHT, PAIR_STDP)
