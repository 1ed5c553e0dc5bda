"""The figures of Willshaw's memory, the nearest neighbour, the pointer and the novelty gate, spiking beside the oracles."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from spikemem.layers import (
    NoveltyGated,
    NoveltyGatedParameters,
    SoftmaxAttention,
    SoftmaxAttentionParameters,
    SparsePointer,
    SparsePointerParameters,
    Willshaw,
    WillshawParameters,
)
from spikemem.layers.spiking import (
    SpikingFadingNovelty,
    SpikingFadingNoveltyParameters,
    SpikingNearestNeighbour,
    SpikingNearestNeighbourParameters,
    SpikingSparsePointer,
    SpikingSparsePointerParameters,
    SpikingWillshaw,
    SpikingWillshawParameters,
)
from spikemem.rng import generator
from tests.layers.spiking.drawing import panels, powers, save
from tests.layers.spiking.test_associator import sparse
from tests.layers.support import Array, Layer, filled, first_choices, flipped, perfect, signs

SEEDS = range(4)


def compared(axes: Axes, x: list[float], found: Array, what: str, color: str = "C0") -> None:
    """Draw the means of spikes (first column) as dots on the oracle's band (second), and print them."""
    ours, theirs = found.T
    print(what, x, "spiking", ours.round(3).tolist(), "oracle", theirs.round(3).tolist())
    axes.plot(x, theirs, color=color, lw=5, alpha=0.3)
    axes.plot(x, ours, "o", color=color, ms=4, label=what)


def willshaw() -> None:
    """Pairs that come back whole, and the synapses that are on, by pairs stored; and by the part of the cue that is shown."""
    figure, (first, second) = panels(2)
    counts, n, active = [100, 200, 300, 355, 450, 600], 256, 8
    keys, values = sparse(1, counts[-1], n, active), sparse(2, counts[-1], n, active)
    spiking: Layer = SpikingWillshaw(SpikingWillshawParameters(d_k=n, d_v=n))
    oracle: Layer = Willshaw(WillshawParameters(d_k=n, d_v=n))
    whole, on, done = [], [], 0
    for count in counts:
        for layer in (spiking, oracle):
            filled(layer, keys[done:count], values[done:count])
        asked = np.arange(0, count, max(count // 60, 1))
        whole.append([perfect(layer, list(keys[asked]), list(values[asked])) for layer in (spiking, oracle)])
        on.append([layer.state()["W"].mean() for layer in (spiking, oracle)])
        done = count
    compared(first, [float(c) for c in counts], np.array(whole), "pairs that come back whole")
    compared(first, [float(c) for c in counts], np.array(on), "synapses that are on", "C1")
    shown = [3, 4, 5, 6, 7, 8]
    for count, color in ((60, "C0"), (150, "C2")):
        pair = [filled(make, keys[:count], values[:count]) for make in (
            SpikingWillshaw(SpikingWillshawParameters(d_k=n, d_v=n)), Willshaw(WillshawParameters(d_k=n, d_v=n)),
        )]  # fmt: skip
        found = []
        for part in shown:
            cues = [cut(key, part) for key in keys[:count:3]]
            found.append([perfect(layer, cues, list(values[:count:3])) for layer in pair])
        compared(second, [float(s) for s in shown], np.array(found), f"{count} pairs", color)
    first.set(title="256 cells, 8 active", xlabel="pairs stored", ylabel="part", ylim=(-0.03, 1.06))
    second.set(
        title="fragments", xlabel="active cells that are shown, of 8", ylabel="pairs back whole", ylim=(-0.03, 1.06)
    )
    for axes in (first, second):
        axes.legend(fontsize=8, title="dots spiking, bands oracle", title_fontsize=8)
    save(figure, "spiking-willshaw")


def cut(key: Array, part: int) -> Array:
    """Return the first so many active cells."""
    made = np.zeros_like(key)
    made[np.flatnonzero(key)[:part]] = 1.0
    return made


def nearest() -> None:
    """Values found by the part of the key's signs turned; and the latency of a memory neuron by the cosine."""
    figure, (first, second) = panels(2)
    turned, bits = [0.0, 0.1, 0.2, 0.3, 0.35, 0.4, 0.45, 0.5], 32
    cosines: list[float] = []
    latencies: list[float] = []
    for d, color in ((32, "C1"), (128, "C0")):
        found = []
        for seed in SEEDS:
            keys, values = signs(seed, "keys", 48, d), signs(seed, "values", 48, bits)
            pair: list[Layer] = [
                filled(
                    SpikingNearestNeighbour(SpikingNearestNeighbourParameters(d_k=d, d_v=bits, slots=48)), keys, values
                ),
                filled(SoftmaxAttention(SoftmaxAttentionParameters(d_k=d, d_v=bits, beta=50.0)), keys, values),
            ]
            for part in turned:
                cues = np.array([flipped(key, part, seed, "cue", k) for k, key in enumerate(keys)])
                found.append([(first_choices(layer, cues, values) == np.arange(48)).mean() for layer in pair])
                told = [pair[0].read(cue) for cue in cues[::4]]
                if d == 128:
                    cosines += [reading.confidence or 0.0 for reading in told]
                    latencies += [reading.latency_ms or np.nan for reading in told]
        means = np.array(found).reshape(len(SEEDS), len(turned), 2).mean(axis=0)
        compared(first, turned, means, f"keys of {d} signs", color)
    first.set(title="48 pairs", xlabel="part of the key's signs turned", ylabel="values found", ylim=(-0.03, 1.06))
    first.legend(fontsize=8, title="dots spiking, bands softmax, β = 50", title_fontsize=8, loc="lower left")
    second.plot(cosines, latencies, ".", color="C0", ms=4)
    second.set(
        title="keys of 128 signs", xlabel="cosine of the cue and the best key", ylabel="latency of the answer (ms)"
    )
    save(figure, "spiking-nearest")


def pointer() -> None:
    """Values found and the error of an answer's numbers, by slots."""
    figure, (first, second) = panels(2)
    slots, d, count, reach, levels = [1, 8, 16, 32, 64], 16, 64, 24.0, 49
    for flips, color in ((0.0, "C0"), (0.15, "C1")):
        found, errors = [], []
        for number in slots:
            rows = []
            for seed in SEEDS:
                keys, values = signs(seed, "keys", count, d), signs(seed, "values", count, d)
                told = {"d_k": d, "d_v": d, "slots": number, "weight": 12.0, "range": reach, "levels": levels}
                spiking = filled(
                    SpikingSparsePointer(SpikingSparsePointerParameters.model_validate(told)), keys, values
                )
                plain = SparsePointerParameters(d_k=d, d_v=d, slots=number, weight=12.0)
                oracle = filled(SparsePointer(plain), keys / 4.0, values)
                cues = np.array([flipped(key, flips, seed, "cue", k) for k, key in enumerate(keys)])
                ours, theirs = (
                    np.array([layer.read(q / u).value for q in cues]) for layer, u in ((spiking, 1), (oracle, 4))
                )
                own = np.arange(count)
                rows.append([*((np.argmax(a @ values.T, axis=1) == own).mean() for a in (ours, theirs)),
                             np.sqrt(np.mean((ours - theirs.clip(-reach, reach)) ** 2))])  # fmt: skip
            mean = np.mean(rows, axis=0)
            found.append(mean[:2])
            errors.append(mean[2])
        name = f"{flips:.0%} of the signs turned"
        compared(first, [float(s) for s in slots], np.array(found), name, color)
        second.plot(slots, errors, "o-", color=color, label=name)
        print("rms", errors)
    second.axhline(reach / levels / np.sqrt(3), color="0.6", lw=1, label="of rounding alone")
    first.set(title="64 pairs of 16 signs", xlabel="slots", ylabel="values found", ylim=(-0.03, 1.06))
    second.set(
        title=f"range {reach:g}, {levels} levels", xlabel="slots", ylabel="r.m.s. error of a number", yscale="log"
    )
    for axes in (first, second):
        powers(axes, slots)
    first.legend(fontsize=8, title="dots spiking, bands oracle", title_fontsize=8)
    second.legend(fontsize=8)
    save(figure, "spiking-pointer")


def novelty() -> None:
    """Items of a Zipf stream that slots hold, and values found, by slots and by what enters them."""
    figure, (first, second) = panels(2)
    slots, kinds, shown, d = [4, 8, 16, 24], 30, 200, 32
    odds = 1.0 / np.arange(1, kinds + 1)
    rows = []
    for seed in SEEDS:
        keys, values = signs(seed, "keys", kinds, d), signs(seed, "values", kinds, d)
        stream = generator(seed, "stream").choice(kinds, shown, p=odds / odds.sum())
        seen = np.unique(stream)
        for number in slots:
            sizes = {"d_k": d, "d_v": d, "slots": number, "match": 0.7}
            layers: list[tuple[Layer, float]] = [
                (SpikingFadingNovelty(SpikingFadingNoveltyParameters.model_validate(sizes)), 1.0),
                *((NoveltyGated(NoveltyGatedParameters.model_validate(sizes | {"policy": policy}), seed), np.sqrt(d))
                  for policy in ("novelty", "oldest", "random")),
            ]  # fmt: skip
            for layer, unit in layers:
                filled(layer, keys[stream] / unit, values[stream])
                held = layer.state()["keys"]
                columns = held.reshape(2 * d, number).T[:, :d] * 2.0 - 1.0 if unit == 1.0 else np.sign(held)
                rows.append([
                    np.mean([(columns == keys[k]).all(axis=1).any() for k in seen]),
                    np.mean([np.argmax(values @ layer.read(keys[k] / unit).value) == k for k in seen]),
                ])  # fmt: skip
    mean = np.array(rows).reshape(len(SEEDS), len(slots), 4, 2).mean(axis=0)
    x = [float(s) for s in slots]
    for axes, what, title in ((first, 0, "items held in slots"), (second, 1, "values found (slots and matrix)")):
        compared(axes, x, mean[:, :2, what], "novel keys enter (band: oracle)")
        for policy, color, style in ((2, "C1", "--"), (3, "0.5", ":")):
            name = f"all enter, for {'the oldest' if policy == 2 else 'a random one'} (oracle)"
            axes.plot(x, mean[:, policy, what], style, color=color, label=name)
            print(name, title, mean[:, policy, what].round(3).tolist())
        axes.set(title=title, xlabel="slots", ylabel="part of the items seen", ylim=(-0.03, 1.06), xticks=slots)
    first.legend(fontsize=7, loc="upper left")
    figure.suptitle(f"{shown} writes of {kinds} items, odds 1/rank", fontsize=10)
    save(figure, "spiking-novelty")


ALL = (willshaw, nearest, pointer, novelty)
