from typing import Any

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

def column_moments(
    X: NDArray[Any], weight: Vector, center: bool
) -> tuple[Vector, Vector]: ...
def clear_constant_columns(
    square: Vector, mean: Vector, total: float, rounding: float, large: float
) -> bool: ...
def weigh_rows(
    X: NDArray[Any], mean: Vector, sqrt_weight: Vector, scale: Vector, out: Vector
) -> None: ...
def pack_columns(
    X: NDArray[Any],
    features: NDArray[np.int64],
    mean: Vector,
    sqrt_weight: Vector,
    scale: Vector,
    out: Vector,
) -> None: ...
def sum_of_squares(rows: NDArray[Any], positive: bool) -> Vector: ...
