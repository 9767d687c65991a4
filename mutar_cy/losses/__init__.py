"""How much a sample costs whose target and linear predictor differ."""

from mutar_cy.losses._gamma import Gamma
from mutar_cy.losses._logistic import Logistic
from mutar_cy.losses._loss import Loss
from mutar_cy.losses._poisson import Poisson
from mutar_cy.losses._squared_error import SquaredError

__all__ = ["Gamma", "Logistic", "Loss", "Poisson", "SquaredError"]
