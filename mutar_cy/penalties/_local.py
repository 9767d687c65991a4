"""What a penalty looks like near non-zero coefficients."""

from typing import NamedTuple

import numpy as np


class Local(NamedTuple):
    """A penalty to second order, at coefficients of shape (n_rows, n_columns).

    The Hessian is diagonal less one outer product per block: ``bend`` on the diagonal,
    less ``pull`` times the outer square of ``units``.
    """

    slope: np.ndarray  # (n_rows, n_columns): the gradient
    bend: np.ndarray  # shaped so, or (n_rows, 1); infinite where zeros stay zeros
    units: np.ndarray  # (n_rows, n_columns): 0 where the penalty is linear
    pull: np.ndarray  # (n_blocks,)
    norms: np.ndarray  # (n_blocks,): of what the units were divided by
