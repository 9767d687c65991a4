from typing import final

from mutar_cy.losses._loss import Loss

@final
class SquaredError(Loss): ...
