"""Simulated counts that follow a position and not a speed, as in NeMoS's tutorial."""

import numpy as np
from scipy.interpolate import BSpline


def position_and_speed():
    """Return the two covariates of 100 samples, (100, 2), and the counts, (100,).

    The same random numbers, in the same order, as in "Selecting covariates via group
    lasso" in NeMoS's guide; its splines are cubic, with one knot within.
    """
    draws = np.random.RandomState(123)
    position, speed = draws.randn(100), draws.randn(100)
    coef = draws.randn(5)
    place = (position - position.min()) / np.ptp(position)
    knots = np.repeat([0.0, 0.5, 1.0], [4, 1, 4])
    splines = BSpline.design_matrix(place, knots, 3).toarray()
    return np.column_stack([position, speed]), draws.poisson(np.exp(splines @ coef))
