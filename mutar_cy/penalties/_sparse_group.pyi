from typing import final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mutar_cy.penalties._penalty import Penalty, PenaltyModel

@final
class SparseGroup(Penalty):
    @property
    def l1_ratio(self) -> float: ...
    def __init__(
        self,
        alpha: float = 1.0,
        l1_ratio: float = 0.5,
        weights: ArrayLike | None = None,
        ridge: float = 0.0,
        positive: bool = False,
    ) -> None: ...
    def model_at(
        self,
        coef: NDArray[np.float64],
        owner: NDArray[np.int64],
        firsts: NDArray[np.int64],
    ) -> PenaltyModel: ...
    def unit(self) -> SparseGroup: ...
    def in_units(self, x_exponent: int, y_exponent: int) -> SparseGroup: ...
