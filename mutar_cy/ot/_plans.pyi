import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

def add_costs(
    block: Vector,
    cost: Vector,
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    scale: float,
) -> None: ...
def is_symmetric(M: Vector) -> bool: ...
def to_plan(
    block: Vector, log_left: Vector, log_right: Vector, least: float
) -> None: ...
