from typing import Self, final

from numpy.typing import ArrayLike

from mutar_cy.losses._loss import Loss

@final
class NegativeBinomial(Loss):
    @property
    def dispersion(self) -> float: ...
    def __init__(self, dispersion: float = 1.0) -> None: ...
    @classmethod
    def from_moments(
        cls, y: ArrayLike, mean: ArrayLike, n_parameters: float = 0
    ) -> Self: ...
