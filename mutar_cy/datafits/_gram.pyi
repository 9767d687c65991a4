from typing import final

import numpy as np
from numpy.typing import NDArray

from mutar_cy.datafits._datafit import Datafit

@final
class GramQuadratic(Datafit):
    def __init__(
        self,
        curvature: NDArray[np.float64],
        block_ptr: NDArray[np.int32],
        column_ptr: NDArray[np.int32],
        grams: NDArray[np.float64],
        correlation: NDArray[np.float64],
        w: NDArray[np.float64],
        square: float,
    ) -> None: ...
