from typing import final

import numpy as np
from numpy.typing import NDArray

from mutar_cy.datafits._datafit import Datafit

ROOT: float
TANGENT: float

@final
class RootNewton:
    @property
    def shrinkage(self) -> float: ...
    def __init__(
        self,
        grams: NDArray[np.float64],
        block_ptr: NDArray[np.int32],
        column_ptr: NDArray[np.int32],
    ) -> None: ...
    def find_direction(
        self,
        datafit: Datafit,
        w: NDArray[np.float64],
        thresholds: NDArray[np.float64],
        bend: float,
    ) -> NDArray[np.float64] | None: ...
    def take(self, datafit: Datafit, w: NDArray[np.float64], size: float) -> None: ...
