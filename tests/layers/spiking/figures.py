"""The figures of docs/memory_layers.md that set spiking layers beside their oracles.

``python -m tests.layers.spiking.figures`` draws them to docs/images, from what the tests measure, and prints the numbers.
"""

from __future__ import annotations

import numpy as np

from spikemem.layers.spiking import SpikingPhaseAssociative, SpikingPhaseAssociativeParameters
from tests.layers.spiking import figures_of_slots
from tests.layers.spiking.drawing import ORACLE, SPIKING, beside, panels, powers, save
from tests.layers.spiking.test_cue_anchors import CURVES, curve
from tests.layers.spiking.test_multitasking import magnetisations
from tests.layers.spiking.test_phase import found_of
from tests.layers.spiking.test_routed import held
from tests.layers.spiking.test_routed_weights import LEVELS, RANGE, D, caching, mixture
from tests.layers.spiking.test_supervised import both, overlap
from tests.layers.spiking.test_three_factor import (
    contexts_found,
    delta,
    hebbian,
    latest_found,
    titans_found,
)
from tests.layers.support import Array, filled, signs


def told_beside_exact(levels: int) -> tuple[Array, Array]:
    """Return the numbers of 20 answers, as they are told and as they are."""
    spiking, oracle = hebbian(64, {"levels": levels, "range": 2.0})
    keys, values = signs(1, "keys", 20, 64), signs(1, "values", 20, 64)
    filled(spiking, keys, values)
    filled(oracle, keys / 8.0, values)
    told, exact = (
        np.concatenate([layer.read(k * u).value for k in keys]) for layer, u in ((spiking, 1.0), (oracle, 1 / 8))
    )
    return told, exact


def three_factor() -> None:
    """Overwriting, Titans by the order of writing, and what latencies lose."""
    figure, (first, second, third) = panels(3)
    names, found = ["Hebb", "decay 0.98", "delta"], []
    for make, numbers in ((hebbian, {}), (hebbian, {"decay": 0.98}), (delta, {})):
        rows = []
        for seed in range(10):
            spiking, oracle = make(64, {"levels": 31, "range": 4.0}, **numbers)
            rows.append((latest_found(spiking, seed, 1.0), latest_found(oracle, seed, 1 / 8)))
        found.append(np.mean(rows, axis=0))
    print("overwriting", names, found)
    beside(first, names, [f[0] for f in found], [f[1] for f in found])
    first.set(title="overwriting: the latest of 4 values", ylabel="part of 32 keys, d = 64")
    for k, (name, numbers) in enumerate(
        (
            ("θ = 1", {"theta": 1.0}),
            ("θ = 0.5", {"theta": 0.5}),
            ("η = θ = 0.5, α = 0.01", {"eta": 0.5, "theta": 0.5, "alpha": 0.01}),
        )
    ):
        ours, theirs = titans_found(10, numbers)
        print("titans", name, ours.mean(), theirs.mean(), ours[:16].mean(), theirs[:16].mean(), ours[-16:].mean())
        second.plot(theirs.reshape(8, 8).mean(axis=1), color=f"C{k}", lw=4, alpha=0.3)
        second.plot(ours.reshape(8, 8).mean(axis=1), "o-", color=f"C{k}", ms=4, label=name)
    second.set(
        title="Titans: lines spiking, bands oracle",
        xlabel="eighth of 64 pairs, as written",
        ylabel="value found",
        ylim=(0, 1.05),
    )
    second.legend(fontsize=8, loc="lower right")
    for levels, style in ((5, "C1"), (31, "C0")):
        told, exact = told_beside_exact(levels)
        inside = np.abs(exact) <= 2.0
        error = (told - exact)[inside]
        print(
            "levels",
            levels,
            "largest",
            np.abs(error).max(),
            "rms",
            np.sqrt(np.mean(error**2)),
            "outside",
            1 - inside.mean(),
        )
        third.plot(exact, told, ".", color=style, ms=3, label=f"{levels} levels, off by ≤ {2 / levels:.3g}")
    third.plot([-2.6, 2.6], [-2.6, 2.6], color="0.6", lw=1)
    third.set(title="told by latency, range 2", xlabel="S q of the oracle", ylabel="S q as told")
    third.legend(fontsize=8)
    save(figure, "spiking-three-factor")


def conjunctive() -> None:
    """8 keys in 8 contexts."""
    figure, (first, second) = panels(2)
    sizes = [32, 64, 128, 256]
    for binding, color in (("key", "C3"), ("conjunctive", "C0")):
        found = np.array([contexts_found(binding, d) for d in sizes])
        print(binding, sizes, found.tolist())
        for axes, what in ((first, 0), (second, 1)):
            axes.plot(sizes, found[:, 1, what], color=color, lw=4, alpha=0.3)
            axes.plot(sizes, found[:, 0, what], "o-", color=color, label=f"{binding}, spiking (band: oracle)")
            axes.set(xlabel="d", ylim=(0, 1.05))
            powers(axes, sizes)
    first.set(title="8 keys in 8 contexts: value found")
    second.set(title="bits right")
    second.legend(fontsize=8, loc="lower right")
    save(figure, "spiking-conjunctive")


def phase() -> None:
    """Values found by the number of phases; an answer's angles."""
    figure, (first, second) = panels(2)
    periods = [4, 8, 16, 32, 64]
    found = np.array([np.mean([found_of(24, 48, T, s) for s in range(4)], axis=0) for T in periods])
    print("phase", periods, found.tolist())
    first.plot(periods, found[:, 1], color="0.6", label="oracle, exact angles")
    first.plot(periods, found[:, 0], "o-", color="C0", label="spiking")
    first.set(title="48 pairs at d = 24: value found", xlabel="phases T")
    powers(first, periods)
    first.set_ylim(0, 1.05)
    first.legend(fontsize=8, loc="lower right")
    for T, color in ((8, "C1"), (32, "C0")):
        layer = SpikingPhaseAssociative(SpikingPhaseAssociativeParameters(d_k=24, d_v=24, period=T))
        turns = np.exp(2j * np.pi * np.random.default_rng(1).random((2, 12, 24)))
        filled(layer, *turns)
        exact = np.array([layer.matrix @ layer.rounded(k) / np.sqrt(24) for k in turns[0]])
        told = np.array([layer.read(k).value for k in turns[0]])
        off = np.angle(told * exact.conj())
        print("angles", T, "largest", np.abs(off).max() * T / np.pi, "of pi/T; rms", np.sqrt(np.mean(off**2)))
        second.plot(np.angle(exact).ravel(), (np.angle(exact) + off).ravel(), ".", ms=3, color=color, label=f"T = {T}")
    second.set(title="12 pairs: angles of the answer", xlabel="arg S q", ylabel="as told")
    second.legend(fontsize=8)
    save(figure, "spiking-phase")


def routed() -> None:
    """One matrix and four."""
    figure, (axes,) = panels(1)
    rows = [held(seed) for seed in range(6)]
    found = {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
    print("routed", found)
    names = ["one 64 × 256", "four 64 × 64"]
    beside(axes, names, [found["one"], found["four"]], [found["one, oracle"], found["four, oracle"]])
    axes.set(title="60 pairs, 16,384 numbers: bits right", ylim=(0.9, 1.02))
    save(figure, "spiking-routed")


def weights() -> None:
    """What races of several blocks lose of the oracle's weighted sums, by their number."""
    figure, (first, second) = panels(2)
    races = [4, 16, 64, 256]
    for make, name, color in ((mixture, "mixture, 2 of 4 active", "C0"), (caching, "caching, 4 caches, β = 6", "C1")):
        errors, expected, right = [], [], []
        for count in [*races, 0]:
            rows = []
            for seed in range(1, 5):
                case = make(seed, count)
                (ours, theirs), asked = case.answers(), case.keys[::2]
                deviation = np.array([case.deviations(key, max(count, 1)) for key in asked])
                rounding = case.factor * RANGE / LEVELS / np.sqrt(3)
                values = signs(seed, "values", len(case.keys), D)[::2]
                rows.append([
                    np.mean((ours - theirs) ** 2), np.mean(deviation**2 + rounding**2), np.mean(theirs**2),
                    *((np.sign(a) == values).mean() for a in (ours, theirs)),
                ])  # fmt: skip
            mean = np.mean(rows, axis=0)
            errors.append(np.sqrt(mean[0] / mean[2]))
            expected.append(np.sqrt(mean[1] / mean[2]))
            right.append(mean[3:])
        print("weights", name, [*races, "sum"], np.round(errors, 3), np.round(expected, 3), np.round(right, 3).tolist())
        first.plot(races, expected[:-1], color=color, lw=5, alpha=0.3)
        first.plot(races, errors[:-1], "o", color=color, label=name)
        first.axhline(errors[-1], color=color, ls="--", lw=1)
        second.axhline(right[0][1], color=color, lw=5, alpha=0.3)
        second.plot(races, [r[0] for r in right[:-1]], "o-", color=color, ms=4, label=name)
        second.axhline(right[-1][0], color=color, ls="--", lw=1)
    first.set(title="dots spiking, bands theory, dashed: all weigh 1", xlabel="races of a read", yscale="log")
    first.set_ylabel("r.m.s. error over that of the numbers")
    second.set(title="bands oracle, dashed: all weigh 1", xlabel="races of a read", ylabel="bits right")
    for axes in (first, second):
        powers(axes, races)
        axes.legend(fontsize=8)
    save(figure, "spiking-weights")


def supervised() -> None:
    """Overlaps of ten of 200 archetypes by what examples tell of them."""
    figure, (axes,) = panels(1)
    rhos = [0.07, 0.15, 0.3, 0.6, 1.2, 3.0, 12.0]
    found = []
    for rho in rhos:
        oracle, spiking, archetypes = both(200, rho)
        found.append([overlap(layer, archetypes[:10]) for layer in (oracle, spiking)])
    print("supervised", rhos, np.round(found, 3).tolist())
    for own, style, mark in zip(np.transpose(found), (ORACLE, SPIKING), ("o-", "s--"), strict=True):
        axes.plot(rhos, own, mark, ms=4, **style)  # type: ignore[arg-type]
    axes.set(title="200 archetypes, 5 examples of each", xlabel="ρ", ylabel="overlap", xscale="log", ylim=(0, 1.05))
    axes.legend(fontsize=8)
    save(figure, "spiking-supervised")


def multitasking() -> None:
    """Three patterns at once."""
    figure, (axes,) = panels(1)
    blanks = [0.1, 0.2, 0.3, 0.4, 0.5]
    found = np.array([np.mean([magnetisations(d, s) for s in range(8)], axis=0) for d in blanks])
    print("multitasking", blanks, found.tolist())
    for mu in range(3):
        theory = [d**mu * (1 - d) for d in blanks]
        axes.plot(blanks, theory, color=f"C{mu}", lw=4, alpha=0.3)
        axes.plot(blanks, found[:, mu], "o", color=f"C{mu}", label=f"pattern {mu + 1}")
    axes.set(title="dots spiking, N = 300; bands theory", xlabel="part d of blanks", ylabel="overlap")
    axes.legend(fontsize=8)
    save(figure, "spiking-multitasking")


def memory_neurons() -> None:
    """Cue curves, 40 cues a point."""
    figure, parts = panels(len(CURVES))
    flips = [0.0, 0.2, 0.3, 0.4]
    for axes, name in zip(parts, CURVES, strict=True):
        found = [curve(name, part, 40) for part in flips]
        for k, style in enumerate((ORACLE, SPIKING)):
            axes.plot(flips, [pair[k] for pair in found], marker="os"[k], linestyle=["-", "--"][k], **style)  # type: ignore[arg-type]
        axes.set(ylim=(-0.04, 1.06), xlabel="part of the signs turned", ylabel="patterns back whole")
        axes.set_title(f"{name}: {CURVES[name][0]} patterns, {CURVES[name][1]['races']} races", fontsize=10)
        axes.legend(fontsize=8, loc="lower left")
        print(name, found)
    save(figure, "spiking-memory-neurons")


if __name__ == "__main__":
    for draw in (
        three_factor,
        conjunctive,
        phase,
        routed,
        weights,
        multitasking,
        memory_neurons,
        *figures_of_slots.ALL,
    ):
        draw()
