"""The judge of split coefficients: two definitions of one norm, and its shrinkage."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose
from scipy.optimize import linprog, minimize_scalar
from split_norm import into_ball, shrink, split_norm

numbers = st.floats(-8, 8).map(lambda value: round(value, 3))
rows = st.integers(1, 6).flatmap(lambda size: arrays(float, size, elements=numbers))
ratios = st.sampled_from([0.2, 0.4, 0.45, 0.55, 0.7, 0.9, 1.0, 1.5])


def cost(p, q, entry):
    return np.linalg.norm(p) + entry * np.abs(q).sum()


@given(rows, ratios)
def test_the_height_gives_a_split_of_the_cost_that_is_said(w, entry):
    value, height = split_norm(w, 1.0, entry)
    p = np.clip(w, -height, height)
    assert_allclose(value, cost(p, w - p, entry), rtol=1e-14)


@given(rows, ratios)
def test_no_other_split_costs_less(w, entry):
    value, height = split_norm(w, 1.0, entry)
    rng = np.random.default_rng(0)
    for around in (np.clip(w, -height, height), w, 0.5 * w):
        for scale in (1e-6, 1e-3, 0.1, 1.0, 10.0):
            p = around + scale * rng.standard_normal((20, len(w)))
            assert value <= min(cost(own, w - own, entry) for own in p) + 1e-13


@given(rows, ratios)
def test_the_norm_is_the_largest_product_with_the_dual_ball(w, entry):
    value, _ = split_norm(w, 1.0, entry)
    # A point far out along w comes into the ball where the product is largest.
    g = into_ball(1e6 * w, 1.0, entry)
    assert np.linalg.norm(g) <= 1 + 1e-12
    assert np.abs(g).max() <= entry + 1e-12
    assert_allclose(g @ w, value, rtol=1e-5, atol=1e-12)


@given(rows, ratios)
def test_a_shrunk_row_has_its_certificate(v, entry):
    w = shrink(v, 1.0, entry)
    g = v - w
    assert np.linalg.norm(g) <= 1 + 1e-12
    assert np.abs(g).max() <= entry + 1e-12
    assert_allclose(g @ w, split_norm(w, 1.0, entry)[0], rtol=1e-10, atol=1e-10)


def test_special_cases():
    w = np.array([3.0, -4.0, 0.0])
    assert split_norm(w, 2.0, np.inf) == (10.0, np.inf)
    assert split_norm(w, 2.0, 2.0)[0] == 10.0  # never cheaper apart
    assert split_norm(w, 2.0, 1.1)[0] == pytest.approx(
        1.1 * 7
    )  # never cheaper together
    assert split_norm(np.zeros(3), 1.0, 0.7)[0] == 0.0
    # One entry sticks out: sqrt(1 - .64) times the norm of the rest, .8 times it.
    assert split_norm([5.0, 1.0], 1.0, 0.8)[0] == pytest.approx(0.6 + 4.0)


def test_by_a_scalar_search():
    rng = np.random.default_rng(1)
    for _ in range(20):
        w = rng.standard_normal(5) * rng.uniform(0.1, 5, 5)
        found = minimize_scalar(
            lambda t, w=w: cost(np.clip(w, -t, t), w - np.clip(w, -t, t), 0.6),
            bounds=(0, abs(w).max()),
            method="bounded",
            options={"xatol": 1e-12},
        )
        assert_allclose(split_norm(w, 1.0, 0.6)[0], found.fun, rtol=1e-9)


def test_by_linear_programmes():
    # In two dimensions the round ball is, nearly, a polygon with very many sides.
    angle = np.linspace(0, 2 * np.pi, 20_001)[:-1]
    sides = np.column_stack([np.cos(angle), np.sin(angle)])
    for w in ([1.0, 0.2], [1.0, -1.0], [-3.0, 2.0]):
        bounds = [(-0.8, 0.8)] * 2
        found = linprog(-np.array(w), sides, np.ones(len(sides)), bounds=bounds)
        assert_allclose(split_norm(w, 1.0, 0.8)[0], -found.fun, rtol=1e-6)
