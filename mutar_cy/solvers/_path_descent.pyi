from typing import NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from mutar_cy.datafits._datafit import Datafit
from mutar_cy.penalties._penalty import Penalty

class PathLimits(NamedTuple):
    target: float
    norm: float
    row_lengths: NDArray[np.float64]
    block_lengths: NDArray[np.float64]
    share: float
    errors: float
    largest_scale: float
    largest_allowance: float
    tolerated: float
    largest_size: float
    least_alpha: float

@final
class PathDescent:
    def __init__(
        self,
        datafit: Datafit,
        penalty: Penalty,
        correlation: NDArray[np.float64],
        limits: PathLimits,
    ) -> None: ...
    def gaps(self) -> NDArray[np.float64]: ...
    def resume(self, coef: NDArray[np.float64], alpha: float) -> None: ...
    def run(
        self, strengths: NDArray[np.float64], max_iter: int
    ) -> tuple[
        NDArray[np.float64],
        NDArray[np.float64],
        NDArray[np.float64],
        NDArray[np.int64],
    ]: ...
