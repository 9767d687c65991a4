import numpy as np
from numpy.typing import NDArray

def principal_axes(
    grams: NDArray[np.float64], block_ptr: NDArray[np.int32], rotates: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
def turn_large_blocks(
    grams: NDArray[np.float64],
    sizes: NDArray[np.int32],
    axes: NDArray[np.float64],
    curvature: NDArray[np.float64],
    rotates: bool,
) -> None: ...
def turn(
    values: NDArray[np.float64],
    axes: NDArray[np.float64],
    block_ptr: NDArray[np.int32],
    back: bool,
) -> None: ...
