"""OneShot: synapses that are increased once, when an input and the winner of a module are active together."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
import numpy.typing as npt
from annotated_types import Ge, Le
from pydantic import BeforeValidator

from spikemem.errors import NetworkError
from spikemem.ir.lowered import Bucket, Dense
from spikemem.ir.node import Fraction, node, plain
from spikemem.ir.synapse import Synapse


@node
class OneShot(Synapse):
    r"""Binary Hebbian synapses onto macs that learn in one trial (Rinkus 2010, Front. Neuroanat. 4:17).

    When a mac chooses a code in a step in which it learns, the synapses from the inputs that arrive in this step onto the
    winners are increased:

    .. math:: w_{ji} \leftarrow \min(w_{ji} + 1, w_{max})

    with w_max = ``most``, 1 for binary synapses. More than 1 counts how often both were active, up to a limit, which is ours.

    The weight that arrives is that of the step in which the input fired, also over long delays.

    *Freezing* (critical period): a cell of which more than the fraction ``freeze`` of this projection's synapses have been
    increased learns no more; 1 means never. Weights are whole numbers of 0 to ``most`` and have no unit. All cells of a module
    must have the same field: synapses from the same inputs. Learned by and sent to the receptors up, horizontal and down.
    """

    most: Annotated[int, BeforeValidator(plain), Ge(1), Le(255)] = 1
    freeze: Fraction = 1.0

    graded: ClassVar[bool] = True

    def verify_weights(self, where: str, weights: npt.NDArray[np.float64]) -> None:
        """Raise :class:`NetworkError` unless the weights are whole numbers of 0 to ``most``."""
        wrong = (weights < 0) | (weights > self.most) | (weights != np.round(weights))
        if wrong.any():
            raise NetworkError(
                f"{where}: OneShot's weights must be whole numbers 0..{self.most} (most={self.most}), "
                f"got {np.asarray(weights)[wrong].flat[0]:g}"
            )


def module_runs(where: str, bucket: Bucket, pre: int, post: int, module: int) -> tuple[npt.NDArray[np.int64], ...]:
    """Return (row pointers, first targets, lengths) of the rows of a bucket as runs of whole modules of ``module`` cells.

    Run k of pre neuron i, of ``pointers[i] <= k < pointers[i + 1]``, joins it to the targets from ``first[k]`` on. Raises
    :class:`NetworkError` about ``where`` if the cells of a module do not have the same inputs, or a pair is joined twice.
    """
    layout = bucket.layout
    if isinstance(layout, Dense):
        if not layout.allow_self_connections:
            raise NetworkError(
                f"{where}: the cells of a module must have the same inputs; self-connections may not be left out"
            )
        return np.arange(pre + 1), np.zeros(pre, dtype=np.int64), np.full(pre, post)
    targets, count = layout.targets.astype(np.int64), layout.targets.size
    row = np.repeat(np.arange(pre), np.diff(layout.indptr))
    begins = np.ones(count, dtype=bool)
    begins[1:] = (np.diff(targets) != 1) | (np.diff(row) != 0)
    starts = np.flatnonzero(begins)
    lengths = np.diff(np.append(starts, count))
    first = targets[starts]
    if (first % module).any() or (lengths % module).any():
        wrong = int(first[(first % module != 0) | (lengths % module != 0)][0])
        raise NetworkError(
            f"{where}: the cells of a module must have the same inputs, each once; module {wrong // module} has others"
        )
    pointers = np.zeros(pre + 1, dtype=np.int64)
    np.cumsum(np.bincount(row[starts], minlength=pre), out=pointers[1:])
    return pointers, first, lengths
