"""Fits that follow fits: warm starts, failures; and what normalize means."""

import warnings

import numpy as np
import pytest
import simulated
from certificate import assert_certified
from kinds import CONVEX
from numpy.testing import assert_allclose
from sklearn.exceptions import ConvergenceWarning, NotFittedError

from mutar_cy import linear_model as ours

each_estimator = pytest.mark.parametrize("cls", CONVEX)
SINGLE = [ours.Lasso, ours.ElasticNet]
MULTI = [*CONVEX, ours.MultiTaskLasso, ours.MultiTaskElasticNet]
each_class = pytest.mark.parametrize("cls", [*MULTI, *SINGLE])
each_drop_in = pytest.mark.parametrize("cls", [*MULTI[2:], *SINGLE])


def data_for(cls, **sizes):
    X, Y, _ = simulated.shared(**sizes)
    return X, Y[:, 0] if cls in SINGLE else Y


@pytest.mark.drawn(pairs=True)
@each_class
@pytest.mark.parametrize("tol", [1e-3, 1e-8])
@pytest.mark.parametrize("sizes", [(20, 40), (50, 200)])
def test_warm_start_at_the_optimum_needs_no_iteration(cls, tol, sizes):
    X, y = data_for(cls, n_samples=sizes[0], n_features=sizes[1])
    cold = cls(alpha=0.01, tol=tol, max_iter=20_000, warm_start=True).fit(X, y)
    assert np.max(cold.n_iter_) > 0
    coef = cold.coef_.copy()
    warm = cold.fit(X, y)
    assert np.max(warm.n_iter_) == 0
    assert_allclose(warm.coef_, coef, rtol=1e-12)
    assert_certified(warm, X, y)


@each_class
def test_warm_start_reaches_another_alpha(cls):
    X, y = data_for(cls)
    model = cls(alpha=0.5, tol=1e-14, warm_start=True).fit(X, y)
    model.set_params(alpha=0.05).fit(X, y)
    assert_certified(model, X, y, tol=1e-12)
    cold = cls(alpha=0.05, tol=1e-14).fit(X, y)
    assert_allclose(model.coef_, cold.coef_, atol=1e-6)


@each_estimator
def test_warm_start_does_not_touch_the_old_coefficients(cls):
    X, y, _ = simulated.ragged()
    model = cls(0.1, warm_start=True).fit(X, y)
    old = model.coef_
    before = old.copy()
    model.set_params(alpha=0.4).fit(X, y)
    assert np.array_equal(old, before)


@each_estimator
def test_warm_start_after_the_shape_changed(cls):
    X, y, _ = simulated.ragged()
    model = cls(0.1, warm_start=True).fit(X, y)
    with pytest.raises(ValueError, match=r"(?s)warm_start.*10, 3"):
        model.fit([x[:, 1:] for x in X], y)
    with pytest.raises(ValueError, match=r"(?s)warm_start.*10, 3"):
        model.fit(X[:2], y[:2])
    model.set_params(warm_start=False).fit(X[:2], y[:2])
    assert model.coef_.shape == (10, 2)


@each_estimator
def test_warm_start_of_positive_coefficients(cls):
    X, y, _ = simulated.ragged()
    model = cls(0.01, warm_start=True).fit(X, [-v for v in y])
    assert (model.coef_ < 0).any()
    model.set_params(positive=True).fit(X, y)
    assert (model.coef_ >= 0).all()
    assert_certified(model, X, y)


@each_estimator
def test_warm_start_with_normalize(cls):
    X, y, _ = simulated.ragged()
    model = cls(0.01, normalize=True, warm_start=True, tol=1e-10).fit(X, y)
    assert np.max(model.fit(X, y).n_iter_) == 0
    assert_certified(model, X, y)


@each_estimator
def test_warm_start_after_a_failed_fit_starts_from_zeros(cls):
    X, y, _ = simulated.ragged()
    model = cls(0.1, warm_start=True)
    with pytest.raises(ValueError, match="NaN"):
        model.fit([x * np.nan for x in X], y)
    assert_certified(model.fit(X, y), X, y)
    fresh = cls(0.1).fit(X, y)
    assert np.array_equal(model.coef_, fresh.coef_)


@each_class
def test_a_failed_fit_leaves_nothing(cls):
    X, y = data_for(cls)
    model = cls(alpha=0.1)
    with pytest.raises(ValueError, match="NaN"):
        model.fit(np.full(X.shape, np.nan), y)
    left = [name for name in vars(model) if name.endswith("_")]
    assert set(left) <= {"n_features_in_", "feature_names_in_"}
    with pytest.raises(NotFittedError):
        model.predict(X)


@each_class
def test_a_failed_fit_leaves_the_fit_before_it(cls):
    X, y = data_for(cls)
    model = cls(alpha=0.1).fit(X, y)
    before, expected = vars(model).copy(), model.predict(X)
    with pytest.raises(ValueError, match="NaN"):
        model.fit(np.full((30, 9), np.nan), y)
    assert vars(model) == before
    assert np.array_equal(model.predict(X), expected)


@pytest.mark.uncertified("stopped early on purpose")
@each_class
def test_an_unfinished_fit_can_be_used_and_says_so(cls):
    X, y = data_for(cls, n_samples=12, n_features=40)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = cls(alpha=1e-3, max_iter=1, tol=1e-12).fit(X, y)
    assert np.all(np.isfinite(model.predict(X)))
    assert np.max(model.dual_gap_) > 0
    with pytest.raises(AssertionError, match="gap"):
        assert_certified(model, X, y)


@each_estimator
@pytest.mark.parametrize("positive", [False, True])
def test_normalize_is_centring_and_dividing_by_the_norm(cls, positive):
    X, y, _ = simulated.ragged()
    model = cls(0.02, normalize=True, positive=positive, tol=1e-10).fit(X, y)
    assert_certified(model, X, y)
    centred = [x - x.mean(axis=0) for x in X]
    norms = [np.linalg.norm(x, axis=0) for x in centred]
    scaled = [x / norm for x, norm in zip(centred, norms, strict=True)]
    other = cls(0.02, positive=positive, tol=1e-10).fit(scaled, y)
    assert_allclose(model.coef_, other.coef_ / np.transpose(norms), atol=1e-7)


@each_estimator
def test_normalize_without_intercept_is_ignored(cls):
    X, y, _ = simulated.ragged()
    one = cls(0.1, fit_intercept=False, normalize=True).fit(X, y)
    two = cls(0.1, fit_intercept=False).fit(X, y)
    assert np.array_equal(one.coef_, two.coef_)
    assert not one.intercept_.any()


@each_estimator
def test_normalize_leaves_constant_columns_out(cls):
    X, y, _ = simulated.ragged()
    for x in X:
        x[:, 4] = 7.0
    model = cls(0.02, normalize=True).fit(X, y)
    assert not model.coef_[4].any()
    assert np.all(np.isfinite(model.coef_))
