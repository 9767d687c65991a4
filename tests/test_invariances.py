"""What must not matter: order, units, copies. Examples are drawn, the same each run."""

import numpy as np
import pytest
from certificate import assert_certified
from hypothesis import given, settings
from hypothesis import strategies as st
from kinds import CONVEX
from numpy.testing import assert_allclose

from mutar_cy import GroupLasso, IndLasso, alpha_max

TIGHT = {"tol": 1e-14, "max_iter": 20_000}
EXACT = {"rtol": 0, "atol": 1e-7}
each_estimator = pytest.mark.parametrize("cls", CONVEX)
few = settings(max_examples=10)  # for each of the estimators


@st.composite
def problems(draw):
    """Draw ragged tasks (lists X, y), an alpha below alpha_max, and a generator."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    sizes = draw(st.lists(st.integers(8, 20), min_size=2, max_size=4))
    n_features = draw(st.integers(2, 7))  # fewer than samples: one optimum only
    X = [rng.standard_normal((n, n_features)) + rng.normal() for n in sizes]
    coef = rng.standard_normal((n_features, len(sizes)))
    coef[n_features // 2 :] = 0
    y = [
        x @ w + rng.normal() + 0.3 * rng.standard_normal(len(x))
        for x, w in zip(X, coef.T, strict=True)
    ]
    share = draw(st.sampled_from([0.05, 0.3, 0.8]))
    return X, y, share * alpha_max(GroupLasso(), X, y), rng


def fit(cls, alpha, X, y, sample_weight=None, **parameters):
    model = cls(alpha, **TIGHT, **parameters).fit(X, y, sample_weight=sample_weight)
    assert_certified(model, X, y, sample_weight=sample_weight, tol=1e-10)
    return model


@each_estimator
@few
@given(problem=problems())
def test_the_order_of_tasks(cls, problem):
    X, y, alpha, rng = problem
    order = rng.permutation(len(X))
    model = fit(cls, alpha, X, y)
    other = fit(cls, alpha, [X[k] for k in order], [y[k] for k in order])
    assert_allclose(other.coef_, model.coef_[:, order], **EXACT)
    assert_allclose(other.intercept_, model.intercept_[order], **EXACT)


@each_estimator
@few
@given(problem=problems())
def test_the_order_of_features(cls, problem):
    X, y, alpha, rng = problem
    order = rng.permutation(X[0].shape[1])
    model = fit(cls, alpha, X, y)
    other = fit(cls, alpha, [x[:, order] for x in X], y)
    assert_allclose(other.coef_, model.coef_[order], **EXACT)


@each_estimator
@few
@given(problem=problems())
def test_the_order_of_samples(cls, problem):
    X, y, alpha, rng = problem
    orders = [rng.permutation(len(v)) for v in y]
    model = fit(cls, alpha, X, y)
    other = fit(
        cls,
        alpha,
        [x[order] for x, order in zip(X, orders, strict=True)],
        [v[order] for v, order in zip(y, orders, strict=True)],
    )
    assert_allclose(other.coef_, model.coef_, **EXACT)


@each_estimator
@few
@given(
    problem=problems(),
    in_X=st.floats(1e-6, 1e6),
    in_y=st.floats(1e-6, 1e6),
    sign=st.sampled_from([1, -1]),
)
def test_units(cls, problem, in_X, in_y, sign):
    X, y, alpha, _ = problem
    model = fit(cls, alpha, X, y)
    other = fit(
        cls, alpha * in_X * in_y, [sign * in_X * x for x in X], [in_y * v for v in y]
    )
    assert_allclose(other.coef_ * (sign * in_X / in_y), model.coef_, **EXACT)
    assert_allclose(other.intercept_ / in_y, model.intercept_, **EXACT)


@each_estimator
@few
@given(problem=problems(), shift=st.floats(-100, 100), lift=st.floats(-100, 100))
def test_offsets_go_to_the_intercepts(cls, problem, shift, lift):
    X, y, alpha, _ = problem
    model = fit(cls, alpha, X, y)
    other = fit(cls, alpha, [x + shift for x in X], [v + lift for v in y])
    assert_allclose(other.coef_, model.coef_, **EXACT)
    expected = model.intercept_ + lift - shift * model.coef_.sum(axis=0)
    assert_allclose(other.intercept_, expected, rtol=1e-7, atol=1e-5)


@each_estimator
@few
@given(problem=problems())
def test_a_duplicate_row_is_double_weight(cls, problem):
    X, y, alpha, rng = problem
    repeats = [rng.integers(1, 3, len(v)) for v in y]
    weighted = fit(cls, alpha, X, y, sample_weight=repeats)
    repeated = fit(
        cls,
        alpha,
        [np.repeat(x, r, axis=0) for x, r in zip(X, repeats, strict=True)],
        [np.repeat(v, r) for v, r in zip(y, repeats, strict=True)],
    )
    assert_allclose(weighted.coef_, repeated.coef_, **EXACT)


@each_estimator
@few
@given(problem=problems(), copies=st.integers(2, 4))
def test_every_row_of_a_task_repeated_changes_nothing(cls, problem, copies):
    X, y, alpha, _ = problem
    model = fit(cls, alpha, X, y)
    other = fit(
        cls,
        alpha,
        [np.tile(X[0], (copies, 1)), *X[1:]],
        [np.tile(y[0], copies), *y[1:]],
    )
    assert_allclose(other.coef_, model.coef_, **EXACT)


@given(problem=problems())
def test_a_task_split_in_two_with_half_weights(problem):
    # Both halves stand at v; with u = √2 v the norm of a row is that of the whole
    # task, and its data term that of the design divided by √2.
    X, y, alpha, _ = problem
    n_tasks = len(X)
    halves = np.ones(n_tasks + 1)
    halves[[0, n_tasks]] = 0.5
    split = fit(GroupLasso, alpha, [*X, X[0]], [*y, y[0]], task_weight=halves)
    assert_allclose(split.coef_[:, 0], split.coef_[:, n_tasks], **EXACT)
    whole = fit(GroupLasso, alpha, [X[0] / np.sqrt(2), *X[1:]], y)
    assert_allclose(whole.coef_[:, 0], np.sqrt(2) * split.coef_[:, 0], **EXACT)
    assert_allclose(whole.coef_[:, 1:], split.coef_[:, 1:n_tasks], **EXACT)


@given(problem=problems())
def test_an_independent_task_split_in_two_is_the_task_twice(problem):
    X, y, alpha, _ = problem
    model = fit(IndLasso, alpha, X, y)
    halves = np.ones(len(X) + 1)
    halves[[0, -1]] = 0.5
    strengths = np.full(len(X) + 1, alpha)
    strengths[[0, -1]] = alpha / 2
    split = fit(IndLasso, strengths, [*X, X[0]], [*y, y[0]], task_weight=halves)
    assert_allclose(split.coef_[:, :-1], model.coef_, **EXACT)
    assert_allclose(split.coef_[:, -1], model.coef_[:, 0], **EXACT)


@given(problem=problems(), factor=st.floats(0.01, 100))
def test_task_weights_and_alpha_scale_together(problem, factor):
    X, y, alpha, rng = problem
    weights = rng.uniform(0.2, 3, len(X))
    model = fit(GroupLasso, alpha, X, y, task_weight=weights)
    other = fit(GroupLasso, alpha * factor, X, y, task_weight=weights * factor)
    assert_allclose(other.coef_, model.coef_, **EXACT)


@given(problem=problems(), factor=st.floats(0.1, 10))
def test_a_penalty_weight_is_a_column_in_other_units(problem, factor):
    X, y, alpha, _ = problem
    weights = np.ones(X[0].shape[1])
    weights[0] = factor
    weighted = fit(GroupLasso, alpha, X, y, penalty_weights=weights)
    scaled = [x / np.where(np.arange(x.shape[1]) == 0, factor, 1.0) for x in X]
    other = fit(GroupLasso, alpha, scaled, y)
    assert_allclose(other.coef_ / weights[:, None], weighted.coef_, **EXACT)


@given(problem=problems())
def test_reflecting_a_feature_reflects_its_coefficients(problem):
    X, y, alpha, rng = problem
    signs = rng.choice([-1, 1], X[0].shape[1])
    model = fit(GroupLasso, alpha, X, y)
    other = fit(GroupLasso, alpha, [x * signs for x in X], y)
    assert_allclose(other.coef_ * signs[:, None], model.coef_, **EXACT)
