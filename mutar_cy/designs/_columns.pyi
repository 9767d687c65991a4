from typing import Any

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

def column_moments(
    X: NDArray[Any], weight: Vector, center: bool
) -> tuple[Vector, Vector]: ...
def pack_columns(
    X: NDArray[Any],
    features: NDArray[np.int64],
    mean: Vector,
    sqrt_weight: Vector,
    scale: Vector,
    out: Vector,
) -> None: ...
def sum_of_squares(rows: NDArray[Any], positive: bool) -> Vector: ...
