import numpy as np
from numpy.typing import NDArray

def build_grams(
    rows: NDArray[np.float64],
    sample_ptr: NDArray[np.int64],
    owners: NDArray[np.int32],
    observed: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
    block_ptr: NDArray[np.int32],
    centred: bool,
    rotates: bool,
    least: float,
) -> tuple[
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.float64],
    float,
]: ...
def turn(
    values: NDArray[np.float64],
    axes: NDArray[np.float64],
    block_ptr: NDArray[np.int32],
    back: bool,
) -> None: ...
