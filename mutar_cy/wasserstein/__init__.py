"""Regression whose coefficients are near their transport barycentre, by its dual."""

from mutar_cy.wasserstein._dual import complete, evaluate
from mutar_cy.wasserstein._dual_ascent import Run
from mutar_cy.wasserstein._noise import Noise, noise_of
from mutar_cy.wasserstein._problem import Data, Problem, Transport, make_problem
from mutar_cy.wasserstein._reweight import reweight
from mutar_cy.wasserstein._solve import Outcome, minimise, without_traces

__all__ = [
    "Data",
    "Noise",
    "Outcome",
    "Problem",
    "Run",
    "Transport",
    "complete",
    "evaluate",
    "make_problem",
    "minimise",
    "noise_of",
    "reweight",
    "without_traces",
]
