import numpy as np
from numpy.typing import NDArray

from mutar_cy.penalties._penalty import Penalty

def sweep_columns(
    grams: NDArray[np.float64],
    owner: NDArray[np.int32],
    penalties: list[Penalty],
    correlation: NDArray[np.float64],
    coef: NDArray[np.float64],
    squares: NDArray[np.float64],
    targets: NDArray[np.float64],
    max_epochs: int,
    epochs: int = 5,
) -> NDArray[np.int32]: ...
