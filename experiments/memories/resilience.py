"""P3, first part, and P6: overwriting, forgetting, lesions and precision of all memories, on one page."""

from __future__ import annotations

from spikemem.experiment.study import Columns, columns
from spikemem.experiments.memories import fillers, lesions, overwriting
from spikemem.experiments.memories.entrants import Choice
from spikemem.experiments.memories.suite import Part, Suite, chosen, rounded
from spikemem.experiments.memories.sweep import Sweep, points, refused
from spikemem.experiments.memories.sweep_page import draw


def measure(suite: Suite) -> Part:
    """Overwrite, fill, cut and round every memory."""
    rewritten: dict[str, Choice] = {}
    damaged: dict[str, Choice] = {}
    latest = overwriting.measure(suite, rewritten)
    held = fillers.measure(suite)
    cut = lesions.measure(suite, damaged)
    every = (latest, held.right, *cut)
    return Part(
        {
            f"{overwriting.TITLE}: {overwriting.keys(suite)} keys, latest value found": rounded(_latest(suite, latest)),
            f"{fillers.TITLE}: {fillers.targets(suite)} items held": rounded(fillers.summary(suite, held)),
            f"{lesions.TITLE}: {lesions.held(suite)} items held": rounded(lesions.summary(suite, cut)),
            "P3 and P6, cannot": refused(every),
        },
        {
            f"{overwriting.TITLE}, points": points(suite, [latest]), f"{overwriting.TITLE}, tuned": chosen(rewritten),
            f"{fillers.TITLE}, points": points(suite, [held.right, held.strength]),
            f"{fillers.TITLE}, tuned": chosen(held.choices),
            "P6 lesion, points": points(suite, cut[:2]), "P6 precision, points": points(suite, cut[2:]),
            f"{lesions.TITLE}, tuned": chosen(damaged),
        },
        (*overwriting.criteria(suite, latest), *fillers.criteria(suite, held), *lesions.criteria(suite, cut)),
        lambda: draw(suite, every, (
            f"Overwriting, forgetting, lesion and precision at equal bits ({32 * suite.d**2:,} of state): the right value of "
            f"{suite.d} signs is found among 256\n{overwriting.keys(suite)} keys overwritten, {fillers.targets(suite)} items "
            f"before fillers, {lesions.held(suite)} before damage; mean and 95 % interval of {suite.seeds} seeds; grey: chance "
            "between all values that a key has had, or half"
        )),
    )  # fmt: skip


def _latest(suite: Suite, sweep: Sweep) -> Columns:
    return columns([
        {"entrant": name}
        | {f"{x:g} a key": float(mean) for x, mean in zip(sweep.x[:-1], own.mean(axis=0), strict=False)}
        | suite.spread(f"{sweep.x[-1]:g} a key", f"overwriting {name}", own[:, -1])
        for name, own in sweep.found.items()
    ])  # fmt: skip
