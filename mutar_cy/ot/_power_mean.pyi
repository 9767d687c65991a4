import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

def power_mean(
    less: Vector, top: Vector, factor: Vector, tau: float, n_tasks: int
) -> tuple[Vector, float, Vector, Vector]: ...
def log_power_mean(log_sums: Vector, tau: float) -> Vector: ...
