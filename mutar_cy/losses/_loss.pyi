import numpy as np
from numpy.typing import ArrayLike, NDArray

class Loss:
    smoothness: float
    is_quadratic: bool
    def value(
        self,
        y: NDArray[np.float64],
        eta: NDArray[np.float64],
        root: NDArray[np.float64],
    ) -> float: ...
    def evaluate(
        self,
        y: NDArray[np.float64],
        eta: NDArray[np.float64],
        root: NDArray[np.float64],
        residual: NDArray[np.float64],
        bend: NDArray[np.float64],
    ) -> float: ...
    def dual(
        self,
        y: NDArray[np.float64],
        offset: NDArray[np.float64],
        root: NDArray[np.float64],
        residual: NDArray[np.float64],
        scale: float,
    ) -> float: ...
    def size(
        self,
        y: NDArray[np.float64],
        eta: NDArray[np.float64],
        root: NDArray[np.float64],
    ) -> float: ...
    def least(self, y: NDArray[np.float64], root: NDArray[np.float64]) -> float: ...
    def shift(
        self,
        y: NDArray[np.float64],
        eta: NDArray[np.float64],
        root: NDArray[np.float64],
    ) -> float: ...
    def mean(self, eta: ArrayLike) -> NDArray[np.float64]: ...
