"""Handwritten digits, stored in a content-addressable memory and recalled from fragments, and what encoders keep of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy import stats

import spikemem
from spikemem.encoders import Encoder, IntensityCode, ProjectionCode, ThresholdCode
from spikemem.errors import Unsupported
from spikemem.experiment.study import Criterion, Findings, Study, StudyRun, columns
from spikemem.experiments.ca3_stress import GAP_MS
from spikemem.experiments.cam_streams import Stream
from spikemem.experiments.digits import load_digits
from spikemem.experiments.picture_figures import codes_figure, curves, gallery
from spikemem.experiments.picture_fragments import KINDS, Fragment, fragments
from spikemem.experiments.sdr.chance import interval
from spikemem.language import call, parameter
from spikemem.models import CA3CAM, ReliableCAM

if TYPE_CHECKING:
    from spikemem.recording import Answer

Images = npt.NDArray[np.uint8]
LEVEL = 0.95
"""Of the intervals."""
ASKED = 0.05
"""Share of scattered pixels with which memories are compared."""
ENOUGH, RIGHT = 0.2, 0.99
"""From this share of the pixels, scattered, on both lines, so many pictures must come back (ours, set before the first run)."""


class PictureRecall(Study):
    """Digits of MNIST in :class:`ReliableCAM`, recalled by ``complete`` from some of their pixels (ours).

    A picture is binary, brighter than ``level`` or not. Two codes: a bit for each pixel that is on, and two lines a pixel,
    one of which is on. Known pixels are scattered, or a square patch; one at least is on. An answer is right if it is the
    picture that the fragment is of, every pixel and no other; several pictures that share as many bits with the fragment
    come back as their union, which is wrong here and right of the memory. Intervals of shares are Clopper and Pearson's,
    those of pixel errors bootstrapped, over pictures.
    """

    digits: str = parameter("tests/data/digits.npz", doc="file of digits: .npz, or IDX images of MNIST")
    per_class: int = parameter(4, ge=1, doc="pictures of each digit that are stored")
    level: int = parameter(127, ge=0, lt=255, doc="brightness (0..255) above which a pixel is on")
    shares: tuple[float, ...] = parameter((0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0), doc="known shares of the pixels")

    def run(self, how: StudyRun) -> Findings:
        """Store and recall with both codes, then compare memories and encoders."""
        digits = load_digits(self.digits)
        (chosen,) = digits.split(how.generator("digits"), (self.per_class,))
        chosen = chosen[np.argsort(digits.labels[chosen], kind="stable")]
        images, labels = digits.images[chosen], digits.labels[chosen]
        asked = self._fragments(how, images)
        answers, rows = {}, []
        for name, code in how.each(list(self._codes(images).items()), lambda item: item[0]):
            answers[name] = self._recall(how, code, images, asked)
            rows += self._rows(how, name, code, images, asked, answers[name])
        recall, memories = columns(rows), columns(self._memories(how, images, asked))
        encoders = self._encoders(images.shape[1:])
        table = columns([_kept(name, code, images / 255.0, labels) for name, code in encoders.items()])
        decoded = {
            name: [self._codes(images)[name].decode(a.content) for a in found] for name, found in answers.items()
        }
        return Findings(
            {"recall": recall, "memories": memories, "codes": table},
            self._criteria(recall),
            lambda: gallery(images > self.level, labels, asked, decoded),
            pages={"curves": lambda: curves(recall), "codes": lambda: codes_figure(images / 255.0, labels, encoders)},
        )

    def _codes(self, images: Images) -> Mapping[str, ThresholdCode]:
        shape = images.shape[1:]
        return {
            "on": ThresholdCode(shape=shape, level=self.level),
            "on and off": ThresholdCode(shape=shape, level=self.level, opposites=True),
        }

    def _encoders(self, shape: tuple[int, ...]) -> Mapping[str, Encoder[Any]]:
        """Return encoders of grey pictures, 0 .. 1."""
        return {
            "threshold": ThresholdCode(shape=shape, level=self.level / 255.0),
            **{f"Bernoulli, {d} draw{'s' * (d > 1)}": IntensityCode(shape=shape, draws=d) for d in (1, 8, 32)},
            **{
                f"projection, {active} of {cells}": ProjectionCode(shape=shape, cells=cells, active=active)
                for cells, active in ((500, 25), (2000, 100), (8000, 400))
            },
        }

    def _fragments(self, how: StudyRun, images: Images) -> list[Fragment]:
        return [
            fragment
            for kind in KINDS
            for k, image in enumerate(images)
            for fragment in fragments(
                how.generator("fragment", kind, str(k)), k, image > self.level, kind, self.shares
            )
        ]  # fmt: skip

    def _recall(self, how: StudyRun, code: ThresholdCode, images: Images, asked: list[Fragment]) -> tuple[Answer, ...]:
        stream = Stream()
        for cue, image in enumerate(images):
            stream.learn(cue, code.encode(image))
        for fragment in asked:
            stream.complete(fragment.neurons(code, images[fragment.picture]))
        model = ReliableCAM(cues=len(images), bits=code.bits)
        made = spikemem.run(
            model, protocol=stream.calls, backend=how.backend, hardware=how.hardware, record=("found", "recalled")
        )
        return made.answers[len(images) :]

    def _rows(
        self,
        how: StudyRun,
        name: str,
        code: ThresholdCode,
        images: Images,
        asked: list[Fragment],
        found: tuple[Answer, ...],
    ) -> list[dict[str, Any]]:
        rows = []
        for kind in KINDS:
            for share in self.shares:
                own = [k for k, fragment in enumerate(asked) if (fragment.kind, fragment.share) == (kind, share)]
                right = sum(found[k].content == {*code.encode(images[asked[k].picture])} for k in own)
                errors = np.array([
                    (code.decode(found[k].content) != (images[asked[k].picture] > self.level)).mean() for k in own
                ])  # fmt: skip
                low, high = interval(right, len(own), LEVEL)
                least, most = _bootstrap(how.generator("bootstrap", name, kind, f"{share:g}"), errors)
                rows.append({
                    "code": name, "known": kind, "share of pixels": share,
                    "bits, mean": float(np.mean([len(found[k].arguments["content"]) for k in own])), "asked": len(own),
                    "best matches": sum(bool(found[k].correct) for k in own),
                    "right": right, "share right": right / len(own), "low": low, "high": high,
                    "pixel error": float(errors.mean()), "error, low": least, "error, high": most,
                })  # fmt: skip
        return rows

    def _memories(self, how: StudyRun, images: Images, asked: list[Fragment]) -> list[dict[str, Any]]:
        """Ask both memories by cue, by fragments as each can, and by cue again; the code is that of pixels that are on."""
        share = min(self.shares, key=lambda s: abs(s - ASKED))
        chosen = [fragment for fragment in asked if (fragment.kind, fragment.share) == ("scattered", share)]
        code = self._codes(images)["on"]
        contents = [code.encode(image) for image in images]
        rows = []
        for model, do, recorded in (
            (ReliableCAM(cues=len(images), bits=code.bits), "complete", ("found", "recalled")),
            (CA3CAM(cues=len(images), bits=code.bits), "recall", ("out_cue", "out_content")),
        ):
            by_cue: list[tuple[str, dict[str, Any]]] = [("recall", {"cue": cue}) for cue in range(len(images))]
            by_part = [(do, {"content": f.neurons(code, images[f.picture])}) for f in chosen]
            calls, at = [], 0.0
            for name, arguments in [
                *(("learn", {"cue": cue, "content": content}) for cue, content in enumerate(contents)),
                *by_cue, *by_part, *by_cue,
            ]:  # fmt: skip
                calls.append(call(at, name, **arguments))
                at += GAP_MS if name != "complete" else GAP_MS + 8.0 * (len(arguments["content"]) - 1).bit_length()
            row: dict[str, Any] = {"memory": type(model).__name__, "fragment by": do, "asked": len(images)}
            try:
                made = spikemem.run(model, protocol=calls, backend=how.backend, hardware=how.hardware, record=recorded)
            except Unsupported:
                rows.append(row | dict.fromkeys(_ANSWERS, float("nan")) | {"note": f"{how.backend} refuses it"})
                continue
            n = len(images)
            first, part, again = (made.answers[k * n : (k + 1) * n] for k in (1, 2, 3))
            counts = (
                sum(a.content == {*c} for a, c in zip(first, contents, strict=True)),
                float(np.mean([len({*c} - a.content) for a, c in zip(first, contents, strict=True)])),
                sum(a.cues == {f.picture} for a, f in zip(part, chosen, strict=True)),
                round(float(np.mean([len(a.cues) for a in part])), 3),
                sum(a.content == {*c} for a, c in zip(again, contents, strict=True)),
            )  # fmt: skip
            rows.append(row | dict(zip(_ANSWERS, counts, strict=True)) | {"note": ""})
        return rows

    def _criteria(self, table: Mapping[str, list[Any]]) -> tuple[Criterion, ...]:
        asked, best = sum(table["asked"]), sum(table["best matches"])
        enough = [
            k
            for k, row in enumerate(zip(table["code"], table["known"], strict=True))
            if row == ("on and off", "scattered") and table["share of pixels"][k] >= ENOUGH
        ]
        least = min((table["share right"][k] for k in enough), default=0.0)
        return (
            Criterion(
                "every answer is the pictures that share most bits with the fragment, all and whole",
                best == asked,
                f"{best} of {asked}",
            ),
            Criterion(
                f"from {ENOUGH:g} or more of the pixels, scattered, on and off, {RIGHT:g} come back (ours)",
                least >= RIGHT,
                f"at least {least:.4g}",
            ),
        )


_ANSWERS = (
    "right by cue",
    "pixels missing, mean",
    "right by fragment",
    "cues answered, mean",
    "right by cue, afterwards",
)


def _bootstrap(rng: np.random.Generator, values: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Return the percentile interval of the mean."""
    if np.ptp(values) == 0.0:
        return float(values[0]), float(values[0])
    found = stats.bootstrap(
        (values,), np.mean, confidence_level=LEVEL, method="percentile", rng=rng
    ).confidence_interval
    return float(found.low), float(found.high)


def _kept(
    name: str, code: Encoder[Any], pictures: npt.NDArray[np.float64], labels: npt.NDArray[np.int64]
) -> dict[str, Any]:
    """Return what an encoder keeps of grey pictures: how far they come back, and how much similar ones overlap."""
    patterns = np.array([code.pattern(picture) for picture in pictures])
    back = np.array([code.decode(pattern) for pattern in patterns], dtype=np.float64)
    related = [np.corrcoef(one.ravel(), other.ravel())[0, 1] for one, other in zip(pictures, back, strict=True)]
    shared = patterns.astype(np.int64) @ patterns.T.astype(np.int64)
    overlap = shared / patterns.sum(axis=1)[:, None]
    same, self_ = labels[:, None] == labels[None, :], np.eye(len(labels), dtype=bool)
    return {
        "code": name, "bits": code.bits, "on, mean": float(patterns.sum(axis=1).mean()),
        "correlation, mean": float(np.mean(related)), "least": float(np.min(related)),
        "overlap, same digit": float(overlap[same & ~self_].mean()) if (same & ~self_).any() else float("nan"),
        "overlap, others": float(overlap[~same].mean()),
    }  # fmt: skip
