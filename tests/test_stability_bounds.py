"""Bounds on false selections: largest tails, the third of three, simulations."""

import numpy as np
import pytest
import simulated
from numpy.testing import assert_allclose
from scipy.optimize import linprog, minimize

from mutar_cy import GroupLasso
from mutar_cy.model_selection import StabilitySelection
from mutar_cy.model_selection._stability_bounds import (
    BOUNDS,
    expected_false,
    r_concave_tail,
    unimodal_tail,
)


def largest_unimodal_tail(mean, least, n):
    """Maximise the tail over unimodal distributions on 0, ..., n, by mode."""
    best, i = 0.0, np.arange(n + 1)
    for mode in range(n + 1):
        rises = np.zeros((n, n + 1))
        for k in range(n):  # f[k] <= f[k + 1] before the mode, >= after it
            sign = 1.0 if k < mode else -1.0
            rises[k, k], rises[k, k + 1] = sign, -sign
        found = linprog(
            -(i >= least).astype(float),
            np.vstack([rises, i]),
            np.append(np.zeros(n), mean),
            np.ones((1, n + 1)),
            [1.0],
        )
        if found.success:
            best = max(best, -found.fun)
    return best


@pytest.mark.parametrize("theta", [0.05, 0.2, 0.4])
def test_unimodal_tails_are_bounded(theta):
    n_pairs, ratios = 10, []
    for least in range(11, 21):  # of 20 subsamples
        bound = unimodal_tail(theta, least, n_pairs)
        # Of both halves of a pair: 2 * frequency - 1 at least, in n_pairs steps.
        both = largest_unimodal_tail(theta**2 * n_pairs, least - n_pairs, n_pairs)
        if bound < 1.0:
            assert both <= bound + 1e-9
            ratios.append(both / bound)
    assert max(ratios) > 0.99  # and the bound is reached


def tail_by_optimisation(mean, least, n, r, rng):
    """Maximise the tail over r-concave distributions, from random starts."""
    i = np.arange(n + 1)

    def weights(g):
        f = np.maximum(g, 1e-9) ** (1.0 / r)
        return f / f.sum()

    best = 0.0
    for _ in range(12):
        start = np.sort(rng.uniform(0.5, 30.0, n + 1))
        found = minimize(
            lambda g: -weights(g)[least:].sum(),
            start,
            method="SLSQP",
            bounds=[(1e-3, 1e3)] * (n + 1),
            constraints=[
                {"type": "eq", "fun": lambda g: weights(g) @ i - mean},
                {"type": "ineq", "fun": lambda g: np.diff(g, 2)},
            ],
            options={"maxiter": 400},
        )
        feasible = abs(weights(found.x) @ i - mean) < 1e-7
        if feasible and np.diff(found.x, 2).min() > -1e-9:
            best = max(best, -found.fun)
    return best


@pytest.mark.parametrize(("mean", "least"), [(0.4, 3), (0.8, 4), (0.3, 5)])
@pytest.mark.parametrize("r", [-0.5, -0.25])
def test_r_concave_tails_are_the_largest(mean, least, r):
    found = tail_by_optimisation(mean, least, 6, r, np.random.default_rng(0))
    bound = r_concave_tail(mean, least, 6, r)
    assert found <= bound + 1e-6
    assert found > 0.98 * bound


def test_bounds_fall_in_their_order():
    rng = np.random.default_rng(0)
    for _ in range(30):
        p = int(rng.integers(10, 2000))
        q, threshold = rng.uniform(0.5, np.sqrt(p)), rng.uniform(0.52, 1.0)
        values = [expected_false(q, p, threshold, 100, bound) for bound in BOUNDS]
        assert values == sorted(values, reverse=True)
        more = [expected_false(1.1 * q, p, threshold, 100, bound) for bound in BOUNDS]
        assert (np.array(more) >= np.array(values) - 1e-9).all()
    assert_allclose(expected_false(50, 1000, 0.9, 100, "worst_case"), 3.125)
    # Theorem 2 with 50 pairs, both pieces.
    low = expected_false(50, 1000, 0.6, 100, "unimodal")
    assert_allclose(low, 2.5 / (2 * (0.2 - 0.01)))
    high = expected_false(50, 1000, 0.9, 100, "unimodal")
    assert_allclose(high, 2.5 * 4 * 0.11 / 1.02)
    assert expected_false(50, 1000, 0.9, 100, "r_concave") < high / 5


@pytest.mark.parametrize("bound", BOUNDS)
def test_two_of_three_give_the_third(bound):
    X, y, _ = simulated.ragged((40, 30), n_features=60)
    given = {"alphas": 8, "n_subsamples": 20, "random_state": 0, "bound": bound}
    selection = StabilitySelection(
        GroupLasso(), threshold=0.8, max_false=0.9, **given
    ).fit(X, y)
    q = selection.max_features_
    assert expected_false(q, 60, 0.8, 20, bound) <= 0.9
    assert expected_false(q + 1, 60, 0.8, 20, bound) > 0.9
    assert selection.n_selected_ <= q
    assert selection.error_bound_ <= 0.9
    by_hand = StabilitySelection(
        GroupLasso(), threshold=0.8, max_features=q, **given
    ).fit(X, y)
    assert_allclose(selection.stability_path_, by_hand.stability_path_)
    assert_allclose(selection.error_bound_, by_hand.error_bound_)
    other = StabilitySelection(
        GroupLasso(), threshold=None, max_features=4, max_false=0.9, **given
    ).fit(X, y)
    assert expected_false(4, 60, other.threshold_, 20, bound) <= 0.9
    below = other.threshold_ - 0.05  # one subsample less
    assert below <= 0.5 or expected_false(4, 60, below, 20, bound) > 0.9
    assert (other.support_ == (other.selection_frequencies_ >= other.threshold_)).all()


def test_more_features_are_allowed_by_tighter_bounds():
    X, y, _ = simulated.ragged((40, 30), n_features=60)
    allowed = [
        StabilitySelection(
            GroupLasso(), alphas=8, threshold=0.8, max_false=1.0, bound=bound
        )
        .fit(X, y)
        .max_features_
        for bound in BOUNDS
    ]
    assert allowed[0] < allowed[1] < allowed[2]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"threshold": None}, "threshold=None is computed from max_features and max_f"),
        ({"max_false": 1.0, "max_features": 3}, "got max_features=3 and threshold=0.6"),
        ({"max_false": 1.0, "threshold": None}, "got max_features=None and threshold="),
        ({"max_false": 1e-9}, r"max_false=1e-09 is out of reach with 10 features"),
    ],
)
def test_what_cannot_be_computed(given, message):
    X, y, _ = simulated.ragged((20, 14), n_features=10)
    with pytest.raises(ValueError, match=message):
        StabilitySelection(GroupLasso(), alphas=5, **given).fit(X, y)


def test_false_selections_stay_below_the_tightest_bound():
    false, bounds = [], []
    for seed in range(15):
        rng = np.random.default_rng(seed)
        X = [rng.standard_normal((n, 60)) for n in (50, 40)]
        y = [x[:, 0] + rng.standard_normal(len(x)) for x in X]
        selection = StabilitySelection(
            GroupLasso(),
            alphas=10,
            max_features=10,
            threshold=0.6,
            n_subsamples=30,
            bound="r_concave",
            random_state=0,
        ).fit(X, y)
        false.append(selection.support_[1:].sum())
        bounds.append(selection.error_bound_)
    assert np.mean(false) <= np.mean(bounds)
    assert np.mean(bounds) < 3.0  # the worst case is 8
