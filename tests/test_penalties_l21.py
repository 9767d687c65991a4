"""The proximal point of the row norm, by another root finder."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import brentq
from test_penalties import SIZE, points

from mutar_cy.penalties import L21


def shrunk(w, curvature, strength, ridge):
    """Return the proximal point by a bracketing search for its norm."""
    pulled = curvature * w
    if np.linalg.norm(pulled) <= strength:
        return np.zeros_like(w)

    def excess(t):
        return np.linalg.norm(pulled / ((curvature + ridge) * t + strength)) - 1.0

    if strength == 0.0:
        return pulled / (curvature + ridge)
    t = brentq(excess, 0.0, 10 * np.linalg.norm(w), xtol=1e-16, rtol=1e-15)
    return pulled * t / ((curvature + ridge) * t + strength)


@pytest.mark.parametrize("ridge", [0.0, 0.4])
@pytest.mark.parametrize("strength", [0.0, 1e-6, 0.7, 30.0])
@pytest.mark.parametrize("spread", [1.0, 3.0, 1e6])
def test_l21_prox_is_the_scalar_root(strength, ridge, spread):
    curvature = np.geomspace(1.0, spread, SIZE)
    penalty = L21(strength, ridge=ridge)
    for w in points(3):
        expected = shrunk(w, curvature, strength, ridge)
        assert_allclose(penalty.prox(w, curvature), expected, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("beyond", [1e-3, 1e-9, 1e-14])
def test_l21_prox_just_beyond_the_threshold(beyond):
    # The norm of the result is of the size of ``beyond``: it must neither be lost
    # nor be overshot.
    curvature = np.array([1.0, 20.0, 300.0])
    w = np.array([1.0, 1.0, 1.0])
    strength = np.linalg.norm(curvature * w) * (1.0 - beyond)
    got = L21(strength).prox(w, curvature)
    assert_allclose(
        got, shrunk(w, curvature, strength, 0.0), rtol=0.2 if beyond < 1e-12 else 1e-5
    )
    assert (got > 0.0).all()
