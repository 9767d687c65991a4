import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

def dense_log_sums(
    cost: Vector,
    v: Vector,
    scale: float,
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
) -> Vector: ...
def sparse_log_sums(
    log_kernel: Vector,
    indices: NDArray[np.int32],
    indptr: NDArray[np.int32],
    v: Vector,
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
) -> Vector: ...
def chain_product(decay: Vector, V: Vector) -> Vector: ...
def chain_log_product(position: Vector, v: Vector) -> Vector: ...
