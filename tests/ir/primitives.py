"""One of each primitive, no field at its default."""

from typing import Any

from spikemem.ir import (
    AllToAll,
    AlphaDendrite,
    Explicit,
    FadingOneShot,
    FixedNumberPre,
    FixedProbability,
    FromList,
    FromMatrix,
    Grouped,
    HebbianPermanence,
    IF_cond_exp,
    IF_curr_delta,
    IF_curr_exp,
    Mac,
    MiniColumn,
    Normal,
    Numbers,
    OneShot,
    OneToOne,
    PairSTDP,
    PermanenceSTDP,
    Race,
    ReceptiveFields,
    ResonateAndFire,
    Segment,
    SpikeSource,
    SpikeSourcePoisson,
    Static,
    Subsamples,
    TagAndCapture,
    Threshold,
    Unconnected,
    Uniform,
)

_MEMBRANE: dict[str, Any] = {
    "cm": 0.3, "tau_m": 7.0, "tau_refrac": 2.5, "v_rest": -61.0, "v_reset": -62.5, "v_thresh": -51.0,
    "i_offset": Normal(0.1, 0.01),
}  # fmt: skip
_SYNAPTIC: dict[str, Any] = {"tau_syn_E": 1.1, "tau_syn_I": 2.2}
EXAMPLES: tuple[Any, ...] = (
    AllToAll(allow_self_connections=False),
    AlphaDendrite(theta=0.07, tau_syn=4.0, plateau=50.0, current=0.3),
    Explicit(Numbers([[1.0, -0.0], [1e-300, 0.1]])),
    FixedNumberPre(3, with_replacement=True, allow_self_connections=False),
    FixedProbability(0.1, allow_self_connections=False),
    FromList(((0, 1), (2, 0), (0, 1))),
    FromMatrix(Numbers([[0, 1], [1, 1], [0, 0]])),
    Grouped(4, 2),
    HebbianPermanence(
        theta_match=3, connected=0.4, initial=0.3, increment=0.2, decrement=0.05, punishment=0.01, new_synapses=8,
        most_synapses=16, most_segments=9, interval=5.0, gate="in_learn",
    ),
    IF_cond_exp(**_MEMBRANE, **_SYNAPTIC, e_rev_E=5.0, e_rev_I=-77.0),
    IF_curr_delta(**_MEMBRANE),
    IF_curr_exp(**_MEMBRANE, **_SYNAPTIC),
    Mac(
        modules=5, cells=7, lambda_U=2.0, lambda_H=0.5, lambda_D=3.0, lambda_first=1.5, G_minus=0.2, gamma=3.0, chi=50.0,
        form="B", s1=0.2, s2=3.0, s3=0.9, s4=4.0, c=0.6, pi_minus=2, pi_plus=9, back_off=0.4, persistence=2, frame=5.0,
        gate="in_learn", free="in_free",
    ),
    MiniColumn(4, theta=2.0),
    Normal(1.0, 0.3, float("-inf"), 2.0),
    OneShot(most=3, freeze=0.25),
    FadingOneShot(weights=(9, 4, 0), ages=(20.0, 30.0), stiff_ages=(40.0, 60.0)),
    OneToOne(),
    PairSTDP(
        tau_plus=3.0, tau_minus=4.0, A_plus=5.0, A_minus=6.0, w_min=0.5, w_max=7.0, weight_dependence="multiplicative",
        amplitude="fraction_of_w_max", delay="ignored", depression_delay="ignored", coincidence="both",
        pairing="nearest", update="deferred", history=15, depress_by="latest_since_pre", clip="end", unit="threshold",
    ),
    PairSTDP(order="depress_first"),
    PermanenceSTDP(
        w_mature=0.013, P_theta=9.0, P_min=1.0, P_max=19.0, lambda_plus=0.1, lambda_minus=0.002, lambda_h=0.02,
        z_target=1.5, tau_pre=19.0, tau_h=500.0, dt_min=3.0, dt_max=60.0,
    ),
    Race(cells=4, transfer="power", exponent=3.0, beta=2.0, theta=1.5, rate=500.0),
    ReceptiveFields(((0, 1), (2,)), 4, apart=2),
    ResonateAndFire(
        frequency=40.0, tau_m=float("inf"), tau_refrac=3.0, v_thresh=2.0, v_reset=-0.5, resets=True
    ),
    Segment(theta=15, window=2.0, plateau=50.0, current=0.2, reset_by_soma=False),
    SpikeSource(),
    SpikeSourcePoisson(rate=12.5, start=3.0),
    Static(),
    Subsamples(((3, 1, 2), (7, 0)), 2),
    TagAndCapture(
        gate="in_learn", capture="in_capture", teacher="in_teacher", rate=0.2, prediction=0.5, momentum=0.9, retain=0.99,
        w_min=-2.0, w_max=float("inf"), window=(1.0, 0.5),
    ),
    Threshold(Uniform(0.1, 0.7)),
    Unconnected(),
    Uniform(-0.1, 0.3),
)  # fmt: skip
