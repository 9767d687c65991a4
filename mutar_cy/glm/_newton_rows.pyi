from typing import Any

import numpy as np
from numpy.typing import NDArray

from mutar_cy.glm._rows_model import RowsModel
from mutar_cy.losses import Loss
from mutar_cy.penalties import Penalty

FEW: int
MET: int
ENDED: int
HARD: int
FAILED: int

class NewtonRows(RowsModel):
    status: int
    value: float
    n_steps: int
    most: int
    def __init__(
        self,
        loss: Loss,
        observed: tuple[NDArray[np.float64], ...],
        starts: NDArray[np.int64],
        owners: NDArray[np.int32],
        sample_ptr: NDArray[np.int64],
        floor: float,
        centred: bool,
    ) -> None: ...
    def bind(
        self,
        rows: NDArray[np.float64],
        block_ptr: NDArray[np.int32],
        state: tuple[NDArray[np.float64], ...],
        rotates: bool,
    ) -> None: ...
    def descend(
        self, penalty: Penalty, target: float, budget: int
    ) -> tuple[int, float]: ...
    def path(
        self,
        penalty: Penalty,
        strengths: NDArray[np.float64],
        least: NDArray[np.float64],
        target: float,
        budget: int,
        balance: float,
        on_look: Any = None,
    ) -> tuple[Any, ...]: ...
