from typing import Any

import numpy as np
from numpy.typing import NDArray

from mutar_cy.glm._newton_rows import NewtonRows

class SparseRows(NewtonRows):
    def bind_entries(
        self,
        X: Any,
        mean: NDArray[np.float64],
        scale: NDArray[np.float64],
        state: tuple[NDArray[np.float64], ...],
    ) -> None: ...
