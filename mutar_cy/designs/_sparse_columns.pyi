from typing import Any

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

def sparse_moments(
    entries: NDArray[Any],
    indices: NDArray[Any],
    indptr: NDArray[Any],
    weight: Vector,
    center: bool,
) -> tuple[Vector, Vector]: ...
def sparse_gram(
    entries: NDArray[Any],
    indices: NDArray[Any],
    indptr: NDArray[Any],
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    weight: Vector,
) -> Vector: ...
