"""Regression with a transport penalty: coefficients near their barycentre (MTW)."""

from mutar_cy.wasserstein._dual import complete, evaluate
from mutar_cy.wasserstein._dual_ascent import DualAscent
from mutar_cy.wasserstein._noise import Noise, noise_of
from mutar_cy.wasserstein._problem import (
    Transport,
    TransportProblem,
    WhitenedData,
    make_transport_problem,
)
from mutar_cy.wasserstein._reweight import reweight
from mutar_cy.wasserstein._solve import (
    TransportSolution,
    solve_transport,
    without_traces,
)

__all__ = [
    "DualAscent",
    "Noise",
    "Transport",
    "TransportProblem",
    "TransportSolution",
    "WhitenedData",
    "complete",
    "evaluate",
    "make_transport_problem",
    "noise_of",
    "reweight",
    "solve_transport",
    "without_traces",
]
