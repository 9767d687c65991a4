from typing import final

import numpy as np
from numpy.typing import NDArray

from mutar_cy.datafits._datafit import Datafit

@final
class PackedQuadratic(Datafit):
    def __init__(
        self,
        curvature: NDArray[np.float64],
        block_ptr: NDArray[np.int32],
        column_ptr: NDArray[np.int32],
        columns: NDArray[np.float64],
        sample_ptr: NDArray[np.int64],
        residual: NDArray[np.float64],
    ) -> None: ...
