import numpy as np
from numpy.typing import NDArray

def best_scaling(
    square: float,
    inner: float,
    norms: NDArray[np.float64],
    thresholds: NDArray[np.float64],
    ridge: float,
    limit: float = ...,
) -> tuple[float, float]: ...
