import numpy as np
from numpy.typing import NDArray

def nodewise_lassos(
    gram: NDArray[np.float64],
    alpha: float,
    tol: float,
    first: int,
    last: int,
    capacity: int,
    max_rounds: int = 100,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
