"""Regression whose coefficients are near their transport barycentre, by its dual."""

from mutar_cy.wasserstein._dual import complete, evaluate
from mutar_cy.wasserstein._minimise import minimise
from mutar_cy.wasserstein._outcome import Outcome
from mutar_cy.wasserstein._problem import Data, Problem, Transport, make_problem
from mutar_cy.wasserstein._solve import Run

__all__ = [
    "Data",
    "Outcome",
    "Problem",
    "Run",
    "Transport",
    "complete",
    "evaluate",
    "make_problem",
    "minimise",
]
