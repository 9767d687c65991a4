from typing import final

from mutar_cy.losses._loss import Loss

@final
class Huber(Loss):
    @property
    def delta(self) -> float: ...
    def __init__(self, delta: float = 1.35) -> None: ...
