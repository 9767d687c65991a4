from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mutar_cy.datafits._datafit import Datafit
from mutar_cy.penalties._penalty import Penalty
from mutar_cy.solvers._root_newton import RootNewton

class Accuracy(NamedTuple):
    floor: float
    ceiling: float
    share: float

class StepsOutcome(NamedTuple):
    losses: NDArray[np.float64]
    n_sweeps: int
    target: float
    finished: bool

class TangentSteps:
    @property
    def change(self) -> float: ...
    @property
    def n_alive(self) -> int: ...
    def __init__(
        self,
        given: NDArray[np.float64],
        lengths: NDArray[np.float64],
        strength: float,
        factor: float,
        units: tuple[int, int],
        entrywise: bool,
    ) -> None: ...
    def run(
        self,
        datafit: Datafit,
        penalty: Penalty,
        w: NDArray[np.float64],
        history: NDArray[np.float64],
        accuracy: Accuracy,
        limits: tuple[int, float, int],
        resume: bool = False,
        newton: RootNewton | None = None,
    ) -> StepsOutcome: ...
    def touch_at(
        self, datafit: Datafit, penalty: Penalty, w: NDArray[np.float64]
    ) -> NDArray[np.float64]: ...
    def objective(self, datafit: Datafit, w: NDArray[np.float64]) -> float: ...
