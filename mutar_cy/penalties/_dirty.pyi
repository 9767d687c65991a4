from typing import final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mutar_cy.penalties._penalty import Penalty, PenaltyModel

@final
class Dirty(Penalty):
    @property
    def beta(self) -> float: ...
    def __init__(
        self,
        alpha: float = 1.0,
        beta: float = 0.75,
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
    def unit(self) -> Dirty: ...
    def in_units(self, x_exponent: int, y_exponent: int) -> Dirty: ...
    def shared_part(
        self, coef: NDArray[np.float64], block_ptr: NDArray[np.int32]
    ) -> NDArray[np.float64]: ...
    def caps(
        self, w: NDArray[np.float64], block_ptr: NDArray[np.int32]
    ) -> NDArray[np.float64]: ...
