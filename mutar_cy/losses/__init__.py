"""Losses: what a sample costs, given its target and its linear predictor.

A loss is one file of this folder and one line here: the import that builds it.
"""

from mutar_cy.losses._gamma import Gamma
from mutar_cy.losses._huber import Huber
from mutar_cy.losses._logistic import Logistic
from mutar_cy.losses._loss import Loss
from mutar_cy.losses._negative_binomial import NegativeBinomial
from mutar_cy.losses._poisson import Poisson
from mutar_cy.losses._registry import get_loss, regression_losses
from mutar_cy.losses._squared_error import SquaredError
from mutar_cy.losses._tweedie import Tweedie

__all__ = [
    "Gamma",
    "Huber",
    "Logistic",
    "Loss",
    "NegativeBinomial",
    "Poisson",
    "SquaredError",
    "Tweedie",
    "get_loss",
    "regression_losses",
]
