from typing import final

from mutar_cy.losses._loss import Loss

@final
class Tweedie(Loss):
    @property
    def power(self) -> float: ...
    def __init__(self, power: float = 1.5) -> None: ...
